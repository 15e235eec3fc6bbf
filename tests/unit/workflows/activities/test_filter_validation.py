"""Filters that are held to a scope."""

import pytest

from mimas.requests.schema import show
from mimas.store.identifying import finder
from tests.unit.workflows.activities.conftest import Staffed


@pytest.fixture
def scoped(office: Staffed) -> Staffed:
    """Everybody may make sets; filters may ask for the department, and for the members of one set."""
    with office.store.transaction() as tx:
        show(tx, office.engine.symbols)
        department = finder(tx)("AttributeTypeDescription/department")
    office.set("Open", "/person[department = 'Sales']")
    office.set("Closed", "/person[department = 'IT']")
    values = {"AllowedAttributes": [department], "AllowedMembershipReferences": ["Open"]}
    office.make("FilterScope", "narrow", **values)
    office.workflow("filters", "Authorization", {"activity": "FilterValidation", "scope": "narrow"})
    office.set("Sets", "/Set")
    places = {"by": "Everybody", "before": "Sets", "after": "Sets", "AuthorizationWorkflowDefinition": "filters"}
    office.rule("sets", "Create Modify", **places)
    office.rule("reading sets", "Read", by="Everybody", before="Sets")
    return office


def _make(office: Staffed, text: str) -> str:
    number = office.create("Max", "Set", DisplayName="new", Filter=text).request
    office.worker.work()
    request = office.request(number)
    return "; ".join(request.get("RequestStatusDetail", [])) or str(request["RequestStatus"][0])


def test_attributes(scoped: Staffed) -> None:
    assert _make(scoped, "/person[department = 'Sales' and ObjectType = 'person']") == "Completed"
    assert _make(scoped, "/person[department = 'Sales' and mobile = '1']") == "A filter here may not ask for 'mobile'."
    assert _make(scoped, "/person[manager = /person[grade = 3]]") == "A filter here may not ask for 'grade'."


def test_members_of_sets(scoped: Staffed) -> None:
    inside = "/person[ObjectID = /Set[ObjectID = '{}']/ComputedMember]"
    assert _make(scoped, inside.format(scoped.ids["Open"])) == "Completed"
    assert "members of any other set" in _make(scoped, inside.format(scoped.ids["Closed"]))


def test_what_has_no_filter_is_let_through(scoped: Staffed) -> None:
    number = scoped.create("Max", "Set", DisplayName="new", ExplicitMember=["Ann"]).request
    scoped.worker.work()
    assert scoped.request(number)["RequestStatus"] == ["Completed"]
