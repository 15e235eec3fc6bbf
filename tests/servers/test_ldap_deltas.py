"""How directories tell their changes: the same things happen to OpenLDAP and to 389 Directory Server.

One file, so that under xdist each server is started once.
"""

import importlib.util
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import ldap
import pytest

from mimas.connectors.contract import End, OutdatedError
from mimas.connectors.ldap import LdapConnector, LdapSettings
from mimas.schema.attributes import Attribute, Kind, ObjectType
from tests.servers import dirsrv as dirsrv_server
from tests.servers import slapd as slapd_server
from tests.servers.listing import read
from tests.servers.slapd import PASSWORD, SUFFIX

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("ldap deltas")]

_PERSON = [
    Attribute("uid"),
    Attribute("cn"),
    Attribute("sn"),
    Attribute("manager", Kind.REFERENCE),
    Attribute("createTimestamp", Kind.DATETIME),
]
_GROUP = [Attribute("cn"), Attribute("member", Kind.REFERENCE, multivalued=True)]
SCHEMA = {
    name: ObjectType(name, {one.name: one for one in attributes})
    for name, attributes in {"inetOrgPerson": _PERSON, "groupOfNames": _GROUP}.items()
}


@dataclass
class Place:
    """A container of a directory that nobody else uses, and what an administrator does there."""

    server: slapd_server.Slapd | dirsrv_server.Dirsrv
    way: str
    admin: str
    reader: str
    """Who the connector signs in as."""
    top: str = ""
    link: Any = None
    made: list[LdapConnector] = field(default_factory=list)

    def sign_in(self) -> None:
        self.link = ldap.initialize(self.server.uri)
        self.link.simple_bind_s(self.admin, PASSWORD)

    def enter(self) -> None:
        self.sign_in()
        self.top = self.unit(f"ou=t{uuid4().hex},{SUFFIX}")

    def connector(self, **settings: Any) -> LdapConnector:
        given = {"uri": self.server.uri, "base": self.top, "bind_dn": self.reader, "password": {"env": "LDAP_PASSWORD"}}
        made = LdapConnector("directory", LdapSettings.model_validate(given | settings), SCHEMA, Path())
        self.made.append(made)
        return made

    def unit(self, name: str) -> str:
        self.link.add_s(name, [("objectClass", [b"organizationalUnit"])])
        return name

    def person(self, uid: str, container: str = "") -> str:
        name = f"uid={uid},{container or self.top}"
        values = [(key, [uid.encode()]) for key in ("uid", "cn", "sn")]
        self.link.add_s(name, [("objectClass", [b"inetOrgPerson"]), *values])
        return name

    def group(self, *members: str) -> str:
        name = f"cn=group,{self.top}"
        self.link.add_s(name, [("objectClass", [b"groupOfNames"]), ("member", [one.encode() for one in members])])
        return name

    def rename(self, name: str, rdn: str, container: str | None = None) -> None:
        self.link.rename_s(name, rdn, container, delold=1)

    def change(self, name: str, **values: str) -> None:
        self.link.modify_s(name, [(ldap.MOD_REPLACE, key, [value.encode()]) for key, value in values.items()])


@dataclass
class Delta:
    """What a delta told: entries by name, keys that are gone, and the next watermark."""

    entries: dict[str, Any] = field(default_factory=dict)
    fingerprints: dict[str, int] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    watermark: str = ""
    largest: int = 0


def delta(connector: LdapConnector, watermark: str) -> Delta:
    told = Delta()
    for page in connector.read(watermark):
        if isinstance(page, End):
            assert page.complete
            told.watermark = page.watermark or ""
            continue
        told.largest = max(told.largest, len(page.keys))
        assert page.problems == []
        for index, key in enumerate(page.keys):
            if index in page.deleted:
                told.gone.add(key)
            else:
                entry = page.entry(index)
                told.entries[entry.name or ""] = entry
                told.fingerprints[key] = page.fingerprints[index]
    return told


def marked(connector: LdapConnector) -> str:
    listing = read(connector)
    assert listing.end.complete
    return listing.end.watermark or ""


_OVERLAYS = {
    "openldap-syncrepl": (slapd_server.SYNCPROV, *slapd_server.REPAIRS),
    "openldap-accesslog": (slapd_server.ACCESSLOG, *slapd_server.REPAIRS),
    "openldap-timestamps": slapd_server.REPAIRS,
}
_PLUGINS = (dirsrv_server.SYNCREPL, dirsrv_server.CHANGELOG)
EVERY = (*_OVERLAYS, "389-changelog", "389-syncrepl")
TELL_DELETES = tuple(name for name in EVERY if "timestamps" not in name)


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Any]]:
    """Servers by what they are and how they tell their changes, each started when it is asked for first."""
    if importlib.util.find_spec("ldap") is None:
        pytest.skip("python-ldap is not installed: pip install 'mimas[ldap]'")
    started: dict[str, Any] = {}

    def server(kind: str) -> Any:
        name = kind if kind in _OVERLAYS else "389"
        if name in started:
            return started[name]
        if name == "389":
            if reason := dirsrv_server.missing():
                pytest.skip(reason)
            started[name] = dirsrv_server.Dirsrv(tmp_path_factory.mktemp("dirsrv"), *_PLUGINS).start()
            started[name].admit()
        else:
            if slapd_server.program() is None:
                pytest.skip("slapd is not installed: apt-get install slapd")
            started[name] = slapd_server.Slapd(tmp_path_factory.mktemp("slapd"), *_OVERLAYS[name]).start()
        return started[name]

    yield server
    for one in started.values():
        one.stop()


