"""The answer to an add is lost, where the service gives the ids itself: nothing is made twice, nothing is forgotten."""

from collections.abc import Callable, Iterator

import httpx2
import pytest

from mimas.runs.images import SENDING
from mimas.runs.setup import ConnectorSetup
from mimas.runs.takeover import take_over
from mimas.schema.attributes import Attribute, ObjectType
from mimas.store import mode
from tests.servers.conftest import SCIM_TOKEN
from tests.servers.relay import Relay
from tests.world import OPEN, World, delimited, inbound, outbound

pytestmark = pytest.mark.slow

# A service lets two groups have one name, and so does not refuse a second one by itself.
GROUP = ObjectType("Group", {"displayName": Attribute("displayName"), "externalId": Attribute("externalId")})
STEPS = ("import hr", "sync", "export app", "import app", "sync")


@pytest.fixture
def relay(scim_url: str) -> Iterator[Relay]:
    relay = Relay(scim_url)
    yield relay
    relay.close()


@pytest.fixture
def cut(world: World, relay: Relay, monkeypatch: pytest.MonkeyPatch) -> World:
    """Three groups are to be made; the answer to the second request is lost on the way."""
    monkeypatch.setenv("SCIM_TOKEN", SCIM_TOKEN)
    settings = {"url": relay.url, "token": {"env": "SCIM_TOKEN"}}
    world.configure(
        [delimited("hr", "id name title"), ConnectorSetup("app", "scim", settings, {"Group": GROUP}, OPEN, OPEN)],
        [
            inbound("hr", {"employeeId": "id", "name": "name", "title": "title"}, join=["id=employeeId"]),
            outbound("app", {"displayName": "name", "externalId": "title"}, object_type="Group"),
        ],
    )
    staff(world, "1/Twins/a", "2/Twins", "3/Twins")
    world.run("import hr", "sync")
    relay.after = lambda body: b"" if len([r for r in relay.requests if r.startswith("POST")]) == 2 else body
    assert world.run("export app").failed
    assert [state for _, state in rows(world, "SELECT object, state FROM pending_export")].count(SENDING) == 2
    relay.after = lambda body: body
    return world


def rows(world: World, sql: str) -> list[tuple[int, int]]:
    return [(row[0], row[1]) for row in world.rows(sql)]


def staff(world: World, *people: str) -> None:
    """Each ``id/name/title``."""
    names = ["id", "name", "title"]
    world.write(
        "hr.csv", *(dict(zip(names, [*row.split("/"), ""], strict=False)) for row in people), columns="id name title"
    )


@pytest.fixture
def groups(scim_url: str) -> Callable[[], list[tuple[str, str]]]:
    """What the service holds, asked by our own means."""

    def ask() -> list[tuple[str, str]]:
        answer = httpx2.get(f"{scim_url}/Groups", headers={"Authorization": f"Bearer {SCIM_TOKEN}"}).json()
        return sorted((g["displayName"], g.get("externalId", "")) for g in answer.get("Resources", []))

    return ask


Groups = Callable[[], list[tuple[str, str]]]


def test_an_add_that_was_done_is_not_sent_again(cut: World, groups: Groups) -> None:
    assert groups() == [("Twins", ""), ("Twins", "a")]
    cut.reopen()
    assert cut.run(*STEPS).errors == 0
    assert groups() == [("Twins", ""), ("Twins", ""), ("Twins", "a")]
    assert cut.pending() == {}
    before = cut.dump()
    cut.run(*STEPS)
    assert cut.dump() == before


def test_a_staging_installation_takes_over_what_the_active_one_has_made(cut: World, groups: Groups) -> None:
    standby = World(cut.folder, f"sqlite:///{cut.folder}/standby.db")
    standby.store.migrate()
    standby.configure(cut.engine.setup.connectors.values(), cut.engine.setup.rules.rules)
    with standby.store.transaction() as tx:
        mode.stage(tx, standby.clock())
    standby.run(*STEPS)
    assert len(standby.pending()) == 1  # without an anchor they all go by one name here
    cut.reopen()
    cut.run(*STEPS)
    standby.run("import app")
    assert standby.pending() == {}
    staff(cut, "1/Twins/a", "2/Twins", "3/Twins", "4/New")
    standby.run("import hr", "sync")
    cut.run(*STEPS)
    take_over(standby.store)
    assert standby.run("export app", "import app", "sync").errors == 0
    assert groups() == [("New", ""), ("Twins", ""), ("Twins", ""), ("Twins", "a")]
    assert standby.pending() == {}
    standby.close()


def test_whoever_changes_meanwhile_is_changed_and_not_made_again(cut: World, groups: Groups) -> None:
    staff(cut, "1/Twins/a", "2/Castor", "3/Pollux")
    assert cut.run(*STEPS).errors == 0
    assert groups() == [("Castor", ""), ("Pollux", ""), ("Twins", "a")]
    assert cut.pending() == {}


def test_whoever_leaves_meanwhile_is_deleted(cut: World, groups: Groups) -> None:
    staff(cut, "1/Twins/a")
    assert cut.run(*STEPS).errors == 0
    assert groups() == [("Twins", "a")]
    assert cut.run(*STEPS).errors == 0
    assert cut.pending() == {}
    assert len(cut.objects("app")) == 1


def test_whoever_leaves_and_comes_back_meanwhile_is_made_once(cut: World, groups: Groups) -> None:
    staff(cut, "1/Twins/a")
    cut.run("import hr", "sync")
    staff(cut, "1/Twins/a", "2/Twins", "3/Twins")
    assert cut.run(*STEPS).errors == 0
    assert groups() == [("Twins", ""), ("Twins", ""), ("Twins", "a")]
    assert cut.pending() == {}
