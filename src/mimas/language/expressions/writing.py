"""The text of a tree, as somebody would write it."""

from decimal import Decimal

from mimas.language.expressions.tree import Attribute, Call, Literal, Node, Operation, Parameter, Variable
from mimas.language.operations import COMPARISONS
from mimas.language.results import Outcome


def written(node: Node) -> str:
    """The expression that a node stands for; parsed, it gives an equal node."""
    match node:
        case Literal(value=value):
            return _literal(value)
        case Attribute(name=name):
            return f"[{name}]"
        case Parameter(name=name):
            return f"%{name}%"
        case Variable(name=name):
            return f"${name}"
        case Operation(operator=operator, operands=operands):
            return f" {operator} ".join(_operand(operand, operator, first=not i) for i, operand in enumerate(operands))
        case Call(function=function, arguments=arguments):
            return f"{function}({', '.join(map(written, arguments))})"


def _literal(value: str | float | bool | Outcome | None) -> str:
    match value:
        case None:
            return "NULL"
        case Outcome():
            return value.value
        case "\r\n":
            return "CRLF"
        case str():
            return '"' + value.replace('"', '""') + '"'
        case float():
            return format(Decimal(str(value)), "f")
    return str(value)


def _operand(node: Node, operator: str, *, first: bool) -> str:
    text = written(node)
    if isinstance(node, Operation):
        own, around = _level(node.operator), _level(operator)
        # Everything of one level is worked out from the left.
        if own < around or (own == around and not first):
            return f"({text})"
    return text


def _level(operator: str) -> int:
    """How tightly an operator binds: see `mimas.language.expressions.grammar`."""
    return 1 if operator in ("&&", "||") else 2 if operator in COMPARISONS else 3
