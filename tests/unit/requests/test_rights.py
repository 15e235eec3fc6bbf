"""Rights: positive, for each attribute, by the sets that a resource was in and is in afterwards."""

from mimas.requests.journal import Status
from tests.unit.requests.conftest import Office


def test_without_a_rule_nobody_may_anything(office: Office) -> None:
    for outcome in (
        office.modify("Ann", "Ann", "mobile=9"),
        office.delete("Ada", "Bob"),
        office.create("Ada", "person"),
    ):
        assert outcome.status is Status.DENIED
    assert office.values("Ann")["mobile"] == ["1"]


def test_a_set_of_principals(office: Office) -> None:
    office.rule("admins", "Modify", "mobile", by="Administrators", before="Everybody", after="Everybody")
    assert office.modify("Ada", "Ann", "mobile=9").status is Status.COMPLETED
    assert office.values("Ann")["mobile"] == ["9"]
    assert office.modify("Bob", "Ann", "mobile=8").status is Status.DENIED


def test_each_attribute_needs_a_rule_and_rules_add_up(office: Office) -> None:
    office.rule("mobile", "Modify", "mobile", by="Administrators", before="Everybody", after="Everybody")
    assert office.modify("Ada", "Ann", "mobile=9", "department=IT").status is Status.DENIED
    assert office.values("Ann")["mobile"] == ["1"]
    office.rule("department", "Modify", "department", by="Administrators", before="Everybody", after="Everybody")
    assert office.modify("Ada", "Ann", "mobile=9", "department=IT").status is Status.COMPLETED


def test_relative_to_the_resource(office: Office) -> None:
    office.rule("self", "Modify", "mobile", relative="ObjectID", before="Everybody", after="Everybody")
    office.rule("team", "Modify", "grade", relative="manager", before="Everybody", after="Everybody")
    assert office.modify("Ann", "Ann", "mobile=9").status is Status.COMPLETED
    assert office.modify("Ann", "Bob", "mobile=9").status is Status.DENIED
    assert office.modify("Max", "Bob", "grade=4").status is Status.COMPLETED
    assert office.modify("Ann", "Bob", "grade=4").status is Status.DENIED


def test_the_set_that_a_resource_comes_into_counts(office: Office) -> None:
    office.set("Sellers", "/person[department = 'Sales']")
    office.rule("sell", "Modify", "department", by="Administrators", before="Everybody", after="Sellers")
    assert office.modify("Ada", "Bob", "department=IT").status is Status.DENIED
    assert office.values("Bob")["department"] == ["Buying"]
    assert office.modify("Ada", "Bob", "department=Sales").status is Status.COMPLETED


def test_the_set_that_a_resource_was_in_counts(office: Office) -> None:
    office.set("Sellers", "/person[department = 'Sales']")
    office.rule("sell", "Modify", "department", by="Administrators", before="Sellers", after="Everybody")
    assert office.modify("Ada", "Bob", "department=IT").status is Status.DENIED
    assert office.modify("Ada", "Ann", "department=IT").status is Status.COMPLETED


def test_a_rule_that_is_switched_off_or_grants_nothing_or_names_no_set(office: Office) -> None:
    both = {"by": "Administrators", "before": "Everybody", "after": "Everybody"}
    office.rule("off", "Modify", "mobile", Disabled=True, **both)
    office.rule("no grant", "Modify", "mobile", GrantRight=False, **both)
    office.rule("no set", "Modify", "mobile", by="Administrators", before="Everybody")
    assert office.modify("Ada", "Ann", "mobile=9").status is Status.DENIED
    assert office.modify(None, "off", "Disabled=false", type_="ManagementPolicyRule").status is Status.COMPLETED
    assert office.modify("Ada", "Ann", "mobile=9").status is Status.COMPLETED


def test_who_leaves_the_set_of_principals_has_no_right_any_more(office: Office) -> None:
    office.rule("admins", "Modify", "mobile", by="Administrators", before="Everybody", after="Everybody")
    assert office.modify(None, "Administrators", "ExplicitMember-=Ada", type_="Set").status is Status.COMPLETED
    assert office.modify("Ada", "Ann", "mobile=9").status is Status.DENIED


def test_adding_and_removing_are_actions_of_their_own(office: Office) -> None:
    office.rule("teach", "Add", "skills", by="Administrators", before="Everybody", after="Everybody")
    assert office.modify("Ada", "Ann", "skills+=python").status is Status.COMPLETED
    assert office.modify("Ada", "Ann", "skills-=python").status is Status.DENIED
    assert office.modify("Ada", "Ann", "skills=sql").status is Status.DENIED


def test_only_oneself(office: Office) -> None:
    office.make("group", "Choir", joining="open", ExplicitMember=["Bob"])
    office.set("Open", "/group[joining = 'open']")
    office.rule("join", "Add Remove", "ExplicitMember", by="Everybody", before="Open", after="Open", OnlyRequestor=True)
    assert office.modify("Ann", "Choir", "ExplicitMember+=Ann", type_="group").status is Status.COMPLETED
    assert office.modify("Ann", "Choir", "ExplicitMember+=Max", type_="group").status is Status.DENIED
    assert office.modify("Ann", "Choir", "ExplicitMember-=Bob", type_="group").status is Status.DENIED
    assert office.values("Choir")["ComputedMember"] == sorted([office.ids["Ann"], office.ids["Bob"]])


def test_creating_needs_the_set_afterwards_and_the_relation(office: Office) -> None:
    office.set("Groups with an owner", "/group[is-present(Owner)]")
    office.rule("own", "Create", "displayName Owner", relative="Owner", after="Groups with an owner")
    office.rule("look up", "Read", "displayName", by="Everybody", before="Everybody")
    made = office.create("Ann", "group", displayName="Chess", Owner=["Ann"])
    assert made.status is Status.COMPLETED
    assert office.create("Ann", "group", displayName="Poker", Owner=["Bob"]).status is Status.DENIED
    assert office.create("Ann", "group", displayName="Bridge").status is Status.DENIED
    assert office.create("Ann", "group", displayName="Go", Owner=["Ann"], joining="open").status is Status.DENIED
    assert office.rows("SELECT count(*) FROM resource WHERE type = ?", office.store.symbol("group")) == [(1,)]


def test_deleting(office: Office) -> None:
    office.set("Sellers", "/person[department = 'Sales']")
    office.rule("delete", "Delete", by="Administrators", before="Sellers")
    assert office.delete("Ada", "Bob").status is Status.DENIED
    assert office.delete("Ada", "Ann").status is Status.COMPLETED
    assert office.see(None, "Ann") is None


def test_what_is_not_there_and_what_may_not_be_done_sound_alike(office: Office) -> None:
    denied = office.modify("Ann", "Bob", "mobile=9")
    office.ids["Nobody"] = 10**6
    missing = office.modify("Ann", "Nobody", "mobile=9")
    assert denied.message.replace(str(office.ids["Bob"]), "N") == missing.message.replace(str(10**6), "N")
    assert denied.status is missing.status


def test_to_give_the_value_that_is_there_needs_the_right_as_well(office: Office) -> None:
    """Otherwise whoever guesses would learn it."""
    assert office.modify("Ann", "Bob", "mobile=2").status is Status.DENIED
