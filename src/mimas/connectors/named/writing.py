"""Writing such files: every object, or what has changed of some."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, BinaryIO, ClassVar, NamedTuple

from mimas.connectors.contract import Change, Export, Operation, Result, Schema
from mimas.connectors.files import new_values
from mimas.schema import names
from mimas.schema.attributes import NAME, Kind


class Renaming(NamedTuple):
    """A rename or a move (RFC 4511 section 4.9)."""

    name: str
    rdn: str
    above: str | None
    """The new container; none where it stays the same."""


class Writer(ABC):
    """Writes the records of one file."""

    kinds: ClassVar[Mapping[Kind, Callable[[str, Any], str]]]
    """How a value of a kind is written that is no plain text: from the attribute's name and the value."""
    listing_head: ClassVar[bytes]
    listing_tail: ClassVar[bytes] = b""

    def __init__(self, schema: Schema) -> None:
        attributes = [attribute for one in schema.values() for attribute in one.attributes.values()]
        self.special = {one.name: text for one in attributes if (text := self.kinds.get(one.kind)) is not None}
        self._no_text = {NAME, *self.special}
        self._several = {one.name for one in attributes if one.multivalued}
        self._anchors = {one.name: one.anchor for one in schema.values()}

    def listing(self, out: BinaryIO, exports: Iterable[Export]) -> Iterator[Result]:
        """Every object in the given order."""
        out.write(self.listing_head)
        for export in exports:
            yield self._write(out, export, self._content)
        out.write(self.listing_tail)

    def changes(self, out: BinaryIO, exports: Iterable[Export]) -> Iterator[Result]:
        """A record for each object, two when it is renamed and changed."""
        for export in exports:
            yield self._write(out, export, self._change)

    @abstractmethod
    def content(self, name: str, values: Iterable[str]) -> str:
        """An object, with its attributes as `attribute` writes them. Raises ``UnicodeEncodeError``."""

    @abstractmethod
    def add(self, name: str, values: Iterable[str]) -> str:
        """One that is to be made."""

    @abstractmethod
    def modify(self, name: str, parts: Iterable[str]) -> str:
        """One that is to be changed."""

    @abstractmethod
    def delete(self, name: str) -> str:
        """One that is to go."""

    @abstractmethod
    def rename(self, renaming: Renaming) -> str:
        """One that is to be called otherwise."""

    @abstractmethod
    def attribute(self, name: str, values: Iterable[Any]) -> str:
        """An attribute with its values. Raises ``UnicodeEncodeError``."""

    @abstractmethod
    def text(self, name: str, value: str) -> str:
        """An attribute with one value, which is ASCII."""

    @abstractmethod
    def part(self, operation: str, name: str, values: Iterable[Any]) -> str:
        """What is changed of an attribute. Raises ``UnicodeEncodeError``."""

    def _write(self, out: BinaryIO, export: Export, make: Callable[[Export, list[str]], str]) -> Result:
        if not export.name or "=" not in export.name:
            text = f"{export.type} {export.anchor or export.id} has no distinguished name and was not written"
            return Result(export.id, "invalid-dn", text, "Let a rule flow a name to 'dn'.")
        for anchor in self._anchors.get(export.type, ()):
            if "\0" in str(export.values.get(anchor, "")):  # nobody could read it again
                text = f"{export.name} has a NUL character in '{anchor}', which is its anchor, and was not written"
                return Result(export.id, "invalid-attribute-value", text, "Correct the rule that makes the value.")
        faults: list[str] = []
        try:
            record = make(export, faults).encode()
        except UnicodeEncodeError:
            return Result(export.id, "invalid-dn", f"the name of {export.type} {export.id} cannot be written as text")
        out.write(record)
        if not faults:
            return Result(export.id)
        message = f"{export.name}: {'; '.join(faults)}; the rest was written"
        return Result(export.id, "invalid-attribute-value", message, "Change the value.")

    def _content(self, export: Export, faults: list[str]) -> str:
        return self.content(export.name or "", self._attributes(export, faults))

    def _change(self, export: Export, faults: list[str]) -> str:
        name = export.name or ""
        if export.operation is Operation.ADD:
            return self.add(name, self._attributes(export, faults))
        if export.operation is Operation.DELETE:
            return self.delete(name)
        renamed = self.rename(_renaming(name, export.new_name)) if export.new_name else ""
        parts = self._parts(export, faults)
        return renamed + (self.modify(export.new_name or name, parts) if parts else "")

    def _attributes(self, export: Export, faults: list[str]) -> list[str]:
        values = new_values(export)
        found: list[str] = []
        if not any(name.lower() == "objectclass" for name in values):
            # What tells the type apart when it is read again.
            found.append(self.attribute("objectClass", (export.type,)))
        for name, value in values.items():
            if isinstance(value, str) and value.isascii() and value and name not in self._no_text:
                found.append(self.text(name, value))  # most values, without a call more than needed
            elif name != NAME:
                several = [one for one in value if one != ""] if isinstance(value, list) else (value,)
                if several and several != ("",):
                    _try(found, faults, name, self.attribute, name, several)
        return found

    def _parts(self, export: Export, faults: list[str]) -> list[str]:
        found: list[str] = []
        for name, change in export.changes.items():
            if name != NAME:
                for operation, values in _operations(change, several=name in self._several):
                    written = [value for value in values if value != ""]
                    _try(found, faults, name, self.part, operation, name, written)
        return found


def _try(found: list[str], faults: list[str], name: str, write: Callable[..., str], *of: Any) -> None:
    try:
        found.append(write(*of))
    except UnicodeEncodeError:
        faults.append(f"a value of '{name}' is not valid Unicode")


def _operations(change: Change, *, several: bool) -> Iterator[tuple[str, Iterable[Any]]]:
    """Several values are changed one by one; a single one is replaced, whatever the system has by now."""
    if not several or not (change.added or change.removed):
        yield "replace", change.values
        return
    if change.removed:
        yield "delete", change.removed
    if change.added:
        yield "add", change.added


def _renaming(name: str, new_name: str) -> Renaming:
    above = names.parent(new_name)
    moved = names.key(above) != names.key(names.parent(name))
    return Renaming(name, names.split(new_name)[0], above if moved else None)
