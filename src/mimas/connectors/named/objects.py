"""Records made into keys and entries, by the configured object types."""

from collections.abc import Iterable, Mapping
from typing import Generic, Protocol, TypeAlias, TypeVar

from mimas.connectors.contract import Entry, EntryError, Schema
from mimas.connectors.named.modification import Part, modification
from mimas.connectors.named.values import Line, Plan, as_text
from mimas.connectors.texts import as_key
from mimas.schema.attributes import NAME, Attribute, Kind, ObjectType
from mimas.schema.values import Scalar, Values, many


class Record(Protocol):
    """One record of a file."""

    @property
    def raw(self) -> bytes:
        """What it says; the same when nothing has changed."""

    @property
    def line(self) -> int:
        """The line it begins in."""

    @property
    def cut(self) -> bool:
        """The reading ends with it, and not well: what should follow is not there."""


RecordT = TypeVar("RecordT", bound=Record)
Told: TypeAlias = tuple[str, str, str]
"""The kind of change, the type (empty: that which the object has) and the key of a record."""


class Objects(Generic[RecordT]):
    """Makes keys and entries of records."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self._plans = {object_type.name: Plan(object_type.attributes.values()) for object_type in schema.values()}
        types = reversed(list(schema.values()))
        self._attributes = {name: attribute for one in types for name, attribute in one.attributes.items()}
        """Of any type, the first one first: a record that modifies does not say which type it is about."""
        self._anything = Plan(self._attributes.values())
        self.only = next(iter(schema)) if len(schema) == 1 else ""
        """The type of every object, where there is one only."""

    def content(self, record: RecordT) -> Told | None:
        """``add``, the type and the key of a record of a listing; none when it is of no configured type.

        Raises `EntryError`.
        """
        raise NotImplementedError

    def change(self, record: RecordT) -> Told | None:
        """The kind of change, the type and the key of a record of a change file.

        None when it adds an object of no configured type. Raises `EntryError`.
        """
        raise NotImplementedError

    def entry(self, record: RecordT, kind: str, type_name: str, key: str) -> Entry:
        """The entry of a record, as `content` or `change` told it. Raises `EntryError`."""
        raise NotImplementedError

    def of_classes(self, classes: Iterable[str]) -> str | None:
        """The first configured type that is among some object classes."""
        lowered = {one.strip().lower() for one in classes}
        return next((name for name in self.schema if name.lower() in lowered), None)

    def whole(self, type_name: str, key: str, name: str, lines: Iterable[Line], line: int) -> Entry:
        """An object that is shown as a whole. Raises `EntryError`."""
        plan = self._plans[type_name]
        found: dict[str, list[Scalar]] = {}
        for spelling, raw in lines:
            planned = plan[spelling]
            if planned is None or not raw:
                continue
            value = raw if planned.plain and isinstance(raw, str) else planned.value(raw, line)
            if planned.name in found:
                found[planned.name].append(value)
            else:
                found[planned.name] = [value]
        values, references = _sorted_out(found, self.schema[type_name].attributes, line)
        values[NAME] = name
        return Entry(type_name, key, name, values, references)

    def partial(self, type_name: str, key: str, name: str, parts: Iterable[Part], line: int) -> Entry:
        """An object of which only changes are shown. Raises `EntryError`."""
        changed = modification(parts, self._anything, line)
        present = {attribute: values for attribute, values in changed.replaced.items() if values}
        values, references = _sorted_out(present, self._attributes, line)
        return Entry(
            type_name,
            key,
            name,
            values | {NAME: name},
            references,
            partial=True,
            cleared=frozenset(changed.replaced.keys() - present.keys()),
            added={attribute: list(many(values)) for attribute, values in changed.added.items() if values},
            removed={attribute: list(many(values)) for attribute, values in changed.removed.items() if values},
        )

    def key(self, object_type: ObjectType, name: str, lines: Iterable[Line], line: int) -> str:
        """The key of an object whose type has an anchor. Raises `EntryError`."""
        plan = self._plans[object_type.name]
        wanted = {anchor.lower() for anchor in object_type.anchor}
        values: Values = {NAME: name}
        for spelling, raw in lines:
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


def checked_name(text: str, line: int) -> str:
    """The name of the record in a line, without blanks around it. Raises `EntryError`."""
    name = text.strip()
    if "=" not in name or "\0" in name:
        raise EntryError("invalid-dn", f"the record in line {line} has the dn '{name[:60]}'", "Correct its dn.")
    return name


def unfollowed(name: str, kind: str, line: int) -> EntryError:
    """A change that only a listing can tell the outcome of."""
    return EntryError(
        "need-full-object",
        f"the record of {name} in line {line} has the change type '{kind}', which Mimas does not follow",
        "Run a full import: it shows the object under its new name.",
    )


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
