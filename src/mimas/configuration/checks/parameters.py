"""Checks of `%Name%`: whether the connector of the rule says what it stands for."""

from collections.abc import Iterator

from mimas.configuration.problem import Problem
from mimas.configuration.world import World
from mimas.language.errors import ExpressionError, closest
from mimas.language.expressions import parse
from mimas.language.expressions.tree import parameters
from mimas.language.scope import Scope, parameter_of
from mimas.schema.places import Place
from mimas.sync.rules import Computed, Flow, SyncRule, Unique


def check_parameters(world: World) -> Iterator[Problem]:
    """Parameters that nobody has set."""
    for rule in world.setup.rules.rules:
        for place, name in _used(rule):
            if name not in rule.parameters:
                meant = closest(name, rule.parameters)
                hint = f"did you mean %{meant}%?" if meant else f"set it in connector {rule.connector}, `parameters`"
                yield Problem(place, f"the parameter %{name}% is not set", hint, rule.name)
    for membership in world.setup.rules.memberships:
        for name in _of_scope(membership.scope):
            message, hint = f"the parameter %{name}% cannot be used here", "only sync rules have a connector to set one"
            yield Problem(membership.place, message, hint, membership.name)


def _used(rule: SyncRule) -> Iterator[tuple[Place, str]]:
    for flow in rule.flows:
        for text in _texts(flow):
            yield from ((flow.place, name) for name in _of_text(text))
    for condition in (condition for criterion in rule.join for condition in criterion):
        if isinstance(condition.origin, Computed):
            yield from ((rule.place, name) for name in _of_text(condition.origin.text))
    yield from ((rule.place, name) for name in _of_scope(rule.scope))


def _texts(flow: Flow) -> tuple[str, ...]:
    match flow.origin:
        case Computed(text):
            return (text,)
        case Unique(candidates):
            return candidates
    return ()


def _of_scope(scope: Scope) -> Iterator[str]:
    for clause in (clause for group in scope for clause in group):
        if clause.value.startswith("="):
            yield from _of_text(clause.value[1:])
        elif name := parameter_of(clause):
            yield name


def _of_text(text: str) -> list[str]:
    try:
        return sorted(parameters(parse(text)))
    except ExpressionError:
        return []  # told where the expression is checked
