"""How long a text may be that an expression is tried on, and which expressions could be tried for ever."""

import pytest

from mimas.language.backtracking import TooManyWaysError, longest_text

MOST = 1 << 20
SECOND, THIRD, FOURTH = 14_142, 843, 221
"""The square root of 2 × 10⁸, the third root of 6 × 10⁸, the fourth of 24 × 10⁸."""


@pytest.mark.parametrize(
    ("expression", "longest"),
    [
        # Without a beginning it is tried at each character, which counts as one repetition more.
        ("", MOST),
        ("^$", MOST),
        ("abc", MOST),
        ("^a*", MOST),
        (r"\Aa*", MOST),
        (r"\ba*", SECOND),
        ("a*", SECOND),
        ("a+?", SECOND),
        ("a*a*", THIRD),
        ("^a*a*", SECOND),
        ("^a*?a+", SECOND),
        ("^(?>a*)a*", SECOND),
        ("^a*a*a*", THIRD),
        ("^a*a*a*a*", FOURTH),
        # Repeated parts that take different characters do not count together.
        ("^a*b*", MOST),
        ("^[a-m]*[n-z]*", MOST),
        ("^[a-m]*[m-z]*", SECOND),
        ("^[a-m]*[M-Z]*", SECOND),
        ("^a*A*", SECOND),
        ("^[^0]*0*", MOST),
        ("^[^a]*[^b]*", SECOND),
        (r"^\d+\s+", MOST),
        (r"^\d+\D+", MOST),
        (r"^\s+\S+", MOST),
        (r"^\w+\W+", MOST),
        (r"^\d+\w+", SECOND),
        (r"^\w*_*", SECOND),
        (r"^\w*é*", SECOND),
        (r"^[\d.]+\.+", SECOND),
        (r"^[\d.]+-+", MOST),
        (r"^[^\d.]+\.+", MOST),
        (r"^.*@.*\.com", SECOND),
        (r".*@.*\.com", THIRD),
        # What stands between must take the character too.
        ("^a*ba*", MOST),
        ("^a*b?a*", SECOND),
        ("^a*(?:b|a)a*", SECOND),
        ("^a*b{0,2}a*", SECOND),
        ("^a*b{1,2}a*", MOST),
        ("^a*(?=b)a*", SECOND),
        ("^[a-z]+(?:-[a-z]+)*$", MOST),
        (r"^(\w)\1*\w*", SECOND),
        ("^(?:a*|b)a*", SECOND),
        ("^(x)?a*(?(1)a|b)a*", SECOND),
        ("^(x)?a*(?(1)b|c)a*", MOST),
        ("^a*+a*", SECOND),
        ("^[a-z]*ß*", MOST),
        # So do repetitions of the same longer text, and several of different ones.
        ("^(?:ab)*(?:ab)*$", SECOND),
        ("^(?:ab)*(?:ba)*", MOST),
        ("^(?:ab)*a(?:ba)*", SECOND),
        ("^(?:ab)*(?:abab)*", SECOND),
        ("^(?:ab)*c?(?:ab)*(?:ab)*$", THIRD),
        (r"^(\w+\.)*(\w+\.)*x", SECOND),
        (r"^(\w+\.)*(\w+-)*x", MOST),
        ("^a*a*b*b*$", THIRD),
        ("^a*a*-b*b*$", THIRD),
        ("^a*b*a*b*$", SECOND),
        ("^" + "[a-z]+-" * 250, MOST),
        # Counts that end are no endless repetitions.
        ("^a{0,100}a*", MOST),
        ("^a{0,100}a*b{0,100}", MOST),
        ("^a{50}", MOST),
        ("^a{1,3}a{1,3}a*", MOST),
        ("^(?:ab){2,}a*", MOST),
        ("^(?:a|b)*c", MOST),
        ("^(?:a|ab)*c", MOST),
        ("^(?:a*b)*", MOST),
        ("^(?:a?b)*a*", MOST),
    ],
)
def test_the_more_repetitions_the_shorter_the_text(expression: str, longest: int) -> None:
    assert longest_text(expression, MOST) == longest
    assert longest_text(expression, 100) == 100


@pytest.mark.parametrize(
    "expression",
    [
        "(a+)+",
        "(a*)*",
        "(a|ab|b)*",
        "(?:aa|a)*",
        "(?:ab|abab)*",
        "(?:a?a?)*",
        "(a|b?a)*",
        "((ab)*(ab)*)*",
        r"(x+x+)+y",
        "(?:(?:a|b)+c?)*",
        "(?=(a+)+)b",
        "(?!(a+)+)b",
        "(?>(a+)+)b",
        "(?:(?:)+)+",
        "(?:a?){30}",
        "(?:a?){13}",
        "(?:a?){0,13}",
        "(a?)*?(a?)*+b(a+)+",
    ],
)
def test_what_could_be_tried_for_ever_is_refused(expression: str) -> None:
    with pytest.raises(TooManyWaysError):
        longest_text(expression, MOST)


@pytest.mark.parametrize(
    "expression",
    [
        "(?:a?){12}",
        "(?:a?){0,12}",
        "(?:a+b)+",
        "(?:a|b)*",
        "(?:ab|a)*c",
        "(?:[a-c]|[d-f])*",
        r"(?:\d+-)*",
        "((a)(b))*",
        "(?:a|b|[a-c])*",
        r"(\w|\d)*",
    ],
)
def test_what_has_one_way_only_is_not(expression: str) -> None:
    assert longest_text(f"^{expression}", MOST) <= MOST
