"""What the next sync would do with one object and its resource: the passes themselves, done and undone."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mimas.runs import guarding
from mimas.runs.importing import Outcome
from mimas.runs.linking import link_pending
from mimas.runs.resolving import Resolver, touched
from mimas.runs.session import Session
from mimas.runs.setup import Setup
from mimas.runs.symbols import Symbols
from mimas.runs.syncing import follow
from mimas.store import resources
from mimas.store.database import Transaction
from mimas.store.history import past

_TOLD = (("object", "id"), ("link", "object"), ("reference", "object"))
"""Where the history tells of objects."""
FEW = 1_000
"""Up to so many changes that wait for a sync all of them are done, as some may have to do with this one."""


@dataclass(slots=True)
class Trial:
    """A sync of one resource, within a transaction that is undone (`Store.rehearsal`).

    ``left_out``: how many other changes wait for a sync and were left out; what they would do is not in the result.
    """

    tx: Transaction
    symbols: Symbols
    now: datetime
    session: Session = field(init=False)
    left_out: int = 0
    _resolver: Resolver = field(init=False)

    def __post_init__(self) -> None:
        # A step that is none: no number of the history stands for it.
        step = (self.tx.value("SELECT max(id) FROM step") or 0) + 1
        self.session = Session(self.symbols, step, self.now, sweep=False)
        self._resolver = Resolver(self.session)

    def alone(self) -> None:
        """Leave out whatever else waits for a sync."""
        for table in ("pending_import", "dirty", "moved"):
            self.tx.run(f"DELETE FROM {table}")

    def objects(self, changed: list[int]) -> list[int]:
        """The objects of some resources, and all others that have been changed."""
        rows = self.tx.rows("SELECT object FROM link WHERE resource IN IDS", changed)
        others = (past.at_hand(self.tx, table, column) for table, column in _TOLD)
        return sorted({row[0] for row in rows}.union(*others))

    def connectors(self, objects: list[int]) -> list[str]:
        """The systems to which something of some objects is to be sent."""
        rows = self.tx.rows("SELECT DISTINCT connector FROM pending_export WHERE object IN IDS", objects)
        return sorted(self.symbols.store.name(row[0]) for row in rows)

    def link(self, objects: list[int]) -> None:
        """Filter, join and project these objects, whether they are pending or not."""
        tx = self.tx
        self._leave_out("pending_import", "object", objects)
        self._leave_out("dirty", "resource", [])
        self._leave_out("moved", "resource", [])
        for connector, type_ in self.symbols.linkers:
            tx.run(
                "INSERT INTO pending_import (connector, object, synced) SELECT connector, id, seen FROM object"
                " WHERE id IN IDS AND connector = ? AND type = ? ON CONFLICT DO NOTHING",
                objects,
                connector,
                type_,
            )
        link_pending(self.session, self._resolver, None)

    def settle(self, resource: int | None) -> None:
        """Resolve a resource, and work out what the systems should hold of it and of whatever it has to do with."""
        if resource is not None:
            touched(self.tx, self.session, self._resolver, [resource])
            resources.mark_dirty(self.tx, [resource])
        follow(self.session, self._resolver)
        self.session.write_notes(self.tx)

    def _leave_out(self, table: str, column: str, own: list[int]) -> None:
        """Where much is to be done, only this one's part of it is."""
        tx = self.tx
        if tx.value(f"SELECT count(*) FROM (SELECT 1 FROM {table} LIMIT {FEW + 1}) p") > FEW:
            others = f"FROM {table} WHERE {column} NOT IN IDS"
            self.left_out += tx.value(f"SELECT count(*) {others}", own)
            tx.run(f"DELETE {others}", own)

    def guard(self, setup: Setup, resource: int) -> None:
        """What the guards of the systems would hold of it at the next export."""
        session, tx = self.session, self.tx
        for (connector,) in tx.rows(
            "SELECT DISTINCT p.connector FROM link l JOIN pending_export p ON p.object = l.object WHERE l.resource = ?",
            resource,
        ):
            of = setup.connectors[session.store.name(connector)]
            guarding.hold(tx, connector, session.step, of, session.comparer(tx, connector), Outcome(), self.now)

    def notes(self) -> list[dict[str, Any]]:
        """What the passes had to say of single objects."""
        rows = self.tx.rows(
            "SELECT code, name, message, advice, object FROM step_error WHERE step = ? ORDER BY id", self.session.step
        )
        return [dict(zip(("code", "name", "message", "advice", "object"), row, strict=True)) for row in rows]
