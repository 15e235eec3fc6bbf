"""The SCIM connector against scim2-server."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mimas.connectors.contract import Change, ConnectorError, Export, Operation, Result, Sought
from mimas.connectors.scim import ScimConnector, ScimSettings
from mimas.schema.attributes import Attribute, Kind, ObjectType
from tests.servers.conftest import SCIM_TOKEN
from tests.servers.listing import fetched, read
from tests.servers.processes import free_port
from tests.servers.relay import Answer, Relay
from tests.servers.silent import silence

pytestmark = pytest.mark.slow

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
DEPARTMENT, MANAGER = f"{ENTERPRISE}:department", f"{ENTERPRISE}:manager"
WORK, HOME = 'emails[type eq "work"].value', 'emails[type eq "home"].value'
STREET, TOWN = 'addresses[type eq "work"].streetAddress', 'addresses[type eq "work"].locality'


def attributes(*found: Attribute) -> dict[str, Attribute]:
    return {one.name: one for one in found}


SCHEMA = {
    "User": ObjectType(
        "User",
        attributes(
            *map(Attribute, ("userName", "displayName", "name.givenName", "name.familyName", "nickName", "externalId")),
            *map(Attribute, (WORK, HOME, STREET, TOWN, DEPARTMENT)),
            Attribute("active", Kind.BOOLEAN),
            Attribute("meta.created", Kind.DATETIME),
            Attribute("phoneNumbers.value", multivalued=True),
            Attribute(MANAGER, Kind.REFERENCE),
        ),
    ),
    "Group": ObjectType(
        "Group", attributes(Attribute("displayName"), Attribute("members", Kind.REFERENCE, multivalued=True))
    ),
}

Make = Callable[..., ScimConnector]


@pytest.fixture
def make(scim_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    monkeypatch.setenv("SCIM_TOKEN", SCIM_TOKEN)
    monkeypatch.setenv("WRONG_TOKEN", "guessed-wrong")
    made = []

    def connector(schema: Any = SCHEMA, **settings: Any) -> ScimConnector:
        given = {"url": scim_url, "token": {"env": "SCIM_TOKEN"}} | settings
        made.append(ScimConnector("app", ScimSettings.model_validate(given), schema, Path()))
        return made[-1]

    yield connector
    for one in made:
        one.close()


@pytest.fixture
def relay(scim_url: str) -> Iterator[Relay]:
    relay = Relay(scim_url, largest_page=7)
    yield relay
    relay.close()


def change(*values: Any) -> Change:
    return Change(values, added=values)


def user(name: str, **values: Any) -> Export:
    return Export(1, Operation.ADD, "User", None, changes={"userName": change(name), **changes(values)})


def changes(values: dict[str, Any]) -> dict[str, Change]:
    return {name: value if isinstance(value, Change) else change(value) for name, value in values.items()}


def group(name: str, *members: str) -> Export:
    return Export(1, Operation.ADD, "Group", None, changes={"displayName": change(name), "members": change(*members)})


def update(anchor: str, values: dict[str, Any], kind: str = "User") -> Export:
    return Export(1, Operation.UPDATE, kind, anchor, changes=changes(values))


def delete(anchor: str) -> Export:
    return Export(1, Operation.DELETE, "User", anchor)


def send(connector: ScimConnector, *exports: Export) -> list[Result]:
    return list(connector.write(exports))


def succeed(connector: ScimConnector, *exports: Export) -> list[str]:
    results = send(connector, *exports)
    assert [result for result in results if result.error] == []
    return [result.anchor or "" for result in results]


def test_discover_names_attributes_by_paths(make: Make) -> None:
    schema = make().discover()
    assert set(schema) == {"User", "Group"}
    found = schema["User"].attributes
    assert {WORK, STREET, "userName", "name.givenName", "externalId", DEPARTMENT} <= set(found)
    assert found["active"].kind is Kind.BOOLEAN
    assert found["emails.value"].multivalued
    assert found[MANAGER] == Attribute(MANAGER, Kind.REFERENCE, to="User")
    assert schema["Group"].attributes["members"] == Attribute("members", Kind.REFERENCE, multivalued=True)
    assert "object types there: Group, User" in make().test()


def test_every_discovered_name_can_be_configured(make: Make) -> None:
    schema = make().discover()
    succeed(make(), user("anna"))
    assert read(make(schema)).only(userName="anna").type == "User"


def test_what_was_added_is_read_back(make: Make) -> None:
    values: dict[str, Any] = {
        "displayName": "Анна 李", "name.givenName": "Анна", "name.familyName": "李", "active": False,
        WORK: "a@x.example", HOME: "h@x.example", DEPARTMENT: "R & D", "externalId": "17",
        STREET: "Weg 1", TOWN: "Köln",
    }  # fmt: skip
    (boss,) = succeed(make(), user("boss"))
    phones = change("tel:2", "tel:1")
    (anna,) = succeed(make(), user("anna", **values, **{MANAGER: boss, "phoneNumbers.value": phones}))
    listing = read(make())
    assert listing.end.complete
    entry = listing.entries[anna]
    assert str(entry.values.pop("meta.created")).endswith("Z")
    assert entry.values == values | {"userName": "anna", "phoneNumbers.value": ["tel:1", "tel:2"]}
    assert entry.references == {MANAGER: [boss]}


def test_updates_replace_add_and_clear(make: Make) -> None:
    boss, anna = succeed(make(), user("boss"), user("anna", nickName="A", **{WORK: "a@x.example", DEPARTMENT: "D"}))
    other = update(
        anna,
        {
            "nickName": Change([]), "active": True, "name.givenName": "Anna", WORK: "new@x.example", DEPARTMENT: "E",
            MANAGER: boss, "phoneNumbers.value": Change(["1", "2"], added=["1", "2"]),
        },
    )  # fmt: skip
    succeed(make(), other)
    entry = read(make()).entries[anna]
    del entry.values["meta.created"]
    assert entry.values == {
        "userName": "anna", "active": True, "name.givenName": "Anna", WORK: "new@x.example", DEPARTMENT: "E",
        "phoneNumbers.value": ["1", "2"],
    }  # fmt: skip
    assert entry.references == {MANAGER: [boss]}

    phones = Change(["2", "3"], added=["3"], removed=["1"])
    succeed(make(), update(anna, {WORK: Change([]), MANAGER: Change([]), "phoneNumbers.value": phones}))
    entry = read(make()).entries[anna]
    assert WORK not in entry.values
    assert entry.values["phoneNumbers.value"] == ["2", "3"]
    assert entry.references == {MANAGER: []}


def test_an_item_that_is_not_there_yet_is_added_once(make: Make) -> None:
    (anna,) = succeed(make(), user("anna", **{HOME: "h@x.example"}))
    succeed(make(), update(anna, {HOME: "h2@x.example", WORK: "w@x.example", STREET: "Weg 1", TOWN: "Köln"}))
    values = read(make()).entries[anna].values
    assert [values[name] for name in (HOME, WORK, STREET, TOWN)] == ["h2@x.example", "w@x.example", "Weg 1", "Köln"]


def test_members_come_and_go(make: Make) -> None:
    people = succeed(make(), *(user(f"u{number}") for number in range(4)))
    (team,) = succeed(make(), group("Tëam", *people[:2]))
    members = Change(people[1:], added=people[2:], removed=people[:1])
    succeed(make(), update(team, {"members": members, "displayName": "Team"}, "Group"))
    entry = read(make()).entries[team]
    assert sorted(entry.references["members"]) == sorted(people[1:])
    assert entry.values["displayName"] == "Team"
    succeed(make(), update(team, {"members": Change([], removed=people[1:])}, "Group"))
    assert read(make()).entries[team].references["members"] == []


def test_single_resources_are_read_again(make: Make) -> None:
    anna, bert = succeed(make(), user("anna"), user("bert/1"))
    (group,) = succeed(make(), Export(1, Operation.ADD, "Group", None, changes={"displayName": change("G")}))
    listing = read(make())
    sought = [Sought("User", bert, None), Sought("Group", group, None), Sought("User", "nobody", None)]
    found = fetched(make(), *sought)
    assert found == {key: (listing.fingerprints[key], listing.entries[key]) for key in (bert, group)}
    assert anna not in found


def test_delete(make: Make) -> None:
    (anna,) = succeed(make(), user("anna"))
    succeed(make(), delete(anna))
    assert read(make()).entries == {}


def test_fingerprints_change_with_the_resource_only(make: Make) -> None:
    anna, berta = succeed(make(), user("anna"), user("berta"))
    before = read(make()).fingerprints
    succeed(make(), update(anna, {"active": True}))
    after = read(make()).fingerprints
    assert (before[anna] == after[anna], before[berta] == after[berta]) == (False, True)


def test_each_object_gets_its_own_error(make: Make) -> None:
    (anna,) = succeed(make(), user("anna"))
    results = send(
        make(), user("anna"), Export(1, Operation.ADD, "User", None, changes={"displayName": change("nobody")}),
        user("b", shoe="44"), update("no/body", {"active": True}), delete("nobody"), delete(anna), user("last"),
    )  # fmt: skip
    assert [result.error for result in results] == [
        "cd-existing-object", "schema-violation", "schema-violation", "cd-missing-object", "cd-missing-object", "", "",
    ]  # fmt: skip
    assert all(result.message and result.advice for result in results if result.error)
    assert "anna" in results[0].message


def test_a_service_may_send_smaller_pages(make: Make, relay: Relay) -> None:
    succeed(make(), *(user(f"u{number}") for number in range(16)))
    listing = read(make(url=relay.url, schema={"User": SCHEMA["User"]}))
    assert (listing.pages, len(listing.entries), listing.end.complete) == (3, 16, True)


def test_a_listing_that_changes_while_it_is_read_is_not_complete(make: Make, relay: Relay) -> None:
    people = succeed(make(), *(user(f"u{number}") for number in range(16)))

    def lose_one(method: str, path: str) -> Answer | None:
        if "startIndex=8" in path:
            succeed(make(), delete(people[0]))
        return None

    relay.before = lose_one
    listing = read(make(url=relay.url))
    assert not listing.end.complete
    assert "changed while it was read" in listing.end.reason


def test_a_page_that_fails_leaves_no_end(make: Make, relay: Relay) -> None:
    succeed(make(), *(user(f"u{number}") for number in range(16)))
    relay.before = lambda method, path: (500, {}, b"oops") if "startIndex=8" in path else None
    reading = make(url=relay.url).read()
    next(reading)
    with pytest.raises(ConnectorError, match="500 Internal Server Error"):
        next(reading)


def test_an_answer_cut_in_the_middle_leaves_no_end(make: Make, relay: Relay) -> None:
    succeed(make(), user("anna"))
    relay.after = lambda body: body[:-20]
    with pytest.raises(ConnectorError):
        read(make(url=relay.url, timeout=1))


def test_it_waits_when_it_is_told_to(make: Make, relay: Relay) -> None:
    answers = [(429, {"Retry-After": "0"}, b""), (503, {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, b"")]
    relay.before = lambda method, path: answers.pop(0) if answers else None
    (anna,) = succeed(make(url=relay.url), user("anna"))
    assert len(relay.requests) == 3
    relay.before = lambda method, path: (503, {"Retry-After": "0"}, b"")
    with pytest.raises(ConnectorError, match="after 5 tries") as caught:
        read(make(url=relay.url))
    assert "later" in caught.value.advice
    relay.before = lambda method, path: (429, {"Retry-After": "3600"}, b"")
    with pytest.raises(ConnectorError, match="429"):
        send(make(url=relay.url), delete(anna))


def test_a_create_whose_outcome_is_unknown_is_not_sent_again(make: Make, relay: Relay) -> None:
    relay.before = lambda method, path: (504, {}, b"")
    with pytest.raises(ConnectorError, match="504"):
        send(make(url=relay.url), user("anna"))
    assert len(relay.requests) == 1


def test_one_resource_that_breaks_the_service_fails_alone(make: Make, relay: Relay) -> None:
    anna, berta = succeed(make(), user("anna"), user("berta"))
    relay.before = lambda method, path: (500, {}, b"oops") if anna in path else None
    results = send(make(url=relay.url), update(anna, {"active": True}), update(berta, {"active": True}))
    assert [result.error for result in results] == ["cd-error", ""]


def test_a_wrong_token_is_said_and_not_shown(make: Make) -> None:
    connector = make(token={"env": "WRONG_TOKEN"})
    for attempt in (connector.discover, lambda: read(connector), lambda: send(connector, user("anna"))):
        with pytest.raises(ConnectorError, match="401") as caught:
            attempt()
        assert "guessed-wrong" not in str(caught.value)
        assert "token" in caught.value.advice


def test_nobody_listens_or_somebody_else(make: Make, relay: Relay) -> None:
    nobody = make(url=f"http://127.0.0.1:{free_port()}")
    for attempt in (nobody.test, lambda: read(nobody), lambda: send(nobody, user("anna"))):
        with pytest.raises(ConnectorError, match="refused") as caught:
            attempt()
        assert caught.value.advice
    relay.before = lambda method, path: (200, {"Content-Type": "text/html"}, b"<html>")
    for attempt in (make(url=relay.url).test, lambda: read(make(url=relay.url))):
        with pytest.raises(ConnectorError) as caught:
            attempt()
        assert "url" in caught.value.advice
    relay.before = lambda method, path: (200, {"Content-Type": "application/json"}, b"{}")
    with pytest.raises(ConnectorError, match="no list"):
        read(make(url=relay.url))


def test_a_service_that_never_says_a_word_is_waited_for_so_long(make: Make) -> None:
    with silence() as port:
        silent = make(url=f"http://127.0.0.1:{port}", timeout=0.5)
        for attempt in (silent.test, lambda: read(silent), lambda: send(silent, user("anna"))):
            begin = time.monotonic()
            with pytest.raises(ConnectorError, match="timed out") as caught:
                attempt()
            assert time.monotonic() - begin < 5
            assert "Check that the service runs" in caught.value.advice


def test_a_type_the_service_does_not_have(make: Make) -> None:
    with pytest.raises(ConnectorError, match="no resource type Device") as caught:
        read(make({"Device": ObjectType("Device")}))
    assert "User" in caught.value.advice
