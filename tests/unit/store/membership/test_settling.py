"""Members of sets and groups follow whatever they depend on, in the transaction that changes it."""

from typing import Any

import pytest

from mimas.store.membership import count, members, of, settle
from mimas.store.membership.holders import current
from mimas.store.store import Store
from tests.unit.store.membership.conftest import CATALOGUE, Office

SALES = "/Person[Department = 'Sales']"


def test_whoever_comes_to_fit_a_filter_enters_and_whoever_fits_no_more_leaves(office: Office) -> None:
    sales = office.make("Set", "sales", Filter=SALES)
    ann = office.make("Person", "ann", Department="SALES")
    bob = office.make("Person", "bob", Department="IT")
    assert office.members(sales) == "ann"
    office.change(bob, Department="sales")
    office.change(ann, Department=None)
    assert office.members(sales) == "bob"


def test_a_new_set_takes_those_that_are_there_already(office: Office) -> None:
    for name, department in ("ann", "Sales"), ("bob", "IT"), ("cid", "Sales"):
        office.make("Person", name, Department=department)
    sales = office.make("Set", "sales", Filter=SALES)
    everything = office.make("Set", "everything", Filter="/*")
    assert office.members(sales) == "ann cid"
    assert office.members(everything) == "ann bob cid everything sales"


def test_another_filter_takes_others(office: Office) -> None:
    office.make("Person", "ann", Department="Sales")
    office.make("Group", "staff", Department="IT")
    one = office.make("Set", "one", Filter=SALES)
    office.change(one, Filter="/Group[Department = 'IT']")
    assert office.members(one) == "staff"
    office.change(one, Filter=None)
    assert office.members(one) == ""


def test_listed_members_belong_to_it_and_excluded_ones_do_not(office: Office) -> None:
    ann, bob = (office.make("Person", name, Department="Sales") for name in ("ann", "bob"))
    cid = office.make("Person", "cid", Department="IT")
    one = office.make("Set", "one", Filter=SALES, ExplicitMember=[cid], ExcludedMember=[bob])
    assert office.members(one) == "ann cid"
    office.change(one, ExcludedMember=[ann, cid])
    assert office.members(one) == "bob"
    office.change(one, ExplicitMember=[], ExcludedMember=[])
    assert office.members(one) == "ann bob"


def test_a_set_without_a_filter_has_those_that_are_listed(office: Office) -> None:
    ann, bob = office.make("Person", "ann"), office.make("Person", "bob")
    one = office.make("Set", "one", ExplicitMember=[ann, bob])
    assert office.members(one) == "ann bob"
    office.delete(ann)
    assert office.members(one) == "bob"
    office.revive(ann)
    assert office.members(one) == "ann bob"
    office.erase(bob)
    assert office.members(one) == "ann"


def test_a_deleted_set_has_no_members_and_gets_them_back_with_its_life(office: Office) -> None:
    ann = office.make("Person", "ann", Department="Sales")
    bob = office.make("Person", "bob")
    one = office.make("Set", "one", Filter=SALES, ExplicitMember=[bob])
    office.delete(one)
    assert office.members(one) == ""
    office.change(ann, Grade=3)
    assert office.members(one) == ""
    office.revive(one)
    assert office.members(one) == "ann bob"
    office.erase(one)
    assert office.members(one) == ""
    assert office.rows("SELECT resource FROM holder") == []


def test_what_is_read_of_others_is_followed_through_references(office: Office) -> None:
    led = office.make("Set", "led", Filter="/Person[Manager = /Person[Department = 'Sales']]")
    boss = office.make("Person", "boss", Department="IT")
    ann = office.make("Person", "ann", Manager=boss)
    bob = office.make("Person", "bob")
    assert office.members(led) == ""
    office.change(boss, Department="Sales")
    assert office.members(led) == "ann"
    office.change(bob, Manager=boss)
    assert office.members(led) == "ann bob"
    office.change(ann, Manager=None)
    assert office.members(led) == "bob"
    office.delete(boss)
    assert office.members(led) == ""
    office.revive(boss)
    assert office.members(led) == "bob"


def test_it_is_followed_through_several_of_them_and_backwards(office: Office) -> None:
    friends = office.make("Set", "friends", Filter="/Person[Manager = /Person[Department = 'Sales']]/Friend")
    boss, ann, bob = (office.make("Person", name) for name in ("boss", "ann", "bob"))
    office.change(ann, Manager=boss, Friend=[bob])
    assert office.members(friends) == ""
    office.change(boss, Department="Sales")
    assert office.members(friends) == "bob"
    office.change(ann, Friend=[boss, ann])
    assert office.members(friends) == "ann boss"
    office.delete(ann)
    assert office.members(friends) == ""


def test_a_reference_to_somebody_named_by_id_ends_with_them(office: Office) -> None:
    boss = office.make("Person", "boss")
    office.make("Person", "ann", Manager=boss)
    led = office.make("Set", "led", Filter=f"/Person[Manager = '{boss}']")
    assert office.members(led) == "ann"
    office.delete(boss)
    assert office.members(led) == ""


