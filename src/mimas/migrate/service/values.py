"""Values of an export as documents hold them."""

import re
from datetime import UTC, datetime

from mimas.migrate.service.markup import laid_out
from mimas.schema.attributes import Kind

_FORMS = ("%m/%d/%Y %I:%M:%S %p", "%Y-%m-%dT%H:%M:%S.%f", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d")
_INTEGER = re.compile(r"-?[0-9]{1,18}")


class UnreadableError(Exception):
    """A value that cannot be written; the message says why. ``harmless``: nobody has to do anything about it."""

    def __init__(self, message: str, *, harmless: bool = False) -> None:
        super().__init__(message)
        self.harmless = harmless


def value(kind: Kind, text: str) -> str | int | bool:
    """A value of this type, but for references. Times without a zone are UTC. Raises `UnreadableError`."""
    if kind is Kind.BOOLEAN:
        if text.lower() not in ("true", "false", "1", "0"):
            raise UnreadableError("it is neither true nor false")
        return text.lower() in ("true", "1")
    if kind is Kind.INTEGER:
        if not _INTEGER.fullmatch(text):
            raise UnreadableError("it is no whole number")
        return int(text)
    return _instant(text) if kind is Kind.DATETIME else laid_out(text) if kind is Kind.STRING else text


def _instant(text: str) -> str:
    """A time. Export-FIMConfig writes those of the Service, and ConvertFrom-FIMResource those of the United States."""
    for form in _FORMS:
        try:
            found = datetime.strptime(text.removesuffix("Z"), form).replace(tzinfo=UTC)
        except ValueError:
            continue
        return found.isoformat(timespec="seconds").replace("+00:00", "Z")
    raise UnreadableError("it is no time in a form that is known")
