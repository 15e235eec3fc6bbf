"""Drop files and limits of steps: the connector as a step has it, and steps that do nothing but write a file."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from mimas.connectors.contract import Connector, End, EntryError, Page
from mimas.connectors.dropfile.recording import ReadRecorder, WriteRecorder, recording
from mimas.connectors.dropfile.replaying import Replay
from mimas.runs.importing import Outcome, Progress, watermark_of
from mimas.runs.limiting import Limited
from mimas.runs.setup import Step
from mimas.runs.tally import Kept, Tally
from mimas.store import runs
from mimas.store.runs import Note
from mimas.store.store import Store


@contextmanager
def dressed(
    connector: Connector[Any], step: Step, home: Path, now: datetime, counters: Tally
) -> Iterator[Connector[Any]]:
    """A connector that reads the step's drop file, stops at its limit, writes down what passes. Counts that."""
    export = step.kind == "export"
    if step.source is not None:
        connector = Replay(connector, home / step.source)
    if step.limit is not None and not export:
        connector = Limited(connector, step.limit)
    if step.to is None:
        yield connector
        return
    with recording(home / step.to, now) as sheet:
        try:
            yield WriteRecorder(connector, sheet, sends=not step.only) if export else ReadRecorder(connector, sheet)
            sheet.end = sheet.end or (End() if export else None)
        finally:
            counters["recorded"] += sheet.count


def read_only(
    store: Store, connector: Connector[Any], number: int, *, delta: bool, counters: Tally, progress: Progress
) -> Outcome:
    """Read a connector that writes down what it reads, and do nothing else: no object, and no watermark, changes."""
    outcome = Outcome(counters=counters, message="Nothing was staged; the file holds what was read.")
    end = End(complete=False, reason="the connector stopped without saying that it had shown everything")
    symbol = store.symbol(connector.name)
    for part in connector.read(watermark_of(store, connector.name) if delta else None):
        if isinstance(part, End):
            end = part
            break
        notes = list(_notes(part))
        counters.note("discovery-errors", notes, lambda note: Kept(symbol, None, None, note.name))
        outcome.errors += len(notes)
        with store.transaction() as tx:
            runs.note(tx, number, notes)
        progress(len(part.keys))
    if not end.complete:
        outcome.errors = max(outcome.errors, 1)
        outcome.message = f"The listing is not whole: {end.reason}. {outcome.message}"
    if outcome.errors:
        outcome.result = "completed-discovery-errors"
    return outcome


def _notes(page: Page) -> Iterator[Note]:
    """What cannot be read of a page."""
    for problem in page.problems:
        yield Note(problem.code, problem.place, problem.message, problem.advice)
    for index, key in enumerate(page.keys):
        if index not in page.deleted:
            try:
                page.entry(index)
            except EntryError as error:
                yield Note(error.code, key, error.message, error.advice)
