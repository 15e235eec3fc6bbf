"""Criteria members: the keys by which a member and its groups find each other."""

from datetime import UTC, datetime
from typing import Any

from mimas.sync.compiling import Matched, compile_rules
from mimas.sync.context import Context
from mimas.sync.rules import Clause, Membership, Operator, Place, RuleSet, Scope
from tests.world import person, scope


def matched(asked: Scope = (), **functions: Any) -> Matched:
    membership = Membership("Staff", "group", "member", "person", "name", "dept", asked, Place("staff.yaml", 3))
    rules = RuleSet({"person": person()}, (), (membership,))
    return compile_rules(rules, {}, functions.__getitem__).memberships[0]


def context() -> Context:
    return Context(datetime(2026, 11, 23, tzinfo=UTC))


def test_a_member_asks_for_the_groups_that_are_called_as_its_attribute_says() -> None:
    made = matched()
    assert made.member_keys({"dept": ["IT", " Sales "], "name": "x"}, context()) == ["it", "sales"]
    assert made.group_keys({"name": "Sales", "dept": "x"}) == ["sales"]
    assert made.member_keys({}, context()) == made.group_keys({}) == []


def test_a_scope_decides_who_may_be_a_member() -> None:
    made = matched(scope("title EQUAL boss"))
    assert made.member_keys({"dept": "IT", "title": "Boss"}, context()) == ["it"]
    assert made.member_keys({"dept": "IT"}, context()) == []
    dated = matched(scope("start LESSTHAN_OR_EQUAL =Now()"))
    assert dated.member_keys({"dept": "IT", "start": "2026-11-23"}, context()) == ["it"]
    assert dated.member_keys({"dept": "IT", "start": "2026-11-24"}, context()) == []
    asked = matched(((Clause("", Operator.EQUAL, function="f"),),), f=lambda values: values["dept"] == "IT")
    assert asked.member_keys({"dept": "IT"}, context()) == ["it"]
    assert asked.member_keys({"dept": "HR"}, context()) == []


def test_a_scope_that_fails_is_noted_and_asks_for_no_group() -> None:
    at = context()
    assert matched(scope("title ISBITSET 1")).member_keys({"dept": "IT", "title": "x"}, at) == []
    assert [str(failure) for failure in at.failures] == [
        "rule “Staff”, flow to scope (staff.yaml:3): 'x' is not a number"
    ]
