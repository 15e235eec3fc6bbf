"""What an object should look like: what several rules say together, what it gets as it is made, and as it is left."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from mimas.schema.attributes import NAME, Attribute, ObjectType
from mimas.sync.compiling import compile_rules
from mimas.sync.context import Context
from mimas.sync.outbound import Target
from mimas.sync.rules import Deprovision, Flow, LinkType, RuleSet, SyncRule
from tests.world import attributes, outbound, person, scope

PASSWORD = {"password": Attribute("password", secret=True), "pin": Attribute("pin", secret=True)}
TYPE = ObjectType("user", {NAME: Attribute(NAME)} | attributes("id name title mail* boss>user member*>user") | PASSWORD)


def target(*rules: SyncRule, functions: Mapping[str, Any] | None = None) -> Target:
    load = (functions or {}).__getitem__
    (made,) = compile_rules(RuleSet({"person": person()}, rules), {"app": {"user": TYPE}}, load).targets["person"]
    return made


def rule(table: Mapping[str, Any], **settings: Any) -> SyncRule:
    return outbound("app", table, object_type="user", **settings)


def at(*, new: bool = False) -> Context:
    context = Context(datetime(2026, 11, 23, tzinfo=UTC))
    context.begin(new=new)
    return context


def test_a_target_says_what_it_is_for() -> None:
    made = target(rule({"id": "employeeId"}, intent="admin"))
    assert (made.connector, made.object_type, made.resource_type, made.intent) == ("app", TYPE, "person", "admin")


def test_nobody_wants_an_object_that_no_rule_governs() -> None:
    join = rule({"title": "title"}, name="b", precedence=200, link=LinkType.JOIN, where=["dept EQUAL it"])
    made = target(rule({"id": "employeeId"}, where=["dept EQUAL hr"]), join)
    assert made.function.call({"dept": "hr", "employeeId": "1"}, at()) == (True, True, {"id": "1"})
    assert made.function.call({"dept": "it", "title": "t"}, at()) == (False, True, {"title": "t"})
    assert made.function.call({}, at()) == (False, False, {})


def test_the_first_rule_in_scope_that_gives_a_value_wins() -> None:
    made = target(
        rule({"name": "mail"}, where=["dept EQUAL it"]),
        rule({"name": "name"}, name="b", precedence=200),
        rule({"name": "x:title"}, name="c", precedence=300),
        functions={"x:title": lambda values: values["title"]},
    )
    values = {"mail": "m", "name": "n", "title": "t"}
    assert made.function.call(values | {"dept": "it"}, at())[2] == {"name": "m"}
    assert made.function.call(values, at())[2] == {"name": "n"}
    assert made.function.call({"title": "t"}, at())[2] == {"name": "t"}


def test_references_are_rows_told_apart_by_the_rule_that_carries_them() -> None:
    table = {"name": "name", "boss": "manager", NAME: "manager"}
    member = replace(
        rule({}, name="b", precedence=200, where=["dept EQUAL it"]), flows=(Flow("member", origin_of(), intent="x"),)
    )
    made = target(rule(table), member)
    assert made.references == (("manager", "boss", "", 0), ("manager", "member", "x", 1))
    assert [one.name for one in made.rules] == ["app out", "b"]
    assert made.scopes is not None
    assert made.scopes.call({"dept": "it"}, at()) == 0b11
    assert made.scopes.call({}, at()) == 0b01
    assert made.function.call({"name": "n", "manager": "m"}, at())[2] == {"name": "n", NAME: "m"}
    assert target(rule({"name": "name"}, where=["dept EQUAL it"])).scopes is None


def origin_of() -> Any:
    return rule({"member": "manager"}).flows[0].origin


def test_a_secret_is_given_when_an_object_is_made_and_stands_in_no_image() -> None:
    made = target(
        rule({"password": '="A" & [name]', "name": "name"}, where=["dept EQUAL it"]),
        rule({"password": "#first", "pin": "x:pin"}, name="b", precedence=200),
        functions={"x:pin": lambda values: len(values["name"])},
    )
    assert made.function.call({"name": "n", "dept": "it"}, at(new=True))[2] == {"name": "n"}
    assert made.secrets is not None
    assert made.secrets.call({"name": "n", "dept": "it"}, at(new=True)) == {"password": "An", "pin": "1"}
    assert made.secrets.call({"name": "n"}, at(new=True)) == {"password": "first", "pin": "1"}
    with pytest.raises(KeyError) as caught:
        made.secrets.call({}, at(new=True))
    assert str(made.secrets.failure(caught.value)) == "rule “b”, flow to pin (b.yaml:11): 'name'"
    assert target(rule({"name": "name"})).secrets is None


def test_what_fails_in_the_scope_of_a_secret_is_told_of_its_flow() -> None:
    made = target(rule({"password": "name"}, where=["dept ISBITSET 1"]))
    assert made.secrets is not None
    with pytest.raises(Exception, match="number") as caught:
        made.secrets.call({"dept": "x"}, at())
    assert str(made.secrets.failure(caught.value)).startswith("rule “app out”, flow to password (app-out.yaml:10): ")


def test_an_attribute_that_the_type_does_not_know_takes_text() -> None:
    made = target(rule({"unknown": "=1 + 1", "title": "title"}, leaving={"other": "tags", "title": "title"}))
    assert made.function.call({"title": "t"}, at())[2] == {"unknown": "2", "title": "t"}
    assert made.leaving is not None
    assert made.leaving.call({"tags": ["x"], "title": "t"}, at()) == {"other": "x", "title": "t"}


def test_parameters_stand_in_scopes_and_secrets() -> None:
    one = replace(
        rule({"name": "=%Name%", "password": "=%Name%"}, where=["dept EQUAL %Dept%"]),
        parameters={"Name": "n", "Dept": "it"},
    )
    made = target(one)
    assert made.secrets is not None
    assert made.function.call({"dept": "it"}, at()) == (True, True, {"name": "n"})
    assert made.secrets.call({"dept": "it"}, at()) == {"password": "n"}
    assert made.secrets.call({}, at()) == {}


def test_a_function_may_be_a_scope() -> None:
    asked = scope("dept EQUAL x")
    one = replace(
        rule({"name": "name", "password": "name", "boss": "manager"}),
        scope=((replace(asked[0][0], function="x:asked"),),),
    )
    made = target(one, functions={"x:asked": lambda values: "name" in values})
    assert made.secrets is not None
    assert made.function.call({"name": "n"}, at()) == (True, True, {"name": "n"})
    assert made.function.call({}, at()) == (False, False, {})
    assert made.secrets.call({}, at()) == {}
    assert made.scopes is not None
    assert (made.scopes.call({"name": "n"}, at()), made.scopes.call({}, at())) == (1, 0)


def test_what_an_object_gets_that_is_kept_though_nobody_wants_it() -> None:
    leaving = {"title": "#gone", "mail": "x:mail", "name": "=IgnoreThisFlow", "id": "=AuthoritativeNull"}
    made = target(
        rule({"name": "name"}, name="b", precedence=200, link=LinkType.JOIN),
        rule({"name": "name"}, deprovision=Deprovision.KEEP, leaving=leaving),
        functions={"x:mail": lambda values: [values["name"]]},
    )
    assert made.leaving is not None
    assert made.leaving.call({"name": "n"}, at()) == {"title": "gone", "mail": ["n"], "id": None}
    with pytest.raises(KeyError) as caught:
        made.leaving.call({}, at())
    assert str(made.leaving.failure(caught.value)) == "rule “app out”, flow to mail (app-out.yaml:11): 'name'"
    assert made.deprovision({}) is Deprovision.KEEP
    assert target(rule({"name": "name"})).leaving is None


def test_a_function_may_say_what_happens_to_who_is_not_wanted() -> None:
    one = replace(rule({"name": "name"}), deprovision_by="x:decide")
    made = target(one, functions={"x:decide": lambda values: "keep" if "name" in values else "delete"})
    assert made.deprovision({"name": "n"}) is Deprovision.KEEP
    assert made.deprovision({}) is Deprovision.DELETE


def test_without_a_rule_that_provisions_the_object_is_let_go() -> None:
    made = target(rule({"name": "name"}, link=LinkType.JOIN, deprovision=Deprovision.DELETE))
    assert made.deprovision({}) is Deprovision.DISCONNECT
    assert (made.provisioning, made.decide) == (None, None)


def test_what_fails_is_traced_to_its_flow_or_scope() -> None:
    made = target(
        rule({"name": "=CNum([name])"}, where=["dept ISNOTNULL"]),
        rule({"title": "title"}, name="b", precedence=200, where=["title ISBITSET 1"]),
    )
    for values, where in (
        ({"name": "x", "dept": "it"}, "rule “app out”, flow to name (app-out.yaml:10): "),
        ({"title": "x"}, "rule “b”, flow to scope (b.yaml:1): "),
    ):
        with pytest.raises(Exception, match="number") as caught:
            made.function.call(values, at())
        assert str(made.function.failure(caught.value)).startswith(where)
