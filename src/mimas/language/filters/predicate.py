"""A bound filter as a Python predicate.

Text is compared without case (as Python's casefold). A condition on an attribute with several values holds when it
holds for one of them, ``!=`` when there are values and none is equal; nothing but ``not`` holds where there is no value
(MIM: ``!=`` with a literal doubles as a test for presence, ``!=`` with a path is the opposite of ``=``).
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from operator import eq, ge, gt, le, lt
from typing import Any, TypeAlias

from mimas.language.coercion import as_date, as_text
from mimas.language.errors import FlowError
from mimas.language.filters import tree
from mimas.language.filters.asking import Ask, Asking, ancestors, remembered
from mimas.language.filters.subject import Subject
from mimas.schema.values import Scalar

Test: TypeAlias = Callable[[Subject, datetime], bool]
_Test: TypeAlias = Ask[bool]

_FIRST = datetime.min.replace(tzinfo=UTC)
LAST = datetime.max.replace(tzinfo=UTC)
"""The end of the calendar."""
ORDERS: dict[str, Callable[[Any, Any], bool]] = {"=": eq, "<": lt, "<=": le, ">": gt, ">=": ge}


def predicate(wanted: tree.Filter) -> Test:
    """Whether a resource is in the filter at an instant (aware): the filter is bound, see `binding`."""
    test = selecting(wanted)
    return lambda subject, now: test(subject, Asking(now))


def selecting(wanted: tree.Filter) -> _Test:
    """As `predicate`, for one question of several."""
    return _any([_selection(selection) for selection in wanted])


def testing(condition: tree.Condition) -> _Test:
    """Whether one condition holds, for one question of several."""
    return _TESTS[type(condition)](condition)


def instant(value: Scalar) -> datetime | None:
    """The instant that a stored value is; None for what is none."""
    try:
        return as_date(value)
    except FlowError:
        return None


def boundary(date: datetime, now: tree.Now) -> datetime:
    """The present at which a date and the moved present are the same; the end of the calendar for what lies beyond."""
    try:
        return date - now.moved
    except OverflowError:
        return _FIRST if now.moved > timedelta() else LAST


def only_ids(wanted: tree.Filter) -> dict[int, set[str | None]]:
    """Of a filter that takes nothing but known resources their ids, each with the types it may have; else empty."""
    found: dict[int, set[str | None]] = {}
    for selection in wanted:
        match selection.condition:
            case tree.Comparison(attribute=tree.ID, operator="=", value=int() as id_):
                found.setdefault(id_, set()).add(selection.type)
            case _:
                return {}
    return found


def compared_ids(wanted: tree.Filter) -> frozenset[int]:
    """Of a filter that `bind` made of ids their ids: a reference is compared with them; else empty."""
    ids = only_ids(wanted)
    return frozenset(ids) if all(types == {None} for types in ids.values()) else frozenset()


def _selection(selection: tree.Selection) -> _Test:
    only = selection.type
    if selection.condition is None:
        return lambda subject, _: only is None or subject.type == only
    test = testing(selection.condition)
    return test if only is None else lambda subject, asking: subject.type == only and test(subject, asking)


def _all(tests: list[_Test]) -> _Test:
    def test(subject: Subject, asking: Asking) -> bool:
        for one in tests:  # noqa: SIM110 - a loop takes half the time of a generator
            if not one(subject, asking):
                return False
        return True

    return test


def _any(tests: list[_Test]) -> _Test:
    if len(tests) == 1:
        return tests[0]

    def test(subject: Subject, asking: Asking) -> bool:
        for one in tests:  # noqa: SIM110 - as above
            if one(subject, asking):
                return True
        return False

    return test


def _matches(condition: tree.Matches) -> _Test:
    name, wanted = condition.attribute, condition.text.casefold()
    match condition.how:
        case "starts-with":
            one: Callable[[str], bool] = lambda text: text.startswith(wanted)  # noqa: E731 - one of three of a kind
        case "ends-with":
            one = lambda text: text.endswith(wanted)  # noqa: E731
        case "contains":
            one = lambda text: wanted in text  # noqa: E731
    return lambda subject, _: any(one(as_text(value).casefold()) for value in subject.values(name))


def _present(condition: tree.Present) -> _Test:
    name = condition.attribute
    return lambda subject, _: bool(subject.values(name) or subject.references(name))


def _not(condition: tree.Not) -> _Test:
    opposite = testing(condition.condition)
    return lambda subject, asking: not opposite(subject, asking)


def _comparison(condition: tree.Comparison) -> _Test:
    name, value = condition.attribute, condition.value
    if isinstance(value, tree.Now):
        return _dated(condition, value)
    if name == tree.ID:
        equal = condition.operator == "="
        return lambda subject, _: (value in subject.references(name)) is equal
    if condition.operator == "!=":
        equals = compared(value, eq)
        return lambda subject, _: bool(values := subject.values(name)) and not any(map(equals, values))
    if condition.operator == "=" and isinstance(value, str):
        return _equals(name, value.casefold())
    one = compared(value, ORDERS[condition.operator])
    return lambda subject, _: any(map(one, subject.values(name)))


def _equals(name: str, text: str) -> _Test:
    """What most filters ask."""

    def test(subject: Subject, _: Asking) -> bool:
        for value in subject.values(name):
            if (value if value.__class__ is str else as_text(value)).casefold() == text:
                return True
        return False

    return test


def compared(wanted: Any, compare: Callable[[Any, Any], bool]) -> Callable[[Scalar], bool]:
    """One value compared with a literal, which is of the attribute's type: a value of another type is not equal."""
    if isinstance(wanted, datetime):
        return lambda value: (own := instant(value)) is not None and compare(own, wanted)
    if isinstance(wanted, str):
        text = wanted.casefold()
        return lambda value: compare(as_text(value).casefold(), text)
    kind = type(wanted)
    return lambda value: value.__class__ is kind and compare(value, wanted)


