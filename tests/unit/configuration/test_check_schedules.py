"""Schedules and mail: the short forms, and each mistake with its line and what was meant."""

# ruff: noqa: E501 - the tables of mistakes read best with one mistake in a line

import re
from datetime import time, timedelta
from pathlib import Path
from typing import Any

import pytest

from mimas.configuration.build import build
from mimas.configuration.check import check
from mimas.configuration.reading import read
from mimas.configuration.sealed import sealed_in
from mimas.runs.setup import Schedule, Setup, Window

FILE = """\
kind: RunProfile
name: full
steps: [sync full]
---
kind: RunProfile
name: delta
steps: [sync]
---
kind: Mail
name: post
host: mail.example.com
from: mimas@example.com
user: mimas
password: {env: MIMAS_MAIL}
---
kind: Schedule
name: nightly
profile: full
cron: 15 5 * * 1-5
zone: Europe/Berlin
closed:
  - {days: sat-sun}
  - {from: "22:00", until: "04:00"}
mail: it@example.com
---
kind: Schedule
name: often
profile: delta
every: 10 minutes
after: full
if_changed: true
mail: {to: [it@example.com, hr@example.com], on: [failed, held]}
"""


def said(home: Path, text: str) -> list[str]:
    documents, wrong = read(text, "s.yaml")
    assert wrong == []
    return [str(problem) for problem in check(home, documents)]


def built(home: Path, text: str) -> Setup:
    documents, wrong = read(text, "s.yaml")
    setup, problems = build(home, documents)
    assert (wrong, problems) == ([], [])
    return setup


def test_what_is_right(tmp_path: Path) -> None:
    assert said(tmp_path, FILE) == []
    setup = built(tmp_path, FILE)
    nightly, often = setup.schedules["nightly"], setup.schedules["often"]
    assert (nightly.cron, nightly.zone, nightly.told.to) == ("15 5 * * 1-5", "Europe/Berlin", ("it@example.com",))
    assert nightly.told.on == {"failed", "held", "errors"}
    assert nightly.closed == (Window(frozenset((5, 6))), Window(start=time(22), end=time(4)))
    assert (often.every, often.after, often.if_changed) == (timedelta(minutes=10), ("full",), True)
    assert (often.told.to, often.told.on) == (("it@example.com", "hr@example.com"), frozenset(("failed", "held")))
    assert setup.mail is not None
    assert (setup.mail.host, setup.mail.port, setup.mail.sender) == ("mail.example.com", 587, "mimas@example.com")


INBOX = """\
kind: Mail
name: post
host: mail.example.com
from: mimas@example.com
inbox:
  host: imap.example.com
  user: mimas
  password: {env: MIMAS_MAIL}
"""


def test_an_inbox(tmp_path: Path) -> None:
    assert said(tmp_path, INBOX) == []
    mail = built(tmp_path, INBOX).mail
    assert mail is not None
    assert mail.inbox is not None
    assert (mail.inbox.host, mail.inbox.port, mail.inbox.tls) == ("imap.example.com", 993, "implicit")
    assert (mail.inbox.address, mail.inbox.folder, mail.inbox.plus) == ("mimas@example.com", "INBOX", True)
    other = built(tmp_path, f"{INBOX}  tls: starttls\n  address: answers@example.com\n  plus: false\n").mail
    assert other is not None
    assert other.inbox is not None
    assert (other.inbox.port, other.inbox.address, other.inbox.plus) == (143, "answers@example.com", False)
    (told,) = said(tmp_path, f"{INBOX}  address: approvals-of-requests@example.com\n")
    assert told.startswith("s.yaml:5: warning: post: 'approvals-of-requests' leaves no room for the word")
    assert said(tmp_path, f"{INBOX}  address: approvals-of-requests@example.com\n  plus: false\n") == []
    (told,) = said(tmp_path, f"{INBOX}  tls: none\n")
    assert "`tls` cannot be 'none'" in told
    (told,) = said(tmp_path, INBOX.replace("  user: mimas\n", ""))
    assert "`inbox.user` is missing" in told
    documents, _ = read(INBOX.replace("{env: MIMAS_MAIL}", "{sealed: post}"), "s.yaml")
    assert [name for _, _, name in sealed_in(documents)] == ["post"]


