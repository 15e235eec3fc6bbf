"""Everything that can be said against a configuration before it runs. Nothing is contacted, and no extension is run."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from mimas.configuration.build import build
from mimas.configuration.checks.anchors import check_anchors
from mimas.configuration.checks.attributes import check_attributes
from mimas.configuration.checks.circles import check_circles, check_undoing
from mimas.configuration.checks.connectors import check_connectors
from mimas.configuration.checks.echoes import check_echoes
from mimas.configuration.checks.enforcing import check_enforcing
from mimas.configuration.checks.extensions import check_extensions
from mimas.configuration.checks.gaps import check_gaps
from mimas.configuration.checks.parameters import check_parameters
from mimas.configuration.checks.policy import check_policy
from mimas.configuration.checks.precedence import check_precedence
from mimas.configuration.checks.provisioning import check_provisioning
from mimas.configuration.checks.reach import check_reach
from mimas.configuration.checks.references import check_references
from mimas.configuration.checks.resources import check_resources
from mimas.configuration.checks.rules import check_rules
from mimas.configuration.checks.schedules import check_schedules
from mimas.configuration.checks.scopes import check_members, check_scope
from mimas.configuration.checks.secrets import check_secrets
from mimas.configuration.checks.templates import check_templates
from mimas.configuration.problem import Problem, errors, suggest
from mimas.configuration.reading import Document
from mimas.configuration.world import World, look_up
from mimas.language.errors import ExpressionError
from mimas.language.expressions import parse, uses_now
from mimas.language.scope import Scope
from mimas.runs.setup import Step
from mimas.schema.attributes import Attribute, Kind
from mimas.schema.system import SYSTEM

_TOGETHER = (
    check_secrets,
    check_reach,
    check_anchors,
    check_attributes,
    check_precedence,
    check_gaps,
    check_references,
    check_echoes,
    check_circles,
    check_undoing,
)


def check(home: Path, documents: Iterable[Document]) -> list[Problem]:
    """Every error, warning and hint, in the order of files and lines. Extensions are looked for in ``home``."""
    documents = list(documents)
    setup, problems = build(home, documents)
    world = World(setup, {(document.kind, document.name): document for document in reversed(documents)})
    problems += check_connectors(world)
    for part in (
        _types,
        _memberships,
        _profiles,
        check_schedules,
        check_rules,
        check_parameters,
        check_extensions,
        check_enforcing,
        check_provisioning,
        check_resources,
        check_policy,
        check_templates,
    ):
        problems += part(world)
    if not errors(problems):
        # How rules meet one another is only worth saying of rules that are right by themselves.
        for together in _TOGETHER:
            problems += together(world)
    # A function that several rules name is told once.
    once = {(problem.place, problem.message): problem for problem in reversed(problems)}
    return sorted(once.values(), key=lambda problem: (problem.place.file, problem.place.line))


def _types(world: World) -> Iterator[Problem]:
    for name, resource_type in world.setup.rules.types.items():
        document = world.documents["ObjectType", name]
        for attribute in resource_type.attributes.values():
            if attribute.to and attribute.to not in SYSTEM:
                yield from world.named(document, ("attributes", attribute.name), "ObjectType", attribute.to)
            own = SYSTEM.get(name, {}).get(attribute.name, attribute)
            if (own.kind, own.multivalued) != (attribute.kind, attribute.multivalued):
                message = f"'{attribute.name}' of {name} is {_form(own)}, and cannot be {_form(attribute)}"
                hint = "a type of Mimas itself can be given attributes, labels and limits; choose another name"
                yield document.problem(("attributes", attribute.name), message, hint)
        for connector in resource_type.deletion.connectors:
            yield from world.named(document, ("deletion",), "Connector", connector)


def _form(attribute: Attribute) -> str:
    return f"{attribute.kind}, multivalued" if attribute.multivalued else str(attribute.kind)


def _memberships(world: World) -> Iterator[Problem]:
    for membership in world.setup.rules.memberships:
        document = world.documents["Membership", membership.name]
        yield from world.named(document, ("resource",), "ObjectType", membership.resource_type)
        yield from world.named(document, ("of",), "ObjectType", membership.of)
        groups = world.setup.rules.types.get(membership.resource_type)
        members = world.setup.rules.types.get(membership.of)
        if groups:
            yield from look_up(document, ("match",), membership.group_attribute, groups.attributes)
            holder = groups.attributes.get(membership.attribute)
            if holder is None:
                yield from look_up(document, ("attribute",), membership.attribute, groups.attributes)
            elif holder.kind is not Kind.REFERENCE or not holder.multivalued:
                message = f"'{membership.attribute}' of {membership.resource_type} cannot hold members"
                yield document.problem(("attribute",), message, "declare it as `reference, multivalued`")
        if members:
            yield from look_up(document, ("match",), membership.member_attribute, members.attributes)
            yield from world.scope(document, membership.scope, members.attributes)
            yield from check_scope(document, membership.scope, members.attributes)
            yield from check_members(document, membership.scope, None)
        yield from _timeless(document, membership.scope)


def _timeless(document: Document, scope: Scope) -> Iterator[Problem]:
    """Who is a member is kept as a key of the member, which time does not change."""
    for clause in (clause for group in scope for clause in group):
        try:
            timed = clause.value.startswith("=") and uses_now(parse(clause.value[1:]))
        except ExpressionError:
            continue  # told where scopes are checked
        if timed:
            message = "the scope of a membership cannot use Now()"
            hint = "let a sync rule flow the answer to an attribute of the member, and name that attribute here"
            yield document.problem(("scope",), message, hint)


def _profiles(world: World) -> Iterator[Problem]:
    for name, profile in world.setup.profiles.items():
        document = world.documents["RunProfile", name]
        for index, step in enumerate(profile.steps):
            if step.connector is not None:
                yield from world.named(document, ("steps", index), "Connector", step.connector)
                yield from _able(world, document, index, step)


def _able(world: World, document: Document, index: int, step: Step) -> Iterator[Problem]:
    able = world.capabilities.get(step.connector or "")
    if able is None:
        return
    wrong = {
        "export": (not able.write, "is not written to"),
        "full-import": (not able.read, "is not read"),
        "delta-import": (not able.delta, "cannot tell what has changed"),
    }.get(step.kind)
    if wrong and wrong[0]:
        others = suggest("", [name for name, can in world.capabilities.items() if can.delta])
        full = "import it in full" + (f"; with deltas {others}" if others else "")
        hint = full if step.kind == "delta-import" else ""
        yield document.problem(
            ("steps", index),
            f"connector {step.connector} {wrong[1]}",
            hint or "look at its settings, or take the step out",
        )
