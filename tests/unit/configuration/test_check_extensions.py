"""Functions that documents name, in every place where one may stand."""

from pathlib import Path

import pytest
from small_company import FILES

from mimas.configuration.build import build
from mimas.configuration.check import check
from mimas.configuration.reading import Document, read
from mimas.sync.rules import Computed, Deletion, DeletionRule, Direct, Extension, JoinCondition

PLACES = [
    ("hr.yaml", "  - Status EQUAL active", '  - {extension: "people:NAME"}'),
    ("hr.yaml", "  - Number = employeeID", '  - {extension: "people:NAME", right: employeeID}'),
    ("hr.yaml", "  - Number = employeeID", '  - Number = employeeID\nchoose: "people:NAME"'),
    ("hr.yaml", "settings: {path: hr.csv}", 'settings: {path: hr.csv}\nbefore_export: "people:NAME"'),
    ("hr.yaml", "settings: {path: hr.csv}", 'settings: {path: hr.csv}\nafter_export: "people:NAME"'),
    ("directory.yaml", "link: provision", 'link: provision\ndeprovision: {extension: "people:NAME"}'),
    ("people.yaml", "name: person", 'name: person\ndeletion: {extension: "people:NAME"}'),
    ("people.yaml", "  company: string\n  level", '  company: {type: string, choose: "people:NAME"}\n  level'),
]


def documents(home: Path, file: str, old: str, new: str) -> list[Document]:
    (home / "extensions").mkdir(exist_ok=True)
    (home / "extensions" / "people.py").write_text("def there(*given): ...\n")
    assert old in FILES[file], old
    files = {**FILES, file: FILES[file].replace(old, new, 1)}
    return [document for name, text in files.items() for document in read(text, f"documents/{name}")[0]]


@pytest.mark.parametrize(("file", "old", "new"), PLACES)
def test_one_that_is_there_is_right_and_one_that_is_not_is_told(tmp_path: Path, file: str, old: str, new: str) -> None:
    assert check(tmp_path, documents(tmp_path, file, old, new.replace("NAME", "there"))) == []
    (problem,) = check(tmp_path, documents(tmp_path, file, old, new.replace("NAME", "their")))
    assert "extensions/people.py has no function 'their'; did you mean 'there'?" in str(problem)


def test_a_function_that_is_never_called_is_told(tmp_path: Path) -> None:
    given = documents(
        tmp_path,
        "directory.yaml",
        "settings: {path: directory.ldif, export: listing}",
        'settings: {path: directory.ldif, export: listing}\nafter_export: "people:there"',
    )
    (problem,) = check(tmp_path, given)
    assert "`after_export` is never called: directory writes its whole listing at once" in str(problem)


def test_joins_in_every_form(tmp_path: Path) -> None:
    joins = """  - Number = employeeID
  - =Trim([First]) & "=" & [Last] = displayName
  - [First = mail, {extension: "people:there", right: employeeID}]"""
    found, _ = build(tmp_path, documents(tmp_path, "hr.yaml", "  - Number = employeeID", joins))
    rule = next(rule for rule in found.rules.rules if rule.name == "In from HR")
    assert rule.join == (
        (JoinCondition(Direct("Number"), "employeeID"),),
        (JoinCondition(Computed('Trim([First]) & "=" & [Last]'), "displayName"),),
        (JoinCondition(Direct("First"), "mail"), JoinCondition(Extension("people:there"), "employeeID")),
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("last", Deletion()),
        ("never", Deletion(DeletionRule.NEVER)),
        ("{any: [hr]}", Deletion(DeletionRule.ANY, ("hr",))),
    ],
)
def test_deletion_rules(tmp_path: Path, text: str, expected: Deletion) -> None:
    given = documents(tmp_path, "people.yaml", "name: person", f"name: person\ndeletion: {text}")
    assert check(tmp_path, given) == []
    found, _ = build(tmp_path, given)
    assert found.rules.types["person"].deletion == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sometimes", "`rule` cannot be 'sometimes'"),
        ("{any: [hrr]}", "unknown connector 'hrr'; did you mean 'hr'?"),
        ("{any: [hr], rule: never}", "there is one deletion rule"),
    ],
)
def test_deletion_rules_that_are_wrong(tmp_path: Path, text: str, expected: str) -> None:
    given = documents(tmp_path, "people.yaml", "name: person", f"name: person\ndeletion: {text}")
    assert any(expected in str(problem) for problem in check(tmp_path, given))
