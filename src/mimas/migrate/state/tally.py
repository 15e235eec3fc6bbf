"""What has come of the files: counts, and the names of the first objects that a person has to look at."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from mimas.migrate.elements import printable

NAMED = 20
"""How many objects are named of each sort."""

DONE = {
    "objects": "objects in the files",
    "matched": "of them found in their systems",
    "renamed": "of those found by their anchor, under another name",
    "resources": "resources made",
    "linked": "links made",
    "linked-before": "links that were there already",
    "explicit": "links made by hand, kept as decisions",
    "explicit-disconnectors": "objects disconnected by hand, kept as decisions",
    "filtered": "filtered objects, left to the rules",
    "disconnectors": "objects without a link, left to the rules",
    "guids": "GUIDs kept",
    "names": "values kept that were given out",
}
"""What is only counted, in the order in which it is told."""

OPEN = {
    "contradictory": "contradictory, so left to the rules",
    "no-resource": "linked, but no file says to whom",
    "no-type": "resources whose type is not known; left to the rules",
    "no-rule": "linked, but no rule in force links them so; left to the rules",
    "not-alive": "resources that no rule in force would keep alive and give values to; left to the rules",
    "failed": "resources whose rules fail; left to the rules",
    "names-taken": "values given out that another resource has; the rules give new ones",
}
"""What a person has to look at before the first sync."""

OTHER = {
    "to-create": "objects that the old product had still to create",
    "not-in-system": "objects in the files that their systems do not show",
    "not-in-file": "objects that the files do not have",
    "no-file": "connectors without a file",
}
"""What is named as well, and may be as it should."""


@dataclass(slots=True)
class State:
    """The counts by the keys of `DONE`, `OPEN` and `OTHER`, and names for the latter two."""

    counts: Counter[str] = field(default_factory=Counter)
    named: dict[str, list[str]] = field(default_factory=dict)

    def count(self, what: str, number: int = 1) -> None:
        """Count something that is not named."""
        self.counts[what] += number

    def name(self, what: str, connector: str, name: str, why: str = "") -> None:
        """Count something, and name it if it is one of the first."""
        self.counts[what] += 1
        some = self.named.setdefault(what, [])
        if len(some) < NAMED:
            some.append(printable(f"{connector} {name}".strip() + (f": {why}" if why else "")))

    @property
    def sentence(self) -> str:
        """What was done, for the run history, whose counters are of imports, syncs and exports."""
        return f"{'; '.join(f'{self.counts[key]} {said}' for key, said in DONE.items() if self.counts[key])}."

    @property
    def clean(self) -> bool:
        """Whether nothing is left that a person has to look at."""
        return not any(self.counts[what] for what in OPEN)

    def as_json(self) -> dict[str, Any]:
        """All of it."""
        keys = (*DONE, *OPEN, *OTHER)
        return {"counts": {key: self.counts[key] for key in keys}, "named": self.named}
