"""Homes with rule tests in them: the one that `mimas init` makes, with other documents or tests."""

from pathlib import Path

from mimas.configuration.starter import write_starter
from mimas.ruletests.suite import Result, Suite

ADA = "uid=alovelace,ou=People,dc=example,dc=com"
GIVEN = """
given:
  hr:
    worker:
      1001: {First: Ada, Last: Lovelace, Department: Engineering, Status: active}
      1002: {First: Grace, Last: Hopper, Status: active, Manager: 1001}
"""


def home(folder: Path, tests: str, *, file: str = "", old: str = "", new: str = "") -> Path:
    """The starter with these tests in place of its own, and one text of one file replaced."""
    write_starter(folder)
    (folder / "tests" / "people.yaml").write_text(tests, encoding="utf-8")
    if file:
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text
        (folder / file).write_text(text.replace(old, new), encoding="utf-8")
    return folder


def rule_test(name: str, text: str, *, after: str = "", given: str = GIVEN) -> str:
    """One document."""
    before = f"after: {after}\n" if after else ""
    return f"kind: RuleTest\nname: {name}\n{before}{given if not after else ''}\n{text}\n---\n"


def results(folder: Path) -> list[Result]:
    """All tests of a home, run."""
    suite = Suite(folder)
    found = [suite.run(case) for case in suite.read()]
    suite.close()
    return found


def told(result: Result) -> list[tuple[str, str, str, str]]:
    """(what, attribute, expected, got) of what differs."""
    return [(one.what, one.attribute, one.expected, one.got) for one in result.differences]
