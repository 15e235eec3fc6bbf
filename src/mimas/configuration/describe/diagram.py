"""Flows as a picture: columns of names, and lines between them, as SVG that stands in a page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

_ROW, _HEAD, _GAP, _WIDE, _BETWEEN = 20, 24, 14, 260, 170
"""Heights of a row, a heading and the space between groups; widths of a column and of the space between columns."""
_LETTERS = 36
"""Characters of a name that fit into a column."""
COLOURS = 8
"""How many colours the style sheet has for lines."""


@dataclass(frozen=True, slots=True)
class Row:
    """A name; ``key`` tells it from all the others of the picture."""

    key: str
    text: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Rows under a heading."""

    title: str
    rows: Sequence[Row]
    link: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """From a row to one of the next column. ``title`` is shown for whoever points at it."""

    start: str
    end: str
    title: str
    colour: int = 0
    computed: bool = False


def picture(label: str, columns: Sequence[Sequence[Group]], lines: Sequence[Line], still: int) -> Markup:
    """The picture. The rows of the column ``still`` stay in their order, the others go where their lines are short."""
    tallest = max(_height(column) for column in columns)
    fixed = _places(columns[still], tallest)
    columns = [
        column if index == still else _sorted(column, lines, fixed, to_start=index > still)
        for index, column in enumerate(columns)
    ]
    places = [_places(column, tallest) for column in columns]
    width = len(columns) * (_WIDE + _BETWEEN) - _BETWEEN
    parts = [_line(line, places) for line in lines]
    parts += [_group(group, index, places[index]) for index, column in enumerate(columns) for group in column]
    return Markup(  # noqa: S704 - every name in it is escaped where its part is made
        f'<svg class="flows" role="group" viewBox="-1 -1 {width + 2} {tallest + 2}" width="{width + 2}" '
        f'height="{tallest + 2}" aria-label="{escape(label)}">{"".join(parts)}</svg>'
    )


def _height(column: Sequence[Group]) -> int:
    return sum(_HEAD + len(group.rows) * _ROW + _GAP for group in column) - _GAP


def _places(column: Sequence[Group], tallest: int) -> dict[str, int]:
    """The height at which each row has its middle, and each heading; a short column stands halfway."""
    found: dict[str, int] = {}
    at = (tallest - _height(column)) // 2
    for group in column:
        found[_heading(group)] = at + _HEAD // 2
        at += _HEAD
        for row in group.rows:
            found[row.key] = at + _ROW // 2
            at += _ROW
        at += _GAP
    return found


def _heading(group: Group) -> str:
    return f"\0{group.title}"


def _sorted(column: Sequence[Group], lines: Sequence[Line], fixed: Mapping[str, int], *, to_start: bool) -> list[Group]:
    """Rows by the mean height of what they are tied to; groups stay in their order."""
    tied: dict[str, list[int]] = {}
    for line in lines:
        own, other = (line.end, line.start) if to_start else (line.start, line.end)
        if other in fixed:
            tied.setdefault(own, []).append(fixed[other])
    means = {key: sum(heights) / len(heights) for key, heights in tied.items()}
    return [
        Group(group.title, sorted(group.rows, key=lambda row: (means.get(row.key, 0), row.text)), group.link)
        for group in column
    ]


def _line(line: Line, places: Sequence[Mapping[str, int]]) -> str:
    index = next(at for at, found in enumerate(places[:-1]) if line.start in found and line.end in places[at + 1])
    x = index * (_WIDE + _BETWEEN) + _WIDE
    start, end, half = places[index][line.start], places[index + 1][line.end], _BETWEEN // 2
    path = f"M{x} {start}C{x + half} {start} {x + half} {end} {x + _BETWEEN} {end}"
    kind = f"c{line.colour % COLOURS}" + (" computed" if line.computed else "")
    # The wide path without colour is what is pointed at.
    return f'<g class="{kind}"><title>{escape(line.title)}</title><path class="near" d="{path}"/><path d="{path}"/></g>'


def _group(group: Group, index: int, places: Mapping[str, int]) -> str:
    x, top = index * (_WIDE + _BETWEEN), places[_heading(group)] - _HEAD // 2
    parts = [f'<rect x="{x}" y="{top}" width="{_WIDE}" height="{_HEAD + len(group.rows) * _ROW}" rx="4"/>']
    parts.append(_text(group.title, group.link, x, places[_heading(group)], "head"))
    parts += [_text(row.text, row.link, x, places[row.key], "row") for row in group.rows]
    return "".join(parts)


def _text(text: str, link: str, x: int, y: int, kind: str) -> str:
    # Both ends say most: a system and its object type, a long name and what it ends in.
    most = _LETTERS - 3 if kind == "head" else _LETTERS
    shown = text if len(text) <= most else f"{text[: most // 2]}…{text[len(text) - (most - most // 2 - 1) :]}"
    title = f"<title>{escape(text)}</title>" if shown != text else ""
    drawn = f'<text class="{kind}" x="{x + 8}" y="{y + 4}">{escape(shown)}{title}</text>'
    return f'<a href="{escape(link)}">{drawn}</a>' if link else drawn
