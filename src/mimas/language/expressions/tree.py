"""The tree of an expression. ``position`` is where a node begins in the text; equal nodes may stand anywhere."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from mimas.language.results import Outcome


@dataclass(frozen=True, slots=True)
class Literal:
    """A value written in the expression."""

    value: str | int | float | bool | Outcome | None
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Attribute:
    """``[name]``: the value of an attribute of the source."""

    name: str
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Parameter:
    """``%Name%``: a setting of the connector or the installation (Entra Connect: global parameter)."""

    name: str
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Variable:
    """``$name``: bound by Select, Where or With around it."""

    name: str
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Call:
    """A function of the registry, by its canonical name."""

    function: str
    arguments: tuple["Node", ...] = ()
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Operation:
    """An operator between two operands; ``&``, ``+``, ``&&`` and ``||`` have as many as stand in one row."""

    operator: str
    operands: tuple["Node", ...]
    position: int = field(default=0, compare=False)


Node: TypeAlias = Literal | Attribute | Parameter | Variable | Call | Operation


def children(node: Node) -> tuple[Node, ...]:
    """The nodes right below."""
    match node:
        case Call(arguments=nodes) | Operation(operands=nodes):
            return nodes
    return ()


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it."""
    yield node
    for child in children(node):
        yield from walk(child)


def attributes(node: Node) -> frozenset[str]:
    """The names of all attributes the expression may read."""
    return frozenset(part.name for part in walk(node) if isinstance(part, Attribute))


_COUNTING = frozenset({"Count", "IsNull", "IsNullOrEmpty", "IsPresent", "ValueCount"})
"""Functions that ask only how many values there are."""


def counted(node: Node) -> frozenset[str]:
    """The names of the attributes of which the expression asks, in some place, only how many values there are."""
    found: set[str] = set()
    for part in walk(node):
        if isinstance(part, Call) and part.function in _COUNTING:
            found.update(argument.name for argument in part.arguments if isinstance(argument, Attribute))
    return frozenset(found)


def valued(node: Node) -> frozenset[str]:
    """The names of the attributes of which the expression reads, in some place, the values."""
    if isinstance(node, Attribute):
        return frozenset([node.name])
    below = children(node)
    if isinstance(node, Call) and node.function in _COUNTING:
        below = tuple(child for child in below if not isinstance(child, Attribute))
    return frozenset[str]().union(*map(valued, below))


def refuses(node: Node) -> bool:
    """Whether the expression has no value ever: it fails the object, or it gives way to the other flows."""
    match node:
        case Call("Error") | Literal(Outcome.IGNORE):
            return True
        case Call("IIF", (_, yes, no)):
            return refuses(yes) and refuses(no)
    return False


def parameters(node: Node) -> frozenset[str]:
    """The names of all parameters the expression needs, without their percent signs."""
    return frozenset(part.name for part in walk(node) if isinstance(part, Parameter))


def uses_now(node: Node) -> bool:
    """The result may change by itself as time goes by."""
    return any(isinstance(part, Call) and part.function == "Now" for part in walk(node))
