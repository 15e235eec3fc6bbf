"""An entry of the catalogue: one term that the run history uses."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """Where a term is used, in MIM's words: an import, a sync, an export, or the run as a whole."""

    DISCOVERY = "discovery"
    SYNCHRONIZATION = "synchronization"
    EXPORT = "export"
    RUN = "run"


@dataclass(frozen=True, slots=True)
class Entry:
    """One term, what it means, and what to do; a note of the run history says the same of its one object."""

    name: str
    stages: tuple[Stage, ...]
    meaning: str
    advice: str = ""
    mim: tuple[str, ...] | None = None
    """What MIM calls it: by the same name when none are given; an empty tuple when MIM has nothing of the kind."""

    @property
    def in_mim(self) -> tuple[str, ...]:
        """MIM's names for it, if it has any."""
        return (self.name,) if self.mim is None else self.mim


def by_name(entries: Iterable[Entry]) -> Mapping[str, Entry]:
    """The entries by their names, in order of those."""
    return {entry.name: entry for entry in sorted(entries, key=lambda entry: entry.name)}