def places(*kinds: str) -> pytest.MarkDecorator:
    """The kinds of directories that a test is run with: all of them, or some."""
    return pytest.mark.parametrize("kind", kinds or EVERY)


@pytest.fixture
def place(servers: Callable[[str], Any], kind: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    monkeypatch.setenv("LDAP_PASSWORD", PASSWORD)
    admin = slapd_server.ADMIN if kind.startswith("openldap") else dirsrv_server.ADMIN
    # Nobody but the administrator may read the change log.
    reader = dirsrv_server.READER if kind == "389-syncrepl" else admin
    place = Place(servers(kind), kind.partition("-")[2], admin, reader)
    place.enter()
    yield place
    for one in place.made:
        one.close()


@places()
def test_the_way_is_found_and_said(place: Place) -> None:
    assert f"changes by {place.way}" in place.connector().test()
    assert marked(place.connector()).startswith(f"{place.way}:")


@places()
def test_what_changed_is_told_as_a_listing_shows_it(place: Place) -> None:
    anna, berta, clara = (place.person(uid) for uid in ("anna", "berta", "clara"))
    place.group(anna, clara)
    mark = marked(place.connector())
    place.change(anna, sn="Neu")
    place.rename(berta, "uid=beate")
    dora = place.person("dora")
    told = delta(place.connector(), mark)
    assert {anna, dora, f"uid=beate,{place.top}"} <= told.entries.keys()
    assert told.gone & told.fingerprints.keys() == set()
    assert told.entries[anna].values["sn"] == "Neu"
    whole = read(place.connector())
    assert {key: whole.fingerprints[key] for key in told.fingerprints} == told.fingerprints
    assert whole.entries[told.entries[anna].anchor] == told.entries[anna]


@places(*TELL_DELETES)
def test_who_is_gone_is_told(place: Place) -> None:
    anna, berta = place.person("anna"), place.person("berta")
    whole = read(place.connector())
    place.link.delete_s(anna)
    place.change(berta, sn="Neu")
    told = delta(place.connector(), whole.end.watermark or "")
    assert whole.only(uid="anna").anchor in told.gone
    assert whole.only(uid="berta").anchor not in told.gone
    assert set(told.entries) == {berta}


@places()
def test_one_delta_begins_where_the_last_one_ended(place: Place) -> None:
    anna = place.person("anna")
    mark = marked(place.connector())
    place.change(anna, sn="Neu")
    mark = delta(place.connector(), mark).watermark
    again = delta(place.connector(), mark)
    if place.way in ("syncrepl", "changelog"):
        assert (again.entries, again.gone) == ({}, set())
    berta = place.person("berta")
    assert berta in delta(place.connector(), again.watermark or mark).entries


@places()
def test_what_stands_below_a_renamed_container_is_told(place: Place) -> None:
    unit = place.unit(f"ou=unit,{place.top}")
    inner = place.unit(f"ou=inner,{unit}")
    place.person("anna", unit)
    place.person("berta", inner)
    whole = read(place.connector())
    place.rename(unit, "ou=other")
    told = delta(place.connector(), whole.end.watermark or "")
    assert {f"uid=anna,ou=other,{place.top}", f"uid=berta,ou=inner,ou=other,{place.top}"} <= set(told.entries)
    assert told.gone & whole.entries.keys() == set()


@places(*TELL_DELETES)
def test_who_no_longer_matches_the_filter_is_gone(place: Place) -> None:
    anna = place.person("anna")
    connector = place.connector(filter="(sn=anna)")
    whole = read(connector)
    place.change(anna, sn="other")
    told = delta(place.connector(filter="(sn=anna)"), whole.end.watermark or "")
    assert told.gone & whole.entries.keys() == {whole.only(uid="anna").anchor}
    assert told.entries == {}


@places(*TELL_DELETES)
def test_who_leaves_the_base_is_gone(place: Place) -> None:
    inside, outside = (place.unit(f"ou={name},{place.top}") for name in ("in", "out"))
    anna, berta = place.person("anna", inside), place.person("berta", outside)
    whole = read(place.connector(base=inside))
    place.rename(anna, "uid=anna", outside)
    place.rename(berta, "uid=berta", inside)
    told = delta(place.connector(base=inside), whole.end.watermark or "")
    assert told.gone & whole.entries.keys() == set(whole.entries)
    assert set(told.entries) == {f"uid=berta,{inside}"}


@places()
def test_several_bases_are_one_delta(place: Place) -> None:
    one, two = (place.unit(f"ou={name},{place.top}") for name in ("one", "two"))
    anna, berta = place.person("anna", one), place.person("berta", two)
    whole = read(place.connector(base=[one, two]))
    place.change(anna, sn="Neu")
    place.rename(berta, "uid=berta", one)
    told = delta(place.connector(base=[one, two]), whole.end.watermark or "")
    assert {anna, f"uid=berta,{one}"} <= set(told.entries)
    if place.way == "syncrepl":
        with pytest.raises(OutdatedError, match="other names"):
            delta(place.connector(base=[one]), whole.end.watermark or "")


@places()
def test_pages_stay_small(place: Place) -> None:
    mark = marked(place.connector())
    names = {place.person(f"u{number}") for number in range(30)}
    told = delta(place.connector(page_size=7), mark)
    assert set(told.entries) == names
    assert told.largest <= 7


@places("openldap-accesslog", "389-changelog")
def test_a_container_that_leaves_takes_along_what_nobody_tells(place: Place) -> None:
    inside, outside = (place.unit(f"ou={name},{place.top}") for name in ("in", "out"))
    unit = place.unit(f"ou=unit,{inside}")
    anna = place.person("anna", unit)
    whole = read(place.connector(base=inside))
    place.rename(anna, "uid=anna", outside)
    told = delta(place.connector(base=inside), whole.end.watermark or "")
    assert told.gone & whole.entries.keys() == {whole.only(uid="anna").anchor}
    place.person("berta", unit)
    place.rename(unit, "ou=unit", outside)
    with pytest.raises(OutdatedError, match="moved out"):
        delta(place.connector(base=inside), told.watermark)


def forget(place: Place) -> None:
    """The directory forgets what it has told until now."""
    if isinstance(place.server, slapd_server.Slapd):
        if place.way == "syncrepl":
            place.server.stop()
            place.server.start()
            place.sign_in()
        else:
            for name, _ in place.link.search_s("cn=accesslog", ldap.SCOPE_ONELEVEL, attrlist=["1.1"]):
                place.link.delete_s(name)
    else:
        for name, _ in place.link.search_s("cn=changelog", ldap.SCOPE_ONELEVEL, attrlist=["1.1"])[:-1]:
            place.link.delete_s(name)


@places("openldap-syncrepl", "openldap-accesslog", "389-changelog")
def test_what_was_forgotten_is_not_concluded(place: Place) -> None:
    anna, berta = place.person("anna"), place.person("berta")
    mark = marked(place.connector())
    place.link.delete_s(anna)
    place.change(berta, sn="Neu")
    forget(place)
    place.change(berta, sn="Neuer")
    with pytest.raises(OutdatedError):
        delta(place.connector(), mark)
    assert set(delta(place.connector(), marked(place.connector())).entries) <= {berta}


@places("389-syncrepl")
def test_a_log_that_was_trimmed_is_noticed_though_the_server_does_not(place: Place) -> None:
    mark = marked(place.connector())
    told = place.connector()._session().look("", ["firstChangeNumber"]) or {}
    number = int(told["firstchangenumber"][0]) - 2
    before, _, after = mark.rpartition("#")
    with pytest.raises(OutdatedError, match=f"does not reach back to change {number}"):
        delta(place.connector(), f"{before}#{number}{after[len(after.rstrip('}').rstrip(chr(34))) :]}")


@places("openldap-syncrepl", "389-syncrepl")
def test_a_cookie_of_another_server_is_outdated(place: Place) -> None:
    for cookie in ("rid=000,csn=20301128173000.000000Z#000000#000#000000", "elsewhere:389#cn=x:dc=y:(z=*)#1000000"):
        with pytest.raises(OutdatedError):
            delta(place.connector(), "syncrepl:" + f'{{"{place.top}": "{cookie}"}}')


@places("openldap-syncrepl")
def test_an_account_that_may_not_be_told_so_much_reads_everything(place: Place) -> None:
    limited = f"cn=limited,{SUFFIX}"
    mark = marked(place.connector(bind_dn=limited, page_size=5))
    for number in range(25):
        place.person(f"u{number}")
    with pytest.raises(OutdatedError):
        delta(place.connector(bind_dn=limited, page_size=5), mark)


@places("openldap-accesslog")
def test_who_may_not_read_the_log_goes_by_timestamps(place: Place) -> None:
    assert "changes by timestamps" in place.connector(bind_dn=f"cn=limited,{SUFFIX}").test()


@places("openldap-syncrepl", "openldap-accesslog", "389-changelog")
def test_another_way_than_before_reads_everything(place: Place) -> None:
    with pytest.raises(OutdatedError, match="in another way"):
        delta(place.connector(), "elsewhere:1")
