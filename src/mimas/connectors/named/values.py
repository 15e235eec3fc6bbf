"""Values of such files: as they are read, by the attribute that is configured, and as they are written."""

import base64
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

from mimas.connectors.contract import EntryError
from mimas.connectors.texts import as_key, reader
from mimas.schema.attributes import Attribute, Kind
from mimas.schema.values import Scalar

Line: TypeAlias = tuple[str, str | bytes]
"""An attribute's name as it was written, and a value; bytes where it was base64."""


def as_text(value: str | bytes) -> str:
    """A value that should be text; what is not UTF-8 in it is replaced."""
    return value if isinstance(value, str) else value.decode(errors="replace")


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


def truth(value: Any) -> str:
    """A boolean as directories write it (RFC 4517 section 3.3.3)."""
    return "TRUE" if value else "FALSE"


def generalized_time(value: Any) -> str:
    """An instant as directories write it (RFC 4517 section 3.3.13); a day without a time stays as it is."""
    text = str(value)
    return text if len(text) == 10 else text.translate(_COMPACT)


_COMPACT = str.maketrans("", "", "-:T")
