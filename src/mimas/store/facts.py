"""Facts about resources: unique values given out to them, and remembered; connectors that have left them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain, count
from typing import Any

import msgspec

from mimas.store import tables
from mimas.store.database import Row, Transaction
from mimas.store.instants import stamp
from mimas.store.resources import LIVE


def given(tx: Transaction, resources: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Resource → kind (``unique:attribute``, ``once:rule/attribute``) → the value given out to it."""
    found: dict[int, dict[str, Any]] = {}
    for resource, kind, value in tx.rows(
        "SELECT resource, kind, value FROM fact WHERE resource IN IDS", list(resources)
    ):
        if kind.startswith("unique:"):
            found.setdefault(resource, {})[kind] = value
        elif kind.startswith("once:"):
            found.setdefault(resource, {})[kind] = msgspec.json.decode(value)
    return found


def remember_once(tx: Transaction, given: Iterable[tuple[int, Mapping[str, Any]]], now: datetime) -> None:
    """Flows that happen once only have happened: (resource, kind → value)."""
    rows = [
        (kind, str(resource), resource, msgspec.json.encode(value).decode(), stamp(now))
        for resource, done in given
        for kind, value in done.items()
    ]
    tx.insert(tables.fact, "kind, key, resource, value, at", rows, ignore=True)


def release(tx: Transaction, resources: Sequence[int]) -> list[tuple[str, str]]:
    """The unique values of these resources may be given to others; (attribute, value) of each."""
    rows = tx.rows(
        "SELECT kind, key, value FROM fact WHERE resource IN IDS AND kind LIKE 'unique:%' ORDER BY kind, key",
        list(resources),
    )
    tx.delete(tables.fact, "kind, key", [row[:2] for row in rows])
    return [(kind.removeprefix("unique:"), value) for kind, _, value in rows]


OFFERED = "offered:"
"""Facts of this kind say when a contribution of equal precedence was first seen: ``offered:attribute``, by object."""


def offered(tx: Transaction, resources: Sequence[int]) -> dict[tuple[str, str], tuple[int, Any]]:
    """(kind, object) → the step that first saw what the object offers, and the value."""
    rows = tx.rows(
        "SELECT kind, key, value FROM fact WHERE resource IN IDS AND kind LIKE ?", list(resources), f"{OFFERED}%"
    )
    return {(kind, key): tuple(msgspec.json.decode(value)) for kind, key, value in rows}


def offer(place: tuple[str, str], resource: int, step: int, value: Any, now: datetime) -> Row:
    """The row of a fact that `offered` gives."""
    return (*place, resource, msgspec.json.encode([step, value]).decode(), stamp(now))


def remember_offers(tx: Transaction, rows: Sequence[Row]) -> None:
    """Write rows of `offer` in place of earlier ones."""
    columns = "kind, key, resource, value, at"
    tx.upsert(tables.fact, columns, rows, "resource = excluded.resource, value = excluded.value, at = excluded.at")


def forget_offers(tx: Transaction, attributes: Iterable[str], objects: Sequence[int]) -> None:
    """These objects are gone for good."""
    rows = [(OFFERED + attribute, str(id_)) for attribute in sorted(attributes) for id_ in objects]
    tx.delete(tables.fact, "kind, key", rows)


MADE = "own"
"""The kind of the fact that a request or a document has made a resource: no link has to keep it alive."""


def any_made(tx: Transaction) -> bool:
    """Whether there is any such resource."""
    return tx.value("SELECT 1 FROM fact WHERE kind = ? LIMIT 1", MADE) is not None


def made(tx: Transaction, resources: Sequence[int]) -> set[int]:
    """Those of some resources that a request or a document has made."""
    return {
        row[0] for row in tx.rows("SELECT resource FROM fact WHERE resource IN IDS AND kind = ?", list(resources), MADE)
    }


