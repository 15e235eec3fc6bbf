"""The store as it was: rows of the recorded tables after any batch.

What a row was after a batch is what it was before the first later batch that changed it, column by column; where there
is none, it is what it is now. A ``place`` is that of a batch in the order of commits; none means now, with what the
transaction at hand has done so far.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.types import Text

from mimas.store.database import Row, Transaction
from mimas.store.history import recording
from mimas.store.history.chain import under_way
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
        raise LookupError(f"the history begins at {begin(tx)}")
    return int(place)


class Then(NamedTuple):
    """A moment of the past: the place of the last batch by then, and the number of the last step that had begun."""

    place: int
    step: int


def then(tx: Transaction, at: datetime) -> Then:
    """The moment of an instant. Raises `LookupError` before the history begins."""
    place = place_at(tx, at)
    # A step that has only sent something has no batch, and one that was pruned has only that.
    steps = tx.row(
        "SELECT (SELECT max(id) FROM step WHERE started <= ?), (SELECT max(step) FROM batch WHERE place <= ?)",
        moment(at),
        place,
    )
    return Then(place, max((step for step in steps or () if step is not None), default=0))


def begin(tx: Transaction) -> str:
    """The instant before which nothing is known: since when the history is kept, or up to where it was pruned."""
    return str(tx.value("SELECT at FROM batch ORDER BY place LIMIT 1"))


def first_place(tx: Transaction) -> int:
    """The place of the batch with which the history begins: what was before that is not known."""
    return int(tx.value("SELECT min(place) FROM batch"))


def last_place(tx: Transaction) -> int:
    """The place of the last batch."""
    return int(tx.value("SELECT max(place) FROM batch"))


def at_hand(tx: Transaction, table: str, column: str) -> set[int]:
    """What stood in a column of the rows that the transaction at hand has changed; of what is new there is nothing."""
    sql = f"SELECT DISTINCT {column} FROM {recording.of(table).past.name} WHERE batch = ? AND {column} IS NOT NULL"
    return {row[0] for row in tx.rows(sql, under_way(tx) or -1)}


class Past:
    """The rows of one table, as they are and as they were."""

    def __init__(self, tx: Transaction, table: str) -> None:
        self.tx = tx
        self.recorded = recording.of(table)
        self._all = [*self.recorded.key, *self.recorded.columns]
        self._width = len(self.recorded.key)
        # The rows of one object or resource are few; those of one kind of facts are all there are.
        self._by = self.recorded.key[: self._width if self.recorded.textual else 1]

    def rows(self, place: int | None, column: str, values: Sequence[Any]) -> list[Row]:
        """The rows that had one of some values in a column: key columns, then the others, in the order of the keys."""
        if place is None:
            return sorted(self._present(self._among(column), list(values)), key=self._key)
        states = self._states(place, self._ever(column, values))
        position, chosen = self._all.index(column), set(values)
        found = ((*key, *rest) for key, rest in states.items() if rest is not None)
        return sorted((row for row in found if row[position] in chosen), key=self._key)

    def _key(self, row: Row) -> Row:
        return row[: self._width]

    def changes(self, column: str, values: Sequence[Any]) -> Iterator[tuple[int, Difference]]:
        """What each batch has changed of the rows that ever had one of some values in a column: (place, difference).

        The newest come first, row by row. Of rows that were there when the history begins, that is not told.
        """
        near = self._ever(column, values)
        states: dict[Row, Row | None] = dict(self._now(near))
        for place, key, kept, values_ in self._later(-1, near, newest_first=True):
            after = states.get(key)
            states[key] = self._before(kept, values_, after)
            if states[key] != after:
                yield place, Difference(key, states[key], after)
        made = Births(self.tx)
        for key, rest in states.items():
            if rest is None:
                continue
            row = dict(zip(self._all, (*key, *rest), strict=True))
            if place := made.of(self.recorded.owners, row):
                yield place, Difference(key, None, rest)

    def differences(self, since: int, until: int | None = None) -> Iterator[Difference]:
        """The rows that two states have differently, in the order of their keys."""
        last: Row | None = None
        while near := self._changed(since, until, last):
            last = near[-1]
            before, after = self._states(since, near), self._states(until, near)
            for key in sorted({*before, *after}):
                was, is_ = before.get(key), after.get(key)
                if was != is_:
                    yield Difference(key, was, is_)

    def _ever(self, column: str, values: Sequence[Any]) -> list[Row]:
        """The beginnings of the keys of the rows that have, or ever had, one of some values in a column."""
        where, by = self._among(column), ", ".join(self._by)
        near: set[Row] = set()
        for table in (f'"{self.recorded.table.name}"', self.recorded.past.name):
            near.update(self.tx.rows(f"SELECT DISTINCT {by} FROM {table} WHERE {where}", list(values)))
        return sorted(near)

    def _present(self, where: str, *parameters: Any) -> list[Row]:
        names = ", ".join(self._all)
        return self.tx.rows(f'SELECT {names} FROM "{self.recorded.table.name}" WHERE {where}', *parameters)

    def _among(self, column: str) -> str:
        """A condition with a list as its parameter."""
        return f"{column} IN {'TEXTS' if isinstance(self.recorded.past.c[column].type, Text) else 'IDS'}"

    def _near(self, near: Sequence[Row], prefix: str = "") -> tuple[str, list[list[Any]]]:
        """A condition that holds for rows whose keys begin so; of several columns it may hold for others, too."""
        columns = [sorted(set(column)) for column in zip(*near, strict=True)] or [[] for _ in self._by]
        return " AND ".join(prefix + self._among(name) for name in self._by), columns

    def _now(self, near: Sequence[Row]) -> dict[Row, Row]:
        where, parameters = self._near(near)
        chosen, width = set(near), len(self._by)
        rows = self._present(where, *parameters)
        return {row[: self._width]: row[self._width :] for row in rows if row[:width] in chosen}

    def _states(self, place: int | None, near: Sequence[Row]) -> dict[Row, Row | None]:
        """What all rows whose keys begin so were after a batch; none: not there."""
        states: dict[Row, Row | None] = dict(self._now(near))
        if place is None:
            return states
        undone = dict.fromkeys(states, 0)
        for _, key, kept, values in self._later(place, near):
            done = undone.get(key, 0)
            if done == self.recorded.all:
                continue  # whatever comes later has happened to another one of that key
            states[key] = self._before(kept, values, states.get(key), but=done)
            undone[key] = done | kept or self.recorded.all
        return self._not_yet_made(place, states)

    def _before(self, kept: int, values: Row, after: Row | None, *, but: int = 0) -> Row | None:
        """What a row was before a batch, by what is kept of it; ``but`` for the columns of which that is known."""
        if not kept:
            return None
        rest = after or (None,) * len(self.recorded.columns)
        bits = zip(self.recorded.bits.values(), values, rest, strict=True)
        return tuple(was if kept & bit and not but & bit else is_ for bit, was, is_ in bits)

    def _later(
        self, place: int, near: Sequence[Row], *, newest_first: bool = False
    ) -> Iterator[tuple[int, Row, int, Row]]:
        """What is kept of the batches after a place: (place, key, kept, columns)."""
        names = ", ".join(f"p.{name}" for name in (*self.recorded.key, "kept", *self.recorded.columns))
        where, parameters = self._near(near, "p.")
        chosen, by, width = set(near), len(self._by), self._width
        for at, *row in self.tx.rows(
            f"SELECT {_PLACE}, {names} FROM {self._from()} WHERE {_PLACE} > ? AND {where}"
            f" ORDER BY {_PLACE}{' DESC' if newest_first else ''}",
            place,
            *parameters,
        ):
            if tuple(row[:by]) in chosen:
                yield at, tuple(row[:width]), row[width], tuple(row[width + 1 :])

    def _not_yet_made(self, place: int, states: dict[Row, Row | None]) -> dict[Row, Row | None]:
        """Without what belongs to objects and resources that were made after a batch."""
        if not self.recorded.owners:
            return states
        limits = self._limits(place)
        for key, rest in states.items():
            if rest is not None and any((*key, *rest)[position] >= limit for position, limit in limits):
                states[key] = None
        return states

    def _limits(self, place: int) -> list[tuple[int, int]]:
        """(position of a column, the first id that was not given out yet)."""
        next_ = self.tx.row("SELECT objects, resources FROM batch WHERE place = ?", place)
        if next_ is None:
            raise LookupError(f"the history no longer reaches back to entry {place}")
        by_name = dict(zip(("objects", "resources"), next_, strict=True))
        return [(self._all.index(column), by_name[which]) for column, which in self.recorded.owners.items()]

    def _changed(self, since: int, until: int | None, last: Row | None) -> list[Row]:
        """The next beginnings of keys of which anything has changed, or has been made."""
        by, past = ", ".join(self._by), self.recorded.past.name
        after = f" AND ({by}) > ({', '.join('?' * len(self._by))})" if last is not None else ""
        at_hand = (under_way(self.tx) if until is None else None) or -1
        parts = [f"SELECT {by} FROM {past} WHERE batch IN ({_BATCHES}){after}"]
        parameters = [since, _AT_HAND if until is None else until, at_hand, *(last or ())]
        for position, limit in self._limits(since) if self.recorded.owners else ():
            for table in (f'"{self.recorded.table.name}"', past):
                parts.append(f"SELECT {by} FROM {table} WHERE {self._all[position]} >= ?{after}")
                parameters += [limit, *(last or ())]
        some, order = " UNION ".join(parts), ", ".join(str(place + 1) for place in range(len(self._by)))
        return self.tx.rows(f"SELECT * FROM ({some}) u ORDER BY {order} LIMIT ?", *parameters, _PAGE)

    def _from(self) -> str:
        return f"{self.recorded.past.name} p LEFT JOIN batch b ON b.id = p.batch"


_BATCHES = "SELECT id FROM batch WHERE place > ? AND place <= ? UNION ALL SELECT CAST(? AS BIGINT)"


class Births:
    """When objects and resources were made."""

    def __init__(self, tx: Transaction) -> None:
        self.tx = tx
        self._first = first_place(tx)
        self._known: dict[tuple[str, int], int] = {}

    def of(self, owners: Mapping[str, str], row: Mapping[str, Any]) -> int:
        """The place of the batch since which all owners of a row are there; 0 if that is not known."""
        return max((self.place(which, row[column]) for column, which in owners.items()), default=0)

    def place(self, which: str, number: int) -> int:
        """That of one of the ``objects`` or ``resources``."""
        if (which, number) not in self._known:
            sql = f"SELECT place FROM batch WHERE {which} > ? ORDER BY {which}, place LIMIT 1"
            place = int(self.tx.value(sql, number) or 0)
            self._known[which, number] = place if place > self._first else 0
        return self._known[which, number]
