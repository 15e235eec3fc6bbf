"""Law 9: a filter decides the same in SQL and in Python, page by page, and as far as its author may read."""

from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mimas.language.filters import tree
from mimas.language.filters.predicate import predicate
from mimas.language.keys import normals
from mimas.store.database import Transaction
from mimas.store.filtering import finding, narrowing
from mimas.store.filtering.bounds import Bounds
from mimas.store.filtering.finding import Place, count, find
from mimas.store.filtering.narrowing import narrowest
from mimas.store.filtering.readable import Readable, sight
from mimas.store.queries import Query
from mimas.store.store import Store
from mimas.store.subjects import Subjects
from tests.laws.machine import LAW
from tests.laws.selections import NOW, World, filters, readables, worlds

EXAMPLES = settings(LAW, max_examples=150)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    made = Store(database_url)
    yield made
    made.close()


def selecting(store: Store, world: World, several: list[tree.Filter], readable: Readable | None, few: int) -> None:
    """The law. ``few``: what the search is to take for small, so that it goes each of its ways."""
    with store.rehearsal() as tx, pytest.MonkeyPatch.context() as patch:
        patch.setattr(narrowing, "FEW", few)
        patch.setattr(finding, "FEW", few)
        world.write(tx, store)
        for wanted in several:
            _decides(tx, store, world, wanted, readable)


def _decides(tx: Transaction, store: Store, world: World, wanted: tree.Filter, readable: Readable | None) -> None:
    subjects = Subjects(tx, store, sight(tx, store, readable) if readable is not None else None)
    takes = predicate(wanted)
    taken = [one.id for one in subjects.load(range(1, 9)) if takes(one, NOW)]
    lower, upper = Bounds(store, NOW, readable).of(wanted)
    certain, possible = _rows(tx, lower), _rows(tx, upper)
    assert certain <= set(taken), "the lower condition takes more than the filter"
    assert set(taken) <= possible, "the filter takes more than the upper condition"
    narrow, _ = narrowest(tx, store, wanted)
    if narrow is not None:
        found = {id_ for (id_,) in tx.rows(narrow.ids.text, *narrow.ids.parameters)}
        assert set(taken) <= found, "the filter takes more than where it is looked for"
    for descending in (False, True):
        assert _pages(tx, store, wanted, readable, "", descending) == sorted(taken, reverse=descending)
    assert count(tx, store, wanted, now=NOW, readable=readable, limit=3) == (min(len(taken), 3), len(taken) > 3)
    for order in ("name", "end"):
        if {only.type for only in wanted} == {"person"} and f"person.{order}" in world.indexed:
            for descending in (False, True):
                expected = _sorted(subjects, taken, order, descending)
                assert _pages(tx, store, wanted, readable, order, descending) == expected


def _rows(tx: Transaction, condition: Query) -> set[int]:
    return {id_ for (id_,) in tx.rows(f"SELECT r.id FROM resource r WHERE {condition.text}", *condition.parameters)}


def _pages(
    tx: Transaction, store: Store, wanted: tree.Filter, readable: Readable | None, order: str, descending: bool
) -> list[int]:
    found: list[int] = []
    after: Place | None = None
    while True:
        page = find(
            tx, store, wanted, now=NOW, readable=readable, order=order, descending=descending, after=after, limit=2
        )
        found += page.ids
        assert len(found) < 20, "it never ends"
        if page.next is None:
            return found
        assert len(page.ids) == 2
        after = page.next


def _sorted(subjects: Subjects, taken: list[int], order: str, descending: bool) -> list[int]:
    """Those without a key are the last, either way."""
    keys = {one.id: next(iter(normals([*one.values(order)])), None) for one in subjects.load(taken)}
    have = sorted(((key, id_) for id_, key in keys.items() if key is not None), reverse=descending)
    return [id_ for _, id_ in have] + sorted((id_ for id_ in taken if keys[id_] is None), reverse=descending)


GIVEN = (worlds, st.lists(filters(), min_size=4, max_size=4), readables, st.sampled_from([0, 1_000]))


def law(store: Store) -> Callable[[World, list[tree.Filter], Readable | None, int], None]:
    return lambda world, several, readable, few: selecting(store, world, several, readable, few)


@pytest.mark.slow
def test_a_filter_decides_the_same_in_sql_and_in_python(store: Store) -> None:
    EXAMPLES(given(*GIVEN)(law(store)))()
