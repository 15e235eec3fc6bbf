"""Flows become lines of a generated function."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias

from mimas.language.expressions.codegen import source
from mimas.language.expressions.parser import parse
from mimas.language.expressions.tree import Literal, walk
from mimas.language.functions.conversion import stored_as_binary
from mimas.language.results import Outcome, to_value
from mimas.schema.attributes import Attribute, Kind
from mimas.sync.coercion import converter
from mimas.sync.generated import About, Code
from mimas.sync.rules import Computed, Constant, Direct, Extension, Flow, SyncRule, Unique

Load: TypeAlias = Callable[[str], object]
"""Gives the Python function of an extension, by ``module:function``."""


def read(attribute: str) -> str:
    """The source that reads an attribute of the values at hand (``g`` is their ``get``)."""
    return f"g({attribute!r})"


def is_reference(flow: Flow, sources: Mapping[str, Attribute], targets: Mapping[str, Attribute]) -> bool:
    """Whether the flow carries references, which are rows and not values."""
    target = targets.get(flow.target)
    origin = flow.origin
    from_reference = isinstance(origin, Direct) and _kind(sources.get(origin.attribute)) is Kind.REFERENCE
    return from_reference or (target is not None and target.kind is Kind.REFERENCE)


def _kind(attribute: Attribute | None) -> Kind | None:
    return attribute.kind if attribute is not None else None


def write_value(
    code: Code,
    rule: SyncRule,
    flow: Flow,
    sources: Mapping[str, Attribute],
    target: Attribute,
    load: Load,
) -> bool:
    """Lines that leave the flow's value, converted to the target's type, in ``y``; None is no value.

    The answer is whether ``y`` may also be an `Outcome`, which the caller then has to tell apart.
    """
    about = About(rule.name, flow.target, flow.place if flow.place.file else rule.place)
    origin = flow.origin
    outcomes = False
    if isinstance(origin, Direct):
        code.add(f"y = {read(origin.attribute)}", about)
        shown = sources.get(origin.attribute)
        if shown is not None and shown.kind == target.kind and not shown.multivalued and not target.multivalued:
            return False
    elif isinstance(origin, Constant):
        code.add(f"y = {origin.value!r}", about)
    elif isinstance(origin, Computed):
        tree = parse(origin.text)
        outcomes = any(isinstance(node, Literal) and isinstance(node.value, Outcome) for node in walk(tree))
        code.add(f"y = {source(tree, _reader(code, sources), code.names)}", about)
    elif isinstance(origin, Unique):
        reader = _reader(code, sources)
        candidates = ", ".join(source(parse(text), reader, code.names) for text in origin.candidates)
        code.add(f"y = x.unique({flow.target!r}, lambda: ({candidates},))", about)
    elif isinstance(origin, Extension):
        name = f"e_{len(code.names)}"
        code.names[name] = load(origin.function)
        code.names["frozen"] = MappingProxyType
        code.add(f"y = {name}(frozen(v))", about)
    _convert(code, target, about, outcomes=outcomes)
    return outcomes


def _reader(code: Code, sources: Mapping[str, Attribute]) -> Callable[[str], str]:
    """`read`, but binary attributes are bytes to an expression."""

    def reader(attribute: str) -> str:
        shown = sources.get(attribute)
        if shown is None or shown.kind is not Kind.BINARY:
            return read(attribute)
        code.names["b"] = stored_as_binary
        return f"b({read(attribute)})"

    return reader


def _convert(code: Code, target: Attribute, about: About, *, outcomes: bool) -> None:
    """Bring ``y`` to the type of its target; an outcome stays what it is."""
    convert = f"c_{target.kind}_{target.multivalued}"
    code.names["to_value"] = to_value
    code.names[convert] = converter(target)
    if outcomes:
        code.names["Outcome"] = Outcome
        code.add("y = to_value(y)", about)
        code.add(f"if y is not None and y.__class__ is not Outcome: y = {convert}(y)", about)
    elif target.kind in (Kind.STRING, Kind.BINARY, Kind.REFERENCE) and not target.multivalued:
        # The usual case costs two comparisons and no call.
        code.add(f"if y.__class__ is not str and y is not None: y = {convert}(to_value(y))", about)
        code.add("if y == '': y = None", about)
    else:
        code.add(f"if y is not None: y = {convert}(to_value(y))", about)
