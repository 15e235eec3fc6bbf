"""The text of the mails: what happened, to what, and what to do; a screenful at most.

They say what `mimas runs` says of a run, which holds names and no secrets, and less of it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from shlex import quote
from typing import Any

from mimas.runs.setup import Schedule, Step
from mimas.schedules.lateness import Progress
from mimas.schedules.timing import words, zone_of
from mimas.store.schedules import Memory

_STEPS, _NOTES, _HOLDS = 3, 3, 3
"""How many troubled steps, objects of each, and holds are told."""
_WIDTH = 300
_EXPORT = "errors export "

_KINDS = {"failed": "failed", "held": "something is held", "errors": "errors at single objects"}
_RESULTS = {
    "failed": "failed",
    "held": "finished, and something is held",
    "errors": "finished, with errors",
    "success": "finished",
    "stopped": "stopped on request",
    "interrupted": "cut off",
}


@dataclass(frozen=True, slots=True)
class Matter:
    """What a mail is about."""

    installation: str
    schedule: Schedule
    memory: Memory
    run: Mapping[str, Any] | None
    """The last run, as `mimas.store.looking` describes it."""
    holds: Sequence[Mapping[str, Any]]


def bad(matter: Matter, current: Sequence[str]) -> tuple[str, str]:
    """Subject and text about trouble: of those kinds that are in ``current``."""
    kinds = [kind for kind in _KINDS if any(one.startswith(kind) for one in current)]
    subject = f"{matter.installation}: {matter.schedule.name}: {', '.join(_KINDS[kind] for kind in kinds)}"
    note = ["", matter.memory.note] if matter.memory.note else []
    lines = [*_head(matter), *note, *_steps(matter)]
    if "held" in kinds:
        lines += _holds(matter.holds)
    lines += _advice(matter, current)
    lines += ["", "You are told this once, once a day while it lasts, and when it is over."]
    return subject, _whole(lines)


def good(matter: Matter) -> tuple[str, str]:
    """Subject and text when it is well again."""
    subject = f"{matter.installation}: {matter.schedule.name}: well again"
    return subject, _whole([*_head(matter), "", "What you were told of is over. There is nothing to do."])


def late(
    installation: str, schedule: Schedule, begin: datetime, progress: Progress | None, now: datetime
) -> tuple[str, str]:
    """Subject and text about a run that is still under way."""
    lines = [
        _name(schedule),
        f"Begun {_at(begin, schedule)}, and not ended {_at(now, schedule)} {schedule.zone}.",
        "Meanwhile no other schedule is run.",
    ]
    if progress is not None:
        far = f", {progress.objects:,} objects so far" if progress.objects else ""
        lines += ["", f"{progress.step.title}: since {_at(progress.since, schedule)}{far}", ""]
        if progress.step.connector:
            lines.append(_reach(progress.step.connector))
    lines += [
        "Stop the run after its batch: mimas cancel",
        "If it does not stop, the system does not answer: restart the process that runs the schedules. The run is then",
        "begun again, and nothing is lost or sent twice.",
        f"If it always takes longer than {words(schedule.late_after)}: write another `late_after` in the schedule.",
        "",
        "You are told this once, and when it is over.",
    ]
    return f"{installation}: {schedule.name}: takes too long", _whole(lines)


def lost(installation: str, message: str, since: datetime) -> tuple[str, str]:
    """Subject and text when no schedule can be run at all."""
    lines = [
        f"Since {since:%Y-%m-%d %H:%M} UTC no schedule can be run:",
        "",
        message,
        "",
        "Mimas tries again every few seconds. What was written before is whole, and of all times that are missed",
        "meanwhile one is made up for.",
    ]
    return f"{installation}: schedules do not run", _whole(lines)


def found(installation: str) -> tuple[str, str]:
    """Subject and text when they can be run again."""
    return f"{installation}: schedules run again", "What kept the schedules from running is over.\n"


def _head(matter: Matter) -> Iterator[str]:
    run, schedule = matter.run, matter.schedule
    yield _name(schedule)
    if run is not None:
        span = " to ".join(_at(datetime.fromisoformat(at), schedule) for at in (run["started"], run["ended"]) if at)
        yield f"Run {run['id']}, {span} {schedule.zone}: {_RESULTS.get(run['result'], run['result'])}"


def _steps(matter: Matter) -> Iterator[str]:
    steps = matter.run["steps"] if matter.run else []
    troubled = [step for step in steps if step["notes"] or step["message"] or step["result"] != "success"]
    for step in troubled[:_STEPS]:
        yield ""
        yield f"{Step(step['kind'], step['connector']).title}: {step['result'] or 'not ended'}"
        if step["message"]:
            yield f"  {step['message']}"
        for note in step["notes"][:_NOTES]:
            who = f"{note['connector']} {note['name']}".strip()
            yield f"  {who}: {note['message']}"
            if note["advice"]:
                yield f"    {note['advice']}"
        if len(step["notes"]) > _NOTES:
            yield f"  … and {len(step['notes']) - _NOTES:,} more"
    if len(troubled) > _STEPS:
        yield f"… and {len(troubled) - _STEPS} more steps"


def _holds(holds: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for hold in holds[:_HOLDS]:
        number = hold["id"]
        yield ""
        yield f"Hold {number}, {hold['connector']}: {hold['reason']}."
        yield f"  who it is:         mimas holds show {number}"
        if hold["kind"] == "ambiguous":
            yield "  say whose one is:  mimas join CONNECTOR KEY TYPE RESOURCE"
        else:
            yield f"  let them through:  mimas holds release {number}"
            yield f"  do not:            mimas holds refuse {number}"
    if len(holds) > _HOLDS:
        yield f"… and {len(holds) - _HOLDS} more: mimas holds"


def _advice(matter: Matter, current: Iterable[str]) -> Iterator[str]:
    if matter.run is not None:
        yield ""
        yield f"The whole run: mimas runs {matter.run['id']}"
        down = [step["connector"] for step in matter.run["steps"] if step["result"] == "stopped-connectivity"]
        for connector in down[:_STEPS]:
            yield _reach(connector)
    exports = [one.removeprefix(_EXPORT) for one in current if one.startswith(_EXPORT)]
    for connector in exports[:_STEPS]:
        yield f"Try again what has failed: mimas export {quote(connector)} --retry"


def _reach(connector: str) -> str:
    return f"Reach the system by hand: mimas connector test {quote(connector)}"


def _name(schedule: Schedule) -> str:
    return f"Schedule {schedule.name}, run profile {schedule.profile}"


def _at(instant: datetime, schedule: Schedule) -> str:
    return f"{instant.astimezone(zone_of(schedule.zone)):%Y-%m-%d %H:%M:%S}"


def _whole(lines: Iterable[str]) -> str:
    return "\n".join(line if len(line) <= _WIDTH else f"{line[: _WIDTH - 1]}…" for line in lines) + "\n"
