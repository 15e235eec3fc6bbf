"""The short forms that people read, of the parts of a document: the inverse of `notation` and `rhythm`."""

from collections.abc import Callable, Mapping, Sequence
from datetime import time, timedelta
from enum import Enum
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from mimas.configuration import notation
from mimas.configuration.documents import (
    AttributePart,
    Body,
    ClausePart,
    DeletionPart,
    DeprovisionPart,
    EqualityPart,
    FlowPart,
    GuardPart,
    JoinPart,
    StepPart,
    WindowPart,
)
from mimas.schema.forms import FLAGS

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_UNITS = {"weeks": 604_800, "days": 86_400, "hours": 3_600, "minutes": 60, "seconds": 1}


def tree(body: Body) -> dict[str, Any]:
    """A document as plain data, as people write it, with what is left out because it is usual."""
    return _fields(body, usual=True)


def short(part: Any) -> Any:
    """A part of a document as people write it: mostly a text. Read again, it means the same."""
    if isinstance(part, BaseModel):
        form: Callable[[Any], Any] = _FORMS.get(type(part), _rest)
        return form(part)
    if isinstance(part, Mapping):
        return {key: short(value) for key, value in part.items()}
    if isinstance(part, list):
        return [short(value) for value in part]
    if isinstance(part, timedelta):
        return interval(part)
    if isinstance(part, time):
        return f"{part:%H:%M}"
    return str(part) if isinstance(part, (Enum, Path)) else part


def _fields(part: BaseModel, *, usual: bool) -> dict[str, Any]:
    fields = type(part).model_fields.items()
    given = {name: getattr(part, name) for name, _ in fields}
    told: dict[str, Callable[[Any], Any]] = {"scope": scope, "join": _criteria}
    other = _inner if usual else short
    return {
        field.alias or name: told.get(name, other)(given[name])
        for name, field in fields
        if usual or given[name] != field.default
    }


def _inner(value: Any) -> Any:
    """As `short`; of a part without a short form also what is usual."""
    plain = isinstance(value, BaseModel) and type(value) not in _FORMS
    return _fields(value, usual=True) if plain else short(value)


def _rest(part: BaseModel) -> dict[str, Any]:
    return _fields(part, usual=False)


def _if_read(text: str, reader: Callable[[Any], Any], part: BaseModel) -> Any:
    """The text when it is read as that part; else the part with its keys."""
    long = {key: value for key, value in _rest(part).items() if value is not None}
    try:
        return text if reader(text) == long else long
    except notation.NotationError:
        return long


def attribute(part: AttributePart) -> Any:
    """``string, multivalued, indexed``, or ``reference to worker``."""
    flags = [name for name in FLAGS if getattr(part, name)]
    text = ", ".join([f"{part.type} to {part.to}" if part.to else str(part.type), *flags])
    shown = _if_read(text, lambda given: _without_usual(AttributePart, notation.attribute(given)), part)
    if isinstance(shown, str):
        return shown
    label = part.label["en"] if list(part.label) == ["en"] else dict(part.label)
    return {"type": str(part.type), **shown, **({"label": label} if label else {})}


def _without_usual(model: type[BaseModel], given: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in given.items() if value != model.model_fields[key].default}


def clause(part: ClausePart) -> Any:
    """``attribute OPERATOR value``."""
    quoted = part.value != part.value.strip() or not part.value or part.value[0] + part.value[-1] in ('""', "''")
    value = f'"{part.value}"' if quoted else part.value
    words = [part.attribute, str(part.operator), *([] if part.operator in notation.NULL_TESTS else [value])]
    return _if_read(" ".join(words), lambda text: _without_usual(ClausePart, notation.clause(text)), part)


def scope(groups: Sequence[Sequence[ClausePart]]) -> list[Any]:
    """A list of clauses, or of lists of them."""
    shown = [[clause(part) for part in group] for group in groups]
    return shown[0] if len(shown) == 1 and shown[0] else shown


def _criteria(criteria: Sequence[Sequence[JoinPart]]) -> list[Any]:
    return [criterion(parts) for parts in criteria]


def criterion(parts: Sequence[JoinPart]) -> Any:
    """``left = right and left = right``."""
    shown = [_if_read(f"{part.left} = {part.right}", notation.condition, part) for part in parts]
    if len(shown) == 1:
        return shown[0] if notation.criterion(shown[0]) == shown else shown
    text = " and ".join(map(str, shown))
    return text if all(isinstance(one, str) for one in shown) and notation.criterion(text) == shown else shown


def flow(part: FlowPart) -> Any:
    """An attribute's name, or ``=expression``."""
    long = _rest(part)
    if part.expression is not None:
        long["expression"] = f"={part.expression}"
    if part.unique is not None:
        long["unique"] = [f"={text}" for text in part.unique]
    only = next(iter(long.values())) if len(long) == 1 else None
    return only if isinstance(only, str) and notation.flow(only) == long_form(part) else long


def long_form(part: FlowPart) -> dict[str, Any]:
    """A flow with its keys, as `notation.flow` gives them."""
    long = _rest(part)
    return long | {"expression": f"={part.expression}"} if part.expression is not None else long


def interval(length: timedelta) -> str:
    """``10 minutes``, in the largest unit that is whole."""
    seconds = int(length.total_seconds())
    unit = next(unit for unit, size in _UNITS.items() if seconds % size == 0)
    number = seconds // _UNITS[unit]
    return f"{number} {unit if number != 1 else unit.removesuffix('s')}"


def days(numbers: Sequence[int]) -> str:
    """``mon-fri, sun``."""
    spans: list[list[int]] = []
    for number in sorted(numbers):
        if spans and spans[-1][-1] == number - 1:
            spans[-1].append(number)
        else:
            spans.append([number])
    return ", ".join("-".join(_DAYS[number] for number in dict.fromkeys((span[0], span[-1]))) for span in spans)


def _guard(part: GuardPart) -> dict[str, Any]:
    return {"count": part.count, "share": share(part.share)}


def share(part: float) -> str:
    """``5%``."""
    return f"{part * 100:.12g}%"


def _deletion(part: DeletionPart) -> Any:
    return part.rule or _rest(part)


def _deprovision(part: DeprovisionPart) -> Any:
    long = _rest(part)
    return long if part.flows or part.extension else str(part.what)


def _step(part: StepPart) -> Any:
    def read(text: str) -> dict[str, Any]:
        return {key: value for key, value in notation.step(text).items() if value is not None}

    return _if_read(part.step.title, read, part)


def _window(part: WindowPart) -> dict[str, Any]:
    long = _rest(part)
    return long | {"days": days(part.days)} if "days" in long else long


def _equality(part: EqualityPart) -> Any:
    return _if_read(f"{part.left} = {part.right}", notation.equality, part)


_FORMS: dict[type[BaseModel], Callable[[Any], Any]] = {
    AttributePart: attribute,
    ClausePart: clause,
    DeletionPart: _deletion,
    DeprovisionPart: _deprovision,
    EqualityPart: _equality,
    FlowPart: flow,
    GuardPart: _guard,
    StepPart: _step,
    WindowPart: _window,
}
