"""How schedules stand, as it is told to people."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from mimas.runs.engine import Engine
from mimas.runs.setup import Schedule
from mimas.schedules.scheduler import standings
from mimas.schedules.standing import Standing
from mimas.schedules.timing import opens, words
from mimas.store import schedules

_LATE = timedelta(minutes=2)
"""From so long after its time on, a schedule that waits for nothing is one that nobody runs."""


def _(text: str) -> str:
    """Marks what the portal says in the language of whoever reads it."""
    return text


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a schedule does not start though it is due: a text with fields in braces; ``moment`` is an instant."""

    text: str
    names: str = ""
    moment: datetime | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """One schedule."""

    name: str
    profile: str
    when: str
    due: datetime | None
    next: datetime | None
    """When it starts, closed hours taken into account; none: never."""
    ended: datetime | None
    run: int | None
    result: str | None
    waits: Reason | None


def told(engine: Engine, now: datetime) -> list[Told]:
    """How every schedule stands."""
    with engine.store.reading() as tx:
        busy = schedules.under_way(tx)
    return [_told(one, now, busy) for one in standings(engine, now, remember=False)]


def _told(one: Standing, now: datetime, busy: str) -> Told:
    schedule, memory = one.schedule, one.memory
    start = opens(schedule, max(one.due, now)) if one.due else None
    waits = next(_reasons(one, start, now, busy)) if one.due and one.due <= now else None
    return Told(
        schedule.name,
        schedule.profile,
        _when(schedule),
        one.due,
        start,
        memory.ended,
        memory.run or None,
        memory.result or None,
        waits,
    )


def _when(schedule: Schedule) -> str:
    if schedule.every is None:
        return f"{schedule.cron} {schedule.zone}"
    return f"every {words(schedule.every).removeprefix('1 ')}"


def _reasons(one: Standing, start: datetime | None, now: datetime, busy: str) -> Iterator[Reason]:
    assert one.due is not None
    if one.closed:
        yield Reason(_("closed until {moment}"), moment=start)
    if one.awaits:
        yield Reason(_("for {names} to be run"), ", ".join(one.awaits))
    if one.memory.started:
        yield Reason(_("under way since {moment}, or cut off"), moment=one.memory.started)
    if busy:
        yield Reason(_("for {names} to end"), busy)
    if one.memory.since == now:
        yield Reason(_("new: it counts from the next look of `mimas schedules run`"))
    if now - one.due > _LATE:
        yield Reason(_("nobody runs it: start `mimas schedules run`"))
    yield Reason(_("starts now"))
