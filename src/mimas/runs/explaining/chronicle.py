"""When a value came to be as it is, and what did it: where it was first shown, made, sent and confirmed.

Told by the history, as far as it reaches. A batch tells of its run by itself, so runs that were pruned are told, too.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from mimas.runs.images import same
from mimas.schema.values import decode, decode_wanted
from mimas.store.database import Row, Transaction
from mimas.store.history import past, recording
from mimas.store.history.past import Past
from mimas.store.objects import WANTED_ABSENT
from mimas.store.references import SEEN, WANTED
from mimas.store.store import Store

Columns: TypeAlias = Mapping[str, Any]
"""A recorded row, by the names of its columns."""


@dataclass(frozen=True, slots=True)
class Since:
    """An instant, and what was done then: by a step of a run, or by a person.

    Where the history does not reach, ``known`` is false, and ``at`` is the instant at which it begins.
    """

    at: str
    what: str = ""
    """``run 12 (daily): import hr``, or what a person has asked for."""
    person: str = ""
    run: int | None = None
    """Also of a run that was pruned since, if ``what`` tells of it: then there is none."""
    step: int | None = None
    known: bool = True


@dataclass(frozen=True, slots=True)
class Passage:
    """The way of a value into a system."""

    carried: Since | None = None
    """The export that sent it; none: not sent, or there by itself, or longer ago than the history reaches."""
    confirmed: Since | None = None
    """When the system was first known to hold it."""


class Chronicle:
    """Asks the history: how it has come to what there is after a batch; ``place`` none: to what there is now."""

    def __init__(self, tx: Transaction, store: Store, place: int | None = None) -> None:
        self.tx = tx
        self.store = store
        self._last = past.last_place(tx) if place is None else place
        self._first = int(tx.value("SELECT min(place) FROM batch"))

    def value(self, resource: int, attribute: str) -> Since:
        """Since when a resource has the value that it has."""
        return self._since(self._changed("resource", "id", resource, lambda row: _values(row["doc"]).get(attribute)))

    def reference(self, resource: int, attribute: int, target: int) -> Since:
        """Since when a resource refers to another one for the reason for which it does."""
        key = (resource, attribute, target)
        return self._since(self._changed("resource_reference", "resource", resource, lambda _: True, key))

    def shown(self, object_: int, attributes: Collection[str]) -> Since:
        """Since when a system shows what it shows in these attributes; without any, since when it shows the object."""

        def read(row: Columns) -> Any:
            values = _values(row["seen"])
            return [values.get(name) for name in attributes] if attributes else row["presence"]

        return self._since(self._changed("object", "id", object_, read))

    def reference_shown(self, object_: int, attribute: int, target: int) -> Since:
        """Since when a system shows that one object refers to another one, or does not."""
        return self._since(self._reference_seen(object_, attribute, target))

    def passage(self, object_: int, attribute: str) -> Passage:
        """How the value that a system shows has come there."""
        place = self._changed("object", "id", object_, lambda row: _values(row["seen"]).get(attribute))

        def wanted(at: int) -> tuple[bool, Any]:
            rows = self._rows("object", at, "id", object_)
            text = rows[0]["wanted"] if rows else None
            values = decode_wanted(text) if text and text != WANTED_ABSENT else {}
            return attribute in values, values.get(attribute)

        return self._passage(object_, place, wanted, lambda one, other: same(attribute, one, other))

    def reference_passage(self, object_: int, attribute: int, target: int) -> Passage:
        """How a reference that a system shows has come there."""
        place = self._reference_seen(object_, attribute, target)

        def wanted(at: int) -> tuple[bool, Any]:
            rows = self._rows("reference", at, "object", object_)
            bits = (row["bits"] for row in rows if (row["attribute"], row["target"]) == (attribute, target))
            return True, bool(next(bits, 0) & WANTED)

        return self._passage(object_, place, wanted, lambda one, other: one == other)

    def sent(self, step: int) -> Since:
        """What an export step has sent."""
        row = self.tx.row(
            "SELECT s.started, s.kind, s.connector, s.run, r.profile FROM step s JOIN run r ON r.id = s.run"
            " WHERE s.id = ?",
            step,
        )
        if row is not None:
            started, kind, connector, run, profile = row
            return Since(started, f"run {run} ({profile}): {kind} {connector}", run=run, step=step)
        told = self.tx.row("SELECT at, what FROM batch WHERE step = ? ORDER BY place LIMIT 1", step)
        at, what = told or ("", "an export of a run that was pruned")
        return Since(at, what, step=step)

    def _passage(
        self,
        object_: int,
        place: int,
        wanted: Callable[[int], tuple[bool, Any]],
        alike: Callable[[Any, Any], bool],
    ) -> Passage:
        """``wanted``: whether, and how, the value was wanted after a batch."""
        confirmed = self._since(place)
        if place <= self._first:
            return Passage(None, confirmed)
        (governed, then), (_, now) = wanted(place - 1), wanted(self._last)
        rows = self._rows("pending_export", place - 1, "object", object_)
        # What was never sent has no history, so of what waits now it may be told that it waited then.
        step = rows[0]["step"] if rows else None
        if step is not None and (confirmed.step is None or step > confirmed.step):
            step = None
        if step is None and self.tx.value("SELECT kind FROM step WHERE id = ?", confirmed.step) == "export":
            step = confirmed.step  # sent, and believed or read back, at once
        brought = step is not None and governed and alike(then, now)
        return Passage(self.sent(step) if step is not None and brought else None, confirmed)

    def _reference_seen(self, object_: int, attribute: int, target: int) -> int:
        key = (object_, attribute, target)
        return self._changed("reference", "object", object_, lambda row: bool(row["bits"] & SEEN), key, False)

    def _changed(
        self,
        table: str,
        column: str,
        number: int,
        read: Callable[[Columns], Any],
        key: Row | None = None,
        nothing: Any = None,
    ) -> int:
        """The place of the last batch that has changed what is ``read`` of a row; 0 if that is not known.

        ``key``: the beginning of its key, where a column does not tell it from others; ``nothing``: what is read where
        there is no row.
        """
        for place, one in Past(self.tx, table).changes(column, [number]):
            if place > self._last or (key is not None and one.key[: len(key)] != key):
                continue
            before, after = (
                nothing if rest is None else read(_named(table, (*one.key, *rest))) for rest in (one.before, one.after)
            )
            if before != after or (key is None and (one.before is None or one.after is None)):
                return place
        return 0

    def _rows(self, table: str, place: int, column: str, number: int) -> list[Columns]:
        return [_named(table, row) for row in Past(self.tx, table).rows(place, column, [number])]

    def _since(self, place: int) -> Since:
        if place <= self._first:
            return Since(past.begin(self.tx), known=False)
        row = self.tx.row(
            "SELECT b.at, b.what, b.person, s.run, b.step FROM batch b LEFT JOIN step s ON s.id = b.step"
            " WHERE b.place = ?",
            place,
        )
        return Since(*row or ("",))


def _named(table: str, row: Row) -> Columns:
    recorded = recording.of(table)
    return dict(zip((*recorded.key, *recorded.columns), row, strict=True))


def _values(doc: str | None) -> Any:
    return decode(doc) if doc else {}
