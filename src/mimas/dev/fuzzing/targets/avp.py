"""Files of attribute-value pairs: listings and change files, whole and cut off, in several encodings, read and written."""

from codecs import BOM_UTF8
from functools import cache
from typing import Any
from zlib import crc32

from mimas.connectors.avp import AvpConnector
from mimas.connectors.avp.connector import AvpSettings
from mimas.connectors.contract import Additions, Entry, Export, Operation
from mimas.dev.fuzzing.target import Target
from mimas.dev.fuzzing.targets.corpus import folder
from mimas.dev.fuzzing.targets.reading import discovered, of_bytes, written
from mimas.schema.attributes import Attribute, Kind, ObjectType

_ATTRIBUTES = (
    Attribute("id"),
    Attribute("name"),
    Attribute("size", Kind.INTEGER),
    Attribute("active", Kind.BOOLEAN),
    Attribute("mail", multivalued=True),
    Attribute("manager", Kind.REFERENCE),
    Attribute("reports", Kind.REFERENCE, multivalued=True),
)

_OTHERS = ("utf-16", "cp037", "iso2022_jp")
"""Encodings, of which each case is read in one: in most of them it is no file, and a third of the time went there."""


@cache
def _connector(encoding: str = "utf-8") -> AvpConnector:
    schema = {"person": ObjectType("person", {one.name: one for one in _ATTRIBUTES}, ("id",))}
    settings = AvpSettings.model_validate({"path": "in", "changes": "in", "encoding": encoding})
    return AvpConnector("hr", settings, schema, folder(), 7)


def _check(case: bytes) -> str:
    connector = _connector()
    whole = of_bytes(connector, case)
    last = case.removeprefix(BOM_UTF8).rpartition(b"\n")[2]
    assert not (whole.complete and last.strip()), "cut off, and complete"
    written(connector, whole, _export)
    other = of_bytes(_connector(encoding=_OTHERS[crc32(case) % len(_OTHERS)]), case)
    changes = of_bytes(connector, case, delta=True)
    return f"{whole}, {other.complete}, {changes}, {discovered(connector, case)}"


def _export(number: int, entry: Entry) -> Export:
    values: dict[str, Any] = dict(entry.values)
    for name, several in entry.references.items():
        values[name] = several if name == "reports" else several[0]
    return Export(number, Operation.ADD, entry.type, entry.anchor, None, changes=Additions(values), values=values)


_LISTING = "id: 1\nname: Ann: A\nsize: 7\nactive: true\nmail: a@x\nMAIL:ä\nmanager: 2\n\nid: 2\nname:\nreports: 1\nid: 3\nextra: x\n"
_CHANGES = "change_type: add\nid: 1\nname: Ann\n\nchange_type: modify\nid: 2\nchange_type: delete\nid: 1\n\n"

TARGETS = (
    Target(
        "avp",
        _check,
        (
            _LISTING.encode(),
            _CHANGES.encode(),
            ("\ufeff" + _LISTING.replace("\n", "\r\n")).encode(),
            _LISTING[:-4].encode(),
            _LISTING.replace("ä", "a").encode("utf-16"),
            _CHANGES.encode("cp037"),
        ),
        ("\n", "\n\n", "\r\n", "\r", ": ", ":", " ", "\0", "id: 1\n", "name: x\n", "mail: b\n", "size: ", "change_type: delete\n",
         "change_type: ", "\xff\xfe", "\xef\xbb\xbf", "\x1b$B", "ü", "\u2028", "\x85", "\x0c"),
        (("\n", ""), (": ", ""), ("id: 2\n", "")),
        longest=20_000,
        quick=150,
    ),
)  # fmt: skip
