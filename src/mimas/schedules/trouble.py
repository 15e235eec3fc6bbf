"""What people should know of after a run, and when they are told: once, once a day while it lasts, and when it is over.

A trouble is a text: ``failed import hr``, ``errors sync``, ``held hr missing``. Its first word is one of those that
people may be told ``on``. How many objects it is about does not count: the same with one object more is no news.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from mimas.runs.engine import RunReport
from mimas.runs.linking import AMBIGUOUS
from mimas.runs.setup import Step
from mimas.store.schedules import Notice

AGAIN = timedelta(days=1)
"""After so long people are reminded of what lasts."""
SOON = timedelta(hours=1)
"""What comes back within this time is not told anew: something that comes and goes would fill mailboxes."""

LATE = "failed late"
"""The trouble of a run that takes too long, which is told while it goes on."""

News = Literal["", "trouble", "well"]


def of_run(report: RunReport) -> tuple[str, ...]:
    """The trouble of a run's steps, each once."""
    found = []
    for step in report.steps:
        if step.outcome.result.startswith(("stopped", "no-start")):
            found.append(of_step("failed", step.step))
        elif step.outcome.errors:
            found.append(of_step("errors", step.step))
    return tuple(dict.fromkeys(found))


def of_step(kind: str, step: Step) -> str:
    """The trouble of a step: it ``failed``, or has ``errors``."""
    return f"{kind} {step.title}"


def of_hold(hold: Mapping[str, Any]) -> str:
    """The trouble of an open hold, as `mimas.store.looking` describes it."""
    return f"held {hold['connector']} {hold['kind']}"


def concerning(holds: Iterable[Mapping[str, Any]], steps: Iterable[Step]) -> list[Mapping[str, Any]]:
    """The holds that a person decides, of the connectors that these steps are about. A grace ends by itself.

    A sync that names none finds whom objects of any connector may belong to; but sources and targets are not its own.
    """
    named = {step.connector for step in steps}
    return [
        hold
        for hold in holds
        if hold["kind"] != "grace" and (hold["connector"] in named or (hold["kind"] == AMBIGUOUS and None in named))
    ]


def news(notice: Notice, current: Sequence[str], now: datetime) -> News:
    """Whether there is something to tell those who know of ``notice`` so far."""
    for trouble in current:
        told = notice.told.get(trouble)
        # What was told in a year was told by a clock that was wrong.
        if told is None or abs(now - told) >= (AGAIN if trouble in notice.open else SOON):
            return "trouble"
    return "well" if notice.open and not current else ""


def known_late(notice: Notice, now: datetime) -> Notice:
    """What people know of when they have also been told that a run takes too long."""
    return Notice(tuple(dict.fromkeys((*notice.open, LATE))), {**notice.told, LATE: now})


def noted(notice: Notice, current: Sequence[str], told: News, now: datetime) -> Notice:
    """What people know of when they have been told so."""
    if told == "trouble":
        recent = {trouble: at for trouble, at in notice.told.items() if abs(now - at) < AGAIN}
        return Notice(tuple(current), recent | dict.fromkeys(current, now))
    still = tuple(trouble for trouble in notice.open if trouble in current)
    return Notice(still, notice.told)
