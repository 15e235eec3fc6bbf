"""``cancel``: a run is to stop; ``staging``: whether this installation sends anything."""

from mimas.cli.failing import CommandError
from mimas.cli.installation import Installation
from mimas.cli.printing import as_json, instant, out
from mimas.store import mode, runs
from mimas.store.database import BusyError
from mimas.store.runs import now
from mimas.store.store import Store


def cancel(installation: Installation) -> None:
    """Ask the run that is under way to stop."""
    store = installation.store
    try:
        with store.database.alone():
            raise CommandError("No run is under way.")
    except BusyError:
        with store.transaction(durable=True) as tx:
            runs.ask_to_stop(tx)
    out.print("The run under way stops after its batch. What it has done is whole; the next one goes on.")


def _switch(store: Store, *, on: bool) -> None:
    from mimas.runs.takeover import take_over

    if not on:
        take_over(store)
        return
    with store.transaction(durable=True) as tx:
        if mode.staging_since(tx) is None:
            mode.stage(tx, now())


def staging(installation: Installation, switch: str | None, *, json: bool) -> None:
    """Say whether this installation is in staging mode, or switch that."""
    store = installation.store
    if switch is not None:
        with store.database.alone():
            _switch(store, on=switch == "on")
    with store.reading() as tx:
        since = mode.staging_since(tx)
    if json:
        as_json({"staging": since is not None, "since": since})
    elif since is not None:
        out.print(f"Staging mode since {instant(since)}: everything is imported and synced, and nothing is sent.")
    else:
        out.print("This installation is the active one: exports send. See to it that no other one does.")
