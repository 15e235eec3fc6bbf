"""``shadow compare``: where Mimas would export something else than the old product."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from mimas.cli.failing import CommandError, Exit
from mimas.cli.installation import Installation
from mimas.cli.printing import as_json, out, table
from mimas.migrate.elements import MigrationError
from mimas.migrate.state.shadow import Difference, Shadow
from mimas.migrate.state.spaces import objects

_FIRST, _VALUES = 50, 10


def compare(installation: Installation, connector: str, file: Path, limit: int | None, *, json: bool) -> int:
    """Compare, and print what differs; the exit code."""
    engine = installation.engine
    try:
        with engine.connector(connector) as opened:
            shadow = Shadow(engine.symbols, opened, engine.clock())
            found = list(shadow.compare(objects(file)))
    except MigrationError as error:
        raise CommandError(f"{error.message} {error.advice}".rstrip()) from None
    if json:
        as_json({"compared": shadow.compared, "differences": [asdict(one) for one in found]})
    else:
        _print(found, shadow.compared, _FIRST if limit is None else limit)
    return Exit.DRIFT if found else Exit.DONE


def _print(found: list[Difference], compared: int, limit: int) -> None:
    if not found:
        out.print(f"{compared:,} objects would be exported, by both alike.", markup=False)
        return
    kinds = Counter((one.type, one.attribute or "the object itself") for one in found)
    table(("type", "what differs", "objects"), [(*kind, f"{count:,}") for kind, count in kinds.most_common()])
    for one in found[:limit]:
        what = f"{one.name}: {one.attribute}" if one.attribute else one.name
        out.print(f"{what}\n    Mimas: {_said(one.mimas)}\n    before: {_said(one.old)}", markup=False)
    if len(found) > limit:
        out.print(f"… and {len(found) - limit:,} more: --limit, or --json for all.", markup=False)
    out.print(f"Differences: {len(found):,}, in {compared:,} objects that either would export.", markup=False)


def _said(values: Sequence[str]) -> str:
    text = ", ".join(values[:_VALUES]) or "no value"
    return f"{text} … ({len(values)} values)" if len(values) > _VALUES else text
