"""The guards at the door of a target: too many deletes, or too many changes of one attribute, wait for a person.

Everything else flows. Each export asks anew, so a hold that nobody has answered is replaced by the next one.
"""

from collections.abc import Iterator
from datetime import datetime

from mimas.runs.comparing import Comparer
from mimas.runs.images import HELD, RELEASED, WAITING, overlay
from mimas.runs.importing import Outcome
from mimas.runs.setup import ConnectorSetup, Guard
from mimas.store import holds
from mimas.store.database import Transaction
from mimas.store.objects import PRESENT

DELETES, CHANGES, UNPLANNED = "deletes", "changes", "unplanned"
"""The kinds of holds that keep exports back."""

_RANGE = 10_000


def hold(
    tx: Transaction,
    connector: int,
    step: int,
    setup: ConnectorSetup,
    comparer: Comparer,
    outcome: Outcome,
    now: datetime,
    only: frozenset[int] | None = None,
) -> None:
    """Hold what is too much for the guards of a connector; and all others than ``only``, whatever their number."""
    for kind in (DELETES, CHANGES, UNPLANNED):
        holds.supersede(tx, connector, kind)
    tx.run("UPDATE pending_export SET state = ? WHERE connector = ? AND state = ?", WAITING, connector, HELD)
    if only is not None:
        _hold_others(tx, connector, step, only, outcome, now)
    deletes = tx.rows(
        "SELECT object FROM pending_export WHERE connector = ? AND operation = 'delete' AND state = ?",
        connector,
        WAITING,
    )
    candidates = [(DELETES, "are to be deleted", setup.deletes, [row[0] for row in deletes])]
    for attribute, objects in _changes(tx, connector, setup, comparer).items():
        candidates.append((CHANGES, f"are to get another {attribute}", setup.changes[attribute], objects))
    if not any(len(objects) > guard.count for _, _, guard, objects in candidates):
        return
    total = tx.value(
        "SELECT count(*) FROM object WHERE connector = ? AND presence = ? AND wanted IS NOT NULL", connector, PRESENT
    )
    for kind, what, guard, objects in candidates:
        if _trips(guard, len(objects), total):
            text = (
                f"{len(objects)} of {total} objects {what}; the guard lets {guard.count} or {guard.share:.0%} through, "
                "whichever is more"
            )
            number = holds.place(tx, kind, connector, step, objects, text, now)
            tx.run(
                "UPDATE pending_export SET state = ? WHERE connector = ? AND object IN IDS", HELD, connector, objects
            )
            outcome.counters.look(tx, "export-delete-held" if kind == DELETES else "export-update-held", objects)
            outcome.held += len(objects)
            outcome.result = "completed-held"
            outcome.message = (
                f"{outcome.message} {text}. They are held; everything else was sent. Look at them with "
                f"`mimas holds show {number}`; to let them through: `mimas holds release {number}`."
            ).lstrip()


def _hold_others(
    tx: Transaction, connector: int, step: int, only: frozenset[int], outcome: Outcome, now: datetime
) -> None:
    """What no plan says, or says otherwise: the next plan or run looks at it anew."""
    rows = tx.rows(
        "SELECT object FROM pending_export WHERE connector = ? AND state IN (?, ?)", connector, WAITING, RELEASED
    )
    others = [object_ for (object_,) in rows if object_ not in only]
    if not others:
        return
    number = holds.place(tx, UNPLANNED, connector, step, others, "objects whose changes no applied plan contains", now)
    tx.run("UPDATE pending_export SET state = ? WHERE connector = ? AND object IN IDS", HELD, connector, others)
    outcome.counters.look(tx, "export-unplanned", others)
    outcome.held += len(others)
    outcome.result = "completed-held"
    outcome.message = (
        f"{outcome.message} {len(others)} objects are held, whose changes no applied plan contains: "
        f"`mimas holds show {number}`."
    ).lstrip()


def _trips(guard: Guard, count: int, total: int) -> bool:
    return count > guard.count and count > guard.share * total


def _changes(tx: Transaction, connector: int, setup: ConnectorSetup, comparer: Comparer) -> dict[str, list[int]]:
    """Guarded attribute → the objects in which an export would change it."""
    found: dict[str, list[int]] = {name: [] for name in setup.changes}
    for page in _updates(tx, connector) if found else ():
        comparer.begin(tx, [row[0] for row in page])
        for object_, type_, seen, sent, wanted in page:
            for name in comparer.unlike(object_, type_, overlay(seen, sent), wanted):
                if name in found:
                    found[name].append(object_)
    return found


def _updates(tx: Transaction, connector: int) -> Iterator[list[tuple[int, int, str | None, str | None, str]]]:
    last = 0
    while page := tx.rows(
        "SELECT o.id, o.type, o.seen, p.sent, o.wanted FROM pending_export p JOIN object o ON o.id = p.object"
        " WHERE p.connector = ? AND p.operation = 'update' AND p.state = ? AND o.id > ? ORDER BY o.id LIMIT ?",
        connector,
        WAITING,
        last,
        _RANGE,
    ):
        yield page
        last = page[-1][0]
