"""A run: a target is fuzzed in a process of its own, which may hang, die or eat memory without taking us along."""

import multiprocessing
import resource
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from mmap import mmap
from multiprocessing.connection import Connection
from pathlib import Path

from mimas.dev.fuzzing.mutation import Mutator
from mimas.dev.fuzzing.target import Target
from mimas.dev.fuzzing.watching import Finding, restart, smaller, stop, timed, watched

MEMORY = 1 << 30
"""Bytes that a target may need beyond what its process has at the start."""
SILENCE = 15.0
"""Seconds after which a process that works on one case is killed: code in C hears no timer."""
_HEAD = 16


@dataclass(slots=True)
class Report:
    """What came of fuzzing one target."""

    target: str
    cases: int = 0
    seconds: float = 0.0
    outcomes: set[str] = field(default_factory=set)
    findings: dict[tuple[str, str], Finding] = field(default_factory=dict)

    def add(self, finding: Finding) -> None:
        """Keep it, if it is the first of its kind."""
        self.findings.setdefault(finding.key, finding)


def cases(
    target: Target,
    count: int,
    seed: int,
    seconds: float | None = None,
    before: Callable[[str | bytes], None] = lambda _: None,
    done: int = 0,
) -> Iterator[str | Finding]:
    """What comes of each case, in this process: the seeds, then mutations of them. In the main thread only.

    ``before`` is told each case before it is tried; so many as ``done`` have been tried already.
    """
    mutator = Mutator(target, seed)
    known: set[str] = set()
    deadline = None if seconds is None else time.monotonic() + seconds
    with timed():
        for number in range(done, count):
            if deadline is not None and number % 64 == 0 and time.monotonic() > deadline:
                return
            case = target.seeds[number] if number < len(target.seeds) else mutator.case()
            before(case)
            restart()
            outcome = watched(target, case)
            stop()
            if isinstance(outcome, str) and outcome not in known:
                known.add(outcome)
                mutator.learn(case)
            yield outcome


def fuzz(target: Target, count: int, seed: int, seconds: float | None = None) -> Report:
    """Fuzz a target in processes of their own; a new one goes on where one has died."""
    report, begin = Report(target.name), time.monotonic()
    while report.cases < count:
        left = None if seconds is None else seconds - (time.monotonic() - begin)
        if left is not None and left <= 0:
            break
        # Another seed: the same one would lead to the same death.
        if _process(target, count, seed + 1_000_003 * report.cases, left, report):
            break
    report.seconds = time.monotonic() - begin
    return report


def _process(target: Target, count: int, seed: int, seconds: float | None, report: Report) -> bool:
    """Whether one process came to its end; the case that it was killed by counts as done."""
    memory = mmap(-1, _HEAD + 4 * target.longest + 4)
    here, there = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("fork").Process(
        target=_work, args=(target, count, seed, seconds, memory, there, report.cases)
    )
    process.start()
    there.close()
    last, heard, finished, killed = 0, time.monotonic(), False, False
    while not finished:
        try:
            if here.poll(0.2):
                message = here.recv()
                heard = time.monotonic()
                if isinstance(message, Finding):
                    report.add(message)
                else:
                    report.outcomes |= message
                    finished = True
                continue
        except EOFError:
            break
        done = int.from_bytes(memory[:8], "little")
        if done != last:
            last, heard = done, time.monotonic()
        elif time.monotonic() - heard > SILENCE:
            process.kill()
            killed = True
            break
    process.join()
    report.cases = max(int.from_bytes(memory[:8], "little"), report.cases) + (not finished)
    if not finished:
        what = f"Hang: no end within {SILENCE:g} s" if killed else f"Death: exit code {process.exitcode}"
        report.add(Finding(what, target.name, _kept(memory, target)))
    memory.close()
    return finished


def _work(
    target: Target, count: int, seed: int, seconds: float | None, memory: mmap, out: Connection, done: int
) -> None:
    """What the process does: tell the first finding of each kind, made small, and in the end the outcomes."""
    _confine()
    outcomes: set[str] = set()
    seen: set[tuple[str, str]] = set()
    for number, outcome in enumerate(cases(target, count, seed, seconds, partial(_keep, memory), done), done + 1):
        memory[:8] = number.to_bytes(8, "little")
        if isinstance(outcome, str):
            outcomes.add(outcome)
        elif outcome.key not in seen:
            seen.add(outcome.key)
            out.send(smaller(target, outcome))
    out.send(outcomes)
    out.close()


def _confine() -> None:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * resource.getpagesize() + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _keep(memory: mmap, case: str | bytes) -> None:
    raw = case if isinstance(case, bytes) else case.encode("utf-8", "surrogatepass")
    memory[8:_HEAD] = len(raw).to_bytes(8, "little")
    memory[_HEAD : _HEAD + len(raw)] = raw


def _kept(memory: mmap, target: Target) -> str | bytes:
    raw = memory[_HEAD : _HEAD + int.from_bytes(memory[8:_HEAD], "little")]
    return raw if target.binary else raw.decode("utf-8", "surrogatepass")
