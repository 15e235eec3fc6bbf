"""Large groups, and readings that are larger than memory."""

import tracemalloc

from mimas.connectors.testing.check import UntriedError, check, ensure
from mimas.connectors.testing.trial import Trial

_PAGES = 4
"""With fewer of them nothing can be said of memory."""
_LARGEST = 20_000
"""Records that no page may hold, whatever their size."""


@check()
def a_large_group_keeps_every_member(trial: Trial) -> None:
    """A group of 5,000 is written and read whole; then one member is added and one removed, as values."""
    people = trial.persons(trial.subject.size)
    late = trial.person()
    team = trial.group(*people)
    trial.make(*people, late)
    trial.make(team)
    trial.shown(trial.read(), team)
    after = team.referring(trial.subject.member, *people[1:], late)
    trial.must((team, after))
    trial.shown(trial.read(), after)


@check("read")
def readings_are_bounded(trial: Trial) -> None:
    """A large system is read in several pages, and a reading does not keep in memory what it has shown already."""
    pages: list[int] = []
    while len(pages) < _PAGES and sum(pages) <= 5 * trial.subject.size:
        trial.fill(*trial.persons(max(sum(pages), trial.subject.size) + 1))
        pages = trial.read().pages
    ensure(max(pages) < _LARGEST, f"expected pages of less than {_LARGEST} records, saw one of {max(pages)}")
    if len(pages) < _PAGES:
        raise UntriedError(f"{sum(pages)} objects come in {len(pages)} pages: too few to measure memory by")
    dropped, kept = _most(trial, keep=False), _most(trial, keep=True)
    ensure(dropped < 0.8 * kept, f"reading holds {dropped:,} bytes; everything that it shows takes {kept:,}")


def _most(trial: Trial, *, keep: bool) -> int:
    """The most memory that is held between two pages of a reading, in bytes, with the pages kept or dropped."""
    traced = tracemalloc.is_tracing()
    if not traced:
        tracemalloc.start()
    try:
        before, most, kept = tracemalloc.get_traced_memory()[0], 0, []
        for part in trial.connector.read():
            kept.append(part if keep else None)
            most = max(most, tracemalloc.get_traced_memory()[0] - before)
    finally:
        if not traced:
            tracemalloc.stop()
    return most
