"""What has been learned of a system: how it alters the values of an attribute."""

from collections.abc import Iterable
from datetime import datetime

from mimas.store import tables
from mimas.store.database import Row, Transaction
from mimas.store.instants import stamp
from mimas.store.objects import UNKNOWN


def load(tx: Transaction, connector: int) -> list[Row]:
    """(type, attribute, form) as symbols and text."""
    return tx.rows("SELECT type, attribute, form FROM learned WHERE connector = ?", connector)


def add(
    tx: Transaction, connector: int, type_: int, attribute: int, forms: Iterable[str], example: str, now: datetime
) -> None:
    """The system alters values in these ways."""
    tx.insert(
        tables.learned,
        "connector, type, attribute, form, example, at",
        [(connector, type_, attribute, form, example, stamp(now)) for form in forms],
        ignore=True,
    )


def everything(tx: Transaction) -> list[Row]:
    """(connector, type, attribute, form, example, at), in the order in which it was learned."""
    return tx.rows("SELECT connector, type, attribute, form, example, at FROM learned ORDER BY at, attribute, form")


def forget(tx: Transaction, connector: int, attribute: int) -> int:
    """Forget what was learned of an attribute; the next import of its objects compares anew. How much there was."""
    where = "WHERE connector = ? AND attribute = ?"
    known = int(tx.value(f"SELECT count(*) FROM learned {where}", connector, attribute) or 0)
    tx.run(f"DELETE FROM learned {where}", connector, attribute)
    tx.run(f"UPDATE object_key SET fingerprint = {UNKNOWN} WHERE connector = ? AND fingerprint IS NOT NULL", connector)
    return known
