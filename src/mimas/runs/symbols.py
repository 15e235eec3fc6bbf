"""The compiled rules under the numbers of the store: what runs look up."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec

from mimas.language.keys import normals
from mimas.runs.groups import Groups, Membership
from mimas.schema.attributes import Kind
from mimas.schema.system import SYSTEM
from mimas.schema.values import Value, Values
from mimas.store import grants, tables
from mimas.store.database import Transaction
from mimas.store.membership.transitions import CRITERIA
from mimas.store.referring import OWN
from mimas.store.resources import Key
from mimas.store.store import Store
from mimas.sync.compiling import Compiled
from mimas.sync.context import Context
from mimas.sync.flows import reads
from mimas.sync.inbound import Contributor, tied
from mimas.sync.linking import Linker, is_binary
from mimas.sync.outbound import Target
from mimas.sync.rules import Deletion, Direct, Direction, LinkType, SyncRule

INBOUND = "inbound:"
"""Before the name of a rule, a symbol that says: there has been such an inbound rule, though it may be no more."""


class LinkedPart(Protocol):
    """A connector object linked to a resource, as far as its scope needs it."""

    connector: int
    rule: int
    type: int
    shown: Values
    groups: Membership


@dataclass(frozen=True, slots=True)
class ReferenceOffer:
    """One inbound reference flow, as the numbers of the store.

    ``made_by``: the rules whose links lead to resources of the type; so no look at the resource itself is needed.
    """

    connector: int
    type: int
    made_by: tuple[int, ...]
    attribute: int
    target: int
    precedence: int
    rule: int
    echoed: bool
    """Whether an outbound flow writes the attribute, too."""
    single: bool
    """Whether the target holds one value only."""
    unites: bool
    """Whether its values are united with those of other flows that do so, whatever their precedence."""


@dataclass(frozen=True, slots=True)
class ReferenceWish:
    """One outbound reference flow, as the numbers of the store; ``place``: its rule's place in the target."""

    connector: int
    made_by: tuple[int, ...]
    source: int
    attribute: int
    place: int
    target: Target
    pointed_at: tuple[int, ...]
    """The rules whose links lead to the objects that are referred to; none: every link."""


@dataclass(frozen=True, slots=True)
class Slot:
    """What a resource may have one object for: a target under the numbers of the store.

    ``key``: the object's type, or a number below zero where several targets share that type.
    """

    connector: int
    key: int
    type: int
    target: Target
    after: tuple[int, int] | None = None
    """(connector, key) of the slot that has to be filled first."""


