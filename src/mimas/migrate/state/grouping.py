"""What the objects of one metaverse object become together: a resource and its links, or a reason to leave them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mimas.migrate.state.choosing import Chooser, Member
from mimas.migrate.state.tally import State
from mimas.runs.symbols import Symbols
from mimas.sync.rules import DeletionRule

Place = tuple[int, int]
"""What a resource may have one object for: connector, and a key of `Symbols.slot_keys` or the object's type."""


@dataclass(slots=True)
class Group:
    """A metaverse object of the old product, and what it is to Mimas."""

    guid: str
    members: list[Member]
    resource: int | None = None
    """The resource that it is already."""
    type: int | None = None
    links: list[tuple[Member, int]] = field(default_factory=list)
    """Links to be made, each with its rule."""
    by_hand: list[int] = field(default_factory=list)
    """The objects whose links have become decisions."""


class Grouper:
    """Decides over one group after the other; what is left to the rules is named in ``state``."""

    def __init__(self, symbols: Symbols, chooser: Chooser, state: State) -> None:
        self.symbols = symbols
        self.chooser = chooser
        self._state = state
        self._types = {type_.name.lower(): number for number, type_ in symbols.types.items()}

    def settle(self, group: Group, said: str, taken: set[Place]) -> bool:
        """Find its type (unless it has a resource) and its links; whether there is anything to be done.

        ``said``: the type that the old product calls it; ``taken``: what the resource has objects for already.
        """
        if group.type is None:
            group.type = self._type(group, said)
            if group.type is None:
                return False
        self._link(group, group.type, taken)
        if group.resource is None and group.links and not self._lives(group.links, group.type):
            self._name("not-alive", group, "")
            return False
        return bool(group.links) or group.resource is not None

    def _type(self, group: Group, said: str) -> int | None:
        if said:
            found = self._types.get(said.lower())
            if found is None:
                self._name("no-type", group, f"there is no type “{said}”")
            return found
        # An object that no rule links is told by itself; the others have their resource without it.
        each = [types for types in map(self.chooser.types, group.members) if types]
        possible = set.intersection(*each) if each else set()
        if len(possible) > 1:
            possible = {type_ for type_ in possible if self._may_have_made(group, type_)}
        if len(possible) == 1:
            return possible.pop()
        names = ", ".join(sorted(self.symbols.store.name(number) for number in possible))
        why = f"it may be {names}: give the metaverse with --metaverse" if possible else "no type fits all its objects"
        self._name("no-type", group, why)
        return None

    def _may_have_made(self, group: Group, type_: int) -> bool:
        chosen = [(member, self.chooser.rule(member, type_)) for member in group.members]
        return self._lives([(member, rule) for member, rule in chosen if rule is not None], type_)

    def _link(self, group: Group, type_: int, taken: set[Place]) -> None:
        """Two objects for what a resource may have one of: neither is linked, for one would be the wrong one."""
        chosen: list[tuple[Member, int, Place]] = []
        for member in group.members:
            if member.linked is not None:
                continue
            rule = self.chooser.rule(member, type_)
            if rule is None:
                self._state.name("no-rule", self._connector(member), member.name)
            else:
                chosen.append((member, rule, (member.connector, self.symbols.slot_keys.get(rule, member.type))))
        wanted = Counter(place for _, _, place in chosen)
        for member, rule, place in chosen:
            if wanted[place] == 1 and place not in taken:
                group.links.append((member, rule))
            else:
                why = "its resource has another one of its kind; `mimas join` says which one it is, before the sync"
                self._state.name("contradictory", self._connector(member), member.name, why)

    def _lives(self, links: Sequence[tuple[Member, int]], type_: int) -> bool:
        """Whether a new resource would live on, and some rule give it values, so that no account is taken away."""
        symbols = self.symbols
        contributing = [rule for member, rule in links if self.chooser.contributes(member, type_)]
        deletion = symbols.deletions.get(type_)
        if deletion is not None and deletion.rule is not DeletionRule.LAST:
            return bool(contributing)
        return any(rule in symbols.keeps_alive for rule in contributing)

    def _name(self, what: str, group: Group, why: str) -> None:
        member = group.members[0]
        self._state.name(what, self._connector(member), member.name, why)

    def _connector(self, member: Member) -> str:
        return self.symbols.store.name(member.connector)


def grouped(
    members: Sequence[Member], known: Mapping[str, int], decided: Mapping[int, int | None], guids: Mapping[int, str]
) -> tuple[list[Group], list[Group]]:
    """The groups of some members: those that can be, and those whose objects belong to different resources here.

    ``known``: GUID → resource; ``decided``: what people have decided here; ``guids``: ``known`` the other way round.
    """
    groups: dict[str, Group] = {}
    for member in members:
        groups.setdefault(member.guid, Group(member.guid, [])).members.append(member)
    sound, torn = [], []
    used: dict[int, str] = dict(guids)
    for guid, group in groups.items():
        found = {member.linked for member in group.members if member.linked is not None}
        found |= {decided[m.id] for m in group.members if decided.get(m.id) is not None}  # type: ignore[misc]
        found |= {known[guid]} if guid in known else set()
        group.resource = min(found, default=None)
        if len(found) > 1 or (group.resource is not None and used.setdefault(group.resource, guid) != guid):
            torn.append(group)
            continue
        # Whom a person has disconnected here stays so.
        group.members = [m for m in group.members if m.id not in decided or decided[m.id] is not None]
        if group.members:
            sound.append(group)
    return sound, torn
