"""Looking into connector spaces: their objects by scopes, as MIM has them (*Search Connector Space*), and one of them.

Pages go by keys, and each looks through so many objects at most: nothing here reads a whole space.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from mimas.language.keys import normal
from mimas.schema import names
from mimas.schema.values import Value, decode, decode_wanted
from mimas.store.database import Row, Transaction
from mimas.store.looking import PRESENCE, title
from mimas.store.objects import PRESENT, WANTED_ABSENT
from mimas.store.references import SEEN, SENT, WANTED
from mimas.store.store import Store

LOOKED = 20_000
"""So many objects are looked through for one page."""
FOUND = 100
"""So many of those that are searched for are shown."""
MOST = 200
"""So many references of an object are shown."""
_SENDING, _SENT = 1, 2
"""``state`` of a pending export: see `mimas.runs.images`."""


class Scope(StrEnum):
    """Which objects of a connector space are meant."""

    ALL = "all"
    CONNECTORS = "connectors"
    DISCONNECTORS = "disconnectors"
    PENDING_IMPORT = "pending-import"
    PENDING_EXPORT = "pending-export"
    IMPORT_ERRORS = "import-errors"
    EXPORT_ERRORS = "export-errors"


_WHERE: Mapping[Scope, str] = {
    Scope.ALL: "TRUE",
    Scope.CONNECTORS: "l.object IS NOT NULL",
    Scope.DISCONNECTORS: f"l.object IS NULL AND o.presence = {PRESENT}",
    Scope.PENDING_IMPORT: "i.object IS NOT NULL",
    Scope.PENDING_EXPORT: "p.object IS NOT NULL",
    Scope.EXPORT_ERRORS: "p.error IS NOT NULL",
    Scope.IMPORT_ERRORS: "FALSE",
}
_COLUMNS = "o.id, o.type, o.anchor, o.name, o.presence, l.resource, i.object, p.operation, p.state, p.error, o.seen"
_BESIDE = (
    " LEFT JOIN link l ON l.object = o.id LEFT JOIN pending_import i ON i.connector = o.connector AND i.object = o.id"
    " LEFT JOIN pending_export p ON p.connector = o.connector AND p.object = o.id"
)
_DRIVEN = {
    Scope.PENDING_IMPORT: "pending_import",
    Scope.PENDING_EXPORT: "pending_export",
    Scope.EXPORT_ERRORS: "pending_export",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """An object in a list."""

    id: int
    type: str
    anchor: str
    name: str
    presence: str
    resource: int | None
    imported: bool
    """Whether what it shows waits for a sync."""
    operation: str
    """What is to be exported: ``add``, ``update``, ``delete``, or nothing."""
    state: int
    error: str
    """The code of what the last export said."""
    title: str
    """What it may be called, by what it shows."""

    @property
    def key(self) -> str:
        """What people call it."""
        return self.name or self.anchor


@dataclass(frozen=True, slots=True)
class Listed:
    """A page; ``next`` is where the following one goes on, also where nothing was found as far as was looked."""

    entries: Sequence[Entry]
    next: str | None


def browse(tx: Transaction, store: Store, connector: str, scope: Scope, after: str, limit: int) -> Listed:
    """The next objects of a scope. Those with import errors: see `faults`. Raises `ValueError` for no place."""
    number = store.known(connector)
    if scope in _DRIVEN:
        return _driven(tx, store, number, scope, int(after or 0), limit)
    end = tx.value(
        f"SELECT anchor FROM object_key WHERE connector = ? AND anchor > ? ORDER BY anchor LIMIT 1 OFFSET {LOOKED}",
        number,
        after,
    )
    until, bound = (" AND k.anchor <= ?", [end]) if end is not None else ("", [])
    rows = tx.rows(
        f"SELECT {_COLUMNS}, k.anchor FROM object_key k JOIN object o ON o.id = k.object{_BESIDE}"
        f" WHERE k.connector = ? AND k.anchor > ?{until} AND {_WHERE[scope]} ORDER BY k.anchor LIMIT ?",
        number,
        after,
        *bound,
        limit + 1,
    )
    more = rows[limit - 1][-1] if len(rows) > limit else end
    return Listed([_entry(store, row[:-1]) for row in rows[:limit]], more)


def _driven(tx: Transaction, store: Store, number: int, scope: Scope, after: int, limit: int) -> Listed:
    """What waits has a table of its own."""
    rows = tx.rows(
        f"SELECT {_COLUMNS} FROM {_DRIVEN[scope]} d JOIN object o ON o.id = d.object{_BESIDE}"
        f" WHERE d.connector = ? AND d.object > ? AND {_WHERE[scope]} ORDER BY d.object LIMIT ?",
        number,
        after,
        limit + 1,
    )
    entries = [_entry(store, row) for row in rows[:limit]]
    return Listed(entries, str(entries[-1].id) if len(rows) > limit else None)


def search(
    tx: Transaction, store: Store, connector: str, scope: Scope, text: str, keys: Iterable[str]
) -> Sequence[Entry]:
    """The first objects of a scope whose anchor or name begins with a text, or whose resource has it for a key.

    ``keys``: the indexed attributes by which resources are found and objects look for them, as ``type.attribute``.
    """
    number, last = store.known(connector), "\U0010ffff"
    ids: set[int] = set()
    for begin in {text, text.casefold()}:
        sql = "SELECT object FROM object_key WHERE connector = ? AND anchor >= ? AND anchor < ? ORDER BY anchor LIMIT ?"
        ids |= {row[0] for row in tx.rows(sql, number, begin, begin + last, FOUND)}
    for begin in {text.casefold(), *(f"{rdn}={text.casefold()}" for rdn in ("cn", "uid", "ou"))}:
        sql = "SELECT object FROM object_name WHERE connector = ? AND key >= ? AND key < ? ORDER BY key LIMIT ?"
        ids |= {row[0] for row in tx.rows(sql, number, begin, begin + last, FOUND)}
    ids |= {row[0] for row in _named(tx, number, text)}
    known = [row[0] for row in tx.rows("SELECT id FROM symbol WHERE name IN TEXTS", list(keys))]
    for table, beside in (
        ("resource_key", "link b ON b.resource = k.resource"),
        ("join_key", "(SELECT id AS object, connector FROM object) b ON b.object = k.object"),
    ):
        sql = f"SELECT b.object FROM {table} k JOIN {beside} AND b.connector = ? WHERE k.attribute IN IDS"
        sql += " AND k.value = ? LIMIT ?"
        ids |= {row[0] for row in tx.rows(sql, number, known, normal(text), FOUND)}
    rows = tx.rows(
        f"SELECT {_COLUMNS} FROM object o{_BESIDE} WHERE o.id IN IDS AND {_WHERE[scope]} ORDER BY o.id LIMIT {FOUND}",
        sorted(ids),
    )
    return [_entry(store, row) for row in rows]


def _named(tx: Transaction, connector: int, text: str) -> list[Row]:
    sql = "SELECT object FROM object_name WHERE connector = ? AND key = ?"
    return tx.rows(sql, connector, names.key(text)) if "=" in text else []


def _entry(store: Store, row: Row) -> Entry:
    id_, type_, anchor, name, presence, resource, imported, operation, state, error, seen = row
    return Entry(
        id_,
        store.name(type_),
        anchor or "",
        name or "",
        PRESENCE[presence],
        resource,
        imported is not None,
        operation or "",
        state or 0,
        error or "",
        title(decode(seen)) if seen else "",
    )


@dataclass(frozen=True, slots=True)
class Fault:
    """What the last import, or the last sync, had to say of an object; none, where it is no object yet."""

    id: int
    object: int | None
    code: str
    name: str
    message: str
    advice: str


def faults(tx: Transaction, store: Store, connector: str, after: int, limit: int) -> Sequence[Fault]:
    """The next errors of a connector's last import and of the last sync; one more than ``limit`` if there are more."""
    steps = tx.rows(
        "SELECT max(id) FROM step WHERE connector = ? AND kind LIKE ? UNION SELECT max(id) FROM step WHERE kind LIKE ?",
        connector,
        "%import",
        "%sync",
    )
    last = [row[0] for row in steps if row[0] is not None]
    rows = tx.rows(
        "SELECT e.id, e.object, e.code, e.name, e.message, e.advice FROM step_error e JOIN step s ON s.id = e.step"
        " LEFT JOIN object o ON o.id = e.object WHERE e.step IN IDS AND e.id > ?"
        " AND (o.connector = ? OR (e.object IS NULL AND s.connector = ?)) ORDER BY e.id LIMIT ?",
        last,
        after,
        store.known(connector),
        connector,
        limit + 1,
    )
    return [Fault(id_, object_, code, *(text or "" for text in rest)) for id_, object_, code, *rest in rows]


