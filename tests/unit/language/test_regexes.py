"""Regular expressions of .NET: what is translated, and what is refused with a reason."""

import pytest

from mimas.language.errors import FlowError
from mimas.language.regexes import pattern, replacement


@pytest.mark.parametrize(
    ("expression", "text", "found"),
    [
        (r"(?<n>a+)b\k<n>", "xaabaay", "aabaa"),
        (r"(?'n'a)", "ba", "a"),
        (r"a\z", "a\n", None),
        (r"a\Z", "a\n", "a"),
        (r"(?i)STRASSE", "strasse", "strasse"),
        (r"(?i:A)b", "ab", "ab"),
        (r"\\k<n>", r"\k<n>", r"\k<n>"),
        (r"(?<=a)b(?!c)", "abd", "b"),
        (r"(?>a+)b", "aab", "aab"),
    ],
)
def test_what_dotnet_writes_otherwise(expression: str, text: str, found: str | None) -> None:
    match = pattern(expression).search(text)
    assert (match[0] if match else None) == found


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        (r"(?<a-b>x)", "no balancing groups"),
        (r"\p{L}", "Unicode categories"),
        (r"\Ga", r"escape \G"),
        (r"(?n)a", "only i, m, s and x"),
        ("(", "is wrong"),
    ],
)
def test_what_is_refused_names_the_construct(expression: str, reason: str) -> None:
    with pytest.raises(FlowError) as caught:
        pattern(expression)
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("given", "expected"),
    [("$1-${n}", "x-x"), ("$$1", "$1"), ("<$&>", "<x>"), (r"\n", r"\n")],
)
def test_replacements(given: str, expected: str) -> None:
    assert pattern("(?<n>x)").sub(replacement(given), "x") == expected


def test_replacements_that_python_does_not_have_are_refused() -> None:
    with pytest.raises(FlowError, match="do not have"):
        replacement("$`")
