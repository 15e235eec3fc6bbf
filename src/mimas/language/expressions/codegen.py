"""From the tree of an expression to a Python expression.

Nothing a user wrote becomes code: literals stand as their ``repr``, functions under names made from the registry,
variables under numbers, and attributes as what ``read`` makes of their names.
"""

from collections.abc import Callable, Mapping
from typing import Any

from mimas.language.expressions.analysis import against_now, boolean, deferred_error, parameter
from mimas.language.expressions.tree import Attribute, Call, Literal, Node, Operation, Parameter, Variable
from mimas.language.functions import REGISTRY
from mimas.language.functions.logic import Failure, condition_or_fail
from mimas.language.instants import compare_with_now
from mimas.language.operations import OPERATIONS
from mimas.language.results import Outcome
from mimas.schema.values import Scalar

_OPERATION_NAMES = {
    "=": "o_equal",
    "<>": "o_unequal",
    "<": "o_less",
    "<=": "o_at_most",
    ">": "o_more",
    ">=": "o_at_least",
    "&": "o_concatenate",
    "+": "o_add",
    "-": "o_subtract",
    "*": "o_multiply",
}


def source(
    node: Node,
    read: Callable[[str], str],
    names: dict[str, object],
    parameters: Mapping[str, Scalar] | None = None,
) -> str:
    """A Python expression that computes the node's value, to be put through `mimas.language.results.to_value`.

    ``read`` gives the Python that reads an attribute and must make it safe (``lambda name: f"g({name!r})"``); it has to
    be a call, a subscript or a name, and to give None, a scalar or a list (see `mimas.schema.values`); for a binary
    attribute, wrap it in `mimas.language.functions.conversion.stored_as_binary`. ``names`` receives what the source
    refers to: use it as the globals. The source also refers to ``x``, a `mimas.language.context.Context`. It assigns to
    names that begin with ``_t``, so it cannot stand in the iterable of a comprehension.
    Running it raises nothing but `FlowError`. Raises `ExpressionError` for a parameter that is not set.
    """
    return _Generator(read, names, dict(parameters or {})).source(node)


class _Generator:
    def __init__(self, read: Callable[[str], str], names: dict[str, object], parameters: dict[str, Scalar]) -> None:
        self.read = read
        self.names = names
        self.parameters = parameters
        self.variables: dict[str, str] = {}
        self.count = 0

    def source(self, node: Node) -> str:  # noqa: PLR0911 - one for each kind of node
        match node:
            case Literal(value=Outcome() as outcome):
                return self._name(f"c_{outcome.name}", outcome)
            case Literal(value=value):
                return repr(value)
            case Attribute(name=name):
                return self.read(name)
            case Parameter(name=name):
                return repr(parameter(name, self.parameters))
            case Variable(name=name):
                return self.variables[name]
            case Operation():
                return self._operation(node)
            case Call():
                special = getattr(self, f"_call_{node.function.lower()}", None)
                return str(special(node)) if special else self._call(node)

    def _name(self, name: str, value: object) -> str:
        self.names.setdefault(name, value)
        return name

    def _fresh(self, letter: str) -> str:
        self.count += 1
        return f"_{letter}{self.count}"

    def _condition(self, node: Node) -> str:
        text = self.source(node)
        return text if boolean(node) else f"{self._name('f_condition', condition_or_fail)}({text})"

    def _call(self, node: Call) -> str:
        function = REGISTRY[node.function]
        name = self._name(f"f_{function.name}", function.call)
        arguments = [self.source(argument) for argument in node.arguments]
        if function.inline and len(arguments) == 1:
            plain = self._fresh("t")
            quick = function.inline.format(plain)
            return f"({quick} if type({plain} := {arguments[0]}) is str else {name}({plain}))"
        return f"{name}({', '.join(arguments)})"

    def _operation(self, node: Operation) -> str:
        if node.operator in ("&&", "||"):
            word = " and " if node.operator == "&&" else " or "
            return f"({word.join(self._condition(operand) for operand in node.operands)})"
        if comparison := against_now(node):
            other, operator, at = comparison
            name = self._name("f_compare_with_now", compare_with_now)
            return f"{name}(x, {operator!r}, {self.source(other)}, {at.interval!r}, {at.amount!r})"
        name = self._name(_OPERATION_NAMES[node.operator], OPERATIONS[node.operator])
        if node.operator in ("=", "<>"):
            left, right = node.operands
            if isinstance(right, Literal) and isinstance(right.value, str):
                return self._equals_text(left, "==" if node.operator == "=" else "!=", right.value, name)
        return f"{name}({', '.join(self.source(operand) for operand in node.operands)})"

    def _equals_text(self, left: Node, operator: str, text: str, name: str) -> str:
        plain = self._fresh("t")
        value = self.source(left)
        return f"({plain} {operator} {text!r} if type({plain} := {value}) is str else {name}({plain}, {text!r}))"

    def _call_iif(self, node: Call) -> str:
        condition, then, otherwise = node.arguments
        return f"({self.source(then)} if {self._condition(condition)} else {self.source(otherwise)})"

    def _call_ispresent(self, node: Call) -> str:
        return f"({self.source(node.arguments[0])} not in {self._name('c_absent', (None, '', []))})"

    def _call_isnullorempty(self, node: Call) -> str:
        return f"({self.source(node.arguments[0])} in {self._name('c_absent', (None, '', []))})"

    def _call_switch(self, node: Call) -> str:
        arguments = []
        for index, argument in enumerate(node.arguments):
            message = deferred_error(argument, index)
            if message is None:
                arguments.append(self.source(argument))
            else:
                arguments.append(f"{self._name('f_Failure', Failure)}({self.source(message)})")
        return f"{self._name('f_Switch', REGISTRY['Switch'].call)}({', '.join(arguments)})"

    def _call_select(self, node: Call) -> str:
        return self._binding(node)

    def _call_where(self, node: Call) -> str:
        return self._binding(node)

    def _call_with(self, node: Call) -> str:
        return self._binding(node)

    def _binding(self, node: Call) -> str:
        variable, values, body = node.arguments
        assert isinstance(variable, Variable)
        given = self.source(values)
        hidden = self.variables.get(variable.name)
        self.variables[variable.name] = local = self._fresh("v")
        computed = self.source(body)
        if hidden is None:
            del self.variables[variable.name]
        else:
            self.variables[variable.name] = hidden
        name = self._name(f"f_{node.function}", REGISTRY[node.function].call)
        return f"{name}(None, {given}, lambda {local}: {computed})"

    def _call_importedvalue(self, node: Call) -> str:
        return self.source(node.arguments[0])

    def _call_now(self, _: Call) -> str:
        return "x.clock()"


def compiled(node: Node, parameters: Mapping[str, Scalar] | None = None) -> Callable[[Mapping[str, Any], Any], Any]:
    """The expression as a function of an object's values and a context: for one expression and not many objects."""
    names: dict[str, object] = {}
    text = source(node, lambda name: f"g({name!r})", names, parameters)
    function = eval(compile(f"lambda g, x: {text}", "<expression>", "eval"), names)  # noqa: S307 - our own source

    def run(values: Mapping[str, Any], x: Any) -> Any:
        return function(values.get, x)

    return run
