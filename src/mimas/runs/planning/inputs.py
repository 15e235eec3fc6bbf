"""Inputs put back as they were: facts, grants and holds that some batches of the history have changed."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from mimas.runs.guarding import CHANGES, DELETES
from mimas.runs.images import HELD, RELEASED
from mimas.runs.planning.plan import Input
from mimas.store import grants, holds, moved, resources
from mimas.store.database import Row, Transaction
from mimas.store.history import recording
from mimas.store.history.past import Past

TABLES = ("fact", "granted", "hold")


def entries_of_run(tx: Transaction, run: int) -> list[int]:
    """The places of the batches of a run, in their order."""
    rows = tx.rows("SELECT b.place FROM batch b JOIN step s ON s.id = b.step WHERE s.run = ? ORDER BY b.place", run)
    return [row[0] for row in rows]


def before(tx: Transaction, table: str, entries: Sequence[int]) -> tuple[list[Input], list[Input]]:
    """What the rows of a table were before some batches, and the rows that have changed again since.

    ``entries``: the places of the batches. What was made with its resource is not among them.
    """
    recorded, past = recording.of(table), Past(tx, table)
    keys = ", ".join(f"p.{name}" for name in recorded.key)
    first, last = entries[0], entries[-1]
    changed = {
        row[:-1]: row[-1]
        for row in tx.rows(
            f"SELECT {keys}, max(b.place) FROM {recorded.past.name} p JOIN batch b ON b.id = p.batch"
            f" WHERE b.place IN IDS GROUP BY {keys}",
            list(entries),
        )
    }
    width = len(recorded.key)

    def states(place: int | None) -> dict[Row, Row]:
        near = sorted({key[0] for key in changed})
        rows = past.rows(place, recorded.key[0], near) if near else []
        return {row[:width]: row[width:] for row in rows}

    was, then, now = states(first - 1), states(last), states(None)
    mine = [Input(table, key, was.get(key)) for key in sorted(changed, key=repr) if was.get(key) != now.get(key)]
    free = [one for one in mine if then.get(one.key) == now.get(one.key)]
    return free, [one for one in mine if one not in free]


def put_back(tx: Transaction, inputs: Iterable[Input], now: datetime) -> None:
    """Write them, and see to it that the next sync looks at what they concern."""
    for one in inputs:
        recorded = recording.of(one.table)
        of_key = " AND ".join(f"{name} = ?" for name in recorded.key)
        had = tx.row(
            f"SELECT {', '.join((*recorded.key, *recorded.columns))} FROM {one.table} WHERE {of_key}", *one.key
        )
        columns = (*recorded.key, *recorded.columns)
        tx.delete(recorded.table, ", ".join(recorded.key), [one.key])
        if one.row is not None:
            tx.insert(recorded.table, ", ".join(columns), [(*one.key, *one.row)])
        for row in (had, None if one.row is None else (*one.key, *one.row)):
            if row is not None:
                _look_again(tx, one.table, dict(zip(columns, row, strict=True)), now)


def _look_again(tx: Transaction, table: str, row: dict[str, Any], now: datetime) -> None:
    if table == "granted":
        moved.add(tx, [(row["resource"], row["target"])])
        grants.renew_dues(tx, [row["resource"]], now)
    elif table == "hold":
        _hold_again(tx, row)
    else:
        linked = "SELECT object FROM link WHERE resource = ?"
        chosen, parameter = (
            (linked, row["resource"]) if row["resource"] else ("SELECT CAST(? AS BIGINT)", int(row["key"]))
        )
        tx.run(
            "INSERT INTO pending_import (connector, object, synced) SELECT o.connector, o.id, o.seen FROM object o"
            f" WHERE o.id IN ({chosen}) ON CONFLICT DO NOTHING",
            parameter,
        )
        resources.mark_dirty(tx, [found.id for found in resources.load(tx, [row["resource"]])])


def _hold_again(tx: Transaction, row: dict[str, Any]) -> None:
    """What was let through and has not been sent waits again for a person."""
    if row["state"] == holds.OPEN and row["kind"] in (DELETES, CHANGES):
        tx.run(
            "UPDATE pending_export SET state = ? WHERE connector = ? AND state = ? AND object IN IDS",
            HELD,
            row["connector"],
            RELEASED,
            holds.items(tx, row["id"]),
        )
