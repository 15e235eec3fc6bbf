"""Resources as documents: what a request has made of them is kept in the documents that are in force.

So the portal and a folder of documents are two doors to one house: what was changed through the one is drift to the
other, and an export holds it. Documents are kept of the types that Mimas is made of, and of whatever else came by one.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import msgspec

from mimas.language.coercion import as_date, iso
from mimas.language.errors import FlowError
from mimas.requests.meaning import Meaning, readings, spelled
from mimas.requests.validation import COMPUTED
from mimas.schema.attributes import Attribute, Kind
from mimas.schema.system import RUNTIME, SCHEMA, SYSTEM
from mimas.schema.values import Scalar, as_list, decode, many
from mimas.store import documents, facts, naming, resources
from mimas.store.database import Transaction
from mimas.store.documents import Packed, StoredDocument
from mimas.store.instants import stamp
from mimas.store.naming import Key
from mimas.store.referring import own, own_referrers
from mimas.store.resources import LIVE, StoredResource
from mimas.store.store import Store

ID = "ObjectID"
"""The key of the GUID under which an old product knew the resource."""
TITLE = "DisplayName"
"""The attribute that is what the document is called, where the document does not say otherwise."""
_DOCUMENTED = SYSTEM.keys() - RUNTIME - SCHEMA
_OWN_KEYS = ("kind", "name")
_LONGEST = 200

Owners = Mapping[str, Mapping[str, str]]
"""Type → attribute → the sync rule that writes it."""
NOBODYS: Owners = MappingProxyType({})
"""Where there are no sync rules."""


def key_of(attribute: str) -> str:
    """Under which key an attribute stands; ``kind`` and ``name`` are keys of the document itself."""
    return f".{attribute}" if attribute in _OWN_KEYS else attribute


def held(attributes: Mapping[str, Attribute], owners: Mapping[str, str]) -> dict[str, Attribute]:
    """The attributes of a type that its documents hold, by their keys: all that nobody else writes."""
    return {
        key_of(name): attribute
        for name, attribute in attributes.items()
        if name not in COMPUTED and name not in owners and not attribute.secret
    }


def normal(kind: str, name: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """The normal form of a resource's document: lists sorted, a list of one as its value, nothing that is empty."""
    found: dict[str, Any] = {"kind": kind, "name": name}
    for key, given in body.items():
        values = many(given) if isinstance(given, list) and not any(map(_nested, given)) else given
        value = values[0] if isinstance(values, list) and len(values) == 1 else values
        if value is not None and value != []:
            found[key] = value
    return found


def _nested(value: object) -> bool:
    return isinstance(value, (list, dict)) or value is None


def structured(given: object) -> str:
    """What a document says of an attribute with structure, as its text."""
    return msgspec.json.encode(given, order="sorted").decode()


def stored(attribute: Attribute, given: Scalar) -> Scalar:
    """A value as it was written, in its stored form. Raises `FlowError` with what was expected in its place."""
    match attribute.kind:
        case Kind.INTEGER if isinstance(given, str) and re.fullmatch(r"-?[0-9]{1,18}", given.strip()):
            return int(given)
        case Kind.BOOLEAN if isinstance(given, str) and given.strip().lower() in ("true", "false"):
            return given.strip().lower() == "true"
        case Kind.DATETIME if isinstance(given, str) and len(given.strip()) > len("2026-11-23"):
            return iso(as_date(given))
        case Kind.STRING | Kind.REFERENCE if isinstance(given, bool):
            raise FlowError(f'write "{str(given).lower()}" in quotes if the word is meant')
        case Kind.STRING | Kind.DATETIME | Kind.BINARY | Kind.REFERENCE:
            return str(given).strip() if attribute.kind is not Kind.STRING else str(given)
    return given


def refresh(tx: Transaction, store: Store, ids: Iterable[int], owners: Owners = NOBODYS) -> None:
    """Bring the documents of some resources, which a request has made, changed or deleted, to what these are now.

    Of an attribute that has not changed the spelling is kept. A new document is called as its resource is, with a
    number behind it where another one is called so.
    """
    rows = [row for row in resources.load(tx, sorted(set(ids))) if store.name(row.type) not in RUNTIME | SCHEMA]
    # What refers to somebody who is gone does so no more.
    gone = [row.id for row in rows if row.state != LIVE]
    rows += resources.load(tx, sorted(own_referrers(tx, store, gone) - {row.id for row in rows}))
    known = naming.names(tx, [row.id for row in rows])
    rows = [row for row in rows if row.id in known or (store.name(row.type) in _DOCUMENTED and row.state == LIVE)]
    if not rows:
        return
    documents.remove(tx, [known[row.id] for row in rows if row.state != LIVE and row.id in known])
    living = [row for row in rows if row.state == LIVE]
    names = known | _named(tx, store, [row for row in living if row.id not in known])
    old = documents.load(tx, [known[row.id] for row in living if row.id in known])
    wanted = list(_written(tx, store, living, names, old, owners))
    documents.write(tx, [one for one in wanted if old.get((one.kind, one.name)) != one], stamp(store.clock()))


