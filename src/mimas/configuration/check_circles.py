"""Checks of rules that undo one another: an account is made because of what only the account says."""

from collections.abc import Iterator

from mimas.configuration.problem import Problem
from mimas.configuration.world import World
from mimas.language.errors import ExpressionError
from mimas.language.scope import scope_attributes
from mimas.sync.rules import Direction, LinkType, SyncRule


def check_circles(world: World) -> Iterator[Problem]:
    """Provisioning rules whose scope reads what only inbound rules on the objects they make write.

    When such an object is there, the answer changes; when it is gone, it changes back: an account that comes and goes
    with every run. Flows need no such check, for what was put into a system is no contribution (see
    `mimas.runs.echoes`).
    """
    rules = world.setup.rules.rules
    writers: dict[tuple[str, str], list[SyncRule]] = {}
    for rule in rules:
        if rule.direction is Direction.INBOUND:
            for flow in rule.flows:
                writers.setdefault((rule.resource_type, flow.target), []).append(rule)
    for rule in rules:
        if rule.direction is Direction.INBOUND or rule.link is not LinkType.PROVISION:
            continue
        made = (rule.connector, rule.object_type)
        for name in sorted(_asked(rule)):
            said_by = writers.get((rule.resource_type, name), [])
            if said_by and all((writer.connector, writer.object_type) == made for writer in said_by):
                document = world.documents["SyncRule", rule.name]
                circle = f"'{said_by[0].name}' writes '{name}' from those objects only"
                message = (
                    f"makes objects of {rule.connector} depending on '{name}', and {circle}: they would come and go"
                )
                yield document.warning(("scope",), message, "let the scope read something that another system says")


def _asked(rule: SyncRule) -> frozenset[str]:
    try:
        return scope_attributes(rule.scope) - {""}
    except ExpressionError:
        return frozenset()  # told where scopes are checked
