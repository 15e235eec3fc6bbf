"""The cases in which Mimas does something else, each with a sentence that says what and why."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Deviation:
    """``declared``: on purpose, and documented in docs/differences-from-mim.md; ``bug``: to be mended."""

    kind: Literal["declared", "bug"]
    why: str


KNOWN: dict[str, Deviation] = {
    "CIRC-005": Deviation(
        "declared",
        "A value does not keep itself alive: what an export put there is no contribution when it comes back.",
    ),
    "CIRC-009": Deviation(
        "declared", "What an export put into a target is no contribution when it comes back, to no attribute."
    ),
    "CONF-005": Deviation(
        "declared",
        "Nothing is fought for ever: that a system lowers or trims a value is learned, and then confirms it.",
    ),
    "DEL-023": Deviation(
        "declared", "With `never` a resource keeps its values, too, when nobody contributes any more."
    ),
    "JOIN-013": Deviation(
        "declared", "An ambiguous account is held for a person, and does not become one more duplicate."
    ),
}
