"""Initial passwords: given when an object is made, and kept nowhere."""

from dataclasses import replace

import pytest

from mimas.schema.attributes import Attribute, ObjectType
from mimas.sync.rules import LinkType
from tests.door import Door, door
from tests.world import World, attributes, delimited, inbound, ldif, outbound

HR = delimited("hr", "id name")
IN = inbound("hr", {"employeeId": "id", "name": "name"}, join=["id=employeeId"])


@pytest.fixture
def safe(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Accounts with a password; the system shows it, as some do."""
    app = door(world, monkeypatch, "id name password")
    columns = attributes("id name password")
    columns["password"] = replace(columns["password"], secret=True)
    password = {"password": '="s3cret-" & Word([name], 2, "-")'}
    world.configure(
        [HR, replace(app, schema={"person": ObjectType("person", columns, ("id",))})],
        [
            IN,
            outbound("app", {"id": "employeeId", "name": "name"}),
            outbound("app", password, name="first", link=LinkType.JOIN, where=["name NOTEQUAL guest"], precedence=10),
        ],
    )
    world.write("hr.csv", {"id": "1", "name": "Ann-x"}, {"id": "2", "name": "guest"})
    return world


def test_it_is_sent_when_the_object_is_made_and_never_again(safe: World) -> None:
    safe.run("import hr", "sync", "export app", "import app", "sync")
    assert safe.read("app.csv") == {"1": {"name": "Ann-x", "password": "s3cret-x"}, "2": {"name": "guest"}}
    assert (safe.pending(), safe.codes()) == ({}, [])
    Door.told = []
    safe.write("hr.csv", {"id": "1", "name": "Bea-y"}, {"id": "2", "name": "guest"})
    safe.run("import hr", "sync", "export app", "import app", "full", "export app")
    assert Door.told == [("1", {"name": (["Bea-y"], ["Ann-x"])})]


def test_it_is_kept_nowhere(safe: World) -> None:
    Door.refuses = {"2"}
    safe.run("import hr", "sync", "export app", "import app", "sync", "full")
    assert "s3cret" not in repr(safe.dump())
    assert "s3cret" not in repr(safe.rows("SELECT message, advice FROM step_error"))


def test_one_that_fails_keeps_back_its_object_only_and_tells_nothing(safe: World) -> None:
    rules = [
        replace(rule, flows=outbound("app", {"password": '=CNum("s3cret" & [name])'}).flows)
        if rule.name == "first"
        else rule
        for rule in safe.engine.setup.rules.rules
    ]
    safe.configure(safe.engine.setup.connectors.values(), rules)
    report = safe.run("import hr", "sync", "export app")
    assert (report.errors, safe.codes()) == (1, ["flow-failure"])
    assert "s3cret" not in safe.notes[0]["message"]
    assert "rule “first” cannot compute its secret “password”" in safe.notes[0]["message"]
    assert list(safe.read("app.csv")) == ["2"]


def test_one_that_a_change_shows_is_not_kept_either(world: World) -> None:
    """A modify record of LDIF does not say of which type its object is, and tells single values of several."""
    password, keys = Attribute("password", secret=True), Attribute("keys", multivalued=True, secret=True)
    person = ObjectType("person", attributes("dn cn") | {"password": password, "keys": keys})
    both = {"person": person, "group": ObjectType("group", attributes("dn cn"))}
    for types in ({"person": person}, both):
        world.configure([replace(ldif("dir", {}, changes="dir.changes.ldif"), schema=types)], [])
        world.write("dir.ldif", "dn: cn=a,o=x\nobjectClass: person\ncn: a")
        change = "changetype: modify\nreplace: password\npassword: s3cret\n-\nadd: keys\nkeys: s3cret\n-"
        world.write("dir.changes.ldif", f"dn: cn=a,o=x\n{change}\nreplace: cn\ncn: {len(types)}\n-")
        world.run("import dir", "delta dir")
        assert (world.objects("dir")["cn=a,o=x"][0] or {})["cn"] == str(len(types))
        assert "s3cret" not in repr(world.dump())
