"""From what an expression results in to what is stored."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from mimas.language.errors import FlowError
from mimas.language.results import Outcome, to_value


@pytest.mark.parametrize(
    ("result", "value"),
    [
        ("", None),
        (None, None),
        ("a", "a"),
        (1, 1),
        (True, True),
        (2.0, 2),
        (1.5, "1.5"),
        (datetime(2026, 11, 23, 8, tzinfo=UTC), "2026-11-23T08:00:00Z"),
        (datetime(2026, 11, 23, 9, tzinfo=timezone(timedelta(hours=1))), "2026-11-23T08:00:00Z"),
        (b"\x00\x01", "AAE="),
        (["b", "a", "", "b"], ["a", "b"]),
        ([], None),
        ([""], None),
        ({"b", "a"}, ["a", "b"]),
        (Outcome.IGNORE, Outcome.IGNORE),
        (Outcome.AUTHORITATIVE_NULL, Outcome.AUTHORITATIVE_NULL),
    ],
)
def test_stored_form(result: Any, value: Any) -> None:
    assert to_value(result) == value
    assert type(to_value(result)) is type(value)


LISTS = "a list may hold values only, no lists and no IgnoreThisFlow"


@pytest.mark.parametrize(
    ("result", "says"),
    [
        (float("inf"), "the number is too large"),
        (object(), "a object is no value"),
        ([["a"]], LISTS),
        (["a", Outcome.IGNORE], LISTS),
    ],
)
def test_what_cannot_be_stored(result: Any, says: str) -> None:
    with pytest.raises(FlowError, match=f"^{says}$"):
        to_value(result)
