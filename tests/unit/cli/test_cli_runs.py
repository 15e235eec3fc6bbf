"""`import`, `sync`, `export`, `run`, `status`, `runs`, `holds`: what they say, and how they end."""

from contextlib import closing
from pathlib import Path

import pytest

from mimas.store.database import Database
from tests.unit.cli.shell import HEADER, Shell, people

ADA = "1001,Ada,Lovelace,Engineering,active,\n"
GRACE = "1002,Grace,Hopper,Engineering,active,1001\n"
KAETHE = "1003,Käthe,Paulus,Flight,active,1001\n"


def test_a_first_run_and_a_second_one(new: Shell) -> None:
    new.done("config", "apply")
    said = new.done("run", "daily")
    lines = said.splitlines()
    assert len(lines) == 4, "a line a step, and nothing else"
    assert lines[0].startswith("✓ import hr                3 new (")
    assert lines[1].startswith(
        "✓ sync                     3 new, 2 references added, 3 to create, 2 references to send ("
    )
    assert lines[2].startswith("✓ export directory         3 created (")
    assert lines[3].startswith("✓ import directory         3 new, 3 confirmed (") or "3 confirmed (" in lines[3]
    lines = new.done("run", "daily").splitlines()
    assert lines[0].startswith("✓ import hr                3 unchanged (")
    assert lines[1].startswith("✓ sync                     nothing to do (")


def test_single_steps(used: Shell) -> None:
    used.write("data/hr.csv", HEADER + ADA.replace("Engineering", "Mathematics") + GRACE + KAETHE)
    assert "1 changed, 2 unchanged" in used.done("import", "hr")
    assert used("status", "--json").json["connectors"]["hr"]["pending-import"] == 1
    assert "sync hr " in used.done("sync", "hr")
    assert used("status", "--json").json["connectors"]["directory"]["pending-export"] == {"update waiting": 1}
    assert "update waiting" in used.done("show", "person", "1001")
    assert "1 changed" in used.done("export", "directory")
    assert "1 confirmed" in used.done("import", "directory")
    assert "sync (full)" in used.done("sync", "--full")
    whats = [run["profile"] for run in used("runs", "--json").json]
    assert whats == ["sync --full", "import directory", "export directory", "sync hr", "import hr", "daily"]


def test_looking_first_at_what_would_be_sent(used: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    used.write("data/hr.csv", people(2))
    assert "3 written to the file" in used.done("import", "directory", "--to", "drop.jsonl")
    assert "2 written to the file" in used.done("import", "hr", "--to", "hr.jsonl", "--only")
    assert used("status", "--json").json["connectors"]["hr"]["pending-import"] == 0
    used.write("data/hr.csv", "is away")
    said = used.done("import", "hr", "--from", "hr.jsonl", "--limit", "1")
    assert "✓ import hr                limited 1 new" in said
    assert "The limit of 1 objects is reached" in said
    used("import", "hr", "--from", "hr.jsonl")
    used.done("sync")
    before = (used.home / "data" / "directory.ldif").read_text()
    said = used.done("export", "directory", "--to", "drop.jsonl", "--only")
    assert "Nothing was sent; the file holds what would be." in said
    assert (tmp_path / "drop.jsonl").read_text().count('"line":"export"') == 2
    assert (used.home / "data" / "directory.ldif").read_text() == before
    assert used("status", "--json").json["connectors"]["directory"]["pending-export"]
    titles = [run["profile"] for run in used("runs", "--json").json]
    assert titles[0] == f"export directory --to {tmp_path}/drop.jsonl --only"
    assert titles[3] == f"import hr --limit 1 --from {tmp_path}/hr.jsonl"


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("import hr --only", "`only` says that nothing but a file is written, and `to` names none."),
        ("import hr --from a --to b", "What is read from one file is not written to another."),
        ("export directory --only", "`only` says"),
        ("export directory --from a", "No such option"),
        ("import hr --limit 0", "greater than or equal to 1"),
    ],
)
def test_files_and_limits_that_make_no_sense(used: Shell, command: str, said: str) -> None:
    found = used(*command.split())
    assert found.code == 2
    assert said in found.err
    assert len(used("runs", "--json").json) == 1


