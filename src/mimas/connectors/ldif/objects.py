"""LDIF records made into keys and entries: content records and change records."""

import base64
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from mimas.connectors.contract import Entry, EntryError, Schema
from mimas.connectors.ldif.records import Record, as_text, attribute_lines
from mimas.connectors.texts import as_key, reader
from mimas.schema import names
from mimas.schema.attributes import NAME, Attribute, Kind, ObjectType
from mimas.schema.values import Scalar, Values, many

_CLASS = re.compile(rb"\nobjectclass:(:?) *([^\n]*)")
_CHANGE = re.compile(rb"\nchangetype: *([^\n]*)")
_SECTION_END = re.compile(rb"\n-(?:\n|$)")


@dataclass(frozen=True, slots=True)
class Planned:
    """An attribute that is read, and what makes its text a value."""

    attribute: Attribute
    read: Callable[[str], Scalar] | None
    name: str
    plain: bool
    """A text is the value."""

    def value(self, raw: str | bytes, line: int) -> Scalar:
        """A value in the attribute's type. Raises `EntryError`."""
        if self.attribute.kind is Kind.BINARY:
            return base64.b64encode(raw.encode() if isinstance(raw, str) else raw).decode()
        try:
            text = raw if isinstance(raw, str) else raw.decode()
            if self.attribute.kind is Kind.REFERENCE:
                return as_key(text, self.name)
            return self.read(text) if self.read else text
        except UnicodeDecodeError:
            raise EntryError(
                "invalid-attribute-value",
                f"the record in line {line}: '{self.attribute.name}' is not UTF-8",
                "Configure the attribute as binary, or correct the file.",
            ) from None
        except EntryError as error:
            raise EntryError(error.code, f"the record in line {line}: {error.message}", error.advice) from None


class Plan(dict[str, Planned | None]):
    """The attributes of a type by any spelling; none for those that are not configured."""

    def __init__(self, attributes: Iterable[Attribute]) -> None:
        super().__init__()
        self._known = {attribute.name.lower(): attribute for attribute in attributes}

    def __missing__(self, name: str) -> Planned | None:
        lowered = name.lower()
        attribute = self._known.get(lowered) or self._known.get(lowered.removesuffix(";binary"))
        found = self[name] = _planned(attribute) if attribute else None
        return found


def _planned(attribute: Attribute) -> Planned:
    read = reader(attribute)
    return Planned(attribute, read, attribute.name, plain=read is None and attribute.kind is not Kind.BINARY)


@dataclass(slots=True)
class Modification:
    """What the sections of a modify record come to for each attribute, one after the other."""

    replaced: dict[str, list[Scalar]] = field(default_factory=dict)
    added: dict[str, list[Scalar]] = field(default_factory=dict)
    removed: dict[str, list[Scalar]] = field(default_factory=dict)

    def apply(self, operation: str, attribute: Attribute, values: list[Scalar]) -> None:
        """Put one section after those before it (RFC 4511 section 4.6)."""
        name = attribute.name
        if operation == "replace" or (operation == "delete" and not values):
            self.replaced[name] = values
            self.added.pop(name, None)
            self.removed.pop(name, None)
        elif name in self.replaced or not attribute.multivalued:
            old = self.replaced.get(name, [])
            kept = [value for value in old if value not in values]
            self.replaced[name] = kept + values if operation == "add" else kept
        else:
            into, out_of = (self.added, self.removed) if operation == "add" else (self.removed, self.added)
            into[name] = [value for value in into.get(name, []) if value not in values] + values
            out_of[name] = [value for value in out_of.get(name, []) if value not in values]


