"""What is made for a resource, in which order, and what becomes of it when nobody wants it any more."""

from dataclasses import replace

import pytest

from mimas.runs.images import WAITING
from mimas.runs.syncing import SWEEP
from mimas.store import tables
from mimas.sync.rules import Deprovision, Flow, LinkType, SyncRule
from mimas.testing import Nature, System
from tests.door import Door, door
from tests.world import World, delimited, inbound, origin, outbound, simulated, target

HR = delimited("hr", "id name title dept manager>person")
IN = inbound(
    "hr",
    {"employeeId": "id", "name": "name", "title": "title", "dept": "dept", "manager": "manager"},
    join=["id=employeeId"],
)
COLUMNS = "id name title manager>person"
FLOWS = {"id": "employeeId", "name": "name"}
ALL = ("import hr", "sync", "export app", "import app", "sync")


def hr(world: World, *rows: str) -> None:
    """Each ``id/name/title/dept/manager``."""
    names = ["id", "name", "title", "dept", "manager"]
    world.write(
        "hr.csv",
        *(dict(zip(names, [*row.split("/"), "", "", "", ""], strict=False)) for row in rows),
        columns=" ".join(names),
    )


class TestDeprovisioning:
    @pytest.fixture(params=["door", "listing"])
    def kept(self, world: World, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> World:
        """An account is disabled and renamed when its person leaves the scope, or altogether."""
        app = door(world, monkeypatch, COLUMNS) if request.param == "door" else target("app", COLUMNS)
        out = outbound(
            "app",
            FLOWS | {"title": "title"},
            where=["dept NOTEQUAL out"],
            deprovision=Deprovision.KEEP,
            leaving={"title": "#disabled", "name": '="x-" & [name]'},
        )
        world.configure([HR, app], [IN, out])
        hr(world, "1/A/dev", "2/B/dev")
        world.run(*ALL)
        return world

    def app(self, world: World) -> list[tuple[str, str]]:
        return [(row.get("name", ""), row.get("title", "")) for row in world.read("app.csv").values()]

    def test_out_of_scope_it_is_disabled_and_stays_so(self, kept: World) -> None:
        hr(kept, "1/A/dev/out", "2/B/dev")
        kept.run(*ALL, "full", "export app")
        assert sorted(self.app(kept)) == [("B", "dev"), ("x-A", "disabled")]
        assert kept.pending() == {}

    def test_back_in_scope_it_is_enabled(self, kept: World) -> None:
        hr(kept, "1/A/dev/out", "2/B/dev")
        kept.run(*ALL)
        hr(kept, "1/A/boss", "2/B/dev")
        kept.run(*ALL)
        assert sorted(self.app(kept)) == [("A", "boss"), ("B", "dev")]

    def test_gone_altogether_it_is_disabled(self, kept: World) -> None:
        hr(kept, "2/B/dev")
        kept.run(*ALL, "full", "export app", "import app")
        assert sorted(self.app(kept)) == [("B", "dev"), ("x-A", "disabled")]
        assert kept.pending() == {}

    def test_whoever_comes_back_has_the_account_again(self, kept: World) -> None:
        hr(kept, "2/B/dev")
        kept.run(*ALL)
        hr(kept, "1/A/dev", "2/B/dev")
        kept.run(*ALL)
        assert sorted(self.app(kept)) == [("A", "dev"), ("B", "dev")]
        assert kept.pending() == {}

    def test_enabled_by_hand_it_is_disabled_again(self, kept: World) -> None:
        hr(kept, "2/B/dev")
        kept.run(*ALL)
        rows = [{"id": key} | row | {"title": "dev"} for key, row in kept.read("app.csv").items()]
        kept.write("app.csv", *rows, columns="id name title manager")
        kept.run("import app", "export app")
        assert ("x-A", "disabled") in self.app(kept)

    def test_what_was_never_made_is_forgotten(self, kept: World) -> None:
        hr(kept, "1/A/dev", "2/B/dev", "3/C/dev")
        kept.run("import hr", "sync")
        hr(kept, "1/A/dev", "2/B/dev")
        kept.run(*ALL)
        assert len(self.app(kept)) == 2
        assert kept.pending() == {}

    def test_what_was_sent_and_not_seen_yet_is_disabled(self, kept: World) -> None:
        hr(kept, "1/A/dev", "2/B/dev", "3/C/dev")
        kept.run("import hr", "sync", "export app")
        hr(kept, "1/A/dev", "2/B/dev", "3/C/dev/out")
        kept.run(*ALL, *ALL)
        assert ("x-C", "disabled") in self.app(kept)
        assert kept.pending() == {}

    def test_keeping_without_flows_leaves_what_other_rules_say(self, world: World) -> None:
        first = outbound("app", FLOWS, where=["dept NOTEQUAL out"], deprovision=Deprovision.KEEP)
        second = outbound("app", {"title": "#left"}, name="leavers", where=["dept EQUAL out"])
        world.configure([HR, target("app", COLUMNS)], [IN, first, replace(second, link=IN.link.JOIN)])
        hr(world, "1/A")
        world.run(*ALL)
        hr(world, "1/A//out")
        world.run(*ALL)
        assert self.app(world) == [("A", "left")]

    def test_left_alone_its_values_are_its_own_for_every_sync(self, world: World) -> None:
        """What was put there flows in from then on: following changes says so, too, and not only a full sync."""
        app = simulated("app", {"person": "id title manager>person"}, anchor="id", delta=True)
        out = outbound(
            "app",
            {"id": "employeeId", "title": "title", "manager": "manager"},
            where=["name ISNOTNULL"],
            deprovision=Deprovision.KEEP,
        )
        back = inbound("app", {"title": "title", "manager": "manager"}, name="back", link=LinkType.JOIN, precedence=50)
        world.configure([HR, app], [IN, out, back])
        System(world.folder / "app.system", Nature()).close()
        hr(world, "1/A/dev//1")
        steps = ("import hr", "sync", "export app", "delta app", "sync")
        world.run(*steps)
        hr(world, "1")
        world.run(*steps)
        assert world.people("employeeId")["1"]["title"] == "dev"
        before = world.dump()
        world.run("full")
        assert world.dump() == before

    def test_disconnected_explicitly_no_rule_links_it_again(self, world: World) -> None:
        out = outbound("app", FLOWS, where=["dept NOTEQUAL out"], deprovision=Deprovision.EXPLICIT)
        world.configure([HR, target("app", COLUMNS)], [IN, out])
        hr(world, "1/A")
        world.run(*ALL)
        hr(world, "1/A//out")
        world.run(*ALL)
        assert [link for link in world.links() if link[0] == "app"] == []
        hr(world, "1/B")
        world.run(*ALL, "full")
        assert "cd-existing-object" in world.codes()
        assert self.app(world) == [("A", "")]


class TestSeveralObjectsOfOneSystem:
    @pytest.fixture
    def admins(self, world: World) -> World:
        """Whoever has a title has a second account."""
        world.configure(
            [HR, target("app", COLUMNS)],
            [
                IN,
                outbound("app", FLOWS | {"manager": "manager"}),
                outbound(
                    "app",
                    {"id": '="adm-" & [employeeId]', "name": '=[name] & " (admin)"'},
                    name="admin accounts",
                    where=["title ISNOTNULL"],
                    intent="admin",
                ),
            ],
        )
        hr(world, "1/A/boss", "2/B///1")
        world.run(*ALL)
        return world

    def test_each_has_its_own(self, admins: World) -> None:
        assert admins.read("app.csv") == {
            "1": {"name": "A"},
            "2": {"name": "B", "manager": "1"},
            "adm-1": {"name": "A (admin)"},
        }
        assert admins.pending() == {}
        before = admins.dump()
        admins.run("full", "export app", "import app", "sync")
        assert admins.dump() == before

    def test_one_of_them_changes_and_goes_by_itself(self, admins: World) -> None:
        hr(admins, "1/A", "2/Bea/x//1")
        admins.run(*ALL)
        assert admins.read("app.csv") == {
            "1": {"name": "A"},
            "2": {"name": "Bea", "manager": "1"},
            "adm-2": {"name": "Bea (admin)"},
        }

    def test_a_reference_may_be_to_the_other_one(self, world: World, admins: World) -> None:
        *rest, admin = admins.engine.setup.rules.rules
        refers = Flow("manager", origin("manager"), intent="admin")
        world.configure([HR, target("app", COLUMNS)], [*rest, replace(admin, flows=(*admin.flows, refers))])
        hr(admins, "1/A/boss", "2/B/boss//1")
        admins.run(*ALL, *ALL)
        assert admins.read("app.csv")["2"]["manager"] == "1"
        assert admins.read("app.csv")["adm-2"]["manager"] == "adm-1"


class TestOneAfterTheOther:
    @pytest.fixture
    def mailbox(self, world: World, monkeypatch: pytest.MonkeyPatch) -> World:
        world.configure(
            [HR, door(world, monkeypatch, COLUMNS), target("mail", "id name")],
            [IN, outbound("app", FLOWS), outbound("mail", FLOWS, name="mailboxes", after="app out")],
        )
        hr(world, "1/A")
        return world

    def test_the_second_waits_until_the_first_is_there(self, mailbox: World) -> None:
        Door.refuses = {"1"}
        outcome = mailbox.run("import hr", "sync", "export app", "import app", "sync").steps[1].outcome
        assert outcome.counters["provisioning-waits"] == 1
        assert mailbox.pending("mail") == {}
        Door.refuses = set()
        mailbox.run("export app", "sync")
        assert mailbox.pending("mail") == {}
        mailbox.run("import app", "sync")
        assert mailbox.pending("mail") == {"1": ("add", WAITING)}
        mailbox.run("export mail", "import mail", "sync")
        assert list(mailbox.read("mail.csv")) == ["1"]

    def test_a_full_sync_comes_to_the_same(self, mailbox: World) -> None:
        mailbox.run("import hr", "sync", "export app", "full")
        assert mailbox.pending("mail") == {}
        mailbox.run("import app", "full")
        assert mailbox.pending("mail") == {"1": ("add", WAITING)}

    def test_an_account_deleted_by_hand_does_not_take_the_mailbox_along(self, mailbox: World) -> None:
        mailbox.run(*ALL, "export mail", "import mail", "sync")
        mailbox.write("app.csv", columns="id name title manager")
        mailbox.run("import app", "sync", "export mail")
        assert list(mailbox.read("mail.csv")) == ["1"]


@pytest.mark.parametrize(
    "rules",
    [
        [outbound("app", FLOWS | {"title": "dept"})],
        [outbound("app", FLOWS, where=["name NOTEQUAL A"])],
        [outbound("app", FLOWS, name="another rule")],
        [outbound("app", FLOWS), outbound("app", {"title": "title"}, name="titles", where=["dept ISNOTNULL"])],
        [],
    ],
)
def test_a_changed_outbound_rule_needs_no_look_at_the_resources(world: World, rules: list[SyncRule]) -> None:
    """What `mimas config apply` asks for then comes to the same as a look at everything."""
    connectors = [HR, target("app", COLUMNS)]
    world.configure(connectors, [IN, outbound("app", FLOWS | {"manager": "manager"})])
    hr(world, "1/A/boss", "2/B/dev/x/1")
    world.run(*ALL)
    world.configure(connectors, [IN, *rules])
    with world.store.transaction() as tx:
        tx.upsert(tables.meta, "key, value", [(SWEEP, SWEEP)], "value = excluded.value")
    counters = world.step("sync").counters
    assert counters["resource-changed"] == 0
    before = world.dump()
    world.run("full")
    assert world.dump() == before