@pytest.mark.parametrize(
    ("key", "text", "field", "value"),
    [
        ("every", "2 hours", "every", timedelta(hours=2)),
        ("every", "1 day", "every", timedelta(days=1)),
        ("every", "90 seconds", "every", timedelta(seconds=90)),
        ("cron", "'*/5  * * * MON-FRI'", "cron", "*/5 * * * MON-FRI"),
        ("cron", "0 0 L * *", "cron", "0 0 L * *"),
    ],
)
def test_rhythms(tmp_path: Path, key: str, text: str, field: str, value: Any) -> None:
    schedule = built(tmp_path, f"kind: Schedule\nname: s\nprofile: p\n{key}: {text}\n").schedules["s"]
    assert getattr(schedule, field) == value


@pytest.mark.parametrize(
    ("text", "days", "start", "end"),
    [
        ("{days: mon}", {0}, time(), time()),
        ("{days: 'sat-mon'}", {5, 6, 0}, time(), time()),
        ("{days: [tue, thu-fri]}", {1, 3, 4}, time(), time()),
        ("{days: 'Saturday, sunday'}", {5, 6}, time(), time()),
        ("{from: '22:30'}", set(range(7)), time(22, 30), time()),
        ("{from: '22:30', until: '24:00'}", set(range(7)), time(22, 30), time()),
        ("{until: '04:00'}", set(range(7)), time(), time(4)),
    ],
)
def test_windows(tmp_path: Path, text: str, days: set[int], start: time, end: time) -> None:
    schedule: Schedule = built(
        tmp_path, f"kind: Schedule\nname: s\nprofile: p\nevery: 1 day\nclosed: [{text}]\n"
    ).schedules["s"]
    assert schedule.closed == (Window(frozenset(days), start, end),)


