"""Groups that are held to what a directory allows."""

from typing import Any

import pytest

from mimas.requests.wishes import Change, Mode, Operation, Wish
from tests.unit.workflows.activities.conftest import Staffed


@pytest.fixture
def directory(office: Staffed) -> Staffed:
    """Whoever may do what to groups, once they are valid."""
    office.workflow("valid", "Authorization", {"activity": "GroupValidation"})
    grants = {"by": "Everybody", "before": "Groups", "after": "Groups", "AuthorizationWorkflowDefinition": "valid"}
    office.rule("groups", "Create Modify Add Remove", **grants)
    return office


def _status(office: Staffed, number: int) -> str:
    office.worker.work()
    request = office.request(number)
    return "; ".join(request.get("RequestStatusDetail", [])) or str(request["RequestStatus"][0])


def _make(office: Staffed, name: str, **values: Any) -> str:
    return _status(office, office.create("Max", "group", displayName=name, **values).request)


def _add(office: Staffed, group: str, *members: str) -> str:
    change = Change("ExplicitMember", Mode.INSERT, tuple(office.ids[name] for name in members))
    wish = Wish(Operation.PUT, "group", office.ids[group], (change,))
    return _status(office, office.requests.submit(office.ids["Max"], wish)[0].request)


def test_account_names_are_unique_within_a_domain(directory: Staffed) -> None:
    assert _make(directory, "One", AccountName="team", Domain="A") == "Completed"
    assert _make(directory, "Two", AccountName="Team", Domain="A") == "The account name 'Team' is taken in A."
    assert _make(directory, "Two", AccountName="team", Domain="B") == "Completed"
    assert _make(directory, "Four", AccountName="four") == "The group has the account name 'four' and no Domain."


def test_people_have_account_names_too(directory: Staffed) -> None:
    assert _make(directory, "Ann's", AccountName="ann", Domain="A") == "The account name 'ann' is taken in A."


def test_an_owner_who_consents_has_to_be_there(directory: Staffed) -> None:
    joined = {"MembershipAddWorkflow": "Owner Approval"}
    assert "no Owner" in _make(directory, "One", **joined)
    assert _make(directory, "One", **joined, Owner=["Ann"]) == "Completed"
    assert "none of its owners" in _make(directory, "Two", Owner=["Ann"], DisplayedOwner="Bob")


def test_a_criteria_group_is_locked(directory: Staffed) -> None:
    assert "MembershipLocked" in _make(directory, "One", Filter="/person[department = 'IT']")
    assert _make(directory, "One", Filter="/person[department = 'IT']", MembershipLocked=True) == "Completed"


@pytest.mark.parametrize(
    ("outer", "inner", "said"),
    [
        (("Universal", "Security", "A"), ("Global", "Security", "B"), "Completed"),
        (("Universal", "Security", "A"), ("DomainLocal", "Security", "A"), "scope DomainLocal cannot be in"),
        (("Global", "Security", "A"), ("Global", "Security", "A"), "Completed"),
        (("Global", "Security", "A"), ("Global", "Security", "B"), "its own domain, B"),
        (("Global", "Security", "A"), ("Universal", "Security", "A"), "scope Universal cannot be in"),
        (("DomainLocal", "Security", "A"), ("Universal", "Security", "B"), "Completed"),
        (("DomainLocal", "Security", "A"), ("DomainLocal", "Security", "B"), "its own domain, B"),
        (("Global", "Security", "A"), ("Global", "Distribution", "A"), "a distribution group cannot be in a security"),
        (("Global", "Distribution", "A"), ("Global", "Security", "A"), "Completed"),
    ],
)
def test_groups_within_groups(
    directory: Staffed, outer: tuple[str, str, str], inner: tuple[str, str, str], said: str
) -> None:
    for name, (scope, type_, domain) in (("Outer", outer), ("Inner", inner)):
        directory.make("group", name, Scope=scope, Type=type_, Domain=domain)
    assert said in _add(directory, "Outer", "Ann", "Inner")


def test_a_group_that_is_in_another_stays_fit_for_it(directory: Staffed) -> None:
    directory.make("group", "Inner", Scope="Global", Type="Security", Domain="A")
    directory.make("group", "Outer", Scope="Global", Type="Security", Domain="A", ExplicitMember=["Inner"])
    number = directory.modify("Max", "Inner", "Scope=Universal", type_="group").request
    assert "could not be so any more" in _status(directory, number)
