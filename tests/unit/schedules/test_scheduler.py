"""The scheduler on a real engine with real files and a real mail server; only the clock is moved by hand."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest

from mimas.mail.server import MailServer
from mimas.runs.engine import Engine, Watcher
from mimas.runs.releasing import release
from mimas.runs.setup import ConnectorSetup, Guard, Profile, Schedule, Step, Told
from mimas.schedules.post import Post
from mimas.schedules.scheduler import Scheduler, Surroundings, standings
from mimas.store import looking, runs
from mimas.store.database import Database
from mimas.store.store import Store
from tests.door import Door, door
from tests.servers.mailbox import Mailbox, mailbox
from tests.world import World, delimited, inbound, outbound, target

IN, SYNC, OUT = Step("full-import", "hr"), Step("delta-sync"), Step("export", "app")
PROFILES = {
    "all": Profile("all", (IN, SYNC, OUT)),
    "in": Profile("in", (IN,)),
    "out": Profile("out", (SYNC, OUT)),
}
MINUTES = timedelta(minutes=10)
TOLD = Told(("it@example.com",))


def eventually(done: Callable[[], bool]) -> None:
    end = time.monotonic() + 5
    while not done():
        assert time.monotonic() < end
        time.sleep(0.01)


class Desk:
    """A world with schedules, whose clock a test moves; ``log`` is what was said."""

    def __init__(self, world: World, box: Mailbox) -> None:
        self.world, self.box = world, box
        self.log: list[str] = []
        self.stop = False
        self.slept: list[datetime] = []
        self.steps: list[str] = []
        self.broken: Callable[[], None] = lambda: None
        self.post = Post("Example", self.log.append)
        self.configure(target("app", "id name"))
        self.people("Ada", "Grace")

    def configure(self, app: ConnectorSetup) -> None:
        self.world.configure(
            [delimited("hr", "id name", missing=Guard(0, 0.0)), app],
            [
                inbound("hr", {"employeeId": "id", "name": "name"}, join=["id=employeeId"]),
                outbound("app", {"id": "employeeId", "name": "name"}, join=["id=employeeId"]),
            ],
        )

    def people(self, *names: str) -> None:
        rows = ({"id": str(number), "name": name} for number, name in enumerate(names))
        self.world.write("hr.csv", *rows, columns="id name")

    def schedule(self, *schedules: Schedule) -> None:
        server = MailServer("127.0.0.1", "mimas@example.com", self.box.port, "none")
        setup = replace(
            self.world.engine.setup,
            profiles=PROFILES,
            schedules={one.name: one for one in schedules},
            mail=server,
        )
        self.world.engine = Engine(self.world.store, setup, clock=self.world.clock)

    @property
    def scheduler(self) -> Scheduler:
        def sleep(until: datetime) -> None:
            self.slept.append(until)
            self.stop = True

        return Scheduler(
            Surroundings(
                open=self.open,
                clock=self.world.clock,
                sleep=sleep,
                stops=lambda: self.stop,
                says=self.log.append,
                passes=lambda _: None,
                watches=lambda _: Watcher(ends=lambda report: self.steps.append(report.step.title)),
                explains=str,
            ),
            self.post,
        )

    @contextmanager
    def open(self) -> Iterator[Engine]:
        self.broken()
        yield self.world.engine

    def once(self, **later: float) -> dict[str, str]:
        self.world.clock.forward(**later)
        return self.scheduler.once()

    def look(self, **later: float) -> datetime:
        """One look of the process that goes on; when it looks again."""
        self.world.clock.forward(**later)
        self.stop = False
        self.scheduler.run()
        return self.slept[-1]

    def said(self, words: str) -> int:
        return sum(words in line for line in self.log)

    def runs(self) -> list[str]:
        return [f"{run['profile']} {run['result']}" for run in reversed(looking.runs(self.world.store))]


@pytest.fixture
def desk(world: World) -> Iterator[Desk]:
    with mailbox() as box:
        yield Desk(world, box)


def every(name: str, profile: str, **more: Any) -> Schedule:
    return Schedule(name, profile, every=MINUTES, **more)


def test_an_interval(desk: Desk) -> None:
    desk.schedule(every("often", "all"))
    assert desk.once() == {"often": "success"}
    assert desk.once(minutes=9) == {}
    assert desk.once(minutes=1) == {"often": "success"}
    assert desk.once(days=3) == {"often": "success"}, "missed times are one run"
    assert desk.once() == {}
    assert desk.runs() == ["all success"] * 3


def test_a_time_of_the_day_is_run_once_after_it_was_missed(desk: Desk) -> None:
    desk.schedule(Schedule("early", "in", "15 5 * * *"))
    assert desk.once() == {}
    assert desk.once(days=5) == {"early": "success"}
    assert desk.once(hours=1) == {}
    assert desk.once(days=1) == {"early": "success"}


def test_one_waits_for_another_in_the_same_call(desk: Desk) -> None:
    desk.schedule(every("a", "out", after=("in",)), every("b", "in"))
    assert list(desk.once()) == ["b", "a"]
    assert desk.once(minutes=5) == {}
    assert list(desk.once(minutes=5)) == ["b", "a"]


def test_a_run_by_hand_counts_for_whoever_waits_and_a_failed_one_does_not(desk: Desk) -> None:
    desk.schedule(every("a", "out", after=("in",)))
    assert desk.once() == {}
    (desk.world.folder / "hr.csv").rename(desk.world.folder / "away.csv")
    desk.world.engine.run("in", [IN])
    assert desk.once() == {}
    (desk.world.folder / "away.csv").rename(desk.world.folder / "hr.csv")
    desk.world.engine.run("in", [IN])
    assert desk.once() == {"a": "success"}


def test_run_if_changed(desk: Desk) -> None:
    desk.schedule(every("often", "all", if_changed=True), every("out", "out", if_changed=True))
    desk.once()
    assert desk.steps == ["import hr", "sync", "export app"]
    desk.steps.clear()
    desk.once(minutes=10)
    assert desk.steps == ["import hr"]
    assert desk.log[-1] == "nothing to do"
    desk.people("Ada", "Grace", "Jean")
    desk.steps.clear()
    desk.once(minutes=10)
    assert desk.steps == ["import hr", "sync", "export app"]


def test_a_schedule_that_is_no_more_is_forgotten(desk: Desk) -> None:
    desk.schedule(every("often", "in"))
    desk.once()
    desk.schedule()
    assert desk.once(days=1) == {}
    desk.schedule(every("often", "in"))
    assert desk.once() == {"often": "success"}, "it is a new one"


def test_whoever_only_looks_remembers_nothing(desk: Desk) -> None:
    desk.schedule(every("often", "in"))
    before = desk.world.dump()
    (one,) = standings(desk.world.engine, desk.world.clock(), remember=False)
    assert one.ready(desk.world.clock())
    assert desk.world.dump() == before


def test_it_looks_at_the_next_time_and_every_minute_at_least(desk: Desk) -> None:
    desk.schedule(Schedule("s", "in", "10 8 * * *"))
    start = desk.world.clock()
    assert desk.look() == start + timedelta(minutes=1)
    assert desk.look(minutes=9, seconds=30) == start + timedelta(minutes=10)
    assert desk.look(seconds=30) == start + timedelta(minutes=11)
    assert desk.runs() == ["in success"]
    desk.schedule(every("a", "in"), every("b", "in"))
    assert desk.look() == desk.world.clock(), "another one is due"


def test_another_run_is_waited_for(desk: Desk) -> None:
    desk.schedule(every("often", "in"))
    other = Database(desk.world.store.database.url.render_as_string(hide_password=False))
    with other.alone():
        assert desk.look() == desk.world.clock() + timedelta(seconds=5)
        assert "Another run is under way" in desk.log[-1]
    other.close()
    desk.look()
    assert desk.runs() == ["in success"]


def test_another_run_that_does_not_end_is_told(desk: Desk) -> None:
    desk.schedule(every("often", "in", told=TOLD))
    desk.look()
    other = Database(desk.world.store.database.url.render_as_string(hide_password=False))
    with other.alone():
        for _ in range(6):
            desk.look(minutes=10)
        assert desk.box.mails == [], "it is not an hour since it was in the way"
        desk.look(minutes=10)
        assert desk.box.subjects == ["Example: schedules do not run"]
        assert "Since 2026-11-23 08:10 UTC" in desk.box.text()
        assert "mimas cancel" in desk.box.text()
    other.close()
    desk.look(minutes=1)
    assert desk.box.subjects[1:] == ["Example: schedules run again"]


def test_what_has_been_run_is_told_though_another_run_is_in_the_way_of_the_rest(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.schedule(every("a", "in", told=TOLD), every("b", "in"))
    (desk.world.folder / "hr.csv").unlink()
    database = desk.world.store.database
    other, alone = Database(database.url.render_as_string(hide_password=False)), database.alone

    with ExitStack() as stack:

        def overtaken() -> Any:
            if desk.steps:
                monkeypatch.setattr(database, "alone", alone)
                stack.enter_context(other.alone())
            return alone()

        monkeypatch.setattr(database, "alone", overtaken)
        assert desk.once() == {"a": "failed"}
    assert desk.box.subjects == ["Example: a: failed"]
    other.close()


def test_two_schedulers_run_it_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.schedule(every("often", "in"))
    database = desk.world.store.database
    second, alone = desk.scheduler, database.alone

    @contextmanager
    def overtaken() -> Iterator[None]:
        monkeypatch.setattr(database, "alone", alone)
        second.once()
        with alone():
            yield

    monkeypatch.setattr(database, "alone", overtaken)
    assert desk.once() == {"often": ""}
    assert desk.runs() == ["in success"]


def test_a_clock_that_was_a_year_ahead_stops_no_schedule_for_a_year(desk: Desk) -> None:
    desk.schedule(every("often", "in"), Schedule("daily", "in", "0 9 * * *"), every("late", "in", after=("out",)))
    desk.once()
    desk.world.clock.forward(days=366)
    desk.world.engine.run("out", PROFILES["out"].steps)
    assert desk.once() == {"often": "success", "daily": "success", "late": "success"}
    desk.world.clock.forward(days=-366)
    assert desk.once() == {}
    assert desk.once(minutes=10) == {"often": "success"}, "that `out` ends in a year is nothing to count on now"
    assert desk.once(minutes=50) == {"often": "success", "daily": "success"}


def test_a_stopped_run_is_due_again(desk: Desk) -> None:
    desk.schedule(every("often", "all", told=TOLD))
    desk.once()
    desk.world.clock.forward(minutes=10)
    scheduler = desk.scheduler
    around = replace(scheduler.around, stops=lambda: bool(desk.steps[3:]))
    assert Scheduler(around, desk.post).once() == {"often": "stopped"}
    assert desk.runs() == ["all success", "all stopped"]
    assert desk.once() == {"often": "success"}
    assert desk.box.mails == [], "whoever stops it knows"


def test_a_run_that_a_person_has_cancelled_is_not_begun_again_before_its_time(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mimas.runs.stopping._OFTEN", 0)
    desk.schedule(every("often", "all", told=TOLD))
    (desk.world.folder / "hr.csv").rename(desk.world.folder / "away.csv")
    desk.once()
    (desk.world.folder / "away.csv").rename(desk.world.folder / "hr.csv")
    desk.world.clock.forward(minutes=10)

    def cancel(_: int) -> None:
        with desk.world.store.transaction() as tx:
            runs.ask_to_stop(tx)

    scheduler = desk.scheduler
    around = replace(scheduler.around, watches=lambda _: Watcher(advances=cancel))
    assert Scheduler(around, desk.post).once() == {"often": "stopped"}
    assert desk.once(minutes=9) == {}
    assert desk.box.subjects == ["Example: often: failed"], "what was the matter before is not known to be over"
    assert desk.once(minutes=1) == {"often": "success"}
    assert desk.runs() == ["all failed", "all stopped", "all success"]
    assert desk.box.subjects[1:] == ["Example: often: well again"]


def test_a_run_that_was_cut_off_is_told_and_begun_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.schedule(every("often", "all", told=TOLD))

    def killed(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("mimas.runs.engine.sync_step", killed)
        with pytest.raises(KeyboardInterrupt):
            desk.once()
    assert desk.once() == {"often": "success"}
    assert desk.box.subjects == ["Example: often: failed", "Example: often: well again"]
    assert "was cut off" in desk.box.text(0)
    assert desk.runs() == ["all interrupted", "all success"]


def test_a_failure_is_mailed_once_a_day_and_when_it_is_over(desk: Desk) -> None:
    desk.schedule(every("often", "all", told=TOLD))
    desk.once()
    (desk.world.folder / "hr.csv").rename(desk.world.folder / "away.csv")
    for _ in range(150):
        assert desk.once(minutes=10) == {"often": "failed"}
    assert desk.box.subjects == ["Example: often: failed"] * 2
    text = desk.box.text(0)
    assert "import hr: stopped-connectivity" in text
    assert "hr.csv" in text
    assert "mimas runs 2" in text
    assert "mimas connector test hr" in text
    assert len(text.splitlines()) < 25
    (desk.world.folder / "away.csv").rename(desk.world.folder / "hr.csv")
    desk.once(minutes=10)
    desk.once(minutes=10)
    assert desk.box.subjects[2:] == ["Example: often: well again"]


def test_what_is_held_is_mailed_with_what_to_do(desk: Desk) -> None:
    desk.schedule(every("often", "all", told=TOLD, if_changed=True))
    desk.once()
    desk.people("Ada")
    for _ in range(10):
        desk.once(minutes=10)
    assert desk.box.subjects == ["Example: often: something is held"], "a new number of a hold is no news"
    ((hold, _, _),) = desk.world.holds()
    assert "mimas holds show" in desk.box.text()
    assert "1 of 2 objects are no longer shown" in desk.box.text()
    release(desk.world.store, hold)
    desk.look()
    assert desk.box.subjects[1:] == ["Example: often: well again"], "told at the next look, not after the next run"


def test_errors_at_single_objects(desk: Desk) -> None:
    desk.schedule(
        every("all of it", "all", told=TOLD),
        every("not errors", "all", told=Told(("other@example.com",), frozenset(("failed", "held")))),
    )
    desk.world.write("hr.csv", "0,Ada", "0,Grace", columns="id name")
    assert set(desk.once().values()) == {"errors"}
    assert desk.box.subjects == ["Example: all of it: errors at single objects"]
    assert desk.box.to == [["it@example.com"]]
    assert "import hr: completed-discovery-errors" in desk.box.text()


def test_objects_that_wait_for_their_next_try_are_no_news_and_not_over(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.configure(door(desk.world, monkeypatch, "id name"))
    desk.schedule(every("often", "all", told=TOLD, if_changed=True))
    Door.refuses = {"1"}
    for _ in range(100):
        desk.once(minutes=10)
    assert 5 < len(Door.sent) < 15, "tries grow rare"
    assert desk.box.subjects == ["Example: often: errors at single objects"]
    assert "mimas export app --retry" in desk.box.text()
    Door.refuses = set()
    for _ in range(100):
        desk.once(minutes=10)
    assert desk.box.subjects[-1] == "Example: often: well again"
    assert len(desk.box.mails) <= 3


def test_a_mail_that_cannot_be_sent_is_sent_later(desk: Desk) -> None:
    desk.schedule(every("often", "all", told=TOLD))
    (desk.world.folder / "hr.csv").unlink()
    desk.box.refuses = {"it@example.com"}
    desk.once()
    assert "No mail was sent to it@example.com: The mail server 127.0.0.1" in desk.log[-1]
    desk.box.refuses = set()
    desk.look(minutes=1)
    assert desk.box.mails == [], "a mail server that failed is left alone for a while"
    desk.look(minutes=10)
    assert desk.box.subjects == ["Example: often: failed"]


def test_a_mail_that_is_refused_keeps_no_other_from_being_sent(desk: Desk) -> None:
    desk.schedule(
        every("a", "in", told=Told(("gone@example.com",))),
        every("b", "in", told=TOLD),
        every("spam", "in", told=Told(("other@example.com",))),
    )
    (desk.world.folder / "hr.csv").unlink()
    desk.box.refuses, desk.box.hates = {"gone@example.com"}, "spam"
    desk.once()
    assert desk.box.to == [["it@example.com"]]
    for _ in range(9):
        desk.look(minutes=1)
    assert desk.said("No mail was sent") == 2, "it is tried again, but not at once"
    desk.box.refuses, desk.box.hates = set(), ""
    desk.look(minutes=1)
    assert desk.box.to[1:] == [["gone@example.com"], ["other@example.com"]]


def test_a_profile_that_cannot_be_run_keeps_no_other_from_running(desk: Desk) -> None:
    desk.schedule(every("a", "out", told=TOLD), every("b", "in"))

    def broken(_: str) -> object:
        raise RuntimeError("an extension is gone")

    desk.world.engine.extensions = broken
    desk.world.engine.__dict__["setup"] = replace(
        desk.world.engine.setup,
        connectors={
            name: replace(connector, before_export="gone:gone") if name == "app" else connector
            for name, connector in desk.world.engine.setup.connectors.items()
        },
    )
    assert desk.once() == {"a": "failed", "b": "success"}
    assert desk.box.subjects == ["Example: a: failed"]
    assert "an extension is gone" in desk.box.text()
    assert desk.once(minutes=1) == {}, "it is not tried again before its time"


def test_a_database_that_is_away_is_told_and_found_again(desk: Desk) -> None:
    desk.schedule(every("often", "in", told=TOLD))
    assert desk.look() == desk.world.clock() + timedelta(minutes=1)

    def away() -> None:
        raise RuntimeError("The database cannot be used: connection refused.")

    desk.broken = away
    for _ in range(30):
        assert desk.look(minutes=1) == desk.world.clock() + timedelta(seconds=10)
    assert desk.box.subjects == ["Example: schedules do not run"]
    assert "connection refused" in desk.box.text()
    desk.broken = lambda: None
    desk.look(minutes=1)
    assert desk.box.subjects == ["Example: schedules do not run", "Example: schedules run again"]
    assert desk.runs() == ["in success"] * 2


def test_a_short_absence_of_the_database_is_not_mailed(desk: Desk) -> None:
    desk.schedule(every("often", "in", told=TOLD))
    desk.look()

    def away() -> None:
        raise RuntimeError("The database cannot be used: connection refused.")

    desk.broken = away
    desk.look(minutes=1)
    desk.broken = lambda: None
    desk.look(minutes=1)
    assert desk.box.mails == []


def test_state_outlives_the_process(desk: Desk) -> None:
    desk.schedule(every("often", "in"))
    desk.once()
    desk.world.reopen()
    assert desk.once(minutes=5) == {}
    assert desk.once(minutes=5) == {"often": "success"}
    assert isinstance(desk.world.store, Store)


Hangs = Callable[[Callable[[], bool]], None]


@pytest.mark.slow
class TestARunThatTakesTooLong:
    """The system's answer comes when the test lets it: the run hangs until a mail has told so."""

    @pytest.fixture
    def hangs(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Hangs:
        """The export hangs at its third person until something is so."""
        desk.configure(door(desk.world, monkeypatch, "id name"))
        numbers = count()

        def until(done: Callable[[], bool]) -> None:
            def slowly(value: str) -> str:
                if value.startswith("Jean"):
                    eventually(done)
                return value

            desk.people("Ada", "Grace", f"Jean {next(numbers)}")
            Door.alters = slowly

        return until

    def logged(self, desk: Desk) -> Callable[[], bool]:
        """Whether it has been logged once more."""
        before = desk.said("has not ended")
        return lambda: desk.said("has not ended") > before

    def late(self, desk: Desk, **more: Any) -> Schedule:
        return every("often", "all", late_after=timedelta(seconds=1), **{"told": TOLD, **more})

    def test_is_told_while_it_goes_on_and_when_it_is_over(self, desk: Desk, hangs: Hangs) -> None:
        desk.schedule(self.late(desk))
        hangs(lambda: bool(desk.box.mails))
        assert desk.once() == {"often": "success"}
        assert desk.box.subjects == ["Example: often: takes too long", "Example: often: well again"]
        assert "export app: since 2026-11-23 08:00:00, 2 objects so far" in desk.box.text(0)
        assert "mimas connector test app" in desk.box.text(0)
        assert "often: all has not ended after 1 second." in desk.log

    def test_is_told_once_and_not_in_every_run_of_an_hour(self, desk: Desk, hangs: Hangs) -> None:
        desk.schedule(self.late(desk))
        hangs(lambda: bool(desk.box.mails))
        desk.once()
        for minutes in (10, 20):
            hangs(self.logged(desk))
            desk.once(minutes=minutes)
        assert len(desk.box.mails) == 2
        hangs(lambda: len(desk.box.mails) > 2)
        desk.once(minutes=30)
        assert desk.box.subjects[2:] == ["Example: often: takes too long", "Example: often: well again"]

    def test_that_fails_then_is_told_as_a_failure(self, desk: Desk, hangs: Hangs) -> None:
        desk.schedule(self.late(desk))
        hangs(lambda: bool(desk.box.mails))
        Door.refuses = {"0"}
        desk.once()
        assert desk.box.subjects == ["Example: often: takes too long", "Example: often: errors at single objects"]

    def test_is_said_in_the_log_alone_where_nobody_wants_a_mail(self, desk: Desk, hangs: Hangs) -> None:
        for schedule in (self.late(desk, told=Told()), self.late(desk, told=replace(TOLD, on=frozenset(("held",))))):
            desk.schedule(schedule)
            hangs(self.logged(desk))
            desk.once(minutes=10)
        assert desk.box.mails == []

    def test_is_told_later_when_the_mail_server_is_away(
        self, desk: Desk, hangs: Hangs, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("mimas.schedules.lateness._AGAIN", timedelta(seconds=0.1))
        desk.schedule(self.late(desk))
        desk.box.refuses = {"it@example.com"}

        def told() -> bool:
            if desk.said("No mail was sent") and desk.box.refuses:
                desk.box.refuses = set()
                desk.world.clock.forward(minutes=10)
            return bool(desk.box.mails)

        hangs(told)
        desk.once()
        assert desk.box.subjects == ["Example: often: takes too long", "Example: often: well again"]
        assert desk.said("has not ended") == 1

    def test_that_ends_in_time_is_not_told(self, desk: Desk) -> None:
        desk.schedule(every("often", "all", told=TOLD, late_after=timedelta(weeks=90_000)))
        desk.once()
        assert desk.box.mails == []
        assert not any(thread.name == "lateness" for thread in threading.enumerate())


def test_old_runs_are_forgotten_once_a_day(desk: Desk) -> None:
    desk.schedule(every("often", "in"))
    for _ in range(4):
        desk.look(days=1)
    assert len(desk.runs()) == 4, "nothing is forgotten unless it is said"
    setup = replace(desk.world.engine.setup, keep_runs=timedelta(days=2))
    desk.world.engine = Engine(desk.world.store, setup, clock=desk.world.clock)
    desk.look(minutes=1)
    assert len(desk.runs()) == 2
    assert desk.log[-1] == "Forgotten: 2 of the runs from more than 2 days ago."
    desk.look(hours=23)
    assert len(desk.runs()) == 3, "the next day"
    desk.look(hours=1)
    assert len(desk.runs()) == 3
