"""Checks of rules that undo one another: an account is made because of what only the account says."""

from collections.abc import Iterator

from mimas.configuration.problem import Problem
from mimas.configuration.world import World
from mimas.language.errors import ExpressionError
from mimas.language.scope import Operator, scope_attributes
from mimas.sync.flows import reads
from mimas.sync.rules import Direction, LinkType, SyncRule


def check_circles(world: World) -> Iterator[Problem]:
    """Provisioning rules whose scope reads what only inbound rules on the objects they make write.

    When such an object is there, the answer changes; when it is gone, it changes back: an account that comes and goes
    with every run. Flows that come back to where they began are in `check_echoes`.
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


def check_undoing(world: World) -> Iterator[Problem]:
    """Inbound rules for objects where an attribute is absent, which an outbound rule fills from what they give.

    The scope of an inbound rule sees everything, also what Mimas put there: once it is filled the rule ends, what it
    gave is withdrawn, and the attribute is cleared again.
    """
    rules = world.setup.rules.rules
    inbound = [rule for rule in rules if rule.direction is Direction.INBOUND]
    for out in (rule for rule in rules if rule.direction is Direction.OUTBOUND):
        for flow in out.flows:
            names = () if flow.once else sorted(reads(flow.origin) or ())
            for name in names:
                givers = [
                    rule
                    for rule in inbound
                    if rule.resource_type == out.resource_type and name in {given.target for given in rule.flows}
                ]
                if givers and all(_only_without(rule, out, flow.target) for rule in givers):
                    document = world.documents["SyncRule", givers[0].name]
                    message = (
                        f"is for objects without '{flow.target}', which '{out.name}' ({flow.place}) fills from "
                        f"'{name}', which only this gives: it would come and go"
                    )
                    hint = "let the scope ask something else, or let another rule give the value"
                    yield document.warning(("scope",), message, hint)


def _only_without(rule: SyncRule, out: SyncRule, attribute: str) -> bool:
    same = (rule.connector, rule.object_type) == (out.connector, out.object_type)
    absent = [any(c.attribute == attribute and c.operator is Operator.ISNULL for c in group) for group in rule.scope]
    return same and bool(absent) and all(absent)


def _asked(rule: SyncRule) -> frozenset[str]:
    try:
        return scope_attributes(rule.scope) - {""}
    except ExpressionError:
        return frozenset()  # told where scopes are checked
