"""Expressions of MIMWAL as expressions and texts of Mimas.

Source: the documentation of microsoft/MIMWAL. ``"text"``, numbers, ``[//Target/Manager]``, functions, and ``+`` between
texts mean the same here, where ``+`` is ``&``. A variable ``$name``, which an activity keeps for itself, is kept in the
data of the workflow: ``[//WorkflowData/name]``.
"""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from mimas.language.errors import ExpressionError
from mimas.language.expressions import parse
from mimas.migrate.elements import printable
from mimas.migrate.service.expressions import UntranslatableError

_TOKEN = re.compile(
    r"(?P<space>\s+)|(?P<text>\"(?:\"\"|[^\"])*\")|(?P<lookup>\[//[^\[\]]+\])|\$(?P<variable>[A-Za-z_]\w*)"
    r"|(?P<number>-?[0-9]+)|(?P<name>[A-Za-z_]\w*)|(?P<sign>[(),+])"
)
_WHOLE = re.compile(r"\[//[^\[\]]+\]")
_DATA = re.compile(r"\[//WorkflowData/([^/\]]+)\]", re.IGNORECASE)
_BREAK = "__BREAK_ITERATION__"
_CALL = re.compile(r"([A-Za-z_]\w*)\s*\((.*)\)", re.DOTALL)
_HOW = {"insertvalues": "add", "removevalues": "remove"}


class Value(NamedTuple):
    """What goes to a target, and how."""

    text: str
    how: str = ""
    """``add`` or ``remove``; empty: it takes the place of what is there."""


class Expressions:
    """Writes the expressions of one workflow."""

    def __init__(self, xoml: str) -> None:
        """``xoml``: of the workflow, whose data have names that variables must not take."""
        self._taken = {name.lower() for name in re.findall(r"//WorkflowData/([^/\]\s]+)", xoml, re.IGNORECASE)}

    def variable(self, name: str) -> str:
        """Where a variable is kept, as a look-up. Raises `UntranslatableError` for what is none of its own."""
        if name.upper() == _BREAK:
            raise UntranslatableError(f"it ends its repetition early, by ${_BREAK}")
        return f"[//WorkflowData/{f'{name}_variable' if name.lower() in self._taken else name}]"

    def target(self, text: str) -> str:
        """Where a value goes: a look-up, or a variable."""
        return self.variable(text[1:]) if text.startswith("$") else text

    def data(self, target: str) -> str:
        """The name under which a target is kept in the data of the workflow; empty for any other target."""
        found = _DATA.fullmatch(target)
        return found[1] if found is not None else ""

    def expression(self, text: str) -> str:
        """An expression, without the sign before it. Raises `UntranslatableError` for what is none."""
        written = "".join(self._written(text)).strip()
        if written != printable(written):
            raise UntranslatableError("an expression holds signs that cannot be written")
        try:
            parse(written)
        except (ExpressionError, RecursionError) as error:
            reason = error.message if isinstance(error, ExpressionError) else "it is nested too deep"
            raise UntranslatableError(f"the expression {_short(text)} cannot be written: {reason}") from None
        return written

    def condition(self, text: str) -> str:
        """A condition; none is empty."""
        return f"={self.expression(text)}" if text else ""

    def words(self, text: str) -> str:
        """What has to be an expression, in the simplest form: a text without quotes, a look-up, ``=expression``."""
        return simple(self.expression(text)) if text else ""

    def either(self, text: str) -> str:
        """What may be an expression, and is a text otherwise."""
        try:
            return self.words(text)
        except UntranslatableError:
            if _call(text) is not None or text.startswith(('"', "$", "[//")):
                raise  # it was meant to be one
            return text

    def values(self, text: str) -> list[Value]:
        """What goes to a target. Where ``IIF`` chooses between `InsertValues` and `RemoveValues`, it is one of each."""
        ways = {_way(leaf) for leaf in _leaves(text)} - {None}
        if not ways - {""}:
            return [Value(self.words(text))]
        if "" in ways:
            raise UntranslatableError(f"{_short(text)} both sets a value and adds to what is there")
        return [Value(self.words(_only(text, way)), way) for way in ("add", "remove") if way in ways]

    def _written(self, text: str) -> list[str]:
        parts: list[str] = []
        at = 0
        while at < len(text):
            found = _TOKEN.match(text, at)
            if found is None:
                raise UntranslatableError(f"what {_short(text[at:])} means in {_short(text)} is not known")
            at = found.end()
            parts.append(_WRITERS.get(str(found.lastgroup), _same)(self, found[0]))
        return parts


def _same(_: Expressions, text: str) -> str:
    return text


def _sign(_: Expressions, text: str) -> str:
    return {"+": " & ", ",": ", "}.get(text, text)


def _variable(here: Expressions, text: str) -> str:
    return here.variable(text[1:])


_WRITERS: dict[str, Callable[[Expressions, str], str]] = {
    "space": lambda _, __: "",
    "sign": _sign,
    "variable": _variable,
}


def simple(written: str) -> str:
    """An expression as a text in its simplest form: words without quotes, a look-up without a sign before it."""
    if _WHOLE.fullmatch(written):
        return written
    if re.fullmatch(r"\"(?:\"\"|[^\"])*\"", written):
        plain = written[1:-1].replace('""', '"')
        if plain and plain == plain.strip() and not plain.startswith("=") and "[//" not in plain:
            return plain
    if re.fullmatch(r"-?[0-9]+|true|false", written, re.IGNORECASE):
        return written
    return f"={written}"


class _Call(NamedTuple):
    """A function with its arguments."""

    name: str
    """In small letters."""
    arguments: list[str]


def _call(text: str) -> _Call | None:
    """The function that is all of a text."""
    found = _CALL.fullmatch(text.strip())
    arguments = _arguments(found[2]) if found is not None else None
    return _Call(found[1].lower(), arguments) if found is not None and arguments is not None else None


def _leaves(text: str) -> Iterator[str]:
    """What it may come to: all that ``IIF`` chooses from."""
    call = _call(text)
    if call is not None and call.name == "iif" and len(call.arguments) == 3:
        yield from _leaves(call.arguments[1])
        yield from _leaves(call.arguments[2])
    else:
        yield text


def _way(leaf: str) -> str | None:
    """How a value goes to its target; none: there is no value."""
    call = _call(leaf)
    name = call.name if call is not None else ""
    return None if name == "null" else _HOW.get(name, "")


def _only(text: str, way: str) -> str:
    """The same with nothing in the place of what goes to its target in another way."""
    call = _call(text)
    if call is not None and call.name == "iif" and len(call.arguments) == 3:
        condition, one, other = call.arguments
        return f"IIF({condition}, {_only(one, way)}, {_only(other, way)})"
    return ",".join(call.arguments) if call is not None and _way(text) == way else "Null()"


def _arguments(text: str) -> list[str] | None:
    """What stands between commas that are within no further brackets and no text; nothing where brackets end early."""
    parts, depth, quoted = [""], 0, False
    for sign in text:
        quoted ^= sign == '"'
        depth += 0 if quoted else (sign in "([") - (sign in ")]")
        if depth < 0:
            return None
        if sign == "," and not depth and not quoted:
            parts.append("")
        else:
            parts[-1] += sign
    return parts


def _short(text: str) -> str:
    one = printable(" ".join(text.split()))
    return one if len(one) <= 80 else one[:79] + "…"
