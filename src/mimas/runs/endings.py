"""Objects that are to go, and objects that are left alone from now on."""

from collections.abc import Sequence

from mimas.runs.images import SENDING, SENT, WAITING
from mimas.runs.plan import Plan
from mimas.runs.pointing import withdraw
from mimas.runs.retrying import AFRESH
from mimas.runs.session import Session
from mimas.store import decisions, objects, references, tables
from mimas.store.database import Transaction
from mimas.store.objects import NONE, PRESENT, WANTED_ABSENT
from mimas.store.references import ALL_BUT_SEEN, WANTED
from mimas.store.resources import LIVE


def write_ends(tx: Transaction, session: Session, plan: Plan) -> None:
    """Objects that are to go, and objects that are left alone from now on."""
    session.counters.look(tx, "deprovisioned", [id_ for _, id_, _ in [*plan.deletes, *plan.disconnects]])
    unborn = never_made(tx, [*plan.deletes, *plan.disconnects])
    going = [(c, id_) for c, id_, _ in plan.deletes if id_ not in unborn]
    cut = [(c, id_) for c, id_, _ in plan.disconnects if id_ not in unborn]
    withdraw(tx, session, [*unborn, *(id_ for _, id_ in cut)])
    for connector in sorted(set(unborn.values())):
        ids = [id_ for id_, of in unborn.items() if of == connector]
        tx.delete(tables.link, "object", [(id_,) for id_ in ids])
        objects.purge(tx, connector, ids)
    tx.update(tables.object_, "id, wanted", [(id_, WANTED_ABSENT) for _, id_ in going])
    tx.upsert(
        tables.pending_export,
        "connector, object, operation, state",
        [(connector, id_, "delete", WAITING) for connector, id_ in going],
        # What is on the wire stays so until the system has been read: there may be nothing to delete.
        f"operation = excluded.operation, error = NULL, {AFRESH},"
        f" {_unless_sending('state')}, {_unless_sending('sent')}",
    )
    free = [*cut, *plan.releases]
    tx.update(tables.object_, "id, wanted, ours", [(id_, None, None) for _, id_ in free])
    tx.delete(tables.pending_export, "connector, object", free)
    tx.delete(tables.tolerance, "object", [(id_,) for _, id_ in free])
    _seek_again(tx, session, [id_ for _, id_ in cut])
    tx.delete(tables.link, "object", [(id_,) for _, id_ in cut])
    references.clear(tx, [id_ for _, id_ in free], ALL_BUT_SEEN)
    references.clear(tx, [id_ for _, id_ in going], WANTED)
    for object_, anchor, name in tx.rows("SELECT id, anchor, name FROM object WHERE id IN IDS", plan.explicit):
        decisions.decide(tx, object_, None, name or anchor or "", session.now)
        session.decided(tx)[object_] = None


def _seek_again(tx: Transaction, session: Session, cut: Sequence[int]) -> None:
    """Objects that are about to be left by a resource that is no more: the next sync looks for another one."""
    if cut:
        tx.run(
            "INSERT INTO pending_import (connector, object, synced) SELECT o.connector, o.id, o.seen FROM object o"
            " JOIN link l ON l.object = o.id JOIN resource r ON r.id = l.resource"
            " WHERE o.id IN IDS AND o.presence = ? AND r.state <> ? AND o.connector IN IDS ON CONFLICT DO NOTHING",
            list(cut),
            PRESENT,
            LIVE,
            sorted({connector for connector, _ in session.symbols.linkers}),
        )


def _unless_sending(column: str) -> str:
    return (
        f"{column} = CASE pending_export.state WHEN {SENDING} THEN pending_export.{column} ELSE excluded.{column} END"
    )


def drop_unborn(tx: Transaction, plan: Plan) -> None:
    """What is to be kept and was never made is not made now."""
    unborn = never_made(tx, plan.kept)
    plan.changes = [change for change in plan.changes if change[1] not in unborn]
    plan.disconnects += [end for end in plan.kept if end[1] in unborn]


def never_made(tx: Transaction, ends: Sequence[tuple[int, int, int]]) -> dict[int, int]:
    """Those of (connector, object, presence) that no system has been told of yet: object → connector."""
    new = {id_: connector for connector, id_, presence in ends if presence == NONE}
    if new:
        for (object_,) in tx.rows(
            "SELECT object FROM pending_export WHERE object IN IDS AND (state IN (?, ?) OR sent IS NOT NULL)",
            sorted(new),
            SENDING,
            SENT,
        ):
            del new[object_]
    return new
