"""What rules read and write: objects of one type of an agent, and resources of one type of the metaverse."""

from dataclasses import dataclass, replace
from typing import Any

from mimas.configuration.checks.values import ELSEWHERE
from mimas.language.scope import Clause, Operator
from mimas.migrate.agents.agent import Agent, System
from mimas.migrate.sync.metaverse import Metaverse
from mimas.migrate.sync.wording import bracketed, clause, direct
from mimas.schema.attributes import NAME, Attribute, Kind

_SECRET = {"unicodepwd": "unicodePwd", "userpassword": "userPassword", "export_password": "export_password"}
"""Attributes that are written and never read, whatever the schema says of them."""
_TYPE = ("objecttype", "objectclass")


@dataclass(frozen=True, slots=True)
class Found:
    """Where a value comes from, as a flow names it, and what kind of attribute that is."""

    form: Any
    attribute: Attribute


class Objects:
    """The objects of one type of an agent."""

    def __init__(self, agent: Agent, system: System, class_: str, used: dict[str, set[str]]) -> None:
        self.agent, self.system = agent, system
        known = {name.lower(): name for name in (*agent.schema.classes, *used, *agent.selected, *system.classes)}
        self.class_ = known.get(class_.lower(), class_)
        self._used = used.setdefault(self.class_, set())
        self._types = {name.lower(): type_ for name, type_ in agent.schema.attributes(self.class_).items()}
        self._given = {name.lower(): name for name in system.classes.get(self.class_, {})}
        self._place = system.places.get(self.class_.lower())

    @property
    def object(self) -> str:
        """The object type as documents name it."""
        return self._place.object if self._place else self.class_

    @property
    def told_apart(self) -> list[tuple[Any, Clause]]:
        """The clauses that tell these objects from others of their type, as documents and as checks know them."""
        if self._place is None or not self._place.values:
            return []
        several = len(self._place.values) > 1
        operator, value = Operator.ISIN if several else Operator.EQUAL, ";".join(self._place.values)
        return [(clause(self._place.column, operator, value), Clause(self._place.column, operator, value))]

    @property
    def mark(self) -> dict[str, Any]:
        """The flow by which a new object gets its type."""
        return {self._place.column: {"constant": self._place.values[0]}} if self._place and self._place.values else {}

    def attribute(self, name: str) -> Attribute:
        """An attribute, which is used from now on."""
        if name.lower() == NAME and self.system.name is None:
            return Attribute(NAME)
        if name.lower() in _SECRET:
            of_directory = self.system.type == "active-directory"
            proper = "unicodePwd" if of_directory and name.lower() == "export_password" else _SECRET[name.lower()]
            self._used.add(proper)
            return Attribute(proper, secret=True)
        type_ = self._types.get(name.lower()) or self.agent.schema.types.get(name.lower())
        known = self._given.get(name.lower()) or self._spelt(name)
        found = type_.attribute if type_ is not None else Attribute(known)
        if type_ is not None and type_.written_only and found.kind is not Kind.REFERENCE:
            found = replace(found, secret=True)
        self._used.add(found.name)
        return found

    def _spelt(self, name: str) -> str:
        """An attribute that the schema does not have, as it was written the first time."""
        return next((one for one in sorted(self._used) if one.lower() == name.lower()), name)

    def read(self, name: str, *, intrinsic: bool = False) -> Found | None:
        """What a flow from an attribute reads; none for what Mimas has nothing like."""
        if intrinsic and name.lower() == NAME:
            return self._name()
        if intrinsic and name.lower().replace("-", "") in _TYPE:
            return Found({"constant": self.class_}, Attribute(name))
        if intrinsic:
            return None
        attribute = self.attribute(name)
        return None if attribute.secret else Found(direct(attribute.name), attribute)

    def _name(self) -> Found | None:
        if self.system.name is None:
            return Found(NAME, Attribute(NAME))
        names = [self.attribute(name) for name in self.system.name]
        if len(names) == 1:
            return Found(direct(names[0].name), names[0])
        parts = [bracketed(one.name) for one in names]
        if not parts or None in parts:
            return None
        return Found("=" + ' & "+" & '.join(filter(None, parts)), Attribute(NAME))

    def part(self, number: int) -> Found | None:
        """One part of the name, counted from the right; none where names have no such part."""
        if self.system.name is None:
            return Found(f"=DNComponentRev([{NAME}], {number})", Attribute(NAME))
        if self.system.distinguished and (text := bracketed(self.attribute(self.system.name[0]).name)):
            return Found(f"=DNComponentRev({text}, {number})", Attribute(NAME))
        if not 0 < number <= len(self.system.name):
            return None
        attribute = self.attribute(self.system.name[-number])
        return Found(direct(attribute.name), attribute)


class Resources:
    """The resources of one type."""

    def __init__(self, metaverse: Metaverse, type_: str) -> None:
        self.metaverse = metaverse
        self.type = metaverse.type(type_)

    def attribute(self, name: str) -> Attribute:
        """An attribute."""
        return self.metaverse.attribute(self.type, name)

    def read(self, name: str, *, intrinsic: bool = False) -> Found | None:
        """What a flow from an attribute reads; none for what Mimas has nothing like: the id of a resource."""
        if not intrinsic:
            attribute = self.attribute(name)
            return Found(direct(attribute.name), attribute)
        if name.lower().replace("-", "") in _TYPE:
            return Found({"constant": self.type}, Attribute(name))
        return None

    def part(self, number: int) -> Found | None:  # noqa: ARG002 - resources have no names
        """None: only objects have names."""
        return None


def misfit(origin: Attribute, target: Attribute) -> str:
    """Why no value can flow from one to the other; empty where it can."""
    if (origin.kind is Kind.REFERENCE) is not (target.kind is Kind.REFERENCE):
        return f"{origin.name} is {origin.kind} and {target.name} {target.kind}: references flow to references only"
    if origin.kind in ELSEWHERE.get(target.kind, ()):
        return f"{origin.name} is {origin.kind}, which {target.name}, {target.kind}, cannot hold"
    return ""
