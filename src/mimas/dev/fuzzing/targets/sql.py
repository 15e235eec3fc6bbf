"""Databases: SQLite, which keeps anything in any column."""

import sqlite3
from functools import cache
from typing import Any

from mimas.connectors.sql import SqlConnector, SqlSettings
from mimas.connectors.sql.settings import Link
from mimas.dev.fuzzing.target import Target
from mimas.dev.fuzzing.targets.corpus import folder
from mimas.dev.fuzzing.targets.reading import reading
from mimas.schema.attributes import Attribute, Kind, ObjectType

_COLUMNS = ("id", "name", "size", "active", "start", "photo", "boss")
_KINDS = (Kind.STRING, Kind.STRING, Kind.INTEGER, Kind.BOOLEAN, Kind.DATETIME, Kind.BINARY, Kind.REFERENCE)


@cache
def _database() -> sqlite3.Connection:
    database = sqlite3.connect(folder() / "hr.db", isolation_level=None)
    database.execute("PRAGMA journal_mode = OFF")
    database.execute("PRAGMA synchronous = OFF")
    database.execute(f"CREATE TABLE staff ({', '.join(_COLUMNS)})")
    database.execute("CREATE TABLE team (owner, member)")
    return database


@cache
def _connector(anchor: tuple[str, ...]) -> SqlConnector:
    attributes = [Attribute(name, kind) for name, kind in zip(_COLUMNS, _KINDS, strict=True)]
    if len(anchor) == 1:
        attributes.append(Attribute("team", Kind.REFERENCE, multivalued=True))
    schema = {"staff": ObjectType("staff", {one.name: one for one in attributes}, anchor)}
    links = {"team": Link(table="team", owner="owner", member="member")}
    return SqlConnector("hr", SqlSettings(url="sqlite:///hr.db", links=links), schema, folder(), 7)


def _check(case: bytes) -> str:
    """Cells, each behind its type: ``t`` text, ``b`` bytes, ``i`` an integer, ``f`` a float, ``n`` nothing."""
    cells = [_cell(part) for part in case.split(b"\x1f")][:40]
    width = len(_COLUMNS)
    database = _database()
    database.execute("DELETE FROM staff")
    database.execute("DELETE FROM team")
    database.execute("BEGIN")
    for start in range(0, len(cells), width):
        row = (cells[start : start + width] + ["NULL"] * width)[:width]
        database.execute(f"INSERT INTO staff VALUES ({', '.join(row)})")
    for pair in zip(cells[::2], cells[1::2], strict=False):
        database.execute(f"INSERT INTO team VALUES ({', '.join(pair)})")
    database.execute("COMMIT")
    outcomes = []
    for anchor in (("id",), ("id", "name")):
        connector = _connector(anchor)
        outcomes.append(str(reading(connector.read(), connector.schema)))
    return " ".join(outcomes)


def _cell(part: bytes) -> str:
    """A cell as SQL: text that is no UTF-8 cannot be given as a parameter, and can stand in a database."""
    kind, raw = part[:1], part[1:]
    if kind == b"t":
        return f"CAST(x'{raw.hex()}' AS TEXT)"
    if kind == b"b":
        return f"x'{raw.hex()}'"
    try:
        number: Any = int(raw[:19]) if kind == b"i" else float(raw[:40]) if kind == b"f" else None
    except ValueError:
        number = None
    return "NULL" if number is None or number != number else "9e999" if abs(number) == float("inf") else repr(number)  # noqa: PLR0124 - NaN


TARGETS = (
    Target(
        "sql",
        _check,
        (
            b"i1\x1ftAnn\x1fi7\x1fi1\x1ft2026-11-23\x1fb\x00\xff\x1fi2\x1ft2\x1ftBo\x1ft12.0\x1ftyes\x1ft2026-11-23T08:00:00+01:00\x1ft\x1fn",
            b"i3\x1ftCy\x1ft1e5\x1ff1\x1ff1.5\x1ftx\x1fb1\x1ff3.0\x1fn\x1ft-7\x1ftNO\x1ft0001-01-01T00:00:00+01:00\x1fn\x1fn",
        ),
        ("\x1f", "\x1ft", "\x1fb", "\x1fi", "\x1ff", "\x1fn", "t1e999999999", "tNaN", "tInfinity", "ttrue", "t9999-12-31T23:59:59-01:00",
         "t2026-11-23", "f1e400", "i9223372036854775807", "\xff", "\x00", "+", "\\", "1"),
        (("\x1ft", ""), ("1", ""), ("+", "")),
        longest=20_000,
        quick=60,
    ),
)  # fmt: skip
