"""New wanted images of objects that are there, or on their way."""

from mimas.runs import following
from mimas.runs.comparing import Comparer
from mimas.runs.images import SENDING, SENT, WAITING, overlay
from mimas.runs.plan import Plan
from mimas.runs.retrying import AFRESH
from mimas.runs.session import Session
from mimas.runs.tally import Kept
from mimas.schema import names
from mimas.schema.attributes import NAME
from mimas.schema.values import decode_wanted
from mimas.store import objects, tables
from mimas.store.database import Transaction
from mimas.store.looking import title
from mimas.store.objects import PRESENT
from mimas.store.references import UNLIKE


def write_changes(tx: Transaction, session: Session, plan: Plan) -> None:
    """New wanted images: pending while the system shows something else."""
    ids = [object_ for _, object_, _, _ in plan.changes]
    stored = objects.load(tx, ids)
    states = {
        object_: (operation, state, sent)
        for object_, operation, state, sent in tx.rows(
            "SELECT object, operation, state, sent FROM pending_export WHERE object IN IDS", ids
        )
    }
    comparers = _comparers(tx, session, plan)
    open_, done = [], []
    unborn: dict[int, list[int]] = {}
    for connector, id_, doc, before in plan.changes:
        operation, state, sent = states.get(id_, ("", WAITING, None))
        row = stored[id_]
        if state == SENT and operation != "delete":
            sent = before
        if row.presence != PRESENT:
            if state == SENDING:
                # Whether it was made is unknown: the export step looks before it sends anything.
                open_.append((connector, id_, "add" if operation == "delete" else operation, SENDING, sent))
                continue
            open_.append((connector, id_, "update" if sent else "add", WAITING, sent))
            if not sent and _rename_unborn(tx, connector, row, doc, plan.anchors.get(id_)):
                unborn.setdefault(connector, []).append(id_)
        elif comparers[connector].unlike(id_, row.type, overlay(row.seen, sent), doc):
            open_.append((connector, id_, "update", WAITING, sent))
        elif sent:
            open_.append((connector, id_, "update", SENT, None))
        elif operation and state != SENT:
            done.append((connector, id_))
    # What references are to be changed is still to be sent.
    unlike = _refer_otherwise(tx, [id_ for _, id_ in done])
    open_ += [(connector, id_, "update", WAITING, None) for connector, id_ in done if id_ in unlike]
    done = [row for row in done if row[1] not in unlike]
    tx.update(tables.object_, "id, wanted", [(id_, doc) for _, id_, doc, _ in plan.changes])
    tx.upsert(
        tables.pending_export,
        "connector, object, operation, state, sent",
        open_,
        f"operation = excluded.operation, state = excluded.state, sent = excluded.sent, error = NULL, {AFRESH}",
    )
    tx.delete(tables.pending_export, "connector, object", done)
    for connector, some in unborn.items():
        following.claim(tx, connector, some)
    session.counters.note("export-flow", plan.changes, lambda change: _kept(change[0], stored[change[1]], change[2]))


def _refer_otherwise(tx: Transaction, ids: list[int]) -> set[int]:
    rows = tx.rows(f"SELECT object FROM reference WHERE object IN IDS AND {UNLIKE}", ids) if ids else []
    return {row[0] for row in rows}


def _comparers(tx: Transaction, session: Session, plan: Plan) -> dict[int, Comparer]:
    comparers = {connector: session.comparer(tx, connector) for connector, *_ in plan.changes}
    for connector, comparer in comparers.items():
        mine = {id_: doc for of, id_, doc, _ in plan.changes if of == connector}
        comparer.begin(tx, list(mine))
        comparer.write(tx, [id_ for id_, doc in mine.items() if comparer.outdated(id_, doc)])
    return comparers


def _rename_unborn(tx: Transaction, connector: int, row: objects.Stored, doc: str, anchor: str | None) -> bool:
    """An object that does not exist yet changes its name or its anchor before it is made; whether it does.

    It lets go of what it had; what it wants now it claims when all of the batch have done so.
    """
    name = decode_wanted(doc).get(NAME)
    named = name if isinstance(name, str) else row.name
    anchored = row.anchor if anchor is None else anchor
    if (anchored, named) == (row.anchor, row.name):
        return False
    if anchored != row.anchor:
        tx.delete(tables.object_key, "connector, anchor, object", [(connector, row.anchor, row.id)])
    if named != row.name and row.name:
        tx.delete(tables.object_name, "connector, key, object", [(connector, names.key(row.name), row.id)])
    tx.update(tables.object_, "id, anchor, name", [(row.id, anchored, named)])
    return True


def _kept(connector: int, row: objects.Stored, doc: str) -> Kept:
    return Kept(connector, row.id, None, row.name or row.anchor or title(decode_wanted(doc)))
