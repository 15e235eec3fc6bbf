"""How far workflows have come: the rows beside the resources of the type WorkflowInstance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from mimas.store import tables
from mimas.store.database import Row, Transaction

_SEEN = "policy:applied"
"""The row of `meta` with the version of the policy that whoever runs workflows has looked at."""


@dataclass(slots=True)
class Progress:
    """How far one workflow has come.

    ``version``: of its activities, as they were when it began; ``place``: of the next one, from 0; ``data``: what
    activities leave for later ones (MIM: WorkflowData); ``state``: what the one under way remembers while it waits.
    """

    instance: int
    version: int
    phase: str
    request: int | None
    place: int = 0
    data: dict[str, Any] = field(default_factory=dict)
    state: dict[str, Any] | None = None
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """What became of one activity; one without an end was begun, and it is not known how far it came."""

    place: int
    begun: str
    ended: str | None
    note: str


def version(tx: Transaction, definition: int, body: str) -> int:
    """The number of a version of a workflow, by its activities as text."""
    sql = "SELECT id FROM workflow_version WHERE definition = ? AND body = ?"
    if (found := tx.value(sql, definition, body)) is not None:
        return int(found)
    number = tx.allocate("workflow_version", 1)
    tx.insert(tables.workflow_version, "id, definition, body", [(number, definition, body)])
    return number


def body(tx: Transaction, number: int) -> str:
    """The activities of a version, as text."""
    return str(tx.value("SELECT body FROM workflow_version WHERE id = ?", number))


def add(tx: Transaction, several: Sequence[Progress]) -> None:
    """Begin with some."""
    rows = [
        (p.instance, p.version, p.phase, p.request, p.place, _written(p.data), _state(p), int(p.ended)) for p in several
    ]
    tx.insert(tables.workflow, "instance, version, phase, request, place, data, state, ended", rows)


def load(tx: Transaction, instance: int) -> Progress | None:
    """One of them, kept from other writers until the transaction ends."""
    lock = " FOR UPDATE" if tx.postgresql else ""
    sql = f"SELECT instance, version, phase, request, place, data, state, ended FROM workflow WHERE instance = ?{lock}"
    row = tx.row(sql, instance)
    return _read(row) if row else None


def save(tx: Transaction, progress: Progress) -> None:
    """Write down how far one has come."""
    tx.run(
        "UPDATE workflow SET place = ?, data = ?, state = ?, ended = ? WHERE instance = ?",
        progress.place,
        _written(progress.data),
        _state(progress),
        int(progress.ended),
        progress.instance,
    )


def of_request(tx: Transaction, request: int) -> list[Progress]:
    """All that a request has set going, in the order in which they began."""
    sql = "SELECT instance, version, phase, request, place, data, state, ended FROM workflow WHERE request = ?"
    return [_read(row) for row in tx.rows(f"{sql} ORDER BY instance", request)]


def latest(tx: Transaction, limit: int, *, ended: bool) -> list[int]:
    """The last ones that have begun, the newest first; ``ended``: also those that have come to their end."""
    where = "" if ended else "WHERE ended = 0"
    return [row[0] for row in tx.rows(f"SELECT instance FROM workflow {where} ORDER BY instance DESC LIMIT ?", limit)]


def begin(tx: Transaction, instance: int, place: int, at: str) -> None:
    """Write down that an activity is begun whose effect is outside of the database."""
    rows = [(instance, place, at, None, "")]
    tx.upsert(tables.workflow_step, "instance, place, begun, ended, note", rows, "begun = excluded.begun, ended = NULL")


def end(tx: Transaction, instance: int, place: int, at: str, note: str) -> None:
    """Write down what became of an activity."""
    rows = [(instance, place, at, at, note)]
    update = "ended = excluded.ended, note = excluded.note"
    tx.upsert(tables.workflow_step, "instance, place, begun, ended, note", rows, update)


def steps(tx: Transaction, instance: int) -> list[Step]:
    """What became of the activities of a workflow so far."""
    sql = "SELECT place, begun, ended, note FROM workflow_step WHERE instance = ? ORDER BY place"
    return [Step(*row) for row in tx.rows(sql, instance)]


def applied(tx: Transaction) -> set[tuple[int, int, int]]:
    """(rule, set, workflow) of what has been run for everybody who was in the set."""
    return {(rule, holder, workflow) for rule, holder, workflow in tx.rows("SELECT * FROM applied_rule")}


def apply(tx: Transaction, new: Sequence[tuple[int, int, int]], gone: Sequence[tuple[int, int, int]]) -> None:
    """Write down that more has been run so, or that a rule says it no more."""
    tx.delete(tables.applied_rule, "rule, holder, workflow", gone)
    tx.insert(tables.applied_rule, "rule, holder, workflow", new, ignore=True)


def _read(row: Row) -> Progress:
    instance, number, phase, request, place, data, state, ended = row
    return Progress(
        instance,
        number,
        phase,
        request,
        place,
        msgspec.json.decode(data),
        None if state is None else msgspec.json.decode(state),
        bool(ended),
    )


def _written(data: Mapping[str, Any]) -> str:
    return msgspec.json.encode(data).decode()


def _state(progress: Progress) -> str | None:
    return None if progress.state is None else _written(progress.state)


def policy_changed(tx: Transaction, key: str) -> bool:
    """Whether the policy, whose version stands in this row of `meta`, has changed since this was asked last."""
    sql = "SELECT coalesce((SELECT value FROM meta WHERE key = ?), '')"
    version, seen = (str(tx.value(sql, one)) for one in (key, _SEEN))
    if version == seen:
        return False
    tx.run(
        "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        _SEEN,
        version,
    )
    return True
