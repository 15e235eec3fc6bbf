"""One case under watch: what is raised, and what does not end."""

import signal
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from mimas.dev.fuzzing.target import Target

PATIENCE = 1.0
"""Seconds of processor time that a case may take."""

_OURS = f"{Path(__file__).parents[2]}/"
_TOOLS = f"{Path(__file__).parents[1]}/"


class TooSlowError(BaseException):
    """The case took longer than `PATIENCE`. Nothing that a parser catches."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A bug: what happened, where, the case that shows it."""

    what: str
    where: str
    case: str | bytes
    trace: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """Two cases with the same key show the same bug, most likely."""
        return self.what.partition(":")[0], self.where


def watched(target: Target, case: str | bytes) -> str | Finding:
    """The outcome of one case; a finding where it is none that is documented."""
    try:
        return target.check(case)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # noqa: BLE001 - whatever it is, it is a finding
        what = f"{type(error).__name__}: {str(error)[:300]}"
        frames = traceback.extract_tb(error.__traceback__)[-3:]
        return Finding(what, _where(error), case, " > ".join(f"{f.filename}:{f.lineno} {f.name}" for f in frames))


@contextmanager
def timed() -> Iterator[None]:
    """`TooSlowError` in a case that takes too long; `restart` gives each case its time. In the main thread only."""

    def expire(_: int, __: FrameType | None) -> None:
        raise TooSlowError(f"more than {PATIENCE:g} s")

    before = signal.signal(signal.SIGPROF, expire)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def restart() -> None:
    """Give the next case its time."""
    signal.setitimer(signal.ITIMER_PROF, PATIENCE, PATIENCE)


def stop() -> None:
    """Nothing is timed any more."""
    signal.setitimer(signal.ITIMER_PROF, 0)


def smaller(target: Target, finding: Finding, seconds: float = 6.0) -> Finding:
    """The finding with a case as small as it becomes in a few seconds: parts are left out while it stays the same."""
    best, size = finding, max(len(finding.case) // 2, 1)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        start, found = 0, False
        while start < len(best.case) and time.monotonic() < until:
            case: Any = best.case
            restart()
            outcome = watched(target, case[:start] + case[start + size :])
            stop()
            if isinstance(outcome, Finding) and outcome.key == finding.key:
                best, found = outcome, True
            else:
                start += size
        if size == 1 and not found:
            break
        size = max(size // 2, 1)
    return best


def _where(error: BaseException) -> str:
    """The innermost line of Mimas; of the target's own where an expectation of it failed."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if frame.filename.startswith(_OURS)]
    inner = [frame for frame in ours if not frame.filename.startswith(_TOOLS)] or ours
    if isinstance(error, AssertionError):
        inner = ours
    if not inner:
        return ""
    return f"{inner[-1].filename.removeprefix(_OURS)}:{inner[-1].lineno} {inner[-1].name}"
