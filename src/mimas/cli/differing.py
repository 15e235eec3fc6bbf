"""What sets two configurations apart, as people and programs read it."""

from collections.abc import Sequence
from typing import Any

from rich.text import Text

from mimas.cli.printing import out
from mimas.configuration.canonical import Change, one_line
from mimas.configuration.differences import Alteration, Difference
from mimas.configuration.reach import Reach
from mimas.configuration.reading import Document

_SIGNS = {"added": ("+", "green"), "changed": ("~", "yellow"), "removed": ("-", "red")}
_WIDE = 100
"""Characters up to which the old and the new value stand in one line."""


def print_alterations(alterations: Sequence[Alteration], after: Sequence[Document]) -> None:
    """A summary, then document by document; within a changed one key by key."""
    counts = _counts(alterations, after)
    if not alterations:
        out.print(f"Nothing differs: {_documents(counts['unchanged'])} the same.")
        return
    words = [f"{counts[what]} {what}" for what in _SIGNS if counts[what]]
    out.print(f"{', '.join(words)}; {_documents(counts['unchanged'])} the same.\n")
    for alteration in alterations:
        change = alteration.change
        sign, style = _SIGNS[change.action]
        line = Text.assemble((f"{sign} {change.kind} {change.name}", style))
        if change.action != "removed":
            line.append(f"  {alteration.place}", "dim")
        out.print(line)
        for difference in alteration.differences:
            _print_difference(difference)


def _documents(number: int) -> str:
    return f"{number} document is" if number == 1 else f"{number} documents are"


def listed(changes: Sequence[Change]) -> list[str]:
    """A line for each document."""
    return [f"  {_SIGNS[one.action][0]} {one.kind} {one.name}" for one in changes]


def reaches(far: Reach) -> str:
    """What the next sync does about it; empty when it does nothing."""
    if far.everything:
        return "The next sync looks at everything anew."
    looked_at = [f"the {type_} objects of {connector}" for connector, type_ in sorted(far.objects)]
    looked_at += [f"what becomes of every {type_}" for type_ in sorted(far.resources)]
    return f"The next sync looks anew at {' and '.join(looked_at)}." if looked_at else ""


def _print_difference(difference: Difference) -> None:
    old, new = (None if value is None else one_line(value) for value in (difference.old, difference.new))
    sign, style = _SIGNS["added" if old is None else "removed" if new is None else "changed"]
    line = Text.assemble((f"    {sign} ", style), _path(difference.path))
    where = f"  line {difference.place.line}" if difference.place.line and new is not None else ""
    if old is None or new is None or len(old) + len(new) <= _WIDE:
        values = " → ".join(value for value in (old, new) if value is not None)
        out.print(line.append(f": {values}").append(where, "dim"))
        return
    out.print(line.append(where, "dim"))
    out.print(Text(f"        - {old}", "red"))
    out.print(Text(f"        + {new}", "green"))


def _path(path: Sequence[str | int]) -> str:
    """``flows.mail``, ``closed[1].until``: places in a list are counted from 1, as people do."""
    steps = [f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in path]
    return "".join(steps).removeprefix(".")


def _counts(alterations: Sequence[Alteration], after: Sequence[Document]) -> dict[str, int]:
    actions = [alteration.change.action for alteration in alterations]
    counts = {action: actions.count(action) for action in ("added", "changed", "removed")}
    return counts | {"unchanged": len(after) - counts["added"] - counts["changed"]}


def described(alterations: Sequence[Alteration], after: Sequence[Document]) -> dict[str, Any]:
    """The same for JSON."""
    return {"summary": _counts(alterations, after), "documents": [_one(alteration) for alteration in alterations]}


def _one(alteration: Alteration) -> dict[str, Any]:
    change, place = alteration.change, alteration.place
    return {
        "action": change.action,
        "kind": change.kind,
        "name": change.name,
        "file": place.file,
        "line": place.line,
        "differences": [
            {"path": list(one.path), "old": one.old, "new": one.new, "line": one.place.line}
            for one in alteration.differences
        ],
    }
