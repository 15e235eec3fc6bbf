"""What the generator, the evaluator and the engine want to know of a tree."""

from collections.abc import Mapping
from dataclasses import dataclass

from mimas.language.errors import ExpressionError, closest
from mimas.language.expressions.tree import Call, Literal, Node, Operation, walk
from mimas.language.functions import REGISTRY
from mimas.language.instants import INTERVALS, mirrored
from mimas.language.operations import COMPARISONS
from mimas.schema.values import Scalar


def impure(node: Node) -> bool:
    """The result is another one each time (Guid, RandomNum …): for once-only flows."""
    return any(isinstance(part, Call) and not REGISTRY[part.function].pure for part in walk(node))


def boolean(node: Node) -> bool:
    """The result is True or False and nothing else."""
    match node:
        case Literal(value=value):
            return isinstance(value, bool)
        case Operation(operator=operator):
            return operator in COMPARISONS or operator in ("&&", "||")
        case Call(function="IIF", arguments=(_, then, otherwise)):
            return boolean(then) and boolean(otherwise)
        case Call(function=name):
            return REGISTRY[name].boolean
    return False


@dataclass(frozen=True, slots=True)
class Moment:
    """``DateAdd(interval, amount, Now())`` with a written interval and amount."""

    interval: str
    amount: int


def moment(node: Node) -> Moment | None:
    """The node as a moment relative to now; None when it is anything else."""
    match node:
        case Call(function="Now"):
            return Moment("s", 0)
        case Call(function="DateAdd", arguments=(Literal(value=str(interval)), Literal(value=int(amount)), inner)):
            known = interval.casefold() in INTERVALS and not isinstance(amount, bool)
            return Moment(interval.casefold(), amount) if known and moment(inner) == Moment("s", 0) else None
    return None


def against_now(node: Operation) -> tuple[Node, str, Moment] | None:
    """A comparison with a moment, turned so that the moment is on the right: other side, operator, moment."""
    if node.operator not in COMPARISONS:
        return None
    left, right = node.operands
    if at := moment(right):
        return left, node.operator, at
    if at := moment(left):
        return right, mirrored(node.operator), at
    return None


def deferred_error(argument: Node, index: int) -> Node | None:
    """The message of an ``Error(…)`` that stands as a value in a Switch, which fails only when it is chosen."""
    if index % 2 and isinstance(argument, Call) and argument.function == "Error":
        return argument.arguments[0]
    return None


def parameter(name: str, parameters: Mapping[str, Scalar]) -> Scalar:
    """The value of a ``%Name%``. Raises `ExpressionError` when nobody has set it."""
    if name in parameters:
        return parameters[name]
    message = f"The parameter %{name}% is not set."
    meant = closest(name, parameters)
    raise ExpressionError(message, f"%{name}%", 0, f"%{meant}%" if meant else "")
