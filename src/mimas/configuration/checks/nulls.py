"""What may be absent, and what always is there, as far as a rule says so by itself."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from mimas.language.expressions import parse
from mimas.language.expressions.analysis import boolean
from mimas.language.expressions.tree import Attribute, Call, Literal, Node, Operation, attributes, walk
from mimas.language.results import Outcome
from mimas.language.scope import Operator, Scope
from mimas.sync.rules import Computed, Constant, Origin

WITHOUT_VALUE = frozenset(
    {
        Operator.ISNULL,
        Operator.NOTEQUAL,
        Operator.NOTCONTAINS,
        Operator.NOTSTARTSWITH,
        Operator.NOTENDSWITH,
        Operator.ISNOTIN,
        Operator.ISBITNOTSET,
    }
)
"""Operators of scopes that hold where there is no value."""

_TESTS = frozenset({"IsPresent", "IsNull", "IsNullOrEmpty"})
_ROWS = frozenset({"Concatenate", "Append"})


def always_given(origin: Origin) -> bool:
    """Whether there certainly is a value, whatever the source holds."""
    match origin:
        case Constant(value):
            return value != ""
        case Computed(text):
            return _always(parse(text))
    return False


def _always(node: Node) -> bool:
    match node:
        case Literal(value=value):
            return value is not None and value != "" and not isinstance(value, Outcome)
        case Operation(operator="&", operands=parts):
            return any(isinstance(part, Literal) and _always(part) for part in parts)
        case Call(function="IIF", arguments=(_, then, otherwise)):
            return _always(then) and _always(otherwise)
        case Call(function="Coalesce", arguments=parts):
            return any(map(_always, parts))
    return boolean(node)


def may_be_none(origin: Origin) -> bool:
    """Whether the flow says itself that it gives nothing in some cases: NULL in a branch."""
    if not isinstance(origin, Computed):
        return False
    return any(isinstance(node, Literal) and node.value is None for node in _results(parse(origin.text)))


def _results(node: Node) -> Iterator[Node]:
    match node:
        case Call(function="IIF", arguments=(_, then, otherwise)):
            yield from _results(then)
            yield from _results(otherwise)
        case Call(function="Switch", arguments=arguments):
            for value in arguments[1::2]:
                yield from _results(value)
        case _:
            yield node


def considered(node: Node) -> frozenset[str]:
    """The attributes that the expression itself takes for possibly absent: it asks, or has something instead."""
    found: set[str] = set()
    for part in walk(node):
        match part:
            case Call(function=name, arguments=(Attribute(name=attribute),)) if name in _TESTS:
                found.add(attribute)
            case Call(function="Coalesce", arguments=(*earlier, _)):
                found.update(one.name for one in earlier if isinstance(one, Attribute))
    return frozenset(found)


def asked_for(scope: Scope) -> frozenset[str]:
    """The attributes that have a value wherever the scope holds."""
    groups = [{c.attribute for c in group if not c.function and c.operator not in WITHOUT_VALUE} for group in scope]
    return frozenset(set.intersection(*groups)) if groups else frozenset()


def leaks(node: Node, guarded: frozenset[str] = frozenset()) -> frozenset[str]:
    """The attributes that leave a gap beside a separator when they are absent: the ``x`` of ``"cn=" & [x] & ",ou=…"``.

    Text without a separator beside it may be left out on purpose, as a middle name is.
    """
    match node:
        case Call(function="Coalesce", arguments=parts) if len(parts) > 1:
            return frozenset()
        case Call(function="IIF" | "Switch", arguments=parts):
            guarded |= attributes(parts[0]).union(*map(attributes, parts[2::2] if node.function == "Switch" else ()))
            return frozenset().union(*(leaks(part, guarded) for part in parts[1:]))
        case Operation(operator="&" | "+", operands=parts):
            return _gaps(parts) - guarded | _below(parts, guarded)
        case Call(function=name, arguments=parts) if name in _ROWS:
            return _gaps(parts) - guarded | _below(parts, guarded)
        case Call(arguments=parts) | Operation(operands=parts):
            return _below(parts, guarded)
    return frozenset()


def _below(parts: Sequence[Node], guarded: frozenset[str]) -> frozenset[str]:
    return frozenset().union(*(leaks(part, guarded) for part in parts))


def _gaps(parts: Sequence[Node]) -> frozenset[str]:
    found: set[str] = set()
    for left, right in pairwise(parts):
        if isinstance(left, Literal) and _separates(left, -1):
            found |= _needed(right)
        if isinstance(right, Literal) and _separates(right, 0):
            found |= _needed(left)
    return frozenset(found)


def _separates(literal: Literal, end: int) -> bool:
    text = literal.value
    return isinstance(text, str) and bool(text) and not text[end].isalnum()


_PASSING = frozenset(
    {"EscapeDNComponent", "LCase", "UCase", "PCase", "Trim", "LTrim", "RTrim", "Left", "Right", "Mid", "Replace"}
    | {"ReplaceChars", "StripSpaces", "NormalizeDiacritics", "CStr", "RemoveDuplicates"}
)
"""Functions that give nothing, or the empty text, where their first argument is absent."""


def _needed(node: Node) -> frozenset[str]:
    """The one attribute without which a part is empty."""
    match node:
        case Attribute(name=name):
            return frozenset([name])
        case Call(function=function, arguments=(first, *_)) if function in _PASSING:
            return _needed(first)
    return frozenset()
