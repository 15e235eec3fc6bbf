"""Whole runs against Samba's domain controller: from HR to accounts and groups, and back."""

import shutil
from pathlib import Path
from typing import Any
from uuid import uuid4

import ldap
import pytest

from mimas.runs.setup import ConnectorSetup
from mimas.schema.attributes import NAME, Attribute, Kind, ObjectType
from mimas.sync.rules import Membership, ResourceType
from tests.servers.samba import PASSWORD, Samba
from tests.unit.cli.shell import Shell
from tests.world import OPEN, World, attribute, attributes, delimited, inbound, outbound

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("samba")]


EXAMPLE = Path(__file__).parents[2] / "examples" / "active-directory"


@pytest.fixture
def top(samba: Samba, monkeypatch: pytest.MonkeyPatch) -> str:
    """A container that nobody else uses."""
    monkeypatch.setenv("AD_PASSWORD", PASSWORD)
    name = f"OU=runs-{uuid4().hex[:12]},{samba.base}"
    samba.load(f"dn: {name}\nobjectClass: organizationalUnit\n")
    return name


def forest(samba: Samba, top: str) -> ConnectorSetup:
    types = {
        "user": attributes("sAMAccountName displayName manager>user Enabled:boolean")
        | {"unicodePwd": Attribute("unicodePwd", secret=True)},
        "group": attributes("sAMAccountName GroupScope")
        | {"member": Attribute("member", Kind.REFERENCE, multivalued=True)},
    }
    schema = {name: ObjectType(name, {NAME: attribute(NAME)} | found, ()) for name, found in types.items()}
    settings = {
        "domains": [{"name": samba.domain, "servers": samba.address, "containers": top}],
        "user": samba.user, "password": {"env": "AD_PASSWORD"}, "ca_file": str(samba.certificate),
    }  # fmt: skip
    return ConnectorSetup("ad", "active-directory", settings, schema, missing=OPEN, deletes=OPEN)


