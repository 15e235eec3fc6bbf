"""Results as text: a line for each test, and of one that failed only what differs, expected beside got."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from textwrap import wrap

from mimas.ruletests.coverage import RuleCoverage
from mimas.ruletests.difference import Difference
from mimas.ruletests.suite import Result

_WIDEST = 48
"""Characters of a column; what is longer goes on in the next line."""


def headline(result: Result) -> str:
    """Whether a test passed, and its name."""
    return f"{'✓' if result.passed else '✗'} {result.case.name}"


def summary(result: Result) -> str:
    """The first difference, in one line."""
    first, more = result.differences[0], len(result.differences) - 1
    what = f"{first.what} {first.attribute}".rstrip()
    return f"{what}: expected {first.expected}, got {first.got}" + (f" (and {more} more)" if more else "")


def explained(result: Result) -> Iterator[str]:
    """Why a test failed, line by line."""
    found = result.differences
    if not found:
        return
    first = [f"{one.place}  {one.attribute}".rstrip() for one in found]
    widths = [min(_WIDEST * 2, max(map(len, first))), min(_WIDEST, max(8, *(len(one.expected) for one in found)))]
    yield _line(("", "expected", "got"), widths)
    for what, group in groupby(zip(found, first, strict=True), lambda pair: pair[0].what):
        yield f"  {what}"
        for one, where in group:
            yield from _row(one, where, widths)


def told(rules: Sequence[RuleCoverage], percent: float) -> Iterator[tuple[str, str, str, str]]:
    """Rule by rule: its name, its place, how much of it was covered, and what was not."""
    for rule in rules:
        covered = f"{sum(rule.items)}/{len(rule.items)}"
        yield rule.name, str(rule.place), covered, "; ".join(rule.missing)
    items = [item for rule in rules for item in rule.items]
    yield "all", "", f"{sum(items)}/{len(items)}", f"{percent:.0f} %"


def _row(one: Difference, where: str, widths: Sequence[int]) -> Iterator[str]:
    expected, got = wrap(one.expected, widths[1]) or [""], _folded(one.got)
    for index in range(max(len(expected), len(got))):
        cells = (where if index == 0 else "", *(part[index] if index < len(part) else "" for part in (expected, got)))
        yield _line(cells, widths)
    for origin in one.origins:
        yield f"      → {origin}"


def _folded(text: str) -> list[str]:
    """A message of an error may have several lines of its own."""
    return [part for line in text.splitlines() for part in wrap(line, _WIDEST * 2)] or [""]


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [f"{cell:<{width}}" for cell, width in zip(cells, [*widths, 0], strict=True)]
    return f"    {'  '.join(padded)}".rstrip()
