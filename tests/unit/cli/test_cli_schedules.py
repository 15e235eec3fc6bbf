"""`schedules` and `mail`: what they say, and the process that goes on, ended by a signal and begun again."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from mimas.store import looking
from mimas.store.database import Database
from mimas.store.store import Store
from tests.servers.mailbox import PASSWORD, Mailbox, certify, mailbox
from tests.servers.silent import silence
from tests.unit.cli.shell import HEADER, Shell

OFTEN = """\
kind: Schedule
name: often
profile: daily
every: 1 hour
"""
MAIL = """\
---
kind: Mail
name: post
host: 127.0.0.1
port: {port}
tls: none
from: mimas@example.com
"""


def schedules(shell: Shell, text: str) -> None:
    shell.write("documents/schedules.yaml", text)
    shell.done("config", "apply")


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mailbox() as made:
        yield made


def test_without_schedules(used: Shell) -> None:
    assert "Write a document of kind Schedule" in used.done("schedules")
    assert used("schedules", "--json").json == []
    assert used.done("schedules", "run", "--once") == "Nothing is due.\n"


def test_a_schedule_is_applied_without_a_sweep_listed_and_run(used: Shell) -> None:
    used.write("documents/schedules.yaml", OFTEN)
    applied = used.done("config", "apply")
    assert "+ Schedule often" in applied
    assert "looks at everything anew" not in applied
    assert used("schedules", "--json").json[0]["waits"].startswith("new: it counts from the next look")
    said = used.done("schedules", "run", "--once")
    assert said.startswith("often: daily, due ")
    assert "✓ import hr                3 unchanged" in said
    assert used.done("schedules", "run", "--once") == "Nothing is due.\n"
    (one,) = used("schedules", "--json").json
    assert (one["name"], one["profile"], one["when"], one["result"], one["run"], one["waits"]) == (
        "often",
        "daily",
        "every hour",
        "success",
        2,
        "",
    )
    assert one["next"] > one["ended"]
    assert "success (run 2)" in used.done("schedules")


def test_why_one_does_not_run(used: Shell) -> None:
    now = datetime.now(UTC)
    window = f"{{from: '{now - timedelta(hours=1):%H:%M}', until: '{now + timedelta(hours=1):%H:%M}'}}"
    schedules(
        used,
        f"{OFTEN}closed: [{window}]\n---\n"
        + OFTEN.replace("often", "later").replace("profile: daily", "profile: other\nafter: daily")
        + "---\nkind: RunProfile\nname: other\nsteps: [sync]\n---\n"
        + OFTEN.replace("often", "alone"),
    )
    used.done("schedules", "run", "--once")
    waits = {one["name"]: one["waits"] for one in used("schedules", "--json").json}
    assert waits["often"].startswith("closed until ")
    assert waits["later"] == waits["alone"] == "", "they have been run"
    url = f"sqlite:///{used.home / 'mimas.db'}"
    with closing(Store(url)) as store, store.transaction() as tx:
        for key in ("since", "ended"):
            old, new = f'"{key}":"20', f'"{key}":"19'
            tx.run("UPDATE meta SET value = replace(value, ?, ?) WHERE key LIKE 'schedule:%'", old, new)
    waits = {one["name"]: one["waits"] for one in used("schedules", "--json").json}
    assert waits["alone"] == waits["later"] == "nobody runs it: start `mimas schedules run`"


def test_another_run_is_no_failure(used: Shell) -> None:
    schedules(used, OFTEN)
    with closing(Database(f"sqlite:///{used.home / 'mimas.db'}")) as other, other.alone():
        assert used.done("schedules", "run", "--once") == "Another run is under way; what is due stays due.\n"
    assert "import hr" in used.done("schedules", "run", "--once")


def test_exit_statuses_and_a_mail_with_what_to_do(used: Shell, box: Mailbox) -> None:
    schedules(used, OFTEN.replace("1 hour", "1 second") + "mail: it@example.com\n" + MAIL.format(port=box.port))
    used.write("data/hr.csv", HEADER)
    used.edit("documents/hr.yaml", "{count: 10, share: 5%}", "{count: 0, share: 0%}")
    used.done("config", "apply")
    assert used("schedules", "run", "--once").code == 4
    assert box.subjects == ["My company: often: something is held"]
    assert "mimas holds show 1" in box.text()
    assert "mimas holds release 1" in box.text()
    (used.home / "data/hr.csv").unlink()
    time.sleep(1.1)
    assert used("schedules", "run", "--once").code == 1
    assert box.subjects[1:] == ["My company: often: failed, something is held"]
    assert "mimas connector test hr" in box.text()


def test_a_mail_to_see_whether_it_works(used: Shell, box: Mailbox, tmp_path: Path) -> None:
    said = used("mail", "it@example.com")
    assert (said.code, "No document of kind Mail is in force" in said.err) == (2, True)
    schedules(used, OFTEN + MAIL.format(port=box.port))
    assert "127.0.0.1 has taken a mail to it@example.com" in used.done("mail", "it@example.com")
    assert box.subjects == ["My company: a mail to see whether it arrives"]
    box.refuses = {"it@example.com"}
    said = used("mail", "it@example.com")
    assert (said.code, "it refuses it@example.com" in said.err) == (1, True)
    certificate = certify(tmp_path)
    with mailbox(certificate) as safe:
        more = f"ca_file: {certificate}\nuser: mimas\npassword: {{env: MAIL_SECRET}}\n"
        schedules(used, OFTEN + MAIL.format(port=safe.port).replace("tls: none\n", "") + more)
        said = used("mail", "it@example.com")
        assert (said.code, "MAIL_SECRET" in said.err) == (1, True)
        used.set("MAIL_SECRET", PASSWORD)
        used.done("mail", "it@example.com")
        used.set("MAIL_SECRET", "wr0ng")
        said = used("mail", "it@example.com")
        assert (said.code, "refuses the sign-in of mimas" in said.err, "wr0ng" in said.err) == (1, True, False)


def start(home: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "mimas.cli.main", "--home", str(home), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )


def until(what: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end
        time.sleep(0.02)


def results(home: Path) -> list[str]:
    with closing(Store(f"sqlite:///{home / 'mimas.db'}")) as store:
        return [run["result"] or "under way" for run in reversed(looking.runs(store))]


SLOW = """\
import time
from pathlib import Path

