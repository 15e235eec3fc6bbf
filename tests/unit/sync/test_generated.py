"""How a failing rule is told."""

import pytest

from mimas.schema.places import Place
from mimas.sync.generated import About, Code, Failure


def failure(*lines: str, about: About | None = None) -> Failure:
    code = Code("f", "v")
    for line in lines:
        code.add(line, about)
    made = code.build()
    with pytest.raises(Exception) as caught:  # noqa: PT011 - whatever a rule raises
        made.call(None)
    return made.failure(caught.value)


@pytest.mark.parametrize(
    ("about", "text"),
    [
        (About("In", "mail", Place("in.yaml", 3)), "rule “In”, flow to mail (in.yaml:3): m"),
        (About("In", "mail", Place()), "rule “In”, flow to mail: m"),
        (About("In", "", Place("in.yaml", 3)), "rule “In” (in.yaml:3): m"),
        (About("", "mail", Place("in.yaml", 3)), "m"),
    ],
)
def test_it_says_rule_flow_and_place_as_far_as_they_are_known(about: About, text: str) -> None:
    assert str(Failure(about, "m")) == text


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("raise ValueError('no luck')", "no luck"),
        ("raise ValueError", "ValueError()"),
        ("raise StopIteration('over')", "StopIteration('over')"),
        ("1 / 0", "division by zero"),
        ("1.0 % 0", "division by zero"),
    ],
)
def test_the_message_is_the_error_s_own_where_it_has_one(line: str, message: str) -> None:
    assert failure(line).message == message


def test_a_line_about_nothing_has_no_rule() -> None:
    assert failure("raise ValueError") == Failure(About("", "", Place()), "ValueError()")
    about = About("In", "mail", Place())
    assert failure("raise ValueError", about=about).about == about


def test_the_source_can_be_read_and_has_its_blocks() -> None:
    code = Code("f", "v, x")
    code.enter("if v:")
    code.enter("if x:")
    code.add("return 1")
    code.leave()
    code.leave()
    code.add("return 2")
    made = code.build()
    assert made.source == "def f(v, x):\n    if v:\n        if x:\n            return 1\n    return 2\n"
    assert (made.call(1, 1), made.call(1, 0), made.file) == (1, 2, "<rules:f>")
