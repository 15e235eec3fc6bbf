"""Outbound rules of one resource type towards one object type, as one generated function."""

from collections.abc import Mapping
from dataclasses import dataclass

from mimas.language.scope import scope_source
from mimas.schema.attributes import NAME, Attribute, ObjectType
from mimas.sync.flows import Load, is_reference, read, write_value
from mimas.sync.generated import About, Code, Generated
from mimas.sync.rules import Deprovision, Direct, LinkType, ResourceType, SyncRule


@dataclass(frozen=True, slots=True)
class Target:
    """What resources of one type should look like as objects of one type.

    ``function.call(v, x)`` → (provision, scope, values): whether a provisioning rule wants the object, whether any rule
    governs it, and the governed attributes (None: cleared).
    """

    number: int
    connector: str
    object_type: ObjectType
    resource_type: str
    function: Generated
    provisioning: SyncRule | None
    references: tuple[tuple[str, str], ...]
    """(resource attribute, object attribute) of the flows that carry references."""

    @property
    def deprovision(self) -> Deprovision:
        """What happens when no provisioning rule wants the object any more."""
        return self.provisioning.deprovision if self.provisioning else Deprovision.DISCONNECT


def compile_target(
    number: int, rules: list[SyncRule], type_: ResourceType, object_type: ObjectType, load: Load
) -> Target:
    """Compile the outbound rules of one (resource type, connector, object type), in order of precedence."""
    code = Code(f"outbound_{number}", "v, x")
    code.add("g = v.get; d = {}; p = False; s = False")
    references: list[tuple[str, str]] = []
    written: set[str] = set()
    for rule in rules:
        if rule.scope:
            code.enter(f"if {scope_source(rule.scope, read, code.names)}:", About(rule.name, "scope", rule.place))
        code.add("s = True")
        if rule.link is LinkType.PROVISION:
            code.add("p = True")
        _write_flows(code, rule, type_.attributes, object_type, references, written, load)
        if rule.scope:
            code.leave()
    code.add("return p, s, d")
    provisioning = next((rule for rule in rules if rule.link is LinkType.PROVISION), None)
    return Target(number, rules[0].connector, object_type, type_.name, code.build(), provisioning, tuple(references))


def _write_flows(
    code: Code,
    rule: SyncRule,
    sources: Mapping[str, Attribute],
    object_type: ObjectType,
    references: list[tuple[str, str]],
    written: set[str],
    load: Load,
) -> None:
    for flow in rule.flows:
        attribute = object_type.attributes.get(flow.target, Attribute(flow.target))
        if flow.target != NAME and is_reference(flow, sources, object_type.attributes):
            assert isinstance(flow.origin, Direct)
            references.append((flow.origin.attribute, flow.target))
            continue
        conditions = ["x.new"] if flow.once else []
        if flow.target in written:
            conditions.append(f"d.get({flow.target!r}) is None")
        written.add(flow.target)
        if conditions:
            code.enter(f"if {' and '.join(conditions)}:")
        if write_value(code, rule, flow, sources, attribute, load):
            # Ignored: ungoverned by this flow. An authoritative null clears, as no value does.
            code.add(f"if y is not Outcome.IGNORE: d[{flow.target!r}] = None if y.__class__ is Outcome else y")
        else:
            code.add(f"d[{flow.target!r}] = y")
        if conditions:
            code.leave()
