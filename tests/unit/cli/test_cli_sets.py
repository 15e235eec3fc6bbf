"""`sets`: what there is, who belongs to it, and why."""

import pytest

from tests.unit.cli.shell import Shell

DOCUMENTS = """
kind: Set
name: engineers
DisplayName: Engineers
Filter: "/person[department = 'Engineering']"
---
kind: Set
name: nobody
DisplayName: Nobody
Filter: "/person[manager = /Set[ObjectID = '999999']/ComputedMember]"
"""


@pytest.fixture
def shell(used: Shell) -> Shell:
    """The example, with two sets."""
    (used.home / "documents" / "sets.yaml").write_text(DOCUMENTS, encoding="utf-8")
    used.done("config", "apply")
    return used


def test_sets_are_shown_with_how_many_belong_to_them(shell: Shell) -> None:
    ended = shell("sets")
    assert ended.code == 3
    assert "Engineers" in ended.out
    assert "Nobody takes nobody by its filter" in ended.out
    found = {one["name"]: (one["members"], bool(one["problem"])) for one in shell("sets", "--json").json}
    assert found == {"Engineers": (2, False), "Nobody": (0, True)}


def test_members_are_shown_and_some_of_them(shell: Shell) -> None:
    said = shell.done("sets", "Engineers")
    assert "Ada Lovelace" in said
    assert "2 members" in said
    assert "--limit shows more" in shell.done("sets", "engineers", "--limit", "1")


def test_why_somebody_belongs_to_it_or_not(shell: Shell) -> None:
    assert "person/1001 belongs to Engineers" in shell.done("sets", "Engineers", "--why", "person/1001")
    ended = shell("sets", "Engineers", "--why", "person/1003")
    assert ended.code == 1
    assert "department = 'Engineering'" in ended.out
    assert "not listed" in ended.out


def test_what_is_no_set_is_said(shell: Shell) -> None:
    ended = shell("sets", "person/1001")
    assert ended.code == 2
    assert "is no set" in ended.err
