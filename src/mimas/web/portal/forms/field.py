"""A field of a form: how an attribute is asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from enum import StrEnum

import msgspec

from mimas.schema.attributes import Attribute, Kind
from mimas.schema.values import Scalar
from mimas.web.portal.labels import label


class Control(StrEnum):
    """What somebody fills in."""

    TEXT = "text"
    LINES = "lines"
    """Several texts, one a line."""
    NUMBER = "number"
    TRUTH = "truth"
    DATE = "date"
    REFERENCE = "reference"
    SECRET = "secret"  # noqa: S105 - a control, not what is filled in


@dataclass(frozen=True, slots=True)
class Field:
    """One field, with what stands in it as text. Of references the texts are ids, and ``names`` says who they are."""

    attribute: Attribute
    label: str
    texts: Sequence[str] = ()
    kept: Sequence[str] = ()
    """What the resource has."""
    names: Mapping[str, str] = dataclass_field(default_factory=dict)
    owner: str = ""
    """The sync rule that gives the value, so that nobody writes it here."""
    problem: str = ""

    @property
    def name(self) -> str:
        """Under which the browser sends it."""
        return self.attribute.name

    @property
    def control(self) -> Control:
        """What somebody fills in."""
        attribute = self.attribute
        if attribute.secret:
            return Control.SECRET
        match attribute.kind:
            case Kind.REFERENCE:
                return Control.REFERENCE
            case Kind.BOOLEAN if not attribute.multivalued:
                return Control.TRUTH
            case Kind.INTEGER if not attribute.multivalued:
                return Control.NUMBER
            case Kind.DATETIME if not attribute.multivalued:
                return Control.DATE
        return Control.LINES if attribute.multivalued or attribute.structured else Control.TEXT

    @property
    def was(self) -> str:
        """What the resource has, for when the form comes back: what differs then is what somebody has changed."""
        return msgspec.json.encode(list(self.kept)).decode()


def field(
    attribute: Attribute, values: Sequence[Scalar], language: str, names: Mapping[str, str] | None = None
) -> Field:
    """The field of an attribute with some values."""
    texts = [] if attribute.secret else [_text(value) for value in values]
    return Field(attribute, label(attribute.name, attribute, language), texts, texts, names or {})


def _text(value: Scalar) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
