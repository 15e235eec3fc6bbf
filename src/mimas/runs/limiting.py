"""A step that is to stop after so many objects (MIM: the threshold *object*)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mimas.connectors.around import Around
from mimas.connectors.contract import Connector, End, Entry, Page, Problem
from mimas.runs.stopping import StoppedError


@dataclass(slots=True)
class FirstOfPage:
    """A page without its last records."""

    keys: Sequence[str]
    fingerprints: Sequence[int]
    deleted: frozenset[int]
    problems: Sequence[Problem]
    whole: Page

    def entry(self, index: int) -> Entry:
        """The record parsed. Raises `EntryError`."""
        return self.whole.entry(index)


class Limited(Around):
    """Reads the first objects only. That there are more is no end of a reading, so nothing is concluded from it."""

    def __init__(self, inner: Connector[Any], limit: int) -> None:
        super().__init__(inner)
        self._limit = limit

    def read(self, watermark: str | None = None) -> Iterator[Page | End]:
        """As the inner one. Raises `StoppedError` when the limit is reached and there is more."""
        room = self._limit
        for part in self.inner.read(watermark):
            if not isinstance(part, End):
                count = len(part.keys)
                if count > room:
                    if room:
                        yield _first(part, room)
                    raise StoppedError(
                        "stopped-object-limit",
                        f"The limit of {self._limit} objects is reached, and there are more. Nothing counts as gone; "
                        "the next import reads everything that this one would have read.",
                    )
                room -= count
            yield part


def _first(page: Page, count: int) -> FirstOfPage:
    deleted = frozenset(index for index in page.deleted if index < count)
    return FirstOfPage(page.keys[:count], page.fingerprints[:count], deleted, page.problems, page)
