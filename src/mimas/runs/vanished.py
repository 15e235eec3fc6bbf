"""Objects that an import no longer shows: gone, held by the guard, or not to be concluded from this listing."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from mimas.runs.dues import due_now
from mimas.runs.grace import GRACE, begin
from mimas.runs.images import SENDING, SENT, WAITING
from mimas.runs.setup import ConnectorSetup
from mimas.store import holds, objects, runs, tables
from mimas.store.database import Transaction
from mimas.store.objects import ABSENT, NONE
from mimas.store.runs import Note
from mimas.store.store import Store

if TYPE_CHECKING:
    from mimas.runs.importing import Outcome


def gone(tx: Transaction, connector: int, marks: bytearray) -> list[int]:
    """The objects the system showed before and did not show this time."""
    present = tx.value("SELECT count(*) FROM object_key WHERE connector = ? AND fingerprint IS NOT NULL", connector)
    if present == marks.count(1):
        return []
    rows = tx.rows("SELECT object FROM object_key WHERE connector = ? AND fingerprint IS NOT NULL", connector)
    limit = len(marks)
    return [object_ for (object_,) in rows if object_ >= limit or not marks[object_]]


def settle_vanished(
    tx: Transaction,
    store: Store,
    connector: int,
    step: int,
    candidates: Sequence[int],
    marks: bytearray,
    setup: ConnectorSetup,
    outcome: "Outcome",
    now: datetime,
    *,
    whole: bool,
    delta: bool,
    reason: str,
) -> None:
    """Decide over the objects that are no longer shown."""
    confirmed = _confirmed_deletes(tx, connector, candidates)
    if whole and not delta:
        confirmed |= _never_shown(tx, connector, step)
    due_now(tx, [row[0] for row in tx.rows("SELECT resource FROM link WHERE object IN IDS", sorted(confirmed))])
    objects.purge(tx, connector, sorted(confirmed))
    tx.delete(tables.link, "object", [(object_,) for object_ in confirmed])
    outcome.counters["confirmed-delete"] += len(confirmed)
    holds.answer(tx, connector, GRACE, lambda object_: object_ < len(marks) and bool(marks[object_]))
    waiting = holds.held(tx, connector, GRACE)
    left = [object_ for object_ in candidates if object_ not in confirmed and object_ not in waiting]
    if whole and not delta:
        holds.supersede(tx, connector, "missing")
    else:
        holds.answer(tx, connector, "missing", lambda object_: object_ < len(marks) and bool(marks[object_]))
    if not left:
        return
    if not whole and not delta:
        why = reason or "some of its records could not be read"
        outcome.message = (
            f"{len(left)} objects were not shown, but this listing is no evidence that they are gone: {why}. "
            "Nothing was deleted. Put the source right and import again."
        )
        outcome.counters["not-shown"] += len(left)
        return
    guard = setup.missing
    total = tx.value("SELECT count(*) FROM object_key WHERE connector = ? AND fingerprint IS NOT NULL", connector)
    if len(left) > guard.count and len(left) > guard.share * total:
        text = (
            f"{len(left)} of {total} objects are no longer shown; the guard lets {guard.count} or "
            f"{guard.share:.0%} through, whichever is more"
        )
        hold = holds.place(tx, "missing", connector, step, left, text, now)
        outcome.counters["stage-delete-held"] += len(left)
        outcome.held += len(left)
        outcome.result = "completed-held"
        outcome.message = (
            f"{text}. They are held: nobody loses anything. If the source is wrong, put it right and import again; "
            f"if they have really left, run `mimas holds release {hold}`."
        )
        return
    graced = begin(tx, store, connector, step, left, setup.grace, now)
    outcome.counters["stage-delete-grace"] += len(graced)
    left = [object_ for object_ in left if object_ not in graced]
    stage_gone(tx, connector, left)
    outcome.counters["stage-delete"] += len(left)


def stage_gone(tx: Transaction, connector: int, ids: Sequence[int]) -> None:
    """Stage objects as known to be gone; the next sync breaks their links."""
    loaded = objects.load(tx, ids)
    tx.insert(
        tables.pending_import,
        "connector, object, synced",
        [(connector, object_.id, object_.seen) for object_ in loaded.values()],
        ignore=True,
    )
    tx.update(tables.object_, "id, presence, seen", [(object_.id, ABSENT, None) for object_ in loaded.values()])
    tx.update(
        tables.object_key,
        "connector, anchor, fingerprint",
        [(connector, object_.anchor, None) for object_ in loaded.values() if object_.anchor is not None],
        keys=2,
    )


def _never_shown(tx: Transaction, connector: int, step: int) -> set[int]:
    """Objects made by an export that no complete import has shown: to be made again. Those to be deleted come back."""
    rows = tx.rows(
        "SELECT p.object, p.operation, o.name, o.anchor FROM pending_export p JOIN object o ON o.id = p.object"
        " WHERE p.connector = ? AND o.presence = ? AND (p.state = ? OR p.state <> ? AND p.sent IS NOT NULL"
        " OR p.state = ? AND p.operation = 'delete')",
        connector,
        NONE,
        SENT,
        SENDING,
        SENDING,
    )
    again = [row for row in rows if row[1] != "delete"]
    tx.run(
        "UPDATE pending_export SET operation = 'add', state = ?, sent = NULL WHERE connector = ? AND object IN IDS",
        WAITING,
        connector,
        [row[0] for row in again],
    )
    notes = [
        Note(
            "exported-change-not-reimported",
            name or anchor or "",
            "it was added by an export, and a complete import does not show it",
            "It is added again. If this goes on, look at the system's own log, or at what the import leaves out.",
            object_,
        )
        for object_, _, name, anchor in again
    ]
    runs.note(tx, step, notes)
    return {row[0] for row in rows if row[1] == "delete"}


def _confirmed_deletes(tx: Transaction, connector: int, ids: Sequence[int]) -> set[int]:
    rows = tx.rows(
        "SELECT object FROM pending_export WHERE connector = ? AND operation = 'delete' AND state IN (?, ?)"
        " AND object IN IDS",
        connector,
        SENT,
        SENDING,
        list(ids),
    )
    return {row[0] for row in rows}
