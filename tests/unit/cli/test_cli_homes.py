"""Homes, databases, and what is said when one of them is not there."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from mimas.cli.failing import explained
from mimas.store.database import Database
from mimas.store.migrate import upgrade
from tests.unit.cli.shell import Shell, people

MIMAS = str(Path(sys.executable).with_name("mimas"))


def test_init_makes_a_home_that_works_and_says_what_comes_next(tmp_path: Path, new: Shell) -> None:
    said = new("init", str(tmp_path / "my home"))
    assert said.code == 0
    assert f"cd '{tmp_path / 'my home'}'" in said.out, "can be pasted into a shell"
    new.set("MIMAS_HOME", str(tmp_path / "my home"))
    new.done("check")
    new.done("config", "apply")
    new.done("run", "daily")
    assert "uid: alovelace" in (tmp_path / "my home" / "data" / "directory.ldif").read_text()


def test_init_leaves_what_is_there_alone(new: Shell) -> None:
    new.write("mimas.toml", "# mine\n")
    said = new("init", str(new.home))
    assert said.code == 2
    assert "mimas.toml already" in said.err
    assert "Nothing was written" in said.err
    assert (new.home / "mimas.toml").read_text() == "# mine\n"


def test_init_where_nothing_can_be_made_says_where(new: Shell) -> None:
    said = new("init", str(new.home / "mimas.toml" / "inner"))
    assert said.code == 1
    assert str(new.home / "mimas.toml" / "inner") in said.err


def test_home_is_named_by_the_option_before_the_environment(used: Shell, tmp_path: Path) -> None:
    used.set("MIMAS_HOME", str(tmp_path / "elsewhere"))
    assert used("--home", str(used.home), "status").code == 0


def test_home_is_the_current_folder_when_nothing_names_one(used: Shell) -> None:
    used.monkeypatch.delenv("MIMAS_HOME")
    used.monkeypatch.chdir(used.home)
    assert "directory" in used.done("status")


@pytest.mark.parametrize("command", ["check", "status", "run daily", "config apply", "holds", "connector list"])
def test_without_a_home_every_command_says_how_to_get_one(tmp_path: Path, new: Shell, command: str) -> None:
    said = new("--home", str(tmp_path / "nowhere"), *command.split())
    assert said.code == 2
    assert str(tmp_path / "nowhere") in said.err
    assert "mimas init" in said.err
    assert said.out == ""


@pytest.mark.parametrize("command", ["status", "runs", "run daily", "search /person", "holds", "connector list"])
def test_before_the_first_apply_every_command_says_what_to_do(new: Shell, command: str) -> None:
    said = new(*command.split())
    assert said.code == 2
    assert "mimas config apply" in said.err
    assert not (new.home / "mimas.db").exists(), "looking makes no database"


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("nonsense", "no database URL"),
        ("postgresql://me:hun@ter2@localhost/x", "%40"),
        ("mysql://me:hunter2@localhost/x", "mysql"),
        ("postgresql+nothing://me:hunter2@localhost/x", "postgresql+psycopg"),
        ("sqlite:////nowhere/at/all.db", "folder exists"),
    ],
)
def test_a_database_that_cannot_be_is_told_without_the_password(new: Shell, url: str, word: str) -> None:
    new.set("MIMAS_DATABASE", url)
    said = new("config", "apply")
    assert said.code == 1
    assert word in said.err
    assert "ter2" not in said.err + said.out
    assert "Traceback" not in said.err


@pytest.mark.parametrize(
    "url", ["postgresql://me:hunter2@127.0.0.1:1/x", "postgresql://me@127.0.0.1:1/x?password=hunter2"]
)
def test_a_server_that_does_not_answer_is_told_with_its_address(new: Shell, url: str) -> None:
    pytest.importorskip("psycopg")
    new.set("MIMAS_DATABASE", url)
    for command in ("status", "check", "run"):
        said = new(command, *(["daily"] if command == "run" else []))
        assert said.code == 1
        assert "127.0.0.1" in said.err
        assert "refused" in said.err
        assert "hunter2" not in said.err + said.out


def test_a_file_that_is_no_database_is_told(new: Shell) -> None:
    new.write("mimas.db", "this is a letter to my aunt, and long enough to be looked at " * 20)
    said = new("status")
    assert said.code == 1
    assert "not a database" in said.err


def test_a_database_of_a_newer_program_is_not_touched(used: Shell) -> None:
    with sqlite3.connect(used.home / "mimas.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    said = used("status")
    assert said.code == 1
    assert "9999" in said.err
    assert "newer program" in said.err


def test_a_database_of_an_earlier_program_is_brought_up_to_date_as_the_message_says(new: Shell) -> None:
    with closing(Database(f"sqlite:///{new.home / 'mimas.db'}")) as database:
        upgrade(database, "0001")
    said = new("status")
    assert said.code == 1
    assert "`mimas config apply`, which brings it up to date" in said.err
    new.done("config", "apply")
    assert "3 new" in new.done("run", "daily")


def test_a_typo_in_the_settings_names_line_and_meaning(new: Shell) -> None:
    new.edit("mimas.toml", "name =", "nmae =")
    said = new("check")
    assert said.code == 1
    assert "mimas.toml:3" in said.err
    assert "did you mean 'name'?" in said.err
    assert new("config", "apply").code == 1
    assert not (new.home / "mimas.db").exists()


def test_settings_that_are_no_toml_name_the_line(new: Shell) -> None:
    new.write("mimas.toml", "[mimas]\nname = x\n")
    said = new("check")
    assert said.code == 1
    assert "mimas.toml:2" in said.err


def test_a_password_in_the_settings_is_a_warning_and_no_more(used: Shell) -> None:
    used.write("mimas.toml", '[mimas]\ndatabase = "sqlite:///mimas.db?password=hunter2"\n')
    used.write("mimas.toml", '[mimas]\ndatabase = "postgresql://me:hunter2@127.0.0.1:1/x"\n')
    used.set("MIMAS_DATABASE", f"sqlite:///{used.home / 'mimas.db'}")
    said = used("check")
    assert said.code == 0
    assert "warning" in said.err
    assert "MIMAS_DATABASE" in said.err
    assert "hunter2" not in said.err + said.out
    used.monkeypatch.delenv("MIMAS_DATABASE")
    said = used("status")
    assert said.code == 1, "the warning is no error: the command goes on, to the server that is not there"
    assert "refused" in said.err


def test_the_version_is_told_without_loading_the_command_line(new: Shell) -> None:
    code = (
        "import sys; sys.argv = ['mimas', '--version']\n"
        "from mimas.cli.main import main; main()\n"
        "print([name for name in ('typer', 'rich', 'sqlalchemy', 'pydantic') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    version, loaded = done.stdout.splitlines()
    assert version.startswith("mimas ")
    assert loaded == "[]"
    assert new("--version", "status").out.strip() == version


def test_status_loads_no_engine_and_no_progress_bar(used: Shell) -> None:
    code = (
        "import sys; sys.argv = ['mimas', 'status']\n"
        "from mimas.cli.main import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = ('alembic', 'lark', 'httpx2', 'ldap', 'rich.progress', 'mimas.runs.engine', 'mimas.sync.compiling')\n"
        "print([name for name in heavy if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "directory" in done.stdout
    assert done.stderr.strip() == "[]"


@pytest.mark.parametrize(
    "arguments", [["bogus"], ["show"], ["import"], ["runs", "x"], ["search", "/person", "--limit", "0"]]
)
def test_wrong_use_ends_with_2(used: Shell, arguments: list[str]) -> None:
    assert used(*arguments).code == 2


@pytest.mark.slow
def test_a_broken_pipe_is_no_accident(used: Shell) -> None:
    used.write("data/hr.csv", people(2500))
    used.done("import", "hr")
    used.done("sync")
    for command in ("search /person --limit 3000", "search /person --limit 3000 --json"):
        words = command.split()
        done = subprocess.run(
            ["bash", "-c", f"{MIMAS} {' '.join(words)} | head -1"], capture_output=True, text=True, check=False
        )
        assert len(done.stdout.splitlines()) == 1
        assert done.stderr == ""


@pytest.mark.slow
def test_ctrl_c_in_the_middle_of_a_run_ends_with_a_sentence_and_the_next_run_goes_on(used: Shell) -> None:
    used.write("data/hr.csv", people(60_000))
    environment = os.environ | {"PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        [MIMAS, "run", "daily"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )
    deadline = time.monotonic() + 60
    while _staged(used.home) < 1_000 and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 1, err
    assert "stopped" in out
    assert "the next run goes on" in out
    assert "Traceback" not in err
    staged = _staged(used.home)
    assert 1_000 <= staged < 60_000, "the signal came in the middle"
    assert "stopped" in used("runs").out

    used.write("data/hr.csv", people(2_000))
    said = used("run", "daily")
    assert said.code in (0, 4), said
    assert used("search", "/person[employeeID = '2001']", "--json").json


def _staged(home: Path) -> int:
    with sqlite3.connect(f"file:{home / 'mimas.db'}?mode=ro", uri=True, timeout=30) as connection:
        return int(connection.execute("SELECT count(*) FROM object").fetchone()[0])


def test_a_locked_database_is_told_with_what_to_do(used: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    # A command waits 30 s before it says so; here the same error is had without the wait.
    with pytest.raises(SystemExit) as end, explained():
        _write_while_locked(used.home / "mimas.db")
    assert end.value.code == 1
    assert "Another command is writing" in capsys.readouterr().err


def test_a_mistake_of_ours_is_not_blamed_on_anybody_else(used: Shell) -> None:
    with closing(sqlite3.connect(used.home / "mimas.db")) as connection:
        connection.execute("DROP TABLE run")
    said = used("runs")
    assert said.code == 1
    assert "Traceback" in said.err, "for whoever has to find it"
    assert said.err.splitlines()[-1].startswith("mimas: This is a mistake in Mimas itself.")


def test_a_damaged_database_is_told(used: Shell) -> None:
    path = used.home / "mimas.db"
    data = bytearray(path.read_bytes())
    data[4096:] = b"x" * (len(data) - 4096)
    path.write_bytes(data)
    said = used("status")
    assert said.code == 1
    assert "malformed" in said.err
    assert "Traceback" not in said.err


def _write_while_locked(database: Path) -> None:
    with closing(sqlite3.connect(database, isolation_level=None)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        with closing(sqlite3.connect(database, timeout=0)) as blocked:
            blocked.execute("INSERT INTO meta VALUES ('a', 'b')")
