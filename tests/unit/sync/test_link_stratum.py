"""Which keys an object is joined by, in which order the rules ask, and which of them makes a resource."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from mimas.schema.attributes import ObjectType
from mimas.sync.compiling import compile_rules
from mimas.sync.context import Context
from mimas.sync.linking import Linker
from mimas.sync.rules import LinkType, RuleSet, SyncRule
from tests.world import attributes, inbound, outbound, person, scope

TYPE = ObjectType("person", attributes("id name mail title tags* photo:binary"), ("id",))
CONTEXT = Context(datetime(2026, 11, 23, tzinfo=UTC))


def linker(*rules: SyncRule, functions: dict[str, Any] | None = None) -> Linker:
    load = (functions or {}).__getitem__
    return compile_rules(RuleSet({"person": person()}, rules), {"hr": {"person": TYPE}}, load).linkers["hr", "person"]


def keys(made: Linker, **values: Any) -> list[list[str]] | None:
    (criterion,) = made.criteria
    return criterion.keys(values, CONTEXT)


def test_a_criterion_has_a_key_for_each_condition_and_is_not_satisfied_while_one_is_missing() -> None:
    made = linker(inbound("hr", {}, join=["id=employeeId tags=mail"]))
    assert keys(made, id=" A 7 ", tags=["x", "Y"]) == [["a 7"], ["x", "y"]]
    assert keys(made, id="7") is None
    assert keys(made, id=" ", tags=["x"]) is None


def test_conditions_are_computed_where_one_of_them_is() -> None:
    made = linker(
        inbound("hr", {}, join=['=Split([mail],";")=mail id=employeeId x:title=title =[photo]=name']),
        functions={"x:title": lambda values: values["title"][:1]},
    )
    assert keys(made, id="7", mail="B@x;a@x", title="Head", photo="AAE=") == [["b@x", "a@x"], ["7"], ["h"], ["aae="]]
    assert keys(made, id="7", mail="a@x", title="") is None


@pytest.mark.parametrize("outcome", ["IgnoreThisFlow", "AuthoritativeNull"])
def test_a_condition_that_is_to_be_ignored_looks_for_nothing(outcome: str) -> None:
    made = linker(inbound("hr", {}, join=[f"=IIF(IsPresent([mail]),[mail],{outcome})=mail"]))
    assert keys(made, mail="A@x") == [["a@x"]]
    assert keys(made) is None


def test_conditions_and_scopes_know_the_time() -> None:
    made = linker(
        inbound("hr", {}, join=['=FormatDateTime(Now(),"yyyy")=employeeId'], where=["id LESSTHAN_OR_EQUAL =Now()"])
    )
    assert keys(made) == [["2026"]]
    assert made.scope({"id": "2026-11-23"}, CONTEXT) == 1
    assert made.scope({"id": "2026-11-24"}, CONTEXT) == 0


def test_what_fails_in_a_condition_is_traced_to_the_rule() -> None:
    (criterion,) = linker(inbound("hr", {}, join=["=CNum([id])=employeeId"])).criteria
    assert criterion.values is not None
    with pytest.raises(Exception, match="number") as caught:
        criterion.keys({"id": "x"}, CONTEXT)
    failure = criterion.values.failure(caught.value)
    assert str(failure) == "rule “hr in”, flow to join (hr-in.yaml:1): 'x' is not a number"


def test_criteria_come_in_order_of_precedence_and_know_their_rule_and_its_function() -> None:
    chosen = replace(inbound("hr", {}, name="chosen", precedence=2, join=["id=employeeId"]), choose="x:choose")
    made = linker(
        inbound("hr", {}, name="late", precedence=3, join=["mail=mail", "name=name"]),
        chosen,
        inbound("hr", {}, name="first", precedence=1),
        functions={"x:choose": max},
    )
    found = [(made.rules[one.rule].name, one.conditions[0].resource_attribute, one.choose) for one in made.criteria]
    assert found == [("chosen", "employeeId", max), ("late", "mail", None), ("late", "name", None)]
    assert (made.connector, made.object_type) == ("hr", "person")


def test_the_first_rule_in_scope_that_projects_makes_the_resource() -> None:
    made = linker(
        inbound("hr", {}, name="joins", precedence=1, link=LinkType.JOIN),
        inbound("hr", {}, name="boss", precedence=2, where=["title EQUAL boss"]),
        inbound("hr", {}, name="all", precedence=3),
    )
    for title, place in (("boss", 1), ("clerk", 2)):
        assert made.projection(made.scope({"title": title}, CONTEXT)) == place
    assert made.projection(0b001) is None


def test_without_scopes_all_rules_are_in_scope() -> None:
    made = linker(inbound("hr", {}, link=LinkType.JOIN), inbound("hr", {}, name="b", precedence=200))
    assert made.projection(made.scope({}, CONTEXT)) == 1
    assert linker(inbound("hr", {})).projection(-1) == linker(inbound("hr", {})).projection(0b1) == 0
    assert linker(inbound("hr", {})).scope({}, CONTEXT) == -1


def test_scopes_know_parameters_and_functions() -> None:
    asked = replace(
        inbound("hr", {}, name="b", precedence=200, where=["title EQUAL %Title%"]), parameters={"Title": "boss"}
    )
    made = linker(
        inbound("hr", {}),
        asked,
        replace(asked, name="c", precedence=300, scope=scope("title ISNOTNULL")),
        replace(asked, name="d", precedence=400, scope=((replace(asked.scope[0][0], function="x:short"),),)),
        functions={"x:short": lambda values: len(values["title"]) < 5},
    )
    assert made.scope({"title": "BOSS"}, CONTEXT) == 0b1111
    assert made.scope({"title": "managing"}, CONTEXT) == 0b0101


def test_what_fails_in_a_scope_is_traced_to_the_rule() -> None:
    made = linker(inbound("hr", {}), inbound("hr", {}, name="b", precedence=200, where=["title ISBITSET 1"]))
    assert made.scopes is not None
    with pytest.raises(Exception, match="number") as caught:
        made.scope({"title": "x"}, CONTEXT)
    assert str(made.scopes.failure(caught.value)).startswith("rule “b”, flow to scope (b.yaml:1): ")


def test_those_that_project_go_before_those_that_join() -> None:
    joins = inbound("hr", {}, name="joins", precedence=1, link=LinkType.JOIN)
    late, later = (inbound("hr", {}, name=str(precedence), precedence=precedence) for precedence in (5, 9))
    assert linker(joins, later, late).order == (False, 5)
    assert linker(joins).order > linker(later).order > linker(late).order


def test_an_outbound_join_is_asked_whatever_its_scope_and_makes_no_resource() -> None:
    made = linker(outbound("hr", {"id": "employeeId"}, join=["id=employeeId"], where=["title EQUAL boss"]))
    assert keys(made, id="7") == [["7"]]
    assert made.projection(made.scope({}, CONTEXT)) is None
    assert (made.scope({}, CONTEXT), [rule.link for rule in made.rules]) == (-1, [LinkType.JOIN])
