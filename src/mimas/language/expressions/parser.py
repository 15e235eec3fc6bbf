"""From the text of an expression to its tree."""

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from mimas.language.errors import ExpressionError, closest
from mimas.language.expressions.grammar import GRAMMAR
from mimas.language.expressions.tree import (
    Attribute,
    Call,
    Literal,
    Node,
    Operation,
    Parameter,
    Variable,
    children,
)
from mimas.language.functions import REGISTRY, find
from mimas.language.functions.refused import REFUSED
from mimas.language.results import Outcome
from mimas.schema.messages import half_character

if TYPE_CHECKING:
    from lark import Lark

DEEPEST = 60
"""Levels of nesting. Python's own compiler ends at 200 parentheses, of which a level takes up to two."""

_CONSTANTS: dict[str, Any] = {
    "true": True,
    "false": False,
    "null": None,
    "crlf": "\r\n",
    "ignorethisflow": Outcome.IGNORE,
    "authoritativenull": Outcome.AUTHORITATIVE_NULL,
    **{
        name.casefold(): name
        for name in (
            "CaseSensitive",
            "CaseInsensitive",
            "vbBinaryCompare",
            "vbTextCompare",
            "Unicode",
            "ASCII",
            "UTF8",
            "DC",
        )
    },
}
_COMPARING = {
    "eq": "=",
    "equals": "=",
    "notequals": "<>",
    "lessthan": "<",
    "lessthanorequals": "<=",
    "greaterthan": ">",
    "greaterthanorequals": ">=",
}
"""MIM's comparisons are functions; they become the operators."""
_COMPARING_NAMES = ("Eq", "NotEquals", "LessThan", "LessThanOrEquals", "GreaterThan", "GreaterThanOrEquals")
_ROWS = frozenset({"&", "+", "&&", "||"})
_OTHER_OPERATORS = {"==": "=", "!=": "<>", "and": "&&", "or": "||", "not": "Not(...)", "'": 'double quotes: "text"'}


@lru_cache(maxsize=4096)
def parse(text: str) -> Node:
    """The tree of an expression (without the ``=`` before it). Raises `ExpressionError`.

    Names of functions are taken in any case and checked, with the number of arguments and the variables.
    """
    from lark.exceptions import UnexpectedCharacters, UnexpectedToken

    if (place := half_character(text)) is not None:
        raise ExpressionError("This is half a character, which cannot be stored.", text, place)
    try:
        node: Node = _grammar().parse(text)  # type: ignore[assignment]
        _check(node)
    except ExpressionError as error:
        raise ExpressionError(error.message, text, error.position, error.suggestion) from None
    except UnexpectedCharacters as error:
        where: Any = error.pos_in_stream  # Lark types it as None
        raise _unexpected(text, where) from None
    except UnexpectedToken as error:
        position = len(text) if error.token.type == "$END" else error.token.start_pos or 0
        raise _unexpected(text, position) from None
    return node


@cache
def _grammar() -> "Lark":
    from lark import Lark

    return Lark(GRAMMAR, parser="lalr", transformer=_builder())


def _builder() -> Any:  # noqa: C901 - a small method for each rule of the grammar
    from lark import Token, Transformer

    class Builder(Transformer[Token, Node]):
        """Makes nodes as the parser goes."""

        def number(self, tokens: list[Token]) -> Node:
            position = tokens[0].start_pos or 0
            if len(tokens[0]) > 300:
                raise ExpressionError("The number is too long.", position=position)
            return Literal(float(tokens[0]) if "." in tokens[0] else int(tokens[0]), position)

        def hexadecimal(self, tokens: list[Token]) -> Node:
            position = tokens[0].start_pos or 0
            if len(tokens[0]) > 200:
                raise ExpressionError("The number is too long.", position=position)
            return Literal(int("0x" + tokens[0][2:], 0), position)

        def text(self, tokens: list[Token]) -> Node:
            return Literal(tokens[0][1:-1].replace('""', '"'), tokens[0].start_pos or 0)

        def attribute(self, tokens: list[Token]) -> Node:
            name, position = tokens[0][1:-1].strip(), tokens[0].start_pos or 0
            if not name:
                raise ExpressionError("The attribute has no name.", position=position)
            return Attribute(name, position)

        def parameter(self, tokens: list[Token]) -> Node:
            return Parameter(tokens[0][1:-1], tokens[0].start_pos or 0)

        def variable(self, tokens: list[Token]) -> Node:
            return Variable(tokens[0][1:], tokens[0].start_pos or 0)

        def name(self, tokens: list[Token]) -> Node:
            return _constant(str(tokens[0]), tokens[0].start_pos or 0)

        def negative(self, parts: list[Any]) -> Node:
            token, operand = parts
            position = token.start_pos or 0
            if isinstance(operand, Literal) and type(operand.value) in (int, float):
                return Literal(-operand.value, position)  # type: ignore[operator]
            return Operation("-", (Literal(0, position), operand), position)

        def operation(self, parts: list[Any]) -> Node:
            left, token, right = parts
            operator = str(token)
            if operator in _ROWS and isinstance(left, Operation) and left.operator == operator:
                return Operation(operator, (*left.operands, right), left.position)
            return Operation(operator, (left, right), left.position)

        def call(self, parts: list[Any]) -> Node:
            return _call(str(parts[0]), tuple(parts[1:]), parts[0].start_pos or 0)

    return Builder()