class Objects:
    """Makes keys and entries of records, by the configured object types."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._plans = {object_type.name: Plan(object_type.attributes.values()) for object_type in schema.values()}
        types = reversed(list(schema.values()))
        self._attributes = {name: attribute for one in types for name, attribute in one.attributes.items()}
        """Of any type, the first one first: a modify record does not say which type it is about."""
        self._anything = Plan(self._attributes.values())
        self._only = next(iter(schema)) if len(schema) == 1 else ""
        self._types: dict[tuple[tuple[bytes, bytes], ...], str | None] = {}

    def content(self, record: Record) -> tuple[str, str, str] | None:
        """``add``, the type and the key of a content record; none when it is of no configured type.

        Raises `EntryError`.
        """
        name, body = _named(record)
        lowered = body.lower()
        if b"\nchangetype:" in lowered:
            raise EntryError(
                "invalid-change-type",
                f"the record of {name} in line {record.line} is a change",
                "Set the file as 'changes', or name a file that lists the objects as 'path'.",
            )
        type_name = self._type(lowered, body)
        if type_name is None:
            return None
        return "add", type_name, self._key(self._schema[type_name], name, body, record.line)

    def change(self, record: Record) -> tuple[str, str, str] | None:
        """The kind of change, the type (empty: that which the object has) and the key of a change record.

        None when it adds an object of no configured type. Raises `EntryError`.
        """
        name, body = _named(record)
        lowered = body.lower()
        found = _CHANGE.search(lowered)
        if found is None:
            code, text = "missing-change-type", f"the record of {name} in line {record.line} has no changetype"
            raise EntryError(code, text, "A change file holds change records only (RFC 2849).")
        kind = found[1].decode(errors="replace").strip()
        if kind == "add":
            type_name = self._type(lowered, body)
            return None if type_name is None else (kind, type_name, names.key(name))
        return kind, self._only, names.key(name)

    def entry(self, record: Record, kind: str, type_name: str, key: str) -> Entry:
        """The entry of a record, as `content` or `change` told it. Raises `EntryError`."""
        return self._whole(record, type_name, key) if kind == "add" else self._partial(record, kind, type_name, key)

    def _whole(self, record: Record, type_name: str, key: str) -> Entry:
        name, body = _named(record)
        plan = self._plans[type_name]
        found: dict[str, list[Scalar]] = {}
        for spelling, raw in attribute_lines(body, record.line):
            planned = plan[spelling]
            if planned is None or not raw:
                continue
            value = raw if planned.plain and isinstance(raw, str) else planned.value(raw, record.line)
            if planned.name in found:
                found[planned.name].append(value)
            else:
                found[planned.name] = [value]
        values, references = _sorted_out(found, self._schema[type_name].attributes, record.line)
        values[NAME] = name
        return Entry(type_name, key, name, values, references)

    def _partial(self, record: Record, kind: str, type_name: str, key: str) -> Entry:
        name, body = _named(record)
        if kind != "modify":
            raise EntryError(
                "need-full-object",
                f"the record of {name} in line {record.line} has the change type '{kind}', which Mimas does not follow",
                "Run a full import: it shows the object under its new name.",
            )
        modification = self._modification(body, record.line)
        present = {attribute: values for attribute, values in modification.replaced.items() if values}
        values, references = _sorted_out(present, self._attributes, record.line)
        return Entry(
            type_name,
            key,
            name,
            values | {NAME: name},
            references,
            partial=True,
            cleared=frozenset(modification.replaced.keys() - present.keys()),
            added={attribute: list(many(values)) for attribute, values in modification.added.items() if values},
            removed={attribute: list(many(values)) for attribute, values in modification.removed.items() if values},
        )

    def _modification(self, body: bytes, line: int) -> Modification:
        modification = Modification()
        start = _CHANGE.search(body.lower())
        sections = _SECTION_END.split(body[start.end() if start else 0 :].strip(b"\n"))
        for section in sections:
            lines = attribute_lines(section, line)
            if not lines:
                continue
            operation, target = lines[0][0].lower(), str(lines[0][1])
            if operation not in ("add", "delete", "replace"):
                text = f"the record in line {line} has the modification '{operation}'"
                raise EntryError("invalid-modification-type", text, "Mimas knows add, delete and replace.")
            if any(spelling.lower() != target.lower() for spelling, _ in lines[1:]):
                text = f"the record in line {line} has values of another attribute under '{operation}: {target}'"
                raise EntryError("parse-error", text, "End each section with a line of a single '-'.")
            planned = self._anything[target]
            if planned is not None:
                values = [planned.value(raw, line) for _, raw in lines[1:] if raw]
                modification.apply(operation, planned.attribute, values)
        return modification

    def _type(self, lowered: bytes, body: bytes) -> str | None:
        classes = tuple(_CLASS.findall(lowered))
        if any(encoded for encoded, _ in classes):  # base64 is not to be lowered
            lines = attribute_lines(body, 0)
            texts = {as_text(value).strip().lower() for spelling, value in lines if spelling.lower() == "objectclass"}
        elif classes in self._types:
            return self._types[classes]
        else:
            texts = {value.strip().decode(errors="replace") for _, value in classes}
        found = next((name for name in self._schema if name.lower() in texts), None)
        self._types[classes] = found
        return found

    def _key(self, object_type: ObjectType, name: str, body: bytes, line: int) -> str:
        if not object_type.anchor:
            return names.key(name)
        plan = self._plans[object_type.name]
        wanted = {anchor.lower() for anchor in object_type.anchor}
        values: Values = {NAME: name}
        for spelling, raw in attribute_lines(body, line):
            if raw and spelling.lower() in wanted:
                planned = plan[spelling]
                attribute = planned.attribute.name if planned else spelling
                if attribute in values:
                    code, text = "multi-valued-anchor-component", f"{name} in line {line} has '{attribute}' twice"
                    raise EntryError(code, f"{text}, which is the anchor", "Leave one value.")
                values[attribute] = planned.value(raw, line) if planned else as_text(raw)
        key = object_type.key(values)
        if key is None:
            missing = next(anchor for anchor in object_type.anchor if anchor not in values)
            code, text = "missing-anchor-component", f"{name} in line {line} has no '{missing}', which is the anchor"
            raise EntryError(code, text, f"Give it a '{missing}', or choose another anchor.")
        return as_key(key, f"the anchor of {name} in line {line}")


def _named(record: Record) -> tuple[str, bytes]:
    """The name of a record, and its lines after that, beginning with a line feed. Raises `EntryError`."""
    head, _, _ = record.flat.partition(b"\n")
    body = record.flat[len(head) :]
    ((label, raw), *_) = attribute_lines(head, record.line)
    if label.lower() != NAME:
        shown = label[:40]
        raise EntryError(
            "missing-dn", f"the record in line {record.line} begins with '{shown}', not with its dn", "Add its dn."
        )
    name = as_text(raw).strip()
    if "=" not in name or "\0" in name:
        raise EntryError("invalid-dn", f"the record in line {record.line} has the dn '{name[:60]}'", "Correct its dn.")
    return name, body


def _sorted_out(
    found: Mapping[str, list[Scalar]], attributes: Mapping[str, Attribute], line: int
) -> tuple[Values, dict[str, list[str]]]:
    """Values and references. Raises `EntryError` for several values of a single-valued attribute."""
    values: Values = {}
    references: dict[str, list[str]] = {}
    for name, several in found.items():
        attribute = attributes[name]
        if len(several) > 1 and not attribute.multivalued:
            text = f"the record in line {line} has {len(several)} values of '{name}', which is single-valued"
            raise EntryError("multi-single-mismatch", text, "Configure it as multi-valued, or correct the file.")
        if attribute.kind is Kind.REFERENCE:
            references[name] = [str(value) for value in several]
        else:
            values[name] = many(several) if attribute.multivalued else several[0]
    return values, references
