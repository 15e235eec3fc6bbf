"""``schedules``: how they stand, and the process that runs them; ``mail``, to see whether people can be told."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from mimas.cli.failing import CommandError, Exit, message
from mimas.cli.installation import Installation
from mimas.cli.printing import as_json, instant, out, table
from mimas.cli.running import CODES, printing
from mimas.cli.signals import Signals
from mimas.runs.engine import Engine, Watcher
from mimas.runs.setup import Schedule
from mimas.schedules.post import Post
from mimas.schedules.scheduler import Scheduler, Surroundings, standings
from mimas.schedules.standing import Standing
from mimas.schedules.timing import opens, words
from mimas.schedules.watching import Watching, watchable
from mimas.store import schedules
from mimas.store.database import BusyError
from mimas.store.history.chain import Cause
from mimas.store.runs import now as instant_now

_NONE = "No schedule is in force. Write a document of kind Schedule, then `mimas config apply`."
_LATE = timedelta(minutes=2)
"""From so long after its time on, a schedule that waits for nothing is one that nobody runs."""


def listing(installation: Installation, *, json: bool) -> None:
    """How every schedule stands."""
    engine, now = installation.engine, instant_now()
    with engine.store.reading() as tx:
        busy = schedules.under_way(tx)
    described = [_described(one, now, busy) for one in standings(engine, now, remember=False)]
    if json:
        as_json(described)
    elif not described:
        out.print(_NONE, markup=False)
    else:
        columns = ("schedule", "runs", "when", "next", "last", "waits")
        table(columns, (_row(one) for one in described))


def _row(one: dict[str, Any]) -> tuple[str, ...]:
    last = f"{instant(one['ended'])}: {one['result']}" if one["ended"] else ""
    last += f" (run {one['run']})" if one["run"] else ""
    return one["name"], one["profile"], one["when"], instant(one["next"]) or "never", last, one["waits"]


def _described(one: Standing, now: datetime, busy: str) -> dict[str, Any]:
    schedule, memory = one.schedule, one.memory
    start = opens(schedule, max(one.due, now)) if one.due else None
    return {
        "name": schedule.name,
        "profile": schedule.profile,
        "when": _when(schedule),
        "due": _iso(one.due),
        "next": _iso(start),
        "ended": _iso(memory.ended),
        "run": memory.run or None,
        "result": memory.result or None,
        "waits": _waits(one, start, now, busy),
    }


def _when(schedule: Schedule) -> str:
    if schedule.every is None:
        return f"{schedule.cron} {schedule.zone}"
    return f"every {words(schedule.every).removeprefix('1 ')}"


def _waits(one: Standing, start: datetime | None, now: datetime, busy: str) -> str:
    """What keeps it from starting now; empty before its time."""
    if one.due is None or one.due > now:
        return ""
    reasons = (
        (one.closed, f"closed until {instant(_iso(start))}"),
        (one.awaits, f"for {', '.join(one.awaits)} to be run"),
        (one.memory.started, f"under way since {instant(_iso(one.memory.started))}, or cut off"),
        (busy, f"for {busy} to end"),
        (one.memory.since == now, "new: it counts from the next look of `mimas schedules run`"),
        (now - one.due > _LATE, "nobody runs it: start `mimas schedules run`"),
    )
    return next((text for holds, text in reasons if holds), "starts now")


def _iso(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z") if at else None


def run_schedules(installation: Installation, *, once: bool) -> int:
    """Run the schedules until a signal says to stop, or those that are due now."""
    signals = Signals()
    scheduler = Scheduler(_surroundings(installation, signals), Post(installation.settings[0].name, _say))
    with signals.caught():
        if once:
            return _once(scheduler)
        _say("The schedules are run from now on.")
        scheduler.run()
        _say("Stopped.")
    return Exit.DONE


def watch(installation: Installation, names: list[str]) -> int:
    """Watch some connected systems, or all that can be watched, until a signal says to stop."""
    live = watchable(installation.engine)
    if unable := [name for name in names if name not in live]:
        raise CommandError(
            f"{', '.join(unable)} cannot be watched. What can be: {', '.join(live) or 'nothing'}.",
            Exit.USAGE,
        )
    if not live:
        raise CommandError("None of the connectors can be watched. Import them by a schedule.", Exit.USAGE)
    signals = Signals()
    with signals.caught():
        _say(f"Watched from now on: {', '.join(names or live)}.")
        Watching(_surroundings(installation, signals), names or live).run()
        _say("Stopped.")
    return Exit.DONE


def _surroundings(installation: Installation, signals: Signals) -> Surroundings:
    return Surroundings(
        open=lambda: _opened(installation.home),
        clock=instant_now,
        sleep=signals.sleep,
        stops=signals.stops,
        says=_say,
        passes=lambda engine: _passes(engine, installation.settings[0].public_url),
        watches=_watcher,
        explains=lambda error: message(error)[0],
    )


def _passes(engine: Engine, public_url: str | None) -> None:
    from mimas.cli.requesting import requests_with
    from mimas.requests.expiring import pass_time
    from mimas.workflows.worker import Worker

    requests = requests_with(engine, public_url)
    with engine.store.caused_by(Cause("schedules", "what time brings about")):
        for outcome in pass_time(requests, engine.clock()):
            said = f" {outcome.message}" if outcome.message else ""
            _say(f"Resource {outcome.target} has expired: request {outcome.request}, {outcome.status}.{said}")
    Worker(requests).work()


def _once(scheduler: Scheduler) -> int:
    try:
        done = scheduler.once()
    except BusyError:
        _say("Another run is under way; what is due stays due.")
        return Exit.DONE
    if not done:
        _say("Nothing is due.")
    # Whom somebody else has run in that moment has no result.
    results = [result for result in done.values() if result]
    return CODES[max(results, key=list(CODES).index, default="success")]


@contextmanager
def _opened(home: Path) -> Iterator[Engine]:
    installation = Installation(home)
    try:
        yield installation.engine
    finally:
        installation.close()


def _watcher(engine: Engine) -> Watcher:
    return Watcher(ends=printing(engine.store))


def _say(text: str) -> None:
    out.print(text, markup=False)


def send_test(installation: Installation, address: str) -> None:
    """A mail that says that it works."""
    from mimas.mail.sending import MailError, send

    server = installation.engine.setup.mail
    if server is None:
        raise CommandError("No document of kind Mail is in force. Write one, then `mimas config apply`.")
    name = installation.settings[0].name
    try:
        send(
            server, [address], f"{name}: a mail to see whether it arrives", "It has arrived. There is nothing to do.\n"
        )
    except MailError as error:
        raise CommandError(str(error), Exit.FAILED) from None
    _say(f"{server.host} has taken a mail to {address}. Whether it arrives is seen in the mailbox.")
