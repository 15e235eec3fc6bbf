"""``mimas-dev fuzz``: the figures, and what was found."""

import sys

from rich.console import Console
from rich.table import Table

from mimas.dev.fuzzing.running import Report, fuzz
from mimas.dev.fuzzing.targets import targets

_SHOWN = 1_000
"""Characters of a case that are printed."""


def fuzz_and_print(name: str, count: int, seed: int, seconds: float | None) -> int:
    """Fuzz one target or all; the exit code: 0, 1 when something was found, 2 when there is no such target."""
    known = targets()
    errors = Console(stderr=True)
    if name and name not in known:
        errors.print(f"There is no target '{name}'. There is: {', '.join(known)}.")
        return 2
    table = Table("target", "cases", "seconds", "cases/s", "outcomes", "findings", box=None, header_style="bold")
    reports = []
    for target in [known[name]] if name else known.values():
        if sys.stderr.isatty():
            errors.print(f"… {target.name}", style="dim")
        report = fuzz(target, count, seed, seconds)
        reports.append(report)
        rate = report.cases / max(report.seconds, 0.001)
        table.add_row(
            report.target,
            f"{report.cases:,}",
            f"{report.seconds:.1f}",
            f"{rate:,.0f}",
            f"{len(report.outcomes):,}",
            str(len(report.findings)),
        )
    out = Console(soft_wrap=True, highlight=False)
    out.print(table)
    for report in reports:
        _found(out, report)
    return int(any(report.findings for report in reports))


def _found(out: Console, report: Report) -> None:
    for finding in report.findings.values():
        case = ascii(finding.case)
        shown = case if len(case) <= _SHOWN else f"{case[:_SHOWN]}… ({len(finding.case):,} in all)"
        lines = (f"{report.target}: {ascii(finding.what)[1:-1]} in {finding.where}", shown, ascii(finding.trace)[1:-1])
        out.print(*lines, sep="\n", end="\n\n", markup=False)
