"""What Windows does and Samba does not, against a stub of it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ldap", reason="python-ldap is not installed: pip install 'mimas[ldap]'")

from mimas.connectors.active_directory import ActiveDirectoryConnector, ActiveDirectorySettings
from mimas.connectors.contract import Change, ConnectorError, Export, OutdatedError, Sought
from tests.servers.accounts import SCHEMA, attempt, delete, group, succeed, update, user
from tests.servers.listing import fetched, read
from tests.servers.messages import Question, done
from tests.servers.windows import DIRSYNC, PASSWORD, Thing, Windows

pytestmark = pytest.mark.slow

Make = Callable[..., ActiveDirectoryConnector]


@pytest.fixture
def windows(tmp_path: Path) -> Iterator[Windows]:
    """A stub of a domain controller."""
    stub = Windows(tmp_path)
    yield stub
    stub.close()


@pytest.fixture
def base(windows: Windows) -> str:
    """A container in its domain."""
    return windows.put(f"OU=Staff,{windows.base}", "organizationalUnit").name


@pytest.fixture
def make(windows: Windows, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """A connector of its domain, with other settings where wanted."""
    monkeypatch.setenv("AD_PASSWORD", PASSWORD)
    made = []

    def connector(**settings: Any) -> ActiveDirectoryConnector:
        given: dict[str, Any] = {"domains": [{"name": windows.domain, "servers": windows.address}]}
        given |= {"ca_file": windows.certificate, "user": windows.user, "password": {"env": "AD_PASSWORD"}} | settings
        made.append(ActiveDirectoryConnector("ad", ActiveDirectorySettings.model_validate(given), SCHEMA, Path()))
        return made[-1]

    yield connector
    for one in made:
        one.close()


def searches(question: Question, *, of: str) -> bool:
    """Whether it is a search with this control, or for this attribute."""
    if question.operation != "search":
        return False
    return of in question.controls or any(bytes(one).startswith(of.encode()) for one in question.content["attributes"])


class TestMembersInRanges:
    """1,500 values come unasked, the others when asked for (MS-ADTS 3.1.1.3.1.3.3)."""

    @pytest.fixture
    def names(self, windows: Windows, base: str) -> list[str]:
        people = [windows.put(f"CN=u{number},{base}", "contact") for number in range(3_200)]
        windows.join(windows.put(f"CN=all,{base}", "group", sAMAccountName="all"), *people)
        return [one.name for one in people]

    def test_are_read_whole(self, make: Make, windows: Windows, names: list[str]) -> None:
        connector = make()
        entry = read(connector).only(sAMAccountName="all")
        assert entry.references["member"] == names
        again = fetched(connector, Sought("group", entry.anchor, entry.name))[entry.anchor][1]
        assert again.references["member"] == names

    @pytest.mark.parametrize("what", ["renamed", "smaller"])
    def test_that_are_others_in_the_middle_are_an_error_of_this_group(
        self, make: Make, windows: Windows, names: list[str], base: str, what: str
    ) -> None:
        def change(question: Question) -> None:
            if searches(question, of="member;range=3000-"):
                windows.before = lambda _: None
                everybody = windows.find(f"CN=all,{base}")
                if what == "renamed":
                    windows.rename(everybody, f"CN=everybody,{base}")
                else:
                    everybody.members.clear()
                    windows.join(everybody, *(windows.find(name) for name in names[:2_000]))

        windows.before = change
        listing = read(make())
        assert [error.code for error in listing.errors] == ["read-error"]
        assert "sends only a part of member" in listing.errors[0].message
        assert listing.end.complete

    def test_are_written_in_batches(self, make: Make, windows: Windows, names: list[str], base: str) -> None:
        connector, everybody = make(), [*names, *(f"CN=v{number},{base}" for number in range(2_800))]
        for name in everybody[3_200:]:
            windows.put(name, "contact")
        succeed(connector, group(base, "new", *everybody))
        assert read(connector).only(sAMAccountName="new").references["member"] == everybody
        succeed(connector, update(group(base, "new"), member=Change([], [], everybody)))
        assert read(connector).only(sAMAccountName="new").references == {}


class TestDirSync:
    """It tells what changed in rounds."""

    @pytest.fixture
    def connector(self, make: Make, windows: Windows, base: str) -> ActiveDirectoryConnector:
        people = [windows.put(f"CN=u{number},{base}", "user", sAMAccountName=f"u{number}") for number in range(5)]
        windows.join(windows.put(f"CN=team,{base}", "group", sAMAccountName="team"), *people[:2])
        windows.round = 2
        return make()

    def test_goes_on_until_there_is_no_more(
        self, connector: ActiveDirectoryConnector, windows: Windows, base: str
    ) -> None:
        before = read(connector)
        assert len(before.entries) == 6
        asked = []
        windows.before = lambda question: asked.append(searches(question, of=DIRSYNC))
        gone = before.only(sAMAccountName="u0").anchor
        windows.delete(windows.find(f"CN=u0,{base}"))
        for number in range(1, 5):
            windows.rename(windows.find(f"CN=u{number},{base}"), f"CN=w{number},{base}")
        succeed(connector, update(group(base, "team"), member=Change([], [f"CN=w3,{base}"], [f"CN=w1,{base}"])))
        delta = read(connector, before.end.watermark)
        assert sum(asked) == 3, "six objects in rounds of two"
        assert delta.gone == {gone}
        assert {one.name for one in delta.entries.values() if one.type == "user"} == {
            f"CN=w{number},{base}" for number in range(1, 5)
        }
        team = next(one for one in delta.entries.values() if one.type == "group")
        assert (team.partial, team.added, team.removed) == (
            True, {"member": [f"CN=w3,{base}"]}, {"member": [f"CN=w1,{base}"]},
        )  # fmt: skip
        assert read(connector, delta.end.watermark).entries == {}

    def test_a_delta_that_breaks_off_is_told_again(
        self, connector: ActiveDirectoryConnector, windows: Windows, base: str
    ) -> None:
        mark = read(connector).end.watermark
        for number in range(5):
            windows.rename(windows.find(f"CN=u{number},{base}"), f"CN=w{number},{base}")
        rounds = []

        def leave(question: Question) -> bytes | None:
            if searches(question, of=DIRSYNC):
                rounds.append(1)
                if len(rounds) == 2:
                    return done(question, 52, "the controller is shutting down")
            return None

        windows.before = leave
        with pytest.raises(ConnectorError, match="the controller is shutting down"):
            read(connector, mark)
        assert {one.name for one in read(connector, mark).entries.values()} == {
            f"CN=w{number},{base}" for number in range(5)
        }

    def test_is_refused_to_whom_it_is_not_allowed(
        self, make: Make, connector: ActiveDirectoryConnector, windows: Windows
    ) -> None:
        mark = read(connector).end.watermark
        windows.may_replicate = False
        assert "no deltas, for want of the right Replicating Directory Changes" in make().test()
        listing = read(make())
        assert (len(listing.entries), listing.end.complete, listing.end.watermark) == (6, True, None)
        with pytest.raises(ConnectorError, match="does not tell its changes: Insufficient access") as caught:
            read(connector, mark)
        assert "Replicating Directory Changes" in caught.value.advice

    @pytest.mark.parametrize("code", [1, 2, 12, 53])
    def test_a_cookie_that_is_refused_is_outdated(
        self, connector: ActiveDirectoryConnector, windows: Windows, code: int
    ) -> None:
        mark = read(connector).end.watermark
        windows.before = lambda question: done(question, code) if searches(question, of=DIRSYNC) else None
        with pytest.raises(OutdatedError, match="does not know any more what changed"):
            read(connector, mark)


class TestTheRecycleBin:
    """Whoever is deleted keeps what they had for a while; afterwards nothing can be brought back."""

    @pytest.fixture
    def sid(self, windows: Windows, base: str) -> list[bytes]:
        sid = [bytes.fromhex("010100000000000512000000")]
        person = windows.put(
            f"CN=ann,{base}", "user", sAMAccountName="ann", description="Of old", objectSid=sid,
            userAccountControl="514",
        )  # fmt: skip
        windows.delete(person)
        return sid

    def test_gives_back_what_it_keeps(self, make: Make, windows: Windows, base: str, sid: list[bytes]) -> None:
        connector = make(restore=True)
        (result,) = succeed(connector, user(base, "ann", displayName="Ann", Enabled=True))
        entry = read(connector).only(sAMAccountName="ann")
        assert (result.anchor, entry.name) == (entry.anchor, f"CN=ann,{base}")
        assert windows.find(f"CN=ann,{base}").attributes["objectsid"] == sid
        assert (entry.values["displayName"], entry.values["Enabled"]) == ("Ann", True)
        assert entry.values["description"] == ["Of old"], "what no rule speaks of comes back as it was"

    def test_does_not_give_back_what_was_recycled(
        self, make: Make, windows: Windows, base: str, sid: list[bytes]
    ) -> None:
        (old,) = (one for one in windows.things if one.has("isdeleted"))
        windows.recycle(old)
        connector = make(restore=True)
        (result,) = succeed(connector, user(base, "ann"))
        assert result.anchor != str(old.guid)
        assert "objectSid" not in read(connector).only(sAMAccountName="ann").values

    def test_of_two_neither_is_brought_back(self, make: Make, windows: Windows, base: str, sid: list[bytes]) -> None:
        windows.delete(windows.put(f"CN=ann,{base}", "user", sAMAccountName="ann"))
        (result,) = succeed(make(restore=True), user(base, "ann"))
        assert result.anchor not in {str(one.guid) for one in windows.things if one.has("isdeleted")}

    def test_is_left_alone_where_that_is_not_asked_for(
        self, make: Make, windows: Windows, base: str, sid: list[bytes]
    ) -> None:
        succeed(make(), user(base, "ann"))
        assert sum(one.has("isdeleted") for one in windows.things) == 1


def test_who_is_deleted_leaves_groups_of_which_nothing_is_told(make: Make, windows: Windows, base: str) -> None:
    ann = windows.put(f"CN=ann,{base}", "user", sAMAccountName="ann")
    windows.join(windows.put(f"CN=team,{base}", "group", sAMAccountName="team"), ann)
    connector = make()
    before = read(connector)
    succeed(connector, delete(user(base, "ann")))
    delta = read(connector, before.end.watermark)
    assert (delta.gone, delta.entries) == ({before.only(sAMAccountName="ann").anchor}, {})
    assert "member" not in read(connector).only(sAMAccountName="team").references


def test_a_container_is_chosen_by_its_guid(make: Make, windows: Windows, base: str) -> None:
    windows.put(f"CN=ann,{base}", "user", sAMAccountName="ann")
    windows.put(f"CN=else,{windows.base}", "user", sAMAccountName="else")
    domain = {"name": windows.domain, "servers": windows.address}
    connector = make(domains=[domain | {"containers": {"guid": str(windows.find(base).guid)}}])
    windows.rename(windows.find(base), f"OU=People,{windows.base}")
    assert [one.name for one in read(connector).entries.values()] == [f"CN=ann,OU=People,{windows.base}"]


def test_pages_are_followed(make: Make, windows: Windows, base: str) -> None:
    for number in range(7):
        windows.put(f"CN=u{number},{base}", "user", sAMAccountName=f"u{number}")
    listing = read(make(page_size=3))
    assert (listing.pages, len(listing.entries), listing.end.complete) == (3, 7, True)


def test_a_page_that_is_forgotten_is_no_end(make: Make, windows: Windows, base: str) -> None:
    for number in range(7):
        windows.put(f"CN=u{number},{base}", "user")
    reading = make(page_size=3).read()
    next(reading)
    windows.before = lambda question: done(question, 12, "00000057: LdapErr: Error processing control")
    with pytest.raises(ConnectorError, match="Error processing control") as caught:
        list(reading)
    assert caught.value.advice


class TestMembersForATime:
    """Links that expire (MS-ADTS 3.1.1.9.2), which Samba has not."""

    @pytest.fixture
    def team(self, windows: Windows, base: str) -> Thing:
        for name in ("ann", "bob"):
            windows.put(f"CN={name},{base}", "user", sAMAccountName=name)
        return windows.put(f"CN=team,{base}", "group", sAMAccountName="team")

    def told(self, windows: Windows, team: Thing) -> dict[str, float | None]:
        """Member → in how many seconds it goes by itself."""
        here = {one.guid: one for one in windows.things}
        found = {here[guid].name.split(",")[0]: guid for guid, (_, there) in team.members.items() if there}
        ends = {name: team.ends.get(guid) for name, guid in found.items()}
        return {name: end and round(end - windows.now, -1) for name, end in ends.items()}

    def change(self, base: str, added: list[str], removed: list[str], **minutes: int) -> Export:
        def names(some: list[str]) -> list[str]:
            return [f"CN={name},{base}" for name in some]

        until = {f"CN={name},{base}": datetime.now(UTC) + timedelta(minutes=many) for name, many in minutes.items()}
        return update(group(base, "team"), member=Change(names(added), names(added), names(removed), until))

    def test_go_by_themselves(self, make: Make, windows: Windows, base: str, team: Thing) -> None:
        connector = make()
        succeed(connector, self.change(base, ["ann", "bob"], [], bob=30))
        assert self.told(windows, team) == {"CN=ann": None, "CN=bob": 1800}
        watermark = read(connector).end.watermark
        windows.late = 1801
        assert read(connector).only(sAMAccountName="team").references["member"] == [f"CN=ann,{base}"]
        (entry,) = read(connector, watermark).entries.values()
        assert entry.removed == {"member": [f"CN=bob,{base}"]}
        succeed(connector, self.change(base, [], ["bob"]))

    def test_stay_longer_or_for_good(self, make: Make, windows: Windows, base: str, team: Thing) -> None:
        connector = make()
        succeed(connector, self.change(base, ["ann", "bob"], [], ann=30, bob=30))
        succeed(connector, self.change(base, ["ann", "bob"], ["ann", "bob"], ann=60))
        assert self.told(windows, team) == {"CN=ann": 3600, "CN=bob": None}
        windows.late = 3601
        succeed(connector, self.change(base, ["ann"], ["ann"], ann=120))
        assert self.told(windows, team) == {"CN=ann": 7200, "CN=bob": None}, "it had gone, and is made anew"

    def test_in_a_forest_that_knows_no_ends_stay_until_they_are_removed(
        self, make: Make, windows: Windows, base: str, team: Thing
    ) -> None:
        windows.forget_privileges()
        succeed(make(), self.change(base, ["ann"], [], ann=30))
        assert self.told(windows, team) == {"CN=ann": None}


class TestSeveralDomains:
    """A domain and the one below it."""

    @pytest.fixture
    def child(self, windows: Windows, tmp_path: Path) -> Iterator[Windows]:
        stub = Windows(tmp_path, f"lab.{windows.domain}")
        stub.put(f"OU=Staff,{stub.base}", "organizationalUnit")
        windows.put(f"OU=Staff,{windows.base}", "organizationalUnit")
        yield stub
        stub.close()

    @pytest.fixture
    def both(self, make: Make, windows: Windows, child: Windows, tmp_path: Path) -> ActiveDirectoryConnector:
        trusted = tmp_path / "both.crt"
        trusted.write_bytes(windows.certificate.read_bytes() + child.certificate.read_bytes())
        domains = [{"name": one.domain, "servers": one.address} for one in (windows, child)]
        return make(domains=domains, ca_file=trusted)

    def test_an_object_is_written_where_it_belongs(
        self, both: ActiveDirectoryConnector, windows: Windows, child: Windows
    ) -> None:
        succeed(both, user(f"OU=Staff,{child.base}", "ann"), user(f"OU=Staff,{windows.base}", "bob", 2))
        entries = read(both).entries
        assert {one.name for one in entries.values()} == {
            f"CN=ann,OU=Staff,{child.base}",
            f"CN=bob,OU=Staff,{windows.base}",
        }
        for one in (windows, child):
            assert len([thing for thing in one.things if b"user" in thing.attributes["objectclass"]]) == 1
        sought = [Sought("user", entry.anchor, entry.name) for entry in entries.values()]
        assert fetched(both, *sought).keys() == entries.keys()
        moved = attempt(both, update(user(f"OU=Staff,{windows.base}", "bob"), f"CN=bob,OU=Staff,{child.base}"))
        assert moved.error == "invalid-dn"
        assert moved.message.endswith(f"that is out of the domain {windows.domain}.")

    def test_a_domain_out_of_reach_is_no_domain_without_objects(
        self, both: ActiveDirectoryConnector, child: Windows
    ) -> None:
        child.close()
        for attempt_ in (lambda: read(both), lambda: read(both), both.test, lambda: list(both.write([]))):
            with pytest.raises(ConnectorError, match="Can't contact LDAP server") as caught:
                attempt_()
            assert child.address in caught.value.message
