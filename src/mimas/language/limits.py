"""What the schema asks of a value of a resource: its kind, a pattern, a range, whether there is one at all.

Source of what is inherited: Microsoft's SDK, *Resource Management Schema* (``Required``, ``StringRegex``,
``IntegerMinimum``, ``IntegerMaximum``). A pattern is a regular expression of .NET, and a value fits it as a whole.
"""

from collections.abc import Callable, Mapping

from mimas.language.coercion import absent, as_binary, as_date, shown
from mimas.language.errors import FlowError
from mimas.language.regexes import pattern
from mimas.schema.attributes import Attribute, Kind
from mimas.schema.messages import half_character
from mimas.schema.values import Scalar, Value

_FORMS: Mapping[Kind, tuple[type, str, Callable[[str], object] | None]] = {
    Kind.STRING: (str, "a text", None),
    Kind.INTEGER: (int, "a whole number", None),
    Kind.BOOLEAN: (bool, "true or false", None),
    Kind.DATETIME: (str, "a date, as 2026-11-23 or 2026-11-23T08:00:00Z", as_date),
    Kind.BINARY: (str, "base64", as_binary),
}


def fits(attribute: Attribute, value: Value | None) -> str:
    """What is wrong with the value that an attribute of a resource is to have, in words; empty when nothing is.

    ``value`` is in its stored form, and what the attribute has as a whole: of one that holds several, all of them. Of
    a reference it is only asked whether there is one, and no more than may be. It ends soon, whatever is written.
    """
    if absent(value):
        return f"'{attribute.name}' must have a value" if attribute.required else ""
    values = value if isinstance(value, list) else [value]
    if len(values) > 1 and not attribute.multivalued:
        return f"'{attribute.name}' holds one value, and here are {len(values)}"
    if attribute.kind is Kind.REFERENCE:
        return ""
    return next(filter(None, (_fault(attribute, one) for one in values if one is not None)), "")


def _fault(attribute: Attribute, value: Scalar) -> str:
    type_, form, reader = _FORMS[attribute.kind]
    name = attribute.name
    if type(value) is not type_:
        return f"'{name}' is {form}, which {shown(value)} is not"
    if isinstance(value, str) and ("\0" in value or half_character(value) is not None):
        return f"'{name}' holds half a character or a NUL, which no text has"
    try:
        if reader is not None and isinstance(value, str):
            reader(value)
        elif attribute.pattern and isinstance(value, str):
            return _mismatch(attribute, value)
    except FlowError:
        return f"'{name}' is {form}, which {shown(value)} is not"
    return _range(attribute, value) if isinstance(value, int) else ""


def _mismatch(attribute: Attribute, value: str) -> str:
    try:
        found = pattern(attribute.pattern, value).fullmatch(value)
    except FlowError:
        return f"'{attribute.name}' cannot be as long as {len(value):,} characters, as it has a pattern"
    return "" if found else f"'{attribute.name}' cannot be {shown(value)}: it has to fit {attribute.pattern}"


def _range(attribute: Attribute, value: int) -> str:
    if attribute.minimum is not None and value < attribute.minimum:
        return f"'{attribute.name}' is {attribute.minimum} at least, and {value} is less"
    if attribute.maximum is not None and value > attribute.maximum:
        return f"'{attribute.name}' is {attribute.maximum} at most, and {value} is more"
    return ""
