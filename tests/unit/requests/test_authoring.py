"""Who belongs to a set tells what its filter asks: its author must be able to read that of everybody."""

from mimas.requests.journal import Status
from tests.unit.requests.conftest import Office


def rules(office: Office) -> None:
    """Administrators look after sets, and read names of everybody and the departments of sellers only."""
    office.set("All sets", "/Set")
    office.set("Sellers", "/person[department = 'Sales']")
    both = {"by": "Administrators", "before": "All sets", "after": "All sets"}
    office.rule("sets", "Create Modify", "DisplayName Filter", **both)
    office.rule("names", "Read", "displayName", by="Administrators", before="Everybody")
    office.rule("sellers", "Read", "department", by="Administrators", before="Sellers")
    office.rule("own", "Read", "*", relative="ObjectID", before="Everybody")


def test_what_may_be_read_of_everybody(office: Office) -> None:
    rules(office)
    made = office.create("Ada", "Set", DisplayName="B", Filter="/person[starts-with(displayName, 'B')]")
    assert made.status is Status.COMPLETED


def test_what_may_be_read_of_some_only(office: Office) -> None:
    rules(office)
    refused = office.create("Ada", "Set", DisplayName="S", Filter="/person[department = 'Sales']")
    assert refused.status is Status.FAILED
    assert "department of person" in refused.message


def test_what_is_asked_of_others_counts_too(office: Office) -> None:
    rules(office)
    office.rule("managers", "Read", "manager", by="Administrators", before="Everybody")
    text = "/person[manager = /person[department = 'Sales']]"
    assert office.create("Ada", "Set", DisplayName="S", Filter=text).status is Status.FAILED
    text = "/person[manager = /person[displayName = 'Max']]"
    assert office.create("Ada", "Set", DisplayName="S", Filter=text).status is Status.COMPLETED


def test_a_filter_that_is_wrong(office: Office) -> None:
    for text in ("/person[", "/person[nothing = 'x']", "/nobody"):
        assert office.create(None, "Set", DisplayName="S", Filter=text).status is Status.FAILED, text
