"""Pending objects, and what linking decides about a batch of them."""

from dataclasses import dataclass, field
from typing import TypeAlias

from mimas.runs.groups import NONE, Membership
from mimas.schema.values import Values

SymbolKeys: TypeAlias = tuple[int, list[str]]
"""An indexed attribute of a resource type, and the keys looked for in it."""


@dataclass(slots=True)
class Pending:
    """A pending object."""

    id: int
    anchor: str
    presence: int
    values: Values
    resource: int | None
    rule: int | None
    name: str = ""
    """What it is called: its name, where it has one."""
    groups: Membership = NONE
    """The groups it is in, of those that scopes ask for."""


@dataclass(slots=True)
class Batch:
    """What linking decided about one batch."""

    gone: list[Pending] = field(default_factory=list)
    unlinked: list[Pending] = field(default_factory=list)
    linked: list[tuple[Pending, int, int]] = field(default_factory=list)
    """(object, resource, rule)."""
    projected: list[tuple[Pending, int]] = field(default_factory=list)
    """(object, rule's place in the linker)."""
    ambiguous: set[int] = field(default_factory=set)
    """Objects that several resources match, and no criterion exactly one: a person decides."""
    waiting: list[tuple[int, str, int]] = field(default_factory=list)
    """Join keys of objects that stay without a link."""
    failed: set[int] = field(default_factory=set)
    deferred: set[int] = field(default_factory=set)
    """Objects that may join what this batch projects."""
    touched: set[int] = field(default_factory=set)
