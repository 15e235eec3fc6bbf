"""Functions that are named and that nobody has written yet."""

from pathlib import Path

import pytest

from mimas.configuration.check import check
from mimas.configuration.problem import Severity
from mimas.configuration.reading import read

RULES = """\
kind: ObjectType
name: person
attributes: {id: "string, indexed", name: string, mail: string}
---
kind: Connector
name: hr
type: delimited
settings: {path: hr.csv}
objects: {worker: {anchor: [id], attributes: {id: string}}}
---
kind: SyncRule
name: people
direction: inbound
connector: hr
object: worker
resource: person
precedence: 1
link: provision
flows: {id: id, name: {extension: "people:named"}, mail: {extension: "people:named"}}
"""


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ("raise NotImplementedError('to do')", [3]),
        ('"""What it is to do."""\n    raise NotImplementedError', [3]),
        ("return None", []),
        ("print()\n    raise NotImplementedError", []),
        ('"""Nothing but words."""', []),
    ],
)
def test_a_function_that_only_says_it_is_not_written_is_told_once(tmp_path: Path, body: str, lines: list[int]) -> None:
    (tmp_path / "extensions").mkdir()
    (tmp_path / "extensions" / "people.py").write_text(f"import os\n\ndef named(values):\n    {body}\n")
    found = [p for p in check(tmp_path, read(RULES)[0]) if "still to be written" in p.message]
    assert [(p.place.file, p.place.line, p.severity) for p in found] == [
        ("extensions/people.py", line, Severity.WARNING) for line in lines
    ]
