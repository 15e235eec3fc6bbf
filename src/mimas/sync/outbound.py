"""Outbound rules of one resource type towards one object type, as one generated function."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import cast

from mimas.language.scope import scope_source
from mimas.schema.attributes import NAME, Attribute, ObjectType
from mimas.schema.values import Value
from mimas.sync.flows import Load, Source, flow_source, is_reference, read, write_display
from mimas.sync.generated import About, Code, Generated
from mimas.sync.linking import compile_scopes
from mimas.sync.rules import Computed, Deprovision, Direct, Flow, LinkType, ResourceType, SyncRule


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
    references: tuple[tuple[str, str, str, int], ...]
    """(resource attribute, object attribute, intent, the rule's place in ``rules``) of flows that carry references."""

    rules: tuple[SyncRule, ...]
    scopes: Generated | None
    """``call(v, x)`` → a bit for each rule in scope: what the references need, which are not in ``function``."""
    decide: Callable[..., object] | None = None
    """The function of the provisioning rule that says what happens when it wants the object no more."""
    leaving: Generated | None = None
    """``call(v, x)`` → what an object gets that nobody wants and that is kept."""
    secrets: Generated | None = None
    """``call(v, x)`` → what an object gets when it is made and that is kept nowhere."""

    @property
    def intent(self) -> str:
        """What the objects are for."""
        return self.rules[0].intent

    def deprovision(self, values: Mapping[str, Value]) -> Deprovision:
        """What happens when no provisioning rule wants the object any more. Raises what a function raises."""
        if self.decide is not None:
            return Deprovision(str(self.decide(MappingProxyType(values))))
        return self.provisioning.deprovision if self.provisioning else Deprovision.DISCONNECT


def compile_target(
    number: int, rules: list[SyncRule], type_: ResourceType, object_type: ObjectType, load: Load
) -> Target:
    """Compile the outbound rules of one (resource type, connector, object type), in order of precedence."""
    code = Code(f"outbound_{number}", "v, x")
    code.add("g = v.get")
    references: list[tuple[str, str, str, int]] = []
    plain: list[tuple[str, Source]] = []
    rest: dict[str, list[tuple[Flow, Source]]] = {rule.name: [] for rule in rules}
    refusals: dict[str, list[Source]] = {rule.name: [] for rule in rules}
    written: set[str] = set()
    for place, rule in enumerate(rules):
        for flow in rule.flows:
            if flow.target != NAME and is_reference(flow, type_.attributes, object_type.attributes):
                if isinstance(flow.origin, Computed):
                    # It never has a value: see `mimas.language.expressions.tree.refuses`.
                    refusals[rule.name].append(
                        flow_source(code, rule, flow, type_.attributes, Attribute(flow.target), load)
                    )
                    continue
                assert isinstance(flow.origin, Direct)
                references.append((flow.origin.attribute, flow.target, flow.intent, place))
                continue
            attribute = object_type.attributes.get(flow.target, Attribute(flow.target))
            if attribute.secret:
                continue
            source = flow_source(code, rule, flow, type_.attributes, attribute, load)
            if rule.scope or flow.once or source.outcomes or flow.target in written:
                rest[rule.name].append((flow, source))
            else:
                plain.append((flow.target, source))
            written.add(flow.target)
    write_display(code, plain)
    code.add("p = False; s = False")
    for rule in rules:
        _write_rule(code, rule, rest[rule.name], refusals[rule.name], load)
    code.add("return p, s, d")
    provisioning = next((rule for rule in rules if rule.link is LinkType.PROVISION), None)
    return Target(
        number,
        rules[0].connector,
        object_type,
        type_.name,
        code.build(),
        provisioning,
        tuple(references),
        tuple(rules),
        compile_scopes(rules, load) if references else None,
        cast("Callable[..., object]", load(provisioning.deprovision_by))
        if provisioning and provisioning.deprovision_by
        else None,
        _compile_leaving(number, provisioning, type_, object_type, load)
        if provisioning and provisioning.deprovision_flows
        else None,
        _compile_secrets(number, rules, type_, object_type, load),
    )


def _compile_secrets(
    number: int, rules: list[SyncRule], type_: ResourceType, object_type: ObjectType, load: Load
) -> Generated | None:
    code = Code(f"secrets_{number}", "v, x")
    code.add("g = v.get")
    code.add("d = {}")
    some = False
    for rule in rules:
        for flow in rule.flows:
            attribute = object_type.attributes.get(flow.target)
            if attribute is not None and attribute.secret:
                some = True
                source = flow_source(code, rule, flow, type_.attributes, attribute, load)
                scope = scope_source(rule.scope, read, code.names, rule.parameters, load=load) if rule.scope else "True"
                code.enter(f"if d.get({flow.target!r}) is None and {scope}:", source.about)
                _write_flow(code, flow, source)
                code.leave()
    code.add("return d")
    return code.build() if some else None


def _compile_leaving(
    number: int, rule: SyncRule, type_: ResourceType, object_type: ObjectType, load: Load
) -> Generated:
    code = Code(f"leaving_{number}", "v, x")
    code.add("g = v.get")
    code.add("d = {}")
    for flow in rule.deprovision_flows:
        attribute = object_type.attributes.get(flow.target, Attribute(flow.target))
        _write_flow(code, flow, flow_source(code, rule, flow, type_.attributes, attribute, load))
    code.add("return d")
    return code.build()


def _write_rule(
    code: Code, rule: SyncRule, flows: Sequence[tuple[Flow, Source]], refusals: Sequence[Source], load: Load
) -> None:
    """What one rule adds to what has no condition; the first rule in order that gives a value wins."""
    if rule.scope:
        condition = scope_source(rule.scope, read, code.names, rule.parameters, load=load)
        code.enter(f"if {condition}:", About(rule.name, "scope", rule.place))
    code.add("s = True")
    if rule.link is LinkType.PROVISION:
        code.add("p = True")
    for flow, source in flows:
        code.enter(f"if {'x.new and ' if flow.once else ''}d.get({flow.target!r}) is None:")
        _write_flow(code, flow, source)
        code.leave()
    for refusal in refusals:
        code.add(f"y = {refusal.text}", refusal.about)
    if rule.scope:
        code.leave()


def _write_flow(code: Code, flow: Flow, source: Source) -> None:
    code.add(f"y = {source.text}", source.about)
    if source.outcomes:
        # Ignored: ungoverned by this flow. An authoritative null clears, as no value does.
        code.add(f"if y is not Outcome.IGNORE: d[{flow.target!r}] = None if y.__class__ is Outcome else y")
    else:
        code.add(f"d[{flow.target!r}] = y")
