"""When time alone changes the answer of a filter.

MIM asks such filters anew once a day (FIM_TemporalEventsJob); whoever knows the next instant need not ask before.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import TypeAlias

from mimas.language.filters import tree
from mimas.language.filters.asking import Ask, Asking, ancestors, remembered
from mimas.language.filters.predicate import LAST, ORDERS, boundary, instant, selecting, testing
from mimas.language.filters.subject import Subject

Answer: TypeAlias = tuple[bool, datetime | None]
"""Whether it holds, and the next instant at which that may change by itself; None: never."""
Judge: TypeAlias = Ask[Answer]

_TICK = timedelta(microseconds=1)
"""After equality, ``<`` changes with the next instant there is."""


def temporal(wanted: tree.Filter) -> bool:
    """Whether the filter, or one within, looks at the present."""
    return any(_is_temporal(condition) for condition in tree.conditions(wanted))


def turning(wanted: tree.Filter) -> Callable[[Subject, datetime], datetime | None]:
    """The next instant after now at which the answer for a resource may change by itself; None: never.

    Until then it stays, if nothing changes but time. It is exact to the microsecond for one comparison.
    """
    judge = judging(wanted)
    return lambda subject, now: judge(subject, now)[1]


def judging(wanted: tree.Filter) -> Callable[[Subject, datetime], Answer]:
    """The answer for a resource, and the instant of `turning`."""
    answer = answering(wanted)
    return lambda subject, now: answer(subject, Asking(now))


def answering(wanted: tree.Filter) -> Judge:
    """As `judging`, for one question of several."""
    if not temporal(wanted):
        return _timeless(selecting(wanted))
    judges = [_selection(selection) for selection in wanted]
    return lambda subject, asking: any_of(judge(subject, asking) for judge in judges)


def any_of(answers: Iterable[Answer]) -> Answer:
    """It holds as long as one that holds now; what does not hold may do so as soon as one changes."""
    holds, longest, soonest = False, LAST, LAST
    for answer, until in answers:
        if not answer:
            soonest = min(soonest, until or LAST)
        elif not holds:
            holds, longest = True, until or LAST
        else:
            longest = max(longest, until or LAST)
    until = longest if holds else soonest
    return holds, None if until == LAST else until


def _not(answer: Answer) -> Answer:
    return not answer[0], answer[1]


def _selection(selection: tree.Selection) -> Judge:
    only = selection.type
    if selection.condition is None:
        return lambda subject, _: (only is None or subject.type == only, None)
    judge = _condition(selection.condition)
    return lambda subject, asking: judge(subject, asking) if only is None or subject.type == only else (False, None)


def _condition(condition: tree.Condition) -> Judge:
    match condition:
        case tree.Not(condition=inner):
            opposite = _condition(inner)
            return lambda subject, asking: _not(opposite(subject, asking))
        case tree.Any(conditions=parts):
            return _any(parts)
        case tree.All(conditions=parts):
            none = _any([tree.Not(part) for part in parts])
            return lambda subject, asking: _not(none(subject, asking))
        case tree.Comparison(value=tree.Now() as moved):
            return _comparison(condition, moved)
        case tree.Refers() | tree.Referred() | tree.Descends():
            return _others(condition)
    return _timeless(testing(condition))


def _timeless(test: Ask[bool]) -> Judge:
    return lambda subject, asking: (test(subject, asking), None)


def _any(parts: Iterable[tree.Condition]) -> Judge:
    """What time cannot change is asked first: where it holds, nothing else matters."""
    parts = list(parts)
    timeless = [testing(part) for part in parts if not temporal((tree.Selection(None, part),))]
    judges = [_condition(part) for part in parts if temporal((tree.Selection(None, part),))]

    def judge(subject: Subject, asking: Asking) -> Answer:
        if any(test(subject, asking) for test in timeless):
            return True, None
        return any_of(judge(subject, asking) for judge in judges)

    return judge


def _others(condition: tree.Refers | tree.Referred | tree.Descends) -> Judge:
    name = condition.attribute
    match condition:
        case tree.Refers(attribute=tree.ID, to=wanted):
            return answering(wanted)
        case tree.Refers(to=wanted):
            reach: Callable[[Subject], Iterable[Subject | None]] = lambda subject: map(  # noqa: E731 - one of three
                subject.other, subject.references(name)
            )
        case tree.Referred(by=wanted):
            reach = lambda subject: subject.referrers(name)  # noqa: E731
        case tree.Descends(of=wanted):
            reach = lambda subject: ancestors(subject, name)  # noqa: E731
    judge = remembered(answering(wanted), wanted)
    return lambda subject, asking: any_of(judge(other, asking) for other in reach(subject) if other is not None)


def _comparison(condition: tree.Comparison, moved: tree.Now) -> Judge:
    name, operator = condition.attribute, condition.operator
    asked = "=" if operator == "!=" else operator

    def holds(subject: Subject, asking: Asking) -> Answer:
        dates = map(instant, subject.values(name))
        return any_of(_against(asked, boundary(date, moved), asking.now) for date in dates if date is not None)

    if operator == "!=":
        return lambda subject, asking: _not(holds(subject, asking)) if subject.values(name) else (False, None)
    return holds


def _against(operator: str, equal: datetime, now: datetime) -> Answer:
    """At the instant of equality ``<=`` begins to hold and ``>`` ends; ``<`` and ``>=`` follow one tick later."""
    answer = ORDERS[operator](equal, now)
    if now < equal and operator in ("<=", ">", "="):
        return answer, equal
    if now <= equal and operator in ("<", ">=", "="):
        return answer, equal + _TICK if equal < LAST else None
    return answer, None


def _is_temporal(condition: tree.Condition) -> bool:
    return isinstance(condition, tree.Comparison) and isinstance(condition.value, tree.Now)
