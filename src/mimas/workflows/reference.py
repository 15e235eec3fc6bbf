"""The reference of activities, made from their classes: ``python -m mimas.workflows.reference``."""

import inspect
import sys
from collections.abc import Iterator, Mapping
from types import UnionType
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from mimas.workflows.activities.contract import Activity
from mimas.workflows.definition import ELSEWHERE, known

_OURS = "mimas."
_INTRODUCTION = """\
# Activities

What [workflows](workflows.md) consist of. Each activity of a workflow has the key `activity`, which says which one it
is, and its settings. Where a setting is *text*, it may hold look-ups, or be an expression behind `=`.
"""


def reference() -> str:
    """The page, in Markdown."""
    return "\n".join(_page()) + "\n"


def _page() -> Iterator[str]:
    yield _INTRODUCTION
    yield "## Settings that all have\n"
    yield from _table(Activity.model_fields, without={"activity"})
    common = set(Activity.model_fields)
    for name, kind in known().items():
        if kind.__module__.startswith(_OURS):
            yield f"## {name}\n"
            yield inspect.cleandoc(kind.__doc__ or "").replace("``", "`") + "\n"
            yield f"Phases: {', '.join(sorted(kind.phases))}.\n"
            yield from _table(kind.model_fields, without=common - {"repeatable"} if kind.outside else common)
            yield from _parts(kind)
    yield "## What is called otherwise, or is not there\n"
    for said in sorted(set(ELSEWHERE.values())):
        yield f"- {', '.join(f'`{other}`' for other in sorted(ELSEWHERE) if ELSEWHERE[other] == said)}: {said}."


def _table(fields: Mapping[str, FieldInfo], without: set[str]) -> Iterator[str]:
    rows = [(name, field) for name, field in fields.items() if name not in without]
    if not rows:
        return
    yield "| setting | | what |\n|---|---|---|"
    for name, field in rows:
        yield f"| `{name}` | {_kind(field)} | {_told(field)} |"
    yield ""


def _kind(field: FieldInfo) -> str:
    return _called(field.annotation)


def _called(annotation: Any) -> str:
    names = {str: "text", int: "whole number", bool: "yes or no"}
    if annotation in names:
        return names[annotation]
    if get_origin(annotation) is list:
        return f"list of {_called(get_args(annotation)[0])}"
    if get_origin(annotation) is dict:
        return "texts by name"
    if isinstance(annotation, UnionType):
        return " or ".join(map(_called, get_args(annotation)))
    if inspect.isclass(annotation) and issubclass(annotation, BaseModel):
        return f"*{annotation.__name__.lower()}*"
    return "word"


def _told(field: FieldInfo) -> str:
    said = (field.description or "").rstrip(".").replace("|", "\\|")
    default = field.get_default(call_default_factory=True) if not field.is_required() else ""
    if field.is_required():
        return f"{said}. Must be there."
    plain = isinstance(default, str | int) and default not in ("", False)
    return f"{said}. Default: `{str(default).lower() if default is True else default}`." if plain else f"{said}."


def _parts(kind: type[Activity]) -> Iterator[str]:
    """The forms of what stands within lists."""
    for field in kind.model_fields.values():
        for inner in (field.annotation, *get_args(field.annotation)):
            if inspect.isclass(inner) and issubclass(inner, BaseModel):
                yield f"What *{inner.__name__.lower()}* consists of:\n"
                yield from _table(inner.model_fields, without=set())


if __name__ == "__main__":
    sys.stdout.write(reference())
