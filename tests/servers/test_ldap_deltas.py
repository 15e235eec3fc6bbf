"""How directories tell their changes: the same things happen to OpenLDAP and to 389 Directory Server."""

import time
from dataclasses import dataclass, field
from typing import Any

import ldap
import pytest

from mimas.connectors.contract import ConnectorError, End, OutdatedError
from mimas.connectors.ldap import LdapConnector
from tests.servers import slapd as slapd_server
from tests.servers.directories import TELL_DELETES, Place, places
from tests.servers.listing import read
from tests.servers.slapd import SUFFIX

# One group, so that under xdist each server is started once.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("directories")]


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


@places()
def test_the_way_is_found_and_said(place: Place) -> None:
    assert f"changes by {place.way}" in place.connector().test()
    assert marked(place.connector()).startswith(f"{place.way}:")


@places("openldap-syncrepl")
def test_a_connector_that_is_configured_anew_reads_everything(place: Place) -> None:
    first = place.connector()
    mark = marked(first)
    second = place.connector()
    second.salt = first.salt + 1
    with pytest.raises(OutdatedError, match="is configured in another way than before"):
        list(second.read(mark))


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


@places(*TELL_DELETES)
def test_a_change_ends_the_waiting(place: Place) -> None:
    anna = place.person("anna")
    connector = place.connector()
    assert not connector.wait(0)
    assert not connector.wait(1)
    for action in (
        lambda: place.change(anna, sn="Neu"),
        lambda: place.rename(anna, "uid=anna2"),
        lambda: place.link.delete_s(f"uid=anna2,{place.top}"),
    ):
        action()
        begin = time.monotonic()
        assert connector.wait(10)
        assert time.monotonic() - begin < 5, "it is told, not waited for"
    assert not connector.wait(1)


@places("openldap-timestamps")
def test_where_nothing_is_told_nobody_waits(place: Place) -> None:
    with pytest.raises(ConnectorError, match="tells changes by timestamps only"):
        place.connector().wait(0)