HOME = Path(__file__).parent.parent

def wait(values):
    (HOME / "began").touch()
    while not (HOME / "go").exists():
        time.sleep(0.02)
    return "x"
"""


@pytest.fixture
def slow(used: Shell) -> Shell:
    """The sync begins with a file `began`, and waits for a file `go`."""
    used.write("extensions/slow.py", SLOW)
    used.edit("documents/hr.yaml", "  department: Department", '  department: {extension: "slow:wait"}')
    schedules(used, OFTEN)
    return used


@pytest.mark.slow
def test_sigterm_ends_it_after_the_batch_under_way_and_the_next_one_goes_on(slow: Shell) -> None:
    process = start(slow.home, "schedules", "run")
    until((slow.home / "began").exists)
    process.send_signal(signal.SIGTERM)
    time.sleep(0.5)
    assert process.poll() is None, "the batch is not broken off"
    (slow.home / "go").touch()
    said, _ = process.communicate(timeout=20)
    assert process.returncode == 0, said
    assert said.splitlines()[0] == "The schedules are run from now on."
    assert said.splitlines()[-1] == "Stopped."
    assert "! sync" in said
    assert "export" not in said
    assert results(slow.home) == ["success", "stopped"]
    process = start(slow.home, "schedules", "run", "--once")
    said, _ = process.communicate(timeout=20)
    assert process.returncode == 0, said
    assert "export directory" in said
    assert results(slow.home) == ["success", "stopped", "success"]


@pytest.mark.slow
def test_sigterm_while_it_sleeps_and_documents_applied_meanwhile(used: Shell) -> None:
    schedules(used, OFTEN.replace("1 hour", "1 second"))
    process = start(used.home, "schedules", "run")
    until(lambda: results(used.home).count("success") >= 3)
    until(lambda: used("config", "apply").code == 0)  # another run may be under way
    used.write("documents/schedules.yaml", OFTEN.replace("often", "seldom").replace("every: 1 hour", "cron: 0 0 1 1 *"))
    until(lambda: used("config", "apply").code == 0)
    until(lambda: "seldom" in used.done("schedules"))
    time.sleep(1.5)
    before = results(used.home)
    time.sleep(1.5)
    assert results(used.home) == before, "there is no schedule of that name any more"
    process.send_signal(signal.SIGTERM)
    said, _ = process.communicate(timeout=5)
    assert process.returncode == 0, said
    assert "Traceback" not in said


@pytest.mark.slow
def test_a_kill_is_found_and_told(slow: Shell, box: Mailbox) -> None:
    schedules(slow, OFTEN + "mail: it@example.com\n" + MAIL.format(port=box.port))
    process = start(slow.home, "schedules", "run")
    until((slow.home / "began").exists)
    process.kill()
    process.communicate()
    assert "under way since" in slow("schedules", "--json").json[0]["waits"]
    (slow.home / "go").touch()
    assert "import hr" in slow.done("schedules", "run", "--once")
    assert results(slow.home) == ["success", "interrupted", "success"]
    assert box.subjects == ["My company: often: failed", "My company: often: well again"]


@pytest.mark.slow
def test_a_database_that_goes_away_in_the_middle_of_a_run_and_comes_back(slow: Shell, postgresql_url: str) -> None:
    slow.set("MIMAS_DATABASE", postgresql_url)
    schedules(slow, OFTEN)
    process = start(slow.home, "schedules", "run")
    until((slow.home / "began").exists)
    url = make_url(postgresql_url)
    with closing(Database(url.set(database="postgres").render_as_string(hide_password=False))) as other:
        with other.transaction() as tx:
            tx.run(f"ALTER DATABASE {url.database} ALLOW_CONNECTIONS false")
            tx.rows("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ?", url.database)
        (slow.home / "go").touch()
        time.sleep(2)
        with other.transaction() as tx:
            tx.run(f"ALTER DATABASE {url.database} ALLOW_CONNECTIONS true")

    def ends() -> list[str]:
        with closing(Store(postgresql_url)) as store:
            return [run["result"] for run in reversed(looking.runs(store))]

    until(lambda: ends() == ["interrupted", "success"], 40)
    process.send_signal(signal.SIGTERM)
    said, _ = process.communicate(timeout=20)
    assert process.returncode == 0, said
    assert said.count("The database of Mimas cannot be used: ") == 2, (
        "what ended the run, and what kept its end unwritten"
    )
    assert "Traceback" not in said


SILENT = """\
---
kind: Connector
name: app
type: scim
settings: {{url: "http://127.0.0.1:{port}/scim", timeout: 3}}
objects:
  User: {{attributes: {{userName: string}}}}
