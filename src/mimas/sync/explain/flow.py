"""One flow, explained: what it gave, and of what."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any, cast

from mimas.language.errors import told
from mimas.language.expressions import attributes, evaluate, parse
from mimas.language.expressions.tree import Literal, walk
from mimas.language.functions.conversion import stored_as_binary
from mimas.language.proofs import Reads, Step, step
from mimas.language.results import Outcome, to_value
from mimas.schema.attributes import Attribute, Kind
from mimas.schema.places import Place
from mimas.schema.values import Value
from mimas.sync.coercion import converter
from mimas.sync.context import ONCE, UNIQUE, Context
from mimas.sync.flows import Load
from mimas.sync.rules import Computed, Constant, Direct, Extension, Flow, Origin, SyncRule, Unique


class State(StrEnum):
    """What became of a flow, within its rule."""

    GIVEN = "given"
    NOTHING = "nothing"
    """It has no value to give."""
    IGNORED = "ignored"
    """IgnoreThisFlow."""
    NULL = "authoritative null"
    NEEDED = "to be made unique"
    """Nothing has been given out yet: the first of its candidates that is free will be."""
    ONCE = "only once"
    """Outbound: it flows when the object is made, and that has been."""
    LATER = "not asked"
    """An earlier flow has given the value."""
    OUT = "out of scope"
    FAILED = "failed"
    SECRET = "secret"  # noqa: S105 - a word, not a secret
    """Computed when the object is made, and kept nowhere."""


@dataclass(frozen=True, slots=True)
class FlowProof:
    """A flow: what it gave, what it read, the steps of its expressions, and the fact it rests on, if it does."""

    rule: str
    target: str
    origin: str
    state: State
    value: Value | None = None
    reads: Reads = field(default_factory=dict)
    steps: tuple[Step, ...] = ()
    fact: str = ""
    """``unique:attribute`` or ``once:rule/attribute``: what was given then counts, whatever it would be now."""
    error: str = ""
    place: Place = Place()

    @property
    def result(self) -> Any:
        """The value as the engine carries it on: an `Outcome` for what is none."""
        if self.state is State.IGNORED:
            return Outcome.IGNORE
        return Outcome.AUTHORITATIVE_NULL if self.state is State.NULL else self.value


def origin_text(origin: Origin) -> str:
    """An origin as a document has it."""
    match origin:
        case Direct(attribute):
            return attribute
        case Constant(value):
            return f"“{value}”"
        case Computed(text):
            return f"={text.strip()}"
        case Extension(function):
            return function
        case Unique(candidates):
            return "unique " + ", ".join(f"={text.strip()}" for text in candidates)


@dataclass(frozen=True, slots=True)
class FlowExplainer:
    """Explains flows of one rule: ``sources`` are the attributes that it reads, ``load`` gives extensions."""

    rule: SyncRule
    sources: Mapping[str, Attribute]
    load: Load

    def skipped(self, flow: Flow, state: State) -> FlowProof:
        """A flow that nobody asked."""
        return FlowProof(self.rule.name, flow.target, origin_text(flow.origin), state, place=self._place(flow))

    def explain(self, flow: Flow, target: Attribute, values: Mapping[str, Value], context: Context) -> FlowProof:
        """The flow as `mimas.sync.flows.flow_source` has it; a failure is not raised but told."""
        head = self.rule.name, flow.target, origin_text(flow.origin)
        place = self._place(flow)
        steps: list[Step] = []
        reads = self._reads(flow.origin, values)
        try:
            raw = self._raw(flow, values, context, steps)
            result = self._converted(flow, raw, target)
        except Exception as error:  # noqa: BLE001 - a function may raise anything; only its object fails
            return FlowProof(*head, State.FAILED, None, reads, tuple(steps), error=told(error), place=place)
        if isinstance(result, Outcome):
            state = State.IGNORED if result is Outcome.IGNORE else State.NULL
            return FlowProof(*head, state, None, reads, tuple(steps), place=place)
        state, fact = State.NOTHING if result is None else State.GIVEN, ""
        if isinstance(flow.origin, Unique):
            if result is not None:
                # What was given out once is kept, whatever the candidates would be now.
                reads, fact = {}, UNIQUE + flow.target
            elif flow.target in context.needs:
                state = State.NEEDED
        return FlowProof(*head, state, result, reads, tuple(steps), fact, place=place)

    def once(self, flow: Flow, target: Attribute, values: Mapping[str, Value], context: Context) -> FlowProof:
        """An inbound flow that gives what it gave the first time: see `Context.once`."""
        kind = f"{ONCE}{self.rule.name}/{flow.target}"
        known = next((facts[kind] for facts in (context.facts, context.done) if kind in facts), None)
        if known is not None:
            head = self.rule.name, flow.target, origin_text(flow.origin)
            return FlowProof(*head, State.GIVEN, known, fact=kind, place=self._place(flow))
        proof = self.explain(flow, target, values, context)
        if proof.state is State.GIVEN:
            context.done[kind] = proof.value
        return proof

    def _place(self, flow: Flow) -> Place:
        return flow.place if flow.place.file else self.rule.place

    def _reads(self, origin: Origin, values: Mapping[str, Value]) -> Reads:
        match origin:
            case Direct(attribute):
                return {attribute: values.get(attribute)}
            case Computed(text):
                return {name: values.get(name) for name in sorted(attributes(parse(text)))}
            case Unique(candidates):
                names = frozenset[str]().union(*(attributes(parse(text)) for text in candidates))
                return {name: values.get(name) for name in sorted(names)}
            case Extension():
                return dict(values)
        return {}

    def _raw(self, flow: Flow, values: Mapping[str, Value], context: Context, steps: list[Step]) -> Any:
        match flow.origin:
            case Direct(attribute):
                return values.get(attribute)
            case Constant(value):
                return value
            case Computed(text):
                return self._computed(text, values, context, steps)
            case Extension(function):
                return cast("Callable[..., Any]", self.load(function))(MappingProxyType(dict(values)))
            case Unique(candidates):
                return context.unique(
                    flow.target, lambda: [self._computed(text, values, context, steps) for text in candidates]
                )

    def _computed(self, text: str, values: Mapping[str, Value], context: Context, steps: list[Step]) -> Any:
        tree = parse(text)
        # Binary attributes are bytes to an expression.
        binary = [name for name in attributes(tree) if self._kind(name) is Kind.BINARY and name in values]
        read = {**values, **{name: stored_as_binary(values[name]) for name in binary}} if binary else values
        explained = evaluate(tree, read, context, self.rule.parameters)
        steps.append(step(explained))
        if explained.error is not None:
            raise explained.error
        return explained.value

    def _kind(self, attribute: str) -> Kind | None:
        found = self.sources.get(attribute)
        return found.kind if found is not None else None

    def _converted(self, flow: Flow, value: Any, target: Attribute) -> Any:
        if isinstance(flow.origin, Direct):
            shown = self.sources.get(flow.origin.attribute)
            if shown is not None and shown.kind == target.kind and not (shown.multivalued or target.multivalued):
                return value
        if value is None:
            return None
        value = to_value(value)
        return value if isinstance(value, Outcome) and gives_outcomes(flow) else converter(target)(value)


def gives_outcomes(flow: Flow) -> bool:
    """Whether a flow may give an `Outcome`."""
    if not isinstance(flow.origin, Computed):
        return False
    return any(isinstance(node, Literal) and isinstance(node.value, Outcome) for node in walk(parse(flow.origin.text)))