class Company:
    """What HR says, and what the domain shows."""

    def __init__(self, world: World, samba: Samba, top: str) -> None:
        self.world, self.samba, self.top = world, samba, top
        self.prefix = uuid4().hex[:8]
        self.link: Any = ldap.initialize(samba.plain_uri)
        self.link.simple_bind_s(samba.user, PASSWORD)
        dn = f'="CN=" & EscapeDNComponent([name]) & ",OU=" & EscapeDNComponent([dept]) & ",{top}"'
        account = f'="{self.prefix}-" & [employeeId]'
        world.configure(
            [
                delimited("hr", "id name dept status team manager>person"),
                delimited("teams", "id name"),
                forest(samba, top),
            ],
            [
                inbound(
                    "hr",
                    {
                        "employeeId": "id",
                        "name": "name",
                        "dept": "dept",
                        "status": "status",
                        "team": "team",
                        "manager": "manager",
                    },
                    join=["id=employeeId"],
                ),
                inbound(
                    "teams",
                    {"employeeId": "id", "name": "name"},
                    resource_type="team",
                    join=["id=employeeId"],
                ),
                outbound(
                    "ad",
                    {
                        "dn": dn,
                        "sAMAccountName": account,
                        "displayName": "name",
                        "manager": "manager",
                        "Enabled": '=[status] = "active"',
                        "unicodePwd": '="Erstes-" & [employeeId] & "-Passwort!"',
                    },
                    name="accounts",
                    object_type="user",
                ),
                outbound(
                    "ad",
                    {
                        "dn": f'="CN=" & EscapeDNComponent([name]) & ",OU=Groups,{top}"',
                        "sAMAccountName": account,
                        "member": "member",
                        "GroupScope": "#Universal",
                    },
                    name="groups",
                    object_type="group",
                    resource_type="team",
                ),
            ],
            [
                ResourceType(
                    "person", attributes("employeeId name dept status team manager>person"), frozenset(["employeeId"])
                ),
                ResourceType("team", attributes("employeeId name member>person*"), frozenset(["employeeId"])),
            ],
            [Membership("teams", "team", "member", "person", "employeeId", "team")],
        )

    def say(self, *people: str) -> None:
        """Each as ``number/name/dept/status/team/manager``."""
        columns = ("id", "name", "dept", "status", "team", "manager")
        self.world.write("hr.csv", *(dict(zip(columns, text.split("/"), strict=True)) for text in people))
        self.world.write("teams.csv", {"id": "t1", "name": "Team, one"})
        report = self.world.run("import hr", "import teams", "sync", "export ad")
        assert report.errors == 0, self.world.notes

    def shown(self) -> dict[str, str]:
        """Account → ``name, in the container/enabled/manager's account``."""
        found = self.link.search_s(
            self.top, ldap.SCOPE_SUBTREE, "(objectClass=user)", ["sAMAccountName", "userAccountControl", "manager"]
        )
        accounts = {
            name: values["sAMAccountName"][0].decode().removeprefix(f"{self.prefix}-") for name, values in found
        }
        return {
            accounts[name]: "/".join((
                name.removesuffix(f",{self.top}"),
                "off" if int(values["userAccountControl"][0]) & 2 else "on",
                *(accounts[one.decode()] for one in values.get("manager", [])),
            ))
            for name, values in found
        }  # fmt: skip

    def members(self) -> set[str]:
        """Who is in the team."""
        name = f"CN=Team\\, one,OU=Groups,{self.top}"
        ((_, values),) = self.link.search_s(name, ldap.SCOPE_BASE, "(objectClass=group)", ["member"])
        return {one.decode().removesuffix(f",{self.top}") for one in values.get("member", [])}

    def settle(self, step: str) -> None:
        """What was exported is confirmed, and then there is nothing more to do."""
        assert self.world.run(f"{step} ad", "sync").errors == 0
        assert self.world.pending() == {}
        before = self.world.dump("connector_state")
        report = self.world.run("import hr", "import teams", "sync", "full", "export ad", "delta ad", "sync")
        assert report.errors == 0
        assert report.steps[4].outcome.counters.total() == 0
        assert self.world.dump("connector_state") == before

    def signs_in(self, account: str, password: str) -> bool:
        link = ldap.initialize(self.samba.plain_uri)
        try:
            link.simple_bind_s(f"{self.prefix}-{account}@{self.samba.domain}", password)
        except ldap.INVALID_CREDENTIALS:
            return False
        return True


# In the file stands first who is led by somebody that stands further down; two lead one another.
CID, BOB, ANN = "3/Cid, Jr./R+D 1/active/t1/1", "2/Bob/Sales/active/t1/1", "1/Ann/Sales/active//3"


@pytest.fixture
def company(world: World, samba: Samba, top: str) -> Company:
    """Three people and a team of two of them."""
    company = Company(world, samba, top)
    company.say(CID, BOB, ANN)
    return company


def test_an_account_is_made_with_its_first_password(company: Company) -> None:
    assert company.shown() == {
        "1": "CN=Ann,OU=Sales/on/3",
        "2": "CN=Bob,OU=Sales/on/1",
        "3": "CN=Cid\\, Jr.,OU=R\\+D 1/on/1",
    }
    assert company.members() == {"CN=Bob,OU=Sales", "CN=Cid\\, Jr.,OU=R\\+D 1"}
    assert company.signs_in("3", "Erstes-3-Passwort!")
    company.settle("import")
    assert "Erstes-" not in repr(company.world.dump())


def test_whoever_moves_marries_or_leaves_keeps_the_account(company: Company) -> None:
    company.settle("import")
    company.say("1/Anna/R+D 1/active/t1/", "2/Bob/Sales/left/t1/3", CID)
    assert company.shown() == {
        "1": "CN=Anna,OU=R\\+D 1/on",
        "2": "CN=Bob,OU=Sales/off/3",
        "3": "CN=Cid\\, Jr.,OU=R\\+D 1/on/1",
    }
    assert company.members() == {"CN=Anna,OU=R\\+D 1", "CN=Bob,OU=Sales", "CN=Cid\\, Jr.,OU=R\\+D 1"}
    assert not company.signs_in("2", "Erstes-2-Passwort!")
    assert company.signs_in("1", "Erstes-1-Passwort!")
    company.settle("delta")


