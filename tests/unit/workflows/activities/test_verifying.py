"""Requests that are held to conditions, to what there is, and to what else is being asked."""

from tests.unit.workflows.activities.conftest import Staffed
from tests.unit.workflows.conftest import delay


def _status(office: Staffed, *texts: str, of: str = "Ann") -> tuple[str, str]:
    number = office.modify("Max", of, *texts).request
    office.worker.work()
    request = office.request(number)
    return request["RequestStatus"][0], "; ".join(request.get("RequestStatusDetail", []))


def test_the_first_condition_that_does_not_hold_is_told(office: Staffed) -> None:
    office.guard(
        {
            "activity": "VerifyRequest",
            "conditions": [
                {"condition": "=IsPresent([//Effective/mobile])", "message": "Everybody has a number."},
                {"condition": "=Len([//Effective/mobile]) < 4", "message": "[//Effective/mobile] is too long."},
            ],
        }
    )
    assert _status(office, "mobile=123456") == ("Denied", "123456 is too long.")
    assert office.values("Ann")["mobile"] == ["1"]
    assert _status(office, "mobile=123") == ("Completed", "")
    assert _status(office, "mobile=") == ("Denied", "Everybody has a number.")


UNIQUE = {
    "activity": "VerifyRequest",
    "unique": [
        {
            "filter": "/person[accountName = '[//Effective/accountName]']",
            "message": "[//Effective/accountName] is taken.",
        }
    ],
}


def test_nobody_else_may_be_found(office: Staffed) -> None:
    office.guard(UNIQUE)
    assert _status(office, "accountName=bob") == ("Denied", "bob is taken.")
    assert _status(office, "accountName=ann", "mobile=5") == ("Completed", "")
    assert _status(office, "accountName=ann2") == ("Completed", "")


def test_a_quotation_mark_asks_for_nothing_else(office: Staffed) -> None:
    office.guard(UNIQUE)
    assert _status(office, "accountName=x' or accountName = 'bob") == ("Completed", "")


def test_of_two_that_ask_for_the_same_the_first_goes_on(office: Staffed) -> None:
    rival = {
        "condition": "=[//ComparedRequest/Delta/accountName] = [//Effective/accountName]",
        "message": "Somebody has asked for that before: [//ComparedRequest/Creator/displayName].",
    }
    office.guard({"activity": "VerifyRequest", "conflicts": [rival]}, delay("1 day"))
    first = office.modify("Max", "Ann", "accountName=new").request
    office.worker.work()
    assert _status(office, "accountName=new", of="Bob") == ("Denied", "Somebody has asked for that before: Max.")
    assert _status(office, "accountName=newer", of="Bob") == ("Authorizing", "")
    office.later(days=1, seconds=1)
    assert office.request(first)["RequestStatus"] == ["Completed"]
    assert office.values("Ann")["accountName"] == ["new"]
    assert office.values("Bob")["accountName"] == ["newer"]
