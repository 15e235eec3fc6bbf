"""By which rule an object is linked: the one by which the first sync would have linked it."""

from collections.abc import Sequence
from dataclasses import dataclass

from mimas.migrate.state.linkage import How
from mimas.runs.groups import NONE, Membership
from mimas.runs.symbols import Symbols
from mimas.schema.values import Values, decode
from mimas.store.database import Row, Transaction
from mimas.sync.context import Context
from mimas.sync.rules import Direction, LinkType, SyncRule


@dataclass(frozen=True, slots=True)
class Member:
    """One object that a resource had in the old product."""

    guid: str
    id: int
    how: How
    connector: int
    type: int
    name: str
    seen: str
    values: Values
    linked: int | None
    """The resource that it is linked to already."""
    in_scope: int
    """The rules of its linker that cover it, as bits."""


class Chooser:
    """Asks the linking rules that are in force."""

    def __init__(self, symbols: Symbols, context: Context) -> None:
        self.symbols = symbols
        self._context = context
        self._outbound: dict[tuple[int, int], list[SyncRule]] = {}
        for rule in symbols.compiled.rules.rules:
            if rule.direction is Direction.OUTBOUND:
                place = (symbols.store.symbol(rule.connector), symbols.store.symbol(rule.object_type))
                self._outbound.setdefault(place, []).append(rule)

    def members(self, tx: Transaction, rows: Sequence[Row]) -> list[Member]:
        """Rows of `mimas.store.carried.members`, with the rules that cover each object."""
        groups: dict[int, Membership] = {}
        for connector, of in self.symbols.groups.items():
            groups |= of.of(tx, [row[1] for row in rows if row[3] == connector]) if of else {}
        found = []
        for guid, id_, how, connector, type_, name, seen, linked in rows:
            values = decode(seen or "{}")
            mask = self._mask(connector, type_, values, groups.get(id_, NONE))
            found.append(Member(guid, id_, How(how), connector, type_ or 0, name, seen, values, linked, mask))
        return found

    def _mask(self, connector: int, type_: int, values: Values, groups: Membership) -> int:
        linker = self.symbols.linkers.get((connector, type_))
        if linker is None:
            return 0
        self._context.begin()
        self._context.groups = groups
        try:
            return linker.scope(values, self._context)
        except Exception:  # noqa: BLE001 - a rule may raise anything; the sync tells it, and until then links stay
            return -1

    def types(self, member: Member) -> set[int]:
        """The types of resources that it may belong to."""
        return {self.symbols.rule_types[self.symbols.rule_numbers[rule.name]] for rule in self._rules(member)}

    def contributes(self, member: Member, type_: int) -> bool:
        """Whether an inbound rule that covers it gives values to a resource of the type."""
        linker = self.symbols.linkers.get((member.connector, member.type))
        name = self.symbols.types[type_].name
        return any(
            member.in_scope & (1 << place) and rule.direction is Direction.INBOUND and rule.resource_type == name
            for place, rule in enumerate(linker.rules if linker is not None else ())
        )

    def rule(self, member: Member, type_: int) -> int | None:
        """The number of the rule; none, when no rule links it so, or when it cannot be told which of several does."""
        symbols = self.symbols
        if member.how is How.BY_HAND:
            by_hand = symbols.rule_by_hand(member.connector, member.type, type_)
            if by_hand is not None:
                return by_hand
        numbers = [symbols.rule_numbers[rule.name] for rule in self._rules(member)]
        fitting = [number for number in dict.fromkeys(numbers) if symbols.rule_types[number] == type_]
        if not fitting:
            return None
        best = min(self._rank(member.how, symbols.rules[number]) for number in fitting)
        chosen = [number for number in fitting if self._rank(member.how, symbols.rules[number]) == best]
        # Two accounts of a person in one system are told apart by their rules: to swap them would rename both.
        slots = {symbols.slot_keys.get(number, member.type) for number in chosen}
        return chosen[0] if len(slots) == 1 else None

    def _rules(self, member: Member) -> list[SyncRule]:
        """The rules that may have linked it, in the order in which linking asks them."""
        linker = self.symbols.linkers.get((member.connector, member.type))
        rules = linker.rules if linker is not None else ()
        # Whoever links by hand asks no scope.
        covering = -1 if member.how is How.BY_HAND else member.in_scope
        inbound = [rule for place, rule in enumerate(rules) if covering & (1 << place)]
        return [*inbound, *self._outbound.get((member.connector, member.type), ())]

    def _rank(self, how: How, rule: SyncRule) -> tuple[bool, ...]:
        """How likely a rule is to have made a link; the least is the likeliest."""
        inbound = rule.direction is Direction.INBOUND
        provisions = rule.link is LinkType.PROVISION
        keeps = self.symbols.rule_numbers[rule.name] in self.symbols.keeps_alive
        likely = {
            How.PROJECTED: inbound and provisions,
            How.JOINED: inbound and bool(rule.join),
            How.PROVISIONED: not inbound and provisions,
        }.get(how, inbound and keeps)
        return not likely, not inbound, not keeps, not provisions
