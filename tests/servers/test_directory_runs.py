"""Whole runs against OpenLDAP: containers that are renamed with what they hold, and a directory of several parts."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import ldap
import pytest

from mimas.runs.setup import ConnectorSetup
from mimas.runs.staging import Stager
from mimas.schema.attributes import NAME, ObjectType
from mimas.sync.rules import Deprovision, LinkType, ResourceType
from tests.servers.slapd import ADMIN, PASSWORD, SUFFIX, Slapd
from tests.world import OPEN, World, attribute, attributes, delimited, inbound, outbound

pytestmark = pytest.mark.slow


@pytest.fixture
def top(slapd: Slapd, monkeypatch: pytest.MonkeyPatch) -> str:
    """A container that nobody else uses."""
    monkeypatch.setenv("LDAP_PASSWORD", PASSWORD)
    name = f"ou=runs-{uuid4().hex},{SUFFIX}"
    with_link(slapd).add_s(name, [("objectClass", [b"organizationalUnit"])])
    return name


def with_link(slapd: Slapd) -> Any:
    link = ldap.initialize(slapd.uri)
    link.simple_bind_s(ADMIN, PASSWORD)
    return link


def directory(slapd: Slapd, base: list[str] | str) -> ConnectorSetup:
    types = {"organizationalUnit": "ou l", "inetOrgPerson": "uid cn sn l manager>inetOrgPerson"}
    schema = {name: ObjectType(name, {NAME: attribute(NAME)} | attributes(texts), ()) for name, texts in types.items()}
    settings = {"uri": slapd.uri, "base": base, "bind_dn": ADMIN, "password": {"env": "LDAP_PASSWORD"}}
    return ConnectorSetup("dir", "ldap", settings, schema, missing=OPEN, deletes=OPEN)


def names_below(slapd: Slapd, top: str) -> set[str]:
    found = with_link(slapd).search_s(top, ldap.SCOPE_SUBTREE, "(objectClass=*)", ["1.1"])
    return {name.removesuffix(f",{top}") for name, _ in found if name != top}


class TestAContainer:
    """Units of a file are containers, people of another one live in them."""

    @pytest.fixture
    def units(self, world: World, slapd: Slapd, top: str) -> World:
        above = f'IIF(IsPresent([title]), ",ou=" & [title], "") & ",{top}"'
        dn = {"unit": f'="ou=" & [name] & {above}', "person": f'="uid=" & [employeeId] & ",ou=" & [dept] & {above}'}
        unit = ResourceType("unit", attributes("employeeId name title dept"), frozenset(["employeeId"]))
        person = ResourceType("person", attributes("employeeId name title dept"), frozenset(["employeeId"]))
        join = ["id=employeeId"]
        world.configure(
            [delimited("u", "id name above"), delimited("p", "id name unit above"), directory(slapd, top)],
            [
                inbound("u", {"employeeId": "id", "name": "name", "title": "above"}, resource_type="unit", join=join),
                inbound("p", {"employeeId": "id", "name": "name", "dept": "unit", "title": "above"}, join=join),
                outbound(
                    "dir",
                    {"dn": dn["unit"], "ou": "name"},
                    name="units",
                    object_type="organizationalUnit",
                    resource_type="unit",
                    deprovision=Deprovision.DELETE,
                ),
                outbound(
                    "dir",
                    {"dn": dn["person"], "uid": "employeeId", "cn": "name", "sn": "name", "l": "dept"},
                    object_type="inetOrgPerson",
                ),
            ],
            [unit, person],
        )
        return world

    def show(self, world: World, units: dict[str, str], people: dict[str, tuple[str, str]]) -> None:
        """Units by number as ``name`` or ``name/above``; people by number as (name, unit's number)."""
        parted = {id_: (*unit.split("/"), "")[:2] for id_, unit in units.items()}
        rows = [{"id": id_, "name": name, "above": above} for id_, (name, above) in parted.items()]
        world.write("u.csv", *rows, columns="id name above")
        world.write(
            "p.csv",
            *(
                {"id": id_, "name": name, "unit": parted[unit][0], "above": parted[unit][1]}
                for id_, (name, unit) in people.items()
            ),
            columns="id name unit above",
        )
        assert world.run("import u", "import p", "sync", "export dir").errors == 0

    def test_carries_what_it_holds_along(self, units: World, slapd: Slapd, top: str) -> None:
        people = {str(number): (f"P{number}", "11" if number % 2 else "12") for number in range(20, 30)}
        self.show(units, {"11": "Sales", "12": "Inner/Sales"}, people)
        units.run("import dir", "sync")
        before = {row[0] for row in units.rows("SELECT anchor FROM object WHERE anchor IS NOT NULL")}
        people["20"] = ("Renamed", "12")
        self.show(units, {"11": "Trade", "12": "Inner/Trade"}, people)
        found = names_below(slapd, top)
        assert {"ou=Trade", "ou=Inner,ou=Trade", "uid=20,ou=Inner,ou=Trade", "uid=21,ou=Trade"} <= found
        assert len(found) == 12
        report = units.run("import dir", "sync", "export dir")
        assert report.errors == 0
        assert units.pending() == {}
        assert before == {row[0] for row in units.rows("SELECT anchor FROM object WHERE anchor IS NOT NULL")}
        units.run("full", "export dir")
        assert units.pending() == {}
        assert names_below(slapd, top) == found

    def test_of_which_somebody_moves_elsewhere_and_somebody_leaves(self, units: World, slapd: Slapd, top: str) -> None:
        people = {"21": ("A", "11"), "22": ("B", "11"), "23": ("C", "11")}
        self.show(units, {"11": "Sales", "12": "Other"}, people)
        units.run("import dir", "sync")
        self.show(units, {"11": "Trade", "12": "Other"}, {"21": ("A", "11"), "22": ("B", "12")})
        assert names_below(slapd, top) == {"ou=Trade", "ou=Other", "uid=21,ou=Trade", "uid=22,ou=Other"}


class TestADirectoryThatRepairsNothing:
    """A renamed account leaves its old name in everything that refers to it, until Mimas puts that right."""

    @pytest.fixture
    def staff(self, world: World, slapd: Slapd, top: str) -> World:
        account = attributes("uid cn sn manager>inetOrgPerson userPassword")
        account["userPassword"] = replace(account["userPassword"], secret=True)
        type_ = ObjectType("inetOrgPerson", {NAME: attribute(NAME)} | account, ())
        flows = {
            "dn": f'="cn=" & [name] & ",{top}"',
            "uid": "employeeId",
            "cn": "name",
            "sn": "name",
            "manager": "manager",
            "userPassword": '="first-" & [employeeId]',
        }
        values = {"employeeId": "id", "name": "name", "manager": "manager"}
        world.configure(
            [
                delimited("hr", "id name manager>person"),
                replace(directory(slapd, top), schema={"inetOrgPerson": type_}),
            ],
            [inbound("hr", values, join=["id=employeeId"]), outbound("dir", flows, object_type="inetOrgPerson")],
            [ResourceType("person", attributes("employeeId name manager>person"), frozenset(["employeeId"]))],
        )
        self.show(world, "Ann")
        assert world.run("import dir", "sync").errors == 0
        return world

    def show(self, world: World, name: str) -> None:
        """Bob and Cid, and who leads them."""
        rows = [("1", name, ""), ("2", "Bob", "1"), ("3", "Cid", "1")]
        world.write("hr.csv", *(dict(zip(("id", "name", "manager"), row, strict=True)) for row in rows))
        assert world.run("import hr", "sync", "export dir").errors == 0

    def managers(self, slapd: Slapd, top: str) -> set[str]:
        found = with_link(slapd).search_s(top, ldap.SCOPE_SUBTREE, "(manager=*)", ["manager"])
        return {values["manager"][0].decode() for _, values in found}

    def test_references_follow_a_rename(self, staff: World, slapd: Slapd, top: str) -> None:
        assert self.managers(slapd, top) == {f"cn=Ann,{top}"}
        self.show(staff, "Anna")
        assert self.managers(slapd, top) == {f"cn=Ann,{top}"}, "OpenLDAP leaves them as they are"
        staff.run("import dir", "sync", "export dir", "import dir", "sync")
        assert self.managers(slapd, top) == {f"cn=Anna,{top}"}
        assert staff.pending() == {}

    def test_references_follow_a_rename_by_somebody_else(self, staff: World, slapd: Slapd, top: str) -> None:
        with_link(slapd).rename_s(f"cn=Ann,{top}", "cn=Other")
        staff.run(*("import dir", "sync", "export dir") * 2, "import dir", "sync")
        assert self.managers(slapd, top) == {f"cn=Ann,{top}"}
        assert staff.pending() == {}

    def test_what_was_sent_is_read_again_at_once_where_that_is_asked_for(
        self, staff: World, slapd: Slapd, top: str
    ) -> None:
        setup = staff.engine.setup
        asked = {**setup.connectors, "dir": replace(setup.connectors["dir"], read_back=True)}
        staff.configure(asked.values(), setup.rules.rules, setup.rules.types.values())
        rows = [("1", "Ann", ""), ("2", "Rob", "1"), ("4", "Dan", "2")]
        staff.write("hr.csv", *(dict(zip(("id", "name", "manager"), row, strict=True)) for row in rows))
        outcome = staff.run("import hr", "sync", "export dir").steps[2].outcome
        assert (outcome.counters["confirmed"], outcome.counters["confirmed-delete"]) == (2, 1)
        assert outcome.errors == 0
        assert staff.pending() == {}
        assert self.managers(slapd, top) == {f"cn=Ann,{top}", f"cn=Rob,{top}"}
        staff.run("sync")
        before = staff.dump("connector_state")
        report = staff.run("import dir", "sync", "full", "export dir")
        assert report.steps[0].outcome.counters.total() == report.steps[0].outcome.counters["stage-no-change"]
        assert staff.dump("connector_state") == before

    def test_an_import_that_is_cut_off_before_its_end_leaves_nothing_unconfirmed(
        self, staff: World, slapd: Slapd, top: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        setup = staff.engine.setup
        by_one = replace(setup.connectors["dir"], settings={**setup.connectors["dir"].settings, "page_size": 1})
        staff.configure((setup.connectors["hr"], by_one), setup.rules.rules, setup.rules.types.values())

        def show(leader: str) -> None:
            rows = [("1", "Ann", leader), ("2", "Bob", "1"), ("3", "Cid", "1")]
            staff.write("hr.csv", *(dict(zip(("id", "name", "manager"), row, strict=True)) for row in rows))
            assert staff.run("import hr", "sync", "export dir").errors == 0

        show("2")
        staff.run("import dir", "sync")
        show("3")
        # The directory renames, and repairs what refers to it; who refers is shown first.
        link = with_link(slapd)
        link.rename_s(f"cn=Cid,{top}", "cn=Cyd")
        link.modify_s(f"cn=Ann,{top}", [(ldap.MOD_REPLACE, "manager", [f"cn=Cyd,{top}".encode()])])
        monkeypatch.setattr(Stager, "finish", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            staff.run("import dir")
        monkeypatch.undo()
        monkeypatch.setenv("LDAP_PASSWORD", PASSWORD)
        staff.reopen()
        staff.run("import dir", "sync")
        ann = f"cn=Ann,{top}".casefold()
        assert ann not in {
            str(name).casefold()
            for (name,) in staff.rows("SELECT o.name FROM pending_export p JOIN object o ON o.id = p.object")
        }

    def test_an_account_is_made_with_its_first_password_which_nobody_reads(
        self, staff: World, slapd: Slapd, top: str
    ) -> None:
        link = ldap.initialize(slapd.uri)
        link.simple_bind_s(f"cn=Bob,{top}", "first-2")
        with_link(slapd).passwd_s(f"cn=Bob,{top}", None, "of my own")
        self.show(staff, "Anna")
        staff.run("import dir", "full", "export dir")
        link.simple_bind_s(f"cn=Bob,{top}", "of my own")
        assert "first-" not in repr(staff.dump())
        assert "of my own" not in repr(staff.dump())


class TestPartitions:
    """Two parts of one directory, of which one cannot be read for a while."""

    @pytest.fixture
    def parts(self, world: World, slapd: Slapd, top: str) -> World:
        link = with_link(slapd)
        for part in ("a", "b"):
            link.add_s(f"ou={part},{top}", [("objectClass", [b"organizationalUnit"])])
            for number in (1, 2):
                person = [(key, [f"{part}{number}".encode()]) for key in ("uid", "cn", "sn")]
                name = f"uid={part}{number},ou={part},{top}"
                link.add_s(name, [("objectClass", [b"inetOrgPerson"]), *person])
        people = inbound("dir", {"employeeId": "uid", "manager": "manager"}, object_type="inetOrgPerson")
        world.configure([directory(slapd, [f"ou=a,{top}", f"ou=b,{top}"])], [replace(people, link=LinkType.PROVISION)])
        assert world.run("import dir", "sync").errors == 0
        return world

    def people(self, world: World) -> set[str]:
        return {str(values["employeeId"]) for values in world.resources().values()}

    def test_are_one_listing(self, parts: World, slapd: Slapd, top: str) -> None:
        assert self.people(parts) == {"a1", "a2", "b1", "b2"}
        link = with_link(slapd)
        link.delete_s(f"uid=b2,ou=b,{top}")
        link.modify_s(f"uid=a1,ou=a,{top}", [(ldap.MOD_ADD, "manager", [f"uid=b1,ou=b,{top}".encode()])])
        parts.run("import dir", "sync")
        assert self.people(parts) == {"a1", "a2", "b1"}
        assert parts.references("manager", "employeeId") == {("a1", "b1")}

    def test_who_left_the_part_that_was_read_has_left_and_nobody_else(
        self, parts: World, slapd: Slapd, top: str
    ) -> None:
        link = with_link(slapd)
        link.delete_s(f"uid=a2,ou=a,{top}")
        link.rename_s(f"ou=b,{top}", "ou=hidden")
        report = parts.run("import dir")
        (step,) = report.steps
        assert step.outcome.result == "completed-discovery-errors"
        assert f"ou=b,{top}: it is not there, or may not be read" in step.outcome.message
        assert "3 objects were not shown" in step.outcome.message
        parts.run("sync")
        assert self.people(parts) == {"a1", "b1", "b2"}
        link.rename_s(f"ou=hidden,{top}", "ou=b")
        parts.run("import dir", "sync")
        assert self.people(parts) == {"a1", "b1", "b2"}


class TestNamesThatOthersHave:
    """Whoever leaves a name goes first; nobody is sent to the server with a name that stays taken."""

    @pytest.fixture
    def staff(self, world: World, slapd: Slapd, top: str) -> World:
        flows = {"dn": f'="cn=" & [name] & ",{top}"', "uid": "employeeId", "cn": "name", "sn": "name"}
        world.configure(
            [delimited("hr", "id name"), directory(slapd, top)],
            [
                inbound("hr", {"employeeId": "id", "name": "name"}, join=["id=employeeId"]),
                outbound("dir", flows, object_type="inetOrgPerson"),
            ],
            [ResourceType("person", attributes("employeeId name"), frozenset(["employeeId"]))],
        )
        self.show(world, "1A", "2B", "3C")
        assert world.run("import hr", "sync", "export dir", "import dir", "sync").errors == 0
        return world

    def show(self, world: World, *people: str) -> None:
        world.write("hr.csv", *({"id": one[0], "name": one[1:]} for one in people), columns="id name")

    def found(self, slapd: Slapd, top: str) -> list[str]:
        entries = with_link(slapd).search_s(top, ldap.SCOPE_ONELEVEL, "(objectClass=inetOrgPerson)", ["cn", "uid"])
        return sorted(values["uid"][0].decode() + values["cn"][0].decode() for _, values in entries)

    @pytest.mark.parametrize("after", [["1B", "2C", "3D"], ["1B", "3C"], ["1C", "2B"], ["1B", "2C"]])
    def test_that_are_given_up(self, staff: World, slapd: Slapd, top: str, after: list[str]) -> None:
        self.show(staff, *after)
        assert staff.run("import hr", "sync", "export dir").errors == 0
        assert self.found(slapd, top) == after
        assert staff.run("import dir", "sync").errors == 0
        assert staff.pending() == {}

    @pytest.mark.parametrize("after", [["1B", "2B", "3C"], ["1B", "2A", "3D"], ["1B", "2C", "3A"]])
    def test_that_stay_taken(self, staff: World, slapd: Slapd, top: str, after: list[str]) -> None:
        self.show(staff, *after)
        assert staff.run("import hr", "sync", "export dir").errors > 0
        assert set(staff.codes()) == {"rename-to-existing-dn"}
        kept = [one for one in ("1A", "2B", "3C") if one[0] + "D" not in after]
        assert [one for one in self.found(slapd, top) if one in kept] == kept
