"""The connector of Active Directory against Samba's domain controller."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from mimas.connectors.active_directory import ActiveDirectoryConnector, ActiveDirectorySettings, discovery
from mimas.connectors.contract import Change, ConnectorError, Export, Operation, OutdatedError, Result, Sought
from mimas.schema.attributes import Kind
from mimas.schema.names import escape
from mimas.schema.names import key as name_key
from tests.servers.accounts import SCHEMA, attempt, change, delete, group, succeed, update, user
from tests.servers.characters import TEXTS
from tests.servers.listing import fetched, read
from tests.servers.processes import free_address
from tests.servers.proxy import BreakingProxy
from tests.servers.samba import PASSWORD, Samba
from tests.servers.silent import silence

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("samba")]


Make = Callable[..., ActiveDirectoryConnector]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Samba]:
    """One of another forest."""
    server = Samba(tmp_path_factory.mktemp("lab"), "LAB.EXAMPLE.TEST").start()
    yield server
    server.stop()


@pytest.fixture
def base(samba: Samba) -> str:
    """A container that nobody else uses."""
    name = f"OU=test-{uuid4().hex[:12]},{samba.base}"
    samba.load(f"dn: {name}\nobjectClass: organizationalUnit\n")
    return name


@pytest.fixture
def make(samba: Samba, base: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """A connector, with other settings where wanted; those of the domain are in ``domain``."""
    monkeypatch.setenv("AD_PASSWORD", PASSWORD)
    monkeypatch.setenv("WRONG_PASSWORD", "guessed-wrong")
    made = []

    def connector(domain: dict[str, Any] | None = None, **settings: Any) -> ActiveDirectoryConnector:
        domains = [{"name": samba.domain, "servers": samba.address, "containers": base} | (domain or {})]
        given: dict[str, Any] = {"domains": domains, "ca_file": samba.certificate}
        given |= {"user": samba.user, "password": {"env": "AD_PASSWORD"}} | settings
        made.append(ActiveDirectoryConnector("ad", ActiveDirectorySettings.model_validate(given), SCHEMA, Path()))
        return made[-1]

    yield connector
    for one in made:
        one.close()


def account(base: str) -> str:
    """An account name that no other test has."""
    return f"u{uuid4().hex[:12]}"


def signs_in(samba: Samba, name: str, password: str) -> bool:
    import ldap

    link = ldap.initialize(samba.plain_uri)
    try:
        link.simple_bind_s(name, password)
    except ldap.INVALID_CREDENTIALS:
        return False
    finally:
        link.unbind_s()
    return True


def test_discover_shows_what_people_read(make: Make, samba: Samba) -> None:
    found = make({"containers": []}).discover()
    assert {"user", "group", "computer", "contact", "organizationalUnit"} <= found.keys()
    person = found["user"].attributes
    assert person["sAMAccountName"].kind is Kind.STRING, "of an auxiliary class"
    assert (person["objectSid"].kind, person["accountExpires"].kind) == (Kind.STRING, Kind.DATETIME)
    assert (person["manager"].kind, person["Enabled"].kind) == (Kind.REFERENCE, Kind.BOOLEAN)
    assert person["unicodePwd"].secret
    assert found["group"].attributes["member"].multivalued
    assert "GroupScope" in found["group"].attributes
    assert "Enabled" not in found["group"].attributes


def test_test_says_what_was_reached(make: Make, samba: Samba) -> None:
    said = make({"containers": []}).test()
    assert said == f"reached {samba.domain} at {samba.uri}: changes by DirSync"


def test_an_account_with_a_password_can_sign_in(make: Make, base: str, samba: Samba) -> None:
    connector, name = make(), account(base)
    expires = "2031-05-01T00:00:00Z"
    new = user(
        base, name, unicodePwd="Ers7es-Passwort!", Enabled=True, accountExpires=expires, PasswordNeverExpires=True
    )
    (result,) = succeed(connector, new)
    entry = read(connector).only(sAMAccountName=name)
    assert entry.anchor == result.anchor
    assert entry.name == f"CN={name},{base}"
    assert entry.values["Enabled"] is True
    assert entry.values["PasswordNeverExpires"] is True
    assert entry.values["userAccountControl"] == 0x10200
    assert entry.values["accountExpires"] == expires
    assert str(entry.values["objectSid"]).startswith("S-1-5-21-")
    assert "unicodePwd" not in entry.values
    assert signs_in(samba, f"{name}@{samba.domain}", "Ers7es-Passwort!")


def test_an_account_is_disabled_enabled_and_told_to_change_its_password(make: Make, base: str, samba: Samba) -> None:
    connector, name = make(), account(base)
    new = user(base, name, unicodePwd="Ers7es-Passwort!", Enabled=True)
    succeed(connector, new)
    succeed(connector, update(new, Enabled=change(False), ChangePasswordAtLogon=change(True)))
    entry = read(connector).only(sAMAccountName=name)
    assert (entry.values["Enabled"], entry.values["ChangePasswordAtLogon"]) == (False, True)
    assert not signs_in(samba, f"{name}@{samba.domain}", "Ers7es-Passwort!")
    succeed(connector, update(new, Enabled=change(True), ChangePasswordAtLogon=change(False)))
    assert signs_in(samba, f"{name}@{samba.domain}", "Ers7es-Passwort!")


def test_an_account_that_is_locked_out_is_unlocked(make: Make, base: str, samba: Samba) -> None:
    samba.tool("domain", "passwordsettings", "set", "--account-lockout-threshold=2")
    try:
        connector, name = make(), account(base)
        new = user(base, name, unicodePwd="Ers7es-Passwort!", Enabled=True)
        succeed(connector, new)
        for _ in range(3):
            assert not signs_in(samba, f"{name}@{samba.domain}", "wrong")
        assert read(connector).only(sAMAccountName=name).values["LockedOut"] is True
        succeed(connector, update(new, LockedOut=change(False)))
        assert read(connector).only(sAMAccountName=name).values["LockedOut"] is False
        assert signs_in(samba, f"{name}@{samba.domain}", "Ers7es-Passwort!")
        refused = attempt(connector, update(new, LockedOut=change(True)))
        assert refused.error == "invalid-attribute-value"
        assert f"CN={name},{base}: LockedOut can only be taken away" in refused.message
    finally:
        samba.tool("domain", "passwordsettings", "set", "--account-lockout-threshold=0")


def test_a_weak_password_is_refused_with_the_reason_and_not_shown(make: Make, base: str) -> None:
    result = attempt(make(), user(base, account(base), unicodePwd="kurz", Enabled=True))
    assert result.error == "constraint-violation"
    assert "password" in result.message.lower()
    assert "kurz" not in f"{result}"


def test_groups_say_their_scope_and_category(make: Make, base: str) -> None:
    connector, name = make(), account(base)
    new = group(base, name, GroupScope="Universal", GroupCategory="Distribution")
    succeed(connector, new)
    entry = read(connector).only(sAMAccountName=name)
    assert (entry.values["GroupScope"], entry.values["GroupCategory"]) == ("Universal", "Distribution")
    succeed(connector, update(new, GroupCategory=change("Security")))
    assert read(connector).only(sAMAccountName=name).values["GroupCategory"] == "Security"
    assert attempt(connector, update(new, GroupScope=change("Everywhere"))).error == "invalid-attribute-value"


def test_a_password_is_set_and_changed_by_its_owner(make: Make, base: str, samba: Samba) -> None:
    connector, name = make(), account(base)
    new = user(base, name, unicodePwd="Ers7es-Passwort!", Enabled=True)
    succeed(connector, new)
    sought = Sought("user", "", new.name)
    connector.set_password(sought, "Zwei7es-Passwort!")
    assert signs_in(samba, f"{name}@{samba.domain}", "Zwei7es-Passwort!")
    connector.set_password(sought, "Dri77es-Passwort!", "Zwei7es-Passwort!")
    assert signs_in(samba, f"{name}@{samba.domain}", "Dri77es-Passwort!")
    # The one before is taken for an hour more (OldPasswordAllowedPeriod), so that services have time to follow.
    tries = ("Dri77es-Passwort!", "Ers7es-Passwort!", "")
    assert [connector.verifies(sought, password) for password in tries] == [True, False, False]
    assert not connector.verifies(Sought("", "", "cn=nobody"), "Dri77es-Passwort!"), "who is in none of the domains"
    for password, old in (("Vier7es-Passwort!", "not-the-0ld-one"), ("kurz", None), ("Vier7es-Passwort!", "")):
        with pytest.raises(ConnectorError) as caught:
            connector.set_password(sought, password, old)
        said = f"{caught.value.message} {caught.value.advice}"
        assert password not in said
        assert not old or old not in said
    assert signs_in(samba, f"{name}@{samba.domain}", "Dri77es-Passwort!")
    succeed(connector, update(new, Enabled=change(False)))
    assert not connector.verifies(sought, "Dri77es-Passwort!"), "a disabled account signs in nowhere"


class TestDeltas:
    """Each begins with two users and a group of them, in a container of their own."""

    @pytest.fixture
    def names(self, base: str) -> tuple[str, str, str]:
        return account(base), account(base), account(base)

    @pytest.fixture
    def filled(self, make: Make, base: str, names: tuple[str, str, str]) -> ActiveDirectoryConnector:
        a, b, g = names
        connector = make()
        succeed(connector, user(base, a), user(base, b, 2), group(base, g, f"CN={a},{base}", number=3))
        return connector

    def mark(self, connector: ActiveDirectoryConnector) -> str:
        end = read(connector).end
        assert end.complete
        assert end.watermark is not None
        return end.watermark

    def test_nothing_has_changed(self, filled: ActiveDirectoryConnector) -> None:
        delta = read(filled, self.mark(filled))
        assert (delta.entries, delta.gone, delta.end.complete) == ({}, set(), True)

    def test_changes_are_whole_entries_with_the_fingerprint_of_the_listing(
        self, filled: ActiveDirectoryConnector, base: str, names: tuple[str, str, str]
    ) -> None:
        mark = self.mark(filled)
        succeed(filled, update(user(base, names[0]), displayName=change("New")), user(base, new := account(base), 2))
        delta, whole = read(filled, mark), read(filled)
        assert {entry.values["sAMAccountName"] for entry in delta.entries.values()} == {names[0], new}
        assert delta.only(displayName="New").partial is False
        for key, fingerprint in delta.fingerprints.items():
            assert whole.fingerprints[key] == fingerprint
        assert read(filled, delta.end.watermark).entries == {}

    def test_a_deleted_object_is_gone(
        self, filled: ActiveDirectoryConnector, base: str, names: tuple[str, str, str]
    ) -> None:
        before = read(filled)
        succeed(filled, delete(user(base, names[1])))
        assert read(filled, before.end.watermark).gone == {before.only(sAMAccountName=names[1]).anchor}

    def test_members_come_and_go_as_values(
        self, filled: ActiveDirectoryConnector, base: str, names: tuple[str, str, str]
    ) -> None:
        a, b, _ = (f"CN={name},{base}" for name in names)
        mark = self.mark(filled)
        succeed(filled, update(group(base, names[2]), member=Change([b], [b], [a])))
        (entry,) = read(filled, mark).entries.values()
        assert (entry.type, entry.partial) == ("group", True)
        assert (entry.added, entry.removed) == ({"member": [b]}, {"member": [a]})

    def test_an_object_that_moves_out_of_the_chosen_containers_is_gone_and_comes_back(
        self, filled: ActiveDirectoryConnector, base: str, names: tuple[str, str, str], samba: Samba
    ) -> None:
        before = read(filled)
        old = user(base, names[0])
        away = f"CN={names[0]},CN=Users,{samba.base}"
        succeed(filled, update(old, new_name=away))
        delta = read(filled, before.end.watermark)
        assert delta.gone == {before.only(sAMAccountName=names[0]).anchor}
        succeed(filled, update(user(f"CN=Users,{samba.base}", names[0]), new_name=old.name))
        assert read(filled, delta.end.watermark).only(sAMAccountName=names[0]).name == old.name

    def test_what_stands_in_a_renamed_container_has_new_names(
        self, make: Make, base: str, names: tuple[str, str, str]
    ) -> None:
        connector = make()
        succeed(connector, user(f"OU=Old,{base}", names[0]))
        mark = self.mark(connector)
        connector._domains()["corp.example.test"].session.link.rename_s(f"OU=Old,{base}", "OU=New")
        assert read(connector, mark).only(sAMAccountName=names[0]).name == f"CN={names[0]},OU=New,{base}"

    def test_a_container_chosen_by_its_guid_may_be_renamed(
        self, filled: ActiveDirectoryConnector, make: Make, base: str, names: tuple[str, str, str], samba: Samba
    ) -> None:
        (guid,) = (one.guid for one in filled.containers() if one.name == base)
        by_guid = make({"containers": {"guid": guid}})
        mark = self.mark(by_guid)
        by_guid.close()
        renamed = f"OU=moved-{uuid4().hex[:8]},{samba.base}"
        filled._domains()[samba.domain].session.link.rename_s(base, renamed.partition(",")[0])
        delta = read(by_guid, mark)
        assert delta.only(sAMAccountName=names[0]).name == f"CN={names[0]},{renamed}"
        assert delta.gone == {guid}, "the container itself is of no configured type"
        assert len(read(by_guid).entries) == 3
        filled.close()
        with pytest.raises(ConnectorError, match="No such object") as caught:
            read(filled)
        assert caught.value.advice == "The base does not exist, or the account of bind_dn may not see it."

    def test_a_cookie_that_the_controller_does_not_know_is_outdated(self, filled: ActiveDirectoryConnector) -> None:
        mark = self.mark(filled)
        with pytest.raises(OutdatedError):
            read(filled, mark.replace("DirSync:0:", "DirSync:0:00"))
        with pytest.raises(OutdatedError, match="has other domains than before"):
            read(filled, mark.replace("corp.", "other."))


def test_a_deleted_account_comes_back_with_its_sid(make: Make, base: str, samba: Samba) -> None:
    connector, name = make(restore=True), account(base)
    new = user(base, name, unicodePwd="Ers7es-Passwort!", Enabled=True)
    succeed(connector, new)
    before = read(connector)
    old = before.only(sAMAccountName=name)
    succeed(connector, delete(new))
    again = user(f"OU=Back,{base}", name, unicodePwd="Zwei7es-Passwort!", Enabled=True, displayName="Once more")
    (result,) = succeed(connector, again)
    entry = read(connector, before.end.watermark).only(sAMAccountName=name)
    assert (entry.anchor, entry.values["objectSid"]) == (old.anchor, old.values["objectSid"])
    assert (entry.name, entry.values["displayName"]) == (f"CN={name},OU=Back,{base}", "Once more")
    assert result.anchor == old.anchor
    assert signs_in(samba, f"{name}@{samba.domain}", "Zwei7es-Passwort!")


def test_without_the_setting_it_is_a_new_account(make: Make, base: str) -> None:
    connector, name = make(), account(base)
    succeed(connector, user(base, name))
    old = read(connector).only(sAMAccountName=name)
    succeed(connector, delete(user(base, name)), user(base, name, 2))
    assert read(connector).only(sAMAccountName=name).anchor != old.anchor


def test_a_tree_is_deleted_only_where_that_is_allowed(make: Make, base: str) -> None:
    connector, name = make(), account(base)
    inside = user(f"OU=Tree,{base}", name)
    tree = Export(1, Operation.DELETE, "organizationalUnit", None, f"OU=Tree,{base}")
    succeed(connector, inside)
    assert attempt(connector, tree).error == "unsupported-container-delete"
    succeed(make(delete_tree=True), tree)
    assert read(connector).entries == {}


def test_a_group_of_many_is_written_in_batches_and_read_whole(make: Make, base: str, samba: Samba) -> None:
    names = [f"CN=m{number},{base}" for number in range(2_500)]
    samba.load("\n".join(f"dn: {name}\nobjectClass: contact\n" for name in names))
    connector, name = make(), account(base)
    big = group(base, name, *names)
    succeed(connector, big)
    entry = read(connector).only(sAMAccountName=name)
    assert sorted(entry.references["member"]) == sorted(names)
    reader = connector._domains()[samba.domain].reader
    # Windows sends 1,500 values at most; Samba does so only when it is asked to.
    reader.wanted = [one if one != "member" else "member;range=0-999" for one in reader.wanted]
    again = read(connector).only(sAMAccountName=name)
    assert sorted(again.references["member"]) == sorted(names)
    assert fetched(connector, Sought("group", entry.anchor, entry.name))[entry.anchor][1].references == again.references
    succeed(connector, update(big, member=Change([], [], names)))
    assert "member" not in read(connector).only(sAMAccountName=name).references


def test_members_that_are_there_or_gone_already_are_no_error(make: Make, base: str) -> None:
    a, b, name = account(base), account(base), account(base)
    connector = make()
    here, there = f"CN={a},{base}", f"CN={b},{base}"
    everyone = group(base, name, here, number=3)
    succeed(connector, user(base, a), user(base, b, 2), everyone)
    succeed(connector, update(everyone, member=Change([here, there], [here, there], [])))
    succeed(connector, update(everyone, member=Change([here], [], [there])))
    succeed(connector, update(everyone, member=Change([here], [], [there])))
    assert read(connector).only(sAMAccountName=name).references["member"] == [here]


def test_every_export_has_its_own_error(make: Make, base: str, samba: Samba) -> None:
    connector, name = make(), account(base)
    succeed(connector, user(base, name))
    outside = "CN=x,DC=elsewhere,DC=test"
    exports = [
        user(base, name, 1),
        delete(user(base, "nobody", 2)),
        Export(3, Operation.DELETE, "user", None, outside),
        Export(4, Operation.UPDATE, "user", None, f"CN={name},{base}", outside),
        user(base, account(base), 5, accountExpires="soon"),
        user(base, other := account(base), 6),
    ]
    results = {result.id: result for result in connector.write(exports)}
    assert {number: result.error for number, result in results.items()} == {
        1: "cd-existing-object",
        2: "cd-missing-object",
        3: "invalid-dn",
        4: "invalid-dn",
        5: "invalid-attribute-value",
        6: "",
    }
    assert results[3].message == f"{outside} is in none of the domains {samba.domain}."
    assert read(connector).only(sAMAccountName=other).anchor == results[6].anchor


def test_names_and_values_of_any_characters(make: Make, base: str) -> None:
    connector, exports, prefix = make(), [], account(base)
    mark = read(connector).end.watermark
    for number, text in enumerate(TEXTS):
        one = user(base, f"{prefix}{number}", number, displayName=text, description=[text])
        exports.append(Export(number, one.operation, one.type, None, f"CN={escape(text)},{base}", changes=one.changes))
    added = {result.id: result.anchor or "" for result in succeed(connector, *exports)}
    found, delta = read(connector), read(connector, mark)
    assert found.fingerprints == delta.fingerprints
    for export, text in zip(exports, TEXTS, strict=True):
        entry = found.entries[added[export.id]]
        assert name_key(entry.name or "") == name_key(export.name or "")
        assert (entry.values["displayName"], entry.values["description"]) == (text, [text])
        assert fetched(connector, Sought(entry.type, entry.anchor, export.name))[entry.anchor][1].values == entry.values
    renamed = [f"CN={escape(f' {text} ')},OU={escape(f'{text};')},{base}" for text in TEXTS]
    succeed(connector, *(update(export, new) for export, new in zip(exports, renamed, strict=True)))
    delta = read(connector, delta.end.watermark)
    names = {name_key(one.name or "") for one in delta.entries.values()}
    assert names == {name_key(one) for one in renamed}
    succeed(connector, *(Export(1, Operation.DELETE, "user", None, one) for one in renamed))
    assert read(connector, delta.end.watermark).gone == set(added.values())


class TestFaults:
    """What happens to a connection does not happen to the data."""

    @pytest.fixture
    def proxy(self, samba: Samba) -> Iterator[BreakingProxy]:
        proxy = BreakingProxy(636, samba.address)
        yield proxy
        proxy.close()

    @pytest.fixture
    def fragile(self, make: Make, proxy: BreakingProxy) -> ActiveDirectoryConnector:
        return make({"servers": f"127.0.0.1:{proxy.port}"}, page_size=5)

    def test_a_listing_or_a_delta_that_is_cut_off_has_no_end(
        self, make: Make, fragile: ActiveDirectoryConnector, base: str, proxy: BreakingProxy
    ) -> None:
        mark, prefix = read(make()).end.watermark, account(base)
        succeed(make(), *(user(base, f"{prefix}{number}", number) for number in range(20)))
        reading = fragile.read()
        next(reading)
        proxy.break_after(500)
        with pytest.raises(ConnectorError, match="Can't contact LDAP server"):
            list(reading)
        fragile.close()
        fragile._domains()
        proxy.break_after(500)
        with pytest.raises(ConnectorError, match="Can't contact LDAP server"):
            read(fragile, mark)
        fragile.close()
        assert len(read(fragile, mark).entries) == 20

    def test_a_write_whose_answer_is_lost_is_not_done_twice(
        self, fragile: ActiveDirectoryConnector, base: str, proxy: BreakingProxy
    ) -> None:
        a, b, g = account(base), account(base), account(base)
        here, there = f"CN={a},{base}", f"CN={b},{base}"
        team = group(base, g, here, number=3)
        moved = f"CN=moved,OU=New,{base}"
        exports = [
            user(base, a),
            user(base, b, 2, unicodePwd="Ers7es-Passwort!", Enabled=True, ChangePasswordAtLogon=False),
            team,
            update(team, member=Change([], [there], [here])), update(user(base, b), moved, Enabled=change(False)),
            delete(user(base, a)),
        ]  # fmt: skip
        fragile._domains()
        results: list[Result] = []
        proxy.break_after(0)
        for result in fragile.write(exports):
            results.append(result)
            proxy.break_after(0)
        assert [result.error for result in results] == [""] * 6
        fragile.close()
        proxy.break_after(10_000_000)
        found = read(fragile)
        assert {one.name for one in found.entries.values()} == {moved, team.name}
        assert found.only(sAMAccountName=g).references["member"] == [moved]
        assert found.only(sAMAccountName=b).values["Enabled"] is False
        assert results[1].anchor == found.only(sAMAccountName=b).anchor

    def test_a_controller_that_never_says_a_word_is_waited_for_so_long(self, make: Make) -> None:
        with silence() as port, pytest.raises(ConnectorError, match="no answer in time"):
            make({"servers": f"127.0.0.1:{port}"}, timeout=0.5).test()

    def test_a_controller_that_restarts_between_two_pages_with_a_certificate_that_has_expired(
        self, make: Make, base: str, samba: Samba
    ) -> None:
        connector, prefix = make(page_size=5), account(base)
        before = read(connector)
        succeed(connector, *(user(base, f"{prefix}{number}", number) for number in range(20)))
        reading = connector.read()
        next(reading)
        samba.stop()
        try:
            samba.certify(days=-1)
            samba.start()
            with pytest.raises(ConnectorError, match="Can't contact LDAP server"):
                list(reading)
            with pytest.raises(ConnectorError, match="certificate has expired") as caught:
                make().test()
            assert samba.address in caught.value.message
        finally:
            samba.stop()
            samba.certify()
            samba.start()
        assert len(read(make()).entries) == 20
        assert len(read(make(), before.end.watermark).entries) == 20, "the cookie outlives the restart"


class TestSeveralDomains:
    """Two domains of two forests in one connector space."""

    @pytest.fixture
    def there(self, lab: Samba) -> str:
        name = f"OU=test-{uuid4().hex[:12]},{lab.base}"
        lab.load(f"dn: {name}\nobjectClass: organizationalUnit\n")
        return name

    @pytest.fixture
    def both(
        self, make: Make, samba: Samba, lab: Samba, base: str, there: str, tmp_path: Path
    ) -> ActiveDirectoryConnector:
        trusted = tmp_path / "both.crt"
        trusted.write_bytes(samba.certificate.read_bytes() + lab.certificate.read_bytes())
        own = {"user": lab.user, "password": {"env": "AD_PASSWORD"}}
        domains = [
            {"name": samba.domain, "servers": samba.address, "containers": base},
            {"name": lab.domain, "servers": lab.address, "containers": there} | own,
        ]
        return make(domains=domains, ca_file=trusted)

    def test_are_read_written_and_followed_together(
        self, both: ActiveDirectoryConnector, make: Make, base: str, there: str, samba: Samba, lab: Samba
    ) -> None:
        a, b, c = account(base), account(base), account(base)
        results = succeed(both, user(base, a), user(there, b, 2))
        listing = read(both)
        assert {one.name for one in listing.entries.values()} == {f"CN={a},{base}", f"CN={b},{there}"}
        assert set(listing.end.parts) == {base, there}
        sought = [Sought("user", entry.anchor, entry.name) for entry in listing.entries.values()]
        assert fetched(both, *sought).keys() == listing.entries.keys()
        succeed(both, update(user(there, b), displayName=change("New")))
        first = read(both, listing.end.watermark)
        assert first.entries.keys() == {results[1].anchor}
        succeed(both, delete(user(base, a)), user(there, c, 2))
        second = read(both, first.end.watermark)
        assert second.gone == {results[0].anchor}
        assert [one.name for one in second.entries.values()] == [f"CN={c},{there}"]
        with pytest.raises(OutdatedError, match="has other domains than before"):
            read(make(), second.end.watermark)

    def test_whoever_is_of_the_other_forest_cannot_be_a_member(
        self, both: ActiveDirectoryConnector, base: str, there: str, samba: Samba
    ) -> None:
        a, b, g = account(base), account(base), account(base)
        team = group(base, g, number=3)
        (_, added, _) = succeed(both, user(base, a), user(there, b, 2), team)
        sid = read(both).entries[added.anchor or ""].values["objectSid"]
        for foreign in (team, group(base, account(base), f"CN={b},{there}")):
            refused = attempt(both, foreign if foreign is not team else update(team, member=change(f"CN={b},{there}")))
            assert refused.error == "constraint-violation"
            assert "not in this forest" in refused.advice
        # Somebody else may make them one; then it is a stand-in that the group has.
        succeed(both, update(team, member=change(f"<SID={sid}>")))
        stand_in = f"CN={sid},CN=ForeignSecurityPrincipals,{samba.base}"
        listing = read(both)
        assert listing.only(sAMAccountName=g).references["member"] == [stand_in]
        assert (listing.errors, listing.problems) == ([], [])

    def test_of_which_one_is_out_of_reach_lose_nothing(
        self, both: ActiveDirectoryConnector, base: str, there: str, lab: Samba
    ) -> None:
        a, b = account(base), account(base)
        before = read(both)
        succeed(both, user(base, a), user(there, b, 2))
        both.close()
        lab.stop()
        try:
            for attempt_ in (lambda: read(both), lambda: read(both, before.end.watermark), both.test):
                with pytest.raises(ConnectorError, match="Can't contact LDAP server") as caught:
                    attempt_()
                assert lab.uri in caught.value.message
            with pytest.raises(ConnectorError, match="Can't contact LDAP server"):
                list(both.write([user(base, account(base))]))
        finally:
            lab.start()
        assert len(read(both, before.end.watermark).entries) == 2
        assert len(read(both).entries) == 2


def test_the_domains_of_the_forest_are_found_and_those_left_out_are_said(
    make: Make, samba: Samba, monkeypatch: pytest.MonkeyPatch
) -> None:
    connector = make()
    assert discovery.domains(connector._domains()[samba.domain].session) == [samba.domain]
    # Samba makes no domain below another one.
    monkeypatch.setattr(discovery, "domains", lambda _: [samba.domain, "child.example.test"])
    assert connector.test().endswith("; there are also the domains child.example.test")


class TestConnections:
    """What can be wrong with the way to a domain controller, and what is said then."""

    def test_where_one_controller_is_away_the_next_one_is_asked(self, make: Make, samba: Samba) -> None:
        assert make({"servers": [free_address(), samba.address]}).test().startswith(f"reached {samba.domain}")

    def test_wrong_credentials_are_said_and_not_shown(self, make: Make) -> None:
        with pytest.raises(ConnectorError) as caught:
            make(password={"env": "WRONG_PASSWORD"}).test()
        assert "Invalid credentials" in caught.value.message
        assert "guessed-wrong" not in f"{caught.value.message}{caught.value.advice}"

    def test_a_certificate_of_somebody_else_is_refused(self, make: Make, tmp_path: Path, samba: Samba) -> None:
        with pytest.raises(ConnectorError) as caught:
            make(ca_file=None).test()
        assert "certificate" in caught.value.advice

    def test_start_tls(self, make: Make, samba: Samba) -> None:
        assert "changes by DirSync" in make(start_tls=True).test()

    def test_kerberos(self, make: Make, samba: Samba, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        if shutil.which("kinit") is None:
            pytest.skip("kinit is not installed: apt-get install krb5-user")
        monkeypatch.setenv("KRB5_CONFIG", str(samba.kerberos))
        monkeypatch.setenv("KRB5CCNAME", f"FILE:{tmp_path}/tickets")
        subprocess.run(["kinit", samba.user], input=PASSWORD, text=True, check=True, capture_output=True)
        said = make(kerberos=True, user="", password=None).test()
        assert "changes by DirSync" in said

    def test_without_a_ticket(self, make: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setenv("KRB5CCNAME", f"FILE:{tmp_path}/none")
        with pytest.raises(ConnectorError) as caught:
            make(kerberos=True, user="", password=None).test()
        assert "ticket" in caught.value.advice

    def test_an_account_without_the_right_to_replicate_reads_in_full(
        self, make: Make, base: str, samba: Samba, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        connector, name = make(), account(base)
        succeed(connector, user(base, name, unicodePwd="Ers7es-Passwort!", Enabled=True))
        monkeypatch.setenv("PLAIN_PASSWORD", "Ers7es-Passwort!")
        plain = make(user=f"{name}@{samba.domain}", password={"env": "PLAIN_PASSWORD"})
        assert "no deltas, for want of the right Replicating Directory Changes" in plain.test()
        listing = read(plain)
        assert (listing.end.complete, listing.end.watermark) == (True, None)
        with pytest.raises(ConnectorError, match="does not tell its changes"):
            read(plain, read(connector).end.watermark)
