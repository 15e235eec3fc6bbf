"""Flows become lines of a generated function."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

from mimas.language.expressions.codegen import source
from mimas.language.expressions.parser import parse
from mimas.language.expressions.tree import Literal, attributes, counted, walk
from mimas.language.functions.conversion import stored_as_binary
from mimas.language.results import Outcome, to_value
from mimas.schema.attributes import Attribute, Kind
from mimas.sync.coercion import converter
from mimas.sync.generated import About, Code
from mimas.sync.rules import Computed, Constant, Direct, Extension, Flow, Origin, SyncRule, Unique

Load: TypeAlias = Callable[[str], object]
"""Gives the Python function of an extension, by ``module:function``."""


def read(attribute: str) -> str:
    """The source that reads an attribute of the values at hand (``g`` is their ``get``)."""
    return f"g({attribute!r})"


def reads(origin: Origin) -> frozenset[str] | None:
    """The attributes of the source that an origin may read; None: any."""
    match origin:
        case Direct(attribute):
            return frozenset([attribute])
        case Computed(text):
            return attributes(parse(text))
        case Unique(candidates):
            return frozenset().union(*(attributes(parse(text)) for text in candidates))
        case Constant():
            return frozenset()
        case Extension():
            return None


def is_reference(flow: Flow, sources: Mapping[str, Attribute], targets: Mapping[str, Attribute]) -> bool:
    """Whether the flow carries references, which are rows and not values."""
    target = targets.get(flow.target)
    origin = flow.origin
    from_reference = isinstance(origin, Direct) and _kind(sources.get(origin.attribute)) is Kind.REFERENCE
    return from_reference or (target is not None and target.kind is Kind.REFERENCE)


def counted_by(flows: Iterable[Flow]) -> frozenset[str]:
    """The attributes of which expressions ask how many values there are."""
    asked: set[str] = set()
    for flow in flows:
        match flow.origin:
            case Computed(text):
                asked |= counted(parse(text))
            case Unique(texts):
                asked.update(*(counted(parse(text)) for text in texts))
    return frozenset(asked)


def _kind(attribute: Attribute | None) -> Kind | None:
    return attribute.kind if attribute is not None else None


@dataclass(frozen=True, slots=True)
class Source:
    """The Python expression of a flow: its value, converted to the target's type; None is no value.

    ``outcomes``: it may also give an `Outcome`, which the caller then has to tell apart.
    """

    text: str
    about: About
    outcomes: bool = False


def flow_source(
    code: Code,
    rule: SyncRule,
    flow: Flow,
    sources: Mapping[str, Attribute],
    target: Attribute,
    load: Load,
) -> Source:
    """A flow as an expression over ``g``, ``v`` and ``x``; what it refers to goes into the names of ``code``."""
    about = About(rule.name, flow.target, flow.place if flow.place.file else rule.place)
    origin = flow.origin
    outcomes = False
    if isinstance(origin, Direct):
        text = read(origin.attribute)
        shown = sources.get(origin.attribute)
        if shown is not None and shown.kind == target.kind and not shown.multivalued and not target.multivalued:
            return Source(text, about)
    elif isinstance(origin, Constant):
        text = repr(origin.value)
    elif isinstance(origin, Computed):
        tree = parse(origin.text)
        outcomes = any(isinstance(node, Literal) and isinstance(node.value, Outcome) for node in walk(tree))
        text = source(tree, _reader(code, sources), code.names, rule.parameters)
    elif isinstance(origin, Unique):
        reader = _reader(code, sources)
        candidates = ", ".join(source(parse(text), reader, code.names, rule.parameters) for text in origin.candidates)
        text = f"x.unique({flow.target!r}, lambda: ({candidates},))"
    elif isinstance(origin, Extension):
        name = f"e_{len(code.names)}"
        code.names[name] = load(origin.function)
        code.names["frozen"] = MappingProxyType
        text = f"{name}(frozen(v))"
    return Source(_converted(code, text, target, outcomes=outcomes), about, outcomes)


def write_display(code: Code, flows: Sequence[tuple[str, Source]]) -> list[str]:
    """``d`` as one dict of all these targets, which costs half of setting them one by one; the names of the values."""
    names = [f"y{index}" for index in range(len(flows))]
    for name, (_, flow) in zip(names, flows, strict=True):
        code.add(f"{name} = {flow.text}", flow.about)
    code.add("d = {" + ", ".join(f"{target!r}: {name}" for name, (target, _) in zip(names, flows, strict=True)) + "}")
    return names


def _reader(code: Code, sources: Mapping[str, Attribute]) -> Callable[[str], str]:
    """`read`, but binary attributes are bytes to an expression."""

    def reader(attribute: str) -> str:
        shown = sources.get(attribute)
        if shown is None or shown.kind is not Kind.BINARY:
            return read(attribute)
        code.names["b"] = stored_as_binary
        return f"b({read(attribute)})"

    return reader


def _converted(code: Code, text: str, target: Attribute, *, outcomes: bool) -> str:
    """An expression brought to the type of its target; an outcome stays what it is."""
    convert = f"c_{target.kind}_{target.multivalued}"
    code.names["to_value"] = to_value
    code.names[convert] = converter(target)
    if outcomes:
        code.names["Outcome"] = Outcome
        return f"(y if (y := to_value({text})) is None or y.__class__ is Outcome else {convert}(y))"
    if target.kind in (Kind.STRING, Kind.BINARY, Kind.REFERENCE) and not target.multivalued:
        # The usual case costs two comparisons and no call.
        return f"((y if (y := {text}).__class__ is str else None if y is None else {convert}(to_value(y))) or None)"
    return f"(None if (y := {text}) is None else {convert}(to_value(y)))"
