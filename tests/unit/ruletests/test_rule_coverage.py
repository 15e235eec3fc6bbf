"""Coverage is what the engine did: scopes that held and did not, flows that gave a value."""

from pathlib import Path

from mimas.ruletests.form import START
from mimas.ruletests.suite import Suite
from mimas.ruletests.watching import Watched, watch
from mimas.runs.extensions import Extensions
from mimas.sync.compiling import compile_rules
from mimas.sync.context import Context
from tests.unit.ruletests.homes import home, rule_test

NOBODY = "given: {hr: {worker: {9: {First: No, Last: Body, Status: applicant}}}}"


def missing(folder: Path) -> dict[str, list[tuple[str, str]]]:
    """Rule → what no test comes by."""
    suite = Suite(folder)
    for case in suite.read():
        suite.run(case)
    return {rule.name: rule.missing for rule in suite.coverage.by_rule()}


def test_what_no_test_comes_by(tmp_path: Path) -> None:
    assert missing(home(tmp_path, rule_test("x", ""))) == {
        "In from HR": [("out of scope", "")],
        "Out to the directory": [],
    }


def test_nobody_in_scope_covers_nothing_else(tmp_path: Path) -> None:
    found = missing(home(tmp_path, rule_test("x", "", given=NOBODY)))
    assert found["In from HR"][:2] == [("in scope", ""), ("employeeID", "documents/hr.yaml:36")]
    assert len(found["In from HR"]) == 1 + 7
    assert found["Out to the directory"][0] == ("in scope", "")


def test_a_reference_counts_when_it_points_somewhere(tmp_path: Path) -> None:
    given = "given: {hr: {worker: {1: {First: A, Last: B, Status: active, Department: X}}}}"
    assert missing(home(tmp_path, rule_test("x", "", given=given))) == {
        "In from HR": [("out of scope", ""), ("manager", "documents/hr.yaml:41")],
        "Out to the directory": [("manager", "documents/directory.yaml:33")],
    }


def test_the_percentage(tmp_path: Path) -> None:
    suite = Suite(home(tmp_path, rule_test("x", "")))
    assert suite.coverage.percent == 0
    suite.run(suite.read()[0])
    assert round(suite.coverage.percent, 1) == round(100 * 16 / 17, 1)


def test_a_watched_function_does_what_the_function_does(tmp_path: Path) -> None:
    setup = Suite(home(tmp_path, rule_test("x", ""))).setup
    schemas = {name: connector.schema for name, connector in setup.connectors.items()}
    plain = compile_rules(setup.rules, schemas, Extensions(tmp_path))
    watched = watch(plain, Watched())
    (key,) = plain.contributors
    for row in ({"First": "A", "Last": "B", "Status": "active"}, {"Status": "left", "First": " "}, {}):
        before, after = (rules.contributors[key].function.call(row, Context(START)) for rules in (plain, watched))
        assert before == after
    # A failure is told of the same flow.
    one, other = (rules.contributors[key].function for rules in (plain, watched))
    said = []
    for function in (one, other):
        try:
            function.call({"Status": "active", "First": ["a", "b"]}, Context(START))
        except Exception as error:  # noqa: BLE001 - whatever it is, both say the same
            said.append(function.failure(error))
    assert said[:1] == said[1:]
    assert said[0].about.place.line > 0
