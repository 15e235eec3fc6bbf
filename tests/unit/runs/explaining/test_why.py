"""Why a value is what it is: the inputs that are named, whom it was preferred to, where it goes, and references."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from mimas.runs import granting
from mimas.runs.explaining.why import Why, why
from mimas.sync.explain import Decision, Verdict
from mimas.sync.rules import LinkType, Membership, ResourceType
from tests.world import World, attributes, delimited, inbound, outbound, target

HR = delimited("hr", "id name dept mail")
EXT = delimited("ext", "id name title mail")
IN = inbound("hr", {"employeeId": "id", "name": "=Trim([name])", "mail": "mail"}, join=["id=employeeId"], precedence=20)
JOIN = inbound(
    "ext",
    {"name": "name", "title": "title"},
    join=["id=employeeId"],
    link=LinkType.JOIN,
    precedence=10,
    where=["title NOTEQUAL x"],
)
OUT = outbound("app", {"id": "employeeId", "name": "name"}, where=["title NOTEQUAL gone"])
APP = target("app", "id name")
SYNCED = ("import hr", "import ext", "sync")


@pytest.fixture
def quiet(world: World) -> World:
    world.configure([HR, EXT, APP], [IN, JOIN, OUT])
    world.write("hr.csv", {"id": "1", "name": " Ann ", "dept": "it", "mail": "a@x"})
    world.write("ext.csv", {"id": "9", "name": "Zoe", "title": "Dr", "mail": ""})
    world.run(*SYNCED)
    return world


def asked(world: World, attribute: str, target_: int | None = None, key: str = "1") -> Why:
    _ = world.engine.symbols  # names of new rules get their numbers
    before = world.dump()
    found = why(world.engine, world.id_of(key, "employeeId"), attribute, target_)
    assert world.dump() == before
    return found


def inputs(answer: Why) -> set[tuple[Any, ...]]:
    return {(one.kind, one.connector, one.object, one.attribute) for one in answer.inputs}


def test_exactly_what_it_rests_on_is_named(quiet: World) -> None:
    answer = asked(quiet, "mail")
    assert (answer.value, answer.following) == ("a@x", "a@x")
    assert inputs(answer) == {("value", "hr", "1", "mail"), ("link", "hr", "1", "hr in")}
    assert [keeper.key for keeper in answer.keepers] == ["1"]
    assert answer.absent == ()


def test_who_is_not_there_and_would_come_first_is_named_with_the_key(quiet: World) -> None:
    answer = asked(quiet, "name")
    (absent,) = answer.absent
    assert (absent.connector, absent.rule, absent.sought) == ("ext", "ext in", (("employeeId", "1"),))
    assert ("value", "hr", "1", "id") in inputs(answer)
    assert ("value", "hr", "1", "dept") not in inputs(answer)


def test_whom_it_was_preferred_to(quiet: World) -> None:
    quiet.write("ext.csv", {"id": "1", "name": "Anna", "title": "Dr", "mail": ""})
    quiet.run(*SYNCED)
    answer = asked(quiet, "name")
    assert answer.proof is not None
    assert (answer.value, answer.proof.decision) == ("Anna", Decision.PRECEDENCE)
    assert [(o.giver.rule, o.verdict) for o in answer.proof.offers] == [
        ("ext in", Verdict.APPLIED),
        ("hr in", Verdict.OVERRULED),
    ]
    assert inputs(answer) == {
        ("value", "ext", "1", "name"),
        ("value", "ext", "1", "title"),
        ("link", "ext", "1", "ext in"),
        ("link", "hr", "1", "hr in"),
    }


def test_what_comes_at_the_next_sync_is_told_beside_what_is(quiet: World) -> None:
    quiet.write("hr.csv", {"id": "1", "name": "Anne", "dept": "it", "mail": "a@x"})
    quiet.run("import hr")
    answer = asked(quiet, "name")
    assert (answer.value, answer.following) == ("Ann", "Anne")


def test_a_given_out_value_rests_on_the_fact(quiet: World) -> None:
    quiet.configure(
        [HR, EXT, APP], [replace(IN, flows=inbound("hr", {"mail": ("=[name]",)}).flows + IN.flows[:1]), OUT]
    )
    quiet.run("sync")
    named = inputs(asked(quiet, "mail"))
    assert ("fact", "", "", "unique:mail") in named
    assert ("value", "hr", "1", "name") not in named


def test_where_it_goes(quiet: World) -> None:
    (name,) = asked(quiet, "name").onward
    assert (name.connector, name.attribute, name.state, name.presence) == ("app", "name", "to be sent", "not seen yet")
    quiet.run("export app")
    quiet.run("import app", "sync")
    (name,) = asked(quiet, "name").onward
    assert (name.shows, name.wanted, name.state) == ("Ann", "Ann", "as it should be")
    (scope,) = asked(quiet, "title").onward
    assert (scope.attribute, scope.rule, scope.in_scope) == ("", "app out", True)
    assert asked(quiet, "mail").onward == ()


def test_while_a_rule_fails_what_it_read_is_named(quiet: World) -> None:
    quiet.configure([HR, EXT, APP], [IN, inbound("hr", {"title": "=[dept] - 1"}, name="bad", precedence=9), OUT])
    quiet.run("sync")
    answer = asked(quiet, "mail")
    assert answer.proof is not None
    assert (answer.value, answer.proof.decision) == ("a@x", Decision.FAILED)
    assert "'it' is not a number" in answer.error
    assert ("value", "hr", "1", "dept") in inputs(answer)


CLUB = (
    ResourceType("person", attributes("employeeId name dept boss>person members>person*"), frozenset(["employeeId"])),
)
ORG = delimited("org", "id name dept boss>person members>person*")
MORE = delimited("more", "id boss>person")
ORG_IN = inbound(
    "org",
    {"employeeId": "id", "name": "name", "dept": "dept", "boss": "boss", "members": "members"},
    join=["id=employeeId"],
    precedence=20,
)
STAFF = Membership("staff", "person", "members", "person", "name", "dept")


@pytest.fixture
def club(world: World) -> World:
    """Person 1 is a club named it; 2 is in it by name, 3 by its department, 4 not at all; the boss of 2 is 1."""
    more = inbound("more", {"boss": "boss"}, join=["id=employeeId"], link=LinkType.JOIN, precedence=10)
    world.configure([ORG, MORE, APP], [ORG_IN, more], CLUB, [STAFF])
    world.write(
        "org.csv",
        {"id": "1", "name": "it", "dept": "", "boss": "", "members": ["2"]},
        {"id": "2", "name": "Bea", "dept": "", "boss": "1", "members": []},
        {"id": "3", "name": "Cee", "dept": "IT", "boss": "9", "members": []},
        {"id": "4", "name": "Dee", "dept": "", "boss": "", "members": []},
    )
    world.write("more.csv", {"id": "4", "boss": "1"}, columns="id boss")
    world.run("import org", "import more", "sync")
    return world


def reference(world: World, attribute: str, target_: str, key: str = "1") -> Any:
    (found,) = asked(world, attribute, world.id_of(target_, "employeeId"), key).references
    assert found.holds == found.stored
    return found


def test_a_member_by_a_source_by_criteria_and_by_none(club: World) -> None:
    by_source, by_criteria, none = (reference(club, "members", key) for key in "234")
    assert (by_source.holds, by_source.flows[0].verdict, by_source.flows[0].shown) == (True, Verdict.APPLIED, "2")
    assert (by_criteria.holds, by_criteria.memberships[0].holds) == (True, True)
    assert by_criteria.memberships[0].member_keys == ("it",)
    assert (none.holds, none.flows[0].why, none.memberships[0].holds) == (False, "it does not show this one", False)


def test_all_members_of_a_resource(club: World) -> None:
    answer = asked(club, "members")
    assert [(one.title, one.holds) for one in answer.references] == [("Bea", True), ("Cee", True)]
    assert answer.more == 0


def test_a_grant_with_its_reason(club: World) -> None:
    engine, now = club.engine, club.clock()
    ids = [club.id_of(key, "employeeId") for key in "14"]
    granting.grant(engine.symbols, ids[0], "members", ids[1], None, now + timedelta(days=1), "ticket 815", "ann", now)
    club.run("sync")
    (grant,) = reference(club, "members", "4").grants
    assert (grant.holds, grant.reason, grant.grantor) == (True, "ticket 815", "ann")
    club.clock.forward(days=2)
    club.run("sync")
    found = reference(club, "members", "4")
    assert (found.holds, found.grants[0].holds) == (False, False)


def test_a_reference_to_what_is_no_resource(club: World) -> None:
    found = reference(club, "boss", "1", "3")
    assert found.flows[0].why == "it shows 9, which is no resource: that object has no link"


def test_references_have_precedence_too(club: World) -> None:
    club.write("more.csv", {"id": "4", "boss": "1"}, {"id": "2", "boss": "2"}, columns="id boss")
    club.run("import more", "sync")
    answer = asked(club, "boss", club.id_of("1", "employeeId"), "2")
    (found,) = answer.references
    assert [(f.rule, f.verdict) for f in found.flows] == [
        ("more in", Verdict.SKIPPED),
        ("org in", Verdict.APPLIED if found.holds else Verdict.OVERRULED),
    ]
