"""LDIF records made into keys and entries: content records and change records.

The type and the name of a record are found in its bytes; only an entry takes it apart.
"""

import re
from collections.abc import Iterator

from mimas.connectors.contract import Entry, EntryError, Schema
from mimas.connectors.ldif.records import Record, attribute_lines
from mimas.connectors.named.modification import Part
from mimas.connectors.named.objects import Objects, Told, checked_name, unfollowed
from mimas.connectors.named.values import as_text
from mimas.schema import names
from mimas.schema.attributes import NAME

_CLASS = re.compile(rb"\nobjectclass:(:?) *([^\n]*)")
_CHANGE = re.compile(rb"\nchangetype: *([^\n]*)")
_SECTION_END = re.compile(rb"\n-(?:\n|$)")


class LdifObjects(Objects[Record]):
    """Makes keys and entries of LDIF records."""

    def __init__(self, schema: Schema) -> None:
        super().__init__(schema)
        self._types: dict[tuple[tuple[bytes, bytes], ...], str | None] = {}

    def content(self, record: Record) -> Told | None:
        """Of a content record. Raises `EntryError`."""
        _whole(record)
        name, body = _named(record)
        lowered = body.lower()
        if b"\nchangetype:" in lowered:
            raise EntryError(
                "invalid-change-type",
                f"the record of {name} in line {record.line} is a change",
                "Set the file as 'changes', or name a file that lists the objects as 'path'.",
            )
        type_name = self._type(lowered, body)
        if type_name is None:
            return None
        object_type = self.schema[type_name]
        if not object_type.anchor:
            return "add", type_name, names.key(name)
        return "add", type_name, self.key(object_type, name, attribute_lines(body, record.line), record.line)

    def change(self, record: Record) -> Told | None:
        """Of a change record. Raises `EntryError`."""
        _whole(record)
        name, body = _named(record)
        lowered = body.lower()
        found = _CHANGE.search(lowered)
        if found is None:
            code, text = "missing-change-type", f"the record of {name} in line {record.line} has no changetype"
            raise EntryError(code, text, "A change file holds change records only (RFC 2849).")
        kind = found[1].decode(errors="replace").strip()
        if kind == "add":
            type_name = self._type(lowered, body)
            return None if type_name is None else (kind, type_name, names.key(name))
        return kind, self.only, names.key(name)

    def entry(self, record: Record, kind: str, type_name: str, key: str) -> Entry:
        """The entry of a record. Raises `EntryError`."""
        name, body = _named(record)
        if kind == "add":
            return self.whole(type_name, key, name, attribute_lines(body, record.line), record.line)
        if kind != "modify":
            raise unfollowed(name, kind, record.line)
        return self.partial(type_name, key, name, _parts(body, record.line), record.line)

    def _type(self, lowered: bytes, body: bytes) -> str | None:
        classes = tuple(_CLASS.findall(lowered))
        if any(encoded for encoded, _ in classes):  # base64 is not to be lowered
            lines = attribute_lines(body, 0)
            texts = [as_text(value) for spelling, value in lines if spelling.lower() == "objectclass"]
        elif classes in self._types:
            return self._types[classes]
        else:
            texts = [value.decode(errors="replace") for _, value in classes]
        found = self.of_classes(texts)
        self._types[classes] = found
        return found


def _whole(record: Record) -> None:
    """Raises `EntryError` for a record that may go on behind the end of the file."""
    if record.cut:
        last = record.line + record.raw.count(b"\n")
        raise EntryError(
            "parse-error",
            f"the file ends in the middle of line {last}: it was cut off",
            "Have the file delivered again, whole. If it is whole, end its last line with a line end (RFC 2849).",
        )


def _parts(body: bytes, line: int) -> Iterator[Part]:
    """The sections of a modify record. Raises `EntryError`."""
    start = _CHANGE.search(body.lower())
    for section in _SECTION_END.split(body[start.end() if start else 0 :].strip(b"\n")):
        lines = attribute_lines(section, line)
        if not lines:
            continue
        operation, target = lines[0][0].lower(), str(lines[0][1])
        if any(spelling.lower() != target.lower() for spelling, _ in lines[1:]):
            text = f"the record in line {line} has values of another attribute under '{operation}: {target}'"
            raise EntryError("parse-error", text, "End each section with a line of a single '-'.")
        yield Part(operation, target, [raw for _, raw in lines[1:]])


def _named(record: Record) -> tuple[str, bytes]:
    """The name of a record, and its lines after that, beginning with a line feed. Raises `EntryError`."""
    head, _, _ = record.flat.partition(b"\n")
    body = record.flat[len(head) :]
    ((label, raw), *_) = attribute_lines(head, record.line)
    if label.lower() != NAME:
        shown = label[:40]
        raise EntryError(
            "missing-dn", f"the record in line {record.line} begins with '{shown}', not with its dn", "Add its dn."
        )
    return checked_name(as_text(raw), record.line), body
