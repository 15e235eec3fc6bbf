"""``bench people``."""

import platform
import sys
from dataclasses import asdict

from mimas.bench.running import DELTA, run
from mimas.cli.printing import as_json, errors, out, table


def people(count: int, database: str | None, *, json: bool) -> None:
    """Run the benchmark and print its figures."""
    say = (lambda _: None) if json or not sys.stderr.isatty() else (lambda text: errors.print(f"… {text}", style="dim"))
    figures, size = run(count, database, say)
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
