"""What a plain Python function becomes as a function of the language."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from mimas.language.errors import FlowError
from mimas.language.functions import registry
from mimas.language.functions.registry import Argument, Function


@pytest.fixture(autouse=True)
def _empty_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "REGISTRY", {})
    monkeypatch.setattr(registry, "_by_folded_name", {})


def enter(plain: Callable[..., Any], **settings: Any) -> Function:
    assert registry.function("Made", **settings)(plain) is plain
    return registry.REGISTRY["Made"]


def test_it_is_found_in_any_case_by_its_name_and_aliases() -> None:
    def plain(text: str) -> str:
        """Says it.

        ``Made("a")`` -> ``"a"``
        """
        return text

    made = enter(plain, aliases=("Other",))
    assert registry.find("MADE") is registry.find("other") is made
    assert registry.find("none") is None
    assert (made.name, made.aliases, made.family) == ("Made", ("Other",), "test_function_registry")
    assert made.documentation == 'Says it.\n\n``Made("a")`` -> ``"a"``'
    assert (made.pure, made.special, made.inline, made.boolean) == (True, False, "", False)
    other = enter(plain, pure=False, special=True, inline="{0}")
    assert (other.pure, other.special, other.inline, other.call) == (False, True, "{0}", plain)

    def bare() -> str:
        return ""

    bare.__doc__ = None
    assert enter(bare).documentation == ""


def test_its_annotations_say_what_it_takes() -> None:
    def plain(
        text: str,
        number: int | None,
        either: int | float,  # noqa: PYI041 - as the functions say it
        binary: str | bytes | None,
        values: list[Any],
        anything: Any,
        compute: Callable[[Any], Any],
        date: datetime = datetime(2026, 1, 1, tzinfo=UTC),
        *rest: bool,
    ) -> bool:
        raise NotImplementedError

    made = enter(plain)
    series = made.arguments[3].kind
    assert made.arguments == (
        Argument("text", str, required=True, repeated=False, nullable=False),
        Argument("number", int, required=True, repeated=False, nullable=True),
        Argument("either", float, required=True, repeated=False, nullable=False),
        Argument("binary", series, required=True, repeated=False, nullable=True),
        Argument("values", list, required=True, repeated=False, nullable=True),
        Argument("anything", None, required=True, repeated=False, nullable=True),
        Argument("compute", None, required=True, repeated=False, nullable=True),
        Argument("date", datetime, required=False, repeated=False, nullable=False),
        Argument("rest", bool, required=False, repeated=True, nullable=False),
    )
    assert (made.fewest, made.most, made.boolean) == (7, None, False)

    def few(a: str, b: str = "") -> str:
        return a + b

    assert (enter(few).fewest, enter(few).most) == (1, 2)


def test_it_is_true_or_false_if_nothing_can_make_it_absent() -> None:
    def anything(value: Any) -> bool:
        return bool(value)

    def nothing() -> bool:
        return True

    def values(values: list[Any], more: str | None) -> bool:
        return bool(values)

    def text(text: str | None) -> bool:  # called for each value of a list
        return bool(text)

    def needs(value: Any, text: str) -> bool:
        return bool(text)

    def says(value: Any) -> str:
        return str(value)

    found = [enter(plain).boolean for plain in (anything, nothing, values, text, needs, says)]
    assert found == [True, True, True, False, False, False]


def one(text: str) -> str:
    return f"<{text}>"


def two(text: str, number: int) -> str:
    return f"<{text}{number + 1}>"


def three(text: str, number: int, flag: bool) -> str:
    return f"<{text}{number + 1}{flag}>"


def optional(text: str, number: int = 7, other: str | None = None) -> str:
    return f"<{text}{number}{other}>"


def four(a: str, b: str, c: str, d: str) -> str:
    return a + b + c + d


def numbers(first: int | float, second: int | float) -> float:  # noqa: PYI041
    return first / second


def series(value: str | bytes, count: int) -> str | bytes:
    return value[:count]


def listed(values: list[Any], separator: str) -> str:
    return separator.join(map(str, values))


def repeated(*texts: str) -> str:
    return "+".join(texts)


def anything(*values: Any) -> str:
    return repr(values)


def doubled(text: str) -> list[str]:
    return [text, text]


def dropping(text: str) -> str | None:
    return None if text == "x" else text


@pytest.mark.parametrize(
    ("plain", "given", "result"),
    [
        (one, ("a",), "<a>"),
        (one, (5,), "<5>"),
        (one, (None,), None),
        (one, (["a", 5],), ["<a>", "<5>"]),
        (one, ([],), []),
        (two, ("a", 1), "<a2>"),
        (two, ("a", "1"), "<a2>"),
        (two, (5, 1), "<52>"),
        (two, ("a", None), None),
        (two, (None, 1), None),
        (two, (["a", "b"], "1"), ["<a2>", "<b2>"]),
        (two, ("a", ["1"]), "<a2>"),
        (three, ("a", 1, True), "<a2True>"),
        (three, ("a", 1, "false"), "<a2False>"),
        (three, ("a", 1, None), None),
        (three, (["a"], 1, True), ["<a2True>"]),
        (optional, ("a",), "<a7None>"),
        (optional, ("a", "3"), "<a3None>"),
        (optional, ("a", 3, None), "<a3None>"),
        (optional, ("a", 3, 4), "<a34>"),
        (optional, ("a", None), None),
        (four, ("a", "b", "c", 1), "abc1"),
        (numbers, (1, "4"), 0.25),
        (numbers, (1.0, 4), 0.25),
        (series, ("abc", 2), "ab"),
        (series, (b"abc", 2), b"ab"),
        (series, (123, 2), "12"),
        (listed, (["a", 1], "-"), "a-1"),
        (listed, ("a", "-"), "a"),
        (listed, (None, "-"), ""),
        (listed, (["a"], None), None),
        (repeated, ("a", 1, "b"), "a+1+b"),
        (repeated, (), ""),
        (repeated, ("a", None), None),
        (anything, (1, None, ["a"]), "(1, None, ['a'])"),
        (anything, (), "()"),
        (doubled, (["a", "b"],), ["a", "a", "b", "b"]),
        (doubled, ("a",), ["a", "a"]),
        (dropping, (["x", "a", "x"],), ["a"]),
    ],
)
def test_it_takes_values_of_any_type(plain: Callable[..., Any], given: tuple[Any, ...], result: Any) -> None:
    assert enter(plain).call(*given) == result


def failing(error: type[Exception], kind: Any) -> Callable[..., Any]:
    def plain(value: Any) -> Any:
        raise error("bad luck")

    plain.__annotations__["value"] = kind
    return plain


@pytest.mark.parametrize("kind", [str, Any, list[Any]])
@pytest.mark.parametrize("error", [ValueError, TypeError, OverflowError, ZeroDivisionError, KeyError, IndexError])
def test_its_mistakes_are_errors_of_the_object_with_its_name(error: type[Exception], kind: Any) -> None:
    with pytest.raises(FlowError, match=r"^Made: '?bad luck'?$"):
        enter(failing(error, kind)).call("a")
    with pytest.raises(RuntimeError):
        enter(failing(RuntimeError, kind)).call("a")
    with pytest.raises(FlowError, match=r"^bad luck$"):
        enter(failing(FlowError, kind)).call("a")


@pytest.mark.parametrize(
    ("plain", "given", "says"),
    [
        (two, ("a", "x"), "Made: 'x' is not a number"),
        (two, ("a", 1.5), "Made: 1.5 is not a whole number"),
        (three, ("a", 1, 5), "Made: 5 is not True or False"),
        (two, ("a", [1, 2]), "Made: one value is needed, there are 2: use Item, Join or Contains"),
    ],
)
def test_what_it_cannot_take_is_told_with_its_name(
    plain: Callable[..., Any], given: tuple[Any, ...], says: str
) -> None:
    with pytest.raises(FlowError, match=f"^{re.escape(says)}$"):
        enter(plain).call(*given)
