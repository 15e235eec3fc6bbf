"""Delimited files: listings and change files, whole and cut off, in several encodings, read and written."""

from functools import cache
from typing import Any

from mimas.connectors.contract import Additions, Entry, Export, Operation
from mimas.connectors.delimited import DelimitedConnector
from mimas.connectors.delimited.settings import DelimitedSettings
from mimas.connectors.encodings import check
from mimas.dev.fuzzing.target import Target
from mimas.dev.fuzzing.targets.corpus import folder
from mimas.dev.fuzzing.targets.reading import Reading, discovered, of_bytes, written
from mimas.schema.attributes import Attribute, Kind, ObjectType

_ATTRIBUTES = (
    Attribute("id"),
    Attribute("name"),
    Attribute("mail", multivalued=True),
    Attribute("size", Kind.INTEGER),
    Attribute("active", Kind.BOOLEAN),
    Attribute("start", Kind.DATETIME),
    Attribute("photo", Kind.BINARY),
    Attribute("manager", Kind.REFERENCE),
    Attribute("phones", Kind.INTEGER, multivalued=True),
)
_HEADER = b"id,name,mail,size,active,start,photo,manager,phones\n"


@cache
def _connector(*anchor: str, **settings: Any) -> DelimitedConnector:
    schema = {"person": ObjectType("person", {one.name: one for one in _ATTRIBUTES}, anchor or ("id",))}
    return DelimitedConnector("hr", DelimitedSettings(path="in", changes="in", **settings), schema, folder(), 7)


def _check(case: bytes) -> str:
    connector = _connector()
    whole = of_bytes(connector, case)
    _cut_off(case, whole)
    written(connector, whole, _export)
    several = of_bytes(_connector("name", "size"), case)
    changes = of_bytes(connector, case, delta=True)
    return f"{whole}, {several.complete}, {changes}, {discovered(connector, case)}"


def _cut_off(case: bytes, whole: Reading) -> None:
    """Of a file that was cut off, a complete reading can only be one that ends between two rows."""
    cut = case[: len(case) - 1 - (sum(case[-50:]) * 31) % max(len(case), 1)]
    part = of_bytes(_connector(), cut)
    if whole.complete and part.complete and not cut.endswith(b"\n"):
        last = cut.rpartition(b"\n")[2].strip(b"\r")
        assert not last or cut.count(b'"') or last.count(b",") >= 8, f"cut off in {last[-80:]!r}, and complete"
    if whole.complete and part.complete and b'"' not in case:
        assert part.entries[:-1] == whole.entries[: max(len(part.entries) - 1, 0)], (
            "what stands before the cut is another one"
        )


def _export(number: int, entry: Entry) -> Export:
    values: dict[str, Any] = dict(entry.values)
    values |= {name: several[0] for name, several in entry.references.items() if several}
    return Export(number, Operation.ADD, entry.type, entry.anchor, None, changes=Additions(values), values=values)


_ENCODINGS = (
    "utf-16",
    "utf-16-le",
    "windows-1252",
    "shift_jis",
    "utf-7",
    "iso2022_jp",
    "utf-8-sig",
    "utf-32",
    "cp037",
    "gb18030",
)


def _encoded(case: bytes) -> str:
    outcome = ""
    for encoding in _ENCODINGS:
        for delimiter in (",", ";"):
            connector = _connector(encoding=check(encoding), delimiter=delimiter)
            outcome = f"{of_bytes(connector, case)}"
            of_bytes(connector, case, delta=True)
    return outcome


_SEEDS = (
    _HEADER
    + b"1,Ann,a@x|b@x,7,true,2026-11-23,AAEC,2,1|2\n2,Bo,,,,,,,\n\n"
    + 'x,"Lee, ""Ann""\nB.",ä@x,-0,No,2026-11-23T08:00:00+01:00,,1,\r\n'.encode()
    + b"3,Cy,a|,12,0,20261123080000Z,,,",
    b"\xef\xbb\xbfchange_type,"
    + _HEADER
    + b"add,1,Ann,,,,,,,\nmodify,1,Anna,,,,,,,\ndelete,2,,,,,,,,\nadd,2,Bo,,1,1,,,,\n",
    _HEADER.replace(b"\n", b"\r\n") + b"1,Ann,,,,,,,\r\n",
    _HEADER + b'"1","Ann","","","","","","",""\n"2',
    b'"id","name",mail,size,active,start,photo,manager,phones,"more\nof it"\n1,a,,,,,,,,\n',
)
_TOKENS = (
    ",", ";", "|", '"', '""', '",', ',"', "\n", "\r\n", "\r", "\n\n", "\0", "add", "modify", "delete", "id", "change_type", "\t", "\\", "+",
    "1,,,,,,,,\n", '2,"\n', '",,,,,,,\n', "0001-01-01T00:00:00+01:00", "true", "\xff\xfe", "\xef\xbb\xbf",
)  # fmt: skip
_PAIRS = (('"', '"'), ('"\n', ""), ("|", ""), (",", ""), ('3,"', ""), ('1,"\n', '"\n'))

TARGETS = (
    Target("delimited", _check, _SEEDS, _TOKENS, _PAIRS, longest=20_000, quick=300),
    Target(
        "encodings",
        _encoded,
        (
            *_SEEDS,
            *(
                _SEEDS[0].decode().replace("ä", "a").encode(encoding)
                for encoding in ("utf-16", "utf-7", "iso2022_jp", "utf-32", "cp037")
            ),
        ),
        (*_TOKENS, "\x1b$B", "\x1b(B", "+AGEAYg-", "+2AA-", "\x00,", "\x00\n", "\xd8\x00", "\x81", "\x85"),
        _PAIRS,
        longest=20_000,
        quick=40,
    ),
)
