"""Writing LDIF (RFC 2849): content and change records."""

import base64
from collections.abc import Iterable
from typing import Any

from mimas.connectors.named.values import generalized_time, truth
from mimas.connectors.named.writing import Renaming, Writer
from mimas.schema.attributes import NAME, Kind

HEAD = b"version: 1\n\n"
WIDTH = 76


def attribute_line(name: str, value: str) -> str:
    """One attribute, in base64 where it is no SAFE-STRING (RFC 2849 section 2), folded, with its line end."""
    if value.isascii() and value.isprintable() and value[:1] not in (" ", ":", "<") and value[-1:] != " ":
        line = f"{name}: {value}\n"
    else:
        line = f"{name}:: {base64.b64encode(value.encode()).decode()}\n"
    return line if len(line) <= WIDTH + 1 else _folded(line)


def _folded(line: str) -> str:
    text = line[:-1]
    rest = (text[start : start + WIDTH - 1] for start in range(WIDTH, len(text), WIDTH - 1))
    return "\n ".join((text[:WIDTH], *rest)) + "\n"


def _binary(name: str, value: Any) -> str:
    line = f"{name}:: {value}\n"
    return line if len(line) <= WIDTH + 1 else _folded(line)


def _boolean(name: str, value: Any) -> str:
    return f"{name}: {truth(value)}\n"


def _moment(name: str, value: Any) -> str:
    return attribute_line(name, generalized_time(value))


class LdifWriter(Writer):
    """Writes the records of one file; change records are those that ldapmodify takes."""

    kinds = {Kind.BINARY: _binary, Kind.BOOLEAN: _boolean, Kind.DATETIME: _moment}  # noqa: RUF012 - a ClassVar above
    listing_head = HEAD
    text = staticmethod(attribute_line)

    def content(self, name: str, values: Iterable[str]) -> str:
        """A content record."""
        return "".join((attribute_line(NAME, name), *values, "\n"))

    def add(self, name: str, values: Iterable[str]) -> str:
        """A record of the change type add."""
        return "".join((attribute_line(NAME, name), "changetype: add\n", *values, "\n"))

    def modify(self, name: str, parts: Iterable[str]) -> str:
        """A record of the change type modify."""
        return "".join((attribute_line(NAME, name), "changetype: modify\n", *parts, "\n"))

    def delete(self, name: str) -> str:
        """A record of the change type delete."""
        return f"{attribute_line(NAME, name)}changetype: delete\n\n"

    def rename(self, renaming: Renaming) -> str:
        """A record of the change type modrdn."""
        lines = [
            attribute_line(NAME, renaming.name),
            "changetype: modrdn\n",
            attribute_line("newrdn", renaming.rdn),
            "deleteoldrdn: 1\n",
        ]
        if renaming.above is not None:
            lines.append(attribute_line("newsuperior", renaming.above))
        return "".join((*lines, "\n"))

    def attribute(self, name: str, values: Iterable[Any]) -> str:
        """A line for each value."""
        text = self.special.get(name)
        return "".join([text(name, value) if text else attribute_line(name, str(value)) for value in values])

    def part(self, operation: str, name: str, values: Iterable[Any]) -> str:
        """A section of a modify record."""
        return f"{operation}: {name}\n{self.attribute(name, values)}-\n"
