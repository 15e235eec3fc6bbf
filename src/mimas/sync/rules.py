"""The rules as the engine knows them: frozen, checked, each with the place it was written at."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from mimas.language.scope import Clause as Clause
from mimas.language.scope import Operator as Operator
from mimas.language.scope import Scope as Scope
from mimas.schema.attributes import Attribute
from mimas.schema.places import Place as Place
from mimas.schema.values import Scalar


class Direction(StrEnum):
    """Inbound rules read connector objects and write resources; outbound rules the other way."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


class LinkType(StrEnum):
    """What a rule does for the link (Entra Connect: link type).

    ``provision`` makes the missing side: an inbound rule projects a resource, an outbound rule creates an object.
    ``join`` only finds; ``sticky`` joins, and the link keeps the resource alive like a provisioning one.
    """

    PROVISION = "provision"
    JOIN = "join"
    STICKY = "sticky"


class Deprovision(StrEnum):
    """What happens to an object that no provisioning rule wants any more (MIM: deprovisioning option)."""

    DISCONNECT = "disconnect"
    EXPLICIT = "explicit-disconnect"
    """As a person would do it: no rule links the object again."""
    KEEP = "keep"
    """It stays linked; what the other rules and its own flows say is sent, as to disable or to move it."""
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Direct:
    """The value of an attribute of the source, as it is."""

    attribute: str


@dataclass(frozen=True, slots=True)
class Constant:
    """A value written in the rule."""

    value: Scalar


@dataclass(frozen=True, slots=True)
class Computed:
    """An expression; ``text`` begins after the ``=`` of the document."""

    text: str


@dataclass(frozen=True, slots=True)
class Extension:
    """A Python function, named ``module:function``, given a frozen view of the source's values."""

    function: str


@dataclass(frozen=True, slots=True)
class Unique:
    """The first of these expressions whose value no other resource has; then the last one with 2, 3, 4 … behind it."""

    candidates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class JoinCondition:
    """Equality of what comes of the connector object and an attribute of the resource, by normalised keys.

    Of several values one must be equal (MIM: MapAttributesForJoin).
    """

    origin: Direct | Computed | Extension
    resource_attribute: str


Origin: TypeAlias = Direct | Constant | Computed | Extension | Unique


class Merge(StrEnum):
    """How several contributions meet (Entra Connect: valueMergeType)."""

    UPDATE = "update"
    MERGE = "merge"
    CASELESS = "merge-caseless"
    """Values that differ in case only count once (Entra Connect: MergeCaseInsensitive)."""

    @property
    def unites(self) -> bool:
        """Whether values of several contributions are united."""
        return self is not Merge.UPDATE


class Enforce(StrEnum):
    """What an outbound flow does when the system shows another value than the rules want."""

    ALWAYS = "always"
    ON_CHANGE = "on-change"
    """A new value of the rules is sent; what the system changes by itself is reported and left."""
    WHILE_EMPTY = "while-empty"
    """Only an attribute without a value is filled."""
    ADD = "add"
    """The values are added to those that the system has; none is taken away."""


@dataclass(frozen=True, slots=True)
class Flow:
    """One attribute written by a rule. ``once``: only when the object is created (MIM: initial flow).

    ``intent``: of a reference, which of the objects of a resource it points to.
    """

    target: str
    origin: Origin
    once: bool = False
    merge: Merge = Merge.UPDATE
    place: Place = Place()
    enforce: Enforce = Enforce.ALWAYS
    intent: str = ""


@dataclass(frozen=True, slots=True)
class SyncRule:
    """One synchronisation rule. The lowest precedence number wins, per attribute and across connectors."""

    name: str
    direction: Direction
    connector: str
    object_type: str
    resource_type: str
    precedence: int
    link: LinkType = LinkType.JOIN
    scope: Scope = ()
    join: tuple[tuple[JoinCondition, ...], ...] = ()
    flows: tuple[Flow, ...] = ()
    deprovision: Deprovision = Deprovision.DISCONNECT
    place: Place = Place()
    deprovision_by: str = ""
    """A Python function that says one of these of the resource's values (MIM: Deprovision)."""
    deprovision_flows: tuple[Flow, ...] = ()
    """What an object gets that is kept."""
    intent: str = ""
    """What for, where a resource has several objects of one type in a system: an administrator's second account."""
    after: str = ""
    """The rule whose object has to be there before this one makes its own (MIM: dependency)."""
    choose: str = ""
    """A Python function that chooses between several resources that a criterion finds (MIM: ResolveJoinSearch)."""
    parameters: Mapping[str, Scalar] = field(default_factory=dict)
    """What ``%Name%`` stands for in its expressions and scopes: the parameters of its connector."""

    @property
    def reads(self) -> tuple[str, str, str]:
        """What an inbound rule contributes from and to: connector, object type, resource type."""
        return self.connector, self.object_type, self.resource_type

    @property
    def governs(self) -> tuple[str, str, str, str]:
        """What an outbound rule writes to: connector, object type, resource type, intent."""
        return self.connector, self.object_type, self.resource_type, self.intent

    @property
    def keeps_alive(self) -> bool:
        """Whether a link that it makes keeps its resource alive."""
        return self.direction is Direction.INBOUND and self.link in (LinkType.PROVISION, LinkType.STICKY)


class DeletionRule(StrEnum):
    """When a resource is deleted (MIM: object deletion rule)."""

    LAST = "last"
    """When no link of a rule that provisions or is sticky is left."""
    ANY = "any"
    """When a link of any of the named connectors has ended."""
    NEVER = "never"
    EXTENSION = "extension"
    """When a Python function says so: of the values, and of the names of the connectors that contribute."""


@dataclass(frozen=True, slots=True)
class Deletion:
    """The deletion rule of a type, with its connectors or its function."""

    rule: DeletionRule = DeletionRule.LAST
    connectors: tuple[str, ...] = ()
    function: str = ""


@dataclass(frozen=True, slots=True)
class ResourceType:
    """A type of resources: its attributes, those by which resources are joined and searched, and when they end."""

    name: str
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    indexed: frozenset[str] = frozenset()
    place: Place = Place()
    deletion: Deletion = Deletion()
    release: int = 0
    """Days after its deletion when the unique values of a resource may be given to others; 0: never."""
    chosen: Mapping[str, str] = field(default_factory=dict)
    """Attribute → the Python function that chooses between what is contributed (MIM: manual precedence)."""
    usage: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Keyword → the attributes that have it, and ``.`` if the type itself has it (MIM: UsageKeyword)."""


@dataclass(frozen=True, slots=True)
class Membership:
    """Criteria members: each ``of`` in scope whose attribute equals the group's belongs to it."""

    name: str
    resource_type: str
    attribute: str
    of: str
    group_attribute: str
    member_attribute: str
    scope: Scope = ()
    place: Place = Place()


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Everything the four strata need to know."""

    types: Mapping[str, ResourceType] = field(default_factory=dict)
    rules: tuple[SyncRule, ...] = ()
    memberships: tuple[Membership, ...] = ()