def left(tx: Transaction, resources: Sequence[int]) -> set[int]:
    """Those resources that a connector has left whose link they cannot be without."""
    rows = tx.rows("SELECT DISTINCT resource FROM fact WHERE resource IN IDS AND kind LIKE 'left:%'", list(resources))
    return {row[0] for row in rows}


def leave(tx: Transaction, connector: str, resources: Iterable[int], now: datetime) -> None:
    """A connector's link to these resources has ended."""
    rows = [(f"left:{connector}", str(id_), id_, connector, stamp(now)) for id_ in sorted(set(resources))]
    tx.insert(tables.fact, "kind, key, resource, value, at", rows, ignore=True)


def come_back(tx: Transaction, connector: str, resources: Iterable[int]) -> None:
    """The connector has a link to these resources again."""
    tx.delete(tables.fact, "kind, key", [(f"left:{connector}", str(id_)) for id_ in sorted(set(resources))])


def reserve(
    tx: Transaction,
    needs: Mapping[tuple[int, str], Sequence[str]],
    now: datetime,
    normal: Callable[[str], str],
    indexed: Mapping[str, Sequence[int]],
) -> dict[int, dict[str, str]]:
    """Give each (resource, attribute) the first of its candidates that nobody has; then the last one with 2, 3 ….

    Returns resource → ``unique:attribute`` → value. A value that a living resource has from elsewhere is taken, where
    the attribute is ``indexed`` (attribute → its key symbols).

    All needs are tried together, a candidate each a round, so ten thousand names cost a few queries.
    """
    candidates = {need: _numbered(texts) for need, texts in sorted(needs.items())}
    given: dict[int, dict[str, str]] = {}
    while candidates:
        proposals = {need: next(texts) for need, texts in candidates.items()}
        taken = _taken(tx, proposals, normal)
        holders = _holders(tx, proposals, normal, indexed)
        rows = []
        for (resource, attribute), text in proposals.items():
            place = (f"unique:{attribute}", normal(text))
            if place in taken or holders.get(place, resource) != resource:
                continue
            taken.add(place)
            rows.append((*place, resource, text, stamp(now)))
            given.setdefault(resource, {})[f"unique:{attribute}"] = text
            del candidates[resource, attribute]
        tx.insert(tables.fact, "kind, key, resource, value, at", sorted(rows))
    return given


def claim(tx: Transaction, attribute: str, key: str, resource: int, value: str, now: datetime) -> bool:
    """Give one value to a resource, unless another one has been given it; whether the resource has it now.

    Whoever asks for the same at the same time is waited for.
    """
    kind = f"unique:{attribute}"
    sql = "INSERT INTO fact (kind, key, resource, value, at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
    if tx.counted(sql, kind, key, resource, value, stamp(now)):
        return True
    return int(tx.value("SELECT resource FROM fact WHERE kind = ? AND key = ?", kind, key)) == resource


def _taken(
    tx: Transaction, proposals: Mapping[tuple[int, str], str], normal: Callable[[str], str]
) -> set[tuple[str, str]]:
    keys: dict[str, list[str]] = {}
    for (_, attribute), text in proposals.items():
        keys.setdefault(f"unique:{attribute}", []).append(normal(text))
    return {
        (kind, key)
        for kind, texts in keys.items()
        for (key,) in tx.rows("SELECT key FROM fact WHERE kind = ? AND key IN TEXTS", kind, texts)
    }


def _holders(
    tx: Transaction,
    proposals: Mapping[tuple[int, str], str],
    normal: Callable[[str], str],
    indexed: Mapping[str, Sequence[int]],
) -> dict[tuple[str, str], int]:
    """(kind, key) → a resource that has the value; another one than the one it is proposed for, if there is."""
    seekers: dict[str, dict[str, int]] = {}
    for (resource, attribute), text in proposals.items():
        seekers.setdefault(attribute, {})[normal(text)] = resource
    found: dict[tuple[str, str], int] = {}
    for attribute, keys in seekers.items():
        for symbol in indexed.get(attribute, ()):
            for key, resource in tx.rows(
                "SELECT k.value, k.resource FROM resource_key k JOIN resource r ON r.id = k.resource"
                " WHERE k.attribute = ? AND k.value IN TEXTS AND r.state = ?",
                symbol,
                list(keys),
                LIVE,
            ):
                place = (f"unique:{attribute}", key)
                if place not in found or found[place] == keys[key]:
                    found[place] = resource
    return found


