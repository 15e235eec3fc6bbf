"""Results as text: a line for each test, and of one that failed only what differs, expected beside got."""

from collections.abc import Iterator, Sequence
from itertools import groupby, zip_longest
from textwrap import wrap

from mimas.ruletests.coverage import RuleCoverage
from mimas.ruletests.difference import Difference
from mimas.ruletests.suite import Result

_FIRST, _WIDEST = 44, 64
"""Characters of the first column and of the others; what is longer goes on in the next line."""


def headline(result: Result) -> str:
    """Whether a test passed, and its name."""
    return f"{'✓' if result.passed else '✗'} {result.case.name}"


def summary(result: Result) -> str:
    """The first difference, in one line."""
    first, more = result.differences[0], len(result.differences) - 1
    what = f"{first.what} {first.attribute}".rstrip()
    expected, got = (text.replace("\n", ", ") for text in (first.expected, first.got))
    return f"{what}: expected {expected}, got {got}" + (f" (and {more} more)" if more else "")


def explained(result: Result) -> Iterator[str]:
    """Why a test failed, line by line."""
    found = result.differences
    if not found:
        return
    first = [f"{one.place}  {one.attribute}".rstrip() for one in found]
    expected = [line for one in found for line in _folded(one.expected)]
    widths = [min(_FIRST, max(map(len, first))), max(8, *map(len, expected))]
    yield _line(("", "expected", "got"), widths)
    for what, group in groupby(zip(found, first, strict=True), lambda pair: pair[0].what):
        yield f"  {what}"
        for one, where in group:
            yield from _row(one, where, widths)


def told(rules: Sequence[RuleCoverage], percent: float) -> Iterator[str]:
    """Rule by rule: its place, how much of it was covered, and below that what never was."""
    name, place = (max(map(len, texts), default=0) for texts in zip(*_titles(rules), strict=True))
    yield f"{'rule':<{name}}  {'where':<{place}}  covered"
    for rule in rules:
        yield f"{rule.name:<{name}}  {rule.place!s:<{place}}  {sum(rule.items):>3}/{len(rule.items)}"
        for what, where in rule.missing:
            yield f"{'  never: ' + what:<{name}}  {where}".rstrip()
    items = [item for rule in rules for item in rule.items]
    yield f"{'all':<{name}}  {'':<{place}}  {sum(items):>3}/{len(items)}  {percent:.0f} %"


def _titles(rules: Sequence[RuleCoverage]) -> list[tuple[str, str]]:
    return [("rule", "where"), *((rule.name, str(rule.place)) for rule in rules)]


def _row(one: Difference, where: str, widths: Sequence[int]) -> Iterator[str]:
    if len(where) > widths[0]:
        yield f"    {where}"
        where = ""
    for index, (expected, got) in enumerate(zip_longest(_folded(one.expected), _folded(one.got), fillvalue="")):
        yield _line((where if index == 0 else "", expected, got), widths)
    for origin in one.origins:
        yield f"      → {origin}"


def _folded(text: str) -> list[str]:
    """The lines of a text, the longer ones in several."""
    lines = text.splitlines() or [""]
    return [part for line in lines for part in wrap(line, _WIDEST, drop_whitespace=False, break_on_hyphens=False)]


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [f"{cell:<{width}}" for cell, width in zip(cells, [*widths, 0], strict=True)]
    return f"    {'  '.join(padded)}".rstrip()
