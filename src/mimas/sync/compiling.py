"""The whole rule set, compiled."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any, TypeVar, cast

from mimas.language.keys import normals
from mimas.language.scope import scope_source
from mimas.schema.attributes import ObjectType
from mimas.schema.values import Value
from mimas.sync.context import Context
from mimas.sync.flows import Load, read
from mimas.sync.generated import About, Code, Generated
from mimas.sync.inbound import Contributor, compile_contributor
from mimas.sync.interest import Interest, interest
from mimas.sync.linking import Linker, compile_linker
from mimas.sync.outbound import Target, compile_target
from mimas.sync.rules import Direction, LinkType, Membership, RuleSet, SyncRule

KeyT = TypeVar("KeyT", tuple[str, str, str], tuple[str, str, str, str])


@dataclass(frozen=True, slots=True)
class Matched:
    """A membership, with its member scope compiled."""

    membership: Membership
    scope: Generated | None

    def member_keys(self, values: Mapping[str, Value], context: Context) -> list[str]:
        """The groups' keys that this member asks for; a scope that fails is noted in ``context.failures``."""
        try:
            if self.scope is not None and not self.scope.call(values, context):
                return []
        except Exception as error:  # noqa: BLE001 - whatever a rule does to one resource is told, and the rest goes on
            assert self.scope is not None
            context.failures.append(self.scope.failure(error))
            return []
        return normals(values.get(self.membership.member_attribute))

    def group_keys(self, values: Mapping[str, Value]) -> list[str]:
        """The keys under which this group is found."""
        return normals(values.get(self.membership.group_attribute))


@dataclass(slots=True)
class Compiled:
    """Everything the runs call."""

    rules: RuleSet
    linkers: dict[tuple[str, str], Linker] = field(default_factory=dict)
    contributors: dict[tuple[str, str, str], Contributor] = field(default_factory=dict)
    targets: dict[str, list[Target]] = field(default_factory=dict)
    memberships: list[Matched] = field(default_factory=list)
    deletions: dict[str, Callable[..., object]] = field(default_factory=dict)
    """Resource type → the function that decides over its deletion."""
    choices: dict[str, dict[str, Callable[..., Any]]] = field(default_factory=dict)
    """Resource type → attribute → the function that chooses between what is contributed."""

    _interests: dict[str, Interest] = field(default_factory=dict)

    def interest(self, connector: str) -> Interest:
        """What the rules ask of a connected system."""
        if connector not in self._interests:
            targets = (target for of_type in self.targets.values() for target in of_type)
            self._interests[connector] = interest(self.rules, targets, connector)
        return self._interests[connector]


def compile_rules(rules: RuleSet, schemas: Mapping[str, Mapping[str, ObjectType]], load: Load) -> Compiled:
    """Compile a rule set; ``schemas``: the configured object types of each connector; ``load`` gives extensions."""
    compiled = Compiled(rules)
    ordered = sorted(rules.rules, key=lambda rule: (rule.precedence, rule.name))
    inbound = [rule for rule in ordered if rule.direction is Direction.INBOUND]
    outbound = [rule for rule in ordered if rule.direction is Direction.OUTBOUND]
    readers, writers = _grouped(inbound, lambda rule: rule.reads), _grouped(outbound, lambda rule: rule.governs)
    for number, ((connector, object_type, resource_type), group) in enumerate(readers):
        compiled.contributors[connector, object_type, resource_type] = compile_contributor(
            number, group, schemas[connector][object_type].attributes, rules.types[resource_type], load
        )
    for number, ((connector, object_type, resource_type, _), group) in enumerate(writers):
        target = compile_target(number, group, rules.types[resource_type], schemas[connector][object_type], load)
        compiled.targets.setdefault(resource_type, []).append(target)
    # An outbound join speaks of the resource's scope, which linking does not know: it joins, and the outbound stratum
    # of the same sync decides whether the link may stay.
    joins = [replace(rule, scope=(), link=LinkType.JOIN) for rule in outbound if rule.join]
    for (connector, object_type), rules_ in _by_object([*inbound, *joins]).items():
        sources = schemas[connector][object_type].attributes
        compiled.linkers[connector, object_type] = compile_linker(rules_, sources, rules.types, load)
    compiled.deletions = {
        name: cast("Callable[..., object]", load(type_.deletion.function))
        for name, type_ in rules.types.items()
        if type_.deletion.function
    }
    compiled.choices = {
        name: {attribute: cast("Callable[..., Any]", load(function)) for attribute, function in type_.chosen.items()}
        for name, type_ in rules.types.items()
        if type_.chosen
    }
    compiled.memberships = [Matched(m, _member_scope(m, load)) for m in rules.memberships]
    return compiled


def _grouped(rules: list[SyncRule], key: Callable[[SyncRule], KeyT]) -> list[tuple[KeyT, list[SyncRule]]]:
    return [(k, list(group)) for k, group in groupby(sorted(rules, key=key), key)]


def _by_object(rules: list[SyncRule]) -> dict[tuple[str, str], list[SyncRule]]:
    result: dict[tuple[str, str], list[SyncRule]] = {}
    for rule in sorted(rules, key=lambda rule: (rule.precedence, rule.name)):
        result.setdefault((rule.connector, rule.object_type), []).append(rule)
    return result


def _member_scope(membership: Membership, load: Load) -> Generated | None:
    if not membership.scope:
        return None
    code = Code("member_scope", "v, x")
    code.add("g = v.get")
    source = scope_source(membership.scope, read, code.names, load=load)
    code.add(f"return {source}", About(membership.name, "scope", membership.place))
    return code.build()