def test_descendants_are_followed_all_the_way(office: Office) -> None:
    below = office.make("Set", "below", Filter="/Person[descendant-in('Friend', /Person[Grade = 1])]")
    first, second, third = (office.make("Person", name) for name in ("first", "second", "third"))
    office.change(second, Friend=[third])
    office.change(first, Friend=[second])
    office.change(first, Grade=1)
    assert office.members(below) == "second third"
    office.change(first, Friend=[])
    assert office.members(below) == ""


def test_sets_of_sets_follow_one_another_whatever_came_first(office: Office) -> None:
    one = office.make("Set", "one", Filter=SALES)
    two = office.make("Set", "two", Filter=f"/Person[ObjectID = /Set[ObjectID = '{one}']/ComputedMember and Grade = 1]")
    three = office.make("Set", "three", Filter=f"/Person[not(ObjectID = /Set[ObjectID = '{two}']/ComputedMember)]")
    ann = office.make("Person", "ann", Department="Sales", Grade=1)
    office.make("Person", "bob", Grade=1)
    assert [office.members(each) for each in (one, two, three)] == ["ann", "ann", "bob"]
    office.change(ann, Department="IT")
    assert [office.members(each) for each in (one, two, three)] == ["", "", "ann bob"]
    office.change(one, Filter="/Person")
    assert [office.members(each) for each in (one, two, three)] == ["ann bob", "ann bob", ""]


def test_membership_of_a_manager_is_followed(office: Office) -> None:
    one = office.make("Set", "one", Filter=SALES)
    led = office.make("Set", "led", Filter=f"/Person[Manager = /Set[ObjectID = '{one}']/ComputedMember]")
    boss = office.make("Person", "boss")
    office.make("Person", "ann", Manager=boss)
    assert office.members(led) == ""
    office.change(one, ExplicitMember=[boss])
    assert office.members(led) == "ann"
    office.change(one, ExcludedMember=[boss])
    assert office.members(led) == ""


def test_a_set_of_sets_follows_their_members(office: Office) -> None:
    sales = office.make("Set", "sales", Filter=SALES)
    used = office.make("Group", "used", Filter="/Set[ComputedMember = /Person]")
    ann = office.make("Person", "ann", Department="Sales")
    assert office.members(used) == "sales"
    office.change(ann, Department="IT")
    assert office.members(used) == ""
    office.change(sales, ExplicitMember=[ann])
    assert office.members(used) == "sales"


def test_sets_that_read_one_another_take_nobody_and_say_so(office: Office) -> None:
    ann = office.make("Person", "ann")
    one = office.make("Set", "one", Filter="/Person", ExplicitMember=[ann])
    two = office.make("Set", "two", Filter=f"/Person[ObjectID = /Set[ObjectID = '{one}']/ComputedMember]")
    office.make("Person", "bob")
    office.change(one, Filter=f"/Person[ObjectID = /Set[ObjectID = '{two}']/ComputedMember]")
    with office.store.reading() as tx:
        problems = current(tx, office.store).problems
    assert "one → two → one" in problems[one]
    assert "two → one → two" in problems[two]
    assert office.members(one) == "ann"
    assert office.members(two) == ""
    office.change(one, Filter="/Person")
    assert office.members(two) == "ann bob"
    with office.store.reading() as tx:
        assert current(tx, office.store).problems == {}


def test_a_filter_that_cannot_be_understood_takes_nobody_and_says_why(office: Office) -> None:
    ann = office.make("Person", "ann", Department="Sales")
    one = office.make("Set", "one", Filter="/Person[Departmnt = 'Sales']", ExplicitMember=[ann])
    office.make("Person", "bob", Department="Sales")
    assert office.members(one) == "ann"
    with office.store.reading() as tx:
        assert "Departmnt" in current(tx, office.store).problems[one]
    office.change(one, Filter=SALES)
    assert office.members(one) == "ann bob"


def test_a_filter_that_was_wrong_is_right_when_the_attribute_has_been_added(office: Office) -> None:
    office.make("Person", "ann", Department="Sales")
    one = office.make("Set", "one", Filter="/Person[Office = 'here']")
    office.store.catalogue = {
        **CATALOGUE,
        "Person": {**CATALOGUE["Person"], "Office": CATALOGUE["Person"]["Department"]},
    }
    bob = office.make("Person", "bob", Office="here")
    assert office.members(one) == "bob"
    office.change(bob, Office="there")
    assert office.members(one) == ""


def test_whoever_does_not_know_the_types_leaves_it_to_the_next(office: Office) -> None:
    sales = office.make("Set", "sales", Filter=SALES)
    ann = office.make("Person", "ann", Department="Sales")
    other = Store(office.store.database.url.render_as_string(hide_password=False))
    with other.transaction() as tx:
        tx.run("UPDATE resource SET doc = ? WHERE id = ?", '{"DisplayName":"ann"}', ann)
    other.close()
    assert office.members(sales) == "ann"
    office.make("Person", "bob")
    assert office.members(sales) == ""


