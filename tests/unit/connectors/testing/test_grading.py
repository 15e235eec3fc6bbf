"""The conformance kit itself: verdicts, reports, finding a subject. That its checks can fail is in tests/servers."""

from pathlib import Path
from typing import Any

import pytest

from mimas.connectors.contract import ConnectorError, End, Entry
from mimas.connectors.testing import CHECKS, Subject, Verdict, find, grade, try_check
from mimas.connectors.testing.listing import Image, taken_down
from mimas.connectors.testing.terms import TERMS
from mimas.runs.catalogue import ERRORS, Stage
from mimas.testing import Nature
from tests.simulated import Simulated
from tests.unit.cli.shell import Shell

QUIET = "a-test-says-what-was-reached"
DELETES = "deltas-show-deletes"


class Forgetful(Simulated):
    """Its deltas show no deletes."""

    title = "forgetful"
    nature = Nature(hides_deletes=True)


class Honest(Forgetful):
    """It says so."""

    shortfalls = {DELETES: "nobody remembers them"}  # noqa: RUF012


class Modest(Simulated):
    """It says so, and is better than that; and it names no attributes."""

    shortfalls = {DELETES: "nobody remembers them"}  # noqa: RUF012
    text = ""
    settings = {"named": False}  # noqa: RUF012


class Broken(Simulated):
    def __init__(self, folder: Path) -> None:
        raise RuntimeError(f"no room in {folder.name[:6]}")


def test_the_terms_are_those_of_the_catalogue() -> None:
    ours = {"extension-error"}  # of functions that Mimas itself calls
    assert {code for code, entry in ERRORS.items() if Stage.EXPORT in entry.stages} - ours == TERMS


def test_every_check_says_what_it_proves() -> None:
    assert all(check.proves.endswith(".") for check in CHECKS.values())
    assert all("_" not in name for name in CHECKS)


def verdict(name: str, subject: type[Subject]) -> tuple[Verdict, str]:
    outcome = try_check(name, subject)
    return outcome.verdict, outcome.said


def test_a_check_passes_or_says_what_was_seen() -> None:
    assert verdict(DELETES, Simulated) == (Verdict.PASSED, "")
    failed, said = verdict(DELETES, Forgetful)
    assert failed is Verdict.FAILED
    assert "user-2: expected nothing, saw Image(type='user'" in said


def test_a_known_shortfall_is_no_failure_unless_it_is_gone() -> None:
    known, said = verdict(DELETES, Honest)
    assert known is Verdict.KNOWN
    assert said.startswith("nobody remembers them (")
    grade(Honest, [DELETES]).raise_if_failed()

    class Better(Simulated):
        shortfalls = {DELETES: "nobody remembers them"}  # noqa: RUF012

    failed, said = verdict(DELETES, Better)
    assert (failed, "take it off" in said) == (Verdict.FAILED, True)


def test_what_is_not_declared_and_what_is_not_offered() -> None:
    assert verdict(DELETES, Modest) == (Verdict.INAPPLICABLE, "the connector does not declare 'delta'")
    assert verdict("values-with-signs", Modest) == (Verdict.UNTRIED, "the subject says nothing of 'text'")


def test_a_subject_that_fails_is_a_failure() -> None:
    failed, said = verdict(QUIET, Broken)
    assert failed is Verdict.FAILED
    assert "RuntimeError: no room in mimas-" in said


def test_the_report() -> None:
    report = grade(Forgetful, [QUIET, DELETES, "a-listing-is-replaced-at-once"])
    lines = str(report).splitlines()
    assert lines[0] == "forgetful"
    assert lines[2] == f"ok      {QUIET}"
    assert lines[3] == f"FAILED  {DELETES}"
    assert "-       a-listing-is-replaced-at-once               the connector does not declare 'listing'" in lines
    assert lines[-1] == report.summary == "1 passed, 1 failed, 1 not applicable"
    assert [(one["check"], one["verdict"]) for one in report.json["checks"]][1] == (DELETES, "failed")
    assert (report.json["connector"], report.json["failed"]) == ("forgetful", 1)
    with pytest.raises(AssertionError, match=r"forgetful: 1 passed, 1 failed(.|\n)*deltas-show-deletes: A delta says"):
        report.raise_if_failed()


class Shown:
    """A page of entries; none: it is gone."""

    def __init__(self, **entries: Entry | None) -> None:
        self.keys: Any = list(entries)
        self.fingerprints: Any = [1] * len(entries)
        self.deleted = frozenset(i for i, entry in enumerate(entries.values()) if entry is None)
        self.problems: Any = ()
        self.entry: Any = lambda index: list(entries.values())[index]


def test_a_delta_is_put_upon_what_was_there() -> None:
    first = taken_down(
        [Shown(a=Entry("user", "a", None, {"x": 1, "m": ["p", "q"]}, {"r": ["b"]}), b=Entry("user", "b")), End()]
    )
    assert first.faults == []
    partial = Entry("user", "a", None, {}, {}, True, frozenset({"x"}), {"m": ["s"], "r": ["c"]}, {"m": ["p"]})
    delta = taken_down([Shown(a=partial), Shown(b=None), End(watermark="2")])
    assert delta.after(first.images) == {"a": Image("user", None, {"m": ["q", "s"]}, {"r": ["b", "c"]})}


def test_readings_that_break_the_contract() -> None:
    odd = Shown(a=Entry("user", "b", "cn=a", {"x": "", "m": [2, 1]}))
    odd.fingerprints = [-1]
    listing = taken_down([End(), odd])
    for part in ("after the End", "63 bits", "its anchor is b", "'dn'", "x is empty", "not sorted"):
        assert any(part in fault for fault in listing.faults), part
    assert "no End comes last" in taken_down([Shown()]).faults


def test_a_subject_is_found_by_its_module(monkeypatch: pytest.MonkeyPatch) -> None:
    assert find("tests.simulated:Simulated") is Simulated
    with pytest.raises(ConnectorError, match="There is no subject 'payroll'") as caught:
        find("payroll")
    assert "module:attribute" in caught.value.advice
    with pytest.raises(ConnectorError, match="cannot be imported"):
        find("tests.simulated:Nothing")


def test_at_the_prompt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shell = Shell(tmp_path, monkeypatch)
    grading = ("connector", "grade", "tests.simulated:Simulated", "--check", QUIET)
    assert shell.done(*grading) == f"ok      {QUIET}\n\nsimulator: 1 passed\n"
    assert shell(*grading, "--json").json["checks"][0]["verdict"] == "passed"
    failed = shell("connector", "grade", f"{__name__}:Forgetful", "--check", DELETES)
    assert (failed.code, "FAILED" in failed.out) == (1, True)
    wrong = shell("connector", "grade", "tests.simulated:Simulated", "--check", "deltas-show-delete")
    assert (wrong.code, "Did you mean 'deltas-show-deletes'?" in wrong.err) == (2, True)
