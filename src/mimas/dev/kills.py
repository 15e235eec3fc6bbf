"""``mimas-dev kills``: as many kills as wanted, one after the other, and a table of what came of them."""

import shlex
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from mimas.cli.printing import out, table
from mimas.dev.faults.desk import UnrestError
from mimas.dev.faults.kill import FAULTS, Verdict, plan, strike
from mimas.dev.faults.points import Point
from mimas.dev.faults.shelf import Shelf
from mimas.dev.faults.twin import Twin

A_COMPANY = 100
"""So many cases share a company, whose unkilled days cost as much as some of them."""


def verdicts(folder: Path, seeds: range, postgresql: str | None = None) -> Iterator[Verdict]:
    """What comes of the cases of these seeds, in a folder of their own."""
    shelf, twin = Shelf(folder, postgresql), None
    try:
        for seed in seeds:
            company = seed // A_COMPANY
            if twin is None or twin.seed != company:
                if twin is not None:
                    twin.forget()
                twin = _company(shelf, company)
            yield strike(twin, plan(seed, twin.days))
    finally:
        shelf.close()


def _company(shelf: Shelf, number: int) -> Twin:
    try:
        return Twin(shelf, number)
    except UnrestError as error:
        raise UnrestError(f"Company {number} has trouble without any kill: {error}") from None


def kills(count: int, seed: int, postgresql: str | None) -> bool:
    """Do so many cases from a seed on, and print what came of them; whether nothing was wrong."""
    begin, found = time.monotonic(), list[Verdict]()
    with TemporaryDirectory(prefix="mimas-kills-") as folder:
        for verdict in verdicts(Path(folder), range(seed, seed + count), postgresql):
            found.append(verdict)
            if verdict.faults:
                _print(verdict, postgresql)
            if sys.stderr.isatty():
                print(f"\r{len(found)} of {count}", end="\r", file=sys.stderr)
    _print_table(found)
    killed, wrong = sum(len(one.kills) for one in found), sum(bool(one.faults) for one in found)
    seconds = time.monotonic() - begin
    out.print(f"\n{count} cases, {killed} processes killed, in {seconds:,.0f} s. Wrong: {wrong}.", markup=False)
    return not wrong


def replay(seed: int, postgresql: str | None) -> str:
    """The command that does one case again."""
    server = f" --postgresql {shlex.quote(postgresql)}" if postgresql else ""
    return f"mimas-dev kills --count 1 --seed {seed}{server}"


def _print(verdict: Verdict, postgresql: str | None) -> None:
    out.print(f"\nseed {verdict.plan.seed}: {verdict.plan}", markup=False)
    out.print(f"  again: {replay(verdict.plan.seed, postgresql)}", markup=False)
    for name, wrong in verdict.faults.items():
        out.print(f"  {name}: {FAULTS[name]}", markup=False)
        for text in wrong:
            out.print(f"    {text}", markup=False)


def _print_table(found: list[Verdict]) -> None:
    """Killed in which step, and in the midst of what. A case with several kills counts in the place of each."""
    kinds: list[tuple[str, Callable[[Point], str]]] = [
        ("killed in", lambda point: point.what),
        ("killed at", lambda point: point.kind),
    ]
    for title, place in kinds:
        killed = Counter(place(point) for one in found for point in one.kills)
        wrong = Counter((name, place(point)) for one in found for name in one.faults for point in one.kills)
        rows = [(what, count, *(wrong[name, what] for name in FAULTS)) for what, count in sorted(killed.items())]
        table((title, "killed", *FAULTS), rows)
        out.print()
