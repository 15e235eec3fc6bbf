"""The accounts of one resource: the objects that are linked to it, and how each of them stands."""

from dataclasses import dataclass

from mimas.runs.engine import Engine
from mimas.runs.explaining.standing import Standing, standings
from mimas.runs.session import Session


@dataclass(frozen=True, slots=True)
class Account:
    """A linked connector object; ``imported``: whether what it shows waits for a sync."""

    standing: Standing
    imported: bool


def accounts(engine: Engine, resource: int) -> list[Account]:
    """All of a resource, by connector."""
    symbols = engine.symbols  # made beforehand: names of new rules get their numbers, which is written
    with engine.store.reading() as tx:
        step = int(tx.value("SELECT max(id) FROM step") or 0) + 1
        found = standings(tx, Session(symbols, step, engine.clock(), sweep=False), resource)
        rows = tx.rows(
            "SELECT p.object FROM link l JOIN pending_import p ON p.connector = l.connector AND p.object = l.object"
            " WHERE l.resource = ?",
            resource,
        )
    waiting = {object_ for (object_,) in rows}
    return [Account(one, one.object in waiting) for one in found]
