"""What a system has changed by itself and is left as it is, object by object."""

from collections.abc import Mapping, Sequence

from mimas.schema.values import Value, decode_wanted, encode
from mimas.store import tables
from mimas.store.database import Transaction


def load(tx: Transaction, objects: Sequence[int]) -> dict[int, dict[str, Value | None]]:
    """Object → attribute → what the rules wanted when the system changed it."""
    rows = tx.rows("SELECT object, wanted FROM tolerance WHERE object IN IDS", list(objects))
    return {object_: decode_wanted(wanted) for object_, wanted in rows}


def write(tx: Transaction, tolerated: Mapping[int, Mapping[str, Value | None]]) -> None:
    """Remember it."""
    rows = [(object_, encode(wanted)) for object_, wanted in sorted(tolerated.items())]
    tx.upsert(tables.tolerance, "object, wanted", rows, "wanted = excluded.wanted")
