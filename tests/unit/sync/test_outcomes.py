"""NULL, AuthoritativeNull, IgnoreThisFlow, and binary values, on their way through a rule."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from mimas.schema.attributes import Attribute, Kind, ObjectType
from mimas.sync.context import Context
from mimas.sync.inbound import Contribution, Contributor, combine, compile_contributor, settled
from mimas.sync.outbound import compile_target
from mimas.sync.rules import Computed, Direct, Direction, Flow, Merge, ResourceType, SyncRule

PERSON = ResourceType("person", {"mail": Attribute("mail"), "id64": Attribute("id64")})
SOURCES = {"mail": Attribute("mail"), "guid": Attribute("guid", Kind.BINARY)}


def contributor(number: int, connector: str, precedence: int, flow: Flow) -> Contributor:
    rule = SyncRule(f"In {connector}", Direction.INBOUND, connector, "user", "person", precedence, flows=(flow,))
    return compile_contributor(number, [rule], SOURCES, PERSON, lambda name: name)


def offer(made: Contributor, values: dict[str, str]) -> Contribution:
    result, mask = made.function.call(values, Context(datetime(2026, 11, 23, tzinfo=UTC)))
    return Contribution(made, "1", result, mask)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("NULL", {"mail": "b@x"}), ("IgnoreThisFlow", {"mail": "b@x"}), ("AuthoritativeNull", {})],
)
def test_only_an_authoritative_null_keeps_the_next_contributor_out(text: str, expected: dict[str, str]) -> None:
    first = contributor(1, "a", 10, Flow("mail", Computed(f'IIF([mail] = "none", {text}, [mail])')))
    second = contributor(2, "b", 20, Flow("mail", Direct("mail")))
    values, _ = combine([offer(first, {"mail": "none"}), offer(second, {"mail": "b@x"})])
    assert settled(values, dict) == expected


def test_an_authoritative_null_is_no_value_of_the_resource() -> None:
    only = contributor(1, "a", 10, Flow("mail", Computed("AuthoritativeNull")))
    assert only.outcomes
    assert settled(offer(only, {}).values, dict) == {}


@pytest.mark.parametrize(("before", "expected"), [({"mail": "old"}, {"mail": "old"}), ({}, {})])
def test_a_flow_that_is_ignored_keeps_what_was_there(before: dict[str, str], expected: dict[str, str]) -> None:
    first = contributor(1, "a", 10, Flow("mail", Computed("IgnoreThisFlow")))
    second = contributor(2, "b", 20, Flow("mail", Direct("mail")))
    assert settled(offer(first, {}).values, lambda: before) == expected
    values, _ = combine([offer(first, {}), offer(second, {})])
    assert settled(values, lambda: before) == expected


def test_a_later_rule_of_the_same_object_goes_before_what_is_ignored() -> None:
    rules = [
        SyncRule("a", Direction.INBOUND, "hr", "w", "person", 10, flows=(Flow("mail", Computed("IgnoreThisFlow")),)),
        SyncRule("b", Direction.INBOUND, "hr", "w", "person", 20, flows=(Flow("mail", Direct("mail")),)),
    ]
    made = compile_contributor(1, rules, SOURCES, PERSON, lambda name: name)
    values, mask = made.function.call({"mail": "m"}, Context(datetime(2026, 11, 23, tzinfo=UTC)))
    assert (values, made.lineage(mask)) == ({"mail": "m"}, [["mail", "b", "hr"]])


def test_uniting_flows_that_may_be_ignored_are_both_in_the_lineage() -> None:
    flow = Flow("tags", Computed("IIF(IsPresent([mail]), [mail], IgnoreThisFlow)"), merge=Merge.MERGE)
    rules = [
        SyncRule("a", Direction.INBOUND, "hr", "w", "person", 10, flows=(flow,)),
        SyncRule("b", Direction.INBOUND, "hr", "w", "person", 20, flows=(replace(flow, origin=Direct("guid")),)),
    ]
    type_ = ResourceType("person", {"tags": Attribute("tags", multivalued=True)})
    made = compile_contributor(1, rules, SOURCES, type_, lambda name: name)
    values, mask = made.function.call({"mail": "m", "guid": "g"}, Context(datetime(2026, 11, 23, tzinfo=UTC)))
    assert (values, made.lineage(mask)) == ({"tags": ["g", "m"]}, [["tags", "a", "hr"], ["tags", "b", "hr"]])


def test_binary_values_are_bytes_to_an_expression() -> None:
    made = contributor(1, "a", 10, Flow("id64", Computed("ConvertToBase64([guid])")))
    assert offer(made, {"guid": "AAEC"}).values == {"id64": "AAEC"}


@pytest.mark.parametrize(
    ("text", "expected"), [("NULL", {"mail": None}), ("AuthoritativeNull", {"mail": None}), ("IgnoreThisFlow", {})]
)
def test_outbound_null_clears_and_an_ignored_flow_governs_nothing(text: str, expected: dict[str, None]) -> None:
    rule = SyncRule("Out", Direction.OUTBOUND, "app", "user", "person", 10, flows=(Flow("mail", Computed(text)),))
    target = compile_target(1, [rule], PERSON, ObjectType("user", {"mail": Attribute("mail")}), lambda name: name)
    _, _, values = target.function.call({}, Context(datetime(2026, 11, 23, tzinfo=UTC)))
    assert values == expected
