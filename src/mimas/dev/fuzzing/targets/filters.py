"""Filters: what is taken decides about every resource."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from mimas.dev.fuzzing.target import Target, told
from mimas.dev.fuzzing.targets.expressions import OBJECTS
from mimas.language.errors import ExpressionError
from mimas.language.filters.binding import bind
from mimas.language.filters.explaining import explain
from mimas.language.filters.matching import Matcher
from mimas.language.filters.parser import parse
from mimas.language.filters.paths import paths
from mimas.language.filters.predicate import predicate
from mimas.language.filters.turning import judging
from mimas.language.filters.writing import text
from mimas.schema.attributes import Attribute, Kind
from mimas.schema.values import as_list

_NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
_KINDS = {"size": Kind.INTEGER, "active": Kind.BOOLEAN, "start": Kind.DATETIME, "boss": Kind.REFERENCE}
_ATTRIBUTES = {
    name: Attribute(name, _KINDS.get(name, Kind.STRING))
    for name in (*OBJECTS[1], "displayName", "id", "a", "b", "boss")
}
_CATALOGUE = {"person": _ATTRIBUTES, "group": _ATTRIBUTES}


@dataclass(frozen=True, slots=True)
class _Person:
    """One of the objects; each refers to the next one, and the last to the first."""

    id: int
    type: str = "person"

    def values(self, attribute: str) -> Sequence[Any]:
        return [] if attribute == "boss" else as_list(OBJECTS[self.id].get(attribute))

    def references(self, attribute: str) -> Sequence[int]:
        return {"ObjectID": [self.id], "boss": [(self.id + 1) % len(OBJECTS)]}.get(attribute, [])

    def referrers(self, attribute: str) -> Iterable["_Person"]:
        return [_Person((self.id - 1) % len(OBJECTS))] if attribute == "boss" else []

    def refers_back(self, attribute: str, id_: int) -> bool:
        return any(other.id == id_ for other in self.referrers(attribute))

    def other(self, id_: int) -> "_Person | None":
        return _Person(id_) if id_ < len(OBJECTS) else None


def _check(case: str) -> str:
    try:
        parsed = parse(case)
        wanted = bind(parsed, _CATALOGUE, int)
    except ExpressionError as error:
        assert 0 <= error.position <= max(len(case), 1), f"position {error.position} of {len(case)} characters"
        return told(error, error.message, error.suggestion)
    assert hash(parsed) == hash(parse(case))
    holds, judge = predicate(wanted), judging(wanted)
    people = [_Person(number) for number in range(len(OBJECTS))]
    answers = [holds(person, _NOW) for person in people]
    assert answers == [judge(person, _NOW)[0] for person in people]
    assert answers == [explain(wanted, person, _NOW).holds for person in people]
    assert answers == [bool(Matcher({1: wanted}).find(person, _NOW)[0]) for person in people]
    assert list(paths(wanted))
    assert bind(parse(text(wanted)), _CATALOGUE, int) == wanted
    return f"{type(wanted[0].condition).__name__} {answers}"


TARGETS = (
    Target(
        "filters",
        _check,
        (
            "/person[displayName = 'ann lee']",
            "/*[size >= 12 and not(contains(mail, '@x'))]",
            '/person[(a = "x" or start > \'2026-11-23T08:00:00Z\') and active = true] | /group',
            "/person[starts-with(mail, 'Ann') or ends-with(mail, '.com') or phones != '1-2']",
            "/person[not(start < '2026-11-24') and id = '007']",
            "/person[boss = /person[boss = 1]/boss and is-present(boss)]/boss[descendant-in('boss', /group | /*)]",
            "descendants(/person[start < op:add-dayTimeDuration-to-dateTime(fn:current-dateTime(), "
            "xs:dayTimeDuration('P1DT2H3M4.5S'))], 'boss')",
            "<Filter Dialect='x'>/person[boss != 2 and size &lt; 3]</Filter>",
        ),
        ("/person[", "/*", "[", "]", "(", ")", "not(", " and ", " or ", "|", "=", "!=", "<=", "'", '"', "contains(", "mail",
         "size", "active", "phones", "start", "true", "-1", ", ", "/boss", "boss", "descendant-in('boss', ", "<Filter>",
         "</Filter>", "&lt;", "is-present(", "fn:current-dateTime()", "xs:dayTimeDuration('", "P1D", "'%'"),
        (("(", ")"), ("not(", ")"), ("/a[", "]"), ("(a = 1 and ", ")"), ("(a = 1 or not(b = 2 and ", "))"),
         ("/person[boss = ", "]"), ("descendants(", ", 'boss')")),
        longest=20_000,
        quick=1_000,
    ),
)  # fmt: skip