def _numbered(texts: Sequence[str]) -> Iterator[str]:
    return chain(texts, (f"{texts[-1]}{number}" for number in count(2)))


GUID = "guid"
"""The kind of the fact that an old product knew a resource by this GUID."""


def known_by(tx: Transaction, guids: Sequence[str]) -> dict[str, int]:
    """GUID → the resource that an old product knew by it."""
    return dict(tx.rows("SELECT key, resource FROM fact WHERE kind = ? AND key IN TEXTS", GUID, list(guids)))


def guids(tx: Transaction, resources: Sequence[int]) -> dict[int, str]:
    """The same the other way round."""
    return dict(tx.rows("SELECT resource, key FROM fact WHERE resource IN IDS AND kind = ?", list(resources), GUID))


def keep_guids(tx: Transaction, rows: Iterable[tuple[str, int]], now: datetime) -> None:
    """From now on these resources are known by these GUIDs, too."""
    kept = [(GUID, guid, resource, guid, stamp(now)) for guid, resource in rows]
    tx.insert(tables.fact, "kind, key, resource, value, at", kept, ignore=True)


def take_over(tx: Transaction, rows: Sequence[tuple[str, str, int, str]], now: datetime) -> set[tuple[int, str]]:
    """Values that an old product has given out: (attribute, key, resource, value). Those that others have are returned.

    As (resource, attribute); of several for one key the first counts.
    """
    places: dict[tuple[str, str], Row] = {}
    taken = set()
    for attribute, key, resource, value in rows:
        place = (f"unique:{attribute}", key)
        if place in places:
            taken.add((resource, attribute))
        else:
            places[place] = (*place, resource, value, stamp(now))
    for kind in sorted({place[0] for place in places}):
        keys = [key for of, key in places if of == kind]
        for (key,) in tx.rows("SELECT key FROM fact WHERE kind = ? AND key IN TEXTS", kind, keys):
            row = places.pop((kind, key))
            taken.add((row[2], kind.removeprefix("unique:")))
    tx.insert(tables.fact, "kind, key, resource, value, at", sorted(places.values()))
    return taken


FAILED = "failed:"
"""Facts of this kind tell how often in a row somebody has not proved who they are: ``failed:workflow``, by person."""


def failures(tx: Transaction, workflow: int, person: int) -> tuple[int, datetime | None]:
    """How often in a row somebody has failed at a workflow, and when it was last; kept until the transaction ends."""
    lock = " FOR UPDATE" if tx.postgresql else ""
    sql = f"SELECT value, at FROM fact WHERE kind = ? AND key = ?{lock}"
    row = tx.row(sql, f"{FAILED}{workflow}", str(person))
    return (0, None) if row is None else (int(row[0]), datetime.fromisoformat(row[1]))


def fail(tx: Transaction, workflow: int, person: int, now: datetime) -> None:
    """Somebody has failed once more."""
    number, _ = failures(tx, workflow, person)
    rows = [(f"{FAILED}{workflow}", str(person), person, str(number + 1), stamp(now))]
    tx.upsert(tables.fact, "kind, key, resource, value, at", rows, "value = excluded.value, at = excluded.at")


def forgive(tx: Transaction, person: int, workflow: int | None = None) -> int:
    """Forget that somebody has failed, at a workflow or at any; at how many."""
    kind = f"{FAILED}%" if workflow is None else f"{FAILED}{workflow}"
    return tx.counted("DELETE FROM fact WHERE resource = ? AND kind LIKE ?", person, kind)


def forget_all(tx: Transaction, resources: Sequence[int]) -> None:
    """These resources never were."""
    tx.delete(tables.fact, "resource", [(id_,) for id_ in resources])
