"""What people write for a change: ``phone=123``, ``skills+=python``, ``manager=person/max``, ``phone=`` to clear."""

import re
from collections.abc import Callable, Iterable, Mapping

from mimas.language.coercion import as_date
from mimas.language.errors import FlowError, closest
from mimas.requests.wishes import Change, Mode
from mimas.schema.attributes import Attribute, Kind
from mimas.schema.values import Scalar

_FORM = re.compile(r"(?P<name>[^=+\s]+?)(?P<sign>\+=|-=|=)(?P<value>.*)", re.DOTALL)
_MODES = {"+=": Mode.INSERT, "-=": Mode.REMOVE, "=": Mode.REPLACE}


class AssignmentError(ValueError):
    """What was written cannot be understood; the message says what and why."""


def changes(
    texts: Iterable[str], type_: str, attributes: Mapping[str, Attribute], refer: Callable[[Attribute, str], int]
) -> tuple[Change, ...]:
    """The changes; of one attribute, several that replace are one list. ``refer`` gives the id that a text means.

    Raises `AssignmentError`.
    """
    found: dict[tuple[str, Mode], list[Scalar]] = {}
    for text in texts:
        form = _FORM.fullmatch(text)
        if form is None:
            raise AssignmentError(f"'{text}' is no change: write ATTRIBUTE=VALUE, +=VALUE or -=VALUE.")
        attribute = attributes.get(form["name"])
        if attribute is None:
            hint = closest(form["name"], attributes)
            meant = f" '{hint}' was meant, perhaps." if hint else ""
            raise AssignmentError(f"{type_} has no attribute '{form['name']}'.{meant}")
        mode = _MODES[form["sign"]]
        if mode is not Mode.REPLACE and not attribute.multivalued:
            raise AssignmentError(f"'{attribute.name}' holds one value: write {attribute.name}=VALUE.")
        values = found.setdefault((attribute.name, mode), [])
        if form["value"]:
            values.append(value(attribute, form["value"], refer))
    return tuple(Change(name, mode, tuple(values)) for (name, mode), values in found.items())


def value(attribute: Attribute, text: str, refer: Callable[[Attribute, str], int]) -> Scalar:
    """What a text means as a value of an attribute. Raises `AssignmentError`."""
    name = attribute.name
    match attribute.kind:
        case Kind.REFERENCE:
            return refer(attribute, text)
        case Kind.INTEGER:
            if not re.fullmatch(r"-?[0-9]{1,18}", text):
                raise AssignmentError(f"'{name}' is a whole number, which '{text}' is not.")
            return int(text)
        case Kind.BOOLEAN:
            if text.lower() not in ("true", "false"):
                raise AssignmentError(f"'{name}' is true or false, not '{text}'.")
            return text.lower() == "true"
        case Kind.DATETIME:
            try:
                as_date(text)
            except FlowError:
                raise AssignmentError(f"'{name}' is a date, as 2026-11-23 or 2026-11-23T08:00:00Z.") from None
    return text
