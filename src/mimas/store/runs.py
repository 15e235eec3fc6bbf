"""Run history: runs, their steps with counters, and what went wrong with which object."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec

from mimas.store import tables
from mimas.store.database import Row, Transaction
from mimas.store.history import chain

WHOLE = "('success', 'errors', 'held')"
"""The results of a run that came to its end, in SQL; errors and holds of single objects do not count."""


def now() -> datetime:
    """The instant at which something was done; rules never see it, they are given the instant of their step."""
    return datetime.now(UTC)


class Note(NamedTuple):
    """Something a person should know about one object of a step."""

    code: str
    name: str
    message: str
    advice: str = ""
    object: int | None = None


def begin_run(tx: Transaction, profile: str, now: datetime) -> int:
    """A new run; its number."""
    number = tx.allocate("run", 1)
    tx.insert(tables.run, "id, profile, started", [(number, profile, moment(now))])
    return number


def close_interrupted(tx: Transaction) -> None:
    """Whoever runs alone finds no other run under way: those that have not ended were cut off; when, nobody knows."""
    for table in ("step", "run"):
        tx.run(f"UPDATE {table} SET result = 'interrupted' WHERE result IS NULL")


_STOP = "stop"


def ask_to_stop(tx: Transaction) -> None:
    """The run that is under way is to stop."""
    tx.upsert(tables.meta, "key, value", [(_STOP, "")], "value = excluded.value")


def asked_to_stop(tx: Transaction) -> bool:
    """Whether the run that is under way is to stop."""
    return tx.value("SELECT 1 FROM meta WHERE key = ?", _STOP) is not None


def forget_stop(tx: Transaction) -> None:
    """What was asked of an earlier run does not count."""
    tx.delete(tables.meta, "key", [(_STOP,)])


def end_run(tx: Transaction, run: int, result: str, now: datetime) -> None:
    """Close a run."""
    tx.update(tables.run, "id, ended, result", [(run, moment(now), result)])


def begin_step(tx: Transaction, run: int, kind: str, connector: str | None, now: datetime) -> int:
    """A new step of a run; its number."""
    number = tx.allocate("step", 1)
    chain.begin(tx)
    tx.insert(tables.step, "id, run, kind, connector, started", [(number, run, kind, connector, moment(now))])
    return number


def end_step(tx: Transaction, step: int, result: str, counters: Mapping[str, int], message: str, now: datetime) -> None:
    """Close a step with its result, counters and one sentence for the person who looks."""
    body = msgspec.json.encode(dict(counters)).decode()
    tx.update(tables.step, "id, ended, result, counters, message", [(step, moment(now), result, body, message)])


def keep(tx: Transaction, step: int, objects: Mapping[str, Sequence[Row]]) -> None:
    """Record the objects behind each counter: (connector, object, resource, name) in the order in which they came."""
    rows = [(step, counter, msgspec.json.encode(kept).decode()) for counter, kept in objects.items() if kept]
    tx.insert(tables.step_object, "step, counter, objects", rows)


def note(tx: Transaction, step: int, notes: Sequence[Note]) -> None:
    """Record what a person should know about single objects."""
    if not notes:
        return
    first = tx.allocate("step_error", len(notes))
    tx.insert(
        tables.step_error,
        "id, step, object, code, name, message, advice",
        [(first + i, step, n.object, n.code, n.name, n.message, n.advice) for i, n in enumerate(notes)],
    )


def noted(tx: Transaction, step: int) -> list[Note]:
    """What has been recorded of a step so."""
    rows = tx.rows("SELECT code, name, message, advice, object FROM step_error WHERE step = ? ORDER BY id", step)
    return [Note(*row) for row in rows]


def moment(now: datetime) -> str:
    """An instant as the run history has it: text in UTC, to the millisecond, that sorts."""
    return now.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
