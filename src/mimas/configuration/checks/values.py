"""Checks of values against the attribute they are for: what it cannot hold, and what fails on the way to it."""

from collections.abc import Callable, Iterator

from mimas.configuration.problem import Problem
from mimas.configuration.reading import Document
from mimas.configuration.world import Attributes
from mimas.language.coercion import as_binary, as_date
from mimas.language.errors import FlowError
from mimas.language.expressions.tree import Node
from mimas.language.expressions.types import Leaf, leaves, mistakes
from mimas.language.results import to_value
from mimas.schema.attributes import Attribute, Kind
from mimas.schema.values import Scalar
from mimas.sync.coercion import boolean, integer

ELSEWHERE = {
    Kind.INTEGER: (Kind.BINARY, Kind.DATETIME),
    Kind.BOOLEAN: (Kind.BINARY, Kind.DATETIME),
    Kind.DATETIME: (Kind.BINARY, Kind.BOOLEAN, Kind.INTEGER),
    Kind.BINARY: (Kind.BOOLEAN, Kind.DATETIME, Kind.INTEGER),
}
"""What no value of these types can become as it is."""

_FORMS: dict[Kind, tuple[Callable[[object], object], str]] = {
    Kind.INTEGER: (integer, "a whole number"),
    Kind.BOOLEAN: (boolean, "true or false"),
    Kind.DATETIME: (as_date, "a date, as 2026-11-23 or 2026-11-23T08:00:00Z"),
    Kind.BINARY: (as_binary, "base64"),
}

_COUNTS = frozenset({"BitAnd(…)", "Contains(…)", "Count(…)", "InStr(…)", "InStrRev(…)", "Len(…)", "ValueCount(…)"})
"""What gives 2 as soon as 1."""


def check_computed(
    document: Document, path: tuple[str | int, ...], tree: Node, source: Attributes, to: Attribute | None
) -> Iterator[Problem]:
    """Problems of what an expression gives to ``to``, and of its parts; ``to`` is none where it may be anything."""
    for mistake in dict.fromkeys(mistakes(tree, source)):
        yield document.problem(path, mistake.message, mistake.hint)
    for leaf in dict.fromkeys(leaves(tree, source) if to is not None else ()):
        assert to is not None
        yield from _leaf(document, path, leaf, to)


def _leaf(document: Document, path: tuple[str | int, ...], leaf: Leaf, to: Attribute) -> Iterator[Problem]:
    if leaf.kind in ELSEWHERE.get(to.kind, ()) and leaf.literal is None:
        message = f"{leaf.name} ({leaf.kind}) flows to '{to.name}' ({to.kind}), which it cannot be"
        yield document.problem(path, message, convert(leaf.kind, to.kind))
    elif leaf.literal is not None:
        yield from check_literal(document, path, leaf.literal, to)
    elif to.kind is Kind.BOOLEAN and leaf.name in _COUNTS:
        message = f"{leaf.name} is a number, and '{to.name}' is true or false"
        yield document.warning(path, message, "compare it, as in `… > 0`; a number above 1 fails")
    if leaf.several and not to.multivalued:
        message = f"{leaf.name} may give several values, and '{to.name}' holds one"
        yield document.warning(path, message, "an object with more than one fails; use Item or Join")


def check_literal(
    document: Document, path: tuple[str | int, ...], value: Scalar | float, to: Attribute
) -> Iterator[Problem]:
    """A problem when a written value is not of the kind of ``to``."""
    if to.kind not in _FORMS or value == "":
        return
    read, wanted = _FORMS[to.kind]
    # Dates and binary are stored as text; a number or a boolean is neither.
    fits = isinstance(value, str) or to.kind in (Kind.INTEGER, Kind.BOOLEAN)
    try:
        read(to_value(value) if fits else "")
    except FlowError:
        fits = False
    if not fits:
        message = f"'{value}' is not of the type of '{to.name}', which is {to.kind}"
        yield document.problem(path, message, f"write {wanted}")


_WAYS = {
    (Kind.DATETIME, Kind.BOOLEAN): "compare it, as in `=[…] > Now()`",
    (Kind.DATETIME, Kind.INTEGER): "use NumFromDate, or declare the target as datetime",
    (Kind.INTEGER, Kind.DATETIME): "use DateFromNum, or declare the target as integer",
    (Kind.BINARY, Kind.INTEGER): "use CNum, or declare the target as binary",
    (Kind.INTEGER, Kind.BINARY): "use CBin, or declare the target as integer",
}


def convert(from_: Kind | None, to: Kind) -> str:
    """How a value of one kind becomes one of another."""
    return _WAYS.get((from_ or to, to), "convert it with an expression, or correct one of the types")
