"""What runs have changed, as a picture: a bar for each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log10
from typing import Any

HEIGHT = 60
_QUIET = ("stage-no-change", "not-shown", "confirmed", "confirmed-delete")
"""What counts as no change."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One run: how high its bar is, and how much of it stands for what went wrong."""

    run: int
    title: str
    started: str
    changes: int
    errors: int
    height: int
    red: int


def bars(runs: Sequence[Mapping[str, Any]], counted: Mapping[int, Mapping[str, int]]) -> list[Bar]:
    """The bars of some runs, the oldest first. Heights go by the logarithm: a first load does not hide a day."""
    found = []
    for run in reversed(runs):
        counters = counted[run["id"]]
        errors = sum(count for name, count in counters.items() if _wrong(name))
        changes = sum(count for name, count in counters.items() if name not in _QUIET and not _wrong(name))
        height, red = _height(changes + errors), _height(errors)
        found.append(Bar(run["id"], run["profile"], run["started"], changes, errors, height, red))
    return found


def _wrong(name: str) -> bool:
    return name.endswith(("-errors", "-failure")) or name == "ambiguous-join"


def _height(count: int) -> int:
    return min(HEIGHT, round(10 * log10(count + 1)))
