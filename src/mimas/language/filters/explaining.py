"""Why a filter takes a resource, or why not."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from mimas.language.filters import tree
from mimas.language.filters.asking import Ask, Asking, ancestors, remembered
from mimas.language.filters.predicate import compared_ids, only_ids, selecting, testing
from mimas.language.filters.subject import Subject
from mimas.language.filters.writing import condition_text, text
from mimas.schema.values import Scalar

MOST = 20
"""Other resources that one condition tells of: nobody reads of all members of a large group."""
FARTHEST = 2
"""References that are followed one after another; of what lies beyond only the answer is told."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a condition, or of a whole filter, for one resource."""

    of: int
    """The id of the resource: another one within conditions on references."""
    says: str
    """The condition in the dialect."""
    holds: bool
    saw: tuple[Scalar, ...] = ()
    """The values that it looked at; of a reference the ids. Empty where there are none."""
    parts: tuple["Verdict", ...] = ()
    how: str = ""
    """How the parts make the answer: ``and``, ``or``, ``not``; ``any``: one of other resources; empty without parts."""


def explain(wanted: tree.Filter, subject: Subject, now: datetime) -> Verdict:
    """Each condition of a bound filter with its answer; whether the whole takes the resource is that of the first."""
    return _filter(wanted, subject, _Point(Asking(now), {}, FARTHEST))


def excluding(verdict: Verdict) -> tuple[Verdict, ...]:
    """What keeps the resource out: the conditions without which it would be in; none where it is in.

    Of conditions joined by ``and`` those that fail, of those joined by ``or`` all; a ``not`` as a whole.
    """
    if verdict.holds:
        return ()
    if verdict.how not in ("and", "or"):
        return (verdict,)
    return tuple(telling for part in verdict.parts for telling in excluding(part))


@dataclass(frozen=True, slots=True)
class _Point:
    """How far the explanation has come; what has been found out stays known."""

    asking: Asking
    tests: dict[int, Ask[bool]]
    """Of conditions and filters, by which object they are: comparing deep trees takes longer than asking."""
    left: int
    """How many references may still be followed."""

    def holds(self, condition: tree.Condition, subject: Subject) -> bool:
        return self._asked(condition, lambda: testing(condition), subject)

    def takes(self, within: tree.Filter, subject: Subject) -> bool:
        return self._asked(within, lambda: remembered(selecting(within), within), subject)

    def _asked(self, about: object, make: Callable[[], Ask[bool]], subject: Subject) -> bool:
        if id(about) not in self.tests:
            self.tests[id(about)] = make()
        return self.tests[id(about)](subject, self.asking)


def _filter(wanted: tree.Filter, subject: Subject, point: _Point) -> Verdict:
    parts = tuple(_selection(selection, subject, point) for selection in wanted)
    if len(parts) == 1:
        return parts[0]
    return Verdict(subject.id, text(wanted), any(part.holds for part in parts), (), parts, "or")


def _selection(selection: tree.Selection, subject: Subject, point: _Point) -> Verdict:
    kind = Verdict(subject.id, f"/{selection.type or '*'}", selection.type in (None, subject.type), (subject.type,))
    # Somebody of another type is asked nothing: what a person lacks that groups have explains nothing.
    if selection.condition is None or not kind.holds:
        return kind
    asked = _condition(selection.condition, subject, point)
    if selection.type is None:
        return asked
    return Verdict(subject.id, text((selection,)), asked.holds, (), (kind, asked), "and")


def _condition(condition: tree.Condition, subject: Subject, point: _Point) -> Verdict:
    says, holds = condition_text(condition), point.holds(condition, subject)
    match condition:
        case tree.Not(condition=opposite):
            return Verdict(subject.id, says, holds, (), (_condition(opposite, subject, point),), "not")
        case tree.All(conditions=several):
            return Verdict(subject.id, says, holds, (), _each(several, subject, point), "and")
        case tree.Any(conditions=several):
            return Verdict(subject.id, says, holds, (), _each(several, subject, point), "or")
        case tree.Refers(attribute=tree.ID, to=to):
            return replace(_filter(to, subject, point), says=says)
        case tree.Refers() | tree.Referred() | tree.Descends():
            return _others(condition, subject, point)
        case tree.Comparison(attribute=name) | tree.Matches(attribute=name) | tree.Present(attribute=name):
            return Verdict(subject.id, says, holds, (*subject.values(name), *subject.references(name)))


def _each(parts: Iterable[tree.Condition], subject: Subject, point: _Point) -> tuple[Verdict, ...]:
    return tuple(_condition(part, subject, point) for part in parts)


def _others(condition: tree.Refers | tree.Referred | tree.Descends, subject: Subject, point: _Point) -> Verdict:
    says, holds = condition_text(condition), point.holds(condition, subject)
    if (saw := _compared(condition, subject)) is not None:
        return Verdict(subject.id, says, holds, saw)
    others, within = _reached(condition, subject)
    if holds:
        # Those that are taken make it so; they need not be the first.
        others = (one for one in others if point.takes(within, one))
    known = tuple(islice(others, MOST))
    saw = tuple(one.id for one in known)
    if not point.left:
        return Verdict(subject.id, says, holds, saw)
    parts = tuple(_filter(within, one, replace(point, left=point.left - 1)) for one in known)
    return Verdict(subject.id, says, holds, saw, parts, "any")


def _compared(condition: tree.Refers | tree.Referred | tree.Descends, subject: Subject) -> tuple[int, ...] | None:
    """The ids that were seen where only ids are compared; None where others are looked at."""
    match condition:
        case tree.Refers(attribute=name, to=to) if compared_ids(to):
            return tuple(subject.references(name))
        case tree.Referred(attribute=name, by=by) if known := only_ids(by):
            return tuple(id_ for id_ in known if subject.refers_back(name, id_))
    return None


def _reached(
    condition: tree.Refers | tree.Referred | tree.Descends, subject: Subject
) -> tuple[Iterator[Subject], tree.Filter]:
    name = condition.attribute
    match condition:
        case tree.Refers(to=within):
            found = map(subject.other, subject.references(name))
            return (one for one in found if one is not None), within
        case tree.Referred(by=within):
            return iter(subject.referrers(name)), within
        case tree.Descends(of=within):
            return ancestors(subject, name), within
