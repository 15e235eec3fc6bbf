"""How a schedule stands: when it is due, and why it does not start though it is. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from msgspec.structs import replace

from mimas.runs.setup import Schedule
from mimas.schedules.timing import closed, following, timing
from mimas.store.schedules import Memory


@dataclass(frozen=True, slots=True)
class Standing:
    """When a schedule comes next, or what it waits for."""

    schedule: Schedule
    memory: Memory
    due: datetime | None
    """Its time; in the past while it waits. None: never."""
    awaits: tuple[str, ...] = ()
    """The run profiles that have to be run before it."""
    closed: bool = False
    """Whether a maintenance window keeps it from starting now."""

    def ready(self, now: datetime) -> bool:
        """Whether it is to start now."""
        return self.due is not None and self.due <= now and not self.awaits and not self.closed


def seen(schedule: Schedule, known: Memory | None, now: datetime) -> Memory:
    """What is known of a schedule; its times count from now on where they are new.

    So they do where its last start lies ahead: the clock was wrong then, or is now.
    """
    if known is None:
        return Memory(timing(schedule), now)
    if known.since > now:
        known = replace(known, since=now)
    if known.timing == timing(schedule):
        return known
    # An interval goes on from the last start; but times of the day before they were asked for were not missed.
    return replace(known, timing=timing(schedule), since=known.since if schedule.every else now)


def stand(schedule: Schedule, memory: Memory, ends: Mapping[str, datetime], now: datetime) -> Standing:
    """How it stands; ``ends`` says when run profiles last came to their end.

    An interval begins with the first look at it. Times that were missed, for whatever reason, are one time. Runs do
    not overlap: what has ended since its own last start has ended since its own last end.
    """
    first = schedule.every is not None and memory.ended is None
    due = memory.since if first else following(schedule, memory.since)
    awaits = tuple(
        profile
        for profile in schedule.after
        if profile not in ends or (memory.ended is not None and ends[profile] <= memory.ended)
    )
    return Standing(schedule, memory, due, awaits, closed(schedule, now))


def order(standings: Iterable[Standing], now: datetime) -> list[Standing]:
    """Those that are to start now, the longest due first."""
    ready = [one for one in standings if one.ready(now)]
    return sorted(ready, key=lambda one: (one.due, one.schedule.name))
