"""Workflows that make resources and delete them."""

from typing import Any

from tests.unit.workflows.activities.conftest import Staffed
from tests.unit.workflows.conftest import update

MAKE: dict[str, Any] = {
    "activity": "CreateResource",
    "type": "group",
    "attributes": {
        "displayName": "Friends of [//Target/displayName]",
        "Owner": "[//Requestor]",
        "ExplicitMember": "[//Target]",
        "Domain": "[//Target/grade]",
    },
    "result": "group",
}


def _groups(office: Staffed) -> list[int]:
    return [
        row[0]
        for row in office.rows("SELECT id FROM resource WHERE type = ? AND state = 0", office.store.symbol("group"))
    ]


def test_a_resource_is_made_and_goes_on_being_known(office: Staffed) -> None:
    office.happen(MAKE, update("[//WorkflowData/group/Domain]", "=UpperCase([//Target/department])"))
    (office.ids["it"],) = _groups(office)
    made = office.values("it")
    assert made["displayName"] == ["Friends of Ann"]
    assert made["Owner"] == [office.ids["Max"]]
    assert made["ExplicitMember"] == [office.ids["Ann"]]
    assert made["Domain"] == ["SALES"]


def test_a_conflict_is_told(office: Staffed) -> None:
    office.make("group", "Friends of Ann")
    conflict = "/group[displayName = 'Friends of [//Target/displayName]']"
    office.happen({**MAKE, "conflict": conflict, "tries": 1})
    assert len(_groups(office)) == 1
    assert "there is" in office.detail()
    assert office.statuses() == ["Suspended"]


def test_what_is_there_is_used(office: Staffed) -> None:
    there = office.make("group", "Friends of Ann")
    office.happen(
        {**MAKE, "conflict": "/group[displayName = 'Friends of [//Target/displayName]']", "on_conflict": "use"},
        update("[//WorkflowData/group/Domain]", "D"),
    )
    assert _groups(office) == [there]
    assert office.values("Friends of Ann")["Domain"] == ["D"]


def test_as_whoever_asked_only_with_their_rights(office: Staffed) -> None:
    office.happen({**MAKE, "actor": "requestor", "tries": 1})
    assert _groups(office) == []
    assert "No policy rule lets you create a group" in office.detail()


def test_a_type_that_is_not_there(office: Staffed) -> None:
    office.happen({**MAKE, "type": "grupe"})
    assert "There is no type 'grupe'" in office.detail()


def test_resources_are_deleted_all_or_none(office: Staffed) -> None:
    office.make("group", "One", ExplicitMember=["Ann"])
    office.make("group", "Two", ExplicitMember=["Ann"])
    office.make("group", "Three", ExplicitMember=["Bob"])
    office.happen({"activity": "DeleteResources", "resources": "/group[ExplicitMember = '[//Target/ObjectID]']"})
    assert _groups(office) == [office.ids["Three"]]
    assert office.statuses() == ["Completed"]


def test_deleting_nobody_is_nothing(office: Staffed) -> None:
    office.happen({"activity": "DeleteResources", "resources": "/group"})
    assert office.notes() == ["nobody was there"]


def test_the_target_is_deleted_by_default(office: Staffed) -> None:
    office.happen({"activity": "DeleteResources"}, {"activity": "Notification", "to": "[//Requestor]"})
    assert office.see(None, "Ann") is None
    assert office.statuses() == ["Completed"]
    assert [letter.to for letter in office.letters()] == [("max@example.com",)]
