"""A name or an anchor that a delete frees is given to another object by the same export."""

from dataclasses import replace

import pytest

from mimas.runs.images import HELD, WAITING
from mimas.runs.releasing import release
from mimas.runs.setup import Guard
from tests.door import Door, door
from tests.world import World, delimited, inbound, outbound, target

HR = delimited("hr", "id name account")
IN = inbound("hr", {"employeeId": "id", "name": "name", "mail": "account"}, join=["id=employeeId"])
OUT = outbound("app", {"id": "mail", "name": "name"})
ALL = ("import hr", "sync", "export app", "import app", "sync")


def hr(world: World, *rows: str) -> None:
    """Each ``id/name/account``."""
    world.write("hr.csv", *(dict(zip(("id", "name", "account"), row.split("/"), strict=True)) for row in rows))


@pytest.fixture(params=["door", "listing"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def accounts(world: World, monkeypatch: pytest.MonkeyPatch, kind: str) -> World:
    app = door(world, monkeypatch, "id name") if kind == "door" else target("app", "id name")
    world.configure([HR, app], [IN, OUT])
    hr(world, "1/Ann/smith", "2/Bob/bob", "3/Cid/cid", "4/Dan/dan")
    world.run(*ALL)
    return world


def test_the_account_name_of_a_leaver_goes_to_a_joiner(accounts: World, kind: str) -> None:
    old = accounts.rows("SELECT object FROM object_key WHERE anchor = 'smith'")
    hr(accounts, "9/Eve/smith", "2/Bob/bob", "3/Cid/cid", "4/Dan/dan")
    Door.sent = []
    report = accounts.run("import hr", "sync", "export app")
    assert (report.errors, accounts.codes()) == (0, [])
    if kind == "door":
        assert Door.sent == [("delete", "smith"), ("add", "smith")]
    assert accounts.read("app.csv")["smith"] == {"name": "Eve"}
    accounts.run("import app", "sync", "full", "export app", "import app", "sync")
    assert (accounts.codes(), accounts.pending()) == ([], {})
    assert accounts.rows("SELECT object FROM object_key WHERE anchor = 'smith'") != old
    assert len(accounts.objects("app")) == 4


def test_while_the_delete_is_held_the_joiner_waits(world: World, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    app = door(world, monkeypatch, "id name") if kind == "door" else target("app", "id name")
    world.configure([HR, replace(app, deletes=Guard(0, 0.0))], [IN, OUT])
    hr(world, "1/Ann/smith", "2/Bob/bob")
    world.run(*ALL)
    hr(world, "9/Eve/smith", "2/Bob/bob", "3/Cid/cid")
    world.run(*ALL, *ALL)
    assert world.read("app.csv") == {"smith": {"name": "Ann"}, "bob": {"name": "Bob"}, "cid": {"name": "Cid"}}
    assert sorted(world.rows("SELECT operation, state FROM pending_export")) == [("add", WAITING), ("delete", HELD)]
    release(world.store, world.holds()[0][0])
    world.run("export app", "import app", "sync")
    assert world.read("app.csv")["smith"] == {"name": "Eve"}
    assert world.pending() == {}


def test_a_leaver_who_comes_back_keeps_the_account(accounts: World) -> None:
    hr(accounts, "9/Eve/smith", "2/Bob/bob", "3/Cid/cid", "4/Dan/dan")
    accounts.run("import hr", "sync")
    hr(accounts, "1/Ann/smith", "9/Eve/smith", "2/Bob/bob", "3/Cid/cid", "4/Dan/dan")
    accounts.run("import hr", "sync", "export app")
    assert "cd-existing-object" in accounts.codes()
    assert accounts.read("app.csv")["smith"] == {"name": "Ann"}
    hr(accounts, "1/Ann/smith", "9/Eve/eve", "2/Bob/bob", "3/Cid/cid", "4/Dan/dan")
    accounts.run(*ALL)
    assert accounts.read("app.csv")["eve"] == {"name": "Eve"}
    assert (accounts.codes(), accounts.pending()) == ([], {})


def test_of_two_joiners_one_has_the_name(accounts: World) -> None:
    hr(accounts, "8/Eve/smith", "9/Flo/smith", "2/Bob/bob", "3/Cid/cid", "4/Dan/dan")
    accounts.run(*ALL)
    assert accounts.read("app.csv")["smith"]["name"] in ("Eve", "Flo")
    hr(accounts, "8/Eve/smith", "2/Bob/bob", "3/Cid/cid", "4/Dan/dan")
    accounts.run(*ALL, *ALL)
    assert accounts.read("app.csv")["smith"] == {"name": "Eve"}
    assert accounts.pending() == {}