def test_a_delta_import(used: Shell) -> None:
    used.edit(
        "documents/hr.yaml",
        "  path: data/hr.csv",
        "  path: data/hr.csv\n  changes: data/changes.csv\n  change_type: Change",
    )
    used.done("config", "apply")
    used.done("import", "hr")
    used.write("data/changes.csv", f"Change,{HEADER}modify,{ADA.replace('Ada', 'Augusta')}")
    assert "1 changed" in used.done("import", "hr", "--delta")
    used.done("sync")
    assert "Augusta Lovelace" in used.done("search", "/person")


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("import nobody", "There is: directory, hr"),
        ("export nobody", "There is: directory, hr"),
        ("sync nobody", "There is: directory, hr"),
        ("run weekly", "There is: daily"),
        ("import hr --delta", "without --delta"),
        ("export hr", "only read"),
        ("runs 99", "no run 99"),
        ("holds show 99", "no open hold 99"),
        ("holds release 99", "no open hold 99"),
        ("holds refuse 99", "no open hold 99"),
    ],
)
def test_what_cannot_be_done_is_told_and_leaves_no_run(used: Shell, command: str, words: str) -> None:
    said = used(*command.split())
    assert said.code == 2
    assert words in said.err
    assert len(used("runs", "--json").json) == 1


SHORT = HEADER + ADA + "1002,Grace,Hopper\n" + KAETHE
STRAY = HEADER + ADA + '1002,"Gr"ace,Hopper,x,active,\n' + KAETHE
NAMELESS = HEADER + ADA + ",Grace,Hopper,x,active,\n" + KAETHE
TWICE = HEADER + ADA + GRACE + KAETHE + GRACE.replace("Hopper", "Copy")
CUT = HEADER + ADA + GRACE + "1003,Kä"
LATIN = (HEADER + ADA + GRACE + KAETHE).encode("cp1252")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param(SHORT, ["1002", "line 3", "3 columns", "6"], id="too short"),
        pytest.param(STRAY, ["line 3", "quote"], id="stray quote"),
        pytest.param(NAMELESS, ["line 3", "'Number'"], id="no anchor"),
        pytest.param(TWICE, ["hr 1002", "second record", "Remove"], id="twice"),
        pytest.param(CUT, ["line 4", "cut off", "delivered again"], id="cut off"),
        pytest.param("", ["empty"], id="empty"),
        pytest.param(LATIN, ["1003", "line 4", "utf-8", "windows-1252"], id="encoding"),
    ],
)
def test_a_bad_file_harms_nobody_and_says_what_to_do(used: Shell, text: str | bytes, words: list[str]) -> None:
    used.write("data/hr.csv", text)
    said = used("run", "daily")
    assert said.code == 3
    assert "! import hr" in said.out
    assert all(word in said.out for word in words), said.out
    assert "Details: `mimas runs 2`" in said.out
    assert used("status", "--json").json["resources"] == {"person": 3}
    told = used.done("runs", "2")
    assert all(word in told for word in words), told
    used.write("data/hr.csv", HEADER + ADA + GRACE + KAETHE)
    assert used("run", "daily").code == 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("Number,First,Last\n1001,Ada,Lovelace\n", ["no column", "Department", "delimiter"], id="columns"),
        pytest.param(None, ["there is no file", "hr.csv", "delivered"], id="no file"),
    ],
)
def test_a_source_that_cannot_be_read_fails_and_the_rest_goes_on(
    used: Shell, text: str | None, words: list[str]
) -> None:
    if text is None:
        (used.home / "data" / "hr.csv").unlink()
    else:
        used.write("data/hr.csv", text)
    said = used("run", "daily")
    assert said.code == 1
    assert "✗ import hr                failed" in said.out
    assert "✓ export directory" in said.out
    assert all(word in said.out for word in words), said.out
    assert used("runs", "--json").json[0]["result"] == "failed"
    assert "failed; see `mimas runs 2`" in used.done("status")


