"""Entries as a directory sends them: known by their keys, compared by fingerprints, parsed when they have changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import msgspec
from xxhash import xxh3_64_intdigest

from mimas.connectors.contract import Entry, EntryError, Problem, Schema
from mimas.connectors.ldap.syntax import anchor, decode
from mimas.schema.attributes import NAME, Attribute, Kind, ObjectType
from mimas.schema.names import key as name_key
from mimas.schema.values import Scalar, Values, many

STRUCTURAL = "structuralObjectClass"
_CLASS = "objectClass"
_encode = msgspec.msgpack.Encoder().encode

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

    besides: ClassVar[frozenset[str]] = frozenset()
    """What is asked for besides the attributes of the schema."""

    def __init__(self, schema: Schema, salt: int, identity: str | None, hidden: str = "") -> None:
        """``hidden`` is the name of a member that is there only because a group may not be empty."""
        self._schema = {name.lower(): object_type for name, object_type in schema.items()}
        self._salt = salt
        self._anchor = identity
        self._hidden = name_key(hidden)
        known = {name for one in schema.values() for name in one.attributes} | {STRUCTURAL, _CLASS} | self.besides
        self._names = {name.lower(): name for name in known | ({identity} if identity else set())}
        self._exact = frozenset(self._names.values())
        self._plans = {name: self._plan(object_type) for name, object_type in schema.items()}

    def _plan(self, object_type: ObjectType) -> tuple[list[str], list[Attribute]]:
        """The attributes that are one text each and need no second thought, and all others."""
        texts = [one.name for one in object_type.attributes.values() if self.is_text(one)]
        return texts, [one for one in object_type.attributes.values() if one.name not in (NAME, *texts)]

    def is_text(self, attribute: Attribute) -> bool:
        """Whether an attribute holds one text, which is taken as it comes."""
        return attribute.kind is Kind.STRING and not attribute.multivalued and attribute.name != NAME

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
            raw = _encode((name, sorted(attributes.items())))
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
        values = attributes.get(self._anchor) or self.named(attributes).get(self._anchor)
        return anchor(values[0], self._anchor) or None if values else None

    def entry(self, key: str, name: str, attributes: Mapping[str, list[bytes]]) -> Entry:
        """One entry parsed. Raises `EntryError`."""
        found = self.named(attributes)
        object_type = self.type_of(name, found)
        texts, others = self._plans[object_type.name]
        values: Values = {NAME: name}
        references: dict[str, list[str]] = {}
        for text in texts:
            if raw := found.get(text):
                if len(raw) > 1 or not (value := _text(raw[0], text)):
                    others = [*others, object_type.attributes[text]]
                else:
                    values[text] = value
        for attribute in others:
            if not (decoded := self.decoded(attribute, found)):
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
        """The values of an attribute of an entry as `named` gives it. Raises `EntryError`."""
        return [decode(raw, attribute.kind, attribute.name) for raw in found.get(attribute.name, ()) if raw]

    def _is_hidden(self, name: str) -> bool:
        return bool(self._hidden) and name_key(name) == self._hidden

    def type_of(self, name: str, found: Mapping[str, list[bytes]]) -> ObjectType:
        """The most specific configured class. Active Directory lists both from the top down."""
        for one in (*reversed(found.get(STRUCTURAL, ())), *reversed(found.get(_CLASS, ()))):
            if object_type := self._schema.get(one.decode(errors="replace").lower()):
                return object_type
        message = f"{name} is of no configured type"
        raise EntryError("unmappable-object-type", message, "Let the account of bind_dn read objectClass.")

    def named(self, attributes: Mapping[str, list[bytes]]) -> Mapping[str, list[bytes]]:
        """The attributes by the names that the schema has, without options of the transfer alone (RFC 4522).

        Raises `EntryError`.
        """
        if attributes.keys() <= self._exact:
            return attributes
        named = {}
        for name, values in attributes.items():
            plain, _, option = name.lower().partition(";")
            if option.startswith("range="):
                raise EntryError(
                    "read-error",
                    f"the directory sends only a part of {plain} ({len(values)} values)",
                    "Raise the directory's limit on values (Active Directory: MaxValRange).",
                )
            lowered = plain if option == "binary" or not option else name.lower()
            named[self._names.get(lowered, lowered)] = values
        return named


def _text(raw: bytes, attribute: str) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise EntryError("parse-error", f"{attribute} is not UTF-8 text", "Declare it as binary.") from None
