"""Why somebody may do something: the rule and its sets, or what lacks."""

from mimas.requests.policy import Action
from mimas.requests.reasons import Answer, why
from mimas.requests.rights import Need
from tests.unit.requests.conftest import Office


def asked(office: Office, who: str, action: Action, target: str | None, attribute: str = "") -> Answer:
    with office.store.reading() as tx:
        policy = office.requests.policies.current(tx)
        about = office.ids[target] if target else None
        return why(tx, office.store, policy, office.ids[who], Need(action, attribute), about, named=target or "it")


def test_the_rule_that_grants_it(office: Office) -> None:
    office.rule("team", "Modify", "mobile", relative="manager", before="Everybody", after="Everybody")
    answer = asked(office, "Max", Action.MODIFY, "Ann", "mobile")
    assert answer.allowed
    assert [reason.rule.name for reason in answer.granting] == ["team"]
    assert "manager of Ann refers to the requestor" in [check.words for check in answer.granting[0].checks]


def test_the_nearest_rule_and_what_lacks(office: Office) -> None:
    office.rule("team", "Modify", "grade", relative="manager", before="Everybody", after="Everybody", Disabled=True)
    office.rule("admins", "Modify", "mobile", by="Administrators", before="Everybody", after="Everybody")
    answer = asked(office, "Bob", Action.MODIFY, "Ann", "mobile")
    assert not answer.allowed
    assert answer.nearest[0].rule.name == "admins"
    assert [check.words for check in answer.nearest[0].lacking] == ["the requestor is not in the set 'Administrators'"]


def test_no_rule_speaks_of_it(office: Office) -> None:
    answer = asked(office, "Bob", Action.DELETE, "Ann")
    assert (answer.granting, answer.nearest) == ((), ())
