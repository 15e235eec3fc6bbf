"""Filters: what is taken decides about every resource."""

from typing import Any

from mimas.dev.fuzzing.target import Target, told
from mimas.dev.fuzzing.targets.expressions import OBJECTS
from mimas.language.errors import ExpressionError
from mimas.language.filters.parser import parse
from mimas.language.filters.predicate import equalities, predicate
from mimas.language.filters.tree import attributes


def _check(case: str) -> str:
    try:
        wanted = parse(case)
    except ExpressionError as error:
        assert 0 <= error.position <= max(len(case), 1), f"position {error.position} of {len(case)} characters"
        return told(error, error.message, error.suggestion)
    read = attributes(wanted)
    assert hash(wanted) == hash(parse(case))
    assert all(name in read for _, pairs in equalities(wanted) for name, _ in pairs)
    holds = predicate(wanted)
    answers: list[Any] = [holds("person", {name: v for name, v in o.items() if v is not None}) for o in OBJECTS]
    assert all(isinstance(answer, bool) for answer in answers)
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
        ),
        ("/person[", "/*", "[", "]", "(", ")", "not(", " and ", " or ", "|", "=", "!=", "<=", "'", '"', "contains(", "mail",
         "size", "active", "phones", "start", "true", "-1", ", "),
        (("(", ")"), ("not(", ")"), ("/a[", "]"), ("(a = 1 and ", ")"), ("(a = 1 or not(b = 2 and ", "))")),
        longest=20_000,
        quick=1_000,
    ),
)  # fmt: skip
