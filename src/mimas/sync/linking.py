"""Stratum 1: which resource a connector object belongs to."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from mimas.language.keys import normals
from mimas.language.results import Outcome
from mimas.language.scope import scope_source
from mimas.schema.attributes import Attribute, Kind
from mimas.schema.values import Value
from mimas.sync.context import Context
from mimas.sync.flows import Load, flow_source, read
from mimas.sync.generated import About, Code, Generated
from mimas.sync.rules import Direct, Flow, JoinCondition, LinkType, ResourceType, SyncRule

KEYS = Attribute("join", multivalued=True)
"""What a computed condition gives is compared as: texts, one or several."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """One join criterion, with the rule it belongs to.

    ``values(v, x)`` → what each condition compares; none where every condition reads an attribute as it is.
    """

    rule: int
    conditions: tuple[JoinCondition, ...]
    values: Generated | None
    binary: tuple[bool, ...]
    """Of each condition: whether binary values are compared, in which every letter counts."""
    choose: Callable[..., int | None] | None
    """``choose(values, candidates)`` → the place of the resource that is meant; none: nobody."""

    def keys(self, values: Mapping[str, Value], context: Context) -> list[list[str]] | None:
        """The keys for each condition; none when a value is missing (MIM: not satisfied)."""
        compared: Sequence[Any]
        if self.values is None:
            compared = [values.get(c.origin.attribute) for c in self.conditions if isinstance(c.origin, Direct)]
        else:
            compared = self.values.call(values, context)
        result = []
        for value, binary in zip(compared, self.binary, strict=True):
            # IgnoreThisFlow is no value, and so no key.
            found = [] if isinstance(value, Outcome) else normals(value, binary=binary)
            if not found:
                return None
            result.append(found)
        return result


@dataclass(frozen=True, slots=True)
class Linker:
    """The linking rules of one (connector, object type), in order of precedence.

    ``scopes(v, x)`` → a bit for each rule that is in scope.
    """

    connector: str
    object_type: str
    rules: tuple[SyncRule, ...]
    criteria: tuple[Criterion, ...]
    scopes: Generated | None

    @property
    def order(self) -> tuple[bool, int]:
        """Those that project go first, by precedence: whoever projects later can then join."""
        projecting = [rule.precedence for rule in self.rules if rule.link is LinkType.PROVISION]
        return (not projecting, min(projecting, default=0))

    def scope(self, values: Mapping[str, Value], context: Context) -> int:
        """The rules in scope, as bits."""
        return self.scopes.call(values, context) if self.scopes else -1

    def projection(self, mask: int) -> int | None:
        """The first rule in scope that projects, by its place in ``rules``."""
        for index, rule in enumerate(self.rules):
            if rule.link is LinkType.PROVISION and mask & (1 << index):
                return index
        return None


def compile_linker(
    rules: list[SyncRule], sources: Mapping[str, Attribute], types: Mapping[str, ResourceType], load: Load
) -> Linker:
    """Compile the linking side of the inbound rules of one object type, and the joins of its outbound rules."""
    criteria = tuple(
        _criterion(index, rule, conditions, sources, types, load)
        for index, rule in enumerate(rules)
        for conditions in rule.join
    )
    return Linker(rules[0].connector, rules[0].object_type, tuple(rules), criteria, compile_scopes(rules, load))


def _criterion(
    index: int,
    rule: SyncRule,
    conditions: tuple[JoinCondition, ...],
    sources: Mapping[str, Attribute],
    types: Mapping[str, ResourceType],
    load: Load,
) -> Criterion:
    values = None
    if not all(isinstance(condition.origin, Direct) for condition in conditions):
        code = Code("join", "v, x")
        code.add("g = v.get")
        texts = [
            flow_source(code, rule, Flow("join", condition.origin), sources, KEYS, load).text
            for condition in conditions
        ]
        code.add(f"return ({', '.join(texts)},)", About(rule.name, "join", rule.place))
        values = code.build()
    choose = cast("Callable[..., int | None]", load(rule.choose)) if rule.choose else None
    known = types[rule.resource_type].attributes
    binary = tuple(is_binary(known.get(condition.resource_attribute)) for condition in conditions)
    return Criterion(index, conditions, values, binary, choose)


def is_binary(attribute: Attribute | None) -> bool:
    """Whether the values of an attribute are compared letter by letter."""
    return attribute is not None and attribute.kind is Kind.BINARY


def compile_scopes(rules: Sequence[SyncRule], load: Load) -> Generated | None:
    """``call(v, x)`` → a bit for each of these rules that is in scope; none where no rule has one."""
    if not any(rule.scope for rule in rules):
        return None
    code = Code("scopes", "v, x")
    code.add("g = v.get; m = 0")
    for index, rule in enumerate(rules):
        condition = scope_source(rule.scope, read, code.names, rule.parameters, load=load) if rule.scope else "True"
        code.add(f"if {condition}: m |= {1 << index}", About(rule.name, "scope", rule.place))
    code.add("return m")
    return code.build()
