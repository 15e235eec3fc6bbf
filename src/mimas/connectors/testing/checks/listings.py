"""Listings: a system whose whole content is replaced."""

from collections.abc import Iterator, Sequence
from contextlib import suppress

from mimas.connectors.contract import Export
from mimas.connectors.testing.check import check, ensure, same
from mimas.connectors.testing.listing import Images
from mimas.connectors.testing.trial import Trial


@check("read write listing")
def a_listing_is_replaced_at_once(trial: Trial) -> None:
    """While a listing is written, readers see the old one; afterwards they see the new one."""
    old, new = trial.persons(20), trial.persons(20)
    trial.make(*old)
    before, meanwhile = trial.read().images, list[Images]()
    exports = [trial.export(None, one) for one in (*old[1:], *new)]

    def written() -> Iterator[Export]:
        for index, export in enumerate(exports):
            if index in (1, len(exports) - 1):
                meanwhile.append(trial.read(by=trial.other).images)
            yield export

    wrong = [result for result in trial.connector.write(written()) if result.error]
    ensure(not wrong, f"refused: {wrong[:1]}")
    for images in meanwhile:
        same(images, before, "what is read while the listing is written")
    listing = trial.read()
    ensure(trial.anchor(old[0]) not in listing.images, f"{old[0]} is not in the new listing, and is shown")
    trial.learn(listing, *new)
    trial.shown(listing, *old[1:], *new)


class _StoppedError(Exception):
    """The export step was stopped."""


@check("read write listing")
def an_unfinished_listing_changes_nothing(trial: Trial) -> None:
    """When writing stops before the last object, by an error or by being dropped, the old listing stays."""
    people = trial.persons(10)
    trial.make(*people)
    before = trial.read().images
    exports = [trial.export(None, one) for one in people[:4]]
    with suppress(_StoppedError):
        list(trial.connector.write(_stopping(exports)))
    same(trial.read().images, before, "the listing after a write that was stopped")
    writing = trial.connector.write(iter(exports))
    next(iter(writing), None)
    del writing
    same(trial.read().images, before, "the listing after a write that was dropped")


def _stopping(exports: Sequence[Export]) -> Iterator[Export]:
    yield from exports
    raise _StoppedError
