"""Indented trees of lines."""

from collections.abc import Iterable

from mimas.cli.printing import out
from mimas.runs.telling.tree import Tree


def show(trees: Iterable[Tree]) -> None:
    """Print some trees, their heads in bold and an empty line between them."""
    for index, tree in enumerate(trees):
        if index:
            out.print()
        out.print(tree.text, style=tree.style or "bold", markup=False)
        _show(tree.below, "")


def _show(lines: list[Tree], before: str) -> None:
    from rich.text import Text

    for index, line in enumerate(lines):
        last = index == len(lines) - 1
        first, rest = before + ("└─ " if last else "├─ "), before + ("   " if last else "│  ")
        wide = max(out.width - len(first), 20)
        said = Text(line.text, style=line.style)
        # Where it goes to a file, lines are searched and stay whole.
        parts = said.wrap(out, wide) if out.is_terminal else [said]
        for number, part in enumerate(parts):
            guide = first if not number else rest + ("│  " if line.below else "   ")
            part.rstrip()
            out.print(Text.assemble((guide, "dim"), part))
        _show(line.below, rest)
