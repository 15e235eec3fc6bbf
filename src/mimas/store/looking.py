"""Questions that people ask of the store: how things stand, what a resource is or was made of, what runs did."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from mimas.schema.values import as_list, decode, decode_wanted
from mimas.store import facts, holds, mode, outbox, resources
from mimas.store.database import Row, Transaction
from mimas.store.history.past import Past, Then
from mimas.store.objects import WANTED_ABSENT
from mimas.store.references import WANTED
from mimas.store.store import Store

PRESENCE = ("not seen yet", "present", "gone")
_PENDING = {0: "waiting", 1: "sending", 2: "sent, not confirmed", 3: "held", 4: "released"}


def status(store: Store) -> dict[str, Any]:
    """Counts for each connector, of resources by type, and of what is held."""
    with store.reading() as tx:
        connectors: dict[int, dict[str, Any]] = {}
        for connector, present, total, linked in tx.rows(
            "SELECT o.connector, sum(CASE WHEN o.presence = 1 THEN 1 ELSE 0 END), count(*), count(l.object)"
            " FROM object o LEFT JOIN link l ON l.object = o.id GROUP BY o.connector"
        ):
            connectors[connector] = no_objects(int(present or 0), int(total), int(linked))
        for connector, count in tx.rows("SELECT connector, count(*) FROM pending_import GROUP BY connector"):
            connectors.setdefault(connector, no_objects())["pending-import"] = count
        for connector, operation, state, count in tx.rows(
            "SELECT connector, operation, state, count(*) FROM pending_export GROUP BY connector, operation, state"
        ):
            pending = connectors.setdefault(connector, no_objects())["pending-export"]
            pending[f"{operation} {_PENDING[state]}"] = count
        types = tx.rows("SELECT type, state, count(*) FROM resource GROUP BY type, state")
        held = holds.opened(tx)
        staging = mode.staging_since(tx)
        due, stuck = outbox.count(tx, store.clock()), outbox.stuck_count(tx)
        last = tx.row("SELECT id, profile, started, ended, result FROM run ORDER BY id DESC LIMIT 1")
    return {
        "connectors": {store.name(number): counts for number, counts in sorted(connectors.items())},
        "resources": {
            store.name(type_) + ("" if state == resources.LIVE else " (deleted)"): count
            for type_, state, count in sorted(types)
        },
        "staging": staging,
        "outbox": due,
        "failed-workflows": stuck,
        "holds": [describe_hold(store, row) for row in held],
        "last-run": _named(last, "id profile started ended result") if last else None,
    }


def no_objects(present: int = 0, known: int = 0, linked: int = 0) -> dict[str, Any]:
    """The counts of a connector; of one that has no objects yet when nothing is given."""
    return {"objects": present, "known": known, "linked": linked, "pending-import": 0, "pending-export": {}}


def describe_hold(store: Store, row: Row) -> dict[str, Any]:
    """A hold as names and values."""
    number, kind, connector, step, count, reason, at = row
    return {
        "id": number,
        "kind": kind,
        "connector": store.name(connector),
        "step": step,
        "count": count,
        "reason": reason,
        "at": at,
    }


def open_holds(store: Store) -> list[dict[str, Any]]:
    """The open holds, as names and values."""
    with store.reading() as tx:
        rows = holds.opened(tx)
    return [describe_hold(store, row) for row in rows]


def hold_objects(store: Store, hold: int, limit: int = 100, after: int = 0) -> list[dict[str, Any]]:
    """Some objects of a hold, those after one of them."""
    with store.reading() as tx:
        rows = tx.rows(
            "SELECT o.id, o.type, o.anchor, o.name FROM hold_item i JOIN object o ON o.id = i.object"
            " WHERE i.hold = ? AND i.object > ? ORDER BY i.object LIMIT ?",
            hold,
            after,
            limit,
        )
        may_be = _may_be(tx, [row[0] for row in rows])
    return [
        {"id": i, "type": store.name(t), "anchor": a, "name": n, "may-be": may_be.get(i, [])} for i, t, a, n in rows
    ]


def _may_be(tx: Transaction, ids: Sequence[int]) -> dict[int, list[str]]:
    """Objects without a link → the live resources that share most of the keys they look for: id and title."""
    rows = tx.rows(
        "SELECT j.object, k.resource, r.doc, count(*) FROM join_key j JOIN resource_key k"
        " ON k.attribute = j.attribute AND k.value = j.value"
        f" JOIN resource r ON r.id = k.resource AND r.state = {resources.LIVE}"
        " WHERE j.object IN IDS GROUP BY j.object, k.resource, r.doc ORDER BY j.object, k.resource",
        list(ids),
    )
    most: dict[int, int] = {}
    for object_, _, _, shared in rows:
        most[object_] = max(shared, most.get(object_, 0))
    found: dict[int, list[str]] = {}
    for object_, resource, doc, shared in rows:
        if shared == most[object_]:
            found.setdefault(object_, []).append(f"{resource} ({title(decode(doc))})")
    return found


_NEWEST = 2**62


def runs(store: Store, limit: int = 20, before: int = _NEWEST) -> list[dict[str, Any]]:
    """The last runs, newest first; those before one of them."""
    sql = "SELECT id, profile, started, ended, result FROM run WHERE id < ? ORDER BY id DESC LIMIT ?"
    with store.reading() as tx:
        rows = tx.rows(sql, before, limit)
    return [_named(row, "id profile started ended result") for row in rows]


def counted(store: Store, numbers: Sequence[int]) -> dict[int, Counter[str]]:
    """Run → what its steps have counted, together."""
    found: dict[int, Counter[str]] = {number: Counter() for number in numbers}
    with store.reading() as tx:
        for number, counters in tx.rows("SELECT run, counters FROM step WHERE run IN IDS", list(numbers)):
            found[number].update(msgspec.json.decode(counters or "{}"))
    return found


def last_steps(store: Store) -> dict[str, dict[str, Any]]:
    """Connector → the last step that read it or wrote to it."""
    sql = (
        "SELECT connector, run, kind, started, ended, result FROM step WHERE id IN"
        " (SELECT max(id) FROM step WHERE connector IS NOT NULL GROUP BY connector)"
    )
    with store.reading() as tx:
        rows = tx.rows(sql)
    return {row[0]: _named(row[1:], "run kind started ended result") for row in rows}


def run(store: Store, number: int) -> dict[str, Any] | None:
    """One run with its steps, and what was said of single objects."""
    with store.reading() as tx:
        head = tx.row("SELECT id, profile, started, ended, result FROM run WHERE id = ?", number)
        if head is None:
            return None
        steps = tx.rows(
            "SELECT id, kind, connector, started, ended, result, counters, message FROM step WHERE run = ? ORDER BY id",
            number,
        )
        told = tx.rows(f"SELECT {_NOTE} JOIN step s ON s.id = e.step WHERE s.run = ? ORDER BY e.id", number)
    described = []
    for row in steps:
        step = _named(row, "id kind connector started ended result counters message")
        step["counters"] = msgspec.json.decode(step["counters"] or "{}")
        step["notes"] = [_note(store, note) for note in told if note[0] == step["id"]]
        described.append(step)
    return {**_named(head, "id profile started ended result"), "steps": described}


_NOTE = (
    "e.step, e.code, o.connector, e.name, e.message, e.advice FROM step_error e LEFT JOIN object o ON o.id = e.object"
)


def _note(store: Store, row: Row) -> dict[str, Any]:
    note = _named(row[1:], "code connector name message advice")
    return {**note, "connector": store.name(note["connector"])}


def notes(store: Store, step: int, limit: int) -> list[dict[str, Any]]:
    """The first things that a step has to say of single objects; ``connector`` is empty for what is no object yet."""
    with store.reading() as tx:
        rows = tx.rows(f"SELECT {_NOTE} WHERE e.step = ? ORDER BY e.id LIMIT ?", step, limit)
    return [_note(store, row) for row in rows]


def behind(store: Store, step: int, counter: str, limit: int) -> list[dict[str, Any]]:
    """The first objects that a step kept of a counter, by the names they had then, in the order in which they came.

    ``resource`` is what the object belonged to, or else what it belongs to now; ``title`` is what that is called now.
    """
    sql = "SELECT objects FROM step_object WHERE step = ? AND counter = ?"
    with store.reading() as tx:
        kept = msgspec.json.decode(tx.value(sql, step, counter) or "[]")[:limit]
        now: dict[int, tuple[int, int | None]] = {
            id_: (connector, resource)
            for id_, connector, resource in tx.rows(
                "SELECT o.id, o.connector, l.resource FROM object o LEFT JOIN link l ON l.object = o.id"
                " WHERE o.id IN IDS",
                [row[1] for row in kept if row[1] is not None],
            )
        }
        rows = [(c or now.get(o, (None, None))[0], o, r or now.get(o, (None, None))[1], name) for c, o, r, name in kept]
        docs = {row.id: row.doc for row in resources.load(tx, sorted({row[2] for row in rows if row[2] is not None}))}
    return [
        {
            "connector": store.name(connector),
            "object": object_,
            "name": name,
            "resource": resource if resource in docs else None,
            "title": title(decode(docs[resource])) if resource in docs else "",
        }
        for connector, object_, resource, name in rows
    ]


def find(store: Store, type_: str, key: str, indexed: Sequence[str], normal: str) -> list[int]:
    """Resources of a type by id, or by a key in one of the indexed attributes."""
    number = store.symbol(type_)
    symbols = [store.symbol(f"{type_}.{name}") for name in indexed]
    with store.reading() as tx:
        found = {r for symbol in symbols for r in resources.find(tx, symbol, [normal]).get(normal, ())}
        if not found and key.isdigit():
            found = {row.id for row in resources.load(tx, [int(key)]) if row.type == number}
    return sorted(found)


def find_former(store: Store, type_: str, key: str, indexed: Sequence[str], normal: Callable[[Any], str]) -> list[int]:
    """Resources of a type that had a key in one of the indexed attributes before, as far back as the history goes."""
    number, last = store.symbol(type_), (0, 0)
    found: set[int] = set()
    sql = (
        "SELECT p.id, p.batch, p.doc FROM past_resource p JOIN resource r ON r.id = p.id"
        " WHERE r.type = ? AND p.doc IS NOT NULL AND (p.id, p.batch) > (?, ?) ORDER BY p.id, p.batch LIMIT 10000"
    )
    while True:
        with store.reading() as tx:
            rows = tx.rows(sql, number, *last)
        if not rows:
            return sorted(found)
        last = rows[-1][:2]
        for id_, _, doc in rows:
            values = decode(doc)
            if any(normal(value) == key for name in indexed for value in as_list(values.get(name))):
                found.add(id_)


def show(store: Store, number: int, then: Then | None = None) -> dict[str, Any]:
    """A resource with its values, where each comes from, its references, and its objects in every system.

    As it is, or as it was. ``guid``: that by which an old product knew it; none, if it came later. Raises
    `LookupError` where it was not there yet.
    """
    place = then.place if then else None
    with store.reading() as tx:
        rows = Past(tx, "resource").rows(place, "id", [number])
        if not rows:
            raise LookupError(f"there was no resource {number} then")
        row = resources.StoredResource(*rows[0])
        origins = _lineage(tx, row.pattern)
        known = Past(tx, "fact").rows(place, "resource", [number])
        references = _references(store, tx, number, place)
        objects = _objects(store, tx, number, then)
    return {
        "id": number,
        "type": store.name(row.type),
        "state": "live" if row.state == resources.LIVE else "deleted",
        "values": decode(row.doc),
        "lineage": origins,
        "references": references,
        "objects": objects,
        "guid": next((value for kind, _, _, value, _ in known if kind == facts.GUID), None),
        "facts": [{"kind": kind, "value": value, "at": at} for kind, _, _, value, at in known if kind != facts.GUID],
    }


def lineage(store: Store, number: int) -> dict[str, dict[str, str]]:
    """Attribute → the rule that a value comes from, and its connector, which is empty where there is none.

    Of references that of one of them; what belongs to the store, and not to rules, has none.
    """
    with store.reading() as tx:
        pattern = tx.value("SELECT pattern FROM resource WHERE id = ?", number)
        found = _lineage(tx, pattern)
        sql = "SELECT attribute, min(origin) FROM resource_reference WHERE resource = ? GROUP BY attribute"
        rows = tx.rows(sql, number)
    return found | {store.name(attribute): {"rule": store.name(origin), "connector": ""} for attribute, origin in rows}


def _lineage(tx: Transaction, pattern: int | None) -> dict[str, dict[str, str]]:
    rows = resources.lineage(tx, pattern)
    return {name: {"rule": rule, "connector": connector} for name, rule, connector in rows}


_SHOWN = 1_000
"""How many references of a resource are shown."""


def _references(store: Store, tx: Transaction, number: int, place: int | None) -> list[dict[str, Any]]:
    """The first ones, to resources that were live then."""
    found: list[dict[str, Any]] = []
    rows = Past(tx, "resource_reference").rows(place, "resource", [number])
    rows.sort(key=lambda row: (row[1], row[2]))
    for first in range(0, len(rows), _SHOWN):
        some = rows[first : first + _SHOWN]
        targets = Past(tx, "resource").rows(place, "id", [target for _, _, target, _ in some])
        names = {id_: title(decode(doc)) for id_, _, doc, _, state in targets if state == resources.LIVE}
        found += [
            {"attribute": store.name(a), "target": t, "name": names[t], "from": store.name(origin)}
            for _, a, t, origin in some
            if t in names
        ]
        if len(found) >= _SHOWN:
            break
    return found[:_SHOWN]


def _objects(store: Store, tx: Transaction, number: int, then: Then | None) -> list[dict[str, Any]]:
    """Those that were linked to a resource."""
    place = then.place if then else None
    links = {object_: rule for object_, _, _, rule in Past(tx, "link").rows(place, "resource", [number])}
    ids = sorted(links)
    pending = {row[0]: row[1:] for row in Past(tx, "pending_export").rows(place, "object", ids)}
    errors: dict[int, str] = {}
    if then is None:
        errors = dict(tx.rows("SELECT object, error FROM pending_export WHERE object IN IDS", ids))
    else:
        # Of an export it is known since when it was sent, and not that it waited before.
        pending = {id_: row for id_, row in pending.items() if row[2] is not None and row[2] <= then.step}
    found = [
        _object(store, row, links[row[0]], pending.get(row[0]), errors.get(row[0]))
        for row in Past(tx, "object").rows(place, "id", ids)
    ]
    return [object_ for _, object_ in sorted(found, key=lambda one: one[0])]


def title(values: Mapping[str, Any]) -> str:
    """What to call a resource."""
    for name in ("displayName", "DisplayName", "name", "cn", "accountName", "Name"):
        if values.get(name):
            return str(values[name])
    return next((str(value) for value in values.values()), "")


def _object(
    store: Store, row: Row, rule: int, pending: Row | None, error: str | None
) -> tuple[tuple[int, int], dict[str, Any]]:
    """An object, behind that by which they are sorted."""
    id_, connector, type_, anchor, name, presence, seen, wanted, _ = row
    return (connector, id_), {
        "connector": store.name(connector),
        "type": store.name(type_),
        "anchor": anchor,
        "name": name,
        "linked-by": store.name(rule),
        "presence": PRESENCE[presence],
        "seen": decode(seen) if seen else None,
        "wanted": decode_wanted(wanted) if wanted and wanted != WANTED_ABSENT else None,
        "pending-export": f"{pending[0]} {_PENDING[pending[1]]}" if pending else None,
        "error": error,
    }


def living(store: Store, *, size: int = 5_000) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """(id, type, values) of all live resources."""
    last = 0
    while True:
        with store.reading() as tx:
            rows = _after(tx, last, size)
        if not rows:
            return
        last = rows[-1].id
        for row in rows:
            if row.state == resources.LIVE:
                yield row.id, store.name(row.type), dict(decode(row.doc))


def _after(tx: Transaction, last: int, size: int) -> list[resources.StoredResource]:
    rows = tx.rows("SELECT id, type, doc, pattern, state FROM resource WHERE id > ? ORDER BY id LIMIT ?", last, size)
    return [resources.StoredResource(*row) for row in rows]


def _named(row: Row, names: str) -> dict[str, Any]:
    return dict(zip(names.split(), row, strict=True))


def links(store: Store, connector: str, *, deleted: bool = False) -> dict[str, int]:
    """Anchor → the resource that the object belongs to, of those of a connector that have a link.

    ``deleted``: also those of deleted resources.
    """
    with store.reading() as tx:
        rows = tx.rows(
            "SELECT o.anchor, l.resource FROM link l JOIN object o ON o.id = l.object"
            " JOIN resource r ON r.id = l.resource WHERE l.connector = ? AND r.state <= ? AND o.anchor IS NOT NULL",
            store.symbol(connector),
            resources.DELETED if deleted else resources.LIVE,
        )
    return dict(rows)


def reference_flows(store: Store) -> tuple[set[tuple[str, str]], set[tuple[str, str, str, str]]]:
    """What has given references: (rule or membership, attribute); (connector, object type, attribute, linking rule)."""
    with store.reading() as tx:
        inbound = tx.rows("SELECT DISTINCT origin, attribute FROM resource_reference")
        outbound = tx.rows(
            "SELECT DISTINCT o.connector, o.type, r.attribute, l.rule FROM reference r JOIN object o ON o.id = r.object"
            f" JOIN link l ON l.object = o.id WHERE (r.bits & {WANTED}) <> 0"
        )
    name = store.name
    return {(name(o), name(a)) for o, a in inbound}, {(name(c), name(t), name(a), name(r)) for c, t, a, r in outbound}
