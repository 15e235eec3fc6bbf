"""What a reading showed, all at once."""

from dataclasses import dataclass, field
from typing import Any

from mimas.connectors.contract import Connector, End, Entry, EntryError, Problem, Sought


@dataclass
class Listing:
    """Entries and fingerprints by key, what could not be read, and how it ended."""

    entries: dict[str, Entry] = field(default_factory=dict)
    fingerprints: dict[str, int] = field(default_factory=dict)
    errors: list[EntryError] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)
    pages: int = 0
    end: End = field(default_factory=lambda: End(complete=False, reason="not ended"))

    def only(self, **values: Any) -> Entry:
        """The one entry that has these values."""
        found = [one for one in self.entries.values() if values.items() <= one.values.items()]
        assert len(found) == 1, (values, found)
        return found[0]


def fetched(connector: Connector[Any], *objects: Sought) -> dict[str, tuple[int, Entry]]:
    """Fingerprint and entry of single objects that were read again, by key."""
    return {
        key: (page.fingerprints[index], page.entry(index))
        for page in connector.fetch(objects)
        for index, key in enumerate(page.keys)
    }


def read(connector: Connector[Any], watermark: str | None = None) -> Listing:
    """Read to the end; of a whole listing every key comes once, of a delta the last state counts."""
    listing = Listing()
    for page in connector.read(watermark):
        if isinstance(page, End):
            listing.end = page
            continue
        listing.pages += 1
        listing.problems += page.problems
        for index, key in enumerate(page.keys):
            if index in page.deleted:
                listing.gone.add(key)
                listing.entries.pop(key, None)
                continue
            assert watermark is not None or key not in listing.fingerprints
            listing.gone.discard(key)
            assert 0 <= page.fingerprints[index] < 2**63
            listing.fingerprints[key] = page.fingerprints[index]
            try:
                listing.entries[key] = page.entry(index)
            except EntryError as error:
                listing.errors.append(error)
    return listing
