"""Objects that an export has renamed: from then on they are known by their new names, and by no others.

Where the anchor is the name (LDIF), the anchor changes with it; else the next import would take the object that has the
old name by then for this one.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mimas.runs.images import SENDING
from mimas.schema import names
from mimas.schema.attributes import NAME
from mimas.schema.values import decode_wanted
from mimas.store import objects, tables
from mimas.store.database import Transaction

_RANGE = 10_000


class Renamed(NamedTuple):
    """One object: its anchor and name as they were known, and its new name."""

    id: int
    anchor: str | None
    old: str | None
    new: str


def rename(tx: Transaction, connector: int, renamed: Sequence[Renamed], *, by_name: bool) -> None:
    """Know these objects by their new names. ``by_name``: others refer to them by name."""
    if not renamed:
        return
    known = [one for one in renamed if one.old is not None]
    tx.delete(tables.object_name, "connector, key, object", [(connector, names.key(o.old or ""), o.id) for o in known])
    rows = [(connector, names.key(one.new), one.id) for one in renamed]
    objects.take_places(tx, connector, {key: id_ for _, key, id_ in rows})
    tx.upsert(tables.object_name, "connector, key, object", rows, "object = excluded.object")
    tx.update(tables.object_, "id, name", [(one.id, one.new) for one in renamed])
    anchored = [one for one in known if one.anchor == names.key(one.old or "")]
    tx.delete(tables.object_key, "connector, anchor, object", [(connector, one.anchor, one.id) for one in anchored])
    tx.upsert(
        tables.object_key,
        "connector, anchor, object, fingerprint",
        [(connector, names.key(one.new), one.id, objects.UNKNOWN) for one in anchored],
        "object = excluded.object, fingerprint = excluded.fingerprint",
    )
    tx.update(tables.object_, "id, anchor", [(one.id, names.key(one.new)) for one in anchored])
    if by_name:
        objects.look_again_at_referrers(tx, connector, [one.id for one in known])


def in_listing(tx: Transaction, connector: int) -> list[Renamed]:
    """What a whole listing that is being sent renames."""
    return list(_in_listing(tx, connector))


def _in_listing(tx: Transaction, connector: int) -> Iterator[Renamed]:
    last = 0
    while rows := tx.rows(
        "SELECT o.id, o.anchor, o.name, o.wanted FROM pending_export p JOIN object o ON o.id = p.object"
        " WHERE p.connector = ? AND p.state = ? AND p.operation = 'update' AND o.id > ? ORDER BY o.id LIMIT ?",
        connector,
        SENDING,
        last,
        _RANGE,
    ):
        last = rows[-1][0]
        for id_, anchor, name, wanted in rows:
            new = decode_wanted(wanted).get(NAME) if wanted else None
            if isinstance(new, str) and (name is None or names.key(new) != names.key(name)):
                yield Renamed(id_, anchor, name, new)
