"""What kinds of values an expression gives, as far as that is certain: for checks before anything runs.

Text is read as a number, a date or a boolean wherever one is needed (see `mimas.language.coercion`), so text that is
computed is never called wrong; text that is written in the expression is, where it cannot be read.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import product

from mimas.language.coercion import as_binary, as_boolean, as_date, as_number
from mimas.language.errors import FlowError
from mimas.language.expressions.tree import Attribute, Call, Literal, Node, Operation, walk
from mimas.language.functions import REGISTRY
from mimas.language.functions.registry import Argument
from mimas.language.operations import COMPARISONS
from mimas.language.results import Outcome
from mimas.schema.attributes import Attribute as Known
from mimas.schema.attributes import Kind

_GIVEN = {
    Kind.INTEGER: "Add BitAnd BitNot BitOr CNum Contains Count DateDiff Divide InStr InStrRev Len Mod Multiply"
    " NumFromDate RandomNum Subtract ValueCount",
    Kind.BOOLEAN: "After Before CBool IsBitSet",
    Kind.DATETIME: "CDate DateAdd DateFromNum Now",
    Kind.BINARY: "CBin CGuid Thumbprint",
}
GIVEN = {name: kind for kind, names in _GIVEN.items() for name in names.split()}
"""Function → the kind of what it gives, ``INTEGER`` for any number. The others give text, or what they are given."""

_PICKING = {"Where": 1, "Item": 0, "ItemOrNull": 0, "First": 0, "Last": 0, "ValueByIndex": 0}
"""Functions that give some of the values of an argument; who looks for one by Where means one."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One of the values that an expression may result in.

    ``kind`` is None where it is not certain; ``literal`` is what was written; ``several``: a list of such values.
    """

    kind: Kind | None = None
    literal: str | int | float | bool | None = None
    several: bool = False
    name: str = ""
    """What it is called in a message."""


Attributes = Mapping[str, Known]


def leaves(node: Node, known: Attributes) -> Iterator[Leaf]:
    """Everything the expression may result in; no value at all is not told."""
    if (inner := _passed_on(node)) is not None:
        for part in inner:
            yield from leaves(part, known)
        return
    match node:
        case Literal(value=value):
            if not (value is None or value == "" or isinstance(value, Outcome)):
                yield Leaf(_kind_of(value), value, name=f'"{value}"' if isinstance(value, str) else str(value))
        case Attribute(name=name):
            found = known.get(name)
            yield Leaf(found.kind, several=found.multivalued, name=f"[{name}]") if found else Leaf()
        case Operation():
            yield _operation(node, known)
        case Call(function=function, arguments=arguments) if function in _PICKING:
            yield from (replace(leaf, several=False) for leaf in leaves(arguments[_PICKING[function]], known))
        case Call(function=function):
            yield Leaf(_given(function), several=_several(node, known), name=f"{function}(…)")
        case _:
            yield Leaf()


def _passed_on(node: Node) -> tuple[Node, ...] | None:
    """The parts whose values are the values of the whole; None where it makes one of its own."""
    match node:
        case Call(function="IIF", arguments=(_, then, otherwise)):
            return (then, otherwise)
        case Call(function="Switch", arguments=arguments):
            return arguments[1::2]
        case Call(function="Coalesce", arguments=arguments):
            return arguments
        case Call(function="RemoveDuplicates" | "IgnoreFlowIfNullOrEmpty" | "ImportedValue", arguments=arguments):
            return arguments
    return None


def _kind_of(value: object) -> Kind:
    if isinstance(value, bool):
        return Kind.BOOLEAN
    return Kind.STRING if isinstance(value, str) else Kind.INTEGER


def _given(function: str) -> Kind | None:
    return Kind.BOOLEAN if REGISTRY[function].boolean else GIVEN.get(function)


def _several(call: Call, known: Attributes) -> bool:
    """Whether a function certainly gives a list where its first argument is one: it is called for each value."""
    arguments = REGISTRY[call.function].arguments
    if call.function == "Split":
        return True
    if not call.arguments or arguments[0].kind in (None, list) or arguments[0].repeated:
        return False
    return any(leaf.several for leaf in leaves(call.arguments[0], known))


def _operation(node: Operation, known: Attributes) -> Leaf:
    operator, name = node.operator, f"… {node.operator} …"
    if operator in COMPARISONS or operator in ("&&", "||"):
        return Leaf(Kind.BOOLEAN, name=name)
    if operator in ("-", "*"):
        return Leaf(Kind.INTEGER, name=name)
    parts = [leaf for operand in node.operands for leaf in leaves(operand, known)]
    several = any(leaf.several for leaf in parts)
    if operator == "+" and all(leaf.kind is Kind.INTEGER for leaf in parts):
        return Leaf(Kind.INTEGER, name=name)
    return Leaf(None, several=several, name=name)


@dataclass(frozen=True, slots=True)
class Mistake:
    """A part of an expression that fails whenever it is computed."""

    message: str
    hint: str


def mistakes(root: Node, known: Attributes) -> Iterator[Mistake]:
    """Conditions that decide nothing, comparisons and arguments of kinds that cannot meet."""
    for node in walk(root):
        for condition in _conditions(node):
            yield from (_undecided(leaf) for leaf in leaves(condition, known) if not _fits(bool, leaf))
        match node:
            case Operation(operator=operator, operands=(left, right)) if operator in COMPARISONS:
                for one, other in product(leaves(left, known), leaves(right, known)):
                    if not _comparable(one, other) or not _comparable(other, one):
                        message = f"{one.name} ({_called(one)}) cannot be compared with {other.name} ({_called(other)})"
                        yield Mistake(message, "compare values of one type")
            case Call(function=name, arguments=arguments) if not REGISTRY[name].special:
                for argument, value in zip(_parameters(name, len(arguments)), arguments, strict=True):
                    for leaf in leaves(value, known):
                        if argument.kind and argument.kind is not bool and not _fits(argument.kind, leaf):
                            message = f"{name} takes {_WANTED[argument.kind]} as `{argument.name}`, not {leaf.name}"
                            yield Mistake(message, "give it what it takes, or convert it")


def _conditions(node: Node) -> tuple[Node, ...]:
    match node:
        case Call(function="IIF" | "Not", arguments=(condition, *_)):
            return (condition,)
        case Operation(operator="&&" | "||", operands=conditions):
            return conditions
        case Call(function="And" | "Or", arguments=conditions):
            return conditions
        case Call(function="Where", arguments=(_, _, condition)):
            return (condition,)
    return ()


def _undecided(leaf: Leaf) -> Mistake:
    hint = "compare it, as in `… > 0` or `… <> 0`" if leaf.kind is Kind.INTEGER else "compare it with something"
    return Mistake(f"{leaf.name} ({_called(leaf)}) decides nothing: a condition is True or False", hint)


_CALLED: dict[Kind | None, str] = {Kind.INTEGER: "a number", Kind.STRING: "text", Kind.DATETIME: "a date"}


def _called(leaf: Leaf) -> str:
    """The kind of a leaf, which is certain where something is wrong with it."""
    return _CALLED.get(leaf.kind, str(leaf.kind))


def _parameters(function: str, count: int) -> list[Argument]:
    parameters = REGISTRY[function].arguments
    return [parameters[min(index, len(parameters) - 1)] for index in range(count)]


_WANTED = {int: "a whole number", float: "a number", datetime: "a date", bytes: "binary"}
_READ: dict[type, tuple[Kind, Callable[[object], object]]] = {
    bool: (Kind.BOOLEAN, as_boolean),
    int: (Kind.INTEGER, as_number),
    float: (Kind.INTEGER, as_number),
    datetime: (Kind.DATETIME, as_date),
    bytes: (Kind.BINARY, as_binary),
}


def _fits(wanted: type, leaf: Leaf) -> bool:
    """Whether the value may be of this type, or text that can be read as it."""
    if wanted not in _READ or leaf.kind is None:
        return True
    kind, read = _READ[wanted]
    if leaf.kind is kind:
        return True
    if leaf.kind is Kind.STRING:
        return leaf.literal is None or _readable(read, leaf.literal)
    return leaf.kind is Kind.REFERENCE  # told where references are


def _readable(read: Callable[[object], object], value: object) -> bool:
    try:
        read(value)
    except FlowError:
        return False
    return True


_TYPES = {Kind.BOOLEAN: bool, Kind.INTEGER: float, Kind.BINARY: bytes}


def _comparable(one: Leaf, other: Leaf) -> bool:
    """Whether ``other`` may be read as what ``one`` is. Dates of attributes are text when they are compared."""
    if one.kind is None or other.kind is None or one.several or other.several:
        return True
    return one.kind not in _TYPES or _fits(_TYPES[one.kind], other)
