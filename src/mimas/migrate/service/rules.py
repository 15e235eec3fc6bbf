"""Portal sync rules (SynchronizationRule) as documents of the kind SyncRule; one in both directions becomes two.

Reference: Microsoft's *Understanding Data Synchronization with External Systems*, and the SDK's SynchronizationRule.
"""

from collections.abc import Iterator, Mapping

from mimas.configuration import notation
from mimas.migrate.elements import Element, Outcome
from mimas.migrate.migration import Migration
from mimas.migrate.service import clauses
from mimas.migrate.service.flows import PortalFlow, flow
from mimas.migrate.service.half import FLOW_LISTS, NO_PARAMETERS, Around, Half
from mimas.migrate.service.keeping import kept_file
from mimas.migrate.service.known import Known
from mimas.migrate.service.objects import Exported, identifier, line, settle
from mimas.migrate.service.policy import Policy
from mimas.migrate.service.schema import Use

KIND = "SynchronizationRule"
_OWN = "the Service's own bookkeeping"
_BOOKKEEPING = (
    *("ObjectID", "ObjectType", "CreatedTime", "Creator", "ResourceTime", "MVObjectID", "Locale", "DeletedTime"),
    *("DetectedRulesList", "ExpectedRulesList", "ExpirationTime"),
)
_READ = (
    *("DisplayName", "Description", "FlowType", "ManagementAgentID", "ConnectedSystem", "ConnectedObjectType"),
    *("ILMObjectType", "Precedence", "CreateILMObject", "CreateConnectedSystemObject", "msidmOutboundIsFilterBased"),
    "DisconnectConnectedSystemObject",
)


class Rules:
    """All portal sync rules of an export."""

    def __init__(
        self,
        found: list[Exported],
        migration: Migration,
        known: Known,
        agents: Mapping[str, str],
        policy: Policy,
    ) -> None:
        """``agents``: the connectors that management agents became, by the agents' GUIDs in capitals and braces."""
        self._found = found
        self._around = Around(migration, known, agents, policy, {one.id: one for one in found if one.id})
        self._made: set[str] = set()

    @property
    def uses(self) -> dict[str, Use]:
        """What the rules read and write of resources, by the name of their type in small letters."""
        uses: dict[str, Use] = {}
        for rule in self._found:
            if type_ := rule.text("ILMObjectType"):
                use = uses.setdefault(type_.lower(), Use(type_))
                use.joined_by.update(clauses.join(rule.texts("RelationshipCriteria")).joined_by)
                for name in (*use.joined_by, *self._used(rule)):
                    use.attributes.setdefault(name.lower(), name)
        return uses

    def _used(self, rule: Exported) -> Iterator[str]:
        for name in FLOW_LISTS:
            for _, one in self._flows(rule, name):
                yield from one.resource_attributes
        if rule.is_true("msidmOutboundIsFilterBased"):
            for item in clauses.scope(rule.texts("msidmOutboundScopingFilters")).items:
                yield notation.clause(item)["attribute"]

    def carry(self) -> None:
        """Write them, and account for them."""
        migration = self._around.migration
        for rule in self._found:
            flows = {name: self._flows(rule, name) for name in FLOW_LISTS}
            directions = _directions(rule, [one for some in flows.values() for _, one in some])
            secret = False
            for inbound in directions:
                suffix = f" ({'inbound' if inbound else 'outbound'})" if len(directions) > 1 else ""
                name = self._around.known.free("SyncRule", rule.title + suffix)
                half = Half(rule, self._around, name, flows, inbound=inbound)
                migration.drafts.append(half.draft())
                self._made.add(name)
                secret = secret or half.secret
            _leave_out(directions, [pair for some in flows.values() for pair in some])
            if not secret:
                # What stands aside, or in a comment, is better understood with the rule as it was.
                migration.kept.setdefault(kept_file(KIND), []).append(rule.element)
            self._account(rule)
        if shared := self._shared():
            what = ", ".join(line(name) for name in shared[:10]) + (", …" if len(shared) > 10 else "")
            migration.report.to_do.append(
                f"Several inbound rules give {what}. MIM ranked their flows attribute by attribute; here the rules'"
                " `precedence` decides: look at it."
            )

    def _shared(self) -> list[str]:
        """What several inbound rules in force give, one of them from the portal: type and attribute."""
        givers: dict[str, set[str]] = {}
        for one in self._around.migration.drafts:
            if one.kind == "SyncRule" and not one.aside and one.body.get("direction") == "inbound":
                for target in one.body.get("flows", {}):
                    givers.setdefault(f"{one.body.get('resource')}.{target}", set()).add(one.name)
        return sorted(name for name, some in givers.items() if len(some) > 1 and some & self._made)

    def _flows(self, rule: Exported, name: str) -> list[tuple[Element, PortalFlow]]:
        held = rule.held.get(name)
        return [(value, flow(value.text)) for value in held.values if value.text] if held is not None else []

    def _account(self, rule: Exported) -> None:
        for name in _BOOKKEEPING:
            rule.mark(name, Outcome.NOT_APPLICABLE, _OWN)
        if identifier(rule.text("Dependency")) in self._around.rules:
            rule.mark("Dependency", Outcome.DIFFERENT, "a dependent rule has the scope of the other one as well")
        elif rule.text("Dependency"):
            rule.mark("Dependency", Outcome.PERSON, "the rule it depends on is not in the file")
        for name in (
            *_READ,
            *FLOW_LISTS,
            "ConnectedSystemScope",
            "msidmOutboundScopingFilters",
            "RelationshipCriteria",
        ):
            rule.mark(name, Outcome.CARRIED)
        rule.mark("SynchronizationRuleParameters", Outcome.PERSON, NO_PARAMETERS)
        for held in rule.held.values():
            if held.element.outcome is Outcome.UNKNOWN:
                held.mark(Outcome.KEPT, "an attribute of the sync rule that is not known")
        for one in rule.element.walk():
            if one.tag in ("Source", "ObjectIdentifier", "IsPlaceholder"):
                one.mark(Outcome.NOT_APPLICABLE, _OWN)
        settle(rule.element, Outcome.CARRIED)


def _directions(rule: Exported, flows: list[PortalFlow]) -> list[bool]:
    """Whether inbound, for each direction the rule has."""
    known = {"0": [True], "1": [False], "2": [True, False]}.get(rule.text("FlowType"))
    if known is not None:
        return known
    return sorted({not one.outbound for one in flows if one.target}, reverse=True) or [True]


def _leave_out(directions: list[bool], flows: list[tuple[Element, PortalFlow]]) -> None:
    """Flows in a direction that the rule does not have did nothing."""
    for value, one in flows:
        if (not one.outbound) not in directions:
            value.mark(Outcome.NOT_APPLICABLE, "it flows in the direction that the rule does not have")
