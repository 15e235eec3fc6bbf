"""An attribute that is bound to a type of the portal's schema, as an ObjectType document has it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mimas.language.errors import FlowError
from mimas.language.regexes import pattern
from mimas.migrate.drafts import Noted
from mimas.migrate.elements import Outcome, printable
from mimas.migrate.service import localised
from mimas.migrate.service.objects import Exported, line, settle
from mimas.schema.attributes import Kind

_TYPES = {
    "string": Kind.STRING,
    "text": Kind.STRING,
    "integer": Kind.INTEGER,
    "boolean": Kind.BOOLEAN,
    "datetime": Kind.DATETIME,
    "reference": Kind.REFERENCE,
    "binary": Kind.BINARY,
}
BOOKKEEPING = frozenset(
    {
        *("DeletedTime", "DetectedRulesList", "ExpectedRulesList", "MVObjectID", "ObjectID", "ObjectType"),
        "ResourceTime",
    }
)
"""Attributes of every resource of the Service that hold nothing here, or that every resource has anyway."""
_GIVEN = frozenset({"CreatedTime", "Creator"})
"""What Mimas gives every resource that is made: nobody has to."""
_KNOWN = _GIVEN | {"ExpirationTime", "Locale"}
"""What every type has, and nobody needs to be told of each time."""
_LIMITS = {"IntegerMinimum": "minimum", "IntegerMaximum": "maximum"}
_FLAGS = ("multivalued", "indexed", "secret", "required")
_OWN = "the Service's own bookkeeping"
_OF_ATTRIBUTE = "an attribute has the keywords that it has in any type"
_IDLE = ("only texts have a pattern", "only whole numbers have a range")
_LEFT = "Mimas has no use for this attribute of every resource"


@dataclass(frozen=True, slots=True, eq=False)
class Binding:
    """An attribute of a type: the binding, and what is bound."""

    binding: Exported
    attribute: Exported

    @property
    def name(self) -> str:
        """What the attribute is called."""
        return self.attribute.text("Name")

    @property
    def kind(self) -> Kind:
        """The type of its values; text where it is not known."""
        return _TYPES.get(self.attribute.text("DataType").lower(), Kind.STRING)

    @property
    def multivalued(self) -> bool:
        """Whether it holds several values."""
        return self.attribute.is_true("Multivalued")

    def form(self, *, indexed: bool = False, given: Mapping[str, Any] | None = None, notes: Iterable[str] = ()) -> Any:
        """As it stands in an ObjectType, with a comment. ``given``: the long form of another product, which stays."""
        body: dict[str, Any] = dict(given or {"type": str(self.kind), "multivalued": self.multivalued})
        if indexed:
            body["indexed"] = True
        if self.binding.is_true("Required") and self.name not in _GIVEN:
            body["required"] = True
        limits, refused = self._limits(Kind(body["type"]))
        body |= limits
        if labels := self._labels():
            body["label"] = labels.get("en", "") if list(labels) == ["en"] else labels
        note = "\n".join(filter(None, [*notes, self._description(), *refused]))
        short = _short(body)
        return Noted(short, note) if note else short

    def settle(self, *, written: bool) -> None:
        """Say what became of what the two objects hold."""
        outcome, note = (Outcome.CARRIED, "") if written else (Outcome.NOT_APPLICABLE, _LEFT)
        for one in (self.binding, self.attribute):
            if one.element.outcome is not Outcome.UNKNOWN:
                continue  # an attribute is bound to many types
            for name in ("StringRegex", *_LIMITS):
                refused = dict(self._refused()).get(name)
                if written and refused and one.text(name):
                    # What MIM itself held nobody to needs nobody.
                    one.mark(name, Outcome.NOT_APPLICABLE if refused in _IDLE else Outcome.PERSON, refused)
            if one is self.attribute and written and self.attribute.text("DataType").lower() not in _TYPES:
                why = f"the type {line(self.attribute.text('DataType'))} is not known: it is text now"
                one.mark("DataType", Outcome.DIFFERENT, why)
            for name in _SAID[one.kind]:
                one.mark(name, outcome, note)
            settle_schema(one, outcome, note)

    def _value(self, name: str) -> str:
        return self.binding.text(name) or self.attribute.text(name)

    def _limits(self, kind: Kind) -> tuple[dict[str, Any], list[str]]:
        """What values are held to, and in words what they cannot be held to."""
        refused = dict(self._refused(kind))
        found: dict[str, Any] = {}
        if (text := self._value("StringRegex")) and "StringRegex" not in refused:
            found["pattern"] = text
        for name, key in _LIMITS.items():
            if (text := self._value(name)) and name not in refused:
                found[key] = int(text)
        return found, [
            f"In the portal: {name} {printable(self._value(name))}, but {why}." for name, why in refused.items()
        ]

    def _refused(self, kind: Kind | None = None) -> Iterator[tuple[str, str]]:
        """The limits that an attribute cannot have here, and why not."""
        kind = kind or self.kind
        if text := self._value("StringRegex"):
            if kind is not Kind.STRING:
                yield "StringRegex", _IDLE[0]
            else:
                try:
                    pattern(text)
                except FlowError as error:
                    yield "StringRegex", f"{error}".rstrip(".")
        for name in _LIMITS:
            if (text := self._value(name)) and (kind is not Kind.INTEGER or not _is_number(text)):
                yield name, _IDLE[1]

    def _labels(self) -> dict[str, str]:
        said = line(self._value("DisplayName"))
        others = {**localised.texts(self.attribute, "DisplayName"), **localised.texts(self.binding, "DisplayName")}
        if said and (said != self.name or others):
            others.setdefault("en", said)
        return dict(sorted(others.items()))

    def _description(self) -> str:
        said = printable(" ".join(self._value("Description").split())) if self.name not in _KNOWN else ""
        return "" if said in (self.name, line(self._value("DisplayName"))) else said


_COMMON = ("DisplayName", "Description", "StringRegex", *_LIMITS)
_SAID = {
    "BindingDescription": ("BoundObjectType", "BoundAttributeType", "Required", *_COMMON),
    "AttributeTypeDescription": ("Name", "DataType", "Multivalued", *_COMMON),
}


def settle_schema(one: Exported, outcome: Outcome = Outcome.CARRIED, note: str = "") -> None:
    """Say what became of the rest of a part of the schema."""
    said = _OF_ATTRIBUTE if one.kind == "AttributeTypeDescription" else ""
    one.mark("UsageKeyword", Outcome.DIFFERENT if said and outcome is Outcome.CARRIED else outcome, note or said)
    for name in (*BOOKKEEPING, "CreatedTime", "Creator", "Localizable"):
        one.mark(name, Outcome.NOT_APPLICABLE, _OWN)
    settle(one.element, outcome, note)


def _short(body: Mapping[str, Any]) -> Any:
    """In one line, where nothing but words follow the type."""
    wordy = {"type", "to", *_FLAGS}
    if any(value and key not in wordy for key, value in body.items()):
        return {key: value for key, value in body.items() if value is not False and value not in ("", None)}
    type_ = f"{body['type']} to {body['to']}" if body.get("to") else str(body["type"])
    return ", ".join([type_, *(flag for flag in _FLAGS if body.get(flag))])


def _is_number(text: str) -> bool:
    return text.removeprefix("-").isdecimal() and len(text) < 19
