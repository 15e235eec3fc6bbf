"""``schedules``: how they stand, and the process that runs them; ``mail``, to see whether people can be told."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from mimas.cli.failing import CommandError, Exit, message
from mimas.cli.installation import Installation
from mimas.cli.printing import as_json, instant, out, table
from mimas.cli.running import CODES, printing
from mimas.cli.signals import Signals
from mimas.runs.engine import Engine, Watcher
from mimas.schedules.describing import Told, told
from mimas.schedules.post import Post
from mimas.schedules.scheduler import Scheduler, Surroundings
from mimas.schedules.watching import Watching, watchable
from mimas.store.database import BusyError
from mimas.store.history.chain import Cause
from mimas.store.runs import now as instant_now

_NONE = "No schedule is in force. Write a document of kind Schedule, then `mimas config apply`."


def listing(installation: Installation, *, json: bool) -> None:
    """How every schedule stands."""
    described = [_described(one) for one in told(installation.engine, instant_now())]
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


def _described(one: Told) -> dict[str, Any]:
    return {
        "name": one.name,
        "profile": one.profile,
        "when": one.when,
        "due": _iso(one.due),
        "next": _iso(one.next),
        "ended": _iso(one.ended),
        "run": one.run,
        "result": one.result,
        "waits": one.waits.text.format(names=one.waits.names, moment=instant(_iso(one.waits.moment)))
        if one.waits
        else "",
    }


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
