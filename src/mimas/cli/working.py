"""``worker`` and ``workflows``: the process that runs workflows, and how they stand."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from mimas.cli.failing import CommandError, Exit, message
from mimas.cli.installation import Installation
from mimas.cli.printing import as_json, instant, out, table
from mimas.cli.requesting import requests_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from mimas.store.database import Transaction
    from mimas.workflows.repairing import Repairing

_LOOK, _AWAY = timedelta(seconds=1), timedelta(seconds=10)
"""So often a worker looks whether something is due; and so much later when it could not."""


def work(installation: Installation, *, once: bool) -> int:
    """See to whatever is due, once or until a signal says to stop."""
    from mimas.cli.signals import Signals
    from mimas.workflows.worker import Worker

    signals = Signals()
    with signals.caught():
        if once:
            done = Worker(requests_of(installation)).work(signals.stops)
            out.print(f"{done:,} seen to." if done else "Nothing is due.", markup=False)
            return Exit.DONE
        out.print("Workflows are run from now on.", markup=False)
        _go_on(installation, signals)
        out.print("Stopped.", markup=False)
    return Exit.DONE


def _go_on(installation: Installation, signals: Any) -> None:
    """Work until a signal says to stop; anew with other documents, and when the database has been away."""
    said = ""
    while not signals.stops():
        opened = Installation(installation.home)
        try:
            _with(opened, signals)
            said = ""
        except Exception as error:  # noqa: BLE001 - whatever it is, the next look may find it gone
            if (told := message(error)[0]) != said:
                out.print(told, markup=False)
                said = told
            signals.sleep(datetime.now(UTC) + _AWAY)
        finally:
            opened.close()


def _with(installation: Installation, signals: Any) -> None:
    """Work as long as the same documents are in force."""
    from mimas.store import documents
    from mimas.workflows.worker import Worker

    worker, store = Worker(requests_of(installation)), installation.store
    with store.reading() as tx:
        state = documents.state(tx)
    while not signals.stops():
        worker.work(signals.stops)
        signals.sleep(datetime.now(UTC) + _LOOK)
        with store.reading() as tx:
            if documents.state(tx) != state:
                return


def listing(installation: Installation, *, every: bool, limit: int, json: bool) -> None:
    """The workflows under way, or all."""
    from mimas.store import workflows

    store = installation.engine.store
    with store.reading() as tx:
        found = [_described(installation, tx, id_) for id_ in workflows.latest(tx, limit, ended=every)]
    found.sort(key=lambda one: (one["status"] != "Suspended", one["id"]))
    if json:
        as_json(found)
    elif not found:
        out.print("No workflow is under way.")
    else:
        columns = ("id", "workflow", "about", "request", "status", "")
        table(columns, [(o["id"], o["workflow"], o["target"], o["request"], o["status"], o["detail"]) for o in found])


def _described(installation: Installation, tx: "Transaction", id_: int) -> dict[str, Any]:
    from mimas.schema.values import as_list, decode
    from mimas.store import looking, resources
    from mimas.store.referring import everything

    store = installation.store
    (row,) = resources.load(tx, [id_])
    values, references = decode(row.doc), everything(tx, store, [id_]).get(id_, {})
    target = next(iter(references.get("Target", ())), None)
    about = next((looking.title(decode(one.doc)) for one in resources.load(tx, [target] if target else [])), "")
    return {
        "id": id_,
        "workflow": looking.title(values),
        "status": values.get("WorkflowStatus"),
        "begun": values.get("CreatedTime"),
        "request": next(iter(references.get("Request", ())), None),
        "target": f"{about} ({target})" if target else "",
        "detail": "; ".join(map(str, as_list(values.get("WorkflowStatusDetail")))),
    }


def show(installation: Installation, id_: int, *, json: bool) -> None:
    """One workflow with its activities."""
    from mimas.store import workflows
    from mimas.workflows.repairing import described

    store = installation.engine.store
    with store.reading() as tx:
        progress = workflows.load(tx, id_)
        if progress is None:
            raise CommandError(f"There is no workflow with the id {id_}; `mimas workflows --all` lists them.")
        one, steps = _described(installation, tx, id_), described(tx, progress)
    if json:
        as_json({**one, "activities": [{"activity": n, "ended": at, "note": note} for n, at, note in steps]})
        return
    out.print(f"{one['workflow']} ({id_}): {one['status']}", style="bold", markup=False)
    for name in ("target", "request", "detail"):
        if one[name]:
            out.print(f"  {name}: {one[name]}", markup=False)
    table(("", "activity", "ended", ""), [(n, name, instant(at), note) for n, (name, at, note) in enumerate(steps, 1)])


def retry(installation: Installation, id_: int) -> None:
    """Try again what has failed."""
    _repair(installation, f"workflow {id_} tried again", lambda repairing, tx: repairing.retry(tx, id_))


def skip(installation: Installation, id_: int, because: str) -> None:
    """Leave out what has failed."""
    what = f"an activity of workflow {id_} left out: {because}"
    _repair(installation, what, lambda repairing, tx: repairing.skip(tx, id_, because))


def end_workflow(installation: Installation, id_: int, because: str) -> None:
    """End one."""
    what = f"workflow {id_} ended: {because}"
    _repair(installation, what, lambda repairing, tx: repairing.end(tx, id_, because))


def _repair(installation: Installation, what: str, does: "Callable[[Repairing, Transaction], None]") -> None:
    from mimas.workflows.repairing import RepairError, Repairing

    repairing = Repairing(requests_of(installation).symbols)
    try:
        with installation.doing(what), installation.store.transaction() as tx:
            does(repairing, tx)
    except RepairError as error:
        raise CommandError(str(error)) from None
    out.print(f"{what[0].upper()}{what[1:]}.", markup=False)
