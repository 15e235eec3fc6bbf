"""What the files of an old product say of links, kept while it is carried over.

In tables of the connection only: whatever the files hold, memory does not grow with them, and nothing of the store is
written before all of them have been read.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import BigInteger, Column, MetaData, Table, Text

from mimas.store.database import Row, Transaction
from mimas.store.objects import PRESENT

_metadata = MetaData()
_objects = Table(
    "carried_object",
    _metadata,
    Column("object", BigInteger, primary_key=True),
    Column("guid", Text),
    Column("how", BigInteger),
)
_resources = Table(
    "carried_resource", _metadata, Column("guid", Text, primary_key=True), Column("type", Text), Column("given", Text)
)
_ties = Table(
    "carried_tie", _metadata, Column("space", Text, primary_key=True), Column("guid", Text), Column("how", BigInteger)
)


def begin(tx: Transaction) -> None:
    """Make the tables, empty."""
    end(tx)
    for table in (_objects, _resources, _ties):
        columns = ", ".join(
            f"{c.name} {'text' if isinstance(c.type, Text) else 'bigint'}{' PRIMARY KEY' if c.primary_key else ''}"
            for c in table.columns
        )
        tx.run(f"CREATE TEMPORARY TABLE {table.name} ({columns})")
    tx.run("CREATE INDEX carried_object_guid ON carried_object (guid, object)")


def end(tx: Transaction) -> None:
    """Remove them."""
    for table in (_objects, _resources, _ties):
        tx.run(f"DROP TABLE IF EXISTS {table.name}")


def keep_objects(tx: Transaction, rows: Sequence[Row]) -> None:
    """(object, GUID of its resource, how); in place of what was said before."""
    tx.upsert(_objects, "object, guid, how", rows, "guid = excluded.guid, how = excluded.how")


def kept_objects(tx: Transaction, ids: Sequence[int]) -> dict[int, tuple[str, int]]:
    """What has been said of these objects: GUID and how."""
    rows = tx.rows("SELECT object, guid, how FROM carried_object WHERE object IN IDS", list(ids))
    return {row[0]: (row[1], row[2]) for row in rows}


def keep_resources(tx: Transaction, rows: Sequence[Row]) -> None:
    """(GUID, type, given values as JSON)."""
    tx.upsert(_resources, "guid, type, given", rows, "type = excluded.type, given = excluded.given")


def kept_resources(tx: Transaction, guids: Sequence[str]) -> dict[str, tuple[str, str]]:
    """GUID → type and given values."""
    rows = tx.rows("SELECT guid, type, given FROM carried_resource WHERE guid IN TEXTS", list(guids))
    return {row[0]: (row[1], row[2]) for row in rows}


def keep_ties(tx: Transaction, rows: Mapping[str, tuple[str, int]]) -> None:
    """GUID of an object in its connector space → the GUID of its resource, and how."""
    tx.upsert(
        _ties,
        "space, guid, how",
        [(space, *tie) for space, tie in rows.items()],
        "guid = excluded.guid, how = excluded.how",
    )


def kept_ties(tx: Transaction, spaces: Sequence[str]) -> dict[str, tuple[str, int]]:
    """The same, for some objects."""
    rows = tx.rows("SELECT space, guid, how FROM carried_tie WHERE space IN TEXTS", list(spaces))
    return {row[0]: (row[1], row[2]) for row in rows}


def guids(tx: Transaction, after: str, limit: int) -> list[str]:
    """The next resources in order; begin ``after`` the empty text."""
    rows = tx.rows("SELECT DISTINCT guid FROM carried_object WHERE guid > ? ORDER BY guid LIMIT ?", after, limit)
    return [row[0] for row in rows]


def members(tx: Transaction, some: Sequence[str]) -> list[Row]:
    """The objects of some resources: (GUID, object, how), and of each object what `mimas.store.objects` keeps.

    Those are: connector, type, anchor, name, seen, and the resource that it is linked to already.
    """
    return tx.rows(
        "SELECT c.guid, c.object, c.how, o.connector, o.type, coalesce(o.name, o.anchor, ''), o.seen,"
        " l.resource"
        " FROM carried_object c JOIN object o ON o.id = c.object LEFT JOIN link l ON l.object = o.id"
        " WHERE c.guid IN TEXTS ORDER BY c.guid, c.object",
        list(some),
    )


def free(tx: Transaction, how: int, after: int, limit: int) -> list[Row]:
    """Objects of which this is said: (object, connector, name, whether they have a link already)."""
    return tx.rows(
        "SELECT c.object, o.connector, coalesce(o.name, o.anchor, ''), l.resource IS NOT NULL FROM carried_object c"
        " JOIN object o ON o.id = c.object LEFT JOIN link l ON l.object = o.id"
        " WHERE c.how = ? AND c.object > ? ORDER BY c.object LIMIT ?",
        how,
        after,
        limit,
    )


def unmentioned(tx: Transaction, connectors: Sequence[int], limit: int) -> tuple[int, list[Row]]:
    """Objects of these connectors that no file has: how many, and (connector, name) of the first."""
    where = (
        "FROM object o WHERE o.connector IN IDS AND o.presence = ? AND NOT EXISTS"
        " (SELECT 1 FROM carried_object c WHERE c.object = o.id)"
    )
    count = tx.value(f"SELECT count(*) {where}", list(connectors), PRESENT)
    rows = tx.rows(
        f"SELECT o.connector, coalesce(o.name, o.anchor, '') {where} ORDER BY o.id LIMIT ?",
        list(connectors),
        PRESENT,
        limit,
    )
    return int(count or 0), rows


def shown(tx: Transaction, connector: int) -> bool:
    """Whether a system shows anything."""
    return tx.value("SELECT 1 FROM object WHERE connector = ? AND presence = ? LIMIT 1", connector, PRESENT) is not None


def links(tx: Transaction, some: Sequence[int]) -> list[Row]:
    """The links of some resources: (resource, connector, rule, type of the object)."""
    return tx.rows(
        "SELECT l.resource, l.connector, l.rule, o.type FROM link l JOIN object o ON o.id = l.object"
        " WHERE l.resource IN IDS",
        list(some),
    )
