"""`search` and `show`."""

import sqlite3
from contextlib import closing

import pytest

from tests.unit.cli.shell import HEADER, Shell, people


@pytest.mark.parametrize(
    ("filter_", "names"),
    [
        ("/person", ["Ada Lovelace", "Grace Hopper", "Käthe Paulus"]),
        ("/person[employeeID = '1002']", ["Grace Hopper"]),
        ("/person[accountName = 'ALOVELACE']", ["Ada Lovelace"]),
        ("/person[department = 'engineering']", ["Ada Lovelace", "Grace Hopper"]),
        ("/person[employeeID = '1002' and department = 'Flight']", []),
        ("/person[employeeID = '1003'] | /person[starts-with(surname, 'Lo')]", ["Ada Lovelace", "Käthe Paulus"]),
        ("/person | /person", ["Ada Lovelace", "Grace Hopper", "Käthe Paulus"]),
        ("/*[not(department = 'Engineering')]", ["Käthe Paulus"]),
        ("/person[contains(displayName, 'ä')]", ["Käthe Paulus"]),
    ],
)
def test_search(used: Shell, filter_: str, names: list[str]) -> None:
    found = used("search", filter_, "--json").json
    assert sorted(resource["values"]["displayName"] for resource in found) == names
    assert all(set(resource) == {"id", "type", "values"} for resource in found)
    said = used.done("search", filter_)
    assert f"{len(names)} found" in said
    assert all(name in said for name in names)


@pytest.mark.parametrize(
    ("filter_", "words"),
    [
        ("/persn", ["persn", "Did you mean person?"]),
        ("/person[surnme = 'x']", ["surnme", "Did you mean surname?"]),
        ("/*[surnme = 'x']", ["surnme"]),
        ("/person[manager = 'x']", ["reference"]),
        ("/person[surname = 'x'", ["] is missing", "character 22"]),
        ("/person[surname ~ 'x']", ["character 17"]),
        ("/person[surname = x]", ["character 19"]),
        ("person", ["character 1"]),
        ("", ["begins with the type"]),
    ],
)
def test_a_filter_with_a_mistake_is_told_with_its_place(used: Shell, filter_: str, words: list[str]) -> None:
    said = used("search", filter_)
    assert said.code == 2
    assert all(word in said.err for word in words), said.err
    assert said.out == ""


def test_a_search_explains_what_keeps_somebody_out(used: Shell) -> None:
    filter_ = "/person[department = 'Engineering' and manager = /person[surname = 'Lovelace']]"
    said = used.done("search", filter_, "--explain", "person/1003")
    assert "✗ department = 'Engineering'   (Flight)" in said
    assert said.endswith("Not taken because of: department = 'Engineering'\n")
    told = used("search", filter_, "--explain", "person/1002", "--json").json
    assert (told["holds"], told["excluding"], told["because"]["how"]) == (True, [], "and")


def test_a_search_is_counted_and_sorted(used: Shell) -> None:
    assert used.done("search", "/person[department = 'Engineering']", "--count") == "2\n"
    assert used("search", "/person", "--count", "--json").json == {"count": 3, "more": False}
    found = used("search", "/person", "--order", "accountName", "--descending", "--limit", "2", "--json").json
    assert [one["values"]["accountName"] for one in found] == ["kpaulus", "ghopper"]
    said = used("search", "/person", "--order", "surname")
    assert said.code == 2
    assert "Write `indexed` behind its type in the document ObjectType person" in said.err


def test_search_says_when_there_are_more(used: Shell) -> None:
    used.write("data/hr.csv", people(10))
    used.done("import", "hr")
    used.done("sync")
    said = used.done("search", "/person[department = 'Sales']", "--limit", "4")
    assert "4 found (the first 4; --limit N shows more)" in said
    assert used.done("search", "/person[department = 'Sales']", "--limit", "10").endswith("\n10 found\n")


def test_what_is_found_shows_the_keys_by_which_it_is_shown(used: Shell) -> None:
    assert "ghopper, 1002" in used.done("search", "/person[surname = 'Hopper']")


@pytest.mark.parametrize("key", ["1002", "GHopper", " ghopper "])
def test_show_by_a_key(used: Shell, key: str) -> None:
    said = used.done("show", "person", key)
    assert "Grace Hopper" in said
    assert "hr: In from HR" in said, "connector and rule of a value"
    assert "→ Ada Lovelace" in said
    assert "uid=ghopper,ou=People,dc=example,dc=com · present" in said


def test_show_by_id(used: Shell) -> None:
    (found,) = used("search", "/person[employeeID = '1003']", "--json").json
    assert "Käthe Paulus" in used.done("show", "person", str(found["id"]))


def test_show_as_json(used: Shell) -> None:
    (shown,) = used("show", "person", "1002", "--json").json
    assert set(shown) == {"id", "type", "state", "values", "lineage", "references", "objects", "guid", "facts"}
    assert shown["values"]["surname"] == "Hopper"
    assert shown["lineage"]["surname"] == {"rule": "In from HR", "connector": "hr"}
    assert [(r["attribute"], r["name"]) for r in shown["references"]] == [("manager", "Ada Lovelace")]
    assert [o["connector"] for o in shown["objects"]] == ["directory", "hr"] or len(shown["objects"]) == 2


def test_show_what_is_not_there(used: Shell) -> None:
    said = used("show", "person", "nobody")
    assert said.code == 2
    assert "no person 'nobody'" in said.err
    assert "accountName, employeeID" in said.err
    said = used("show", "persn", "1002")
    assert said.code == 2
    assert "did you mean 'person'?" in said.err


def test_names_that_are_only_written_differently_do_not_differ(used: Shell) -> None:
    # As OpenLDAP writes a comma: in hexadecimal.
    used.edit("documents/directory.yaml", "[accountName]) &", '[accountName] & ", x") &')
    used.done("config", "apply")
    used.done("run", "daily")
    used.done("run", "daily")
    text = (used.home / "data" / "directory.ldif").read_text()
    assert r"ghopper\, x" in text, text
    used.write("data/directory.ldif", text.replace(r"\, x", r"\2C x"))
    used.done("import", "directory")
    said = used.done("show", "person", "1002")
    assert r"directory · uid=ghopper\2C x,ou=People,dc=example,dc=com · present" in said
    assert "differs" not in said


def test_values_with_marks_of_rich_are_printed_as_they_are(used: Shell) -> None:
    used.write("data/hr.csv", HEADER + "1001,[bold]Ada[/],Lovelace [/x],[red],active,\n")
    used.done("import", "hr")
    used.done("sync")
    assert "[bold]Ada[/] Lovelace [/x]" in used.done("show", "person", "1001")
    assert "[bold]Ada[/]" in used.done("search", "/person[employeeID = '1001']")


def test_whoever_only_looks_waits_for_nobody(used: Shell) -> None:
    """A run or a plan may hold the database for minutes; SQLite waits for half a minute, and then gives up."""
    with closing(sqlite3.connect(used.home / "mimas.db", isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        for words in (["status"], ["show", "person", "1001"], ["search", "/person"], ["runs"], ["holds"], ["check"]):
            used.done(*words)
