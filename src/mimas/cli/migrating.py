"""Writing a home folder from the configuration of another product, and saying what came of it."""

import shlex
from collections.abc import Callable
from pathlib import Path

from mimas.cli.failing import CommandError
from mimas.cli.printing import out, table
from mimas.migrate.elements import MigrationError, Outcome
from mimas.migrate.migration import Migration


def write(carry: Callable[[Path], Migration], folder: Path, home: Path) -> None:
    """Read the folder, write the home, and print the counts."""
    try:
        migration = carry(folder)
        written = migration.write(home)
    except MigrationError as error:
        raise CommandError(f"{error.message} {error.advice}".rstrip()) from None
    report = migration.report
    total = report.total
    rows = [(f"{total[one]:,}", str(one)) for one in Outcome if total[one]]
    table(("elements", "what became of them"), [*rows, (f"{total.total():,}", "in all")])
    for name, why in sorted(report.broken.items()):
        out.print(f"Not read: {name}: {why}", markup=False)
    out.print(f"{len(written)} files are in {home}; migration-report.html tells all. Next:", markup=False)
    out.print(f"  cd {shlex.quote(str(home))}\n  mimas check", markup=False)