def test_a_rule_that_fails_for_one_person_names_rule_file_line_and_person(used: Shell) -> None:
    used.write("extensions/marks.py", "def mark(worker):\n    return 12 // (len(worker['First']) - 3)\n")
    used.edit(
        "documents/hr.yaml", "  department: Department", '  mark: {extension: "marks:mark"}\n  department: Department'
    )
    used.edit("documents/people.yaml", "  surname: string", "  surname: string\n  mark: integer")
    used.done("config", "apply")
    said = used("run", "daily")
    assert said.code == 3
    place = f"documents/hr.yaml:{used.line('documents/hr.yaml', 'mark:')}"
    assert f"hr 1001: rule “In from HR”, flow to mark ({place}): division by zero" in said.out
    assert "Change the rule, or the value at its source" in said.out
    assert used("search", "/person[mark = 6]", "--json").json[0]["values"]["givenName"] == "Grace", "the others go on"
    (run,) = [run for run in used("runs", "--json").json if run["result"] == "errors"]
    notes = used("runs", str(run["id"]), "--json").json["steps"][1]["notes"]
    assert [(n["code"], n["connector"], n["name"]) for n in notes] == [("flow-failure", "hr", "1001")]
    assert set(notes[0]) == {"code", "connector", "name", "message", "advice"}
    assert used("run", "daily").code == 3, "tried again, and told again"


def test_many_errors_are_told_in_few_lines(used: Shell) -> None:
    used.write("data/hr.csv", HEADER + ADA + "".join(f"{n},short\n" for n in range(3000, 3040)))
    said = used("import", "hr")
    assert said.code == 3
    assert said.out.count("2 columns") == 5
    assert "and more" in said.out
    assert used.done("runs", "2").count("2 columns") == 40


@pytest.fixture
def held(used: Shell) -> Shell:
    """HR lists 40 people; then 30 of them are missing."""
    used.write("data/hr.csv", people(40))
    used.done("run", "daily")
    used.write("data/hr.csv", people(10))
    said = used("run", "daily")
    assert said.code == 4
    assert "30 held" in said.out
    assert "Something is held: `mimas holds`." in said.out
    return used


def test_what_is_missing_is_held_and_shown(held: Shell) -> None:
    assert held("status").code == 4
    assert "`mimas holds`" in held("status").out
    for command in (["holds"], ["holds", "list"]):
        said = held(*command)
        assert said.code == 4
        assert "30 of 40 objects are no longer shown" in said.out
        assert "mimas holds release 1" in said.out
    (hold,) = held("holds", "--json").json
    assert set(hold) == {"id", "kind", "connector", "step", "count", "reason", "at"}
    assert (hold["kind"], hold["connector"], hold["count"]) == ("missing", "hr", 30)
    assert held("holds", "list", "--json").json == [hold]
    objects = held("holds", "show", "1", "--json").json
    assert len(objects) == 30
    assert {o["anchor"] for o in objects} == {str(2000 + n) for n in range(10, 40)}
    assert "2010" in held.done("holds", "show", "1")
    assert len(held("search", "/person[department = 'Sales']", "--json").json) == 40, "nobody loses anything"


def test_what_is_released_goes_through_and_is_held_once_more_at_the_target(held: Shell) -> None:
    assert "30 objects count as gone" in held.done("holds", "release", "1")
    assert "Nothing is held." in held.done("holds")
    said = held("run", "daily")
    assert said.code == 4
    assert "30 deletes held" in said.out
    (hold,) = held("holds", "--json").json
    assert (hold["kind"], hold["connector"]) == ("deletes", "directory")
    held.done("holds", "release", str(hold["id"]))
    assert "30 deleted" in held.done("run", "daily")
    assert held("search", "/person", "--json").json.__len__() == 10
    assert held("holds").code == 0
    assert "Family39" not in (held.home / "data" / "directory.ldif").read_text()


def test_what_is_refused_is_asked_again(held: Shell) -> None:
    assert "asks again" in held.done("holds", "refuse", "1")
    assert held("status").code == 0
    assert held("import", "hr").code == 4
    held.write("data/hr.csv", people(40))
    held.done("run", "daily")
    assert held("holds").code == 0, "a whole file answers the question"


def test_more_than_a_hundred_held_objects_are_not_all_listed(used: Shell) -> None:
    used.write("data/hr.csv", people(160))
    used.done("import", "hr")
    used.write("data/hr.csv", people(10))
    used("import", "hr")
    assert "… and 50 more" in used.done("holds", "show", "1")
    assert len(used("holds", "show", "1", "--json").json) == 150


