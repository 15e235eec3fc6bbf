"""``workflows test``: what a workflow would do."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from mimas.cli.failing import CommandError, Exit
from mimas.cli.finding import named, one
from mimas.cli.installation import Installation
from mimas.cli.printing import as_json, instant, out, table
from mimas.cli.requesting import requests_of

if TYPE_CHECKING:
    from mimas.requests.wishes import Wish
    from mimas.workflows.rehearsing import Rehearsal


def rehearse(
    installation: Installation,
    name: str,
    texts: Sequence[str],
    target: str,
    new: str,
    who: str | None,
    *,
    rejects: bool,
    json: bool,
) -> int:
    """Try a workflow and print what would come of it."""
    from mimas.workflows.definition import DefinitionError
    from mimas.workflows.rehearsing import FAILED
    from mimas.workflows.rehearsing import rehearse as tried

    workflow = one(installation, "WorkflowDefinition", name)
    wish = _wish(installation, texts, target, new)
    actor = named(installation, who) if who is not None else None
    try:
        found = tried(requests_of(installation), workflow, wish, actor, rejects=rejects)
    except (DefinitionError, ValueError) as error:
        raise CommandError(str(error)) from None
    if json:
        as_json(asdict(found))
    else:
        _print(found)
    return Exit.FAILED if found.status == FAILED else Exit.DONE


def _wish(installation: Installation, texts: Sequence[str], target: str, new: str) -> "Wish":
    from mimas.cli.requesting import changes_of
    from mimas.requests.target import load
    from mimas.requests.wishes import Operation, Wish

    if bool(target) == bool(new):
        raise CommandError("Say what it is to be about: --target person/ann, or --new person with its values.")
    if new:
        return Wish(Operation.CREATE, new, None, changes_of(installation, new, texts))
    id_ = named(installation, target)
    with installation.store.transaction() as tx:
        found = load(tx, installation.store, id_, ())
    if found is None:
        raise CommandError(f"There is no resource {target}.")
    return Wish(Operation.PUT, found.type, id_, changes_of(installation, found.type, texts))


def _print(found: "Rehearsal") -> None:
    out.print(f"{found.workflow} ({found.phase})", style="bold", markup=False)
    rows = []
    for number, step in enumerate(found.steps, 1):
        waits = [f"waits until {instant(until.isoformat())}" for until in step.waited]
        note = step.note if step.reached else "not reached"
        rows.append((number, step.activity, "; ".join([*waits, *([note] if note else [])]) or "done"))
    table(("", "activity", ""), rows)
    for asked in found.asked:
        detail = f": {asked.detail}" if asked.detail else ""
        out.print(f"\n{asked.title}: {asked.status}{detail}", markup=False)
        for change in asked.changes:
            before = f"{', '.join(change.before)} → " if change.before else ""
            out.print(f"  {change.label}: {before}{', '.join(change.after) or '–'}", markup=False)
    for letter in found.letters:
        out.print(f"\nA letter to {', '.join(letter.to)}: {letter.subject}", markup=False)
        for line in letter.text.strip().splitlines():
            out.print(f"  {line}".rstrip(), markup=False)
    detail = f" ({found.detail})" if found.detail else ""
    request = found.request.rstrip(".")
    out.print(f"\nThe workflow: {found.status}{detail}. The request: {request}.", style="bold", markup=False)
    out.print("This was a test: nothing was changed, and no letter is sent.", markup=False)
