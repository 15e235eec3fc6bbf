"""Which resource a reference means that is written in a document, and how one is written there.

A reference is the name of a document of the type that the attribute points to, ``Type/name``, ``Type/key`` by an
indexed attribute or by the id, a GUID under which an old product knew the resource, or a filter that takes exactly one.
"""

import re
from collections.abc import Iterable, Mapping

from mimas.language.errors import ExpressionError
from mimas.language.filters.binding import understood
from mimas.language.keys import normal
from mimas.schema.attributes import Attribute
from mimas.schema.system import Catalogue
from mimas.store import facts, naming, resources
from mimas.store.database import Transaction
from mimas.store.filtering.finding import find
from mimas.store.naming import Key
from mimas.store.resources import LIVE
from mimas.store.store import Store

_GUID = re.compile(r"(?:urn:uuid:)?\{?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\}?", re.IGNORECASE)


def guid(text: str) -> str:
    """The GUID that a text is, in lower case; empty when it is none."""
    found = _GUID.fullmatch(text.strip())
    return found[1].lower() if found else ""


def readings(attribute: Attribute, text: str, catalogue: Catalogue) -> list[Key]:
    """The (type, name) that a reference may mean, the likeliest first; none for a GUID and for a filter."""
    found: list[Key] = []
    if guid(text) or text.startswith("/"):
        return found
    if attribute.to:
        found.append((attribute.to, text))
    type_, slash, name = text.partition("/")
    if slash and type_ in catalogue:
        found.append((type_, name))
    return found


class Meaning:
    """What references mean in the store. ``names``: documents that are about to be in force, and their resources."""

    def __init__(self, tx: Transaction, store: Store, names: Mapping[Key, int] = {}) -> None:
        self.tx = tx
        self.store = store
        self._names = dict(names)
        self._guids: dict[str, int] = {}

    def learn(self, written: Iterable[tuple[Attribute, str]]) -> None:
        """Look many references up at once."""
        written = list(written)
        keys = {key for attribute, text in written for key in readings(attribute, text, self.store.catalogue)}
        found = naming.resources(self.tx, keys - self._names.keys())
        live = resources.alive(self.tx, sorted(set(found.values())))
        self._names.update({key: id_ for key, id_ in found.items() if id_ in live})
        self.learn_guids(filter(None, (guid(text) for _, text in written)))

    def learn_guids(self, guids: Iterable[str]) -> None:
        """The same of GUIDs."""
        known = facts.known_by(self.tx, sorted(set(guids) - self._guids.keys()))
        live = resources.alive(self.tx, sorted(set(known.values())))
        self._guids.update({text: id_ for text, id_ in known.items() if id_ in live})

    def find(self, attribute: Attribute, text: str) -> int | None:
        """The resource that is meant; none where there is none, or are several. What has been learned is at hand."""
        if found := guid(text):
            return self._guids.get(found)
        if text.startswith("/"):
            return self._only(text)
        for key in (keys := readings(attribute, text, self.store.catalogue)):
            if key in self._names:
                return self._names[key]
        return next((id_ for key in keys if (id_ := self._by_key(*key)) is not None), None)

    def number(self, text: str) -> int | None:
        """The resource that a filter means by a GUID, an id, or ``Type/name``."""
        if text.isdecimal():
            return int(text)
        kind, slash, name = text.partition("/")
        if slash:
            if (kind, name) not in self._names:
                self._names.update(naming.resources(self.tx, [(kind, name)]))
            return self._names.get((kind, name))
        self.learn_guids([guid(text)])
        return self._guids.get(guid(text))

    def _by_key(self, type_: str, key: str) -> int | None:
        indexes = [f"{type_}.{name}" for name in self.store.catalogue[type_]] if type_ in self.store.catalogue else []
        found = naming.by_key(self.tx, indexes, [normal(key)]).get(normal(key), [])
        if not found and key.isdecimal() and len(key) < 19:
            rows = resources.load(self.tx, [int(key)])
            found = [row.id for row in rows if row.state == LIVE and self.store.name(row.type) == type_]
        return found[0] if len(found) == 1 else None

    def _only(self, text: str) -> int | None:
        try:
            wanted = understood(text, self.store.catalogue, self.number)
        except ExpressionError:
            return None
        found = find(self.tx, self.store, wanted, now=self.store.clock(), limit=2).ids
        return found[0] if len(found) == 1 else None


def spelled(tx: Transaction, store: Store, targets: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Live resource → its type and the name of its document; or no type, and how else a document refers to it."""
    rows = resources.load(tx, sorted(set(targets)))
    types = {row.id: store.name(row.type) for row in rows if row.state == LIVE}
    found = {id_: (types[id_], name) for id_, (_, name) in naming.names(tx, list(types)).items()}
    lacking = [id_ for id_ in types if id_ not in found]
    known = facts.guids(tx, lacking)
    found.update({id_: ("", text) for id_, text in known.items()})
    for id_, index, key in naming.keys_of(tx, [id_ for id_ in lacking if id_ not in known]):
        type_ = types[id_]
        if id_ not in found and index.startswith(f"{type_}."):
            indexes = [f"{type_}.{name}" for name in store.catalogue.get(type_, {})]
            if naming.by_key(tx, indexes, [key]).get(key) == [id_] and len(key) < 200:
                found[id_] = ("", f"{type_}/{key}")
    return {id_: found.get(id_, ("", f"{type_}/{id_}")) for id_, type_ in types.items()}
