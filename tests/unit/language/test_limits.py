"""What the schema asks of values, in words that a person can do something with."""

import time

import pytest

from mimas.language.limits import fits
from mimas.schema.attributes import Attribute, Kind
from mimas.schema.values import Value

MAIL_NICKNAME = (
    r"^(?=[^\.])+(?!.*(\.)\1+.*)+(?=.*[^\.]$)+[?=!#%&'=`~\$\*\+\-\/\?\^\{\|\}a-zA-Z0-9_\u00A1-\u00FF\.]{1,64}$"
)
ACCOUNT_NAME = r'^[^"/\\[\]:;|=,+/*?<>]{1,64}$'
MAIL = r"^.+@[^\.].*\.[a-zA-Z]{2,}$"
EMPLOYEE_TYPE = "^(Contractor|Intern|Full Time Employee)?$"


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        (Attribute("a"), None),
        (Attribute("a"), "x"),
        (Attribute("a", Kind.INTEGER), 3),
        (Attribute("a", Kind.BOOLEAN), False),
        (Attribute("a", Kind.DATETIME), "2026-11-23"),
        (Attribute("a", Kind.BINARY), "AAEC"),
        (Attribute("a", multivalued=True), ["x", "y"]),
        (Attribute("a", Kind.REFERENCE, required=True), 17),
        (Attribute("a", Kind.INTEGER, minimum=1, maximum=3), 1),
        (Attribute("a", Kind.INTEGER, minimum=1, maximum=3), 3),
        (Attribute("a", Kind.BOOLEAN, required=True), False),
        (Attribute("a", Kind.INTEGER, required=True), 0),
        (Attribute("a", pattern=EMPLOYEE_TYPE), "Intern"),
        (Attribute("a", pattern=ACCOUNT_NAME), "ann.b"),
        (Attribute("a", pattern=MAIL_NICKNAME), "ann.b-c_d"),
        (Attribute("a", pattern=MAIL_NICKNAME), "änn"),
        (Attribute("a", pattern=MAIL), "ann@example.com"),
    ],
)
def test_what_fits_is_passed_over_in_silence(attribute: Attribute, value: Value | None) -> None:
    assert fits(attribute, value) == ""


@pytest.mark.parametrize(
    ("attribute", "value", "expected"),
    [
        (Attribute("a", required=True), None, "'a' must have a value"),
        (Attribute("a", required=True), "", "'a' must have a value"),
        (Attribute("a", Kind.REFERENCE, multivalued=True, required=True), [], "'a' must have a value"),
        (Attribute("a"), 3, "'a' is a text, which 3 is not"),
        (Attribute("a"), "x\0y", "'a' holds half a character or a NUL, which no text has"),
        (Attribute("a"), "x\ud83d", "'a' holds half a character or a NUL, which no text has"),
        (Attribute("a", Kind.INTEGER), True, "'a' is a whole number, which True is not"),
        (Attribute("a", Kind.BOOLEAN), 1, "'a' is true or false, which 1 is not"),
        (Attribute("a", Kind.DATETIME), "soon", "'a' is a date, as 2026-11-23 or 2026-11-23T08:00:00Z"),
        (Attribute("a", Kind.BINARY), "é", "'a' is base64, which 'é' is not"),
        (Attribute("a"), ["x", "y"], "'a' holds one value, and here are 2"),
        (Attribute("a", Kind.REFERENCE), [1, 2], "'a' holds one value, and here are 2"),
        (Attribute("a", Kind.INTEGER, minimum=1), 0, "'a' is 1 at least, and 0 is less"),
        (Attribute("a", Kind.INTEGER, maximum=0), 1, "'a' is 0 at most, and 1 is more"),
        (Attribute("a", pattern="^(x|y)$"), "z", "'a' cannot be 'z': it has to fit ^(x|y)$"),
        (Attribute("a", multivalued=True, pattern="[a-z]"), ["b", "C"], "'a' cannot be 'C'"),
        (Attribute("a", pattern="[a-z]"), "bc", "'a' cannot be 'bc'"),
        (Attribute("a", pattern="^x$"), "x\n", "'a' cannot be 'x\\n'"),
        (Attribute("a", pattern=ACCOUNT_NAME), "a" * 65, "'a' cannot be 'aaa"),
        (Attribute("a", pattern=ACCOUNT_NAME), "a:b", "'a' cannot be 'a:b'"),
        (Attribute("a", pattern=MAIL_NICKNAME), ".ann", "'a' cannot be '.ann'"),
        (Attribute("a", pattern=MAIL_NICKNAME), "a..b", "'a' cannot be 'a..b'"),
        (Attribute("a", pattern=MAIL_NICKNAME), "ann.", "'a' cannot be 'ann.'"),
    ],
)
def test_what_does_not_fit_is_told(attribute: Attribute, value: Value | None, expected: str) -> None:
    assert fits(attribute, value).startswith(expected)


@pytest.mark.parametrize("expression", [MAIL_NICKNAME, ACCOUNT_NAME, MAIL, EMPLOYEE_TYPE])
@pytest.mark.parametrize("text", ["a", ".", "..", "a.", "@", "a@b.", "Contractor", "\\", " "])
@pytest.mark.parametrize("length", [64, 1_000, 100_000])
def test_no_value_takes_long(expression: str, text: str, length: int) -> None:
    begun = time.perf_counter()
    fits(Attribute("a", pattern=expression), text * length + "\n")
    assert time.perf_counter() - begun < 2


def test_a_message_never_holds_the_whole_of_a_long_value() -> None:
    assert len(fits(Attribute("a", pattern="^x$"), "y" * 1_000_000)) < 200