@dataclass(frozen=True, slots=True)
class Line:
    """An attribute in the four images of an object."""

    attribute: str
    seen: Value | None
    synced: Value | None
    wanted: Value | None
    sent: Value | None
    governed: bool
    """Whether the outbound rules have a say in it."""

    @property
    def imported(self) -> bool:
        """Whether it is a pending import."""
        return self.seen != self.synced

    @property
    def differs(self) -> bool:
        """Whether the system does not show what it should hold."""
        return self.governed and self.seen != self.wanted


@dataclass(frozen=True, slots=True)
class Pointer:
    """A reference of an object: to which other one, and in which images it stands."""

    attribute: str
    object: int
    key: str
    title: str
    """What the resource is called to which that belongs; empty without one."""
    seen: bool
    wanted: bool
    sent: bool


@dataclass(frozen=True, slots=True)
class Object:
    """One object of a connector space."""

    entry: Entry
    connector: str
    rule: str
    """The rule that has linked it."""
    ending: bool
    """Whether it is to be deleted."""
    lines: Sequence[Line]
    pointers: Sequence[Pointer]


def look(tx: Transaction, store: Store, connector: str, id_: int) -> Object | None:
    """An object of a connector; none, if it has none of that id."""
    row = tx.row(
        f"SELECT {_COLUMNS}, o.wanted, i.synced, p.sent, l.rule FROM object o{_BESIDE}"
        " WHERE o.id = ? AND o.connector = ?",
        id_,
        store.known(connector),
    )
    if row is None:
        return None
    seen, wanted, synced, sent, rule = row[-5:]
    entry = _entry(store, row[:-4])
    ending = wanted == WANTED_ABSENT
    under_way = entry.state in (_SENDING, _SENT) and entry.operation
    images = (
        _values(seen),
        _values(synced if entry.imported else seen),
        {} if ending else _wishes(wanted),
        _wishes(sent or wanted) if under_way else {},
    )
    attributes = sorted({name for image in images for name in image})
    lines = []
    for name in attributes:
        shows, processed, should, under = (image.get(name) for image in images)
        lines.append(Line(name, shows, processed, should, under, name in images[2]))
    return Object(entry, connector, store.name(rule), ending, lines, _pointers(tx, store, id_))


def _values(text: str | None) -> Mapping[str, Value | None]:
    return dict(decode(text)) if text else {}


def _wishes(text: str | None) -> Mapping[str, Value | None]:
    return decode_wanted(text) if text and text != WANTED_ABSENT else {}


def _pointers(tx: Transaction, store: Store, id_: int) -> list[Pointer]:
    rows = tx.rows(
        "SELECT r.attribute, t.id, coalesce(t.name, t.anchor, ''), q.doc, r.bits FROM reference r"
        " JOIN object t ON t.id = r.target LEFT JOIN link l ON l.object = t.id"
        " LEFT JOIN resource q ON q.id = l.resource"
        f" WHERE r.object = ? ORDER BY r.attribute, r.target LIMIT {MOST}",
        id_,
    )
    return [
        Pointer(
            store.name(attribute),
            target,
            key,
            title(decode(doc)) if doc else "",
            bool(bits & SEEN),
            bool(bits & WANTED),
            bool(bits & SENT),
        )
        for attribute, target, key, doc, bits in rows
    ]
