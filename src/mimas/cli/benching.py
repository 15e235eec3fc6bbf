"""``bench people``, ``bench plan`` and ``bench directory``."""

import os
import platform
import sys
from collections.abc import Callable
from dataclasses import asdict

from mimas.bench.running import DELTA, run
from mimas.cli.failing import CommandError, Exit
from mimas.cli.printing import as_json, errors, out, table
from mimas.connectors.ldap.extra import needs_ldap


def people(count: int, database: str | None, *, json: bool) -> None:
    """Run the benchmark and print its figures."""
    figures, size = run(count, database, _say(quiet=json))
    if json:
        as_json({"people": count, "database-bytes": size, "steps": [asdict(figure) for figure in figures]})
        return
    rows = []
    for figure in figures:
        delta = figure.step == DELTA
        rows.append(
            (
                figure.step,
                f"{figure.seconds * 1000:.1f} ms" if delta else f"{figure.seconds:.1f} s",
                "" if delta else f"{figure.rate:,.0f}",
                "" if figure.bare is None else f"{figure.bare:,.0f}",
                "" if figure.bare is None else f"{figure.rate / figure.bare:.2f}",
                f"{figure.peak:,}",
            )
        )
    table(("step", "time", "objects/s", "bare program/s", "ratio", "peak MB"), rows)
    out.print(
        f"\n{count:,} people, database {size / 1e6:,.0f} MB, Python {platform.python_version()}, {platform.machine()}"
    )


def requests(count: int, database: str | None, *, json: bool) -> None:
    """Run the benchmark of requests and print its figures."""
    from mimas.bench.requesting import CLIENTS
    from mimas.bench.requesting import run as run_

    figures = run_(count, database, _say(quiet=json))
    if json:
        as_json({"people": count, "clients": CLIENTS, "figures": [asdict(figure) for figure in figures]})
        return
    rows = (
        (
            f.what,
            f"{f.rate:,.0f}" if f.rate else "",
            *(f"{s * 1000:.1f} ms" if s else "" for s in (f.median, f.ninety_fifth)),
            f.remark,
        )
        for f in figures
    )
    table(("what", "a second", "median", "95 of 100", ""), rows)
    out.print(f"\n{count:,} people, {CLIENTS} clients, Python {platform.python_version()}, {platform.machine()}")


def sets(people: int, sets: int, database: str | None, *, json: bool) -> None:
    """Run the benchmark of sets and print its figures."""
    from mimas.bench.sets import run as run_

    found = list(run_(people, sets, database, _say(quiet=json)))
    if json:
        as_json({"people": people, "sets": sets, "figures": [asdict(figure) for figure in found]})
        return
    table(("what", "time", ""), ((f.what, _time(f.seconds), f.remark) for f in found))
    out.print(f"\n{people:,} people, {sets:,} sets, Python {platform.python_version()}, {platform.machine()}")


def search(people: int, database: str | None, *, json: bool) -> None:
    """Run the benchmark of searches and print its figures."""
    from mimas.bench.searching import run as run_

    found = list(run_(people, database, _say(quiet=json)))
    if json:
        as_json({"people": people, "figures": [asdict(figure) for figure in found]})
        return
    table(("first page of 50", "median time", "found"), ((f.what, _time(f.seconds), str(f.found)) for f in found))
    out.print(f"\n{people:,} people, Python {platform.python_version()}, {platform.machine()}")


def foresight(count: int, *, json: bool) -> None:
    """Run the benchmark of plans and proofs and print its figures."""
    from mimas.bench.foresight import run as run_

    found = list(run_(count, _say(quiet=json)))
    if json:
        as_json({"people": count, "figures": [asdict(figure) for figure in found]})
        return
    table(("what", "time", ""), ((f.what, _time(f.seconds), f.remark) for f in found))
    out.print(f"\n{count:,} people, Python {platform.python_version()}, {platform.machine()}")


def workflows(count: int, database: str | None, *, json: bool) -> None:
    """Run the benchmark of workflows and print its figures."""
    from mimas.bench.working import run as run_

    found = run_(count, database, _say(quiet=json))
    if json:
        as_json({"people": count, "figures": [asdict(figure) for figure in found]})
        return
    table(("workflows", "a second", ""), ((f.what, f"{f.rate:,.0f}", f.remark) for f in found))
    out.print(f"\n{count:,} people, Python {platform.python_version()}, {platform.machine()}")


def _time(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms" if seconds < 0.1 else f"{seconds:.1f} s"


def _say(*, quiet: bool) -> Callable[[str], None]:
    if quiet or not sys.stderr.isatty():
        return lambda _: None
    return lambda text: errors.print(f"… {text}", style="dim")


def directory(uri: str, base: str, bind_dn: str, count: int, *, json: bool) -> None:
    """Run the benchmark of a directory and print its figures."""
    with needs_ldap("bench"):
        from mimas.bench.directory import PASSWORD, Figure, run

    if not os.environ.get(PASSWORD):
        raise CommandError(f"Set {PASSWORD} to the password of {bind_dn}.", Exit.USAGE)
    figures: list[Figure] = list(run(uri, base, bind_dn, count))
    if json:
        as_json([asdict(figure) for figure in figures])
        return
    rows = (
        (
            figure.step,
            f"{figure.count / figure.seconds:,.0f}",
            f"{figure.count / figure.bare:,.0f}",
            f"{figure.bare / figure.seconds:.2f}",
            f"{figure.peak:,}",
        )
        for figure in figures
    )
    table(("step", "entries/s", "bare program/s", "ratio", "peak MB"), rows)
