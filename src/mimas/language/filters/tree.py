"""The tree of a filter."""

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from mimas.schema.values import Scalar

Operator: TypeAlias = Literal["=", "!=", "<", "<=", ">", ">="]
Match: TypeAlias = Literal["starts-with", "ends-with", "contains"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """``attribute operator value``."""

    attribute: str
    operator: Operator
    value: Scalar
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Matches:
    """``starts-with(attribute, 'text')`` and its like."""

    how: Match
    attribute: str
    text: str
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    """``not(condition)``."""

    condition: "Condition"


@dataclass(frozen=True, slots=True)
class All:
    """Conditions joined by ``and``."""

    conditions: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Any:
    """Conditions joined by ``or``."""

    conditions: tuple["Condition", ...]


Condition: TypeAlias = Comparison | Matches | Not | All | Any


@dataclass(frozen=True, slots=True)
class Selection:
    """``/type[condition]``; a ``type`` of None is ``/*``, no condition takes all."""

    type: str | None
    condition: Condition | None = None


Filter: TypeAlias = tuple[Selection, ...]
"""What one of its selections takes (``|``)."""


def attributes(selections: Filter) -> frozenset[str]:
    """The names of all attributes that the filter reads."""
    found: set[str] = set()
    waiting: list[Condition] = [selection.condition for selection in selections if selection.condition]
    while waiting:
        match waiting.pop():
            case Comparison(attribute=name) | Matches(attribute=name):
                found.add(name)
            case Not(condition=condition):
                waiting.append(condition)
            case All(conditions=conditions) | Any(conditions=conditions):
                waiting.extend(conditions)
    return frozenset(found)
