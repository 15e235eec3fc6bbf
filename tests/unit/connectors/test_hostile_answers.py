"""Systems that answer what they should not: each record fails by itself, and no listing is taken for a whole one."""

import sqlite3
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest

from mimas.connectors.contract import ConnectorError, EntryError
from mimas.connectors.scim.connector import ScimConnector
from mimas.connectors.scim.service import Service
from mimas.connectors.scim.settings import ScimSettings
from mimas.connectors.sql import SqlConnector, SqlSettings
from mimas.connectors.sql.settings import Link
from mimas.schema.attributes import Attribute, Kind, ObjectType
from tests.unit.connectors.files_helpers import Reading


def scim(tmp_path: Path, body: bytes) -> ScimConnector:
    settings = ScimSettings(url="http://localhost")
    attributes = {"userName": Attribute("userName"), "manager": Attribute("manager", Kind.REFERENCE)}
    connector = ScimConnector("app", settings, {"User": ObjectType("User", attributes)}, tmp_path)
    service = Service("app", settings, str)
    service._http = httpx2.Client(
        base_url=settings.url, transport=httpx2.MockTransport(lambda _: httpx2.Response(200, content=body))
    )
    connector._opened = service
    return connector


def test_a_service_that_sends_one_page_for_ever(tmp_path: Path) -> None:
    reading = Reading(scim(tmp_path, b'{"totalResults": 100000, "Resources": [{"id": "1", "userName": "ann"}]}'))
    assert reading.keys == ["1"]
    assert not reading.end.complete
    assert "1 came of 100000" in reading.end.reason


def test_resources_that_are_none(tmp_path: Path) -> None:
    bad = b'"x", {"id": "1"}, {"id": "\\u0000"}, {"id": "2", "manager": {"value": "\\u0000"}}'
    reading = Reading(scim(tmp_path, b'{"totalResults": 4, "Resources": [%s]}' % bad))
    assert reading.keys == ["1", "2"]
    assert [problem.code for problem in reading.problems] == ["parse-error", "missing-anchor-component"]
    assert reading.errors["2"].code == "invalid-attribute-value"
    assert not reading.end.complete


@pytest.mark.parametrize(
    "body", [b'{"totalResults": 1, "Resources": {"id": "1"}}', b'{"totalResults": true}', b"[" * 100_000, b'"\\ud800"']
)
def test_answers_that_are_no_list(tmp_path: Path, body: bytes) -> None:
    with pytest.raises(ConnectorError, match=r"is no list|is no JSON object"):
        Reading(scim(tmp_path, body))


def sql(tmp_path: Path, *statements: str) -> SqlConnector:
    with sqlite3.connect(tmp_path / "hr.db") as database:
        database.execute("CREATE TABLE team (id, size, born)")
        database.execute("CREATE TABLE member (team, person)")
        for statement in statements:
            database.execute(statement)
    database.close()
    attributes = (
        Attribute("id"),
        Attribute("size", Kind.INTEGER),
        Attribute("born", Kind.DATETIME),
        Attribute("members", Kind.REFERENCE, multivalued=True),
    )
    schema = {"team": ObjectType("team", {one.name: one for one in attributes}, ("id",))}
    links = {"members": Link(table="member", owner="team", member="person")}
    return SqlConnector("hr", SqlSettings(url="sqlite:///hr.db", links=links), schema, tmp_path)


def test_cells_that_cannot_be_read_are_errors_of_their_row(tmp_path: Path) -> None:
    connector = sql(
        tmp_path,
        "INSERT INTO team VALUES ('1', '1e999999999', NULL)",
        "INSERT INTO team VALUES ('2', 2, '0001-01-01T00:00:00+01:00')",
        "INSERT INTO team VALUES ('3', '1e2', '2026-11-23')",
        "INSERT INTO team VALUES (x'ff', 1, NULL)",
    )
    with connector:
        reading = Reading(connector)
    assert {key: error.code for key, error in reading.errors.items()} == {
        "1": "invalid-numeric-value",
        "2": "invalid-attribute-value",
    }
    assert reading.values["3"] == {"id": "3", "size": 100, "born": "2026-11-23"}
    assert [problem.message for problem in reading.problems] == ["id is not UTF-8 text"]


def test_a_member_that_cannot_be_read_is_no_member_less(tmp_path: Path) -> None:
    connector = sql(
        tmp_path,
        "INSERT INTO team (id) VALUES ('1'), ('2')",
        "INSERT INTO member VALUES ('1', 'a'), ('1', x'ff'), ('2', 'b'), ('2', ''), ('', 'c'), (x'ff', 'd')",
    )
    with connector:
        reading = Reading(connector)
    assert reading.entries["2"].references == {"members": ["b"]}
    assert reading.errors["1"].message == "person is not UTF-8 text"


PERSON = ObjectType(
    "person",
    {one.name: one for one in (Attribute("cn"), Attribute("member", Kind.REFERENCE, multivalued=True))},
)


def directory(*found: tuple[str, dict[str, list[bytes]]], anchor: str | None = "entryUUID") -> Any:
    pytest.importorskip("ldap", reason="python-ldap is not installed")
    from mimas.connectors.ldap.pages import Parser

    return Parser({"person": PERSON}, 0, anchor).page(found)


def test_entries_of_a_directory_that_cannot_be_keyed_are_problems() -> None:
    page = directory(
        ("cn=a", {"entryUUID": [b"1"], "objectClass": [b"person"], "cn": [b"a"]}),
        ("cn=b", {"entryUUID": [b"\xff"]}),
        ("cn=c\0", {"entryUUID": [b"3"]}),
        ("cn=d", {"entryuuid": [b"4"], "member;range=0-1": [b"cn=a"]}),
        ("cn=e", {"entryUUID": [b""]}),
    )
    assert page.keys == ["1"]
    assert [problem.code for problem in page.problems] == [
        "invalid-attribute-value",
        "invalid-dn",
        "read-error",
        "missing-anchor-component",
    ]
    assert page.entry(0).values["cn"] == "a"


def test_entries_of_no_readable_class_are_errors_of_their_own() -> None:
    page = directory(("cn=a", {"entryUUID": [b"1"], "objectClass": [b"\xff"]}))
    with pytest.raises(EntryError, match="no configured type"):
        page.entry(0)


def test_identifiers_of_active_directory_have_sixteen_bytes() -> None:
    page = directory(("cn=a", {"objectGUID": [b"1"]}), anchor="objectGUID")
    assert [problem.code for problem in page.problems] == ["invalid-attribute-value"]


def test_a_damaged_description_hides_no_other() -> None:
    pytest.importorskip("ldap", reason="python-ldap is not installed")
    from mimas.connectors.ldap.discovery import discover

    published = {
        "attributetypes": [b")", b"( 2.5.4.3 NAME 'cn' SUP nothing )", b"\xff", b"( 2.5.4.4 NAME 'sn' SUP sn )"],
        "objectclasses": [b"( 2.5.6.6 NAME 'person' STRUCTURAL MUST ( sn $ cn ) )", b"((", b"( 1 NAME 'x' SUP x )"],
    }
    session: Any = SimpleNamespace(subschema=lambda _: published)
    assert {"dn", "cn", "sn"} <= discover(session)["person"].attributes.keys()
