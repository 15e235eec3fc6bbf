"""What people call an attribute, where its type does not say it."""

from mimas.schema.attributes import Attribute
from mimas.web.wording import Words
from mimas.workflows import changes


def _(text: str) -> str:
    """Marks what is translated where it is shown."""
    return text


LABELS = {
    "DisplayName": _("Name"),
    "displayName": _("Name"),
    "Description": _("Description"),
    "description": _("Description"),
    "accountName": _("Account name"),
    "givenName": _("First name"),
    "sn": _("Last name"),
    "mail": _("Mail address"),
    "telephoneNumber": _("Telephone"),
    "mobile": _("Mobile telephone"),
    "department": _("Department"),
    "manager": _("Manager"),
    "Manager": _("Manager"),
    "ExplicitMember": _("Listed members"),
    "ExcludedMember": _("Excluded members"),
    "ComputedMember": _("Members"),
    "Owner": _("Owners"),
    "Filter": _("Filter"),
    "MembershipAddWorkflow": _("How one joins"),
    "ExpirationTime": _("Ends on"),
    "CreatedTime": _("Made on"),
    "Creator": _("Made by"),
    "Delegator": _("Who is away"),
    "Delegate": _("Deputy"),
    "From": _("From"),
    "Until": _("Until"),
    "ForObjectType": _("Only for these types"),
    "Reason": _("Reason"),
}
"""Of MIM's attributes, and of those that nearly every directory has."""


def label(name: str, attribute: Attribute | None, language: str) -> str:
    """What the type says, or what the attribute is called everywhere, or its name."""
    own = changes.label(name, attribute, language)
    return Words(language)(LABELS[name]) if own == name and name in LABELS else own
