"""Inbound rules of one object type towards one resource type, as one generated function."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, TypeAlias

from mimas.language.errors import FlowError
from mimas.language.results import Outcome
from mimas.language.scope import scope_source
from mimas.schema.attributes import Attribute, Kind
from mimas.schema.values import as_list, many, many_caseless
from mimas.sync.flows import Load, Source, counted_by, flow_source, is_reference, write_display
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
    unites: bool


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
    factual: bool
    """Whether facts of the resource go into it: unique values, flows that happen once only."""
    outcomes: bool
    """Whether values may hold an `Outcome`: see `settled`."""
    by_attribute: Mapping[str, list[Winner]]
    counted: frozenset[str] = frozenset()
    """The reference attributes of the object of which expressions ask how many values there are."""

    def winner(self, attribute: str, mask: int) -> Winner:
        """The flow that gave an attribute, by the mask."""
        return next(winner for winner in self.by_attribute[attribute] if mask & winner.bit)

    def merged(self, attribute: str, mask: int) -> int:
        """The merging flows to an attribute, of those in the mask."""
        merging = (w.bit for w in self.by_attribute.get(attribute, ()) if w.merge.unites and mask & w.bit)
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
                source_name, unites = flow.origin.attribute, flow.merge.unites
                references.append(ReferenceFlow(source_name, flow.target, rule.precedence, rule, unites))
            else:
                winner = Winner(1 << len(offers), rule.precedence, flow.merge, rule.name, flow.target)
                source = flow_source(code, rule, flow, sources, type_.attributes[flow.target], load)
                if flow.once:
                    text = f"x.once({f'{rule.name}/{flow.target}'!r}, lambda: {source.text})"
                    source = replace(source, text=text)
                offers.append((rule, flow, winner, source))
    _write_offers(code, offers, load)
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
        factual=any(flow.once or isinstance(flow.origin, Unique) for _, flow, _, _ in offers),
        outcomes=any(source.outcomes for *_, source in offers),
        by_attribute=_by_attribute(winners),
        counted=frozenset(
            name
            for name in counted_by(flow for _, flow, _, _ in offers)
            if name in sources and sources[name].kind is Kind.REFERENCE
        ),
    )


def _by_attribute(winners: list[Winner]) -> dict[str, list[Winner]]:
    found: dict[str, list[Winner]] = {}
    for winner in winners:
        found.setdefault(winner.attribute, []).append(winner)
    return found


def _write_offers(code: Code, offers: Sequence[tuple[SyncRule, Flow, Winner, Source]], load: Load) -> None:
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
        code.add("w = x.shown or v; h = w.get")
    names = write_display(code, [(winner.attribute, source) for winner, source in plain])
    code.add(f"m = {sum(winner.bit for winner, _ in plain)}")
    if names:
        code.names["drop_absent"] = _drop_absent
        code.names["bits"] = {winner.attribute: winner.bit for winner, _ in plain}
        code.add(f"if {' or '.join(f'{name} is None' for name in names)}: m = drop_absent(d, bits)")
    for rule, scoped in groupby(rest, lambda offer: offer[0]):
        if rule.scope:
            code.enter(
                "if " + scope_source(rule.scope, _read_shown, code.names, rule.parameters, load=load, whole="w") + ":",
                About(rule.name, "scope", rule.place),
            )
        for _, flow, winner, source in scoped:
            earlier = [
                (w, from_) for _, _, w, from_ in offers if w.bit < winner.bit and w.attribute == winner.attribute
            ]
            _write_offer(code, flow, winner, source, earlier)
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


def _write_offer(
    code: Code, flow: Flow, winner: Winner, source: Source, earlier: Sequence[tuple[Winner, Source]]
) -> None:
    """One flow: the first rule in order that gives a value wins within this object; uniting ones are united.

    ``earlier``: the flows to the attribute before it. An outcome is carried to where precedence decides over several
    objects; within this one a flow that is to be ignored gives way to any value.
    """
    target = repr(flow.target)
    merging = sum(w.bit for w, _ in earlier if w.merge.unites) if winner.merge.unites else 0
    # A uniting flow never leaves an outcome behind.
    ignored = sum(w.bit for w, from_ in earlier if from_.outcomes and not w.merge.unites)
    code.names["IGNORE"] = Outcome.IGNORE
    vacant = f"d.get({target}, IGNORE) is IGNORE" if ignored else f"{target} not in d"
    code.enter(f"if {vacant} or m & {merging}:" if merging else f"if {vacant}:")
    code.add(f"y = {source.text}", source.about)
    if winner.merge.unites and source.outcomes:
        code.add("if y.__class__ is Outcome: y = None")
    given = f"m & ~{ignored} | {winner.bit}" if ignored else f"m | {winner.bit}"
    if merging:
        code.names["many"] = many_caseless if winner.merge is Merge.CASELESS else many
        code.add(f"if y: d[{target}] = many([*d.get({target}, ()), *y]); m = {given}")
    else:
        code.add(f"if y is not None: d[{target}] = y; m = {given}")
    code.leave()


Offer: TypeAlias = tuple[int, int, Winner, Any]
"""(precedence, place of the contribution, flow, value)."""


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one object offers."""

    contributor: Contributor
    anchor: str
    values: dict[str, Any]
    mask: int
    object: int = 0


