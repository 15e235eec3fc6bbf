"""Inbound rules of one object type towards one resource type, as one generated function."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from mimas.language.results import Outcome
from mimas.language.scope import scope_source
from mimas.schema.attributes import Attribute
from mimas.schema.values import as_list, many
from mimas.sync.flows import Load, Source, flow_source, is_reference, write_display
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
    by_attribute: Mapping[str, list[Winner]]

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
    code.add("g = v.get")
    references: list[ReferenceFlow] = []
    offers: list[tuple[SyncRule, Flow, Winner, Source]] = []
    for rule in rules:
        for flow in rule.flows:
            if is_reference(flow, sources, type_.attributes):
                assert isinstance(flow.origin, Direct)
                references.append(ReferenceFlow(flow.origin.attribute, flow.target, rule.precedence, rule))
            else:
                winner = Winner(1 << len(offers), rule.precedence, flow.merge, rule.name, flow.target)
                source = flow_source(code, rule, flow, sources, type_.attributes[flow.target], load)
                offers.append((rule, flow, winner, source))
    _write_offers(code, offers)
    code.add("return d, m")
    winners = [winner for _, _, winner, _ in offers]
    return Contributor(
        number,
        first.connector,
        first.object_type,
        type_.name,
        code.build(),
        winners,
        references,
        unique=any(isinstance(flow.origin, Unique) for _, flow, _, _ in offers),
        nulls=any(source.outcomes for *_, source in offers),
        by_attribute=_by_attribute(winners),
    )


def _by_attribute(winners: list[Winner]) -> dict[str, list[Winner]]:
    found: dict[str, list[Winner]] = {}
    for winner in winners:
        found.setdefault(winner.attribute, []).append(winner)
    return found


def _write_offers(code: Code, offers: Sequence[tuple[SyncRule, Flow, Winner, Source]]) -> None:
    """What has no condition goes first and together; then, in order, what depends on a scope or an earlier flow."""
    plain: list[tuple[Winner, Source]] = []
    rest = []
    written: set[str] = set()
    for offer in offers:
        rule, flow, winner, source = offer
        if rule.scope or source.outcomes or flow.target in written:
            rest.append(offer)
        else:
            plain.append((winner, source))
        written.add(flow.target)
    if any(rule.scope for rule, *_ in offers):
        code.add("h = (x.shown or v).get")
    names = write_display(code, [(winner.attribute, source) for winner, source in plain])
    code.add(f"m = {sum(winner.bit for winner, _ in plain)}")
    if names:
        code.names["drop_absent"] = _drop_absent
        code.names["bits"] = {winner.attribute: winner.bit for winner, _ in plain}
        code.add(f"if {' or '.join(f'{name} is None' for name in names)}: m = drop_absent(d, bits)")
    for rule, scoped in groupby(rest, lambda offer: offer[0]):
        if rule.scope:
            code.enter(
                f"if {scope_source(rule.scope, _read_shown, code.names)}:", About(rule.name, "scope", rule.place)
            )
        for _, flow, winner, source in scoped:
            _write_offer(code, flow, winner, source, _merging([w for _, _, w, _ in offers], winner))
        if rule.scope:
            code.leave()


def _read_shown(attribute: str) -> str:
    """A scope is about what the system shows, whoever put it there."""
    return f"h({attribute!r})"


def _drop_absent(values: dict[str, Any], bits: Mapping[str, int]) -> int:
    """Leave out what is none; the flows that gave something."""
    mask = 0
    for name, bit in bits.items():
        if values[name] is None:
            del values[name]
        else:
            mask |= bit
    return mask


def _merging(winners: list[Winner], winner: Winner) -> int:
    """The earlier flows, as bits, whose values are united with those of this one."""
    if winner.merge is not Merge.MERGE:
        return 0
    return sum(
        w.bit for w in winners if w.bit < winner.bit and w.attribute == winner.attribute and w.merge is Merge.MERGE
    )


def _write_offer(code: Code, flow: Flow, winner: Winner, source: Source, merging: int) -> None:
    """One flow: the first rule in order that gives a value wins within this object; merging ones are united."""
    target = repr(flow.target)
    code.enter(f"if {target} not in d or m & {merging}:" if merging else f"if {target} not in d:")
    code.add(f"y = {source.text}", source.about)
    if merging:
        code.names["many"] = many
        if source.outcomes:
            code.add("if y.__class__ is Outcome: y = None")
        code.add(f"if y: d[{target}] = many([*d.get({target}, ()), *y]); m |= {winner.bit}")
    else:
        if source.outcomes:
            # To ignore a flow is to contribute nothing; an authoritative null is carried to where precedence decides.
            code.add("if y is Outcome.IGNORE: y = None")
        code.add(f"if y is not None: d[{target}] = y; m |= {winner.bit}")
    code.leave()


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
