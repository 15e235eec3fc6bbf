"""Inbound rules of one object type towards one resource type, as one generated function."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mimas.language.results import Outcome
from mimas.language.scope import scope_source
from mimas.schema.attributes import Attribute
from mimas.schema.values import as_list, many
from mimas.sync.flows import Load, is_reference, read, write_value
from mimas.sync.generated import About, Code, Generated
from mimas.sync.rules import Direct, Flow, Merge, ResourceType, SyncRule, Unique


@dataclass(frozen=True, slots=True)
class Winner:
    """A flow that can win an attribute; ``bit`` is its place in the mask that `Contributor.call` returns."""

    bit: int
    precedence: int
    merge: Merge
    rule: str
    attribute: str


@dataclass(frozen=True, slots=True)
class ReferenceFlow:
    """A flow that carries references, done by rows."""

    source: str
    target: str
    precedence: int
    rule: SyncRule


@dataclass(slots=True)
class Contributor:
    """What objects of one type contribute to resources of one type.

    ``function.call(v, x)`` → (values, mask): the attributes contributed, and a bit for each flow that won within.
    """

    number: int
    connector: str
    object_type: str
    resource_type: str
    function: Generated
    winners: list[Winner]
    references: list[ReferenceFlow]
    unique: bool
    nulls: bool
    """Whether values may hold `Outcome.AUTHORITATIVE_NULL`."""
    by_attribute: dict[str, list[Winner]] = field(default_factory=dict)

    def winner(self, attribute: str, mask: int) -> Winner:
        """The flow that gave an attribute, by the mask."""
        return next(winner for winner in self.by_attribute[attribute] if mask & winner.bit)

    def merged(self, attribute: str, mask: int) -> int:
        """The merging flows to an attribute, of those in the mask."""
        merging = (w.bit for w in self.by_attribute.get(attribute, ()) if w.merge is Merge.MERGE and mask & w.bit)
        return sum(merging)

    def lineage(self, mask: int) -> list[list[str]]:
        """[attribute, rule, connector] for each flow in the mask."""
        return [[w.attribute, w.rule, self.connector] for w in self.winners if mask & w.bit]


def compile_contributor(
    number: int,
    rules: list[SyncRule],
    sources: Mapping[str, Attribute],
    type_: ResourceType,
    load: Load,
) -> Contributor:
    """Compile the inbound rules of one (connector, object type, resource type), in order of precedence."""
    first = rules[0]
    code = Code(f"contribute_{number}", "v, x")
    code.add("g = v.get; d = {}; m = 0")
    winners: list[Winner] = []
    references: list[ReferenceFlow] = []
    written: set[str] = set()
    unique = nulls = False
    for rule in rules:
        flows = []
        for flow in rule.flows:
            if is_reference(flow, sources, type_.attributes):
                assert isinstance(flow.origin, Direct)
                references.append(ReferenceFlow(flow.origin.attribute, flow.target, rule.precedence, rule))
            else:
                flows.append(flow)
        if not flows:
            continue
        if rule.scope:
            code.enter(f"if {scope_source(rule.scope, read, code.names)}:", About(rule.name, "scope", rule.place))
        for flow in flows:
            winner = Winner(1 << len(winners), rule.precedence, flow.merge, rule.name, flow.target)
            unique = unique or isinstance(flow.origin, Unique)
            again = flow.target in written
            merging = _merging(winners, winner)
            target = type_.attributes[flow.target]
            nulls |= _write(code, rule, flow, sources, target, winner, load, again=again, merging=merging)
            winners.append(winner)
            written.add(flow.target)
        if rule.scope:
            code.leave()
    code.add("return d, m")
    contributor = Contributor(
        number, first.connector, first.object_type, type_.name, code.build(), winners, references, unique, nulls
    )
    for winner in winners:
        contributor.by_attribute.setdefault(winner.attribute, []).append(winner)
    return contributor


def _merging(winners: list[Winner], winner: Winner) -> int:
    """The earlier flows, as bits, whose values are united with those of this one."""
    if winner.merge is not Merge.MERGE:
        return 0
    return sum(w.bit for w in winners if w.attribute == winner.attribute and w.merge is Merge.MERGE)


def _write(
    code: Code,
    rule: SyncRule,
    flow: Flow,
    sources: Mapping[str, Attribute],
    target: Attribute,
    winner: Winner,
    load: Load,
    *,
    again: bool,
    merging: int,
) -> bool:
    """One flow: the first rule in order that gives a value wins within this object; merging ones are united."""
    if merging:
        code.names["many"] = many
        code.enter(f"if {flow.target!r} not in d or m & {merging}:")
        if write_value(code, rule, flow, sources, target, load):
            code.add("if y.__class__ is Outcome: y = None")
        code.add(f"if y: d[{flow.target!r}] = many([*d.get({flow.target!r}, ()), *y]); m |= {winner.bit}")
        code.leave()
        return False
    if again:
        code.enter(f"if {flow.target!r} not in d:")
    outcomes = write_value(code, rule, flow, sources, target, load)
    if outcomes:
        # To ignore a flow is to contribute nothing; an authoritative null is carried to where precedence is decided.
        code.add("if y is Outcome.IGNORE: y = None")
    code.add(f"if y is not None: d[{flow.target!r}] = y; m |= {winner.bit}")
    if again:
        code.leave()
    return outcomes


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one object offers."""

    contributor: Contributor
    anchor: str
    values: dict[str, Any]
    mask: int


def combine(parts: list[Contribution]) -> tuple[dict[str, Any], tuple[tuple[int, int], ...]]:
    """Precedence over several objects: the values, and (contributor, mask of the flows that won) as the lineage.

    The lowest precedence number wins; between equals the connector object that sorts first, so that the order in
    which connectors ran decides nothing. Merging flows of an attribute are united.
    """
    ordered = sorted(parts, key=lambda part: (part.contributor.connector, part.contributor.number, part.anchor))
    values: dict[str, Any] = {}
    masks = [0] * len(ordered)
    for attribute in {name for part in ordered for name in part.values}:
        offers = []
        for index, part in enumerate(ordered):
            if attribute in part.values:
                winner = part.contributor.winner(attribute, part.mask)
                offers.append((winner.precedence, index, winner, part.values[attribute]))
        offers.sort(key=lambda offer: offer[:2])
        _, index, winner, value = offers[0]
        masks[index] |= winner.bit
        if winner.merge is Merge.MERGE:
            value = _united(offers, masks)
            for part_index, part in enumerate(ordered):
                masks[part_index] |= part.contributor.merged(attribute, part.mask)
        if value is not Outcome.AUTHORITATIVE_NULL:
            values[attribute] = value
    lineage = tuple((part.contributor.number, mask) for part, mask in zip(ordered, masks, strict=True))
    return values, lineage


def without_nulls(values: dict[str, Any]) -> dict[str, Any]:
    """The values without those that are authoritatively none."""
    return {name: value for name, value in values.items() if value is not Outcome.AUTHORITATIVE_NULL}


def _united(offers: list[tuple[int, int, Winner, Any]], masks: list[int]) -> list[Any]:
    united = []
    for _, index, winner, value in offers:
        if winner.merge is Merge.MERGE and value is not Outcome.AUTHORITATIVE_NULL:
            masks[index] |= winner.bit
            united += as_list(value)
    return many(united)
