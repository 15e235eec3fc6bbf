"""The store as it was: rows of the recorded tables after any batch.

What a row was after a batch is what it was before the first later batch that changed it, column by column; where there
is none, it is what it is now. A ``place`` is that of a batch in the order of commits; none means now, with what the
transaction at hand has done so far.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from mimas.store import recording
from mimas.store.chain import under_way
from mimas.store.database import Row, Transaction
from mimas.store.runs import moment

_PAGE = 10_000
_AT_HAND = 1 << 60
"""The place of what is not committed yet: after everything."""
_PLACE = f"coalesce(b.place, {_AT_HAND})"


class Difference(NamedTuple):
    """A row that two states have differently: its key, and its other columns in each; none where it is not there."""

    key: Row
    before: Row | None
    after: Row | None


def place_at(tx: Transaction, at: datetime) -> int:
    """The place of the last batch that was committed by an instant. Raises `LookupError` before the history begins."""
    place = tx.value("SELECT max(place) FROM batch WHERE at <= ?", moment(at))
    if place is None:
        raise LookupError(f"the history begins at {tx.value('SELECT min(at) FROM batch')}")
    return int(place)


def last_place(tx: Transaction) -> int:
    """The place of the last batch."""
    return int(tx.value("SELECT max(place) FROM batch"))


class Past:
    """The rows of one table, as they are and as they were."""

    def __init__(self, tx: Transaction, table: str) -> None:
        self.tx = tx
        self.recorded = recording.of(table)
        self._all = [*self.recorded.key, *self.recorded.columns]
        self._width = len(self.recorded.key)

    def rows(self, place: int | None, column: str, values: Sequence[Any]) -> list[Row]:
        """The rows that had one of some values in a column: key columns, then the others, in the order of the keys."""
        present = self._present(column, values)
        if place is None:
            return sorted(present, key=repr)
        first, past = self.recorded.key[0], self.recorded.past.name
        near = {row[0] for row in present}
        near.update(
            row[0] for row in self.tx.rows(f"SELECT {first} FROM {past} WHERE {_among(column, values)}", list(values))
        )
        position = self._all.index(column)
        found = (self._whole(state) for state in self._states(place, sorted(near)).items())
        return sorted((row for row in found if row is not None and row[position] in values), key=repr)

    def differences(self, since: int, until: int | None = None) -> Iterator[Difference]:
        """The rows that two states have differently, in the order of the first column of their keys."""
        last: Any = None
        while near := self._changed(since, until, last):
            last = near[-1]
            before, after = self._states(since, near), self._states(until, near)
            for key in dict.fromkeys((*before, *after)):
                was, is_ = before.get(key), after.get(key)
                if was != is_:
                    yield Difference(key, was, is_)

    def _whole(self, state: tuple[Row, Row | None]) -> Row | None:
        key, rest = state
        return None if rest is None else (*key, *rest)

    def _present(self, column: str, values: Sequence[Any]) -> list[Row]:
        names = ", ".join(self._all)
        return self.tx.rows(
            f'SELECT {names} FROM "{self.recorded.table.name}" WHERE {_among(column, values)}', list(values)
        )

    def _states(self, place: int | None, near: list[Any]) -> dict[Row, Row | None]:
        """What all rows whose keys begin so were after a batch; none: not there."""
        present = {row[: self._width]: row[self._width :] for row in self._present(self.recorded.key[0], near)}
        if place is None:
            return dict(present)
        states: dict[Row, Row | None] = dict(present)
        undone = dict.fromkeys(present, 0)
        for key, kept, values in self._later(place, near):
            done = undone.get(key, 0)
            if done == self.recorded.all:
                continue  # whatever comes later has happened to another one of that key
            if not kept:
                states[key] = None
            else:
                before = states.get(key) or (None,) * len(self.recorded.columns)
                bits = zip(self.recorded.bits.values(), values, before, strict=True)
                states[key] = tuple(was if kept & bit and not done & bit else is_ for bit, was, is_ in bits)
            undone[key] = done | kept or self.recorded.all
        return self._not_yet_made(place, states)

    def _later(self, place: int, near: list[Any]) -> Iterator[tuple[Row, int, Row]]:
        names = ", ".join(f"p.{name}" for name in (*self.recorded.key, "kept", *self.recorded.columns))
        for row in self.tx.rows(
            f"SELECT {names} FROM {self._from()} WHERE {_PLACE} > ? AND p.{_among(self.recorded.key[0], near)}"
            f" ORDER BY {_PLACE}",
            place,
            near,
        ):
            yield row[: self._width], row[self._width], row[self._width + 1 :]

    def _not_yet_made(self, place: int, states: dict[Row, Row | None]) -> dict[Row, Row | None]:
        """Without what belongs to objects and resources that were made after a batch."""
        if not self.recorded.owners:
            return states
        limits = self._limits(place)
        for key, rest in states.items():
            row = self._whole((key, rest))
            if row is not None and any(row[position] >= limit for position, limit in limits):
                states[key] = None
        return states

    def _limits(self, place: int) -> list[tuple[int, int]]:
        """(position of a column, the first id that was not given out yet)."""
        next_ = self.tx.row("SELECT objects, resources FROM batch WHERE place = ?", place)
        if next_ is None:
            raise LookupError(f"the history no longer reaches back to entry {place}")
        by_name = dict(zip(("objects", "resources"), next_, strict=True))
        return [(self._all.index(column), by_name[which]) for column, which in self.recorded.owners.items()]

    def _changed(self, since: int, until: int | None, last: Any) -> list[Any]:
        """The next first columns of keys of which anything has changed, or has been made."""
        first, past = self.recorded.key[0], self.recorded.past.name
        after, more = ("", []) if last is None else (f" AND {first} > ?", [last])
        at_hand = (under_way(self.tx) if until is None else None) or -1
        parts = [f"SELECT {first} FROM {past} WHERE batch IN ({_BATCHES}){after}"]
        parameters = [since, _AT_HAND if until is None else until, at_hand, *more]
        for position, limit in self._limits(since) if self.recorded.owners else ():
            for table in (f'"{self.recorded.table.name}"', past):
                parts.append(f"SELECT {first} FROM {table} WHERE {self._all[position]} >= ?{after}")
                parameters += [limit, *more]
        some = " UNION ".join(parts)
        return [row[0] for row in self.tx.rows(f"SELECT * FROM ({some}) u ORDER BY 1 LIMIT ?", *parameters, _PAGE)]

    def _from(self) -> str:
        return f"{self.recorded.past.name} p LEFT JOIN batch b ON b.id = p.batch"


_BATCHES = "SELECT id FROM batch WHERE place > ? AND place <= ? UNION ALL SELECT CAST(? AS BIGINT)"


def _among(column: str, values: Sequence[Any]) -> str:
    return f"{column} IN {'TEXTS' if values and isinstance(values[0], str) else 'IDS'}"
