"""Documents that are resources: what is wrong with them is told where it stands."""

# ruff: noqa: E501 - the tables of mistakes read best with one mistake in a line

from pathlib import Path

import pytest

from mimas.configuration.check import check
from mimas.configuration.problem import Problem, Severity
from mimas.configuration.reading import read

TYPES = """\
kind: ObjectType
name: person
attributes: {accountName: "string, indexed", department: string, floor: {type: integer, minimum: 0}}
---
"""
SETS = """\
kind: Set
name: Everybody
ObjectID: 11111111-2222-3333-4444-555555555555
Filter: /person[ObjectID = /Set[ObjectID = '11111111-2222-3333-4444-555555555556']/ComputedMember]
---
kind: Set
name: Sales
ObjectID: "{11111111-2222-3333-4444-555555555556}"
Filter: /person[department = 'Sales']
ExplicitMember: [person/ann, person/17, "/person[department = 'IT']"]
---
kind: ManagementPolicyRule
name: Everybody reads everybody
GrantRight: true
ActionType: [Read]
PrincipalSet: Everybody
ResourceCurrentSet: Set/Sales
"""
HR = """\
---
kind: Connector
name: hr
type: delimited
settings: {path: hr.csv}
objects: {worker: {anchor: [id], attributes: {id: string, department: string}}}
---
kind: SyncRule
name: In
direction: inbound
connector: hr
object: worker
resource: person
precedence: 1
link: provision
flows: {accountName: id, department: department}
---
"""


def findings(text: str) -> list[Problem]:
    documents, problems = read(TYPES + text, "documents/a.yaml")
    assert problems == []
    return [one for one in check(Path(), documents) if one.severity is not Severity.HINT]


def test_nothing_is_said_of_what_is_right() -> None:
    assert findings(SETS) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("GrantRight", "GrantRigt", "ManagementPolicyRule has no attribute 'GrantRigt'; did you mean 'GrantRight'?"),
        ("GrantRight: true\n", "", "'GrantRight' is missing, and ManagementPolicyRule must have it; write `GrantRight: …`"),
        ("GrantRight: true", "GrantRight: yes", "'GrantRight' is true or false, which 'yes' is not"),
        ("GrantRight: true", "GrantRight: [true]", "'GrantRight' holds one value, not a list"),
        ("ActionType: [Read]", "ActionType: [{a: b}]", "'ActionType' holds single values"),
        ("ActionType: [Read]", "ActionType: [Raed]", "'Raed' is no action; did you mean 'Read'?"),
        ("ActionType: [Read]", "ActionType: true", "'ActionType' cannot be 'True'; write \"true\" in quotes"),
        ("PrincipalSet: Everybody", "PrincipalSet: Everbody", "there is no document of kind Set named 'Everbody'; did you mean 'Everybody'?"),
        ("Set/Sales", "Set/Sale", "there is no document of kind Set named 'Sale'; did you mean 'Sales'?"),
        ("person/ann", "persn/ann", "'ExplicitMember' is to refer to 'persn/ann', which does not say of which type; did you mean 'person'?"),
        ("person/ann", "ann", "'ExplicitMember' is to refer to 'ann', which does not say of which type"),
        ("department = 'Sales'", "departmen = 'Sales'", "Did you mean"),
        ("department = 'IT'", "departmen = 'IT'", "did you mean department?"),
        ("/person[department = 'Sales']", "/person[", "`Filter`"),
        ("kind: ManagementPolicyRule", "kind: ManagementPolicyRul", "unknown kind 'ManagementPolicyRul'; did you mean 'ManagementPolicyRule'?"),
        ("kind: ManagementPolicyRule", "kind: Request", "a Request comes of being used, and is no document"),
        ("kind: ManagementPolicyRule", "kind: BindingDescription", "a BindingDescription follows the types there are"),
        ("555555555556}", "55}", "is no GUID"),
        ("4444-555555555556}", "4444-555555555555}", "has the ObjectID of Set Everybody"),
        ("Filter: /person[dep", "ComputedMember: [x]\nFilter: /person[dep", "'ComputedMember' is computed; take it out"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_where_it_is(old: str, new: str, expected: str) -> None:
    assert old in SETS
    found = [str(one) for one in findings(SETS.replace(old, new, 1)) if one.severity is Severity.ERROR]
    assert any(expected.lower() in one.lower() for one in found), found


def test_a_mistake_has_its_line() -> None:
    (problem,) = findings(SETS.replace("person/17", "17"))
    assert str(problem.place) == "documents/a.yaml:14"
    assert problem.about == "Sales"


def test_an_id_that_no_document_has_may_be_in_the_store() -> None:
    other = "99999999-2222-3333-4444-555555555556"
    found = findings(
        SETS.replace("person/17", other).replace("= '11111111-2222-3333-4444-555555555556'", f"= '{other}'")
    )
    assert {one.severity for one in found} == {Severity.WARNING}
    assert len(found) == 2


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("PrincipalSet: Everybody\n", "", "names nobody whom it gives a right"),
        ("ResourceCurrentSet: Set/Sales\n", "", "gives no right to Read, as it has no ResourceCurrentSet"),
        ("[Read]", "[Create]", "gives no right to Create, as it has no ResourceFinalSet"),
        ("[Read]", "[Read]\nActionParameter: [departmnt, '*']", "no type has the attribute 'departmnt'; did you mean 'department'?"),
    ],
)  # fmt: skip
def test_a_rule_that_gives_nobody_anything_is_suspicious(old: str, new: str, expected: str) -> None:
    (problem,) = findings(SETS.replace(old, new, 1))
    assert problem.severity is Severity.WARNING
    assert expected in str(problem)


ANN = "kind: person\nname: ann\naccountName: ann\ndepartment: Sales\n"


def test_persons_may_be_documents_unless_a_sync_rule_says_who_they_are() -> None:
    assert findings(ANN) == []
    first, second = findings(HR + ANN)
    assert "'accountName' of person is what the sync rule 'In' says; change it at its source" in str(first)
    assert "'department' of person" in str(second)


def test_values_are_held_to_the_schema() -> None:
    (problem,) = findings(f"{ANN}floor: -1\n")
    assert "'floor' is 0 at least, and -1 is less" in str(problem)


def test_a_type_with_a_mistake_is_told_and_not_its_resources() -> None:
    documents, _ = read("kind: ObjectType\nname: thing\nattributes: {a: strin}\n---\nkind: thing\nname: x\n", "a.yaml")
    assert [one.message for one in check(Path(), documents)] == ["unknown attribute type 'strin'"]
