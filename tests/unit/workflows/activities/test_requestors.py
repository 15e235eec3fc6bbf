"""People who add themselves to a group, and others."""

import pytest

from mimas.requests.wishes import Change, Mode, Operation, Wish
from tests.unit.workflows.activities.conftest import Staffed


@pytest.fixture
def club(office: Staffed) -> Staffed:
    """A group that Max owns, and that everybody may change as far as the workflow lets them."""
    office.make("group", "Club", Owner=["Max"], ExplicitMember=["Bob"])
    places = {"by": "Everybody", "before": "Groups", "after": "Groups"}
    office.rule("join", "Add Remove", "ExplicitMember", **places)
    return office


def _guard(club: Staffed, *, owners: bool) -> None:
    club.workflow("self", "Authorization", {"activity": "RequestorValidation", "owner_authorization": owners})
    named = {"by": "Everybody", "before": "Groups", "after": "Groups", "AuthorizationWorkflowDefinition": "self"}
    club.rule("only self", "Add Remove", "ExplicitMember", **{**named, "GrantRight": False})


def _ask(club: Staffed, who: str, mode: Mode, *whom: str) -> str:
    change = Change("ExplicitMember", mode, tuple(club.ids[name] for name in whom))
    wish = Wish(Operation.PUT, "group", club.ids["Club"], (change,))
    number = club.requests.submit(club.ids[who], wish)[0].request
    club.worker.work()
    return str(club.request(number)["RequestStatus"][0])


def test_everybody_for_themselves(club: Staffed) -> None:
    _guard(club, owners=False)
    assert _ask(club, "Ann", Mode.INSERT, "Ann") == "Completed"
    assert _ask(club, "Ann", Mode.REMOVE, "Bob") == "Denied"
    assert _ask(club, "Ann", Mode.INSERT, "Ada") == "Denied"
    assert _ask(club, "Max", Mode.INSERT, "Ada") == "Denied"
    assert _ask(club, "Ann", Mode.REMOVE, "Ann") == "Completed"
    assert club.values("Club")["ExplicitMember"] == [club.ids["Bob"]]


def test_owners_for_everybody(club: Staffed) -> None:
    _guard(club, owners=True)
    assert _ask(club, "Max", Mode.INSERT, "Ada", "Ann") == "Completed"
    assert _ask(club, "Ann", Mode.REMOVE, "Bob") == "Denied"


def test_a_list_in_place_of_another_is_what_it_adds_and_removes(club: Staffed) -> None:
    _guard(club, owners=False)
    assert _ask(club, "Ann", Mode.REPLACE, "Bob", "Ann") == "Completed"
    assert _ask(club, "Ann", Mode.REPLACE, "Ann") == "Denied"
