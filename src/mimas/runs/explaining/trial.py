"""What the next sync would do with one object and its resource: the passes themselves, done and undone."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mimas.runs import guarding
from mimas.runs.importing import Outcome
from mimas.runs.linking import link_pending
from mimas.runs.pointing import point_some
from mimas.runs.provisioning import provision
from mimas.runs.relating import relate_some
from mimas.runs.resolving import Resolver, touched
from mimas.runs.session import Session
from mimas.runs.setup import Setup
from mimas.runs.symbols import Symbols
from mimas.store import resources
from mimas.store.database import Transaction

FEW = 1_000
"""Up to so many pending objects all of them are linked, as some may have to do with this one."""


@dataclass(slots=True)
class Trial:
    """A sync of one resource, within a transaction that is undone (`Store.rehearsal`).

    ``left_out``: how many other objects are pending and were left out; what they would do is not in the result.
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

    def link(self, objects: list[int]) -> None:
        """Filter, join and project these objects, whether they are pending or not."""
        tx = self.tx
        pending = tx.value(f"SELECT count(*) FROM (SELECT 1 FROM pending_import LIMIT {FEW + 1}) p")
        if pending > FEW:
            others = "FROM pending_import WHERE object NOT IN IDS"
            self.left_out = tx.value(f"SELECT count(*) {others}", objects)
            tx.run(f"DELETE {others}", objects)
        tx.run(
            "INSERT INTO pending_import (connector, object, synced) SELECT connector, id, seen FROM object"
            " WHERE id IN IDS ON CONFLICT DO NOTHING",
            objects,
        )
        tx.run("DELETE FROM dirty")
        link_pending(self.session, self._resolver, None)
        self.session.write_notes(tx)

    def settle(self, resource: int) -> None:
        """Resolve a resource, and work out what the systems should hold of it, until nothing changes any more."""
        tx, session, ids = self.tx, self.session, [resource]
        touched(tx, session, self._resolver, ids)
        # At most ten rounds, as in a sync.
        for _ in range(10):
            rows = resources.load(tx, ids)
            relate_some(tx, session, rows)
            session.last_call = True
            provision(tx, session, rows, "IN IDS", ids)
            point_some(tx, session, ids)
            again, session.relinked = resource in session.relinked, set()
            if not again:
                break
            touched(tx, session, self._resolver, ids)
        session.write_notes(tx)

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