---
kind: RunProfile
name: silent
steps: [import hr, import app, sync]
"""


@pytest.mark.slow
def test_a_system_that_never_answers_is_told_while_it_is_waited_for_and_ends_its_step(
    used: Shell, box: Mailbox
) -> None:
    schedule = OFTEN.replace("daily", "silent") + "late_after: 1 second\nmail: it@example.com\n"
    with silence() as port:
        schedules(used, schedule + MAIL.format(port=box.port) + SILENT.format(port=port))
        said = used("schedules", "run", "--once")
    assert said.code == 1
    assert box.subjects == ["My company: often: takes too long", "My company: often: failed"]
    assert "import app: since" in box.text(0)
    assert "mimas connector test app" in box.text(0)
    assert "import app: stopped-connectivity" in box.text(1)
    assert [step["result"] for step in used("runs", "2", "--json").json["steps"]] == [
        "success",
        "stopped-connectivity",
        "success",
    ]


@pytest.mark.slow
def test_a_step_that_hangs_with_the_database_locked_is_told_all_the_same(slow: Shell, box: Mailbox) -> None:
    schedules(slow, OFTEN + "late_after: 1 second\nmail: it@example.com\n" + MAIL.format(port=box.port))
    process = start(slow.home, "schedules", "run", "--once")
    until((slow.home / "began").exists)
    until(lambda: bool(box.mails))
    assert process.poll() is None
    assert "sync: since" in box.text()
    (slow.home / "go").touch()
    said, _ = process.communicate(timeout=20)
    assert process.returncode == 0, said
    assert "often: daily has not ended after 1 second." in said
    assert box.subjects == ["My company: often: takes too long", "My company: often: well again"]
