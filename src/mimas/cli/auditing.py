"""The ``audit`` commands: whether the history is what was written, and roots to be kept elsewhere."""

from pathlib import Path
from typing import Any

from mimas.cli.failing import CommandError, Exit
from mimas.cli.installation import Installation
from mimas.cli.looking import find
from mimas.cli.printing import as_json, errors, instant, out
from mimas.store.history import roots
from mimas.store.history.audit import Finding, Verdict
from mimas.store.history.audit import verify as verified
from mimas.store.history.chain import Batch

_SHOWN = 20
"""So many of the findings are printed; ``--json`` has all."""


def root(installation: Installation, to: Path | None) -> None:
    """Print the last root, or add it to a file."""
    entry = roots.append(installation.store, to) if to is not None else roots.last(installation.store)
    if to is None:
        print(roots.line(entry))
    else:
        out.print(f"The root of entry {entry.place} is kept in {to}.", markup=False)


def verify(installation: Installation, file: Path | None, *, json: bool) -> int:
    """Go through the history; the exit code."""
    kept = roots.read(file) if file is not None else {}
    verdict = verified(installation.store, kept)
    if json:
        as_json(_described(verdict, len(kept)))
    elif verdict.sound:
        _print_sound(verdict, len(kept))
    else:
        _print_findings(verdict)
    return Exit.DONE if verdict.sound else Exit.FAILED


def erase(installation: Installation, type_: str, key: str, reason: str) -> None:
    """Take somebody who is gone out of everything that is kept. Raises `CommandError`."""
    from mimas.store.history.erasing import EraseError
    from mimas.store.history.erasing import erase as erased

    found = find(installation, type_, key)
    if len(found) > 1:
        raise CommandError(f"{len(found)} resources are {type_} '{key}': {found}. Name one by its id.")
    try:
        with installation.store.database.alone():
            count = erased(installation.store, found[0], reason)
    except EraseError as error:
        raise CommandError(str(error)) from None
    out.print(
        f"{type_} {found[0]} is erased, and {count:,} kept rows with it. Not erased are backups, logs, drop files, and "
        "what other people's values say of them.",
        markup=False,
    )


def _described(verdict: Verdict, kept: int) -> dict[str, Any]:
    return {
        "sound": verdict.sound,
        "entries": verdict.entries,
        "erased": verdict.erased,
        "first": _entry(verdict.first),
        "last": _entry(verdict.last),
        "roots": kept,
        "findings": [{**(_entry(one.batch) or {}), "finding": one.what} for one in verdict.findings],
        "missing": verdict.missing,
        "others": verdict.others,
    }


def _entry(batch: Batch | None) -> dict[str, Any] | None:
    if batch is None:
        return None
    return {"entry": batch.place, "at": batch.at, "person": batch.person, "why": batch.what, "root": batch.root}


def _print_sound(verdict: Verdict, kept: int) -> None:
    first, last = verdict.first, verdict.last
    if first is not None and last is not None:
        span = f"from {instant(first.at)} to {instant(last.at)}"
        out.print(f"The history is as it was written: {verdict.entries:,} entries, {span}.", markup=False)
    if verdict.erased:
        said = (
            f"Out of {verdict.erased:,} kept rows the data of people were erased; each of these is covered by an entry."
        )
        out.print(said, markup=False)
    if kept:
        out.print(f"All {kept:,} roots that were kept elsewhere are in it.", markup=False)
    else:
        out.print(
            "Whoever may write to the database could have written all of it anew. Against that, keep roots elsewhere "
            "(`mimas audit root --to FILE`) and give them with --roots.",
            style="dim",
            markup=False,
        )


def _print_findings(verdict: Verdict) -> None:
    number = len(verdict.findings) + len(verdict.missing) + len(verdict.others)
    errors.print(
        f"The history is not as it was written: {number:,} {'finding' if number == 1 else 'findings'}.",
        style="bold red",
        markup=False,
    )
    for finding in verdict.findings[:_SHOWN]:
        errors.print(f"  {_sentence(finding)}", markup=False)
    if len(verdict.findings) > _SHOWN:
        errors.print(f"  … and {len(verdict.findings) - _SHOWN:,} more; --json lists all.", markup=False)
    for line in verdict.missing:
        errors.print(
            f"  the root of entry {line.split(' ')[0]}, kept elsewhere, has no entry: it is missing", markup=False
        )
    for other in verdict.others:
        errors.print(f"  {other}", markup=False)
    errors.print(_advice(verdict), markup=False)


def _sentence(finding: Finding) -> str:
    batch = finding.batch
    who = f" by {batch.person}" if batch.person else ""
    return f"entry {batch.place}, {instant(batch.at)}, {batch.what or 'without a reason'}{who}: {finding.what}"


def _advice(verdict: Verdict) -> str:
    places = [finding.batch.place for finding in verdict.findings]
    sound = min(places, default=0) - 1
    until = f"Entries up to {sound} can be relied on. " if sound > 0 else ""
    return (
        f"Somebody has written to the database and not by Mimas, or its disk is failing. {until}What people and "
        "systems hold now is not touched by this; what is told of the past may be wrong.\n"
        "Copy the database as it is, for whoever looks into it. Then find the last backup that `mimas audit verify` "
        "finds in order, and compare; see who could write to the database since."
    )
