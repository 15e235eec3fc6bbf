"""A connected system in a file, as its administrator sees it, and as connectors ask it."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any, Self, TypeAlias

import msgspec

from mimas.schema import names
from mimas.schema.values import Scalar, Values, as_list
from mimas.testing.nature import Nature

Lists: TypeAlias = dict[str, list[Scalar]]
"""Attribute → its values, never empty."""


@dataclass(frozen=True, slots=True)
class Stored:
    """One entry of a system; references stand among its values, as anchors or names."""

    type: str
    anchor: str
    name: str | None = None
    values: Lists = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Write:
    """What a connector asks: the values of an attribute as a whole, or those to be added and removed."""

    operation: str
    type: str
    anchor: str | None
    name: str | None = None
    new_name: str | None = None
    values: Lists = field(default_factory=dict)
    added: Lists = field(default_factory=dict)
    removed: Lists = field(default_factory=dict)


class RefusalError(Exception):
    """The system does not do what it was asked; ``code`` is a term of the error catalogue."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


_TABLES = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = OFF;
CREATE TABLE IF NOT EXISTS entry (anchor TEXT PRIMARY KEY, type TEXT, name TEXT, key TEXT UNIQUE, body BLOB, turn INT);
CREATE TABLE IF NOT EXISTS gone (anchor TEXT PRIMARY KEY, turn INT);
CREATE TABLE IF NOT EXISTS late (turn INTEGER PRIMARY KEY, reading INT, body BLOB);
CREATE TABLE IF NOT EXISTS journal (
    turn INTEGER PRIMARY KEY, operation TEXT, anchor TEXT, name TEXT, outcome TEXT, body BLOB
);
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value BLOB);
"""


class System:
    """A connected system in an SQLite file, as its administrator sees it."""

    def __init__(self, path: Path | str, nature: Nature | None = None) -> None:
        """``nature`` is remembered in the file; without one the system stays as it was."""
        self._file = sqlite3.connect(path, isolation_level=None, timeout=30)
        self._file.executescript(_TABLES)
        if nature is not None:
            self._remember("nature", msgspec.json.encode(nature))
        known = self._recall("nature")
        self.nature = msgspec.json.decode(known, type=Nature) if known else Nature()

    def copy(self) -> "System":
        """The same system once more, in memory, with a life of its own."""
        other = System(":memory:")
        self._file.backup(other._file)
        other.nature = self.nature
        return other

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def entries(self) -> dict[str, Stored]:
        """Anchor → entry."""
        rows = self._file.execute("SELECT anchor, type, name, body FROM entry ORDER BY anchor")
        return {anchor: Stored(type_, anchor, name, msgspec.json.decode(body)) for anchor, type_, name, body in rows}

    def put(self, type_: str, values: Values, *, anchor: str | None = None, name: str | None = None) -> str:
        """Make an entry, or give the one of that anchor another name and other values; its anchor.

        Raises `RefusalError`.
        """
        with self._turn() as turn:
            lists = {attribute: as_list(value) for attribute, value in values.items() if value not in ("", [])}
            entry = Stored(type_, anchor or f"{type_}-{turn}", name, lists)
            self._store(entry, turn)
        return entry.anchor

    def rename(self, anchor: str, name: str) -> None:
        """Give an entry another name; what lies below it goes along. Raises `RefusalError`."""
        with self._turn() as turn:
            self._rename(self._known(anchor), name, turn)

    def remove(self, anchor: str) -> None:
        """Remove an entry. Raises `RefusalError`."""
        with self._turn() as turn:
            self._remove(self._known(anchor), turn)

    def journal(self) -> list[tuple[str, str | None, str | None, str]]:
        """(operation, anchor, name, outcome) of all that connectors have asked, in order.

        An outcome is ``done``, ``ignored``, ``late``, or the code of a refusal.
        """
        sql = "SELECT operation, anchor, name, outcome FROM journal WHERE operation <> '' ORDER BY turn"
        return list(self._file.execute(sql))

    def asked(self) -> list[tuple[Write, str]]:
        """The same in full: what was asked, with the anchor that a new entry got, and its outcome."""
        rows = self._file.execute("SELECT anchor, body, outcome FROM journal WHERE operation <> '' ORDER BY turn")
        return [
            (replace(msgspec.json.decode(body, type=Write), anchor=anchor), outcome) for anchor, body, outcome in rows
        ]

    def changes(self, since: int) -> tuple[list[str], list[str], int]:
        """The anchors of what was changed after a turn, and of what is gone since; and the turn of the last change."""
        changed = [row[0] for row in self._file.execute("SELECT anchor FROM entry WHERE turn > ?", (since,))]
        gone = [row[0] for row in self._file.execute("SELECT anchor FROM gone WHERE turn > ?", (since,))]
        (last,) = self._file.execute(
            "SELECT max(turn) FROM (SELECT turn FROM entry UNION ALL SELECT turn FROM gone)"
        ).fetchone()
        return changed, [] if self.nature.hides_deletes else gone, last or 0

    def chance(self, share: float, what: str) -> bool:
        """Whether it happens this time."""
        return share > 0 and Random(f"{self.nature.seed} {what} {self._asked()}").random() < share  # noqa: S311 - a game

    def begin_reading(self) -> None:
        """What was late is done."""
        reading = self._readings() + 1
        self._remember("readings", reading)
        due = self._file.execute("SELECT turn, body FROM late WHERE reading < ? ORDER BY turn", (reading,)).fetchall()
        for late, body in due:
            with self._turn() as turn:
                self._file.execute("DELETE FROM late WHERE turn = ?", (late,))
                with suppress(RefusalError):
                    self._do(msgspec.json.decode(body, type=Write), turn)

    def answer(self, write: Write) -> str:
        """Do what is asked, or what the nature of the system makes of it; the anchor. Raises `RefusalError`."""
        refusal = None
        with self._turn(write) as turn:
            write = replace(write, anchor=write.anchor or f"{write.type}-{turn}")
            try:
                outcome = self._try(write, turn)
            except RefusalError as error:
                refusal, outcome = error, error.code
            sql = "UPDATE journal SET anchor = ?, outcome = ? WHERE turn = ?"
            self._file.execute(sql, (write.anchor, outcome, turn))
        if refusal is not None:
            raise refusal
        assert write.anchor is not None
        return write.anchor

    def _try(self, write: Write, turn: int) -> str:
        if self.chance(self.nature.refuses, "refuses"):
            raise RefusalError("constraint-violation", "the system does not like it today")
        if self.chance(self.nature.ignores, "ignores"):
            return "ignored"
        if self.chance(self.nature.late, "late"):
            row = (turn, self._readings() + 1, msgspec.json.encode(write))
            self._file.execute("INSERT INTO late VALUES (?, ?, ?)", row)
            return "late"
        self._do(write, turn)
        return "done"

    def _do(self, write: Write, turn: int) -> None:
        assert write.anchor is not None
        if write.operation == "add":
            if self._find(write.anchor) is not None:
                raise RefusalError("cd-existing-object", f"there is one of the anchor {write.anchor}")
            self._store(Stored(write.type, write.anchor, write.name, self._kept(write, {})), turn)
            return
        entry = self._known(write.anchor)
        if write.operation == "delete":
            self._remove(entry, turn)
            return
        if write.new_name is not None:
            entry = self._rename(entry, write.new_name, turn)
        self._store(replace(entry, values=self._kept(write, entry.values)), turn)

    def _kept(self, write: Write, before: Lists) -> Lists:
        after = before | write.values
        for attribute in write.added.keys() | write.removed.keys():
            left = [one for one in before.get(attribute, []) if one not in write.removed.get(attribute, [])]
            after[attribute] = [*left, *(one for one in write.added.get(attribute, []) if one not in left)]
        kept = {name: [self._as_kept(name, value) for value in values] for name, values in after.items()}
        return {name: values for name, values in kept.items() if values and name not in self.nature.drops}

    def _as_kept(self, attribute: str, value: Scalar) -> Scalar:
        if isinstance(value, str) and attribute in self.nature.trims:
            value = value.strip()
        return value.lower() if isinstance(value, str) and attribute in self.nature.folds else value

    def _find(self, anchor: str) -> Stored | None:
        row = self._file.execute("SELECT type, name, body FROM entry WHERE anchor = ?", (anchor,)).fetchone()
        return Stored(row[0], anchor, row[1], msgspec.json.decode(row[2])) if row else None

    def _known(self, anchor: str) -> Stored:
        entry = self._find(anchor)
        if entry is None:
            raise RefusalError("cd-missing-object", f"there is none of the anchor {anchor}")
        return entry

    def _store(self, entry: Stored, turn: int, code: str = "cd-existing-object") -> None:
        key = names.key(entry.name) if entry.name else None
        sql = "SELECT 1 FROM entry WHERE key = ? AND anchor <> ?"
        if self._file.execute(sql, (key, entry.anchor)).fetchone():
            raise RefusalError(code, f"there is one of the name {entry.name}")
        row = (entry.anchor, entry.type, entry.name, key, msgspec.json.encode(entry.values), turn)
        self._file.execute("REPLACE INTO entry VALUES (?, ?, ?, ?, ?, ?)", row)
        self._file.execute("DELETE FROM gone WHERE anchor = ?", (entry.anchor,))

    def _remove(self, entry: Stored, turn: int) -> None:
        if entry.name and self._below(entry.name):
            raise RefusalError("unsupported-container-delete", f"there are entries below {entry.name}")
        self._file.execute("DELETE FROM entry WHERE anchor = ?", (entry.anchor,))
        self._file.execute("REPLACE INTO gone VALUES (?, ?)", (entry.anchor, turn))
        if entry.name:
            self._repair({entry.name: None}, turn)

    def _rename(self, entry: Stored, name: str, turn: int) -> Stored:
        before = entry.name or ""
        below = self._below(before) if before else []
        self._store(replace(entry, name=name), turn, "rename-to-existing-dn")
        moved: dict[str, str | None] = {before: name}
        for one in below:
            assert one.name is not None
            moved[one.name] = one.name[: -len(before)] + name
            self._store(replace(one, name=moved[one.name]), turn)
        self._repair(moved, turn)
        return self._known(entry.anchor)

    def _below(self, name: str) -> list[Stored]:
        end = f",{names.key(name)}"
        return [one for one in self.entries().values() if one.name and names.key(one.name).endswith(end)]

    def _repair(self, moved: Mapping[str, str | None], turn: int) -> None:
        """Whatever refers by an old name refers by the new one; where there is none, no longer."""
        for entry in self.entries().values() if self.nature.repairs else ():
            after = {
                attribute: [new for one in values if (new := moved.get(str(one), one)) is not None]
                for attribute, values in entry.values.items()
            }
            if after != entry.values:
                left = {name: values for name, values in after.items() if values}
                self._store(replace(entry, values=left), self._last(entry) if self.nature.hides_repairs else turn)

    def _last(self, entry: Stored) -> int:
        """The turn in which an entry was changed last, as far as deltas tell."""
        sql = "SELECT turn FROM entry WHERE anchor = ?"
        return int(self._file.execute(sql, (entry.anchor,)).fetchone()[0])

    @contextmanager
    def _turn(self, write: Write | None = None) -> Iterator[int]:
        """Something happens, all of it or nothing; its number."""
        asked = (write.operation, write.name, msgspec.json.encode(write)) if write else ("", None, None)
        self._file.execute("BEGIN IMMEDIATE")
        try:
            cursor = self._file.execute("INSERT INTO journal (operation, name, body) VALUES (?, ?, ?)", asked)
            yield int(cursor.lastrowid or 0)
        except BaseException:
            self._file.execute("ROLLBACK")
            raise
        self._file.execute("COMMIT")

    def _asked(self) -> int:
        """How much has been asked: writes and readings."""
        turn = self._file.execute("SELECT max(turn) FROM journal").fetchone()[0]
        return int(turn or 0) + self._readings()

    def _readings(self) -> int:
        return int(self._recall("readings") or 0)

    def _remember(self, key: str, value: bytes | int) -> None:
        self._file.execute("REPLACE INTO meta VALUES (?, ?)", (key, value))

    def _recall(self, key: str) -> Any:
        row = self._file.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return row[0] if row else None
