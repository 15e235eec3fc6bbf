"""Alike changes put together: how often each happened, and some examples.

Whoever lists what differs between two states, past or planned, gives `Alteration`s; what comes out is short, however
many there were.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

WHOLE = ("made", "restored", "deleted", "gone", "linked", "unlinked")
ACTIONS = (*WHOLE, "changed", "added", "removed", "shows", "wanted")
"""What can happen, in the order in which it is told."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a change is about: the id of an object or of a resource, or a name."""

    kind: str
    """``object``, ``resource``, or something that is called as it is."""
    id: int | str


@dataclass(frozen=True, slots=True)
class Alteration:
    """One thing that two states have differently."""

    of: str
    """A type of resources, or a connector."""
    action: str
    subject: Subject
    attribute: str = ""
    rule: str = ""
    """The rule that made it so."""
    before: Any = None
    after: Any = None


@dataclass(slots=True)
class Group:
    """Changes of one kind, attribute and rule."""

    first: Alteration
    count: int = 0
    uniform: bool = True
    """Whether all of them have the same values before and after."""
    examples: list[Alteration] = field(default_factory=list)

    def add(self, one: Alteration, examples: int) -> None:
        """Count one more."""
        self.count += 1
        self.uniform = self.uniform and (one.before, one.after) == (self.first.before, self.first.after)
        if len(self.examples) < examples:
            self.examples.append(one)


@dataclass(slots=True)
class Alike:
    """Everything that differs, put together."""

    groups: list[Group]
    """The most frequent first, within what they are of and what happened."""
    counts: dict[str, dict[str, int]]
    """What it is of → action → how many; whatever changes something of what stays counts once, as ``changed``."""


def grouped(alterations: Iterable[Alteration], examples: int) -> Alike:
    """Put together what is alike, with so many examples of each."""
    groups: dict[tuple[str, ...], Group] = {}
    touched: dict[tuple[str, str], set[Subject]] = defaultdict(set)
    for one in alterations:
        key = (one.of, one.action, one.attribute, one.rule)
        group = groups.get(key)
        if group is None:
            group = groups[key] = Group(one)
        group.add(one, examples)
        touched[one.of, one.action if one.action in WHOLE else "changed"].add(one.subject)
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for of, action in sorted(touched, key=lambda key: (key[0], ACTIONS.index(key[1]))):
        counts[of][action] = len(touched[of, action])
    return Alike(sorted(groups.values(), key=_order), dict(counts))


def _order(group: Group) -> tuple[Any, ...]:
    first = group.first
    return first.of, ACTIONS.index(first.action), -group.count, first.attribute, first.rule
