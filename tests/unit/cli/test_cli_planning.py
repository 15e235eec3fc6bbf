"""``plan``, ``approve``, ``apply`` and ``undo``, as they are typed."""

import getpass
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli.shell import Shell

HEAD = "Number,First,Last,Department,Status,Manager"
ADA = "1001,Ada,Lovelace,Engineering,active,"
GRACE = "1002,Grace,Hopper,Engineering,active,1001"
KATHE = "1003,Käthe,Paulus,Flight,active,1001"


def staff(shell: Shell, *rows: str) -> None:
    (shell.home / "data/hr.csv").write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")


def moved(row: str, department: str) -> str:
    parts = row.split(",")
    return ",".join([*parts[:3], department, *parts[4:]])


def directory(shell: Shell) -> str:
    return (shell.home / "data/directory.ldif").read_text(encoding="utf-8")


def entry(shell: Shell, what: str = "") -> int:
    """The last entry of the history that no step of a run has made."""
    with sqlite3.connect(shell.home / "mimas.db") as connection:
        (place,) = connection.execute("SELECT max(place) FROM batch WHERE step IS NULL").fetchone()
    return int(place)


def planned(shell: Shell, *words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(shell.done("plan", *words, "--json"))
    return found


@pytest.fixture
def key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key, by which plans are signed."""
    file = tmp_path / "key"
    file.write_text("A" * 43 + "=\n")
    file.chmod(0o600)
    monkeypatch.setenv("MIMAS_KEY_FILE", str(file))


class TestPlan:
    def test_says_what_would_be_done_and_does_nothing(self, used: Shell) -> None:
        staff(used, moved(ADA, "Navy"), GRACE)
        before = used.done("status"), used.done("runs"), directory(used)
        said = used.done("plan", "daily")
        assert "Nothing was changed, and nothing was sent." in said
        assert "1 person changed" in said
        assert "department  by rule “In from HR”" in said
        assert "Engineering → Navy" in said
        assert "Käthe Paulus" in said
        assert "Not foreseen" in said
        assert (used.done("status"), used.done("runs"), directory(used)) == before

    def test_of_nothing_to_do(self, used: Shell) -> None:
        assert "There is nothing to do." in used.done("plan", "daily")

    def test_without_a_profile_goes_by_what_was_imported(self, used: Shell) -> None:
        staff(used, moved(ADA, "Navy"), GRACE, KATHE)
        assert planned(used)["units"] == []
        used.done("import", "hr")
        (unit,) = planned(used)["units"]
        assert unit["title"] == "Ada Lovelace"
        assert unit["parts"][0]["values"]["department"] == {
            "before": "Engineering",
            "after": "Navy",
            "rule": "In from HR",
        }

    def test_says_what_a_guard_would_hold(self, used: Shell) -> None:
        path = used.home / "documents/directory.yaml"
        path.write_text(path.read_text().replace("objects:", "guards: {deletes: {count: 0, share: 0%}}\nobjects:", 1))
        used.done("config", "apply")
        staff(used, ADA, GRACE, KATHE.replace("active", "left"))
        result = used("plan", "daily")
        assert result.code == 4, result.out
        assert "Would be held: directory: 1 of 3 objects are to be deleted" in result.out
        assert used("holds").code == 0, "and holds nothing yet"

    def test_says_what_is_missing(self, used: Shell) -> None:
        staff(used, ADA)
        used.edit("documents/hr.yaml", "missing: {count: 10, share: 5%}", "missing: {count: 0, share: 0%}")
        used.done("config", "apply")
        result = used("plan", "daily")
        assert result.code == 4
        assert "Would be held: import hr: 2 of 3 objects are no longer shown" in result.out

    def test_goes_by_what_was_known_of_a_system_that_is_away(self, used: Shell) -> None:
        (used.home / "data/hr.csv").unlink()
        result = used("plan", "daily")
        assert result.code == 1
        assert "There is nothing to do." in result.out
        assert "the plan goes by what was known before" in result.err

    def test_under_other_documents(self, used: Shell, tmp_path: Path) -> None:
        other = tmp_path / "other"
        (other / "documents").mkdir(parents=True)
        for path in (used.home / "documents").iterdir():
            text = path.read_text().replace('=Trim([First]) & " " & Trim([Last])', '=[Last] & ", " & [First]')
            (other / "documents" / path.name).write_text(text)
        found = planned(used, "--config", str(other))
        assert found["summary"] == {"resources": {"changed": 3}, "directory": {"changed": 3}}
        assert "Ada Lovelace → Lovelace, Ada" in used.done("plan", "--config", str(other))
        assert used.done("check").startswith("6 documents are in order"), "and puts nothing into force"
        file = tmp_path / "plan.json"
        used.done("plan", "--config", str(other), "--out", str(file))
        used.done("apply", str(file))
        assert "cn: Lovelace, Ada" in directory(used)
        assert used("check").code == 5, "the documents of the plan are in force, and not those of the home"

    def test_a_folder_with_mistakes_is_not_planned(self, used: Shell, tmp_path: Path) -> None:
        (tmp_path / "documents").mkdir()
        (tmp_path / "documents/a.yaml").write_text("kind: SyncRule\nname: x\n")
        result = used("plan", "--config", str(tmp_path))
        assert result.code == 1
        assert "Nothing was planned" in result.err


class TestApply:
    def write(self, shell: Shell, tmp_path: Path) -> str:
        file = str(tmp_path / "plan.json")
        shell("plan", "daily", "--out", file)
        return file

    def test_does_just_that(self, used: Shell, tmp_path: Path) -> None:
        staff(used, moved(ADA, "Navy"), GRACE, KATHE)
        file = self.write(used, tmp_path)
        assert "1 were done as planned." in used.done("apply", file)
        assert "departmentNumber: Navy" in directory(used) or "Navy" in directory(used)
        assert "There is nothing to do." in used.done("plan", "daily")
        again = used.done("apply", file)
        assert "0 were done as planned." in again
        assert "For 1 there was nothing left to do." in again

    def test_what_has_become_different_is_left_and_named(self, used: Shell, tmp_path: Path) -> None:
        staff(used, moved(ADA, "Navy"), moved(GRACE, "Navy"), KATHE)
        file = self.write(used, tmp_path)
        staff(used, moved(ADA, "Navy"), moved(GRACE, "Army"), moved(KATHE, "Army"))
        result = used("apply", file)
        assert result.code == 4, result.out
        assert "1 were done as planned." in result.out
        assert "person Grace Hopper (2)" in result.out
        assert "department Engineering → Army" in result.out
        assert "person Käthe Paulus (3)" in result.out
        assert "Navy" in directory(used)
        assert "Army" not in directory(used)
        used.done("run", "daily")
        assert directory(used).count("Army") == 2, "the next run takes what was left"

    def test_all_or_nothing(self, used: Shell, tmp_path: Path) -> None:
        staff(used, moved(ADA, "Navy"), moved(GRACE, "Navy"), KATHE)
        file = self.write(used, tmp_path)
        staff(used, moved(ADA, "Navy"), moved(GRACE, "Army"), KATHE)
        before = used.done("runs"), directory(used)
        result = used("apply", file, "--all-or-nothing")
        assert result.code == 1
        assert "Nothing was done" in result.out
        assert "Grace Hopper" in result.out
        assert (used.done("runs"), directory(used)) == before

    def test_a_changed_file_is_refused(self, used: Shell, tmp_path: Path) -> None:
        staff(used, moved(ADA, "Navy"), GRACE, KATHE)
        file = Path(self.write(used, tmp_path))
        file.write_text(file.read_text().replace("Navy", "Army"))
        result = used("apply", str(file))
        assert result.code == 2
        assert "Ada Lovelace (1) was changed since it was made" in result.err

    @pytest.mark.usefixtures("key")
    def test_a_signed_one_is_its_makers(self, used: Shell, tmp_path: Path) -> None:
        staff(used, moved(ADA, "Navy"), GRACE, KATHE)
        file = Path(self.write(used, tmp_path))
        file.write_text(file.read_text().replace(f'"by":"{getpass.getuser()}"', '"by":"somebody"'))
        result = used("apply", str(file))
        assert result.code == 2
        assert "was changed since it was made, or signed by another installation's key" in result.err

    def test_no_plan_at_all(self, used: Shell, tmp_path: Path) -> None:
        (tmp_path / "x").write_text("{}")
        result = used("apply", str(tmp_path / "x"))
        assert result.code == 2
        assert "is no plan of Mimas" in result.err


@pytest.mark.usefixtures("key")
class TestApproval:
    @pytest.fixture
    def demanding(self, used: Shell) -> Shell:
        path = used.home / "documents/directory.yaml"
        path.write_text(path.read_text().replace("objects:", "approval: true\nobjects:", 1))
        used.done("config", "apply")
        return used

    def test_a_run_sends_nothing_there(self, demanding: Shell) -> None:
        staff(demanding, moved(ADA, "Navy"), GRACE, KATHE)
        result = demanding("run", "daily")
        assert result.code == 4
        assert "Navy" not in directory(demanding)

    def test_by_another_person(self, demanding: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        staff(demanding, moved(ADA, "Navy"), GRACE, KATHE)
        file = str(tmp_path / "plan.json")
        demanding("plan", "daily", "--out", file)
        result = demanding("apply", file)
        assert result.code == 2
        assert "directory demands that somebody else than" in result.err
        assert "somebody else has to approve it" in demanding("approve", file).err
        monkeypatch.setattr(getpass, "getuser", lambda: "eve")
        assert "eve approves" in demanding.done("approve", file)
        demanding.done("apply", file)
        assert "Navy" in directory(demanding)

    def test_without_a_key_nobody_can_tell(
        self, demanding: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("MIMAS_KEY_FILE")
        staff(demanding, moved(ADA, "Navy"), GRACE, KATHE)
        file = tmp_path / "plan.json"
        demanding("plan", "daily", "--out", str(file))
        forged = json.loads(file.read_text())
        forged["plan"]["approvals"] = [{"by": "eve", "at": "2026-12-01T00:00:00Z", "signature": ""}]
        file.write_text(json.dumps(forged))
        assert demanding("apply", str(file)).code == 2
        assert "no key is set" in demanding("approve", str(file)).err

    def test_of_another_plan(self, demanding: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        one, other = tmp_path / "one.json", tmp_path / "other.json"
        staff(demanding, moved(ADA, "Navy"), GRACE, KATHE)
        demanding("plan", "daily", "--out", str(one))
        staff(demanding, moved(ADA, "Army"), GRACE, KATHE)
        demanding("plan", "daily", "--out", str(other))
        monkeypatch.setattr(getpass, "getuser", lambda: "eve")
        demanding.done("approve", str(one))
        agreed = json.loads(one.read_text())["plan"]["approvals"]
        stolen = json.loads(other.read_text())
        stolen["plan"]["approvals"] = agreed
        other.write_text(json.dumps(stolen))
        assert "The approval by eve" in demanding("apply", str(other)).err


class TestUndo:
    def test_a_decision_by_hand(self, used: Shell, tmp_path: Path) -> None:
        used.done("disconnect", "hr", "1003")
        number = entry(used)
        used("sync")
        assert "Käthe" not in used.done("search", "/person")
        file = str(tmp_path / "undo.json")
        used("undo", "--entry", str(number), "--out", file)
        used("apply", file)
        assert "Käthe" in used.done("search", "/person")
        assert "disconnected-by-hand" not in used.done("show", "person", "1003", "--json")

    def test_documents(self, used: Shell, tmp_path: Path) -> None:
        path = used.home / "documents/hr.yaml"
        path.write_text(path.read_text().replace('=Trim([First]) & " " & Trim([Last])', '=[Last] & ", " & [First]'))
        used.done("config", "apply")
        number = entry(used)
        used.done("run", "daily")
        assert "cn: Lovelace, Ada" in directory(used)
        file = str(tmp_path / "undo.json")
        assert "Lovelace, Ada → Ada Lovelace" in used.done("undo", "--entry", str(number), "--out", file)
        used.done("apply", file)
        assert "cn: Ada Lovelace" in directory(used)
        assert used("check").code == 5

    def test_what_a_source_says_is_undone_there(self, used: Shell) -> None:
        staff(used, moved(ADA, "Navy"), GRACE, KATHE)
        used.done("run", "daily")
        said = used.done("undo", "2")
        assert "There is nothing to do." in said
        assert "From hr by rule “In from HR”: department of 1. That is undone there, and then imported." in said

    def test_what_is_not_there(self, used: Shell) -> None:
        assert used("undo", "99").code == 2
        assert used("undo", "--entry", "9999").code == 2
        assert used("undo").code == 2