def _constant(name: str, position: int) -> Node:
    folded = name.casefold()
    if folded in _CONSTANTS:
        return Literal(_CONSTANTS[folded], position)
    if find(name):
        raise ExpressionError(f"The function {name} has no parentheses.", position=position, suggestion=f"{name}(...)")
    meant = closest(name, ("True", "False", "NULL", "CRLF", *_outcomes())) or f"[{name}]"
    raise ExpressionError(f"{name} is no value: attributes stand in brackets.", position=position, suggestion=meant)


def _outcomes() -> tuple[str, ...]:
    return tuple(outcome.value for outcome in Outcome)


def _call(name: str, arguments: tuple[Node, ...], position: int) -> Node:
    folded = name.casefold()
    if folded in ("null", "crlf") and not arguments:
        return Literal(_CONSTANTS[folded], position)
    if folded in _COMPARING:
        _count(name, len(arguments), 2, 2, position)
        return Operation(_COMPARING[folded], arguments, position)
    function = find(name)
    if function is None and (why := _refused().get(folded)):
        raise ExpressionError(f"There is no function {name} here: {why}.", position=position)
    if function is None:
        suggestion = closest(name, (*REGISTRY, *_COMPARING_NAMES))
        raise ExpressionError(f"There is no function {name}.", position=position, suggestion=suggestion)
    _count(function.name, len(arguments), function.fewest, function.most, position)
    if function.name in ("ImportedValue", "ValueCount"):
        arguments = (_named_attribute(function.name, arguments[0]),)
    if function.name == "Switch" and len(arguments) % 2:
        raise ExpressionError("Switch: conditions and values do not come in pairs.", position=position)
    return Call(function.name, arguments, position)


@cache
def _refused() -> dict[str, str]:
    return {name.casefold(): why for name, why in REFUSED.items()}


def _count(name: str, given: int, fewest: int, most: int | None, position: int) -> None:
    if given < fewest or (most is not None and given > most):
        wanted = str(fewest) if fewest == most else f"at least {fewest}" if most is None else f"{fewest} to {most}"
        plural = "" if wanted.endswith("1") else "s"
        raise ExpressionError(f"{name} takes {wanted} argument{plural}, not {given}.", position=position)


def _named_attribute(function: str, argument: Node) -> Node:
    if isinstance(argument, Attribute):
        return argument
    if isinstance(argument, Literal) and isinstance(argument.value, str) and argument.value:
        return Attribute(argument.value, argument.position)
    raise ExpressionError(
        f'{function} takes the name of an attribute in quotes: {function}("mail").', "", argument.position
    )


_BINDING = frozenset({"Select", "Where", "With"})


def _check(root: Node) -> None:
    """Variables are bound and the nesting is not too deep; without recursion, for it may be."""
    waiting: list[tuple[Node, int, frozenset[str]]] = [(root, 1, frozenset())]
    while waiting:
        node, depth, bound = waiting.pop()
        if depth > DEEPEST:
            message = f"More than {DEEPEST} levels of nesting: use Switch, or divide it over several flows."
            raise ExpressionError(message, position=node.position)
        if isinstance(node, Variable) and node.name not in bound:
            message = f"${node.name} is not bound: only Select, Where and With bind variables."
            suggestion = "$" + closest(node.name, bound) if closest(node.name, bound) else ""
            raise ExpressionError(message, position=node.position, suggestion=suggestion)
        if isinstance(node, Call) and node.function in _BINDING:
            variable, values, body = node.arguments
            if not isinstance(variable, Variable):
                message = f"{node.function} takes a variable first: {node.function}($item, ...)."
                raise ExpressionError(message, position=variable.position)
            waiting += [(values, depth + 1, bound), (body, depth + 1, bound | {variable.name})]
        else:
            waiting += [(child, depth + 1, bound) for child in children(node)]


def _unexpected(text: str, position: int) -> ExpressionError:
    rest = text[position:]
    before = text[:position].rstrip()
    if not text.strip():
        return ExpressionError("The expression is empty.", text, 0)
    if not rest.strip():
        open_parentheses = text.count("(") > text.count(")")
        what = 'a ")" is missing' if open_parentheses else "something is missing behind it"
        return ExpressionError(f"The expression ends too early: {what}.", text, position)
    if rest[0] == '"':
        closed = rest.count('"') % 2 == 0
        message = "Text is not expected here." if closed else 'A text is not closed: its second " is missing.'
        return ExpressionError(message, text, position)
    if rest[0] == "[" and "]" not in rest:
        return ExpressionError('An attribute is not closed: its "]" is missing.', text, position)
    if rest[0] == "=" and before.endswith("="):
        return ExpressionError("== is no operator.", text, position - 1, _OTHER_OPERATORS["=="])
    word = re.split(r"[^\w.]", rest)[0] or (rest[:2] if rest[:2] in _OTHER_OPERATORS else rest[0])
    return ExpressionError(f"{word} is not expected here.", text, position, _OTHER_OPERATORS.get(word.casefold(), ""))
