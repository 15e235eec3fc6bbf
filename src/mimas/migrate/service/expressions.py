"""The trees of functions in a portal sync rule as expressions (reference: MIM's *Functions Reference*).

``<fn id="IIF"><arg><fn id="Eq">…</fn></arg><arg>"text"</arg><arg>attribute</arg></fn>``: an argument is a function, a
text in quotes, a number, a workflow parameter ``$name``, or the name of an attribute.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from mimas.language.errors import ExpressionError
from mimas.language.expressions import parse
from mimas.language.functions import find
from mimas.migrate.elements import Element, printable

Read: TypeAlias = Callable[[str], str]
_COMPARING = {
    "eq": "=",
    "notequals": "<>",
    "lessthan": "<",
    "lessthanorequals": "<=",
    "greaterthan": ">",
    "greaterthanorequals": ">=",
}
_JOINING = ("+", "concatenate")
_CONSTANTS = {"null": "NULL", "crlf": "CRLF"}
_SAME = ("trim", "ltrim", "rtrim", "uppercase", "lowercase", "propercase", "escapedncomponent")
"""Functions of one text that is there where it is."""
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_NAME = re.compile(r"[^\[\]\s](?:[^\[\]\r\n]*[^\[\]\s])?")


class UntranslatableError(Exception):
    """What stands there has no equal; the message says what and why."""


@dataclass(frozen=True, slots=True)
class Written:
    """An expression. ``sure``: it always has a value. ``compares``: beside an operator it needs brackets."""

    text: str
    sure: bool = False
    compares: bool = False

    @property
    def operand(self) -> str:
        """As it stands beside an operator. Comparisons bind least."""
        return f"({self.text})" if self.compares else self.text


def expression(function: Element, read: Read | None = None) -> Written:
    """A function and what is within. Raises `UntranslatableError`. ``read``: see `argument`."""
    written = _function(function, read or attribute)
    if written.text != printable(written.text):
        raise UntranslatableError("its function holds signs that cannot be written")
    try:
        parse(written.text)
    except (ExpressionError, RecursionError) as error:
        reason = error.message if isinstance(error, ExpressionError) else "it is nested too deep"
        raise UntranslatableError(f"its function cannot be written as an expression: {reason}") from None
    return written


def attribute(name: str) -> str:
    """An attribute as it is read. Raises `UntranslatableError` for a name that cannot stand in brackets."""
    if not readable(name):
        raise UntranslatableError("the name of an attribute cannot be written")
    return f"[{name}]"


def readable(name: str) -> bool:
    """Whether an attribute of this name can stand in an expression."""
    return _NAME.fullmatch(name) is not None


def literal(text: str) -> str:
    """A text as a value in an expression."""
    return '"' + text.replace('"', '""') + '"'


def _function(element: Element, read: Read) -> Written:
    name = element.attributes.get("id", "").strip()
    arguments = [argument(one, read) for one in element.all("arg")]
    folded = name.lower()
    if folded in _JOINING and arguments:
        return _joined(arguments)
    if folded in _COMPARING and len(arguments) == 2:
        left, right = arguments
        return Written(f"{left.operand} {_COMPARING[folded]} {right.operand}", sure=True, compares=True)
    if folded in _CONSTANTS and not arguments:
        return Written(_CONSTANTS[folded], sure=folded == "crlf")
    known = find(name)
    if known is None:
        raise UntranslatableError(f"there is no function {name or 'without a name'}")
    if folded == "iif" and len(arguments) == 3:
        sure = arguments[1].sure and arguments[2].sure
    else:
        sure = folded in _SAME and all(one.sure for one in arguments)
    return Written(f"{_spelled(folded, known.name)}({', '.join(one.text for one in arguments)})", sure)


def _spelled(folded: str, name: str) -> str:
    """MIM's own name where the registry knows it as another one: those who move know it."""
    return _MIM_NAMES.get(folded, name)


_MIM_NAMES = {
    name.lower(): name
    for name in (
        *("UpperCase", "LowerCase", "ProperCase", "LeftPad", "RightPad", "DateTimeFormat", "ConvertSidToString"),
        *("ConvertStringToGuid", "ReplaceString"),
    )
}


def _joined(arguments: list[Written]) -> Written:
    if len(arguments) == 1:
        return arguments[0]
    return Written(" & ".join(one.operand for one in arguments), any(one.sure for one in arguments))


def argument(element: Element, read: Read) -> Written:
    """An argument. Raises `UntranslatableError`. ``read``: what stands for a name without quotes: an attribute, say."""
    inner = element.all("fn")
    if len(inner) > 1 or (inner and element.text):
        raise UntranslatableError("an argument holds more than one thing")
    if inner:
        return _function(inner[0], read)
    text = element.text
    if len(text) > 1 and text[0] == text[-1] == '"':
        return Written(literal(text[1:-1].replace('""', '"')), sure=len(text) > 2)
    if _NUMBER.fullmatch(text):
        return Written(text, sure=True)
    if text.lower() in ("true", "false"):
        return Written(text.capitalize(), sure=True)
    if text.startswith("$"):
        raise UntranslatableError(f"it takes the workflow parameter {text}, which a rule does not have here")
    if not text:
        raise UntranslatableError("an argument is empty")
    return Written(read(text))
