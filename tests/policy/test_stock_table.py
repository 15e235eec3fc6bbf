"""The form of ``stock_cases.yaml``: its names are those of the export, its world fits the schema, nothing is left out.

Whether its answers are right is for whoever judges an engine by them. What is asked here is only that a rule that is
said to grant something speaks of that action and of those attributes, and is enabled: no set is looked into.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from tests.policy.stock_table import Case, load, raw

EXPORT = Path(__file__).parents[1] / "data" / "mim" / "ServiceConfig"
"""A clean MIM 2016, as Microsoft published it."""
ACTIONS = {"Create", "Read", "Modify", "Add", "Remove", "Delete"}
KEYS = {"scenario", "who", "may", "of", "attribute", "attributes", "value", "expect", "by", "because", "workflows"}
SERVER_MADE = {"ObjectType", "CreatedTime"}
"""Required, and nobody's to write."""
OF_THE_SYSTEM = {"Creator", "ObjectID", "CreatedTime", "ObjectType"}

Values = Mapping[str, list[str]]

TABLE = load()


def _objects(name: str) -> Iterator[Values]:
    for one in ET.parse(EXPORT / name).getroot().iter("ResourceManagementAttributes"):
        values = {}
        for attribute in one:
            found = [*attribute.findall("Value"), *attribute.findall("Values/string")]
            values[attribute.findtext("AttributeName", "")] = [value.text or "" for value in found]
        yield values


@cache
def _schema() -> Mapping[str, Values]:
    return {one["ObjectID"][0]: one for one in _objects("schema.xml")}


@cache
def _stock() -> Mapping[str, list[Values]]:
    """``Type/Name`` → the objects of that name: in schema the Name, ``Type.Attribute`` of a binding; DisplayName."""
    found: dict[str, list[Values]] = {}
    schema = _schema()
    for one in schema.values():
        name = one.get("Name", one.get("DisplayName", [""]))[0]
        if one["ObjectType"] == ["BindingDescription"]:
            bound = (schema[one[end][0]]["Name"][0] for end in ("BoundObjectType", "BoundAttributeType"))
            name = ".".join(bound)
        found.setdefault(f"{one['ObjectType'][0]}/{name}", []).append(one)
    for one in _objects("policy.xml"):
        if one["ObjectID"][0] not in schema:
            found.setdefault(f"{one['ObjectType'][0]}/{one.get('DisplayName', [''])[0]}", []).append(one)
    return found


@cache
def _attributes() -> Mapping[str, Mapping[str, Values]]:
    """Type → attribute → its definition, with ``Required`` of the binding."""
    schema = _schema()
    found: dict[str, dict[str, Values]] = {}
    for one in schema.values():
        if one["ObjectType"] == ["BindingDescription"]:
            attribute = schema[one["BoundAttributeType"][0]]
            of_type = found.setdefault(schema[one["BoundObjectType"][0]]["Name"][0], {})
            of_type[attribute["Name"][0]] = {**attribute, "Required": one.get("Required", ["False"])}
    return found


def _rule(name: str) -> Values:
    (rule,) = _stock()[f"ManagementPolicyRule/{name}"]
    return rule


def _type(case: Case) -> str:
    if not case.of:
        return str(case.values["ObjectType"])
    return str(TABLE.world[case.of]["ObjectType"]) if case.of in TABLE.world else case.of.partition("/")[0]


def _known(name: str) -> bool:
    return name in TABLE.world or len(_stock().get(name, [])) == 1


def _is(kind: str, one: Any) -> bool:
    """Whether a value is of a data type of the schema."""
    match kind:
        case "Reference":
            return _known(one)
        case "Boolean":
            return type(one) is bool
        case "Integer":
            return type(one) is int
        case _:
            return type(one) is str


def _misfits(kind: str, values: Mapping[str, Any]) -> Iterator[str]:
    """What the schema has against these values of a resource of this type."""
    attributes = _attributes()[kind]
    for name, value in values.items():
        definition = attributes.get(name)
        if definition is None:
            yield f"{kind} has no {name}"
            continue
        if isinstance(value, list) != (definition["Multivalued"] == ["True"]):
            yield f"{name}: one value or several?"
        for one in value if isinstance(value, list) else [value]:
            if not _is(definition["DataType"][0], one):
                yield f"{name}: {one!r} is no {definition['DataType'][0]}, or no one knows what it names"


def _missing(kind: str, values: Mapping[str, Any]) -> Iterator[str]:
    """What the schema asks of a resource of this type and is not there."""
    for name, definition in _attributes()[kind].items():
        if definition["Required"] == ["True"] and name not in SERVER_MADE and name not in values:
            yield f"{kind} must have {name}"


def _against_schema(case: Case) -> Iterator[str]:
    """What makes a case one that could not be asked for, whatever the policy."""
    kind = _type(case)
    if case.may not in ACTIONS:
        yield f"{case.may} is no action"
    for name in {case.who, case.of} - {""}:
        if not _known(name):
            yield f"{name} is neither in the world nor one stock object"
    if case.may == "Create":
        yield from _missing(kind, case.values)
    if case.may == "Read":
        yield from (f"{kind} has no {name}" for name in case.values if name not in _attributes()[kind])
        return
    if case.values.keys() & OF_THE_SYSTEM - ({"ObjectType"} if case.may == "Create" else set()):
        yield "only the system writes that"
    several = case.may in {"Add", "Remove"}
    yield from _misfits(kind, {name: [value] if several else value for name, value in case.values.items()})


