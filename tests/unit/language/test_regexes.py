"""Regular expressions of .NET: what is translated, and what is refused with a reason."""

import re
import warnings

import pytest

from mimas.language.errors import FlowError
from mimas.language.regexes import pattern, replacement


@pytest.mark.parametrize(
    ("expression", "text", "found"),
    [
        (r"(?<n>a+)b\k<n>", "xaabaay", "aabaa"),
        (r"(?<first>a)(?<second>b)\k<second>\k<first>", "abba", "abba"),
        (r"a.b", "a\nb", None),
        (r"(?s)a.b", "a\nb", "a\nb"),
        (r"(?i-s:A.B)", "ab\naxb", "axb"),
        (r"(?imsx) A .", "xa\n", "a\n"),
        (r"(?mx) ^ b", "a\nb", "b"),
        (r"[]a]+", "x]a", "]a"),
        (r"[^]a]+", "]ax", "x"),
        (r"[\]a]+", "x]a", "]a"),
        (r"[~~a]+", "b~a", "~a"),
        (r"[a\-z]+", "b-z", "-z"),
        (r"\[a]", "[a]", "[a]"),
        (r"a\Zb?", "a\n", "a"),
        (r"(?'n'a)", "ba", "a"),
        (r"a\z", "a\n", None),
        (r"a\z", "ba", "a"),
        (r"a\Z", "a\n", "a"),
        (r"(?i)STRASSE", "strasse", "strasse"),
        (r"(?i:A)b", "ab", "ab"),
        (r"\\k<n>", r"\k<n>", r"\k<n>"),
        (r"(?<=a)b(?!c)", "abd", "b"),
        (r"(?>a+)b", "aab", "aab"),
        (r"[\[a]+", r"\[a", "[a"),
        (r"[[&&||]+", "&[|", "&[|"),
        (r"[+--]+", "a,-b", ",-"),
        (r"(?#[)a", "a", "a"),
        (r"^(\w+\.)*\w+@([a-z0-9-]+\.)+[a-z]{2,}$", "ann.lee@mail.example.com", "ann.lee@mail.example.com"),
        (r"^([A-Z][a-z]+ )*[A-Z][a-z]+$", "Ann Mary Lee", "Ann Mary Lee"),
        (r"^(\d{1,3}\.){3}\d{1,3}$", "10.20.30.4", "10.20.30.4"),
        (r"(\w)\1+", "Anna", "nn"),
        (r"^CN=([^,]+),OU=([^,]+),.*$", "CN=a,OU=b,DC=c", "CN=a,OU=b,DC=c"),
    ],
)
def test_what_dotnet_writes_otherwise(expression: str, text: str, found: str | None) -> None:
    match = pattern(expression).search(text)
    assert (match[0] if match else None) == found


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        (r"(?<a-b>x)", "regular expressions here have no balancing groups: (?<a-b>"),
        (r"(?'a-b'x)", "regular expressions here have no balancing groups: (?'a-b'"),
        (r"\PL", "regular expressions here do not have Unicode categories; write the characters, or \\w"),
        (r"[\d\PL]", "do not have Unicode categories"),
        (r"\K", "regular expressions here do not have the escape \\K"),
        (r"\X", "the escape \\X"),
        ("(?X:a)", "regular expressions here do not have the options (?X:: only i, m, s and x"),
        ("(?in:a)", "regular expressions here do not have the options (?in:: only i, m, s and x"),
        (r"(?n-i:a)", "regular expressions here do not have the options (?n-i:: only i, m, s and x"),
        ("[a-[b]]", "regular expressions here cannot take sets from sets: [a-[b]"),
        ("a{99999999999}", "is wrong"),
        (r"\p{L}", "Unicode categories"),
        (r"\Ga", r"escape \G"),
        (r"(?n)a", "only i, m, s and x"),
        ("(", "is wrong"),
        (r"[\p{L}]", "Unicode categories"),
        ("[a-z-[aeiou]]", "cannot take sets from sets"),
        ("(" * 1_000, "nested too deep"),
        ("a" * 2_001, "at most 2,000 characters"),
        (
            r"(a+)+$",
            "thing repeated, as in (a+)+: let each repetition begin with a sign that nothing else in it takes",
        ),
        (r"^([^@\s]+\.)+\w+$", "could take for ever"),
        (r"(\s*\w+\s*)*", "could take for ever"),
        (r"(x|y|xy)*", "could take for ever"),
        (r"(?:a?){30}a{30}", "could take for ever"),
        (r"(?:\b){100000000}", "could take for ever"),
        (r"(?:(?:)+)+", "could take for ever"),
    ],
)
def test_what_is_refused_names_the_construct(expression: str, reason: str) -> None:
    with pytest.raises(FlowError) as caught:
        pattern(expression)
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("$1-${n}", "x-x"),
        ("$$1", "$1"),
        ("$1$1", "xx"),
        ("${1}0", "x0"),  # .NET: a name of digits that no group has is a number
        ("${0}", "x"),
        ("${2}${é}", "${2}${é}"),
        ("a$0b", "axb"),
        ("a$", "a$"),
        ("a$$", "a$"),
        ("\\g<0>$&\\", "\\g<0>x\\"),
        ("$2", "$2"),
        ("", ""),
        ("<$&>", "<x>"),
        (r"\n", r"\n"),
        ("$9${other}", "$9${other}"),  # as in .NET: what names no group stands for itself
        ("$99999999999999999999", "$99999999999999999999"),
    ],
)
def test_replacements(given: str, expected: str) -> None:
    compiled = pattern("(?<n>x)")
    assert compiled.sub(replacement(given, compiled), "x") == expected


def test_signs_that_python_may_take_for_operations_on_sets_one_day_are_themselves() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        compiled = pattern(r"[[a&&~~||]+")
    assert compiled.fullmatch("[a&~|")
    assert not compiled.search("X")


def test_a_text_may_be_too_long_for_an_expression() -> None:
    assert pattern(r".*@.*\.com", "a" * 800).search("a" * 800) is None
    with pytest.raises(FlowError, match=r"could take for ever on a text of 1,000 characters; it is for 843 at most"):
        pattern(r".*@.*\.com", "a" * 1_000)
    assert pattern(r"^.*@", "a" * 100_000).search("a" * 100_000) is None


def test_replacements_that_python_does_not_have_are_refused() -> None:
    for sign in "`'+_":
        with pytest.raises(FlowError, match=f"^replacements here do not have {re.escape('$' + sign)}$"):
            replacement(f"a${sign}", pattern("x"))


def test_an_expression_may_be_of_2000_characters() -> None:
    assert pattern("a" * 2_000).search("a" * 2_000)
    assert pattern(".*@.*\\.com", "a" * 843).search("a" * 843) is None
    with pytest.raises(FlowError, match="843 at most: begin it with"):
        pattern(".*@.*\\.com", "a" * 844)
