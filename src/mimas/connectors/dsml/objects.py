"""DSML records made into keys and entries."""

from mimas.connectors.contract import Entry, EntryError
from mimas.connectors.dsml.records import REQUESTS, Record
from mimas.connectors.named.objects import Objects, Told, checked_name, unfollowed
from mimas.connectors.named.values import as_text
from mimas.schema import names


class DsmlObjects(Objects[Record]):
    """Makes keys and entries of DSML records."""

    def content(self, record: Record) -> Told | None:
        """Of an entry. Raises `EntryError`."""
        name = _named(record)
        type_name = self._type(record)
        if type_name is None:
            return None
        object_type = self.schema[type_name]
        if not object_type.anchor:
            return "add", type_name, names.key(name)
        return "add", type_name, self.key(object_type, name, record.lines(), record.line)

    def change(self, record: Record) -> Told | None:
        """Of a request. Raises `EntryError`."""
        name, kind = _named(record), REQUESTS[record.element]
        if kind == "add":
            type_name = self._type(record)
            return None if type_name is None else (kind, type_name, names.key(name))
        return kind, self.only, names.key(name)

    def entry(self, record: Record, kind: str, type_name: str, key: str) -> Entry:
        """The entry of a record. Raises `EntryError`."""
        name = _named(record)
        if kind == "add":
            return self.whole(type_name, key, name, record.lines(), record.line)
        if kind != "modify":
            raise unfollowed(name, kind, record.line)
        return self.partial(type_name, key, name, record.parts(), record.line)

    def _type(self, record: Record) -> str | None:
        return self.of_classes(as_text(raw) for raw in record.classes())


def _named(record: Record) -> str:
    """The name of a record. Raises `EntryError`, also for one that the reading ends with."""
    if record.fault is not None:
        raise record.fault
    if not record.named.get("dn"):
        text = f"the record in line {record.line} has no dn"
        raise EntryError("missing-dn", text, "Add its dn.")
    return checked_name(record.named["dn"], record.line)
