"""The connector of files of attribute-value pairs."""

from collections import Counter
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path

from mimas.connectors import encodings
from mimas.connectors.avp.layout import BETWEEN, AvpLayout, require_names
from mimas.connectors.avp.writing import AvpWriter
from mimas.connectors.contract import ConnectorError, EntryError, Schema
from mimas.connectors.delimited.connector import RowConnector
from mimas.connectors.delimited.keys import Keyer
from mimas.connectors.delimited.records import ROWS, Batch, problem
from mimas.connectors.delimited.settings import RowSettings
from mimas.connectors.delimited.writing import Writer
from mimas.connectors.files import opened
from mimas.schema.attributes import Attribute, ObjectType


class AvpSettings(RowSettings):
    """A file with a line ``name: value`` for each value, and an empty line behind each object."""


class AvpConnector(RowConnector[AvpSettings, AvpLayout]):
    """A file of attribute-value pairs (MIM's management agent of this name).

    Several lines of a name are several values. The first attribute of a record begins the next one when it comes again,
    if it has one value only; so files without empty lines are read too. Names are the same in any case; what is not
    configured is ignored.
    """

    kind = "avp"
    summary = "Text files of attribute-value pairs: listings and change files"
    model = AvpSettings

    def discover(self) -> Schema:
        """One type with every attribute of the first records as text, known by the first attribute.

        It needs empty lines between the records.
        """
        path = self.located("path" if self.settings.path else "changes")
        with opened(path, self.name) as file:
            lines, encoding = encodings.lines(file, self.settings.encoding, path)
            found = self._found(lines, AvpLayout(path, (), encoding, 1, 0, BETWEEN, frozenset(), ()))
        if not found:
            raise ConnectorError(f"{path} is empty.", "Have a file delivered that has objects.")
        known = next(iter(self.schema.values()), ObjectType("record", {}, tuple(list(found)[:1])))
        return {known.name: ObjectType(known.name, found, known.anchor)}

    def begin(self, lines: Iterator[bytes], path: Path, encoding: str) -> tuple[AvpLayout | None, Iterator[bytes]]:
        """The layout, by the configured type."""
        first = list(islice(lines, 1))
        if not first:
            return None, lines
        several = {name.lower() for name, one in self.type.attributes.items() if one.multivalued}
        single = frozenset(column.lower() for column in self._columns) - several
        anchor = self.type.anchor
        layout = AvpLayout(path, self._columns, encoding, 1, self.salt, BETWEEN, single, anchor)
        return layout, chain(first, lines)

    def batches(self, lines: Iterator[bytes], layout: AvpLayout) -> Iterator[Batch]:
        """The records, some at a time. One that the end of the file cuts off may go on."""
        found = layout.records(lines)
        while chunk := list(islice(found, ROWS)):
            starts = [start for start, _ in chunk]
            batch = Batch([record for _, record in chunk], starts)
            if not batch.records[-1].endswith(b"\n"):
                last = starts.pop() + batch.records.pop().count(b"\n")
                batch.cut = f"the file ends in the middle of line {last}"
                advice = "Have the file delivered again, whole. If it is whole, end its last line with a line end."
                error = EntryError("parse-error", f"{batch.cut}: it was cut off", advice)
                batch.problems.append(problem(layout, last, error))
            yield batch

    def keyer(self, layout: AvpLayout, object_type: ObjectType) -> Keyer:
        """One that takes the keys record by record."""
        return Keyer(layout, object_type)

    def alike(self, layout: AvpLayout, lines: Iterator[bytes], writer: Writer) -> bool:  # noqa: ARG002
        """Always: each record names its attributes."""
        return True

    def writer(self, object_type: ObjectType) -> AvpWriter:
        """One that writes the anchor first, behind the kind of change. Raises `ConnectorError`."""
        require_names(object_type, f"a file of connector {self.name}")
        return AvpWriter(object_type, self.settings, self._columns)

    @property
    def _columns(self) -> tuple[str, ...]:
        names = (self.settings.change_type, *self.type.anchor, *self.type.attributes)
        return tuple(dict.fromkeys(names))

    def _found(self, lines: Iterator[bytes], layout: AvpLayout) -> dict[str, Attribute]:
        """The attributes of the first records. Raises `ConnectorError`."""
        found: dict[str, Attribute] = {}
        spellings: dict[str, str] = {}
        for start, record in islice(layout.records(lines), ROWS):
            try:
                pairs = list(layout.pairs(record, start))
            except EntryError as error:
                raise ConnectorError(f"{layout.path}: {error.message}.", error.advice) from None
            counted = Counter(name.lower() for name, _ in pairs)
            for name, _ in pairs:
                known = spellings.setdefault(name.lower(), name)
                if known != self.settings.change_type:
                    several = counted[name.lower()] > 1 or (known in found and found[known].multivalued)
                    found[known] = Attribute(known, multivalued=several)
        return found
