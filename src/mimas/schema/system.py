"""The types that Mimas itself is made of: policy, requests, workflows, and what shows them.

They have the names and attributes that they have in MIM (Microsoft's SDK, *Resource Management Schema*), so that its
filters and its policy mean here what they meant there. In the short forms below ``*`` says that an attribute holds
several values, ``!`` that it must have one, ``>Type`` what a reference points to, and ``j`` is text with structure.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeAlias

from mimas.schema.attributes import Attribute, Kind

Catalogue: TypeAlias = Mapping[str, Mapping[str, Attribute]]
"""Type of resources → its attributes by their names."""

_KINDS = {
    "s": Kind.STRING,
    "i": Kind.INTEGER,
    "b": Kind.BOOLEAN,
    "d": Kind.DATETIME,
    "r": Kind.REFERENCE,
    "x": Kind.BINARY,
    "j": Kind.STRING,
}

_CORE = "DisplayName:s Description:s CreatedTime:d Creator:r ExpirationTime:d Locale:s"

_TYPES = {
    "ObjectTypeDescription": "Name:s! UsageKeyword:s*",
    "AttributeTypeDescription": (
        "Name:s! DataType:s! Multivalued:b! StringRegex:s IntegerMinimum:i IntegerMaximum:i Localizable:b"
        " UsageKeyword:s*"
    ),
    "BindingDescription": (
        "BoundObjectType:r>ObjectTypeDescription BoundAttributeType:r>AttributeTypeDescription Required:b"
        " StringRegex:s IntegerMinimum:i IntegerMaximum:i Localizable:b UsageKeyword:s* LocalizedDisplayName:s*"
    ),
    "ConstantSpecifier": (
        "BoundObjectType:r>ObjectTypeDescription BoundAttributeType:r>AttributeTypeDescription ConstantValueKey:s!"
    ),
    "Set": "Filter:s ExplicitMember:r* ExcludedMember:r* ComputedMember:r* Temporal:b",
    "ManagementPolicyRule": (
        "ManagementPolicyRuleType:s Disabled:b GrantRight:b! ActionType:s*! ActionParameter:s* PrincipalSet:r>Set"
        " PrincipalRelativeToResource:s ResourceCurrentSet:r>Set ResourceFinalSet:r>Set OnlyRequestor:b"
        " HoldsSynchronization:b"
        " AuthenticationWorkflowDefinition:r*>WorkflowDefinition"
        " AuthorizationWorkflowDefinition:r*>WorkflowDefinition ActionWorkflowDefinition:r*>WorkflowDefinition"
    ),
    "WorkflowDefinition": "RequestPhase:s! Activities:j XOML:s Rules:s RunOnPolicyUpdate:b ClearRegistration:b",
    "EmailTemplate": (
        "EmailTemplateType:s! EmailSubject:s! EmailBody:s! LocalizedEmailSubject:s* LocalizedEmailBody:s*"
    ),
    "FilterScope": "AllowedAttributes:r*>AttributeTypeDescription AllowedMembershipReferences:r*>Set",
    "SearchScopeConfiguration": (
        "SearchScope:s! SearchScopeContext:s*! SearchScopeColumn:s SearchScopeResultObjectType:s"
        " SearchScopeTargetURL:s NavigationPage:s Order:i! UsageKeyword:s*! IsConfigurationType:b"
        " msidmSearchScopeAdvancedFilter:s"
    ),
    "HomepageConfiguration": (
        "NavigationUrl:s! ImageUrl:s Region:i! ParentOrder:i! Order:i! CountXPath:s UsageKeyword:s*"
        " IsConfigurationType:b"
    ),
    "NavigationBarConfiguration": (
        "NavigationUrl:s! ParentOrder:i! Order:i! CountXPath:s UsageKeyword:s* IsConfigurationType:b"
    ),
    "ObjectVisualizationConfiguration": (
        "TargetObjectType:s! AppliesToCreate:b! AppliesToEdit:b! AppliesToView:b! ConfigurationData:s!"
        " StringResources:s IsConfigurationType:b"
    ),
    "Request": (
        "Operation:s! RequestStatus:s! RequestStatusDetail:s* RequestParameter:s* RequestControl:s Target:r"
        " TargetObjectType:s ManagementPolicy:r*>ManagementPolicyRule ParentRequest:r>Request WaitsWith:r>Request"
        " Justification:s"
        " ComputedActor:r* CommittedTime:d msidmCompletedTime:d HasCollateralRequest:b"
        " AuthenticationWorkflowInstance:r*>WorkflowInstance AuthorizationWorkflowInstance:r*>WorkflowInstance"
        " ActionWorkflowInstance:r*>WorkflowInstance"
    ),
    "WorkflowInstance": (
        "WorkflowDefinition:r>WorkflowDefinition Request:r>Request Requestor:r Target:r WorkflowStatus:s!"
        " WorkflowStatusDetail:s*"
    ),
    "Approval": (
        "Request:r>Request Requestor:r WorkflowInstance:r>WorkflowInstance Approver:r* ApprovalThreshold:i!"
        " ApprovalDuration:d! ApprovalStatus:s! ApprovalResponse:r*>ApprovalResponse EndpointAddress:s*"
        " ComputedActor:r*"
    ),
    "ApprovalResponse": "Approval:r>Approval Decision:s! Reason:s Requestor:r OnBehalfOf:r ComputedActor:r*",
    # There is one, which is never written: rules say who may do what with the engine by the names of its attributes.
    "Synchronization": "Accounts:b ConnectorSpaces:b Runs:b Links:b Configuration:b",
    "Delegation": "Delegator:r! Delegate:r! From:d Until:d ForObjectType:s* Reason:s",
}

RUNTIME = frozenset({"Request", "WorkflowInstance", "Approval", "ApprovalResponse"})
"""What comes of being used: it has no documents."""
SCHEMA = frozenset({"ObjectTypeDescription", "AttributeTypeDescription", "BindingDescription"})
"""What tells of the schema: it follows the documents of the kind ObjectType, and has none of its own."""

INDEXED = frozenset({"DisplayName", "Name", "RequestStatus", "ApprovalStatus", "WorkflowStatus", "Operation"})
"""The attributes of these types by which they are searched."""


def _attribute(short: str) -> Attribute:
    name, _, form = short.partition(":")
    form, _, to = form.partition(">")
    return Attribute(
        name,
        _KINDS[form[0]],
        "*" in form,
        to or None,
        required="!" in form,
        indexed=name in INDEXED,
        structured=form[0] == "j",
    )


def _attributes(short: str) -> Mapping[str, Attribute]:
    found = map(_attribute, f"{short} {_CORE}".split())
    return {attribute.name: attribute for attribute in found}


SYSTEM: Catalogue = {name: _attributes(short) for name, short in _TYPES.items()}
"""The types that Mimas itself is made of."""


def extended(type_: str, attributes: Mapping[str, Attribute]) -> dict[str, Attribute]:
    """The attributes of a type whose document has these; a type of Mimas itself keeps its own, and their indexes."""
    own = SYSTEM.get(type_, {})
    found = {n: replace(one, indexed=one.indexed or (n in own and own[n].indexed)) for n, one in attributes.items()}
    return {**own, **found}
