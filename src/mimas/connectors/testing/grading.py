"""Grading: every check, each with a subject of its own."""

from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TypeAlias

from mimas.connectors.contract import ConnectorError
from mimas.connectors.testing.check import CHECKS, Check, FailedError, InapplicableError, UntriedError, Verdict
from mimas.connectors.testing.report import Outcome, Report
from mimas.connectors.testing.subject import Subject
from mimas.connectors.testing.trial import Trial

Maker: TypeAlias = Callable[[Path], Subject]
"""Makes the subject of one check in a new, empty folder; the class of a subject is one."""


def grade(subject: Maker, checks: Iterable[str] = (), tell: Callable[[Outcome], None] = lambda _: None) -> Report:
    """Try a connector: all checks, or those that are named. ``tell`` is called after each.

    Raises ``KeyError`` for a check that there is none of.
    """
    outcomes, title = [], ""
    for name in tuple(checks) or CHECKS:
        outcome = try_check(name, subject)
        title = outcome.title or title
        outcomes.append(outcome)
        tell(outcome)
    return Report(title, tuple(outcomes))


def try_check(name: str, subject: Maker) -> Outcome:
    """Make one check. Raises ``KeyError`` when there is none of that name."""
    chosen, begin = CHECKS[name], perf_counter()
    with TemporaryDirectory(prefix="mimas-grade-") as folder:
        title, known = "", ""
        try:
            with closing(subject(Path(folder))) as made:
                known = made.shortfalls.get(name, "")
                title = made.title or type(made).__name__
                verdict, said = _tried(chosen, made)
        except Exception as error:  # noqa: BLE001 - a subject is foreign code; whatever it raises is a result
            verdict, said = Verdict.FAILED, f"the subject raised {_told(error)}"
    if known and verdict is Verdict.FAILED:
        verdict, said = Verdict.KNOWN, f"{known} ({said})"
    elif known and verdict is Verdict.PASSED:
        verdict, said = Verdict.FAILED, "it does not fail any more: take it off the subject's shortfalls"
    return Outcome(name, chosen.proves, verdict, said, perf_counter() - begin, title)


def _tried(chosen: Check, subject: Subject) -> tuple[Verdict, str]:
    try:
        with Trial(subject) as trial:
            _look_whether_it_applies(chosen, trial)
            chosen.run(trial)
    except (InapplicableError, UntriedError, FailedError) as reason:
        return _VERDICTS[type(reason)], str(reason)
    except ConnectorError as error:
        return Verdict.FAILED, f"the connector gave up: {error.message} {error.advice}".rstrip()
    except Exception as error:  # noqa: BLE001 - the connector is foreign code; whatever it raises is a result
        return Verdict.FAILED, f"the connector raised {_told(error)}"
    return Verdict.PASSED, ""


_VERDICTS: dict[type[Exception], Verdict] = {
    InapplicableError: Verdict.INAPPLICABLE,
    UntriedError: Verdict.UNTRIED,
    FailedError: Verdict.FAILED,
}


def _look_whether_it_applies(chosen: Check, trial: Trial) -> None:
    """Raises `InapplicableError` or `UntriedError`."""
    for name in chosen.needs:
        if not getattr(trial.capabilities, name):
            raise InapplicableError(f"the connector does not declare '{name}'")
    for name in chosen.no:
        if getattr(trial.capabilities, name):
            raise InapplicableError(f"the connector declares '{name}'")
    for name in chosen.offers:
        if not getattr(trial.subject, name):
            raise UntriedError(f"the subject says nothing of '{name}'")


def _told(error: Exception) -> str:
    trace, place = error.__traceback__, ""
    while trace is not None:
        place = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return f"{type(error).__name__}: {error} ({place})"