def test_whoever_is_deleted_leaves_the_groups_without_a_word(company: Company) -> None:
    company.settle("import")
    company.say(CID, ANN)
    assert company.shown().keys() == {"1", "3"}
    assert company.members() == {"CN=Cid\\, Jr.,OU=R\\+D 1"}
    company.settle("delta")


# DirSync tells that somebody is gone, and not which groups have thereby lost a member.
@pytest.mark.parametrize("step", ["import", "delta"])
def test_whoever_somebody_else_deletes_comes_back_into_the_groups(company: Company, step: str) -> None:
    company.settle("import")
    company.link.delete_s(f"CN=Bob,OU=Sales,{company.top}")
    assert company.world.run(f"{step} ad", "sync", "export ad").errors == 0
    assert company.shown()["2"] == "CN=Bob,OU=Sales/on/1"
    assert company.members() == {"CN=Bob,OU=Sales", "CN=Cid\\, Jr.,OU=R\\+D 1"}
    company.settle("delta")


def test_the_example_does_what_its_page_says(
    samba: Samba, top: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell = Shell(Path(shutil.copytree(EXAMPLE, tmp_path / "home")), monkeypatch)
    monkeypatch.setenv("AD_PASSWORD", PASSWORD)
    for path in (shell.home / "documents").iterdir():
        text = path.read_text(encoding="utf-8").replace("OU=Mimas,DC=corp,DC=example,DC=com", top)
        text = text.replace("mimas@corp.example.com", samba.user).replace("corp-ca.pem", str(samba.certificate))
        text = text.replace("dc1.corp.example.com, dc2.corp.example.com", samba.address)
        path.write_text(text.replace("corp.example.com", samba.domain), encoding="utf-8")
    shell.done("config", "apply")
    assert shell.done("connector", "test", "ad").endswith("changes by DirSync\n")
    shell.done("run", "nightly")
    link = ldap.initialize(samba.plain_uri)
    link.simple_bind_s(samba.user, PASSWORD)

    def shown() -> dict[str, str]:
        found = link.search_s(top, ldap.SCOPE_SUBTREE, "(objectClass=user)", ["sAMAccountName", "userAccountControl"])
        return {
            values["sAMAccountName"][0].decode(): name.removesuffix(f",{top}")
            + ("-" if int(values["userAccountControl"][0]) & 2 else "")
            for name, values in found
        }

    assert shown() == {
        "alovelace": "CN=Ada Lovelace 1001,OU=Staff",
        "ghopper": "CN=Grace Hopper 1002,OU=Staff",
        "eaberg": "CN=Erik Åberg\\, Jr. 1003,OU=Staff",
        "dmaar": "CN=Dora Maar 1004,OU=Staff-",
    }
    containers = shell("connector", "containers", "ad", "--json").json
    assert {one["name"] for one in containers} >= {samba.base, top, f"OU=Staff,{top}"}
    assert shell.done("connector", "containers", "ad").count(top.partition(",")[0]) >= 3
    assert "nothing to do" in shell.done("run", "hourly")
    people = shell.home / "in" / "people.csv"
    text = people.read_text(encoding="utf-8").replace("Ada,Lovelace", "Ada,King").replace("active,,1001", "left,,1001")
    people.write_text("".join(line for line in text.splitlines(keepends=True) if "Dora" not in line), encoding="utf-8")
    shell.done("run", "hourly")
    assert shown() == {
        "alovelace": "CN=Ada King 1001,OU=Staff",
        "ghopper": "CN=Grace Hopper 1002,OU=Staff",
        "eaberg": "CN=Erik Åberg\\, Jr. 1003,OU=Staff-",
        "dmaar": "CN=Dora Maar 1004,OU=Leavers-",
    }
    ((_, team),) = link.search_s(f"CN=Engineering,OU=Groups,{top}", ldap.SCOPE_BASE, "(objectClass=group)", ["member"])
    assert sorted(team["member"]) == [
        f"CN={one},OU=Staff,{top}".encode() for one in ("Ada King 1001", "Grace Hopper 1002")
    ]
    assert "nothing to do" in shell.done("run", "nightly")
