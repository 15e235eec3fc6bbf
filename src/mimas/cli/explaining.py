"""``errors``: what the terms of the run history mean, and what to do."""

from collections.abc import Iterator
from typing import Any

from mimas.cli.failing import CommandError
from mimas.cli.printing import as_json, out
from mimas.runs.catalogue import CATALOGUE, Entry


def explain(name: str | None, *, json: bool) -> None:
    """One term, by its name here or in MIM, or all of them. Raises `CommandError` for one that there is not."""
    from mimas.configuration.problem import suggest

    found = list(_found(name))
    if name is not None and not found:
        meant = suggest(name, [entry.name for _, entry in _found(None)]) or "`mimas errors` lists them all."
        raise CommandError(f"There is no '{name}' among the errors, results and counters; {meant}")
    if json:
        as_json([_described(kind, entry) for kind, entry in found])
    elif name is None:
        _print_all()
    else:
        for kind, entry in found:
            _print_entry(kind, entry)


def _found(name: str | None) -> Iterator[tuple[str, Entry]]:
    """The terms of that name, or that MIM calls so."""
    for kind, entries in CATALOGUE.items():
        for entry in entries.values():
            if name is None or name == entry.name or name in entry.in_mim:
                yield kind, entry


def _described(kind: str, entry: Entry) -> dict[str, Any]:
    return {
        "name": entry.name,
        "kind": kind,
        "stages": list(entry.stages),
        "meaning": entry.meaning,
        "advice": entry.advice,
        "mim": list(entry.in_mim),
    }


def _print_all() -> None:
    for kind, entries in CATALOGUE.items():
        # Lines, not a table: a term that is broken in two can neither be copied nor found.
        wide = max(map(len, entries))
        out.print(f"{kind}s", style="bold", markup=False)
        for entry in entries.values():
            out.print(f"  {entry.name:<{wide}}  {', '.join(entry.stages)}: {entry.meaning}", markup=False)
        out.print()
    out.print("`mimas errors CODE` says what to do.", markup=False)


def _print_entry(kind: str, entry: Entry) -> None:
    out.print(f"{entry.name} ({kind}; {', '.join(entry.stages)})", style="bold", markup=False)
    out.print(f"  {entry.meaning}", markup=False)
    if entry.advice:
        out.print(f"  → {entry.advice}", style="dim", markup=False)
    if entry.mim is not None:
        out.print(f"  In MIM: {', '.join(entry.mim) or 'nothing of the kind'}.", markup=False)
