"""The command ``migrate state``: what was carried over, and what a person has to look at."""

from collections.abc import Sequence
from pathlib import Path

from mimas.cli.failing import CommandError, Exit
from mimas.cli.installation import Installation
from mimas.cli.printing import as_json, out, table
from mimas.migrate.elements import MigrationError
from mimas.migrate.state.carrying import carry
from mimas.migrate.state.tally import DONE, OPEN, OTHER, State


def state(
    installation: Installation, files: Sequence[Path], metaverse: Path | None, connector: str | None, *, json: bool
) -> int:
    """Carry over, and tell; the exit code."""
    try:
        found = carry(installation.engine, files, metaverse, connector)
    except MigrationError as error:
        raise CommandError(f"{error.message} {error.advice} Nothing was written.", Exit.FAILED) from None
    if json:
        as_json(found.as_json())
    else:
        _print(found)
    return Exit.DONE if found.clean else Exit.OBJECT_ERRORS


def _print(found: State) -> None:
    rows = [(found.counts[key], said) for key, said in (DONE | OPEN | OTHER).items() if found.counts[key]]
    table(("count", "of what"), rows)
    for key, said in (OPEN | OTHER).items():
        names = found.named.get(key, [])
        if names:
            more = found.counts[key] - len(names)
            out.print(f"\n{found.counts[key]:,} {said}:", style="bold" if key in OPEN else None, markup=False)
            for name in names:
                out.print(f"  {name}", markup=False)
            if more:
                out.print(f"  … and {more:,} more", markup=False)
    if found.clean:
        out.print("\nNext: mimas sync", markup=False)
    else:
        out.print("\nPut right what stands above in bold, or leave it to the rules; then: mimas sync", markup=False)
