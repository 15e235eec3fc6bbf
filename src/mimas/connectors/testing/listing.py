"""A reading, taken down: what it showed, and where it broke the contract."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from mimas.connectors.contract import End, Entry, EntryError, Page, Problem
from mimas.schema.attributes import NAME
from mimas.schema.values import Scalar, Values, as_list, many


class Image(NamedTuple):
    """What an object was seen to be; references sorted, empty attributes left out."""

    type: str
    name: str | None
    values: Values
    references: dict[str, list[str]]


Images = dict[str, Image]
"""Anchor → image."""


@dataclass(slots=True)
class Listing:
    """Everything that a reading showed, page by page."""

    shown: list[tuple[str, Entry | None]] = field(default_factory=list)
    """In order; no entry: it is gone."""
    prints: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    errors: dict[str, EntryError] = field(default_factory=dict)
    pages: list[int] = field(default_factory=list)
    """How many records each had."""
    end: End | None = None
    faults: list[str] = field(default_factory=list)
    """Where it broke the contract."""

    @property
    def images(self) -> Images:
        """What it showed, as a full reading."""
        return {key: image(entry) for key, entry in self.shown if entry is not None}

    @property
    def whole(self) -> bool:
        """Whether it says that it was complete."""
        return self.end is not None and self.end.complete

    @property
    def watermark(self) -> str | None:
        """From where on the next delta is read."""
        return self.end.watermark if self.end else None

    def after(self, before: Images) -> Images:
        """What is there after this delta, by what was there before."""
        images = dict(before)
        for key, entry in self.shown:
            if entry is None:
                images.pop(key, None)
            else:
                images[key] = _changed(images[key], entry) if entry.partial and key in images else image(entry)
        return images


def taken_down(parts: Iterable[Page | End]) -> Listing:
    """A reading to its end. Raises `ConnectorError` where that does."""
    listing = Listing()
    for part in parts:
        if listing.end is not None:
            listing.faults.append("something comes after the End")
        if isinstance(part, End):
            listing.end = part
        else:
            _add(listing, part)
    if listing.end is None:
        listing.faults.append("no End comes last")
    return listing


def _add(listing: Listing, page: Page) -> None:
    if len(page.keys) != len(page.fingerprints):
        listing.faults.append(f"a page has {len(page.keys)} keys and {len(page.fingerprints)} fingerprints")
    if len(set(page.keys)) != len(page.keys):
        listing.faults.append("an object comes twice in one page")
    listing.pages.append(len(page.keys))
    listing.problems += page.problems
    for index, key in enumerate(page.keys):
        listing.faults += _faults_of_key(page, index)
        if index in page.deleted:
            listing.shown.append((key, None))
            continue
        listing.prints[key] = page.fingerprints[index]
        try:
            entry = page.entry(index)
        except EntryError as error:
            listing.errors[key] = error
        else:
            listing.shown.append((key, entry))
            listing.faults += _faults_of_entry(key, entry)


def _faults_of_key(page: Page, index: int) -> list[str]:
    key, fingerprint = page.keys[index], page.fingerprints[index]
    faults = [] if key and "\0" not in key else [f"the key {key!r} is empty or holds a NUL"]
    return faults if 0 <= fingerprint < 2**63 else [*faults, f"{key}: the fingerprint {fingerprint} is not in 63 bits"]


def _faults_of_entry(key: str, entry: Entry) -> list[str]:
    faults = [] if entry.anchor == key else [f"{key}: the entry says that its anchor is {entry.anchor}"]
    if entry.name is not None and entry.values.get(NAME) != entry.name and not entry.partial:
        faults.append(f"{key}: the name {entry.name} does not stand as '{NAME}' among the values")
    for name, value in entry.values.items():
        if value in ("", []):
            faults.append(f"{key}: {name} is empty; what is absent is left out")
        elif isinstance(value, list) and value != many(value):
            faults.append(f"{key}: the values of {name} are not sorted, or double")
    return faults


def image(entry: Entry) -> Image:
    """The image of an entry."""
    values = {name: many(value) if isinstance(value, list) else value for name, value in entry.values.items()}
    references = {name: sorted(set(texts)) for name, texts in entry.references.items() if texts}
    return Image(entry.type, entry.name, values, references)


def _changed(before: Image, entry: Entry) -> Image:
    """The image after an entry that shows only what changed."""
    shown = image(entry)
    values = {name: value for name, value in before.values.items() if name not in entry.cleared} | shown.values
    references = {name: texts for name, texts in before.references.items() if name not in entry.cleared}
    references |= shown.references
    for name in entry.added.keys() | entry.removed.keys():
        added, removed = entry.added.get(name, []), entry.removed.get(name, [])
        if name in references:
            references[name] = sorted(map(str, _moved(references[name], added, removed)))
        else:
            values[name] = many(_moved(as_list(values.get(name)), added, removed))
    return Image(entry.type or before.type, entry.name or before.name, values, references)


def _moved(values: Sequence[Scalar], added: Sequence[Scalar], removed: Sequence[Scalar]) -> list[Scalar]:
    return [value for value in values if value not in removed] + [value for value in added if value not in values]
