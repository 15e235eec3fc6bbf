"""What is said of foreign data can be read, and written."""

import pytest

from mimas.connectors.contract import ConnectorError, End, EntryError, Problem
from mimas.language.errors import ExpressionError, FlowError
from mimas.schema.messages import LONGEST, fit, half_character


def test_a_message_keeps_its_ends() -> None:
    text = fit("begin " + "x" * 5_000 + " end")
    assert len(text) == LONGEST
    assert text.startswith("begin ")
    assert text.endswith(" end")
    assert fit("as it is: ä") == "as it is: ä"


def test_what_cannot_be_stored_is_shown_as_an_escape() -> None:
    assert fit("a\ud800b\0") == "a\\ud800b\\0"
    assert len(fit("\ud800" * 500)) == LONGEST


def test_half_characters_are_found() -> None:
    assert half_character("ab\udfff") == 2
    assert half_character("😀") is None


@pytest.mark.parametrize("error", [FlowError, ConnectorError, ExpressionError, lambda text: EntryError("x", text)])
def test_every_error_is_fit(error: type[Exception]) -> None:
    text = str(error("\ud800" + "x" * 100_000))
    assert len(text) <= LONGEST
    assert text.encode()


def test_an_expression_is_shown_around_the_mistake() -> None:
    text = str(ExpressionError("It is wrong.", "a" * 5_000 + "!" + "b" * 5_000, 5_000))
    assert "a!b" in text
    assert len(text) < 400


def test_places_and_reasons_are_fit() -> None:
    problem = Problem("x", "\ud800", "a\0")
    assert (problem.place, problem.message) == ("\\ud800", "a\\0")
    assert End(complete=False, reason="x" * 5_000).reason.endswith("x" * 200)
