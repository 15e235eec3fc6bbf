"""Whether a group may be as it is to be, in directories that look like Active Directory."""

from collections.abc import Iterator
from itertools import chain

from pydantic import Field

from mimas.schema.values import Scalar
from mimas.workflows.activities.contract import Activity
from mimas.workflows.lookups import Id
from mimas.workflows.outcome import Done, Outcome, Refused
from mimas.workflows.situation import AUTHORIZATION, Situation
from mimas.workflows.wording import shown

_NAME = "accountname"
_CONTAINS = {
    "universal": {"universal", "global"},
    "global": {"global"},
    "domainlocal": {"universal", "global", "domainlocal"},
}
"""Scope of a group → the scopes of groups that may be in it (Active Directory, *Group scope*)."""
_ONE_DOMAIN = {("global", "global"), ("domainlocal", "domainlocal")}
"""(group, group in it) that have to be of one domain."""
_OWNER_APPROVAL = "Owner Approval"


class GroupValidation(Activity):
    """Hold a group to what Active Directory allows, and to having an owner (MIM: *Group Validation*).

    Asked is what the home's groups have attributes for, by MIM's names in any case: that `AccountName` is unique within
    its `Domain`; that a group with an `AccountName` has a `Domain`, where groups have one; that groups within groups
    fit by `Scope`, `Type` and `Domain`; that whoever joins by "Owner Approval" (`MembershipAddWorkflow`) finds an
    `Owner`, and that `DisplayedOwner` is one of the owners; that a group with a `Filter` is locked
    (`MembershipLocked`).
    """

    phases = frozenset({AUTHORIZATION})

    members: str = Field("ExplicitMember", description="The attribute that holds the members.")

    def run(self, at: Situation) -> Outcome:
        """Look at the group as it is to be; the first that is wrong is told."""
        looking = _Group(at, self.members)
        wrong = next(chain(looking.named(), looking.owned(), looking.nested()), "")
        return Refused(wrong) if wrong else Done()


class _Group:
    """The group that a request is about, as it is to be."""

    def __init__(self, at: Situation, members: str) -> None:
        self.at = at
        self.members = members
        wish = at.about.request.wish if at.about.request is not None else None
        self.type = wish.type if wish is not None else ""
        self.changed = {change.attribute.casefold() for change in wish.changes} if wish is not None else set()
        self.known = {name.casefold(): name for name in at.store.catalogue.get(self.type, {})}

    def first(self, name: str) -> str:
        """A value of it; empty where it has none, or groups have no such attribute."""
        return self._one(self.at.lookups(f"//Effective/{name}"))

    def _one(self, found: object) -> str:
        values: list[Scalar] = list(found) if isinstance(found, list | tuple) else []
        return str(values[0]) if values else ""

    def named(self) -> Iterator[str]:
        """Its account name."""
        account, domain = self.first("AccountName"), self.first("Domain")
        if not account:
            return
        if "domain" in self.known and not domain:
            yield f"The group has the account name '{account}' and no Domain."
        if "'" in account or "'" in domain:
            yield f"The account name '{account}' has a quotation mark in it."
            return
        within = f" and {self.known['domain']} = '{domain}'" if domain else ""
        types = [
            (type_, name)
            for type_, attributes in self.at.store.catalogue.items()
            for name in attributes
            if name.casefold() == _NAME
        ]
        for type_, name in types:
            has_domain = not within or self.known["domain"] in self.at.store.catalogue[type_]
            text = f"/{type_}[{name} = '{account}'{within if has_domain else ''}]"
            if {*self.at.lookups.select(text)} - {self.at.about.target}:
                yield f"The account name '{account}' is taken{f' in {domain}' if domain else ''}."
                return

    def owned(self) -> Iterator[str]:
        """Whoever has to look after it."""
        owners = self.at.lookups("//Effective/Owner")
        if "owner" in self.known and not owners and self.first("MembershipAddWorkflow") == _OWNER_APPROVAL:
            yield "People join this group when an owner consents, and it has no Owner."
        displayed = self.at.lookups("//Effective/DisplayedOwner")
        if displayed and "owner" in self.known and displayed[0] not in owners:
            yield "The DisplayedOwner of the group is none of its owners."
        if self.first("Filter") and "membershiplocked" in self.known and self.first("MembershipLocked") != "True":
            yield "The members of this group are found by its Filter, so its MembershipLocked has to be true."

    def nested(self) -> Iterator[str]:
        """The groups in it, and those that it is in."""
        own = (self.first("Scope"), self.first("Type"), self.first("Domain"))
        if not own[0] or self.members.casefold() not in self.known:
            return
        whole = self.at.about.target is None or {"scope", "type", "domain"} & self.changed
        path = f"//Effective/{self.members}" if whole else f"//Delta/{self.members}/Added"
        ids = [int(one) for one in self.at.lookups(path) if isinstance(one, Id)]
        for other in self.at.lookups.subjects.load(ids):
            if other.type == self.type and (wrong := _misfit(own, self._form(other.id))):
                yield f"{shown([Id(other.id)], self.at.lookups)} cannot be in this group: {wrong}."
        if whole and self.at.about.target is not None:
            inside = f"/{self.type}[{self.known[self.members.casefold()]} = '{self.at.about.target}']"
            for id_ in self.at.lookups.select(inside):
                if wrong := _misfit(self._form(id_), own):
                    yield f"This group is in another one, and could not be so any more: {wrong}."

    def _form(self, id_: int) -> tuple[str, str, str]:
        scope, type_, domain = (self._one(self.at.lookups.along([id_], [name])) for name in ("scope", "type", "domain"))
        return scope, type_, domain


def _misfit(outer: tuple[str, str, str], inner: tuple[str, str, str]) -> str:
    """Why a group cannot be in another one, each as scope, type and domain; empty where it can, or nobody knows."""
    scopes = outer[0].casefold(), inner[0].casefold()
    if inner[0] and scopes[0] in _CONTAINS and scopes[1] not in _CONTAINS[scopes[0]]:
        return f"groups of the scope {inner[0]} cannot be in those of the scope {outer[0]}"
    if scopes in _ONE_DOMAIN and outer[2] and inner[2] and outer[2].casefold() != inner[2].casefold():
        return f"of the scope {inner[0]} it can only be in groups of its own domain, {inner[2]}"
    if outer[1].casefold() == "security" and inner[1].casefold() == "distribution":
        return "a distribution group cannot be in a security group"
    return ""
