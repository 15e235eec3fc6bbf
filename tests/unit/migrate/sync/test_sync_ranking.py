"""Precedence by attribute turned into precedence by rule."""

from hypothesis import given
from hypothesis import strategies as st

from mimas.migrate.sync.ranking import Node, Ranking


def numbers(*chains: str, equal: tuple[str, ...] = ()) -> tuple[list[list[int]], int]:
    """The numbers of the flows of each list, and how many rules there are; a letter is a source."""
    ranking: Ranking[str] = Ranking()
    nodes = [ranking.chain(list(one), equal=one in equal) for one in chains]
    found = ranking.numbers()
    return [[found[node] for node in some] for some in nodes], len(found)


def test_lists_that_agree_need_one_rule_each() -> None:
    found, count = numbers("ab", "bc", "ac")
    assert count == 3
    assert all(one == sorted(set(one)) for one in found)


def test_of_two_lists_that_contradict_one_another_one_is_split_off() -> None:
    found, count = numbers("ab", "ab", "ba")
    assert count == 3
    assert found[0] == found[1]
    assert found[2] == sorted(set(found[2]))


def test_several_flows_of_one_source_are_rules_of_their_own() -> None:
    (one,), count = numbers("abaa")
    assert count == 4
    assert one == sorted(set(one))


def test_equal_precedence_is_one_number() -> None:
    found, _ = numbers("ab", "abc", equal=("abc",))
    assert len(set(found[1])) == 1
    assert found[0][0] < found[0][1]
    (same,), _ = numbers("aa", equal=("aa",))
    assert len(set(same)) == 1


@given(st.lists(st.tuples(st.text("abcd", min_size=1, max_size=5), st.booleans()), max_size=8))
def test_every_list_is_kept(lists: list[tuple[str, bool]]) -> None:
    ranking: Ranking[str] = Ranking()
    placed = [ranking.chain(list(sources), equal=equal) for sources, equal in lists]
    found = ranking.numbers()
    for (sources, equal), nodes in zip(lists, placed, strict=True):
        assert [node.source for node in nodes] == list(sources)
        assert len(set(nodes)) == len(nodes)
        some = [found[node] for node in nodes]
        assert some == ([some[0]] * len(some) if equal else sorted(set(some)))


def test_what_has_no_order_is_not_split() -> None:
    ranking: Ranking[str] = Ranking()
    ranking.chain(["a", "b"])
    assert ranking.loose(["b", "a", "b"]) == [Node("b"), Node("a"), Node("b", 1)]
    assert not ranking.before(Node("b"), Node("a"))
    assert ranking.before(Node("a"), Node("b", 1))
