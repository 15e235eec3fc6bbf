"""Which attributes of a type belong to sync rules; every other one belongs to the store, and is written by requests."""

from collections.abc import Mapping

from mimas.sync.rules import Direction, RuleSet


def owners(rules: RuleSet) -> dict[str, Mapping[str, str]]:
    """Type → attribute → the inbound rule that writes it, the one of the lowest precedence number where several do."""
    found: dict[str, dict[str, str]] = {}
    for rule in sorted(rules.rules, key=lambda rule: rule.precedence):
        if rule.direction is Direction.INBOUND:
            of = found.setdefault(rule.resource_type, {})
            for flow in rule.flows:
                of.setdefault(flow.target, f"'{rule.name}'")
    for membership in rules.memberships:
        found.setdefault(membership.resource_type, {}).setdefault(membership.attribute, f"'{membership.name}'")
    return dict(found)
