"""Why a filter takes a resource, or why not."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from mimas.language.filters import tree
from mimas.language.filters.predicate import ancestors, compared_ids, holding, only_ids, predicate
from mimas.language.filters.subject import Subject
from mimas.language.filters.writing import condition_text, text
from mimas.schema.values import Scalar

MOST = 20
"""Other resources that one condition tells of: nobody reads of all members of a large group."""


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
    parts = tuple(_selection(selection, subject, now) for selection in wanted)
    if len(parts) == 1:
        return parts[0]
    return Verdict(subject.id, text(wanted), predicate(wanted)(subject, now), (), parts, "or")


def excluding(verdict: Verdict) -> tuple[Verdict, ...]:
    """What keeps the resource out: the conditions without which it would be in; none where it is in.

    Of conditions joined by ``and`` those that fail, of those joined by ``or`` all; a ``not`` as a whole.
    """
    if verdict.holds:
        return ()
    if verdict.how not in ("and", "or"):
        return (verdict,)
    return tuple(telling for part in verdict.parts for telling in excluding(part))


def _selection(selection: tree.Selection, subject: Subject, now: datetime) -> Verdict:
    kind = Verdict(subject.id, f"/{selection.type or '*'}", selection.type in (None, subject.type), (subject.type,))
    # Somebody of another type is asked nothing: what a person lacks that groups have explains nothing.
    if selection.condition is None or not kind.holds:
        return kind
    asked = _condition(selection.condition, subject, now)
    if selection.type is None:
        return asked
    return Verdict(subject.id, text((selection,)), asked.holds, (), (kind, asked), "and")


def _condition(condition: tree.Condition, subject: Subject, now: datetime) -> Verdict:
    says, holds = condition_text(condition), holding(condition)(subject, now)
    match condition:
        case tree.Not(condition=opposite):
            return Verdict(subject.id, says, holds, (), (_condition(opposite, subject, now),), "not")
        case tree.All(conditions=several):
            return Verdict(subject.id, says, holds, (), _each(several, subject, now), "and")
        case tree.Any(conditions=several):
            return Verdict(subject.id, says, holds, (), _each(several, subject, now), "or")
        case tree.Refers(attribute=tree.ID, to=to):
            return replace(explain(to, subject, now), says=says)
        case tree.Refers() | tree.Referred() | tree.Descends():
            return _others(condition, subject, now)
        case tree.Comparison(attribute=name) | tree.Matches(attribute=name) | tree.Present(attribute=name):
            return Verdict(subject.id, says, holds, (*subject.values(name), *subject.references(name)))


def _each(parts: Iterable[tree.Condition], subject: Subject, now: datetime) -> tuple[Verdict, ...]:
    return tuple(_condition(part, subject, now) for part in parts)


def _others(condition: tree.Refers | tree.Referred | tree.Descends, subject: Subject, now: datetime) -> Verdict:
    says, holds = condition_text(condition), holding(condition)(subject, now)
    if (saw := _compared(condition, subject)) is not None:
        return Verdict(subject.id, says, holds, saw)
    others, within = _reached(condition, subject)
    if holds:
        # Those that are taken make it so; they need not be the first.
        test = predicate(within)
        others = (one for one in others if test(one, now))
    known = tuple(islice(others, MOST))
    parts = tuple(explain(within, one, now) for one in known)
    return Verdict(subject.id, says, holds, tuple(one.id for one in known), parts, "any")


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
