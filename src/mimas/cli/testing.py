"""``test``: the rule tests of a home."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.text import Text

from mimas.cli.configuring import print_problems, read_documents
from mimas.cli.failing import CommandError, Exit
from mimas.cli.installation import Installation
from mimas.cli.printing import as_json, errors, out, print_note
from mimas.configuration.build import ConfigurationError
from mimas.configuration.problem import errors as only_errors
from mimas.ruletests.case import Case
from mimas.ruletests.coverage import RuleCoverage
from mimas.ruletests.form import KIND
from mimas.ruletests.reading import FOLDER
from mimas.ruletests.report import explained, headline, told
from mimas.ruletests.suite import Result, Suite


def run_tests(
    installation: Installation, files: Sequence[Path], *, coverage: bool, fail_under: float | None, json: bool
) -> int:
    """Run the tests of some files, or all, and tell how they ended. Raises `CommandError`."""
    begin = time.monotonic()
    documents, problems = read_documents(installation)
    if wrong := only_errors(problems):
        print_problems(wrong)
        errors.print("Nothing was tested: put these right first.", markup=False)
        return Exit.FAILED
    suite = Suite(installation.home, documents)
    try:
        cases = suite.read([_found(installation.home, file) for file in files])
    except ConfigurationError as error:
        print_problems(error.problems)
        errors.print("Nothing was tested: put these right first.", markup=False)
        return Exit.FAILED
    if not cases:
        raise CommandError(
            f"There are no rule tests yet. They stand in the folder {FOLDER} of the home: documents of the kind {KIND}."
        )
    results = _run(suite, cases, quiet=json)
    seconds = time.monotonic() - begin
    percent = suite.coverage.percent
    if json:
        rules = suite.coverage.by_rule() if coverage or fail_under is not None else None
        as_json(_described(results, rules, percent))
    else:
        _print_end(results, seconds)
        if coverage:
            _print_coverage(suite.coverage.by_rule(), percent)
    covered = fail_under is None or percent >= fail_under
    if not covered:
        errors.print(f"The tests cover {percent:.1f} % of the rules; {fail_under:g} % are asked for.", markup=False)
    return Exit.DONE if covered and all(result.passed for result in results) else Exit.FAILED


def _found(home: Path, file: Path) -> Path:
    """A file as it was typed: from where one stands, or from the home."""
    for path in (file, home / file):
        if path.is_file():
            return path.resolve()
    raise CommandError(f"There is no file {file}, here or in {home}.")


def _run(suite: Suite, cases: Sequence[Case], *, quiet: bool) -> list[Result]:
    results = []
    for case in cases:
        result = suite.run(case)
        results.append(result)
        if not quiet:
            out.print(Text(headline(result), style="" if result.passed else "bold red"))
            for line in explained(result):
                out.print(Text(line, style="dim" if line.lstrip().startswith("→") else ""))
            if not result.passed:
                _print_notes(result)
    suite.close()
    return results


def _print_notes(result: Result) -> None:
    """What else was said of single objects; what counts as a difference stands above already."""
    told_above = " ".join(one.got for one in result.differences)
    for note in result.notes:
        if note["message"] not in told_above:
            print_note(note, "    ", code=True)


def _print_end(results: Sequence[Result], seconds: float) -> None:
    failed = sum(not result.passed for result in results)
    count = f"{len(results)} test{'s' if len(results) != 1 else ''}"
    how = f"{failed} failed" if failed else "all passed"
    out.print(f"{count}, {how}, in {seconds:.1f} seconds.", markup=False)


def _print_coverage(rules: Sequence[RuleCoverage], percent: float) -> None:
    out.print()
    for line in told(rules, percent):
        out.print(Text(line, style="yellow" if line.startswith("  never") else ""))


def _described(results: Sequence[Result], rules: Sequence[RuleCoverage] | None, percent: float) -> Mapping[str, Any]:
    tests = [
        {
            "name": result.case.name,
            "file": result.case.place.file,
            "line": result.case.place.line,
            "passed": result.passed,
            "seconds": round(result.seconds, 3),
            "differences": [
                {
                    "what": one.what,
                    "attribute": one.attribute or None,
                    "expected": one.expected,
                    "got": one.got,
                    "file": one.place.file,
                    "line": one.place.line,
                    "rules": [
                        {"how": origin.how, "rule": origin.rule, "file": origin.place.file, "line": origin.place.line}
                        for origin in one.origins
                    ],
                }
                for one in result.differences
            ],
            "notes": list(result.notes),
        }
        for result in results
    ]
    if rules is None:
        return {"tests": tests}
    covered = [
        {
            "rule": rule.name,
            "file": rule.place.file,
            "line": rule.place.line,
            "in-scope": rule.inside,
            "out-of-scope": rule.outside if rule.scoped else None,
            "flows": [
                {"attribute": flow.attribute, "line": flow.place.line, "gave-a-value": flow.given}
                for flow in rule.flows
            ],
        }
        for rule in rules
    ]
    return {"tests": tests, "coverage": {"percent": round(percent, 1), "rules": covered}}