Latest: TypeAlias = Callable[[str, Sequence[tuple[Contribution, Any]]], int]
"""Given an attribute and what is offered to it with equal right: the place of the offer that changed last."""


def combine(
    parts: list[Contribution],
    choices: Mapping[str, Callable[..., Any]] | None = None,
    latest: Latest | None = None,
) -> tuple[dict[str, Any], tuple[tuple[int, int], ...]]:
    """Precedence over several objects: the values, and (contributor, mask of the flows that won) as the lineage.

    The lowest precedence number wins; between equals the one that ``latest`` names, or that of the connector object
    that sorts first. Equals with several values are united (MIM: equal precedence), as are merging flows. For an
    attribute in ``choices`` the function is given all that is offered, as (connector, value) in order of precedence,
    and returns the value.
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
        # To ignore a flow is to contribute nothing, unless nobody contributes.
        offers = [offer for offer in offers if offer[3] is not Outcome.IGNORE] or offers
        offers.sort(key=lambda offer: offer[:2])
        if choices and attribute in choices:
            value = _chosen(choices[attribute], ordered, offers, masks)
        else:
            value = _preferred(attribute, ordered, offers, masks, latest)
        if value is not None:
            values[attribute] = value
    lineage = tuple((part.contributor.number, mask) for part, mask in zip(ordered, masks, strict=True))
    return values, lineage


def _preferred(
    attribute: str, ordered: list[Contribution], offers: list[Offer], masks: list[int], latest: Latest | None
) -> Any:
    """The value of best precedence, or what several merging flows give together; who gave it goes into the masks."""
    equals = [offer for offer in offers if offer[0] == offers[0][0]]
    if len(equals) > 1 and all(isinstance(value, list) for *_, value in equals) and not offers[0][2].merge.unites:
        for _, index, winner, _ in equals:
            masks[index] |= winner.bit
        return many([one for *_, value in equals for one in value])
    if latest is not None and len(equals) > 1 and not offers[0][2].merge.unites:
        equals = [equals[latest(attribute, [(ordered[index], value) for _, index, _, value in equals])]]
    _, index, winner, value = equals[0]
    masks[index] |= winner.bit
    if winner.merge.unites:
        value = _united(offers, masks)
        for part_index, part in enumerate(ordered):
            masks[part_index] |= part.contributor.merged(attribute, part.mask)
    return value


def _chosen(choose: Callable[..., Any], ordered: list[Contribution], offers: list[Offer], masks: list[int]) -> Any:
    """What a function makes of the offers; whoever offered just that has given it."""
    offered = [
        (ordered[index].contributor.connector, None if isinstance(value, Outcome) else value)
        for _, index, _, value in offers
    ]
    try:
        value = choose(offered)
    except Exception as error:
        raise FlowError(
            f"the function that chooses {offers[0][2].attribute} failed: {str(error) or repr(error)}"
        ) from error
    givers = [offer for offer in offers if offer[3] == value] or offers
    for _, index, winner, _ in givers:
        masks[index] |= winner.bit
    return value


def tied(contributors: Iterable[Contributor]) -> dict[str, set[str]]:
    """Resource type → the attributes to which objects of several types or systems flow with equal precedence."""
    found: dict[str, set[str]] = {}
    seen: dict[tuple[str, str, int], int] = {}
    for contributor in contributors:
        for winner in contributor.winners:
            place = (contributor.resource_type, winner.attribute, winner.precedence)
            if not winner.merge.unites and seen.setdefault(place, contributor.number) != contributor.number:
                found.setdefault(contributor.resource_type, set()).add(winner.attribute)
    return found


def settled(values: dict[str, Any], before: Callable[[], Mapping[str, Any]]) -> dict[str, Any]:
    """The values with their outcomes: an authoritative null is no value, an ignored flow keeps what was there."""
    result = {}
    for name, value in values.items():
        if value is Outcome.IGNORE:
            kept = before().get(name)
            if kept is not None:
                result[name] = kept
        elif value is not Outcome.AUTHORITATIVE_NULL:
            result[name] = value
    return result


def _united(offers: list[Offer], masks: list[int]) -> list[Any]:
    united = []
    for _, index, winner, value in offers:
        if winner.merge.unites and not isinstance(value, Outcome):
            masks[index] |= winner.bit
            united += as_list(value)
    return many_caseless(united) if offers[0][2].merge is Merge.CASELESS else many(united)
