"""The LDAP connector against OpenLDAP."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from mimas.connectors.contract import Change, ConnectorError, Export, Operation, Result, Sought
from mimas.connectors.ldap import LdapConnector, LdapSettings
from mimas.schema.attributes import Attribute, Kind, ObjectType
from mimas.schema.names import escape, key
from tests.servers.characters import TEXTS
from tests.servers.listing import fetched, read
from tests.servers.processes import free_port
from tests.servers.proxy import BreakingProxy
from tests.servers.silent import silence
from tests.servers.slapd import ADMIN, PASSWORD, SUFFIX, Slapd

pytestmark = pytest.mark.slow


def attributes(*found: Attribute) -> dict[str, Attribute]:
    return {one.name: one for one in found}


SCHEMA = {
    "inetOrgPerson": ObjectType(
        "inetOrgPerson",
        attributes(
            Attribute("uid"),
            Attribute("cn"),
            Attribute("sn"),
            Attribute("givenName"),
            Attribute("mail", multivalued=True),
            Attribute("description", multivalued=True),
            Attribute("jpegPhoto", Kind.BINARY),
            Attribute("manager", Kind.REFERENCE),
            Attribute("createTimestamp", Kind.DATETIME),
            Attribute("objectClass", multivalued=True),
        ),
    ),
    "groupOfNames": ObjectType(
        "groupOfNames", attributes(Attribute("cn"), Attribute("member", Kind.REFERENCE, multivalued=True))
    ),
}

Make = Callable[..., LdapConnector]


@pytest.fixture
def base(slapd: Slapd) -> str:
    """A container that nobody else uses; the connector creates it with the first object below it."""
    return f"ou=test-{uuid4().hex},{SUFFIX}"


@pytest.fixture
def make(slapd: Slapd, base: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """A connector, with other settings where wanted."""
    monkeypatch.setenv("LDAP_PASSWORD", PASSWORD)
    monkeypatch.setenv("WRONG_PASSWORD", "guessed-wrong")
    made = []

    def connector(**settings: Any) -> LdapConnector:
        given = {"uri": slapd.uri, "base": SUFFIX, "bind_dn": ADMIN, "password": {"env": "LDAP_PASSWORD"}} | settings
        made.append(LdapConnector("directory", LdapSettings.model_validate(given), SCHEMA, Path()))
        return made[-1]

    yield connector
    for one in made:
        one.close()


@pytest.fixture
def proxy(slapd: Slapd) -> Iterator[BreakingProxy]:
    proxy = BreakingProxy(slapd.port)
    yield proxy
    proxy.close()


def change(*values: Any) -> Change:
    return Change(values, added=values)


def person(base: str, uid: str, number: int = 1, **more: Change) -> Export:
    changes = {"uid": change(uid), "cn": change(f"{uid} Muster"), "sn": change("Muster")} | more
    return Export(number, Operation.ADD, "inetOrgPerson", None, f"uid={uid},ou=people,{base}", changes=changes)


def group(base: str, cn: str, *members: str, number: int = 1) -> Export:
    changes = {"cn": change(cn), "member": change(*members)}
    return Export(number, Operation.ADD, "groupOfNames", None, f"cn={cn},ou=groups,{base}", changes=changes)


def update(export: Export, new_name: str | None = None, **changes: Change) -> Export:
    return Export(export.id, Operation.UPDATE, export.type, None, export.name, new_name, changes)


def delete(export: Export) -> Export:
    return Export(export.id, Operation.DELETE, export.type, None, export.name)


def send(connector: LdapConnector, *exports: Export) -> list[Result]:
    """In the order of the exports, which need no numbers of their own."""
    results = connector.write(replace(export, id=number) for number, export in enumerate(exports))
    return sorted(results, key=lambda result: result.id)


def one(connector: LdapConnector, export: Export) -> Result:
    (result,) = send(connector, export)
    return result


def succeed(connector: LdapConnector, *exports: Export) -> list[Result]:
    results = send(connector, *exports)
    assert [result for result in results if result.error] == []
    return results


def test_discover_finds_classes_with_inherited_attributes_and_kinds(make: Make) -> None:
    person = make().discover()["inetOrgPerson"]
    assert person.attributes["sn"] == Attribute("sn", multivalued=True)
    assert person.attributes["manager"].kind is Kind.REFERENCE
    assert person.attributes["jpegPhoto"].kind is Kind.BINARY
    assert not person.attributes["displayName"].multivalued
    assert "top" not in make().discover()


def test_test_says_what_was_reached(make: Make) -> None:
    assert "OpenLDAP; objects are known by entryUUID" in make().test()


def test_what_was_added_is_read_back_with_its_anchor(make: Make, base: str) -> None:
    photo = "/9j/AAECAw=="
    boss, anna = person(base, "boß", 7), person(
        base, "анна", 8, givenName=change("Анна 李"), mail=change("b@x.example", "a@x.example"),
        jpegPhoto=change(photo), manager=change(f"uid=boß,ou=people,{base}"),
    )  # fmt: skip
    results = succeed(make(), boss, anna)
    listing = read(make(base=base))
    assert listing.end.complete
    entry = listing.entries[results[1].anchor or ""]
    assert str(UUID(entry.anchor)) == entry.anchor
    assert entry.name == entry.values["dn"] == anna.name
    assert entry.values["givenName"] == "Анна 李"
    assert entry.values["mail"] == ["a@x.example", "b@x.example"]
    assert entry.values["jpegPhoto"] == photo
    assert str(entry.values["createTimestamp"]).endswith("Z")
    assert "manager" not in entry.values
    assert entry.references == {"manager": [f"uid=boß,ou=people,{base}"]}
    assert entry.type == "inetOrgPerson"


def test_a_listing_goes_over_pages(make: Make, base: str) -> None:
    succeed(make(), *(person(base, f"u{number}", number) for number in range(25)))
    listing = read(make(base=base, page_size=10))
    assert (listing.pages, len(listing.entries), listing.end.complete) == (3, 25, True)


def test_fingerprints_change_with_the_entry_only(make: Make, base: str) -> None:
    anna, berta = person(base, "anna"), person(base, "berta")
    first, second = succeed(make(), anna, berta)
    before = read(make(base=base)).fingerprints
    succeed(make(), update(anna, givenName=change("Anna")))
    after = read(make(base=base)).fingerprints
    assert before[first.anchor or ""] != after[first.anchor or ""]
    assert before[second.anchor or ""] == after[second.anchor or ""]


def test_update_adds_removes_replaces_and_clears(make: Make, base: str) -> None:
    anna = person(base, "anna", mail=change("a@x.example", "b@x.example"), givenName=change("Ana"))
    succeed(make(), anna)
    mail = Change(["b@x.example", "c@x.example"], added=["c@x.example"], removed=["a@x.example"])
    succeed(
        make(), update(anna, mail=mail, givenName=Change([], removed=["Ana"]), sn=change("Neu"), manager=Change([]))
    )
    entry = read(make(base=base)).only(uid="anna")
    assert entry.values["mail"] == ["b@x.example", "c@x.example"]
    assert entry.values["sn"] == "Neu"
    assert "givenName" not in entry.values


def test_values_that_are_there_already_do_not_keep_the_others_out(make: Make, base: str) -> None:
    anna = person(base, "anna", mail=change("a@x.example"))
    succeed(make(), anna)
    mail = Change(["a@x.example", "c@x.example"], added=["a@x.example", "c@x.example"], removed=["gone@x.example"])
    succeed(make(), update(anna, mail=mail, sn=change("Neu")))
    entry = read(make(base=base)).only(uid="anna")
    assert (entry.values["mail"], entry.values["sn"]) == (["a@x.example", "c@x.example"], "Neu")


def test_rename_and_move_keep_the_anchor(make: Make, base: str) -> None:
    anna = person(base, "anna")
    (added,) = succeed(make(), anna)
    name = f"uid=anna2,ou=left,ou=people,{base}"
    succeed(make(), update(anna, name, uid=change("anna2"), cn=change("Anna Zwei")))
    entry = read(make(base=base)).entries[added.anchor or ""]
    assert (entry.name, entry.values["uid"], entry.values["cn"]) == (name, "anna2", "Anna Zwei")


def test_group_members_come_and_go(make: Make, base: str) -> None:
    names = [f"uid=u{number},ou=people,{base}" for number in range(4)]
    team = group(base, "team", names[0], names[1])
    succeed(make(), team)
    succeed(make(), update(team, member=Change(names[1:], added=names[2:], removed=names[:1])))
    assert sorted(read(make(base=base)).only(cn="team").references["member"]) == names[1:]


def test_a_group_may_not_be_empty_unless_something_stands_in(make: Make, base: str) -> None:
    nobody, anna = f"cn=nobody,{SUFFIX}", f"uid=anna,ou=people,{base}"
    empty = group(base, "empty")
    refused = one(make(), empty)
    assert refused.error == "schema-violation"
    assert "member" in refused.message

    connector = make(empty_member=nobody)
    succeed(connector, empty)
    succeed(connector, update(empty, member=Change([anna], added=[anna])))
    assert read(make(base=base, empty_member=nobody)).only(cn="empty").references["member"] == [anna]
    succeed(connector, update(empty, member=Change([], removed=[anna])))
    assert read(make(base=base, empty_member=nobody)).only(cn="empty").references["member"] == []


def test_delete(make: Make, base: str) -> None:
    anna = person(base, "anna")
    succeed(make(), anna)
    succeed(make(), delete(anna))
    assert read(make(base=base)).entries == {}


def test_each_object_gets_its_own_error(make: Make, base: str) -> None:
    there, long = person(base, "there"), person(base, "long", sn=Change([]))
    nowhere = Export(1, Operation.ADD, "inetOrgPerson", None, f"uid=x,l=nowhere,{base}", changes=there.changes)
    broken = Export(1, Operation.ADD, "inetOrgPerson", None, "not a name", changes=there.changes)
    unknown = person(base, "unknown", shoeSize=change("44"))
    results = send(
        make(), there, there, long, nowhere, broken, unknown,
        person(base, "m", manager=change("not a name")), person(base, "p", jpegPhoto=change("***")),
        delete(person(base, "ghost")), update(person(base, "ghost"), sn=change("x")), delete(there),
        update(person(base, "other"), f"uid=renamed,ou=people,{base}"), person(base, "last"),
    )  # fmt: skip
    assert [result.error for result in results] == [
        "", "cd-existing-object", "schema-violation", "non-existent-parent", "invalid-dn", "schema-violation",
        "syntax-violation", "invalid-attribute-value",
        "cd-missing-object", "cd-missing-object", "", "cd-missing-object", "",
    ]  # fmt: skip
    assert all(result.message and result.advice for result in results if result.error)
    assert str(there.name) in results[1].message


def test_renaming_onto_another_object_and_deleting_a_container_are_refused(make: Make, base: str) -> None:
    anna, berta = person(base, "anna"), person(base, "berta")
    succeed(make(), anna, berta)
    container = Export(1, Operation.DELETE, "organizationalUnit", None, f"ou=people,{base}")
    assert one(make(), update(anna, berta.name)).error == "rename-to-existing-dn"
    assert one(make(), container).error == "unsupported-container-delete"


def test_the_naming_attribute_changes_with_the_name_only(make: Make, base: str) -> None:
    anna = person(base, "anna")
    succeed(make(), anna)
    refused = one(make(), update(anna, uid=change("other")))
    assert refused.error == "modify-naming-attribute"
    assert "dn" in refused.advice


def test_no_right_to_write(make: Make, base: str) -> None:
    refused = one(make(bind_dn=f"cn=limited,{SUFFIX}"), person(base, "anna"))
    assert (refused.error, bool(refused.advice)) == ("permission-issue", True)


def test_several_values_of_a_single_valued_attribute_fail_that_entry_only(make: Make, base: str) -> None:
    succeed(make(), person(base, "two", cn=change("Two", "Zwei")), person(base, "one"))
    listing = read(make(base=base))
    assert [error.code for error in listing.errors] == ["multi-single-mismatch"]
    assert len(listing.entries) == 1
    assert listing.end.complete


def test_a_delta_shows_what_changed(make: Make, base: str) -> None:
    succeed(make(), *(person(base, f"u{number}", number) for number in range(3)))
    before = read(make(base=base))
    assert before.end.watermark
    succeed(make(), update(person(base, "u1"), sn=change("Neu")))
    delta = read(make(base=base, filter="(uid=u*)"), before.end.watermark)
    assert delta.only(uid="u1").values["sn"] == "Neu"


def test_a_filter_narrows(make: Make, base: str) -> None:
    succeed(make(), person(base, "anna"), person(base, "berta"))
    assert [entry.values["uid"] for entry in read(make(base=base, filter="uid=a*")).entries.values()] == ["anna"]


def test_a_size_limit_is_no_complete_listing(make: Make, base: str) -> None:
    succeed(make(), *(person(base, f"u{number}", number) for number in range(30)))
    end = read(make(base=base, bind_dn=f"cn=limited,{SUFFIX}", page_size=7)).end
    assert not end.complete
    assert "limit" in end.reason.lower()


def test_a_base_that_is_not_there_is_no_empty_listing(make: Make) -> None:
    with pytest.raises(ConnectorError, match="No such object") as caught:
        read(make(base=f"ou=nowhere,{SUFFIX}"))
    assert "base" in caught.value.advice


def test_a_wrong_password_is_said_and_not_shown(make: Make) -> None:
    with pytest.raises(ConnectorError, match="Invalid credentials") as caught:
        make(password={"env": "WRONG_PASSWORD"}).discover()
    assert "guessed-wrong" not in str(caught.value) + caught.value.advice
    assert "password" in caught.value.advice


def test_nobody_listens(make: Make) -> None:
    with pytest.raises(ConnectorError, match="Can't contact LDAP server") as caught:
        make(uri=f"ldap://127.0.0.1:{free_port()}").test()
    assert caught.value.advice


@pytest.mark.parametrize(("scheme", "start_tls"), [("ldap", False), ("ldap", True), ("ldaps", False)])
def test_a_server_that_never_says_a_word_is_waited_for_so_long(make: Make, scheme: str, start_tls: bool) -> None:
    with silence() as port:
        connector = make(uri=f"{scheme}://127.0.0.1:{port}", timeout=0.5, start_tls=start_tls)
        for attempt in (connector.test, lambda: read(connector), lambda: one(connector, person("dc=x", "anna"))):
            begin = time.monotonic()
            with pytest.raises(ConnectorError, match="no answer in time") as caught:
                attempt()
            assert time.monotonic() - begin < 5
            assert "Check that the server runs" in caught.value.advice


def test_where_one_server_is_silent_another_one_is_asked(make: Make, slapd: Slapd) -> None:
    with silence() as port:
        uri = f"ldaps://127.0.0.1:{port} {slapd.tls_uri}"
        assert "reached" in make(uri=uri, ca_file=slapd.certificate, timeout=1).test()


def test_a_server_that_falls_silent_is_waited_for_so_long(make: Make, base: str, tmp_path: Path) -> None:
    own = Slapd(tmp_path / "slapd").start()
    try:
        people = [person(SUFFIX, f"u{number}", number) for number in range(100)]  # more than are under way at once
        succeed(make(uri=own.uri), *people)
        reading = make(uri=own.uri, page_size=5, timeout=0.5).read()
        writing = make(uri=own.uri, timeout=0.5).write(delete(one) for one in people)
        next(reading)
        assert next(writing).error == ""
        own.freeze()
        for attempt in (reading, writing):
            with pytest.raises(ConnectorError, match="no answer in time"):
                list(attempt)
    finally:
        own.stop()


def test_a_connection_cut_in_the_middle_of_a_listing_has_no_end(make: Make, base: str, proxy: BreakingProxy) -> None:
    succeed(make(), *(person(base, f"u{number}", number) for number in range(40)))
    reading = make(uri=f"ldap://127.0.0.1:{proxy.port}", base=base, page_size=5).read()
    next(reading)
    proxy.break_after(300)
    with pytest.raises(ConnectorError, match="Can't contact LDAP server"):
        list(reading)


def test_a_lost_connection_is_made_anew_and_nothing_is_done_twice(make: Make, base: str, proxy: BreakingProxy) -> None:
    anna, berta = person(base, "anna", 1), person(base, "berta", 2)
    name = f"uid=anna2,ou=people,{base}"
    renamed = replace(update(anna, name, sn=change("Neu")), id=3)
    connector = make(uri=f"ldap://127.0.0.1:{proxy.port}")
    results = {}
    for result in connector.write([anna, berta, renamed, replace(delete(berta), id=4)]):
        results[result.id] = result
        proxy.break_after(0)  # The next request is done, and its answer lost.
    assert [result.error for result in results.values()] == [""] * 4
    listing = read(make(base=base))
    assert set(listing.entries) == {results[1].anchor}
    assert results[2].anchor
    assert listing.only(uid="anna2").values["sn"] == "Neu"


@pytest.mark.parametrize("after", [0, 700, 3_000])
def test_a_connection_that_is_lost_with_many_requests_under_way(
    make: Make, base: str, proxy: BreakingProxy, after: int
) -> None:
    people = [person(base, f"u{number}", number) for number in range(150)]
    succeed(make(), people[0])
    connector = make(uri=f"ldap://127.0.0.1:{proxy.port}")
    results = []
    for result in connector.write(people[1:]):
        results.append(result)
        if len(results) in (10, 60):
            proxy.break_after(after)
    assert sorted((result.id, result.error) for result in results) == [(number, "") for number in range(1, 150)]
    listing = read(make(base=base))
    assert len(listing.entries) == 150
    assert {result.anchor for result in results} < set(listing.entries)


def test_an_add_whose_answer_was_lost_is_not_taken_for_another_object(make: Make, base: str, slapd: Slapd) -> None:
    anna, other = person(base, "anna"), person(base, "anna", sn=change("Other"))
    (added,) = succeed(make(), anna)
    connector = make()
    writer_results = [_again(connector, export) for export in (anna, other)]
    assert [result.error for result in writer_results] == ["", "cd-existing-object"]
    assert writer_results[0].anchor == added.anchor


def _again(connector: LdapConnector, export: Export) -> Result:
    from mimas.connectors.ldap.writing import Writer

    return Writer(connector._session(), SCHEMA)._attempt(export, again=True)


def test_a_server_that_stops_while_writing(make: Make, base: str, tmp_path: Path) -> None:
    own = Slapd(tmp_path / "slapd").start()
    connector = make(uri=own.uri)
    results = connector.write(person(base, f"u{number}", number) for number in range(3))
    assert next(results).error == ""
    own.stop()
    with pytest.raises(ConnectorError, match="Can't contact LDAP server"):
        next(results)


def test_a_server_that_restarts_between_two_pages(make: Make, base: str, tmp_path: Path) -> None:
    own = Slapd(tmp_path / "slapd").start()
    try:
        connector = make(uri=own.uri, page_size=5)
        succeed(connector, *(person(SUFFIX, f"u{number}", number) for number in range(20)))
        reading = connector.read()
        next(reading)
        own.stop()
        own.start()
        with pytest.raises(ConnectorError, match="Can't contact LDAP server") as caught:
            list(reading)
        assert "run this again" in caught.value.advice
        connector.close()
        assert len(read(connector).entries) == 20
    finally:
        own.stop()


def test_a_certificate_that_has_expired(make: Make, tmp_path: Path) -> None:
    own = Slapd(tmp_path / "slapd")
    own.certify(days=-1)
    own.start()
    try:
        with pytest.raises(ConnectorError, match="its certificate is not accepted: certificate has expired"):
            make(uri=own.tls_uri, ca_file=own.certificate).test()
        with pytest.raises(ConnectorError, match="Connect error") as caught:
            make(uri=own.uri, start_tls=True, ca_file=own.certificate).test()
        assert "has not expired" in caught.value.advice
    finally:
        own.stop()


class TestReferrals:
    """A part of the directory that another server has. Nobody follows there."""

    @pytest.fixture
    def elsewhere(self, make: Make, base: str) -> str:
        succeed(make(), person(base, "here"))
        name = f"ou=elsewhere,{base}"
        attributes = [
            ("objectClass", [b"referral", b"extensibleObject"]),
            ("ref", [f"ldap://other.test/{name}".encode()]),
        ]
        make()._session().link.add_s(name, attributes)
        return name

    def test_in_a_listing_are_left_out(self, make: Make, base: str, elsewhere: str) -> None:
        listing = read(make(base=base))
        assert ([one.values["uid"] for one in listing.entries.values()], listing.end.complete) == (["here"], True)

    def test_are_the_error_of_who_is_written_there(self, make: Make, base: str, elsewhere: str) -> None:
        away = person(elsewhere, "away")
        results = send(make(), away, update(away, sn=change("x")), delete(away), person(base, "next"))
        assert [result.error for result in results] == ["cd-error"] * 3 + [""]
        for result in results[:3]:
            assert f"Referral (ldap://other.test/{away.name})" in result.message
            assert result.advice.startswith("Another server is in charge of it")

    def test_instead_of_the_base_are_said(self, make: Make, elsewhere: str) -> None:
        with pytest.raises(ConnectorError, match=r"Referral \(ldap://other.test/") as caught:
            read(make(base=elsewhere))
        assert caught.value.advice.startswith("Another server has what is looked for")


def test_names_and_values_of_any_characters(make: Make, base: str) -> None:
    writer, exports = make(), []
    for number, text in enumerate(TEXTS):
        name = f"cn={escape(text)},ou={escape(' ,#')},{base}"
        changes = {"cn": change(text), "sn": change(text), "description": change(text), "uid": change(f"u{number}")}
        exports.append(Export(number, Operation.ADD, "inetOrgPerson", None, name, changes=changes))
    added = {result.id: result.anchor or "" for result in succeed(writer, *exports)}
    connector = make(base=base)
    found = read(connector).entries
    for export, text in zip(exports, TEXTS, strict=True):
        entry = found[added[export.id]]
        assert key(entry.name or "") == key(export.name or "")
        assert (entry.values["sn"], entry.values["description"]) == (text, [text])
        assert fetched(connector, Sought(entry.type, entry.anchor, export.name))[entry.anchor][1].values == entry.values
        renamed = f"cn={escape(f' {text} ')},ou={escape(f'{text};')},{base}"
        succeed(writer, update(export, renamed))
        assert key(read(connector).entries[entry.anchor].name or "") == key(renamed)
        succeed(writer, Export(1, Operation.DELETE, "inetOrgPerson", None, renamed))
    assert read(connector).entries == {}


def test_encryption_with_a_checked_certificate(make: Make, slapd: Slapd, tmp_path: Path) -> None:
    trusted = {"ca_file": slapd.certificate}
    assert "reached" in make(uri=slapd.tls_uri, **trusted).test()
    assert "reached" in make(start_tls=True, **trusted).test()
    for settings in ({"uri": slapd.tls_uri}, {"start_tls": True}):
        with pytest.raises(ConnectorError) as caught:
            make(**settings).test()
        assert "certificate" in caught.value.advice
    with pytest.raises(ConnectorError, match="there is no file"):
        make(ca_file=tmp_path / "nothing.pem").test()
