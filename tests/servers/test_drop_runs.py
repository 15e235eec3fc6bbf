"""Drop files of real systems: a directory, a database."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import ldap
import pytest
from sqlalchemy import create_engine

from mimas.runs.setup import ConnectorSetup, Step
from mimas.schema.attributes import NAME, Attribute, Kind, ObjectType
from mimas.sync.rules import ResourceType
from tests.servers.slapd import ADMIN, PASSWORD, SUFFIX, Slapd
from tests.world import OPEN, World, attribute, attributes, delimited, inbound, outbound

pytestmark = pytest.mark.slow

DROP, REHEARSED = Path("drop.jsonl"), Path("rehearsed.jsonl")


@pytest.fixture
def twins(sqlite_store: Path, tmp_path: Path) -> Iterator[tuple[World, World]]:
    """Two worlds in the folder of `world`."""
    made = [World(tmp_path, f"sqlite:///{shutil.copy(sqlite_store, tmp_path / name)}") for name in ("one", "two")]
    yield made[0], made[1]
    for world in made:
        world.close()


def replayed(twins: tuple[World, World], setup: ConnectorSetup) -> None:
    """Read a system into one world, and the file of that into the other: they hold the same."""
    plain, twin = twins
    for world in twins:
        world.configure([setup], [])
    recorded = plain.engine.run("test", [Step("full-import", setup.name, to=DROP)]).steps[0].outcome
    assert recorded.counters.pop("recorded") == recorded.counters["stage-add"] > 3
    assert twin.engine.run("test", [Step("full-import", setup.name, source=DROP)]).steps[0].outcome == recorded
    assert twin.dump() == plain.dump()
    again = twin.engine.run("test", [Step("full-import", setup.name)]).steps[0].outcome
    assert dict(+again.counters) == {"stage-no-change": recorded.counters["stage-add"]}


def directory(slapd: Slapd, top: str) -> ConnectorSetup:
    columns = attributes("uid cn sn manager>inetOrgPerson jpegPhoto:binary")
    columns["userPassword"] = replace(attribute("userPassword"), secret=True)
    person = ObjectType("inetOrgPerson", {NAME: attribute(NAME)} | columns, ())
    settings = {"uri": slapd.uri, "base": top, "bind_dn": ADMIN, "password": {"env": "LDAP_PASSWORD"}}
    return ConnectorSetup("dir", "ldap", settings, {"inetOrgPerson": person}, missing=OPEN, deletes=OPEN)


def test_a_directory(world: World, twins: tuple[World, World], slapd: Slapd, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LDAP_PASSWORD", PASSWORD)
    top = f"ou=drops-{uuid4().hex},{SUFFIX}"
    link = ldap.initialize(slapd.uri)
    link.simple_bind_s(ADMIN, PASSWORD)
    link.add_s(top, [("objectClass", [b"organizationalUnit"])])
    setup = directory(slapd, top)
    flows = {
        "dn": f'="cn=" & [name] & ",{top}"',
        "uid": "employeeId",
        "cn": "name",
        "sn": "name",
        "manager": "manager",
        "userPassword": '="s3cret-" & [employeeId]',
    }
    world.configure(
        [delimited("hr", "id name manager>person"), setup],
        [
            inbound("hr", {"employeeId": "id", "name": "name", "manager": "manager"}, join=["id=employeeId"]),
            outbound("dir", flows, object_type="inetOrgPerson"),
        ],
        [ResourceType("person", attributes("employeeId name manager>person"), frozenset(["employeeId"]))],
    )
    for names in (["Ann", "Bo", "Cid", "Di"], ["Anna", "Bo", "Cid", "Di", "Eve"], ["Anna", "Bob"]):
        world.write("hr.csv", *({"id": str(n), "name": name, "manager": "0"} for n, name in enumerate(names)))
        assert world.run("import hr", "sync").errors == 0
        before = world.dump()
        report = world.engine.run("test", [Step("export", "dir", to=REHEARSED, only=True)])
        assert (report.result, world.dump()) == ("success", before)
        assert world.engine.run("test", [Step("export", "dir", to=DROP)]).result == "success"
        rehearsed, sent = ((world.folder / path).read_text() for path in (REHEARSED, DROP))
        assert rehearsed == sent
        assert "s3cret" not in sent
        if len(names) == 4:
            link.modify_s(f"cn=Di,{top}", [(ldap.MOD_ADD, "jpegPhoto", [b"\xff\xd8\x00"])])
            replayed(twins, setup)
        world.run("import dir", "sync")


def test_a_database(twins: tuple[World, World], tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/app.db"
    with create_engine(url).begin() as connection:
        for statement in (
            "CREATE TABLE staff (number INTEGER PRIMARY KEY, name TEXT, photo BLOB, born DATE, boss INTEGER)",
            "CREATE TABLE team (code TEXT PRIMARY KEY)",
            "CREATE TABLE team_staff (team TEXT, person INTEGER)",
            "INSERT INTO staff VALUES (1, 'Ann', x'00ff', '2001-02-03', NULL), (2, 'Bo', NULL, NULL, 1)",
            "INSERT INTO team VALUES ('a'), ('b')",
            "INSERT INTO team_staff VALUES ('a', 1), ('a', 2)",
        ):
            connection.exec_driver_sql(statement)
    staff = attributes("number:integer name photo:binary born:datetime boss>staff")
    team = {"code": Attribute("code"), "members": Attribute("members", Kind.REFERENCE, multivalued=True, to="staff")}
    schema = {
        "staff": ObjectType("staff", staff, ("number",), "staff:"),
        "team": ObjectType("team", team, ("code",), "team:"),
    }
    links = {"members": {"table": "team_staff", "owner": "team", "member": "person"}}
    setup = ConnectorSetup("db", "sql", {"url": url, "links": links}, schema, missing=OPEN)
    replayed(twins, setup)
