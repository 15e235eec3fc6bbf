"""Systems that confirm by taking: what was sent is known to be there, without being seen (change files, passwords)."""

from collections.abc import Sequence
from typing import Any

from mimas.runs.vanished import confirm_deletes
from mimas.store import references
from mimas.store.database import Transaction
from mimas.store.objects import PRESENT, UNKNOWN
from mimas.store.references import SEEN, WANTED


def acknowledge(tx: Transaction, connector: int, attentive: Sequence[int], where: str, *parameters: Any) -> None:
    """Confirm the pending exports of a connector that ``where`` chooses.

    ``attentive``: the object types whose first sight matters (see `mimas.sync.interest`): the next sync looks at them.
    """
    pending = f"SELECT object FROM pending_export WHERE connector = ? AND {where}"
    confirm_deletes(
        tx, connector, [row[0] for row in tx.rows(f"{pending} AND operation = 'delete'", connector, *parameters)]
    )
    if attentive:
        tx.run(
            "INSERT INTO pending_import (connector, object) SELECT o.connector, o.id FROM object o WHERE o.type IN IDS"
            f" AND o.id IN ({pending} AND operation = 'add') ON CONFLICT DO NOTHING",
            list(attentive),
            connector,
            *parameters,
        )
    tx.run(f"UPDATE object SET seen = wanted, presence = {PRESENT} WHERE id IN ({pending})", connector, *parameters)
    # What the system was told is not what it showed: the next import looks at the record itself.
    tx.run(
        f"UPDATE object_key SET fingerprint = {UNKNOWN} WHERE connector = ?"
        f" AND anchor IN (SELECT anchor FROM object WHERE id IN ({pending}))",
        connector,
        connector,
        *parameters,
    )
    tx.run(
        f"UPDATE reference SET bits = CASE WHEN (bits & {WANTED}) = 0 THEN 0"
        f" ELSE (bits | {SEEN}) & {~references.SENT} END WHERE object IN ({pending})",
        connector,
        *parameters,
    )
    tx.run(f"DELETE FROM reference WHERE bits = 0 AND object IN ({pending})", connector, *parameters)
    tx.run(f"DELETE FROM pending_export WHERE connector = ? AND {where}", connector, *parameters)
