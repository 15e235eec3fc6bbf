"""A field of a form: how an attribute is asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from enum import StrEnum
from hashlib import sha256

import msgspec

from mimas.schema.attributes import Attribute, Kind
from mimas.schema.values import Scalar
from mimas.workflows.changes import label


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
    def mark(self) -> str:
        """What stands for what the field held when it was shown: who sends it back has changed what differs."""
        return marked(self.texts)


def marked(texts: Sequence[str]) -> str:
    """A short word for some texts."""
    return sha256(msgspec.json.encode(list(texts))).hexdigest()[:16]


def field(attribute: Attribute, values: Sequence[Scalar], language: str, **more: object) -> Field:
    """The field of an attribute with some values."""
    texts = [] if attribute.secret else [_text(value) for value in values]
    return Field(attribute, label(attribute.name, attribute, language), texts, **more)  # type: ignore[arg-type]


def _text(value: Scalar) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
