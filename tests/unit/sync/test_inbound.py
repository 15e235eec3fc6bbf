"""What objects contribute together: who wins, what is united, what functions choose, and what the lineage says."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from mimas.language.errors import FlowError
from mimas.schema.attributes import ObjectType
from mimas.sync.compiling import Compiled, compile_rules
from mimas.sync.context import Context
from mimas.sync.inbound import Contribution, Contributor, combine, tied
from mimas.sync.rules import Flow, Merge, ResourceType, RuleSet, SyncRule
from tests.world import attributes, inbound, person

TYPE = ObjectType("person", attributes("id name mail title tags* boss>person"), ("id",))
NOW = datetime(2026, 11, 23, tzinfo=UTC)


def compiled(*rules: SyncRule, type_: ResourceType | None = None, **functions: Any) -> Compiled:
    schemas = {rule.connector: {"person": TYPE, "guest": TYPE} for rule in rules}
    return compile_rules(RuleSet({"person": type_ or person()}, rules), schemas, functions.__getitem__)


def contributor(*rules: SyncRule, **functions: Any) -> Contributor:
    return compiled(*rules, **functions).contributors[rules[0].connector, "person", "person"]


def merging(rule: SyncRule, how: Merge) -> SyncRule:
    return replace(rule, flows=tuple(replace(flow, merge=how) for flow in rule.flows))


def offered(
    made: Compiled, *objects: tuple[str, dict[str, Any]], object_type: str = "person", context: Context | None = None
) -> list[Contribution]:
    parts = []
    for anchor, (connector, values) in enumerate(objects):
        one = made.contributors[connector, object_type, "person"]
        given, mask = one.function.call(values, context or Context(NOW))
        parts.append(Contribution(one, str(anchor), given, mask))
    return parts


def won(parts: list[Contribution], **settings: Any) -> tuple[dict[str, Any], list[list[str]]]:
    """The values, and [attribute, rule, connector] of each flow that gave one."""
    values, lineage = combine(parts, **settings)
    numbers = {part.contributor.number: part.contributor for part in parts}
    return values, sorted(line for number, mask in lineage for line in numbers[number].lineage(mask))


def test_equal_precedence_unites_several_values_and_takes_a_single_one_of_who_sorts_first() -> None:
    made = compiled(inbound("b", {"tags": "tags", "name": "name"}), inbound("a", {"tags": "tags", "name": "name"}))
    parts = offered(made, ("b", {"tags": ["y", "x"], "name": "B"}), ("a", {"tags": ["z", "x"], "name": "A"}))
    assert won(parts) == (
        {"tags": ["x", "y", "z"], "name": "A"},
        [["name", "a in", "a"], ["tags", "a in", "a"], ["tags", "b in", "b"]],
    )


def test_among_objects_of_one_type_the_lower_anchor_wins() -> None:
    made = compiled(inbound("a", {"name": "name"}))
    first, second = offered(made, ("a", {"name": "first"}), ("a", {"name": "second"}))
    assert combine([second, first]) == ({"name": "first"}, ((0, 1), (0, 0)))


def test_between_equals_the_latest_change_wins_where_it_is_known() -> None:
    made = compiled(inbound("a", {"name": "name", "title": "title"}), inbound("b", {"name": "name"}))
    parts = offered(made, ("a", {"name": "A", "title": "t"}), ("b", {"name": "B"}))
    asked = []

    def latest(attribute: str, offers: Sequence[tuple[Contribution, Any]]) -> int:
        asked.append((attribute, [(part.contributor.connector, value) for part, value in offers]))
        return 1

    assert won(parts, latest=latest) == (
        {"name": "B", "title": "t"},
        [["name", "b in", "b"], ["title", "a in", "a"]],
    )
    assert asked == [("name", [("a", "A"), ("b", "B")])]


def test_flows_that_unite_are_not_asked_who_changed_last() -> None:
    made = compiled(inbound("a", {"tags": "tags"}, merge=["tags"]), inbound("b", {"tags": "tags"}, merge=["tags"]))
    parts = offered(made, ("a", {"tags": ["x"]}), ("b", {"tags": ["y"]}))
    assert won(parts, latest=lambda *_: 1 // 0)[0] == {"tags": ["x", "y"]}


def test_texts_in_another_case_count_once_where_the_winner_says_so() -> None:
    for how, expected in ((Merge.CASELESS, ["One", "two"]), (Merge.MERGE, ["ONE", "One", "two"])):
        made = compiled(
            merging(inbound("a", {"tags": "tags"}), how),
            merging(inbound("b", {"tags": "tags"}, precedence=200), Merge.MERGE),
            inbound("c", {"tags": "tags"}, precedence=300),
        )
        parts = offered(made, ("a", {"tags": ["One"]}), ("b", {"tags": ["ONE", "two"]}), ("c", {"tags": ["no"]}))
        assert won(parts) == ({"tags": expected}, [["tags", "a in", "a"], ["tags", "b in", "b"]])


def test_within_an_object_too() -> None:
    for how, expected in ((Merge.CASELESS, ["one", "two"]), (Merge.MERGE, ["ONE", "one", "two"])):
        made = compiled(
            merging(inbound("a", {"tags": "tags"}), how),
            merging(inbound("a", {"tags": "title"}, name="b", precedence=200), how),
            merging(inbound("a", {"tags": "mail"}, name="c", precedence=300), how),
        )
        (part,) = offered(made, ("a", {"tags": ["one"], "title": "ONE", "mail": "two"}))
        assert part.values == {"tags": expected}
        assert won([part])[1] == [["tags", name, "a"] for name in ("a in", "b", "c")]


def test_what_a_merging_flow_gave_beside_another_one_is_told_with_several_objects_too() -> None:
    made = compiled(
        inbound("a", {"tags": "tags", "name": "name"}, merge=["tags"]),
        inbound("a", {"tags": "title"}, name="more", precedence=200, merge=["tags"]),
        inbound("b", {"tags": "tags"}, precedence=150, merge=["tags"]),
    )
    parts = offered(made, ("a", {"tags": ["x"], "title": "y", "name": "n"}), ("b", {"tags": ["z"]}))
    assert won(parts) == (
        {"tags": ["x", "y", "z"], "name": "n"},
        [["name", "a in", "a"], ["tags", "a in", "a"], ["tags", "b in", "b"], ["tags", "more", "a"]],
    )


def test_an_outcome_unites_with_nothing() -> None:
    made = compiled(
        inbound("a", {"tags": '=IIF([title] = "none", AuthoritativeNull, [tags])'}, merge=["tags"]),
        inbound("b", {"tags": "tags"}, precedence=200, merge=["tags"]),
    )
    parts = offered(made, ("a", {"title": "none"}), ("b", {"tags": ["x"]}))
    assert won(parts)[0] == {"tags": ["x"]}


def test_a_function_chooses_between_all_that_is_offered_in_order_of_precedence() -> None:
    made = compiled(inbound("a", {"name": "name"}, precedence=200), inbound("b", {"name": "name"}))
    parts = offered(made, ("a", {"name": "A"}), ("b", {"name": "B"}))
    asked = []

    def choose(offers: Sequence[tuple[str, Any]]) -> Any:
        asked.append(list(offers))
        return "A"

    assert won(parts, choices={"name": choose}) == ({"name": "A"}, [["name", "a in", "a"]])
    assert asked == [[("b", "B"), ("a", "A")]]
    # What nobody offered comes of them all; none is no value.
    both = [["name", "a in", "a"], ["name", "b in", "b"]]
    assert won(parts, choices={"name": lambda _: "C"}) == ({"name": "C"}, both)
    assert won(parts, choices={"name": lambda _: None}) == ({}, both)
    assert won(parts, choices={"title": choose})[0] == {"name": "B"}


def test_a_function_that_chooses_sees_no_outcome_and_its_failure_names_the_attribute() -> None:
    made = compiled(inbound("a", {"name": "=AuthoritativeNull"}), inbound("b", {"name": "name"}, precedence=200))
    parts = offered(made, ("a", {}), ("b", {"name": "B"}))
    assert won(parts, choices={"name": str})[0] == {"name": "[('a', None), ('b', 'B')]"}

    def fail(error: Exception) -> Any:
        def choose(offers: Sequence[tuple[str, Any]]) -> Any:
            raise error

        return choose

    for error, said in ((ValueError("no luck"), "no luck"), (KeyError(), r"KeyError\(\)")):
        with pytest.raises(FlowError, match=f"{said}$"):
            combine(parts[1:], {"name": fail(error)})
        with pytest.raises(FlowError, match=f"^the function that chooses name failed: {said}$"):
            combine(parts, {"name": fail(error)})


def test_references_are_rows_and_no_values() -> None:
    rules = (
        inbound("a", {"name": "name", "manager": "boss"}),
        inbound("a", {"manager": "boss"}, name="b", precedence=200, merge=["manager"]),
    )
    made = contributor(*rules)
    found = [(flow.source, flow.target, flow.precedence, flow.rule.name, flow.unites) for flow in made.references]
    assert found == [("boss", "manager", 100, "a in", False), ("boss", "manager", 200, "b", True)]
    assert [winner.attribute for winner in made.winners] == ["name"]


def test_a_contributor_knows_whether_facts_and_outcomes_go_into_it() -> None:
    def kind(origin: Any, *, once: bool = False) -> tuple[bool, bool]:
        rule = inbound("a", {"mail": "mail", "name": origin})
        made = contributor(replace(rule, flows=tuple(replace(flow, once=once) for flow in rule.flows)))
        return made.factual, made.outcomes

    assert kind("name") == (False, False)
    assert kind("name", once=True) == (True, False)
    assert kind(("=[name]", "=[mail]")) == (True, False)
    assert kind("=IgnoreThisFlow") == (False, True)


def test_what_is_given_once_is_a_fact_of_its_rule_and_attribute() -> None:
    rule = inbound("a", {"name": "name"})
    made = contributor(replace(rule, flows=(replace(rule.flows[0], once=True),)))
    context = Context(NOW)
    assert made.function.call({"name": "first"}, context)[0] == {"name": "first"}
    assert context.done == {"once:a in/name": "first"}
    context.begin({"once:a in/name": "first"})
    assert made.function.call({"name": "second"}, context)[0] == {"name": "first"}
    assert context.done == {}


def test_an_attribute_is_tied_where_objects_of_several_types_give_it_with_equal_right() -> None:
    def ties(*rules: SyncRule) -> dict[str, set[str]]:
        return tied(compiled(*rules).contributors.values())

    table = {"name": "name", "title": "title"}
    assert ties(inbound("a", table), inbound("b", table)) == {"person": {"name", "title"}}
    assert ties(inbound("a", table), inbound("a", {"name": "name"}, object_type="guest", name="g")) == {
        "person": {"name"}
    }
    assert ties(inbound("a", table), inbound("b", table, precedence=200)) == {}
    assert ties(inbound("a", table), inbound("a", table, name="again")) == {}
    assert ties(inbound("a", {"tags": "tags"}, merge=["tags"]), inbound("b", {"tags": "tags"}, merge=["tags"])) == {}


def test_the_precedence_of_a_value_is_that_of_the_flow_that_gave_it() -> None:
    made = compiled(
        inbound("a", {"name": "name"}, precedence=100),
        inbound("a", {"name": "mail"}, name="late", precedence=300),
        inbound("b", {"name": "name"}, precedence=200),
    )
    parts = offered(made, ("a", {"mail": "A"}), ("b", {"name": "B"}))
    assert won(parts) == ({"name": "B"}, [["name", "b in", "b"]])


def test_a_merging_flow_that_gave_nothing_is_not_told() -> None:
    made = compiled(
        inbound("a", {"tags": "tags"}, merge=["tags"]),
        inbound("a", {"tags": "title"}, name="more", precedence=200, merge=["tags"]),
        inbound("b", {"tags": "tags", "name": "name"}, precedence=150, merge=["tags"]),
    )
    parts = offered(made, ("a", {"tags": ["x"]}), ("b", {"name": "n"}))
    assert won(parts) == ({"tags": ["x"], "name": "n"}, [["name", "b in", "b"], ["tags", "a in", "a"]])


@pytest.mark.parametrize("merge", [[], ["tags", "other"]])
def test_the_lineage_has_a_line_for_each_attribute(merge: list[str]) -> None:
    type_ = ResourceType("person", attributes("tags* other*"))
    table = {"tags": "tags", "other": "name"}
    made = compiled(inbound("a", table, merge=merge), inbound("b", table, merge=merge), type_=type_)
    parts = offered(made, ("a", {"tags": ["x"], "name": "n"}), ("b", {"tags": ["y"], "name": "m"}))
    lines = [[attribute, f"{one} in", one] for attribute in ("other", "tags") for one in ("a", "b")]
    assert won(parts) == ({"tags": ["x", "y"], "other": ["m", "n"]}, lines)
    chosen = won(parts, choices=dict.fromkeys(("tags", "other"), lambda offers: offers[0][1]))
    assert chosen == ({"tags": ["x"], "other": ["n"]}, [["other", "a in", "a"], ["tags", "a in", "a"]])


def test_between_equals_it_is_the_first_one_that_decides_whether_to_unite() -> None:
    for merging_one, expected in (("a", ["x"]), ("b", ["x", "y"])):
        made = compiled(*(inbound(one, {"tags": "tags"}, merge=["tags"] * (one == merging_one)) for one in "ab"))
        assert won(offered(made, ("a", {"tags": ["x"]}), ("b", {"tags": ["y"]})))[0] == {"tags": expected}


def test_a_unique_value_is_asked_for_with_its_candidates() -> None:
    rule = replace(inbound("a", {"mail": ("=[name] & %End%", "=[title]")}), parameters={"End": "@x"})
    made = contributor(rule)
    context = Context(NOW)
    assert made.function.call({"name": "ann", "title": "lee"}, context)[0] == {}
    assert context.needs == {"mail": ["ann@x", "lee"]}
    context.begin({"unique:mail": "ann2@x"})
    assert made.function.call({"name": "ann"}, context)[0] == {"mail": "ann2@x"}


def test_a_reference_at_either_end_makes_a_flow_one_of_references() -> None:
    made = contributor(inbound("a", {"name": "boss", "manager": "name", "title": "title"}))
    assert [flow.target for flow in made.references] == ["name", "manager"]
    assert [winner.attribute for winner in made.winners] == ["title"]


def test_what_fails_in_a_flow_behind_a_scope_is_traced_too() -> None:
    made = contributor(inbound("a", {"name": "=CNum([name])"}, where=["title ISNOTNULL"]))
    with pytest.raises(FlowError) as caught:
        made.function.call({"name": "x", "title": "t"}, Context(NOW))
    assert str(made.function.failure(caught.value)).startswith("rule “a in”, flow to name (a-in.yaml:10): ")
    assert (made.connector, made.object_type, made.resource_type) == ("a", "person", "person")


def test_a_scope_reads_what_the_system_shows_and_the_flow_what_is_contributed() -> None:
    made = contributor(inbound("a", {"name": "name"}, where=["title EQUAL boss"]))
    context = Context(NOW)
    context.shown = {"name": "shown", "title": "boss"}
    assert made.function.call({"name": "own"}, context)[0] == {"name": "own"}
    assert made.function.call({"name": "own", "title": "boss"}, Context(NOW))[0] == {"name": "own"}
    assert made.function.call({"name": "own"}, Context(NOW))[0] == {}


def test_scopes_know_parameters_and_functions() -> None:
    rule = replace(inbound("a", {"name": "name"}, where=["title EQUAL %Title%"]), parameters={"Title": "boss"})
    assert contributor(rule).function.call({"name": "n", "title": "boss"}, Context(NOW))[0] == {"name": "n"}
    asked = replace(rule, scope=((replace(rule.scope[0][0], function="asked"),),))
    made = contributor(asked, asked=lambda values: values["name"] == "n")
    context = Context(NOW)
    context.shown = {"name": "n"}
    assert made.function.call({"name": "m"}, context)[0] == {"name": "m"}
    assert made.function.call({"name": "m"}, Context(NOW))[0] == {}


def test_the_functions_of_a_type_are_loaded() -> None:
    type_ = replace(person(), chosen={"name": "x"})
    assert compiled(inbound("a", {}), type_=type_, x=max).choices == {"person": {"name": max}}
    deleting = replace(person(), deletion=replace(person().deletion, function="y"))
    assert compiled(inbound("a", {}), type_=deleting, y=min).deletions == {"person": min}
    assert compiled(inbound("a", {})).choices == {}
    assert compiled(inbound("a", {})).deletions == {}


def test_a_failing_flow_of_a_place_of_its_own_is_told_by_it_and_else_by_the_rule() -> None:
    rule = inbound("a", {"name": "=CNum([name])"})
    for flow, line in ((rule.flows[0], 10), (Flow("name", rule.flows[0].origin), 1)):
        made = contributor(replace(rule, flows=(flow,)))
        with pytest.raises(FlowError) as caught:
            made.function.call({"name": "x"}, Context(NOW))
        assert str(made.function.failure(caught.value)).startswith(f"rule “a in”, flow to name (a-in.yaml:{line}): ")