class Symbols:
    """The compiled rules by the numbers the store uses. Made once for a rule set."""

    def __init__(self, store: Store, compiled: Compiled) -> None:
        self.store = store
        self.compiled = compiled
        symbol = store.symbol
        # All at once and beforehand: a new symbol needs a transaction of its own.
        store.symbols(sorted(_names(compiled)))
        self.linkers: dict[tuple[int, int], Linker] = {
            (symbol(connector), symbol(type_)): linker for (connector, type_), linker in compiled.linkers.items()
        }
        self.contributors: dict[tuple[int, int, int], Contributor] = {
            (symbol(c), symbol(o), symbol(r)): contributor for (c, o, r), contributor in compiled.contributors.items()
        }
        self.counted = self._counted()
        """(connector, object type) → the reference attributes that expressions count, by their numbers."""
        self.sources = sorted({key[0] for key in self.contributors})
        self.by_number = {contributor.number: contributor for contributor in self.contributors.values()}
        self.rules: dict[int, SyncRule] = {symbol(rule.name): rule for rule in compiled.rules.rules}
        self.rule_numbers = {rule.name: number for number, rule in self.rules.items()}
        self.slot_keys = self._slot_keys()
        """Rule with an intent → the key of the slots of the objects that it links."""
        self.targets = self._targets()
        self.sinks = sorted({slot.connector for slots in self.targets.values() for slot in slots})
        self.rule_types = {number: symbol(rule.resource_type) for number, rule in self.rules.items()}
        self.written = self._written()
        """Resource type → the attributes that inbound rules write; the others are the store's own."""
        self.types = {symbol(name): type_ for name, type_ in compiled.rules.types.items()}
        self.resolved = {n for n, type_ in self.types.items() if n in self.written or type_.name not in SYSTEM}
        """The types whose resources follow from connected systems; the others are left as they are."""
        self.indexed = {
            number: [(name, self.key_symbol(type_.name, name)) for name in sorted(type_.indexed)]
            for number, type_ in self.types.items()
        }
        self.binary = {
            symbol_
            for number, indexed in self.indexed.items()
            for name, symbol_ in indexed
            if is_binary(self.types[number].attributes.get(name))
        }
        """The indexes of binary attributes."""
        self.by_attribute: dict[str, list[int]] = {}
        for indexed in self.indexed.values():
            for name, number in indexed:
                self.by_attribute.setdefault(name, []).append(number)
        self.member_of = [
            (m, symbol(m.membership.of), symbol(f"membership:{m.membership.name}:member")) for m in compiled.memberships
        ]
        self.group_of = [
            (m, symbol(m.membership.resource_type), symbol(f"membership:{m.membership.name}:group"))
            for m in compiled.memberships
        ]
        self.reference_wishes = self._reference_wishes()
        self.echoed_references = {(wish.connector, wish.attribute) for wish in self.reference_wishes} & {
            (key[0], symbol(flow.source)) for key, c in self.contributors.items() for flow in c.references
        }
        """(connector, attribute) that inbound flows read and outbound flows write."""
        self.reference_offers = self._reference_offers()
        self.unruled = tuple(map(symbol, (OWN, CRITERIA)))
        """The origins of references that no rule gives."""
        self.singles = sorted(
            symbol(attribute.name)
            for type_ in self.types.values()
            for attribute in type_.attributes.values()
            if attribute.kind is Kind.REFERENCE and not attribute.multivalued
        )
        """The reference attributes that hold one value."""
        self.keeps_alive = {
            number
            for number, rule in self.rules.items()
            if rule.direction is Direction.INBOUND and rule.link in (LinkType.PROVISION, LinkType.STICKY)
        }
        self.tied = {symbol(name): found for name, found in tied(compiled.contributors.values()).items()}
        """Resource type → the attributes that objects of several kinds write with equal right."""
        self.choices = {symbol(name): functions for name, functions in compiled.choices.items()}
        self.deletions = {
            number: type_.deletion for number, type_ in self.types.items() if type_.deletion != Deletion()
        }
        self.indispensable = {name for deletion in self.deletions.values() for name in deletion.connectors}
        """Connectors without whose link a resource is deleted."""
        self.groups = {
            connector: Groups(store, connector, compiled.interest(store.name(connector)).groups)
            for connector in {connector for connector, _ in self.linkers}
        }
        """Connector → the groups that its scopes ask for."""
        self.scoped = {key: linker for key, linker in self.linkers.items() if linker.scopes}
        self.patterns: dict[Any, int] = {}
        self.echoes = self._echoes()
        self.echo_sources = self._echo_sources()

    def has_left(self, linker: Linker, number: int | None, mask: int) -> bool:
        """Whether the rule that made a link no longer covers its object (Entra Connect: unjoin by scope)."""
        rule = self.rules.get(number or 0)
        if rule is None:
            return True
        for index, candidate in enumerate(linker.rules):
            if candidate.name == rule.name:
                return not mask & (1 << index)
        return False

    def rule_by_hand(self, connector: int, type_: int, resource_type: int) -> int | None:
        """The rule that stands for a link made by hand: one that keeps the resource alive, if there is one."""
        linker = self.linkers.get((connector, type_))
        numbers = [self.rule_numbers[rule.name] for rule in linker.rules] if linker else []
        fitting = [number for number in numbers if self.rule_types[number] == resource_type]
        return min(fitting, key=lambda number: number not in self.keeps_alive, default=None)

    def is_stray(self, part: LinkedPart, context: Context) -> bool:
        """Whether linking is going to cut this link, because the rule that made it no longer covers the object."""
        linker = self.scoped.get((part.connector, part.type))
        if linker is None:
            return False
        try:
            context.groups = part.groups
            mask = linker.scope(part.shown, context)
        except Exception:  # noqa: BLE001 - linking evaluates it again, and tells; until then the link stays
            return False
        return self.has_left(linker, part.rule, mask)

    def key_symbol(self, type_: str, attribute: str) -> int:
        """The symbol under which an indexed attribute's keys are kept; each resource type has its own."""
        return self.store.symbol(f"{type_}.{attribute}")

    def _written(self) -> dict[int, set[str]]:
        found: dict[int, set[str]] = {}
        for number, rule in self.rules.items():
            if rule.direction is Direction.INBOUND:
                found.setdefault(self.rule_types[number], set()).update(flow.target for flow in rule.flows)
        return found

    def _slot_keys(self) -> dict[int, int]:
        places = sorted({(r.connector, r.object_type, r.intent) for r in self.rules.values() if r.intent})
        numbers = {place: -1 - index for index, place in enumerate(places)}
        return {
            number: numbers[rule.connector, rule.object_type, rule.intent]
            for number, rule in self.rules.items()
            if rule.intent
        }

    def _targets(self) -> dict[int, list[Slot]]:
        """Resource type → what its resources may have objects for."""
        symbol = self.store.symbol
        return {
            symbol(type_): [
                Slot(
                    symbol(target.connector),
                    self._place(target.rules[0])[1],
                    symbol(target.object_type.name),
                    target,
                    next((self._place(self.rules[self.rule_numbers[r.after]]) for r in target.rules if r.after), None),
                )
                for target in targets
            ]
            for type_, targets in self.compiled.targets.items()
        }

    def _counted(self) -> dict[tuple[int, int], dict[int, str]]:
        found: dict[tuple[int, int], dict[int, str]] = {}
        for (connector, type_, _), contributor in self.contributors.items():
            for name in contributor.counted:
                found.setdefault((connector, type_), {})[self.store.symbol(name)] = name
        return found

    def _place(self, rule: SyncRule) -> tuple[int, int]:
        number, symbol = self.rule_numbers[rule.name], self.store.symbol
        return symbol(rule.connector), self.slot_keys.get(number, symbol(rule.object_type))

    def _reference_wishes(self) -> list[ReferenceWish]:
        symbol = self.store.symbol
        return [
            ReferenceWish(
                slot.connector,
                self._with_intent(self.made_by(slot.connector, type_), slot.target.intent),
                symbol(source),
                symbol(attribute),
                place,
                slot.target,
                self._with_intent(tuple(self.rules), intent) if self.slot_keys else (),
            )
            for type_, slots in self.targets.items()
            for slot in slots
            for source, attribute, intent, place in slot.target.references
        ]

    def _with_intent(self, rules: tuple[int, ...], intent: str) -> tuple[int, ...]:
        return tuple(number for number in rules if self.rules[number].intent == intent)

    def _reference_offers(self) -> list[ReferenceOffer]:
        symbol = self.store.symbol
        offers = []
        for (connector, _, type_), contributor in self.contributors.items():
            made_by = self.made_by(connector, type_)
            for flow in contributor.references:
                rule = symbol(flow.rule.name)
                source, target = symbol(flow.source), symbol(flow.target)
                echoed = (connector, source) in self.echoed_references
                single = not self.types[type_].attributes[flow.target].multivalued
                offers.append(
                    ReferenceOffer(
                        connector, type_, made_by, source, target, flow.precedence, rule, echoed, single, flow.unites
                    )
                )
        return offers

    def made_by(self, connector: int, type_: int) -> tuple[int, ...]:
        """The rules of a connector whose links lead to resources of a type."""
        return tuple(
            number
            for number, rule in self.rules.items()
            if self.rule_types[number] == type_ and self.store.symbol(rule.connector) == connector
        )

    def _echoes(self) -> dict[tuple[int, int], frozenset[str]]:
        """(connector, object type) → attributes that inbound rules read and persistent outbound flows write."""
        rules = self.compiled.rules.rules
        written: dict[tuple[str, str], set[str]] = {}
        read: dict[tuple[str, str], set[str]] = {}
        for rule in rules:
            if rule.direction is Direction.OUTBOUND:
                flows = {flow.target for flow in rule.flows if not flow.once}
                written.setdefault((rule.connector, rule.object_type), set()).update(flows)
        for rule in rules:
            place = (rule.connector, rule.object_type)
            if rule.direction is Direction.INBOUND and place in written:
                for flow in rule.flows:
                    names = reads(flow.origin)
                    read.setdefault(place, set()).update(written[place] if names is None else written[place] & names)
        symbol = self.store.symbol
        return {(symbol(c), symbol(o)): frozenset(names) for (c, o), names in read.items() if names}

    def _echo_sources(self) -> dict[tuple[int, int, str], frozenset[str] | None]:
        """(connector, object type, attribute that may be an echo) → what it is made of; None: of anything."""
        sources: dict[tuple[int, int, str], frozenset[str] | None] = {}
        symbol = self.store.symbol
        for rule in self.compiled.rules.rules:
            place = (symbol(rule.connector), symbol(rule.object_type))
            for flow in rule.flows if rule.direction is Direction.OUTBOUND else ():
                if flow.target in self.echoes.get(place, ()):
                    before, names = sources.get((*place, flow.target), frozenset()), reads(flow.origin)
                    sources[*place, flow.target] = None if before is None or names is None else before | names
        return sources

    def keys(self, type_: int, values: Mapping[str, Value], context: Context, *, live: bool = True) -> set[Key]:
        """The keys a resource is found by: indexed attributes, and, while it lives, its sides of the memberships."""
        keys = set()
        for name, symbol in self.indexed.get(type_, ()):
            value = values.get(name)
            if value is not None:
                for key in normals(value, binary=symbol in self.binary):
                    keys.add((symbol, key))
        if not live:
            return keys
        for matched, of, symbol in self.member_of:
            if of == type_:
                keys.update((symbol, key) for key in matched.member_keys(values, context))
        for matched, group, symbol in self.group_of:
            if group == type_:
                keys.update((symbol, key) for key in matched.group_keys(values))
        return keys

    def pattern(self, tx: Transaction, lineage: tuple[tuple[int, int], ...]) -> int:
        """The number of a lineage: who contributed what."""
        number = self.patterns.get(lineage)
        if number is None:
            rows = [row for key, mask in lineage for row in self.by_number[key].lineage(mask)]
            body = msgspec.json.encode(sorted(rows)).decode()
            number = tx.value("SELECT id FROM pattern WHERE body = ?", body)
            if number is None:
                number = tx.allocate("pattern", 1)
                tx.insert(tables.pattern, "id, body", [(number, body)])
            self.patterns[lineage] = int(number)
        return int(number)


def _names(compiled: Compiled) -> set[str]:
    """Every name that the passes may need the number of."""
    rules = compiled.rules
    names = {name for key in compiled.linkers for name in key} | {name for key in compiled.contributors for name in key}
    names |= {grants.ORIGIN, OWN, CRITERIA}
    names |= {attribute for connector, _ in compiled.linkers for attribute, _ in compiled.interest(connector).groups}
    for type_ in rules.types.values():
        names |= {type_.name, *type_.attributes} | {f"{type_.name}.{attribute}" for attribute in type_.attributes}
    for rule in rules.rules:
        names |= {rule.name, rule.connector, rule.object_type, rule.resource_type}
        names |= {flow.target for flow in rule.flows}
        names |= {flow.origin.attribute for flow in rule.flows if isinstance(flow.origin, Direct)}
        names |= {f"{rule.resource_type}.{c.resource_attribute}" for group in rule.join for c in group}
        names |= {INBOUND + rule.name} if rule.direction is Direction.INBOUND else set()
    for membership in rules.memberships:
        names |= {membership.name, f"membership:{membership.name}:member", f"membership:{membership.name}:group"}
    return names
