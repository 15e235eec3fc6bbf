"""Anchors and names that change by themselves, and what comes near. Anchors without a value: test_check_meeting."""

from pathlib import Path

import pytest
from sketch import PEOPLE, rule, said

from mimas.configuration.problem import Severity

NOW = 'FormatDateTime(Now(), \\"yyyy\\")'


@pytest.mark.parametrize(
    ("flows", "severity", "expected"),
    [
        (f'{{id: "=[id] & {NOW}", dn: id}}', Severity.ERROR, "'id' is in the anchor, which never changes, and reads"),
        (f'{{dn: "=[id] & {NOW}", id: id}}', Severity.WARNING, "the name changes by itself as time goes by"),
        (f'{{id: {{expression: "=[id] & {NOW}", once: true}}, dn: id}}', None, ""),
        (f'{{text: "=[id] & {NOW}", id: id, dn: id}}', None, ""),
        ('{id: "=Guid()", dn: id}', Severity.ERROR, "`Guid()` gives another value each time"),
    ],
)
def test_what_identifies_an_object_stays(tmp_path: Path, flows: str, severity: Severity | None, expected: str) -> None:
    found = said(tmp_path, PEOPLE, rule("Users", flows, "app user", link="provision"))
    assert [problem.severity for problem in found] == ([severity] if severity else [])
    assert all(problem.message.startswith(expected) and problem.hint and problem.place.line for problem in found)


def test_nothing_is_merged_on_the_way_out(tmp_path: Path) -> None:
    flows = "{id: id, dn: id, texts: {attribute: id, merge: merge}}"
    (found,) = said(tmp_path, PEOPLE, rule("Users", flows, "app user", link="provision"))
    assert found.message == "`merge` does nothing in an outbound rule"