def _idle(case: Case) -> Iterator[str]:
    """What a case would not change in its resource of the world."""
    before = TABLE.world.get(case.of)
    if before is None or case.may == "Read":
        return
    for name, value in case.values.items():
        held = before.get(name, [] if case.may in {"Add", "Remove"} else None)
        if case.may == "Modify" and held == value:
            yield f"{name} is {value} already"
        if case.may == "Add" and value in held:
            yield f"{name} holds {value} already"
        if case.may == "Remove" and value not in held:
            yield f"{name} does not hold {value}"


def _against_rule(case: Case, name: str, attributes: set[str]) -> Iterator[str]:
    """What in the text of a rule speaks against its granting these attributes of a case."""
    rule = _rule(name)
    if case.may not in rule["ActionType"]:
        yield f"{name!r} is not for {case.may}"
    enabled = rule["Disabled"] == ["False"] or name in TABLE.switched_on[case.scenario]
    if not enabled or name in TABLE.switched_off.get(case.scenario, ()):
        yield f"{name!r} is disabled"
    if rule["ActionParameter"] != ["*"] and not attributes <= set(rule["ActionParameter"]):
        yield f"{name!r} does not name all of {sorted(attributes)}"


def _against_rules(case: Case) -> Iterator[str]:
    if case.granted != bool(case.rules or case.parts):
        yield "a granted case needs a rule, and no other may have one"
    if case.parts and case.parts.keys() != case.values.keys():
        yield "parts name every attribute"
    for rule in case.rules:
        yield from _against_rule(case, rule, set(case.values))
    for attribute, rules in case.parts.items():
        for rule in rules:
            yield from _against_rule(case, rule, {attribute})


def test_there_are_enough_of_each() -> None:
    assert len(TABLE.cases) >= 250
    by_answer = Counter(case.granted for case in TABLE.cases)
    assert min(by_answer.values()) > len(TABLE.cases) / 3
    by_action = Counter((case.may, case.granted) for case in TABLE.cases)
    assert all(by_action[action, granted] >= 9 for action in ACTIONS for granted in (True, False))
    assert {case.scenario for case in TABLE.cases} == TABLE.switched_on.keys()


def test_no_question_is_asked_twice() -> None:
    asked = Counter((case.scenario, case.who, case.may, case.of, str(case.values)) for case in TABLE.cases)
    assert [question for question, times in asked.items() if times > 1] == []


def test_every_case_is_in_the_form_that_the_readme_describes() -> None:
    for case in raw()["cases"]:
        assert case.keys() <= KEYS, case
        assert ("by" in case) == (case["expect"] == "yes"), case
        assert ("because" in case) == (case["expect"] == "no"), case
        assert "workflows" not in case or case["expect"] == "yes", case
        assert not {"attribute", "attributes"} <= case.keys(), case
        assert (case["may"] in {"Create", "Delete"}) == (not {"attribute", "attributes"} & case.keys()), case
        assert ("value" in case) == ("attribute" in case and case["may"] != "Read"), case


def test_the_rules_are_all_that_grant_something() -> None:
    rules = {
        name.partition("/")[2]: one[0] for name, one in _stock().items() if name.startswith("ManagementPolicyRule/")
    }
    assert len(rules) == 81
    assert set(TABLE.rules.values()) == {name for name, rule in rules.items() if rule["GrantRight"] == ["True"]}


def test_every_rule_that_can_grants_something_in_the_table() -> None:
    named = {rule for case in TABLE.cases for rule in case.rules.union(*case.parts.values())}
    useless = "Request management: Request approvers can read their approval response resources"
    assert "Approver" not in _attributes()["ApprovalResponse"]
    assert set(TABLE.rules.values()) - named == {useless}


def test_scenarios_switch_what_ships_the_other_way_round() -> None:
    disabled = {rule for rule in TABLE.rules.values() if _rule(rule)["Disabled"] == ["True"]}
    assert {rule for rules in TABLE.switched_on.values() for rule in rules} == disabled
    assert set(TABLE.switched_on["everything"]) == disabled
    assert not {rule for rules in TABLE.switched_off.values() for rule in rules} & disabled
    assert TABLE.switched_off.keys() <= TABLE.switched_on.keys()


def test_listed_people_are_in_the_world_and_their_sets_in_the_export() -> None:
    for name, members in TABLE.listed.items():
        assert len(_stock()[f"Set/{name}"]) == 1
        assert all(TABLE.world[member]["ObjectType"] == "Person" for member in members)


def test_workflows_are_those_of_the_export() -> None:
    assert all(len(_stock()[f"WorkflowDefinition/{name}"]) == 1 for name in TABLE.workflows.values())
    started = {name for case in TABLE.cases for name in case.workflows or ()}
    assert started == set(TABLE.workflows.values())


def test_the_world_fits_the_schema() -> None:
    wrong = {
        name: [*_misfits(one["ObjectType"], one), *_missing(one["ObjectType"], one)]
        for name, one in TABLE.world.items()
    }
    assert {name: misfits for name, misfits in wrong.items() if misfits} == {}


@pytest.mark.parametrize("objections", [_against_schema, _idle, _against_rules])
def test_there_is_nothing_against_the_cases(objections: Callable[[Case], Iterator[str]]) -> None:
    wrong = {str(case): list(objections(case)) for case in TABLE.cases}
    assert {case: misfits for case, misfits in wrong.items() if misfits} == {}
