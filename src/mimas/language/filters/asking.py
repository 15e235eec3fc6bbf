"""What one question is about, besides the resource: the present, and what has been found out on the way."""

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import count
from typing import Any, TypeAlias, TypeVar

from mimas.language.filters import tree
from mimas.language.filters.subject import Subject

T = TypeVar("T")


class Asking:
    """One question to one or several filters."""

    __slots__ = ("known", "now")

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.known: dict[tuple[int, int], Any] = {}
        """(condition, id) → the answer."""


Ask: TypeAlias = Callable[[Subject, Asking], T]
_numbers = count()


def remembered(ask: Ask[T], about: tree.Filter) -> Ask[T]:
    """The same, asking once only of each resource: many ways may lead there, and each step multiplies them.

    What does not go on to further resources is answered at once, and is not worth remembering.
    """
    if not any(isinstance(one, tree.Refers | tree.Referred | tree.Descends) for one in tree.conditions(about)):
        return ask
    number = next(_numbers)

    def once(subject: Subject, asking: Asking) -> T:
        at = (number, subject.id)
        if at not in asking.known:
            asking.known[at] = ask(subject, asking)
        answer: T = asking.known[at]
        return answer

    return once


def ancestors(subject: Subject, attribute: str) -> Iterator[Subject]:
    """Who refers to a resource, who refers to those, and so on, each once."""
    met: set[int] = set()
    waiting = [subject]
    while waiting:
        for other in waiting.pop().referrers(attribute):
            if other.id not in met:
                met.add(other.id)
                waiting.append(other)
                yield other
