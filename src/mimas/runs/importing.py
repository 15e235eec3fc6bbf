"""The import step: stage what a connected system shows.

Records whose fingerprint is known are passed over without being parsed; the others are parsed and staged, a page a
transaction. What a complete listing did not show is gone, within the guard; what an incomplete one did not show is
never gone.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mimas.connectors.contract import Connector, End, NothingThereError, OutdatedError, Page, Sought
from mimas.runs.images import SENT
from mimas.runs.referrers import SOME, referrers
from mimas.runs.setup import ConnectorSetup
from mimas.runs.staging import Stager
from mimas.runs.tally import Kept, Tally
from mimas.runs.vanished import Listing, not_shown, settle_vanished
from mimas.store import objects, runs, tables
from mimas.store.database import Row, Transaction
from mimas.store.runs import Note
from mimas.store.store import Store
from mimas.sync.interest import Interest

Progress = Callable[[int], None]


@dataclass(slots=True)
class Outcome:
    """How a step ended: its result (a term of MIM's step results), its counters, one sentence, what is held."""

    result: str = "success"
    counters: Tally = field(default_factory=Tally)
    message: str = ""
    errors: int = 0
    held: int = 0


def import_step(
    store: Store,
    connector: Connector[Any],
    setup: ConnectorSetup,
    step: int,
    now: datetime,
    *,
    delta: bool,
    interest: Interest,
    counters: Tally,
    progress: Progress = lambda _: None,
) -> Outcome:
    """Read a connector and stage what it shows; ``counters`` are right even when it breaks off (`ConnectorError`)."""
    symbol = store.symbol(connector.name)
    with store.transaction() as tx:
        stager = Stager(tx, store, connector, symbol, step, interest, now, counters)
    reading = _Reading(store, connector, stager, progress)
    outcome, unmade = Outcome(counters=counters), False
    watermark = watermark_of(store, connector.name) if delta else None
    if delta and watermark is None:
        outcome.message = f"{connector.name} has not been read to its end before: everything was read."
    try:
        end = reading.read(watermark)
    except OutdatedError as error:
        outcome.message = f"{error.message}: everything was read."
        end, watermark = reading.read(None), None
    except NothingThereError:
        if watermark is not None or not connector.capabilities.listing or _has_been_there(store, symbol):
            raise
        end, unmade = End(), True
        outcome.message = f"{connector.name}: there is no listing yet; the first export makes it."
    delta, marks = watermark is not None, reading.marks
    if delta:
        reading.look_at_referrers()
    with store.transaction() as tx:
        stager.finish(tx)
        runs.note(tx, step, stager.take_notes())
        outcome.errors = stager.errors
        whole = end.complete and not stager.errors
        # The order of a delta's records counts: whoever was deleted and is shown again after it is there.
        candidates = sorted({o for o in reading.removed if not marks[o]}) if delta else not_shown(tx, symbol, marks)
        # What may hide behind a record that could not be read, nobody knows.
        parts = end.parts if not stager.errors else ()
        listing = Listing(store, symbol, step, setup, now, marks, delta, whole, parts, end.reason)
        settle_vanished(tx, listing, candidates, outcome)
        if whole and not unmade:
            tx.upsert(
                tables.connector_state,
                "connector, watermark",
                [(symbol, end.watermark)],
                "watermark = excluded.watermark",
            )
    if not end.complete:
        # Nobody is to take half a listing for a good one, though each of its records may have been.
        outcome.errors = max(outcome.errors, 1)
        outcome.message = outcome.message or f"The listing is not whole: {end.reason}. Put the source right."
    if outcome.errors:
        outcome.result = "completed-discovery-errors"
    return outcome


@dataclass(slots=True)
class _Reading:
    """Stages what is shown: ``marks`` tells by object whether it was, ``removed`` who is said to be gone."""

    store: Store
    connector: Connector[Any]
    stager: Stager
    progress: Progress
    marks: bytearray = field(default_factory=bytearray)
    removed: list[int] = field(default_factory=list)

    def read(self, watermark: str | None) -> End:
        """Stage everything, or what has changed. What an earlier reading, broken off, has told proves nothing."""
        self.marks.clear()
        self.removed.clear()
        for part in self.connector.read(watermark):
            if isinstance(part, End):
                return part
            with self.store.transaction() as tx:
                removed = stage_page(self.stager, tx, part, self.marks, delta=watermark is not None)
                objects.look_again_at_referrers(tx, self.stager.symbol, removed)
            self.removed += removed
            if parts := self.stager.take_parts():
                self._complete(parts)
            self.progress(len(part.keys))
        return End(complete=False, reason="the connector stopped without saying that it had shown everything")

    def look_at_referrers(self) -> None:
        """Read again what is to be looked at again, because it refers to something that a delta has shown."""
        if self.connector.capabilities.fetch and self.stager.references.attributes:
            shown = {*self.removed, *_marked(self.marks)}
            for some in referrers(self.store, self.stager.symbol, sorted(shown), self.marks):
                self._fetch(some)

    def _complete(self, parts: Sequence[Sought]) -> None:
        """Read as a whole what is only known in part (MIM: need-full-object)."""
        if self.connector.capabilities.fetch:
            for start in range(0, len(parts), SOME):
                self._fetch(parts[start : start + SOME])
            return
        why = "a change of it was told, and Mimas does not know the object that is changed"
        for one in parts:
            self.stager.problem(Note("need-full-object", one.name or one.anchor, why, "Run a full import."))

    def _fetch(self, objects_: Sequence[Sought]) -> None:
        """Stage these objects as they are now. Who is not there is left to the next listing."""
        for page in self.connector.fetch(objects_):
            with self.store.transaction() as tx:
                stage_page(self.stager, tx, page, self.marks, delta=True)


def known(store: Store, connector: str) -> bool:
    """Whether the connected system has been read to its end before."""
    symbol = store.symbol(connector)
    with store.transaction() as tx:
        return tx.value("SELECT 1 FROM connector_state WHERE connector = ?", symbol) is not None


def watermark_of(store: Store, connector: str) -> str | None:
    """From where on its next delta is read; none: it can only be read as a whole."""
    symbol = store.symbol(connector)
    with store.transaction() as tx:
        watermark: str | None = tx.value("SELECT watermark FROM connector_state WHERE connector = ?", symbol)
    return watermark


def _has_been_there(store: Store, connector: int) -> bool:
    """Whether a listing has shown something, or been written to its end: a first export may have died before that."""
    with store.transaction() as tx:
        shown = tx.value("SELECT 1 FROM object_key WHERE connector = ? AND fingerprint IS NOT NULL LIMIT 1", connector)
        sent = tx.value("SELECT 1 FROM pending_export WHERE connector = ? AND state = ? LIMIT 1", connector, SENT)
    return (shown or sent) is not None


def stage_page(stager: Stager, tx: Transaction, page: Page, marks: bytearray, *, delta: bool) -> list[int]:
    """Stage one page; the objects that a delta says are gone."""
    for problem in page.problems:
        stager.problem(Note(problem.code, problem.place, problem.message, problem.advice))
    rows = objects.find(tx, stager.symbol, page.keys)
    new, changed, removed, twice = _sorted(rows, page, marks, delta=delta)
    for index in twice:
        stager.duplicate(page.keys[index], rows[index][0])
    if page.deleted:
        unknown = [page.keys[index] for index in new if index in page.deleted]
        stager.counters.note("filtered-deletions", unknown, lambda key: Kept(stager.symbol, None, None, key))
        new = [index for index in new if index not in page.deleted]
    stager.counters["stage-no-change"] += len(rows) - len(new) - len(changed) - len(removed) - len(twice)
    if new or changed:
        staged = stager.stage(tx, page, new, {index: rows[index][0] for index in changed})
        _reach(marks, max(staged, default=0))
        for object_ in staged:
            marks[object_] = 1
    runs.note(tx, stager.step, stager.take_notes())
    return removed


def _sorted(
    rows: Sequence[Row], page: Page, marks: bytearray, *, delta: bool
) -> tuple[list[int], list[int], list[int], list[int]]:
    """Positions of new records, of changed ones, and of second ones of an object; and the objects said to be gone."""
    new: list[int] = []
    changed: list[int] = []
    removed: list[int] = []
    twice: list[int] = []
    deleted = page.deleted
    _reach(marks, max((row[0] for row in rows if row[0] is not None), default=0))
    for index, ((object_, known), fingerprint) in enumerate(zip(rows, page.fingerprints, strict=True)):
        if object_ is None:
            new.append(index)
        elif index in deleted:
            removed.append(object_)
            marks[object_] = 0
        elif marks[object_] and not delta:
            twice.append(index)
        else:
            marks[object_] = 1
            if known != fingerprint:
                changed.append(index)
    return new, changed, removed, twice


def _marked(marks: bytearray) -> Iterator[int]:
    """The objects that are marked."""
    object_ = marks.find(1)
    while object_ >= 0:
        yield object_
        object_ = marks.find(1, object_ + 1)


def _reach(marks: bytearray, object_: int) -> None:
    """Make room for an object's mark."""
    if object_ >= len(marks):
        marks.extend(bytes(object_ + 200_000 - len(marks)))