def test_another_process_notices_that_a_set_has_changed(office: Office) -> None:
    sales = office.make("Set", "sales", Filter=SALES)
    other = Office(office.store.database.url.render_as_string(hide_password=False))
    ann = other.make("Person", "ann", Department="IT")
    office.change(sales, Filter="/Person[Department = 'IT']")
    bob = other.make("Person", "bob", Department="IT")
    other.store.close()
    with office.store.reading() as tx:
        assert members(tx, sales, 0, 10) == [ann, bob]
        assert members(tx, sales, ann, 10) == [bob]
        assert count(tx, sales) == 2
        assert of(tx, [ann, sales]) == {ann: {sales}, sales: set()}


def test_what_is_undone_changes_no_filter(office: Office) -> None:
    sales = office.make("Set", "sales", Filter=SALES)
    with office.store.rehearsal() as tx:
        office.change(sales, Filter="/Person[Department = 'IT']")
        settle(tx, office.store, office.clock())
    office.make("Person", "ann", Department="Sales")
    assert office.members(sales) == "ann"


def test_time_alone_brings_people_in_and_out(office: Office) -> None:
    active = office.make("Set", "active", Filter="/Person[EndDate > fn:current-dateTime()]")
    gone = office.make("Set", "gone", Filter="/Person[EndDate <= fn:current-dateTime()]")
    now = office.clock()
    office.make("Person", "ann", EndDate=f"{now.date().isoformat()}")
    bob = office.make("Person", "bob", EndDate=now.replace(year=now.year + 1).strftime("%Y-%m-%dT%H:%M:%SZ"))
    assert (office.members(active), office.members(gone)) == ("bob", "ann")
    office.later(days=200)
    assert (office.members(active), office.members(gone)) == ("bob", "ann")
    office.later(days=200)
    assert (office.members(active), office.members(gone)) == ("", "ann bob")
    assert office.rows("SELECT * FROM due") == []
    office.change(bob, EndDate=None)
    assert office.members(gone) == "ann"


def test_members_of_groups_are_references_that_a_sync_hands_on(office: Office) -> None:
    ann = office.make("Person", "ann", Department="Sales")
    group = office.make("Group", "group", Filter=SALES)
    assert office.members(group) == "ann"
    assert office.rows("SELECT * FROM member") == []
    assert office.rows("SELECT * FROM moved") == [(group, ann)]
    office.change(ann, Department="IT")
    assert office.members(group) == ""


def test_what_a_policy_rule_waits_for_is_written_down_and_nothing_else(office: Office) -> None:
    sales = office.make("Set", "sales", Filter=SALES)
    it = office.make("Set", "it", Filter="/Person[Department = 'IT']")
    rule: dict[str, Any] = {"ManagementPolicyRuleType": "SetTransition", "Disabled": False, "GrantRight": False}
    office.make("ManagementPolicyRule", "in", **rule, ResourceFinalSet=sales)
    office.make("ManagementPolicyRule", "out", **rule, ResourceCurrentSet=it)
    office.make("ManagementPolicyRule", "off", **{**rule, "Disabled": True}, ResourceFinalSet=it)
    ann = office.make("Person", "ann", Department="IT")
    office.change(ann, Department="Sales")
    office.delete(ann)
    assert office.rows("SELECT kind, holder, resource FROM outbox ORDER BY id") == [
        ("entered", sales, ann),
        ("left", it, ann),
    ]


def test_an_installation_without_sets_notes_nothing(office: Office) -> None:
    ann = office.make("Person", "ann", Department="IT")
    with office.store.transaction() as tx:
        tx.run("UPDATE resource SET doc = '{}' WHERE id = ?", ann)
        assert tx.rows("SELECT * FROM stirred") == []


@pytest.mark.parametrize("nested", [False, True])
def test_what_only_a_nested_condition_reads_asks_nobody_else(office: Office, nested: bool) -> None:
    """A change that no filter reads of others is not followed: the employees of a manager who moves house."""
    filter_ = "/Person[Manager = /Person[Department = 'Sales']]" if nested else SALES
    office.make("Set", "one", Filter=filter_)
    boss = office.make("Person", "boss", Department="Sales")
    for name in ("ann", "bob"):
        office.make("Person", name, Manager=boss)
    from mimas.store.membership import changes
    from mimas.store.membership.following import follow

    for values, expected in ({"Grade": 7}, 0), ({"Department": "IT"}, 2 if nested else 0):
        with office.store.rehearsal() as tx:
            office.change(boss, **values)
            found = changes.take(tx, office.store)
            paths = current(tx, office.store).paths
            assert len(follow(tx, office.store, paths, found)) == expected
