"""What a home and its systems have come to: in a form in which two of them can be compared, and within itself."""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import msgspec

from mimas.schema.values import decode, decode_wanted
from mimas.store import tables
from mimas.store.objects import PRESENT, WANTED_ABSENT
from mimas.store.store import Store
from mimas.testing import System

SYSTEMS = ("app", "directory")
REFERENCES = ("boss", "manager", "member")

Natural: TypeAlias = tuple[str, str, str]
"""What an object is called wherever it lives: system, type, number."""
Part: TypeAlias = list[Any]


@dataclass(frozen=True, slots=True)
class Journal:
    """What the systems were asked that must not be asked twice."""

    adds: Counter[Natural]
    deletes: Counter[Natural]


def journal(home: Path) -> Journal:
    """Since the systems were made."""
    adds, deletes = Counter[Natural](), Counter[Natural]()
    for name in SYSTEMS:
        known: dict[str | None, Natural] = {}
        with System(home / f"{name}.system") as system:
            asked = system.asked()
        for write, outcome in asked:
            if write.operation == "add":
                natural = (name, write.type, str(write.values["number"][0]))
                adds[natural] += 1
                known.setdefault(write.anchor, natural)
            elif write.operation == "delete" and outcome == "done":
                deletes[known[write.anchor]] += 1
    return Journal(adds, deletes)


def asked(home: Path) -> int:
    """How much the systems have been asked to do since they were made."""
    count = 0
    for name in SYSTEMS:
        with System(home / f"{name}.system") as system:
            count += len(system.journal())
    return count


def contents(home: Path) -> dict[str, Part]:
    """System → its entries by natural keys, in order; two entries of one key are two."""
    found: dict[str, Part] = {name: sorted(_entries(home / f"{name}.system"), key=repr) for name in SYSTEMS}
    with (home / "list.csv").open(newline="") as file:
        found["list"] = _sorted(csv.reader(file))
    found["book"] = _sorted(sorted(block.splitlines()) for block in (home / "book.ldif").read_text().split("\n\n"))
    return found


def files(home: Path) -> Part:
    """The names of all files but those that databases make and remove by themselves."""
    return sorted(path.name for path in home.iterdir() if not path.name.endswith(("-shm", "-wal", "-run")))


def _entries(path: Path) -> Iterator[tuple[Any, ...]]:
    with System(path) as system:
        entries = system.entries()
    number = {one.name or anchor: str(one.values["number"][0]) for anchor, one in entries.items()}
    for one in entries.values():
        values = {
            name: sorted(number.get(str(value), str(value)) for value in values) if name in REFERENCES else values
            for name, values in one.values.items()
        }
        yield (one.type, number[one.name or one.anchor], one.name, sorted(values.items()))


_HISTORY = {"run", "step", "step_error", "step_object", "batch", "fresh"}
_COUNTED = {"sequence:run", "sequence:step", "sequence:step_error"}


def dump(store: Store) -> dict[str, Part]:
    """Every row but the history, and how far deltas were read: a system counts its readings."""
    found = {}
    with store.transaction() as tx:
        for table in tables.metadata.sorted_tables:
            if table.name not in _HISTORY | {"connector_state"} and not table.name.startswith("past_"):
                columns = ", ".join(column.name for column in table.columns)
                rows = tx.rows(f'SELECT {columns} FROM "{table.name}"')
                found[table.name] = sorted((row for row in rows if row[0] not in _COUNTED), key=repr)
    return found


def state(store: Store) -> dict[str, Part]:
    """What the store holds, by natural keys: what two stores that hold the same have in common."""
    with store.transaction() as tx:
        objects = tx.rows("SELECT id, connector, anchor, name, presence, seen, wanted, ours FROM object")
        resources = tx.rows("SELECT id, type, doc, state, pattern FROM resource")
        patterns = {row[0]: row[1] for row in tx.rows("SELECT id, body FROM pattern")}
        links = tx.rows("SELECT resource, object, rule FROM link")
        references = tx.rows("SELECT object, attribute, target, bits FROM reference")
        related = tx.rows("SELECT resource, attribute, target, origin FROM resource_reference")
        facts = tx.rows("SELECT kind, key, resource, value FROM fact")
        pending = tx.rows("SELECT object, operation, state FROM pending_export")
        left = {
            table: tx.rows(f"SELECT count(*) FROM {table}")
            for table in ("pending_import", "dirty", "moved", "tolerance", "learned", "hold", "due", "join_key")
        }
    name = store.name
    called = {row[0]: (name(row[1]), _number(row[2], row[3], row[5], row[6])) for row in objects}
    who = {row[0]: (name(row[1]), _number(None, None, row[2], None), row[3]) for row in resources}
    bodies = {row[0]: (row[2], sorted(msgspec.json.decode(patterns[row[4]]))) for row in resources}
    return {
        "resources": _sorted((who[id_], bodies[id_]) for id_ in who),
        "objects": _sorted(
            (called[row[0]], row[4], _values(row[5]), _values(row[6]), row[7] or "")
            for row in objects
            if row[4] == PRESENT or row[6] is not None
        ),
        "links": _sorted((who[resource], called[object_], name(rule)) for resource, object_, rule in links),
        "references": _sorted((called[o], name(a), called[t], bits) for o, a, t, bits in references),
        "resource references": _sorted((who[r], name(a), who[t], name(origin)) for r, a, t, origin in related),
        "facts": _sorted(_fact(row, who, called) for row in facts),
        "pending exports": _sorted((called[o], operation, state_) for o, operation, state_ in pending),
        "left": sorted(left.items()),
    }


