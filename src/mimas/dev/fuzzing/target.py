"""Targets: what is fuzzed, with what, and what may come of it."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

LONGEST_MESSAGE = 1_000
"""Characters of an error: a person reads it, and the store keeps one for every record."""

_DETAIL = re.compile(r"'[^']*'|\"[^\"]*\"|\d+|[!-~]*+[^\x20-\x7e]\S*")


@dataclass(frozen=True, slots=True)
class Target:
    """A parser, or several that read the same kind of text.

    ``check`` takes a case and raises for a bug; for what the parser documents it returns in a few words how it went.
    """

    name: str
    check: Callable[[Any], str]
    seeds: Sequence[str | bytes]
    """Examples. All of them text, or all of them bytes; cases are the same."""
    tokens: Sequence[str] = ()
    """Words of the language, which go where chance would seldom put them."""
    pairs: Sequence[tuple[str, str]] = ()
    """What opens and what closes: cases are nested in them."""
    longest: int = 50_000
    """Characters or bytes of a case."""
    quick: int = 300
    """Cases that take a moment: for the tests."""

    @property
    def binary(self) -> bool:
        """Whether cases are bytes."""
        return isinstance(self.seeds[0], bytes)


def told(error: Exception, *texts: str) -> str:
    """The outcome of a case that was refused as documented; ``texts`` is what the error says, and must be fit to read.

    Two cases with one outcome differ in their details only.
    """
    fit_to_read(*(texts or (str(error),)))
    return f"{type(error).__name__} {_DETAIL.sub('…', (texts or (str(error),))[0])[:60]}"


def fit_to_read(*texts: str) -> None:
    """Raises ``AssertionError`` for a message that nobody can read, or that cannot be written."""
    for text in texts:
        assert len(text) <= LONGEST_MESSAGE, f"a message of {len(text)} characters: {text[:200]}"
        assert _encodable(text), f"a message that cannot be written: {text[:200]!a}"


def _encodable(text: str) -> bool:
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
