"""Every short form that stands in documents, each given the same text."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from mimas.configuration import notation, rhythm
from mimas.configuration.notation import NotationError
from mimas.dev.fuzzing.target import Target, told
from mimas.runs.setup import Schedule
from mimas.schedules.timing import following

_FORMS: dict[str, Callable[[str], Any]] = {
    form.__name__: form
    for form in (
        notation.attribute, notation.scope, notation.clause, notation.equality, notation.condition, notation.criterion,
        notation.flow, notation.deletion, notation.deprovision, notation.expression, notation.candidate, notation.share,
        notation.step, notation.told, notation.address,
    )
}  # fmt: skip
_TIMES: dict[str, Callable[[str], Any]] = {
    form.__name__: form for form in (rhythm.cron, rhythm.interval, rhythm.zone, rhythm.days, rhythm.clock)
}


def _all(forms: dict[str, Callable[[str], Any]], case: str) -> str:
    outcome = ""
    for name, form in forms.items():
        try:
            form(case)
        except NotationError as error:
            told(error, error.message, error.hint)
        else:
            outcome += f"{name} "
    return outcome


def _times(case: str) -> str:
    outcome = _all(_TIMES, case)
    if "cron" in outcome:
        since = datetime(2026, 3, 28, 23, 59, tzinfo=UTC)
        for zone in ("UTC", "Europe/Berlin", "America/St_Johns"):
            at = following(Schedule("s", "p", cron=rhythm.cron(case), zone=zone), since)
            assert at is None or at > since
    return outcome


TARGETS = (
    Target(
        "notation",
        lambda case: _all(_FORMS, case),
        ("string, multivalued, indexed", "reference to worker", "a EQUAL b", "a ISNULL", "left = right", "=Trim([a]) = b",
         "a = b and c = d", "=[a] & [b]", "mail", "5%", "import hr delta", "sync full", "last", "ann@example.com", "0.05"),
        (" ", ",", "=", " and ", " to ", " EQUAL ", " ISNULL", "%", "@", ".", "import ", "export ", "sync ", "full", "delta",
         "string", "secret", "'", '"', "[", "]", "e"),
        ((" ", ""), ("=", ""), ("'", "'"), ("a = b and ", "")),
        longest=100_000,
        quick=1_000,
    ),
    Target(
        "times",
        _times,
        ("15 5 * * 1-5", "*/7 0-23/2 1,15,L * sun", "0 0 29 2 *", "0 0 31 2 *", "10 minutes", "1 day", "Europe/Berlin", "UTC",
         "sat-sun", "mon, wed", "22:00", "24:00", "0 2 * * 0#2"),
        (" ", "*", "/", "-", ",", "L", "W", "#", "?", "mon", "jan", "0", "59", "23", "31", "12", "7", ":", "Etc/GMT+12", "hours", "weeks"),
        ((" ", ""), ("0,", ""), ("*/", "")),
        longest=20_000,
        quick=300,
    ),
)  # fmt: skip
