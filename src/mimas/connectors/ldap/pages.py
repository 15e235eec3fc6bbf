"""Entries as a directory sends them: known by their keys, compared by fingerprints, parsed when they have changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xxhash import xxh3_64_intdigest

from mimas.connectors.contract import Entry, EntryError, Problem, Schema
from mimas.connectors.ldap.syntax import anchor, decode
from mimas.schema.attributes import NAME, Attribute, Kind, ObjectType
from mimas.schema.names import key as name_key
from mimas.schema.values import Scalar, Values, many

STRUCTURAL = "structuralObjectClass"

Raw = tuple[str, Mapping[str, list[bytes]]]
"""The name of an entry and its attributes."""


@dataclass(slots=True)
class LdapPage:
    """Some entries."""

    keys: Sequence[str]
    fingerprints: Sequence[int]
    problems: Sequence[Problem]
    records: Sequence[Raw]
    parser: "Parser"
    deleted: frozenset[int] = frozenset()

    def entry(self, index: int) -> Entry:
        """The record parsed. Raises `EntryError`."""
        name, attributes = self.records[index]
        return self.parser.entry(self.keys[index], name, attributes)


class Parser:
    """Makes pages; ``identity`` is none where the directory gives objects no identity besides their names."""

    def __init__(self, schema: Schema, salt: int, identity: str | None, hidden: str = "") -> None:
        """``hidden`` is the name of a member that is there only because a group may not be empty."""
        self._schema = {name.lower(): object_type for name, object_type in schema.items()}
        self._salt = salt
        self._anchor = identity
        self._hidden = name_key(hidden)

    def page(self, records: Sequence[Raw], gone: Sequence[str] = ()) -> LdapPage:
        """Some entries, and the keys of objects that are said to be gone."""
        keys, fingerprints, problems, good = [], [], [], []
        for name, attributes in records:
            try:
                key = self._key(name, attributes)
            except EntryError as error:
                problems.append(Problem(error.code, name, error.message, error.advice))
                continue
            if key is None:
                text = f"The object has no {self._anchor}, by which Mimas knows it again."
                advice = f"Let the account of bind_dn read {self._anchor}, or have the server generate it."
                problems.append(Problem("missing-anchor-component", name, text, advice))
                continue
            keys.append(key)
            raw = repr((name, sorted(attributes.items()))).encode()
            fingerprints.append(xxh3_64_intdigest(raw, seed=self._salt) >> 1)
            good.append((name, attributes))
        deleted = frozenset(range(len(keys), len(keys) + len(gone)))
        return LdapPage([*keys, *gone], [*fingerprints, *(0 for _ in gone)], problems, good, self, deleted)

    def _key(self, name: str, attributes: Mapping[str, list[bytes]]) -> str | None:
        """What the object is known by; none where the directory does not tell. Raises `EntryError`."""
        if "=" not in name or "\0" in name:
            raise EntryError("invalid-dn", f"the directory sends an object with the name {name!r}", "Correct its name.")
        if self._anchor is None:
            return name_key(name)
        values = attributes.get(self._anchor) or _lowered(attributes).get(self._anchor.lower())
        return anchor(values[0], self._anchor) or None if values else None

    def entry(self, key: str, name: str, attributes: Mapping[str, list[bytes]]) -> Entry:
        """One entry parsed. Raises `EntryError`."""
        found = _lowered(attributes)
        object_type = self.type_of(name, found)
        values: Values = {NAME: name}
        references: dict[str, list[str]] = {}
        for attribute in object_type.attributes.values():
            if attribute.name == NAME or not (decoded := self.decoded(attribute, found)):
                continue
            if not attribute.multivalued and len(decoded) > 1:
                raise EntryError(
                    "multi-single-mismatch",
                    f"{name}: {attribute.name} has {len(decoded)} values and is declared with one",
                    "Declare it as multivalued.",
                )
            if attribute.kind is Kind.REFERENCE:
                references[attribute.name] = [text for one in decoded if not self._is_hidden(text := str(one))]
            else:
                values[attribute.name] = many(decoded) if attribute.multivalued else decoded[0]
        return Entry(object_type.name, key, name, values, references)

    def decoded(self, attribute: Attribute, found: Mapping[str, list[bytes]]) -> list[Scalar]:
        """The values of an attribute of an entry, whose names are in lower case. Raises `EntryError`."""
        return [decode(raw, attribute.kind, attribute.name) for raw in found.get(attribute.name.lower(), ()) if raw]

    def _is_hidden(self, name: str) -> bool:
        return bool(self._hidden) and name_key(name) == self._hidden

    def type_of(self, name: str, attributes: Mapping[str, list[bytes]]) -> ObjectType:
        """The most specific configured class; Active Directory lists an object's classes in that order."""
        classes = attributes.get(STRUCTURAL.lower(), []) + attributes.get("objectclass", [])[::-1]
        for one in classes:
            if object_type := self._schema.get(one.decode(errors="replace").lower()):
                return object_type
        message = f"{name} is of no configured type"
        raise EntryError("unmappable-object-type", message, "Let the account of bind_dn read objectClass.")


def _lowered(attributes: Mapping[str, list[bytes]]) -> dict[str, list[bytes]]:
    """The attributes by lower-case name, without the option that only says how a value is transferred (RFC 4522)."""
    lowered = {}
    for name, values in attributes.items():
        plain, _, option = name.lower().partition(";")
        if option.startswith("range="):
            raise EntryError(
                "read-error",
                f"the directory sends only a part of {plain} ({len(values)} values)",
                "Raise the directory's limit on values (Active Directory: MaxValRange).",
            )
        lowered[plain if option == "binary" or not option else name.lower()] = values
    return lowered