def _named(tx: Transaction, store: Store, rows: Sequence[StoredResource]) -> dict[int, Key]:
    """Names for documents that there are not yet."""
    taken: dict[str, set[str]] = {}
    found: dict[int, Key] = {}
    for row in rows:
        kind = store.name(row.type)
        if kind not in taken:
            taken[kind] = {one.name for one in documents.of_kind(tx, kind)}
        values = decode(row.doc)
        base = " ".join(str(values.get(TITLE) or values.get("Name") or f"{kind} {row.id}").split())[:_LONGEST]
        name = next(text for text in _numbered(base) if text not in taken[kind])
        taken[kind].add(name)
        found[row.id] = (kind, name)
    naming.name(tx, [(key, id_) for id_, key in found.items()], store.clock())
    return found


def _numbered(base: str) -> Iterator[str]:
    yield base
    number = 2
    while True:
        yield f"{base} ({number})"
        number += 1


@dataclass(slots=True)
class _Known:
    """What is known of some resources."""

    guids: Mapping[int, str]
    references: Mapping[int, Mapping[str, set[int]]]


def _written(
    tx: Transaction,
    store: Store,
    rows: Sequence[StoredResource],
    names: Mapping[int, Key],
    old: Mapping[Key, StoredDocument],
    owners: Owners,
) -> Iterator[StoredDocument]:
    ids = [row.id for row in rows]
    known = _Known(facts.guids(tx, ids), own(tx, store, ids))
    targets = {id_ for of in known.references.values() for some in of.values() for id_ in some}
    texts = spelled(tx, store, targets)
    meaning = Meaning(tx, store)
    for row in rows:
        kind, name = names[row.id]
        before = old.get((kind, name))
        packed = documents.unpacked(before.body) if before is not None else Packed({})
        held_ = held(store.catalogue.get(kind, {}), owners.get(kind, {}))
        body = dict(_entries(row, name, known, held_, packed.body, texts, meaning))
        order = {key: place for place, key in enumerate((*packed.body, ID, TITLE, "Description"))}
        body = dict(sorted(body.items(), key=lambda entry: order.get(entry[0], len(order))))
        file = (
            before.file if before is not None else f"documents/resources/{re.sub(r'[^A-Za-z0-9_.-]', '-', kind)}.yaml"
        )
        packed = Packed(body, packed.line, {path: line for path, line in packed.lines.items() if path in body})
        yield StoredDocument(kind, name, documents.packed(packed), file, documents.digest(normal(kind, name, body)))


def _entries(
    row: StoredResource,
    name: str,
    known: _Known,
    held_: Mapping[str, Attribute],
    before: Mapping[str, Any],
    texts: Mapping[int, tuple[str, str]],
    meaning: Meaning,
) -> Iterator[tuple[str, Any]]:
    """The keys of a document and their values, as they were spelled where they mean the same."""
    if guid := known.guids.get(row.id):
        yield ID, before.get(ID, guid)
    values, references = decode(row.doc), known.references.get(row.id, {})
    for key, attribute in held_.items():
        given: Any = before.get(key)
        if attribute.structured:
            if text := values.get(attribute.name):
                yield key, given if structured(given) == text else msgspec.json.decode(str(text))
            continue
        was: list[Any] = given if isinstance(given, list) else [] if given is None else [given]
        if attribute.kind is Kind.REFERENCE:
            targets = references.get(attribute.name, set()) & texts.keys()
            kept, open_ = _kept(attribute, [str(one) for one in was], targets, meaning)
            now: list[Any] = sorted({*open_, *(kept.get(id_) or _spelled(attribute, texts[id_]) for id_ in targets)})
        else:
            now = as_list(values.get(attribute.name))
            if now == _stored(attribute, was) and was:
                now = was
        if key == TITLE and now == [name] and not was:
            continue  # that is what it is called anyway
        if now:
            yield key, now if attribute.multivalued and len(now) != 1 else now[0]
        elif key == TITLE:
            yield key, ""


def _kept(
    attribute: Attribute, was: Sequence[str], targets: set[int], meaning: Meaning
) -> tuple[dict[int, str], list[str]]:
    """Resource → how the document referred to it before; and what it says of whom there may be one day."""
    meaning.learn((attribute, text) for text in was)
    found = {text: meaning.find(attribute, text) for text in was}
    open_ = [text for text, id_ in found.items() if id_ is None and _may_come(attribute, text, meaning)]
    return {id_: text for text, id_ in found.items() if id_ is not None and id_ in targets}, open_


def _may_come(attribute: Attribute, text: str, meaning: Meaning) -> bool:
    """Whether somebody may still be brought: what Mimas is made of has documents, or is not there."""
    return all(type_ not in SYSTEM for type_, _ in readings(attribute, text, meaning.store.catalogue))


def _spelled(attribute: Attribute, text: tuple[str, str]) -> str:
    type_, name = text
    return f"{type_}/{name}" if type_ and type_ != attribute.to else name


def _stored(attribute: Attribute, was: Sequence[Scalar]) -> list[Scalar]:
    try:
        values = [stored(attribute, value) for value in was]
    except FlowError:
        return []
    return many(values) if attribute.multivalued else values