WRONG = [
    (
        "15 5 * * 1-5",
        "15 25 * * 1-5",
        "19: nightly: the hour in '15 25 * * 1-5' cannot be; write five fields: minute 0-59",
    ),
    ("15 5 * * 1-5", "15 5 * * 1-9", "19: nightly: the day of the week in '15 5 * * 1-9' cannot be"),
    ("15 5 * * 1-5", "15 5 * *", "19: nightly: '15 5 * *' is no cron expression of five fields"),
    ("15 5 * * 1-5", "'@daily'", "19: nightly: '@daily' is no cron expression of five fields"),
    ("15 5 * * 1-5", "0 15 5 * * 1-5", "19: nightly: '0 15 5 * * 1-5' is no cron expression of five fields"),
    ("15 5 * * 1-5", "0 0 30 2 *", "19: nightly: the day of the month in '0 0 30 2 *' cannot be"),
    ("15 5 * * 1-5", "'* * */20 * 1L'", "19: nightly: '* * */20 * 1L' never comes"),
    ("15 5 * * 1-5", "5", "19: nightly: '5' is no cron expression of five fields"),
    ("cron: 15", "corn: 15", "19: nightly: unknown key 'corn'; did you mean 'cron'?"),
    ("every: 10 minutes\n", "", "27: often: has neither `cron` nor `every`; keep one"),
    ("every: 10 minutes", "every: 10 minutes\ncron: 0 0 * * *", "27: often: has both `cron` and `every`; keep one"),
    ("every: 10 minutes", "every: 10", "29: often: '10' is no interval; write a number and a unit"),
    ("every: 10 minutes", "every: 10 minuets", "29: often: unknown unit 'minuets'; did you mean 'minutes'?"),
    ("every: 10 minutes", "every: 0 minutes", "29: often: '0 minutes' is no time at all"),
    ("Europe/Berlin", "Europe/Berln", "20: nightly: unknown time zone 'Europe/Berln'; did you mean 'Europe/Berlin'?"),
    ("Europe/Berlin", "5", "20: nightly: unknown time zone '5'"),
    ("Europe/Berlin", "../etc/passwd", "20: nightly: unknown time zone '../etc/passwd'"),
    ("days: sat-sun", "days: sat-son", "22: nightly: unknown day 'son'; did you mean 'sun'?"),
    ("days: sat-sun", "dyas: sat-sun", "22: nightly: unknown key 'dyas'; did you mean 'days'?"),
    ("days: sat-sun", "start: sat-sun", "22: nightly: unknown key 'start'; there is: days, from, until"),
    ('from: "22:00"', 'from: "22"', "23: nightly: '22' is no time of day; write hours and minutes, as in 22:00"),
    ('until: "04:00"', 'until: "24:30"', "23: nightly: '24:30' is no time of day"),
    ('from: "22:00", until: "04:00"', "days: mon-fri", "21: nightly: is closed at all times, and never starts"),
    ("profile: full", "profile: ful", "18: nightly: unknown run profile 'ful'; did you mean 'full'?"),
    ("after: full", "after: [ful]", "30: often: unknown run profile 'ful'; did you mean 'full'?"),
    ("after: full", "after: [delta]", "30: often: waits for its own run profile, and never starts; leave it out"),
    (
        "after: full",
        "after: nightly",
        "30: often: 'nightly' is a schedule; what is waited for is a run profile; write its run profile, 'full'",
    ),
    ("zone:", "after: delta\nzone:", "nightly: schedules wait for one another, and none starts: "),
    ("if_changed: true", "if_changed: maybe", "31: often: `if_changed` should be true or false"),
    ("mail: it@example.com", "mail: it at example.com", "24: nightly: 'it at example.com' is no mail address"),
    ("mail: it@example.com", "mail: 'IT <it@example.com>'", "24: nightly: 'IT <it@example.com>' is no mail address"),
    ("mail: it@example.com", "mail: []", "24: nightly: `to` must not be empty"),
    ("on: [failed, held]", "on: [failed, hold]", "32: often: `on` cannot be 'hold'; did you mean 'held'?"),
    ("to: [it", "too: [it", "32: often: unknown key 'too'; did you mean 'to'?"),
    ("from: mimas@", "form: mimas@", "12: post: unknown key 'form'; did you mean 'from'?"),
    ("from: mimas@example.com\n", "", "`from` is missing; write `from: …`"),
    ("host: mail", "tls: startls\nhost: mail", "11: post: `tls` cannot be 'startls'; did you mean 'starttls'?"),
    ("user: mimas\n", "", "10: post: `user` and `password` belong together; write both, or neither"),
    ("user: mimas\n", "user: mimas\ntls: none\n", "10: post: would send a password in the open; write `tls: starttls`"),
    ("{env: MIMAS_MAIL}", "hunter2", "14: post: `password` a secret must not stand in a document"),
    (
        "---\nkind: Schedule\nname: nightly",
        "---\nkind: Mail\nname: other\nhost: h\nfrom: a@b.c\n---\nkind: Schedule\nname: nightly",
        "16: other: is a second document of kind Mail; keep one of them",
    ),
]


@pytest.mark.parametrize(("old", "new", "expected"), WRONG)
def test_mistakes(tmp_path: Path, old: str, new: str, expected: str) -> None:
    assert old in FILE
    found = said(tmp_path, FILE.replace(old, new, 1))
    assert any(expected in one for one in found), found
    assert not any("hunter2" in one for one in found)


def test_nobody_can_be_told_without_a_server(tmp_path: Path) -> None:
    start, end = FILE.index("---\nkind: Mail"), FILE.index("---\nkind: Schedule")
    found = said(tmp_path, FILE[:start] + FILE[end:])
    assert found == [
        "s.yaml:17: nightly: nobody can be told: there is no document of kind Mail; write one, with the keys `host` and `from`",
        "s.yaml:25: often: nobody can be told: there is no document of kind Mail; write one, with the keys `host` and `from`",
    ]


def test_whoever_waits_for_what_no_schedule_runs_is_warned(tmp_path: Path) -> None:
    found = said(tmp_path, FILE[: FILE.index("---\nkind: Schedule")] + FILE[FILE.rindex("---\nkind: Schedule") :])
    assert found == [
        "s.yaml:20: warning: often: waits for the run profile 'full', which no schedule runs; it starts only after somebody has typed `mimas run full`"
    ]


@pytest.mark.parametrize("page", ["schedules.md", "documents.md"])
def test_the_examples_of_the_documentation_are_right(tmp_path: Path, page: str) -> None:
    text = (Path(__file__).parents[3] / "docs" / page).read_text()
    blocks = [
        block for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL) if re.match("kind: (Schedule|Mail)", block)
    ]
    assert blocks
    for block in blocks:
        assert built(tmp_path, block).home == tmp_path
