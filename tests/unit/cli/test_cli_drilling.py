"""`runs ID --of COUNTER`: from a number to the objects behind it."""

import pytest

from tests.unit.cli.shell import HEADER, Shell, people

ADA = "1001,Ada,Lovelace,Engineering,active,\n"


def test_who_were_the_new_ones(used: Shell) -> None:
    said = used.done("runs", "1", "--of", "export-add")
    assert "step 3, export directory: 3 export-add" in said
    assert "uid=ghopper,ou=People,dc=example,dc=com" in said
    assert "(Grace Hopper)" in said


def test_who_were_the_deletes_long_after(used: Shell) -> None:
    used.write("data/hr.csv", HEADER + ADA)
    used.done("run", "daily")
    used.done("run", "daily")
    said = used.done("runs", "2", "--of", "stage-delete")
    assert "step 1, import hr: 2 stage-delete" in said
    assert "Ada" not in said
    assert "1002" in said
    assert "(Grace Hopper)" in said, "the resource is deleted, and still has a name"
    assert "uid=ghopper" in used.done("runs", "2", "--of", "export-delete")


def test_a_counter_of_several_steps_and_one_of_them(used: Shell) -> None:
    both = used("runs", "1", "--of", "stage-add", "--json").json
    assert [(step["step"], step["connector"], step["count"]) for step in both] == [(1, "hr", 3), (4, "directory", 3)]
    assert set(both[0]) == {"step", "kind", "connector", "counter", "count", "objects"}
    assert set(both[0]["objects"][0]) == {"connector", "object", "name", "resource", "title"}
    assert [one["name"] for one in both[0]["objects"]] == ["1001", "1002", "1003"]
    assert used("runs", "1", "--of", "stage-add", "--step", "4", "--json").json == both[1:]


def test_a_counter_that_is_zero(used: Shell) -> None:
    assert "Nothing in run 1 counts as stage-delete." in used.done("runs", "1", "--of", "stage-delete")
    assert "Nothing in step 3 of run 1" in used.done("runs", "1", "--of", "stage-add", "--step", "3")
    assert used("runs", "1", "--of", "stage-delete", "--json").json == []


def test_many_are_cut_for_people_and_whole_for_programs(used: Shell) -> None:
    used.write("data/hr.csv", people(120))
    used.done("import", "hr")
    said = used.done("runs", "2", "--of", "stage-add")
    assert "(the first 100 of 120; --limit N shows more)" in said
    assert "the first" not in used.done("runs", "2", "--of", "stage-add", "--limit", "120")
    assert len(used("runs", "2", "--of", "stage-add", "--json").json[0]["objects"]) == 120
    assert len(used("runs", "2", "--of", "stage-add", "--limit", "7", "--json").json[0]["objects"]) == 7


def test_more_than_are_kept(used: Shell) -> None:
    used.write("data/hr.csv", people(1_005))
    used.done("import", "hr")
    said = used.done("runs", "2", "--of", "stage-add", "--limit", "2000")
    assert "1,005 stage-add" in said
    assert "(the first 1,000 of 1,005; more are not kept)" in said


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("runs 1 --of stage-ad", "did you mean 'stage-add'?"),
        ("runs 1 --of qqqq", "`mimas errors` lists them"),
        ("runs 1 --of stage-no-change", "are not kept"),
        ("runs 9 --of stage-add", "There is no run 9"),
        ("runs 1 --of stage-add --step 5", "has no step 5. It has 4"),
        ("runs --of stage-add", "Of which run?"),
        ("runs 1 --step 1", "mimas runs ID --of COUNTER"),
        ("runs 1 --limit 1", "mimas runs ID --of COUNTER"),
    ],
)
def test_wrong_use_is_told(used: Shell, command: str, words: str) -> None:
    said = used(*command.split())
    assert said.code == 2
    assert words in said.err
