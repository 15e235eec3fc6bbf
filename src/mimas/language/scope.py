"""Scopes: which objects a rule is for (Entra Connect: scoping filter)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from mimas.schema.places import Place


class Operator(StrEnum):
    """Scope operators, by Entra Connect's tokens. All but the bit and member tests compare text, without case."""

    EQUAL = "EQUAL"
    NOTEQUAL = "NOTEQUAL"
    LESSTHAN = "LESSTHAN"
    LESSTHAN_OR_EQUAL = "LESSTHAN_OR_EQUAL"
    GREATERTHAN = "GREATERTHAN"
    GREATERTHAN_OR_EQUAL = "GREATERTHAN_OR_EQUAL"
    CONTAINS = "CONTAINS"
    NOTCONTAINS = "NOTCONTAINS"
    STARTSWITH = "STARTSWITH"
    NOTSTARTSWITH = "NOTSTARTSWITH"
    ENDSWITH = "ENDSWITH"
    NOTENDSWITH = "NOTENDSWITH"
    ISNULL = "ISNULL"
    ISNOTNULL = "ISNOTNULL"
    ISIN = "ISIN"
    ISNOTIN = "ISNOTIN"
    ISBITSET = "ISBITSET"
    ISBITNOTSET = "ISBITNOTSET"


@dataclass(frozen=True, slots=True)
class Clause:
    """One condition of a scope. ``value`` is empty for the null tests; ``ISIN`` lists are separated by ``;``."""

    attribute: str
    operator: Operator
    value: str = ""
    place: Place = Place()


Scope: TypeAlias = tuple[tuple[Clause, ...], ...]
"""Groups of clauses: one group must hold, and within it every clause. No group at all always holds."""