def _sorted(rows: Iterable[Any]) -> Part:
    return sorted(rows, key=repr)


def _values(document: str | None) -> Any:
    return document if document in (None, WANTED_ABSENT) else sorted(decode_wanted(document).items())


def _number(anchor: str | None, name: str | None, *documents: str | None) -> str:
    """The number of a person or department; of what has none the name, or the anchor that a source gave."""
    if name is not None:
        return name
    for document in documents:
        values = decode(document) if document and document != WANTED_ABSENT else {}
        if number := values.get("number") or values.get("employeeID") or values.get("code"):
            return str(number)
    return anchor or ""


def _fact(row: Any, who: Mapping[int, Any], called: Mapping[int, Any]) -> tuple[Any, ...]:
    kind, key, resource, value = row
    if kind.startswith("offered:"):
        return kind, called.get(int(key), key), who[resource], msgspec.json.decode(value)[1]
    return kind, "" if key == str(resource) else key, who[resource], value


_ORPHANS = {
    "an object's key without the object": "object_key k LEFT JOIN object o ON o.id = k.object WHERE o.id IS NULL",
    "an object without its key": "object o LEFT JOIN object_key k ON k.connector = o.connector AND k.anchor = o.anchor"
    " AND k.object = o.id WHERE o.anchor IS NOT NULL AND o.presence = 1 AND k.object IS NULL",
    "an object's name without the object": "object_name n LEFT JOIN object o ON o.id = n.object WHERE o.id IS NULL",
    "a link without its object": "link l LEFT JOIN object o ON o.id = l.object WHERE o.id IS NULL",
    "a link without its resource": "link l LEFT JOIN resource r ON r.id = l.resource WHERE r.id IS NULL",
    "a reference without its owner": "reference r LEFT JOIN object o ON o.id = r.object WHERE o.id IS NULL",
    "a reference without its target": "reference r LEFT JOIN object o ON o.id = r.target WHERE o.id IS NULL",
    "a pending import without its object": "pending_import p LEFT JOIN object o ON o.id = p.object WHERE o.id IS NULL",
    "a pending export without its object": "pending_export p LEFT JOIN object o ON o.id = p.object WHERE o.id IS NULL",
    "a key without its resource": "resource_key k LEFT JOIN resource r ON r.id = k.resource WHERE r.id IS NULL",
    "a dirty resource that there is not": "dirty d LEFT JOIN resource r ON r.id = d.resource WHERE r.id IS NULL",
    "a resource's reference to none": "resource_reference f LEFT JOIN resource r ON r.id = f.target WHERE r.id IS NULL",
    "a run that has not ended": "run WHERE result IS NULL",
    "a step that has not ended": "step WHERE result IS NULL",
}


def faults(store: Store) -> list[str]:
    """In what a store contradicts itself."""
    with store.transaction() as tx:
        counts = {what: tx.value(f"SELECT count(*) FROM {where}") for what, where in _ORPHANS.items()}
    return [f"{what}: {count}" for what, count in counts.items() if count]


def differences(have: Mapping[str, Part], want: Mapping[str, Part]) -> list[str]:
    """Part by part what one has and the other has not, the first of each."""
    found = []
    for part in want:
        missing, extra = _missing(want[part], have[part]), _missing(have[part], want[part])
        for sign, rows in (("lacks", missing), ("has", extra)):
            if rows:
                found.append(f"{part} {sign} {len(rows)}: {rows[0]}")
    return found


def _missing(rows: Part, others: Part) -> list[str]:
    return sorted((Counter(map(repr, rows)) - Counter(map(repr, others))).elements())
