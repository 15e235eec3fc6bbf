"""How rules meet one another: each check fires, and stays silent on the near miss."""

from pathlib import Path

import pytest
from small_company import FILES

from mimas.configuration.check import check
from mimas.configuration.problem import Severity
from mimas.configuration.reading import read

AGAIN = """
---
kind: SyncRule
name: Again
direction: {direction}
connector: {connector}
object: {object}
resource: person
precedence: 300
{rest}
"""


def findings(home: Path, *changes: tuple[str, str, str], more: str = "") -> list[str]:
    files = dict(FILES)
    for file, old, new in changes:
        assert old in files[file], old
        files[file] = files[file].replace(old, new, 1)
    files["more.yaml"] = more
    documents = []
    for name, text in files.items():
        found, wrong = read(text, f"documents/{name}") if text else ([], [])
        assert wrong == []
        documents += found
    return [str(problem) for problem in check(home, documents) if problem.severity is not Severity.HINT]


def inbound(rest: str) -> str:
    return AGAIN.format(direction="inbound", connector="hr", object="worker", rest=rest)


def outbound(rest: str) -> str:
    return AGAIN.format(direction="outbound", connector="directory", object="inetOrgPerson", rest=rest)


def test_a_rule_that_only_joins_where_nobody_links(tmp_path: Path) -> None:
    changes = [("hr.yaml", "link: provision\n", ""), ("hr.yaml", "join:\n  - Number = employeeID\n", "")]
    (found,) = findings(tmp_path, *changes)
    assert "hr.yaml:17: warning: In from HR: no object of type worker in hr is ever linked" in found
    assert findings(tmp_path, changes[0]) == []
    assert findings(tmp_path, changes[1]) == []


def test_an_attribute_that_is_read_and_not_written(tmp_path: Path) -> None:
    (found,) = findings(tmp_path, more=outbound("flows:\n  cn: =[mail]"))
    assert "reads 'mail', which no rule writes" in found
    (found,) = findings(tmp_path, more=outbound("scope: [level GREATERTHAN 3]\nflows: {cn: displayName}"))
    assert "reads 'level', which no rule writes" in found
    assert findings(tmp_path, more=outbound("scope: [company EQUAL Contoso]\nflows: {cn: displayName}")) == []


@pytest.mark.parametrize(
    ("clauses", "contradiction"),
    [
        ("[Status EQUAL active, Status EQUAL left]", True),
        ("[Status ISNULL, Status EQUAL left]", True),
        ("[Status ISNULL, Status ISNOTNULL]", True),
        ("[Status EQUAL active, Status EQUAL Active]", False),
        ("[[Status EQUAL active], [Status EQUAL left]]", False),
        ("[Status EQUAL active, First EQUAL left]", False),
        ("[Status NOTEQUAL active, Status NOTEQUAL left]", False),
    ],
)
def test_a_scope_in_which_nobody_can_be(tmp_path: Path, clauses: str, contradiction: bool) -> None:
    found = findings(tmp_path, ("hr.yaml", "\n  - Status EQUAL active", f" {clauses}"))
    assert [("so nobody is in scope" in line) for line in found] == ([True] if contradiction else [])


def test_a_flow_behind_a_constant(tmp_path: Path) -> None:
    whole = ("hr.yaml", "scope:\n  - Status EQUAL active\n", "")
    again = inbound("flows: {company: First}")
    (found,) = findings(tmp_path, whole, more=again)
    assert "never writes 'company': the constant of 'In from HR'" in found
    assert findings(tmp_path, more=again) == [], "a constant within a scope leaves room"


def test_an_object_without_what_identifies_it(tmp_path: Path) -> None:
    connector = """
kind: Connector
name: app
type: delimited
settings: {path: app.csv, export: listing}
objects:
  user:
    anchor: [id, unit]
    attributes: {id: string, unit: string}
"""
    rule = AGAIN.format(
        direction="outbound", connector="app", object="user", rest="link: provision\nflows: {id: employeeID}"
    )
    (found,) = findings(tmp_path, more=connector + rule)
    assert "provisions objects of app without 'unit', which is in their anchor" in found
    assert (
        findings(tmp_path, more=connector + rule.replace("{id: employeeID}", "{id: employeeID, unit: company}")) == []
    )


def test_an_account_that_depends_on_what_only_the_account_says(tmp_path: Path) -> None:
    back = AGAIN.format(
        direction="inbound", connector="directory", object="inetOrgPerson", rest="flows: {mail: {constant: there}}"
    )
    scope = ("directory.yaml", "link: provision", "link: provision\nscope: [mail ISNULL]")
    (found,) = findings(tmp_path, scope, more=back)
    assert "depending on 'mail', and 'Again' writes 'mail' from those objects only: they would come and go" in found
    other = back + inbound("flows: {mail: First}").replace("Again", "HR mail").replace("300", "400")
    assert findings(tmp_path, scope, more=other) == []


@pytest.mark.parametrize(
    ("kind", "clash"), [("binary", True), ("datetime", True), ("integer", False), ("string", False)]
)
def test_a_type_that_no_value_can_become(tmp_path: Path, kind: str, clash: bool) -> None:
    found = findings(
        tmp_path,
        ("hr.yaml", "First: string", f"First: string\n      Level: {kind}"),
        ("hr.yaml", "manager: Manager", "manager: Manager\n  level: Level"),
    )
    assert ["which none of its values can be" in line for line in found] == ([True] if clash else [])
