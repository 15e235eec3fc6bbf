"""The evaluator that explains: the same tree, the same functions, and every step kept.

It is slow and says everything; generated code is fast and says nothing. A law test holds the two together.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mimas.language.context import Context
from mimas.language.errors import FlowError
from mimas.language.expressions.analysis import against_now, deferred_error, parameter
from mimas.language.expressions.tree import Attribute, Call, Literal, Node, Operation, Parameter, Variable
from mimas.language.functions import REGISTRY
from mimas.language.functions.logic import Failure, condition_or_fail
from mimas.language.instants import compare_with_now
from mimas.language.operations import OPERATIONS
from mimas.schema.values import Scalar, Value


@dataclass(frozen=True, slots=True)
class Explained:
    """A node, what it came to, and the steps that were taken for it. What was not evaluated is not there.

    ``error`` is set when the node failed, or a step below it; ``value`` is then None.
    """

    node: Node
    value: Any
    steps: tuple["Explained", ...] = ()
    error: FlowError | None = None


def evaluate(
    node: Node,
    values: Mapping[str, Value | None],
    context: Context,
    parameters: Mapping[str, Scalar] | None = None,
) -> Explained:
    """The value of an expression for one object, with its steps. A `FlowError` is not raised but told."""
    return _Evaluator(values, context, dict(parameters or {})).explain(node, {})


class _Evaluator:
    def __init__(self, values: Mapping[str, Value | None], context: Context, parameters: dict[str, Scalar]) -> None:
        self.values = values
        self.context = context
        self.parameters = parameters

    def explain(self, node: Node, bound: dict[str, Any]) -> Explained:
        steps: list[Explained] = []
        try:
            value = self._value(node, bound, steps)
        except FlowError as error:
            return Explained(node, None, tuple(steps), error)
        return Explained(node, value, tuple(steps))

    def _step(self, node: Node, bound: dict[str, Any], steps: list[Explained]) -> Any:
        step = self.explain(node, bound)
        steps.append(step)
        if step.error:
            raise step.error
        return step.value

    def _value(self, node: Node, bound: dict[str, Any], steps: list[Explained]) -> Any:
        match node:
            case Literal(value=value):
                return value
            case Attribute(name=name):
                return self.values.get(name)
            case Parameter(name=name):
                return parameter(name, self.parameters)
            case Variable(name=name):
                return bound[name]
            case Operation():
                return self._operation(node, bound, steps)
            case Call():
                return self._call(node, bound, steps)

    def _operation(self, node: Operation, bound: dict[str, Any], steps: list[Explained]) -> Any:
        if node.operator in ("&&", "||"):
            decisive = node.operator == "||"
            for operand in node.operands:
                if condition_or_fail(self._step(operand, bound, steps)) is decisive:
                    return decisive
            return not decisive
        if comparison := against_now(node):
            other, operator, at = comparison
            value = self._step(other, bound, steps)
            return compare_with_now(self.context, operator, value, at.interval, at.amount)
        return OPERATIONS[node.operator](*[self._step(operand, bound, steps) for operand in node.operands])

    def _call(self, node: Call, bound: dict[str, Any], steps: list[Explained]) -> Any:
        function = REGISTRY[node.function]
        match node.function:
            case "Now":
                return self.context.clock()
            case "IIF":
                condition, then, otherwise = node.arguments
                chosen = then if condition_or_fail(self._step(condition, bound, steps)) else otherwise
                return self._step(chosen, bound, steps)
            case "Select" | "Where" | "With":
                variable, values, body = node.arguments
                assert isinstance(variable, Variable)
                name = variable.name
                given = self._step(values, bound, steps)
                return function.call(None, given, lambda item: self._step(body, {**bound, name: item}, steps))
            case "Switch":
                return function.call(*[self._switched(*pair, bound, steps) for pair in enumerate(node.arguments)])
        return function.call(*[self._step(argument, bound, steps) for argument in node.arguments])

    def _switched(self, index: int, argument: Node, bound: dict[str, Any], steps: list[Explained]) -> Any:
        message = deferred_error(argument, index)
        if message is None:
            return self._step(argument, bound, steps)
        return Failure(self._step(message, bound, steps))