def test_status_before_the_first_run(new: Shell) -> None:
    new.done("config", "apply")
    said = new.done("status")
    assert "Nothing has been run yet" in said
    assert "directory" in said
    state = new("status", "--json").json
    counts = {"objects": 0, "known": 0, "linked": 0, "pending-import": 0, "pending-export": {}}
    assert state == {
        "connectors": {"directory": counts, "hr": counts},
        "resources": {},
        "staging": None,
        "outbox": 0,
        "failed-workflows": 0,
        "holds": [],
        "last-run": None,
        "drift": [],
    }
    assert new.done("runs", "--json").strip() == "[]"


def test_the_history_keeps_the_terms_of_mim(used: Shell) -> None:
    run = used("runs", "1", "--json").json
    assert set(run) == {"id", "profile", "started", "ended", "result", "steps"}
    first = run["steps"][0]
    assert set(first) == {"id", "kind", "connector", "started", "ended", "result", "counters", "message", "notes"}
    assert (first["kind"], first["result"], first["counters"]["stage-add"]) == ("full-import", "success", 3)
    assert "3 stage-add" in used.done("runs", "1")
    assert {"id", "profile", "started", "ended", "result"} == set(used("runs", "--json").json[0])


def test_a_value_changed_by_hand_is_told(used: Shell) -> None:
    used.edit("data/directory.ldif", "cn: Grace Hopper", "cn: Somebody Else")
    said = used("import", "directory")
    assert "changed by others" in said.out, said.out
    assert "Grace Hopper" in said.out
    assert "directory uid=ghopper" in said.out
    shown = used.done("show", "person", "1002")
    assert "Somebody Else" in shown
    assert "should hold" in shown
    used.done("sync")
    used.done("export", "directory")
    assert "cn: Grace Hopper" in (used.home / "data" / "directory.ldif").read_text()


def test_the_main_commands_on_postgresql(new: Shell, postgresql_url: str) -> None:
    new.set("MIMAS_DATABASE", postgresql_url)
    assert new("status").code == 2, "an empty database: nothing is in force yet"
    new.done("check")
    new.done("config", "apply")
    new.done("run", "daily")
    assert not (new.home / "mimas.db").exists()
    assert "3 unchanged" in new.done("run", "daily")
    assert new("status", "--json").json["resources"] == {"person": 3}
    assert new("search", "/person[employeeID = '1003']", "--json").json[0]["values"]["givenName"] == "Käthe"
    assert "Ada Lovelace" in new.done("show", "person", "1001")
    assert new("runs", "1", "--json").json["steps"][0]["counters"]["stage-add"] == 3
    new.write("data/hr.csv", people(40))
    new("run", "daily")
    new.write("data/hr.csv", people(10))
    assert new("run", "daily").code == 4
    (hold,) = new("holds", "--json").json
    new.done("holds", "release", str(hold["id"]))
    assert new("status", "--json").json["holds"] == []


def test_two_runs_at_a_time_are_refused_and_looking_is_not(used: Shell) -> None:
    with closing(Database(f"sqlite:///{used.home / 'mimas.db'}")) as other, other.alone():
        _refused_while_another_runs(used)
    used.done("run", "daily")


def test_two_runs_at_a_time_are_refused_on_postgresql_too(new: Shell, postgresql_url: str) -> None:
    new.set("MIMAS_DATABASE", postgresql_url)
    new.done("config", "apply")
    with closing(Database(postgresql_url)) as other, other.alone():
        _refused_while_another_runs(new)
    new.done("run", "daily")


def _refused_while_another_runs(shell: Shell) -> None:
    before = shell("runs", "--json").json
    for command in ("run daily", "import hr", "sync --full", "config apply"):
        said = shell(*command.split())
        assert said.code == 1, said
        assert "Another run is under way" in said.err
    assert shell("runs", "--json").json == before
    assert shell("status").code == 0


def test_homes_are_folders_that_can_be_moved(used: Shell, tmp_path: Path) -> None:
    used.home.rename(tmp_path / "moved")
    assert "3 unchanged" in used.done("--home", str(tmp_path / "moved"), "run", "daily")
