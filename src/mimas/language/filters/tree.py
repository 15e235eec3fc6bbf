"""The tree of a filter.

A path through references (``/Group[…]/ComputedMember``) is turned round: it takes each resource that one of the first
step *refers to*. So a filter is always a condition on one resource, and steps nest within it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, TypeAlias

from mimas.schema.values import Scalar

Operator: TypeAlias = Literal["=", "!=", "<", "<=", ">", ">="]
Match: TypeAlias = Literal["starts-with", "ends-with", "contains"]

ID = "ObjectID"
"""The attribute by which a resource is itself: a reference to it, whose values are ids."""
TYPE = "ObjectType"
"""The attribute that holds the name of its type."""
MEMBERS = "ComputedMember"
"""The attribute that holds who belongs to a set or a criteria group."""


@dataclass(frozen=True, slots=True)
class Now:
    """The present instant, moved by so much: ``op:add-dayTimeDuration-to-dateTime(fn:current-dateTime(), …)``."""

    moved: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Comparison:
    """``attribute operator value``. Once bound, an id is a number, and an instant a ``datetime`` in UTC."""

    attribute: str
    operator: Operator
    value: Scalar | datetime | Now
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Matches:
    """``starts-with(attribute, 'text')`` and its like."""

    how: Match
    attribute: str
    text: str
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Present:
    """``is-present(attribute)``, and ``starts-with(attribute, '%')``, by which MIM's filters ask the same."""

    attribute: str
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Refers:
    """``attribute = /path``: it refers to a resource that the filter takes. ``ObjectID``: it is one itself.

    ``attribute = 'id'`` is bound to ``/*[ObjectID = id]``: that asks for the reference only, not whether the other
    resource can be seen.
    """

    attribute: str
    to: "Filter"
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Referred:
    """A step ``/path/attribute``: a resource that the filter takes refers to it."""

    attribute: str
    by: "Filter"
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Descends:
    """``descendant-in('attribute', /path)``: whoever is reached by following the attribute once or more often."""

    attribute: str
    of: "Filter"
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


Condition: TypeAlias = Comparison | Matches | Present | Refers | Referred | Descends | Not | All | Any


@dataclass(frozen=True, slots=True)
class Selection:
    """``/type[condition]``; a ``type`` of None is ``/*``, no condition takes all."""

    type: str | None
    condition: Condition | None = None
    position: int = field(default=0, compare=False)


Filter: TypeAlias = tuple[Selection, ...]
"""What one of its selections takes (``|``)."""


def conditions(selections: Filter, *, nested: bool = True) -> Iterator[Condition]:
    """Every condition of a filter, the outer ones before those within. ``nested``: also of the filters within."""
    waiting: list[Condition] = [selection.condition for selection in selections if selection.condition]
    while waiting:
        condition = waiting.pop()
        yield condition
        match condition:
            case Not(condition=inner):
                waiting.append(inner)
            case All(conditions=parts) | Any(conditions=parts):
                waiting.extend(parts)
            case Refers(to=inside) | Referred(by=inside) | Descends(of=inside):
                if nested:
                    waiting.extend(selection.condition for selection in inside if selection.condition)


def attributes(selections: Filter) -> frozenset[str]:
    """The names of all attributes that the filter reads, of whatever resource."""
    return frozenset(
        condition.attribute for condition in conditions(selections) if not isinstance(condition, Not | All | Any)
    )
