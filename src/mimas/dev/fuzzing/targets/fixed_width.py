"""Fixed-width files: listings and change files, whole and cut off, in several encodings, read and written."""

from codecs import BOM_UTF8
from functools import cache
from typing import Any
from zlib import crc32

from mimas.connectors.contract import Additions, Entry, Export, Operation
from mimas.connectors.fixed_width import FixedWidthConnector
from mimas.connectors.fixed_width.settings import FixedWidthSettings
from mimas.dev.fuzzing.target import Target
from mimas.dev.fuzzing.targets.corpus import folder
from mimas.dev.fuzzing.targets.reading import discovered, of_bytes, written
from mimas.schema.attributes import Attribute, Kind, ObjectType

_ATTRIBUTES = (
    Attribute("id"),
    Attribute("size", Kind.INTEGER),
    Attribute("active", Kind.BOOLEAN),
    Attribute("mail", multivalued=True),
    Attribute("manager", Kind.REFERENCE),
)
_WIDTHS = {"change_type": 6, "id": 3, "size": 4, "active": 5, "mail": 6, "manager": 3}
_WIDTH = sum(_WIDTHS.values())

_OTHERS = ("utf-16", "cp037", "iso2022_jp")
"""Encodings, of which each case is read in one: in most of them it is no file, and a third of the time went there."""


@cache
def _connector(*, header: bool = False, encoding: str = "utf-8") -> FixedWidthConnector:
    columns = [{"name": name, "width": width} for name, width in _WIDTHS.items()]
    columns[2]["align"] = "right"
    schema = {"person": ObjectType("person", {one.name: one for one in _ATTRIBUTES}, ("id",))}
    settings = {"path": "in", "changes": "in", "columns": columns, "header": header, "encoding": encoding}
    return FixedWidthConnector("hr", FixedWidthSettings.model_validate(settings), schema, folder(), 7)


def _check(case: bytes) -> str:
    connector = _connector()
    whole = of_bytes(connector, case)
    last = case.removeprefix(BOM_UTF8).rpartition(b"\n")[2].removesuffix(b"\r")
    if whole.complete and last:
        assert len(last.decode()) == _WIDTH, f"cut off in {last[-80:]!r}, and complete"
    written(connector, whole, _export)
    headed = of_bytes(_connector(header=True), case)
    other = of_bytes(_connector(encoding=_OTHERS[crc32(case) % len(_OTHERS)]), case)
    changes = of_bytes(connector, case, delta=True)
    return f"{whole}, {headed.complete}, {other.complete}, {changes}, {discovered(connector, case)}"


def _export(number: int, entry: Entry) -> Export:
    values: dict[str, Any] = dict(entry.values)
    values |= {name: several[0] for name, several in entry.references.items() if several}
    return Export(number, Operation.ADD, entry.type, entry.anchor, None, changes=Additions(values), values=values)


def _line(*cells: str) -> str:
    return "".join(cell.ljust(width) for cell, width in zip(cells, _WIDTHS.values(), strict=True)) + "\n"


_LISTING = _line("", "1", "   7", "true", "a@x|b", "2") + _line("", "2", "", "", "ä|ü", "") + "\n"
_CHANGES = _line("add", "1", "  42", "No", "", "") + _line("delete", "1", "", "", "", "") + _line("modify", *"2" * 5)

TARGETS = (
    Target(
        "fixed-width",
        _check,
        (
            _LISTING.encode(),
            _CHANGES.encode(),
            ("\ufeff" + _LISTING.replace("\n", "\r\n")).encode(),
            _LISTING[:-9].encode(),
            _LISTING.replace("ä", "a").replace("ü", "u").encode("utf-16"),
            _CHANGES.encode("cp037"),
        ),
        ("\n", "\r\n", "\r", " ", "  ", "\0", "|", "add   ", "delete", "modify", "\xff\xfe", "\xef\xbb\xbf", "\x1b$B", "ü",
         "\u2028", _line("", "9", "", "", "", "")),
        ((" ", ""), ("", " "), ("\n", "")),
        longest=20_000,
        quick=150,
    ),
)  # fmt: skip
