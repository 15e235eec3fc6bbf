"""The ``holds`` commands."""

from mimas.cli.failing import CommandError, Exit
from mimas.cli.installation import Installation
from mimas.cli.printing import as_json, cell, instant, out, table
from mimas.store import holds
from mimas.store.looking import describe_hold, hold_objects

_LISTED = 100
"""How many objects of a hold are listed."""


def listing(installation: Installation, *, json: bool) -> int:
    """The open holds."""
    store = installation.store
    with store.reading() as tx:
        rows = holds.opened(tx)
    described = [describe_hold(store, row) for row in rows]
    if json:
        as_json(described)
    elif not described:
        out.print("Nothing is held.")
    else:
        for hold in described:
            head = f"hold {hold['id']} · {hold['connector']} · {hold['kind']} · {instant(hold['at'])}"
            out.print(head, style="bold", markup=False)
            out.print(f"  {hold['reason']}.", markup=False)
            out.print(f"  look at them:     mimas holds show {hold['id']}", markup=False)
            if hold["kind"] == "ambiguous":
                out.print("  say whose one is: mimas join CONNECTOR KEY TYPE RESOURCE", markup=False)
            else:
                out.print(f"  let them through: mimas holds release {hold['id']}", markup=False)
    # A grace ends by itself: nobody has to decide.
    return Exit.HELD if any(hold["kind"] != "grace" for hold in described) else Exit.DONE


def show(installation: Installation, number: int, *, json: bool) -> None:
    """The objects of a hold."""
    store = installation.store
    with store.reading() as tx:
        found = next((row for row in holds.opened(tx) if row[0] == number), None)
    if found is None:
        raise CommandError(f"There is no open hold {number}. `mimas holds` lists them.")
    count = describe_hold(store, found)["count"]
    objects = hold_objects(store, number, count if json else _LISTED)
    if json:
        as_json(objects)
        return
    columns = ["type", "anchor", "name", *(["may-be"] if any(one["may-be"] for one in objects) else [])]
    table([name.replace("-", " ") for name in columns], ([cell(one[name]) for name in columns] for one in objects))
    if count > len(objects):
        out.print(f"… and {count - len(objects):,} more; --json lists all.", markup=False)


def decide(installation: Installation, number: int, *, let_through: bool) -> None:
    """Release or refuse."""
    from mimas.runs.releasing import HoldError, refuse, release

    what = f"hold {number} {'released' if let_through else 'refused'}"
    try:
        with installation.doing(what):
            said = (release if let_through else refuse)(installation.store, number)
    except HoldError as error:
        raise CommandError(str(error)) from None
    out.print(said, markup=False)
