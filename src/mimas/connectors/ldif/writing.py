"""Writing LDIF (RFC 2849): content and change records."""

import base64
from collections.abc import Callable, Iterable, Iterator
from typing import Any, BinaryIO, TypeAlias

from mimas.connectors.contract import Change, Export, Operation, Result, Schema
from mimas.connectors.files import new_values
from mimas.schema import names
from mimas.schema.attributes import NAME, Kind

HEAD = b"version: 1\n\n"
WIDTH = 76

Lines: TypeAlias = list[str]


class Writer:
    """Writes the records of one file."""

    def __init__(self, schema: Schema) -> None:
        attributes = [attribute for one in schema.values() for attribute in one.attributes.values()]
        self._texts = {one.name: text for one in attributes if (text := _TEXTS.get(one.kind)) is not None}
        self._special = {NAME, *self._texts}
        self._several = {one.name for one in attributes if one.multivalued}
        self._anchors = {one.name: one.anchor for one in schema.values()}

    def listing(self, out: BinaryIO, exports: Iterable[Export]) -> Iterator[Result]:
        """A content record for each object, in the given order."""
        out.write(HEAD)
        for export in exports:
            yield self._write(out, export, self._content)

    def changes(self, out: BinaryIO, exports: Iterable[Export]) -> Iterator[Result]:
        """Change records, as ldapmodify takes them: one for each object, two when it is renamed and changed."""
        for export in exports:
            yield self._write(out, export, self._change)

    def _write(self, out: BinaryIO, export: Export, make: Callable[[Export, list[str]], Lines]) -> Result:
        if not export.name or "=" not in export.name:
            text = f"{export.type} {export.anchor or export.id} has no distinguished name and was not written"
            return Result(export.id, "invalid-dn", text, "Let a rule flow a name to 'dn'.")
        for anchor in self._anchors.get(export.type, ()):
            if "\0" in str(export.values.get(anchor, "")):  # nobody could read it again
                text = f"{export.name} has a NUL character in '{anchor}', which is its anchor, and was not written"
                return Result(export.id, "invalid-attribute-value", text, "Correct the rule that makes the value.")
        faults: list[str] = []
        try:
            lines = make(export, faults)
        except UnicodeEncodeError:
            return Result(export.id, "invalid-dn", f"the name of {export.type} {export.id} is not valid Unicode")
        lines.append("\n")
        out.write("\n".join(lines).encode("ascii"))
        if not faults:
            return Result(export.id)
        message = f"{export.name}: {'; '.join(faults)}; the rest was written"
        return Result(export.id, "invalid-attribute-value", message, "Change the value.")

    def _content(self, export: Export, faults: list[str]) -> Lines:
        lines = [attribute_line(NAME, export.name or "")]
        self._attributes(lines, export, faults)
        return lines

    def _change(self, export: Export, faults: list[str]) -> Lines:
        name = export.name or ""
        lines = [attribute_line(NAME, name), f"changetype: {export.operation.value}"]
        if export.operation is Operation.ADD:
            self._attributes(lines, export, faults)
        elif export.operation is Operation.UPDATE:
            lines = _renaming(name, export.new_name) if export.new_name else []
            sections = self._sections(export, faults)
            if sections:
                lines += [""] if lines else []
                lines += [attribute_line(NAME, export.new_name or name), "changetype: modify", *sections]
        return lines

    def _attributes(self, lines: Lines, export: Export, faults: list[str]) -> None:
        values = new_values(export)
        if not any(name.lower() == "objectclass" for name in values):
            lines.append(f"objectClass: {export.type}")  # what tells the type apart when it is read again
        for name, value in values.items():
            if isinstance(value, str) and value.isascii() and value and name not in self._special:
                lines.append(attribute_line(name, value))  # most values, without a call more than needed
            elif name != NAME:
                lines += self._values(name, value if isinstance(value, list) else (value,), faults)

    def _sections(self, export: Export, faults: list[str]) -> Lines:
        lines: Lines = []
        for name, change in export.changes.items():
            if name != NAME:
                for operation, values in _operations(change, several=name in self._several):
                    lines += [f"{operation}: {name}", *self._values(name, values, faults), "-"]
        return lines

    def _values(self, name: str, values: Iterable[Any], faults: list[str]) -> Lines:
        text = self._texts.get(name)
        try:
            return [text(name, value) if text else attribute_line(name, str(value)) for value in values if value != ""]
        except UnicodeEncodeError:
            faults.append(f"a value of '{name}' is not valid Unicode")
            return []


def attribute_line(name: str, value: str) -> str:
    """One attribute, in base64 where it is no SAFE-STRING (RFC 2849 section 2), folded."""
    if value.isascii() and value.isprintable() and value[:1] not in (" ", ":", "<") and value[-1:] != " ":
        line = f"{name}: {value}"
    else:
        line = f"{name}:: {base64.b64encode(value.encode()).decode()}"
    return line if len(line) <= WIDTH else _folded(line)


def _folded(line: str) -> str:
    rest = (line[start : start + WIDTH - 1] for start in range(WIDTH, len(line), WIDTH - 1))
    return "\n ".join((line[:WIDTH], *rest))


def _operations(change: Change, *, several: bool) -> Iterator[tuple[str, Iterable[Any]]]:
    """Several values are changed one by one; a single one is replaced, whatever the system has by now."""
    if not several or not (change.added or change.removed):
        yield "replace", change.values
        return
    if change.removed:
        yield "delete", change.removed
    if change.added:
        yield "add", change.added


def _renaming(name: str, new_name: str) -> Lines:
    above = names.parent(new_name)
    lines = [
        attribute_line(NAME, name),
        "changetype: modrdn",
        attribute_line("newrdn", names.split(new_name)[0]),
        "deleteoldrdn: 1",
    ]
    if names.key(above) != names.key(names.parent(name)):
        lines.append(attribute_line("newsuperior", above))
    return lines


def _binary(name: str, value: Any) -> str:
    line = f"{name}:: {value}"
    return line if len(line) <= WIDTH else _folded(line)


def _boolean(name: str, value: Any) -> str:
    return f"{name}: {'TRUE' if value else 'FALSE'}"


def _moment(name: str, value: Any) -> str:
    """Generalized time (RFC 4517 section 3.3.13); a day without a time stays as it is."""
    text = str(value)
    return attribute_line(name, text if len(text) == 10 else text.translate(_COMPACT))


_COMPACT = str.maketrans("", "", "-:T")
_TEXTS: dict[Kind, Callable[[str, Any], str]] = {
    Kind.BINARY: _binary,
    Kind.BOOLEAN: _boolean,
    Kind.DATETIME: _moment,
}
