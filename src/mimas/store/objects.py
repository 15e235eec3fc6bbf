"""Connector objects: their keys, names and images."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from mimas.language.keys import normal, normals
from mimas.schema import names
from mimas.schema.values import decode
from mimas.store import references, tables
from mimas.store.database import Row, Transaction
from mimas.store.references import ALL_BUT_SEEN, SEEN

NONE, PRESENT, ABSENT = 0, 1, 2
"""``presence``: nothing known (a placeholder, or made and not yet seen), shown by the system, known to be gone."""

WANTED_ABSENT = "null"
"""``wanted`` of an object that is to be deleted."""


class Stored(NamedTuple):
    """A row of the object table, with the ids the symbols stand for."""

    id: int
    type: int | None
    anchor: str | None
    name: str | None
    presence: int
    seen: str | None
    wanted: str | None
    ours: str | None


_COLUMNS = "o.id, o.type, o.anchor, o.name, o.presence, o.seen, o.wanted, o.ours"


def find(tx: Transaction, connector: int, anchors: Sequence[str]) -> list[Row]:
    """(object, fingerprint) for each anchor, in order; (None, None) where it is not known."""
    return tx.rows(
        "SELECT k.object, k.fingerprint FROM ORDERED"
        " LEFT JOIN object_key k ON k.connector = ? AND k.anchor = j.value ORDER BY j.key",
        list(anchors),
        connector,
    )


def find_names(tx: Transaction, connector: int, keys: Sequence[str]) -> dict[str, int]:
    """Name key to object, for those that are known."""
    found: dict[str, int] = dict(
        tx.rows("SELECT key, object FROM object_name WHERE connector = ? AND key IN TEXTS", connector, list(keys))
    )
    return found


def load(tx: Transaction, ids: Sequence[int]) -> dict[int, Stored]:
    """Some objects by id."""
    rows = tx.rows(f"SELECT {_COLUMNS} FROM object o WHERE o.id IN IDS", list(ids))
    return {row[0]: Stored(*row) for row in rows}


def holding(tx: Transaction, connector: int, attribute: str, text: str) -> dict[int, int | None]:
    """The objects of a connector space that show a value, in whatever case → the resources they are linked to.

    The whole space is read: these values have no index.
    """
    plain = text.isascii() and text.isprintable() and not set(text) & set('"\\%_')
    found = {}
    for id_, resource, seen in tx.rows(
        "SELECT o.id, l.resource, o.seen FROM object o LEFT JOIN link l ON l.object = o.id"
        " WHERE o.connector = ? AND o.presence = ? AND lower(o.seen) LIKE ?",
        connector,
        PRESENT,
        f"%{text.lower()}%" if plain else "%",
    ):
        values = {name.casefold(): value for name, value in decode(seen).items()}
        if normal(text) in normals(values.get(attribute.casefold())):
            found[id_] = resource
    return found


def placeholders(tx: Transaction, ids: Iterable[int]) -> set[int]:
    """Those of some objects that only stand for what others refer to: the system has not shown them, nobody wants them.

    Where something comes that they stood for, they become it: see `take_places`.
    """
    rows = tx.rows(f"SELECT id FROM object WHERE id IN IDS AND presence = {NONE} AND wanted IS NULL", sorted(set(ids)))
    return {row[0] for row in rows}


def become(tx: Transaction, connector: int, known: Mapping[int, int]) -> None:
    """Placeholder → the object that it has stood for, which has its key and its name from now on."""
    if known:
        rows = tx.rows("SELECT connector, anchor, id FROM object WHERE id IN IDS AND anchor IS NOT NULL", list(known))
        tx.delete(tables.object_key, "connector, anchor, object", rows)
        tx.delete(tables.object_name, "connector, object", [(connector, id_) for id_ in known])
        references.merge(tx, known)


def take_places(tx: Transaction, connector: int, named: Mapping[str, int]) -> None:
    """Objects by the keys of the names they get: what refers to a placeholder of such a name refers to them."""
    holders = find_names(tx, connector, list(named))
    places = {id_: key for key, id_ in holders.items() if id_ != named[key]}
    become(tx, connector, {id_: named[places[id_]] for id_ in placeholders(tx, places)})


UNKNOWN = -1
"""The fingerprint of an object that is there, but whose record must be looked at again."""


def look_again(tx: Transaction, connector: int, chosen: str, *parameters: object) -> None:
    """The next import parses the records of these objects, even if they look as before.

    ``chosen`` is a sub-select of object ids. Needed whenever an export is open: a system that ignored it shows what it
    showed before.
    """
    tx.run(
        f"UPDATE object_key SET fingerprint = {UNKNOWN} WHERE connector = ? AND fingerprint IS NOT NULL"
        f" AND anchor IN (SELECT anchor FROM object WHERE id IN {chosen})",
        connector,
        *parameters,
    )


def put_off(tx: Transaction, connector: int, ids: Sequence[int], *, done: bool = False) -> None:
    """These records were read, and are to be settled at the end of the listing; ``done``: they have been settled.

    Until then their fingerprints are turned into others that no record has, so that an import that is cut off before
    its end has not read them for good.
    """
    if ids:
        tx.run(
            "UPDATE object_key SET fingerprint = -fingerprint - 1 WHERE connector = ?"
            f" AND fingerprint {'<' if done else '>='} 0"
            " AND anchor IN (SELECT anchor FROM object WHERE id IN IDS)",
            connector,
            list(ids),
        )


def look_again_at_referrers(tx: Transaction, connector: int, renamed: Sequence[int]) -> None:
    """These objects have other names now: what refers to them by name may still do so by the old one.

    Some systems put that right by themselves, others do not; the next import shows which.
    """
    if renamed:
        chosen = f"(SELECT r.object FROM reference r WHERE r.target IN IDS AND (r.bits & {SEEN}) <> 0)"
        look_again(tx, connector, chosen, list(renamed))


def leave_alone(tx: Transaction, connector: int, ids: Sequence[int]) -> None:
    """Nothing is wanted of these objects any more; what the system shows of them stays."""
    if not ids:
        return
    tx.update(tables.object_, "id, wanted, ours", [(id_, None, None) for id_ in ids])
    tx.delete(tables.pending_export, "connector, object", [(connector, id_) for id_ in ids])
    tx.delete(tables.tolerance, "object", [(id_,) for id_ in ids])
    references.clear(tx, ids, ALL_BUT_SEEN)


def release_all_but(tx: Transaction, governed: Sequence[int]) -> None:
    """Connectors that no outbound rule writes to any more: nothing is wanted there, and nothing is to be sent."""
    tx.run("DELETE FROM pending_export WHERE connector NOT IN IDS", list(governed))
    for (connector,) in tx.rows("SELECT DISTINCT connector FROM object_key WHERE connector NOT IN IDS", list(governed)):
        ours = "SELECT id FROM object WHERE connector = ? AND wanted IS NOT NULL"
        tx.run(f"UPDATE reference SET bits = bits & {~ALL_BUT_SEEN} WHERE object IN ({ours})", connector)
        tx.run(f"DELETE FROM reference WHERE bits = 0 AND object IN ({ours})", connector)
        tx.run("UPDATE object SET wanted = NULL, ours = NULL WHERE connector = ? AND wanted IS NOT NULL", connector)


def purge(tx: Transaction, connector: int, ids: Sequence[int]) -> None:
    """Forget objects that are gone. One that others refer to stays as a placeholder, with its key."""
    if not ids:
        return
    tx.delete(tables.reference, "object", [(id_,) for id_ in ids])
    wanted_by_others = {
        row[0] for row in tx.rows("SELECT DISTINCT target FROM reference WHERE target IN IDS", list(ids))
    }
    gone = [(id_,) for id_ in ids if id_ not in wanted_by_others]
    kept = [(id_, NONE, None, None, None) for id_ in ids if id_ in wanted_by_others]
    tx.run(
        "UPDATE object_key SET fingerprint = NULL WHERE connector = ? AND anchor IN"
        " (SELECT anchor FROM object WHERE id IN IDS)",
        connector,
        [row[0] for row in kept],
    )
    tx.delete(tables.join_key, "object", [(id_,) for id_ in ids])
    tx.delete(tables.tolerance, "object", [(id_,) for id_ in ids])
    rows = tx.rows("SELECT anchor, name, id FROM object WHERE id IN IDS", [id_ for (id_,) in gone])
    tx.delete(tables.object_key, "connector, anchor, object", [(connector, a, i) for a, _, i in rows if a is not None])
    tx.delete(tables.object_name, "connector, key, object", [(connector, names.key(n), i) for _, n, i in rows if n])
    tx.delete(tables.object_, "id", gone)
    tx.update(tables.object_, "id, presence, seen, wanted, ours", kept)
    tx.delete(tables.pending_export, "connector, object", [(connector, id_) for id_ in ids])
    tx.delete(tables.pending_import, "connector, object", [(connector, id_) for id_ in ids])
