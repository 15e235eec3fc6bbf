"""What somebody may do with what synchronises."""

from mimas.requests import duties
from mimas.requests.duties import Duty
from tests.unit.requests.conftest import Office


def may(office: Office, who: str | None) -> frozenset[Duty]:
    with office.store.reading() as tx:
        return duties.of(tx, office.store, office.requests.policies, office.ids[who] if who else None)


def ruled(office: Office) -> None:
    office.make("person", "Ann")
    office.make("person", "Bob")
    ann = office.set("Operators", ExplicitMember=office.ids["Ann"])
    it = office.set("Synchronization", "/Synchronization")
    office.rule("reads", "Read", "Accounts ConnectorSpaces", by=ann, before=it)
    office.rule("runs", "Modify", "Runs", by=ann, before=it, after=it)


def test_rules_say_it_by_the_names_of_attributes(office: Office) -> None:
    ruled(office)
    assert may(office, "Ann") == frozenset(), "there is nothing yet that rules could be about"
    office.make("Synchronization", "Synchronization")
    assert may(office, "Ann") == {Duty.ACCOUNTS, Duty.BROWSE, Duty.OPERATE}
    assert may(office, "Bob") == frozenset()


def test_the_owner_of_the_machine_may_do_everything(office: Office) -> None:
    assert may(office, None) == duties.EVERYTHING


def test_whoever_makes_another_gains_nothing(office: Office) -> None:
    ruled(office)
    office.make("Synchronization", "Synchronization")
    mine = office.make("Synchronization", "Bob's")
    bobs, owned = office.set("Bobs", ExplicitMember=office.ids["Bob"]), office.set("Owned", ExplicitMember=mine)
    office.rule("all of it", "Read Modify", "*", by=bobs, before=owned, after=owned)
    assert may(office, "Bob") == frozenset()
