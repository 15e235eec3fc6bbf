"""Filters: the XPath dialect of the MIM Service."""

from typing import Any

import pytest

from mimas.language.errors import ExpressionError
from mimas.language.filters.parser import parse
from mimas.language.filters.predicate import equalities, predicate
from mimas.language.filters.tree import attributes

ANN: dict[str, Any] = {
    "displayName": "Ann Lee",
    "mail": "ann@example.com",
    "size": 12,
    "active": True,
    "phones": ["1", "2"],
    "start": "2026-11-23T08:00:00Z",
    "id": "007",
}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("displayName = 'ann lee'", True),
        ('displayName = "Ann"', False),
        ("displayName = 'Ann Lee' and starts-with(mail, 'ANN@')", True),
        ("displayName = 'x' or mail = 'x' or size = 12", True),
        ("displayName = 'x' or mail = 'ann@example.com' and size = 1", False),
        ("(displayName = 'x' or mail = 'ann@example.com') and size = 12", True),
        ("not(displayName = 'x')", True),
        ("not(none = 'x')", True),
        ("none = 'x'", False),
        ("none != 'x'", False),
        ("mail != 'x'", True),
        ("phones = '2'", True),
        ("phones != '2'", False),
        ("phones != '3'", True),
        ("size > 9", True),
        ("size > '9'", True),
        ("size <= 12", True),
        ("size < 12", False),
        ("id = 7", False),
        ("id = '007'", True),
        ("active = true", True),
        ("active = 'True'", True),
        ("active = False", False),
        ("start >= '2026-11-23'", True),
        ("start = '2026-11-23T09:00:00+01:00'", True),
        ("start > '2026-11-24'", False),
        ("contains(displayName, 'n l')", True),
        ("ends-with(mail, '.COM')", True),
        ("ends-with(none, '')", False),
        ("notes = 'x' or android = 'y'", False),
    ],
)
def test_conditions(condition: str, expected: bool) -> None:
    assert predicate(parse(f"/person[{condition}]"))("person", ANN) is expected


def test_types_and_unions() -> None:
    everyone = predicate(parse("/person"))
    assert everyone("person", {})
    assert not everyone("group", {})
    assert predicate(parse("/*[size=12]"))("group", ANN)
    either = predicate(parse("/person[size = 1] | /group"))
    assert either("group", {})
    assert not either("person", ANN)


def test_what_an_index_can_narrow() -> None:
    parsed = parse("/person[a = 'x' and b = 2 and not(c = 'y') and (d = 'z' or e = 'w')] | /* | /group[f < 3 or g = 1]")
    assert equalities(parsed) == (("person", (("a", "x"), ("b", 2))), (None, ()), ("group", ()))
    assert attributes(parsed) == set("abcdefg")
    assert equalities(parse("/person[start = '2026-11-23']")) == (("person", ()),)


@pytest.mark.parametrize(
    ("text", "says", "position", "suggestion"),
    [
        ("person", "begins with the type", 0, "/person"),
        ("/person[a == 'b']", "== is no operator", 10, "="),
        ("/person[a <> 'b']", "<> is no operator", 10, "!="),
        ("/person[startswith(a, 'b')]", "no function startswith", 8, "starts-with"),
        ("/person[a = b]", "text stands in quotes", 12, "'b'"),
        ("/person[a = 'b]", "not closed", 12, ""),
        ("/person[a = 'b'", "a ] is missing", 15, ""),
        ("/person[(a = 'b']", "is not expected", 16, ""),
        ("/person[a = 'b' && c = 'd']", "&& is not expected", 16, "and"),
        ("/person[a = 'b' AND c = 'd']", "AND is not expected", 16, "and"),
        ("/person[]", "is not expected", 8, ""),
        ("/person[manager = /person]", "not understood yet", 18, ""),
        ("", "begins with the type", 0, "/person"),
    ],
)
def test_errors(text: str, says: str, position: int, suggestion: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    assert says in caught.value.message
    assert (caught.value.position, caught.value.suggestion) == (position, suggestion)


def test_deep_filters_never_crash() -> None:
    deep = "not(" * 100 + "a = 'x'" + ")" * 100
    assert predicate(parse(f"/person[{deep}]"))("person", {"a": "x"})
    with pytest.raises(ExpressionError, match="too deep"):
        parse("/person[" + "(a = 'x' and not(" * 200 + "a = 'x'" + "))" * 200 + "]")
    assert parse("/person[" + "(" * 9000 + "a = 'x'" + ")" * 9000 + "]") == parse("/person[a = 'x']")
