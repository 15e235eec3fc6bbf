"""Checks: what one proves, what it needs, and how it can end."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mimas.connectors.testing.trial import Trial


class Verdict(StrEnum):
    """How a check ended."""

    PASSED = "passed"
    FAILED = "failed"
    KNOWN = "known shortfall"
    """It failed, as the subject says with the reason."""
    INAPPLICABLE = "not applicable"
    """The connector does not say that it can do this."""
    UNTRIED = "not tried"
    """The subject could not offer what is needed."""


class FailedError(Exception):
    """The connector does not do what it says: what was expected, and what was seen."""


class InapplicableError(Exception):
    """What the check is about is not there in this kind of system."""


class UntriedError(Exception):
    """The subject does not offer what the check needs."""


@dataclass(frozen=True, slots=True)
class Check:
    """One check. ``needs`` names capabilities, ``no`` those it cannot be done with, ``offers`` parts of the subject."""

    name: str
    proves: str
    needs: tuple[str, ...]
    no: tuple[str, ...]
    offers: tuple[str, ...]
    run: "Callable[[Trial], None]"

    def __str__(self) -> str:
        return self.name


CHECKS: dict[str, Check] = {}
"""Every check, by its name, in the order of the report."""


def check(
    needs: str = "read write", *, no: str = "", offers: str = ""
) -> "Callable[[Callable[[Trial], None]], Callable[[Trial], None]]":
    """Make a function a check: its name is the check's, its docstring what the check proves."""

    def register(function: "Callable[[Trial], None]") -> "Callable[[Trial], None]":
        name = function.__name__.replace("_", "-")
        proves = " ".join((function.__doc__ or "").split())
        CHECKS[name] = Check(name, proves, tuple(needs.split()), tuple(no.split()), tuple(offers.split()), function)
        return function

    return register


def ensure(holds: bool, said: str) -> None:
    """Raises `FailedError` with what is said, unless it holds."""
    if not holds:
        raise FailedError(said)


def same(seen: Any, expected: Any, what: str) -> None:
    """Raises `FailedError` when something is not as expected; of two mappings only what differs is told."""
    if seen == expected:
        return
    if isinstance(seen, dict) and isinstance(expected, dict):
        keys = [key for key in {**expected, **seen} if seen.get(key) != expected.get(key)]
        told = [f"{key}: expected {short(expected.get(key))}, saw {short(seen.get(key))}" for key in keys[:3]]
        more = f"; and {len(keys) - 3} more" if len(keys) > 3 else ""
        raise FailedError(f"{what}: {'; '.join(told)}{more}")
    raise FailedError(f"{what}: expected {short(expected)}, saw {short(seen)}")


def listed(things: Iterable[object]) -> str:
    """Some of many, for messages."""
    several = [str(thing) for thing in things]
    return ", ".join(several[:5]) + (f" and {len(several) - 5} more" if len(several) > 5 else "") or "none"


def short(value: object) -> str:
    """A value as messages show it."""
    text = "nothing" if value is None else repr(value)
    return text if len(text) <= 160 else f"{text[:120]} … ({len(text)} characters)"