def _dated(condition: tree.Comparison, moved: tree.Now) -> _Test:
    name = condition.attribute
    compare = ORDERS["=" if condition.operator == "!=" else condition.operator]

    def holds(subject: Subject, asking: Asking) -> bool:
        dates = map(instant, subject.values(name))
        return any(date is not None and compare(boundary(date, moved), asking.now) for date in dates)

    if condition.operator == "!=":
        return lambda subject, asking: bool(subject.values(name)) and not holds(subject, asking)
    return holds


def _refers(condition: tree.Refers) -> _Test:
    name, test = condition.attribute, remembered(selecting(condition.to), condition.to)
    if name == tree.ID:
        return test
    if ids := compared_ids(condition.to):
        return lambda subject, _: not ids.isdisjoint(subject.references(name))

    def holds(subject: Subject, asking: Asking) -> bool:
        others = map(subject.other, subject.references(name))
        return any(other is not None and test(other, asking) for other in others)

    return holds


def _referred(condition: tree.Referred) -> _Test:
    name, test = condition.attribute, remembered(selecting(condition.by), condition.by)
    if known := only_ids(condition.by):
        return lambda subject, _: any(_is_referred(subject, name, id_, types) for id_, types in known.items())
    return lambda subject, asking: any(test(other, asking) for other in subject.referrers(name))


def _is_referred(subject: Subject, name: str, id_: int, types: set[str | None]) -> bool:
    if not subject.refers_back(name, id_):
        return False
    return None in types or ((other := subject.other(id_)) is not None and other.type in types)


def _descends(condition: tree.Descends) -> _Test:
    name, test = condition.attribute, remembered(selecting(condition.of), condition.of)
    return lambda subject, asking: any(test(other, asking) for other in ancestors(subject, name))


_TESTS: dict[type, Callable[[Any], _Test]] = {
    tree.Comparison: _comparison,
    tree.Matches: _matches,
    tree.Present: _present,
    tree.Refers: _refers,
    tree.Referred: _referred,
    tree.Descends: _descends,
    tree.Not: _not,
    tree.All: lambda condition: _all([testing(part) for part in condition.conditions]),
    tree.Any: lambda condition: _any([testing(part) for part in condition.conditions]),
}
