"""Telling people by mail: what they do not know yet of each schedule, and when no schedule can be run at all."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from mimas.mail.sending import MailError, RefusedError, send
from mimas.mail.server import MailServer
from mimas.runs.engine import Engine, Watcher
from mimas.runs.setup import Schedule, Setup
from mimas.schedules import lateness, letters, trouble
from mimas.schedules.lateness import Progress
from mimas.schedules.letters import Matter
from mimas.schedules.timing import words
from mimas.store import looking, schedules
from mimas.store.schedules import Memory, Notice

_PATIENCE = timedelta(minutes=10)
"""After so long it is told that nothing can be run; and after so long a mail server that failed is tried again."""
_ALL = ()
"""Whoever is to be told."""


class Post:
    """The way to the people; ``installation`` is what the home is called."""

    def __init__(self, installation: str, says: Callable[[str], None]) -> None:
        self.installation = installation
        self.says = says
        self._not_before: dict[tuple[str, ...], datetime] = {}
        self._setup: Setup | None = None
        self._unreached: datetime | None = None
        self._lost = Notice()

    def deliver(self, engine: Engine, now: datetime) -> None:
        """Tell of every schedule what is not known yet. What cannot be sent is tried again later."""
        self._setup = engine.setup
        with engine.store.transaction() as tx:
            memories, notices = schedules.load(tx, Memory), schedules.load(tx, Notice)
        told = [one for one in engine.setup.schedules.values() if one.told.to and one.name in memories]
        holds = looking.open_holds(engine.store) if told else []
        for schedule in told:
            notice = notices.get(schedule.name, Notice())
            after = self._tell(engine, schedule, memories[schedule.name], notice, holds, now)
            if after != notice:
                with engine.store.transaction() as tx:
                    schedules.save(tx, schedule.name, after)

    def _tell(
        self,
        engine: Engine,
        schedule: Schedule,
        memory: Memory,
        notice: Notice,
        holds: list[dict[str, Any]],
        now: datetime,
    ) -> Notice:
        """Tell of one schedule; what people know of it from then on."""
        concerning = trouble.concerning(holds, engine.profile(schedule.profile))
        open_ = {trouble.of_hold(hold): hold for hold in concerning}
        # A hold that somebody has decided meanwhile is no trouble any more.
        lasting = [one for one in memory.trouble if one in open_ or not one.startswith("held ")]
        current = [one for one in lasting if one.partition(" ")[0] in schedule.told.on]
        news = trouble.news(notice, current, now)
        if news:
            run = looking.run(engine.store, memory.run) if memory.run else None
            held = [open_[one] for one in current if one in open_]
            matter = Matter(self.installation, schedule, memory, run, held)
            letter = letters.good(matter) if news == "well" else letters.bad(matter, current)
            if not self._send(engine.setup.mail, schedule.told.to, *letter, now):
                return notice
        return trouble.noted(notice, current, news, now)

    @contextmanager
    def watched(
        self, engine: Engine, schedule: Schedule, watcher: Watcher, clock: Callable[[], datetime]
    ) -> Iterator[Watcher]:
        """A watcher for the run of a schedule that is done within: it is told when that takes too long."""
        with engine.store.transaction() as tx:
            notice = schedules.load(tx, Notice).get(schedule.name, Notice())
        begin, known, said = clock(), notice, False

        def tells(progress: Progress | None) -> bool:
            nonlocal known, said
            if not said:
                self.says(f"{schedule.name}: {schedule.profile} has not ended after {words(schedule.late_after)}.")
                said = True
            now = clock()
            if "failed" in schedule.told.on and schedule.told.to and trouble.news(notice, (trouble.LATE,), now):
                letter = letters.late(self.installation, schedule, begin, progress, now)
                if not self._send(engine.setup.mail, schedule.told.to, *letter, now):
                    return False
                known = trouble.known_late(notice, now)
            return True

        try:
            with lateness.watched(watcher, schedule.late_after, clock, tells) as watching:
                yield watching
        finally:
            if known is not notice:
                with engine.store.transaction() as tx:
                    schedules.save(tx, schedule.name, known)

    def unreached(self, message: str, now: datetime, patience: timedelta = _PATIENCE) -> None:
        """The schedules cannot be run, for the reason given: after a while people are told, as the last setup says."""
        self._unreached = self._unreached or now
        if now - self._unreached < patience:
            return
        current = ("failed scheduler",)
        if trouble.news(self._lost, current, now):
            self._everybody(*letters.lost(self.installation, message, self._unreached), now, current)

    def reached(self, now: datetime) -> None:
        """They can be run."""
        self._unreached = None
        if trouble.news(self._lost, (), now):
            self._everybody(*letters.found(self.installation), now, ())

    def _everybody(self, subject: str, text: str, now: datetime, current: tuple[str, ...]) -> None:
        to = _addresses(self._setup.schedules.values()) if self._setup else ()
        if self._setup and to and self._send(self._setup.mail, to, subject, text, now):
            self._lost = trouble.noted(self._lost, current, "trouble" if current else "well", now)

    def _send(self, server: MailServer | None, to: tuple[str, ...], subject: str, text: str, now: datetime) -> bool:
        """Whether it was sent. A server that fails is left alone for a while, one that refuses some by those alone."""
        if server is None or any(now < self._not_before.get(whom, now) for whom in (_ALL, to)):
            return False
        try:
            refused = send(server, to, subject, text)
        except MailError as error:
            self._not_before[to if isinstance(error, RefusedError) else _ALL] = now + _PATIENCE
            self.says(f"No mail was sent to {', '.join(to)}: {error}")
            return False
        if refused:
            self.says(f"The mail server {server.host} refuses {', '.join(refused)}; the others were told.")
        return True


def _addresses(of: Iterable[Schedule]) -> tuple[str, ...]:
    return tuple(sorted({address for schedule in of for address in schedule.told.to}))
