"""What becomes pending or dirty again because something else has changed."""

from mimas.runs.session import Session
from mimas.store import tables
from mimas.store.database import Transaction
from mimas.store.objects import PRESENT


def referrers(tx: Transaction, moved: list[int]) -> list[int]:
    """The resources whose objects refer to objects that got or lost a link."""
    rows = tx.rows(
        "SELECT DISTINCT l.resource FROM reference r JOIN link l ON l.object = r.object WHERE r.target IN IDS", moved
    )
    return [row[0] for row in rows]


def wake(tx: Transaction, keys: list[tuple[int, str]]) -> bool:
    """Objects that have been waiting for one of these keys become pending again."""
    if not keys or tx.value("SELECT 1 FROM join_key LIMIT 1") is None:
        return False
    wanted: dict[int, list[str]] = {}
    for symbol, key in keys:
        wanted.setdefault(symbol, []).append(key)
    woken = [
        row
        for symbol, texts in wanted.items()
        for row in tx.rows(
            "SELECT DISTINCT o.connector, o.id, o.seen FROM join_key j JOIN object o ON o.id = j.object"
            " WHERE j.attribute = ? AND j.value IN TEXTS",
            symbol,
            texts,
        )
    ]
    tx.insert(tables.pending_import, "connector, object, synced", woken, ignore=True)
    return bool(woken)


def retry_unlinked(session: Session) -> None:
    """A full sync looks at every object without a link again (MIM: disconnectors are retried).

    So it does at objects linked by a rule that is no more.
    """
    with session.store.transaction() as tx:
        tx.run(
            "INSERT INTO pending_import (connector, object) SELECT connector, object FROM link WHERE rule NOT IN IDS"
            " ON CONFLICT DO NOTHING",
            sorted(session.symbols.rules),
        )
        for connector in {connector for connector, _ in session.symbols.linkers}:
            # The keys lie close together; the objects, with their documents, do not: only those concerned are read.
            tx.run(
                "INSERT INTO pending_import (connector, object, synced) SELECT o.connector, o.id, o.seen"
                " FROM object_key k CROSS JOIN object o WHERE o.id = k.object AND o.presence = ?"
                " AND k.connector = ? AND k.fingerprint IS NOT NULL"
                " AND NOT EXISTS (SELECT 1 FROM link l WHERE l.object = k.object)"
                " AND NOT EXISTS (SELECT 1 FROM pending_import p WHERE p.connector = k.connector"
                " AND p.object = k.object) ON CONFLICT DO NOTHING",
                PRESENT,
                connector,
            )
