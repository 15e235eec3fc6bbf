"""Unique values and what is given once: what is known, what is asked for, what is to be remembered."""

from datetime import UTC, datetime

import pytest

from mimas.language.results import Outcome
from mimas.sync.context import Context

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def test_a_unique_value_that_was_given_out_stays_and_asks_for_nothing() -> None:
    context = Context(NOW)
    context.begin({"unique:mail": "ann@x"})
    assert context.unique("mail", lambda: ["other@x"]) == "ann@x"
    assert context.needs == {}


def test_the_candidates_for_a_unique_value_are_a_need() -> None:
    context = Context(NOW)
    context.begin({"unique:mail": "ann@x"})
    assert context.unique("number", lambda: ["", 7, None, "8"]) is None
    assert context.unique("code", lambda: ["", None]) is None
    assert context.needs == {"number": ["7", "8"]}


def test_what_was_given_once_is_given_again() -> None:
    context = Context(NOW)
    context.begin({"once:r/mail": "known"})
    assert context.once("r/mail", lambda: "new") == "known"
    assert context.done == {}
    assert [context.once("r/name", lambda: "first"), context.once("r/name", lambda: "second")] == ["first", "first"]
    assert context.done == {"once:r/name": "first"}


@pytest.mark.parametrize("nothing", [None, Outcome.IGNORE, Outcome.AUTHORITATIVE_NULL])
def test_what_gave_nothing_has_not_happened_yet(nothing: Outcome | None) -> None:
    context = Context(NOW)
    assert context.once("r/name", lambda: nothing) is nothing
    assert context.once("r/name", lambda: "later") == "later"


def test_nothing_of_one_object_is_left_when_the_next_begins() -> None:
    context = Context(NOW)
    context.begin({"unique:mail": "ann@x"}, new=True)
    context.due = NOW
    context.unique("name", lambda: ["a"])
    context.once("r/name", lambda: "a")
    assert context.new
    context.begin()
    assert context.due is None
    assert vars(context) == vars(Context(NOW))
