"""The ``holds`` commands."""

from mimas.cli.failing import Exit
from mimas.cli.installation import Installation
from mimas.cli.printing import as_json, out, table
from mimas.runs.engine import UsageError
from mimas.runs.releasing import HoldError, refuse, release
from mimas.store import holds
from mimas.store.looking import describe_hold, hold_objects


def listing(installation: Installation, *, json: bool) -> int:
    """The open holds."""
    store = installation.store
    with store.transaction() as tx:
        rows = holds.opened(tx)
    described = [describe_hold(store, row) for row in rows]
    if json:
        as_json(described)
    elif not described:
        out.print("Nothing is held.")
    else:
        for hold in described:
            out.print(f"hold {hold['id']} · {hold['connector']} · {hold['kind']} · {hold['at']}", style="bold")
            out.print(f"  {hold['reason']}.", markup=False)
            out.print(f"  look: mimas holds show {hold['id']}   let through: mimas holds release {hold['id']}")
    return Exit.HELD if described else Exit.DONE


def show(installation: Installation, number: int, *, json: bool) -> None:
    """The objects of a hold."""
    objects = hold_objects(installation.store, number)
    if json:
        as_json(objects)
    else:
        table(("type", "anchor", "name"), ((o["type"], o["anchor"], o["name"]) for o in objects))


def decide(installation: Installation, number: int, *, let_through: bool) -> None:
    """Release or refuse."""
    try:
        out.print((release if let_through else refuse)(installation.store, number), markup=False)
    except HoldError as error:
        raise UsageError(str(error)) from None
