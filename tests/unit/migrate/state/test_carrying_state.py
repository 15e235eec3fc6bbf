"""`mimas migrate state`: after it the first sync joins nothing, makes nothing, creates and deletes nothing."""

import tracemalloc
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from mimas.migrate.elements import MigrationError
from mimas.migrate.state import linking
from mimas.migrate.state.carrying import carry
from mimas.migrate.state.making import Maker
from mimas.migrate.state.tally import State
from mimas.runs import joiner
from mimas.runs.engine import UsageError
from mimas.store import looking
from mimas.store.database import BusyError
from mimas.store.store import Store
from mimas.sync.rules import Deletion, DeletionRule, LinkType, ResourceType
from mimas.testing import System
from tests.unit.migrate.state.space_files import guid, mv, object_guid, space, write
from tests.world import World, attributes, delimited, inbound, outbound, person, simulated, target

HR = {"employeeId": "id", "name": "name", "dept": "dept", "mail": ("[name]",)}
DIR = {"dn": '="cn="+[name]+",ou=people"', "cn": "name", "uid": "employeeId", "mail": "mail"}
QUIET = ("joined", "projected", "provisioned", "deprovisioned", "resource-deleted", "disconnected", "ambiguous-join")


def configure(world: World, **more: object) -> None:
    """HR, which makes people; a directory whose accounts are joined by a number, and made where there is none."""
    world.configure(
        [
            delimited("hr", "id name dept"),
            simulated("dir", {"person": "objectGUID cn uid mail"}, anchor="objectGUID", named=True),
        ],
        [
            inbound("hr", HR, where=["dept NOTEQUAL none"]),
            inbound("dir", {"title": "cn"}, link=LinkType.JOIN, join=["uid=employeeId"], precedence=200),
            outbound("dir", DIR, where=["name ISNOTNULL"]),
        ],
        **more,  # type: ignore[arg-type]
    )


def account(world: World, name: str, *, uid: str = "", mail: str = "", of: str = "") -> str:
    """An account in the directory, whose GUID is told by ``of``, or else by its name."""
    with System(world.folder / "dir.system") as system:
        anchor = object_guid(of or name)
        values: dict[str, Any] = {"objectGUID": anchor, "cn": name, "uid": uid, "mail": mail}
        system.put("person", values, anchor=anchor, name=f"cn={name},ou=people")
    return anchor


def account_space(name: str, resource: str = "", *, of: str = "", **more: object) -> str:
    """The same as a csexport file has it."""
    bytes_ = UUID(object_guid(of or name)).bytes_le
    return space(f"CN={name}, OU=people", resource, agent="dir", anchor=bytes_, **more)  # type: ignore[arg-type]


def counts(state: State) -> dict[str, int]:
    """What was counted, zeros left out."""
    return {key: count for key, count in state.counts.items() if count}


def sync(world: World) -> Mapping[str, int]:
    """The first sync; its counters."""
    return world.run("sync").steps[0].outcome.counters


def test_the_first_sync_has_nothing_to_link_to_make_or_to_take_away(world: World) -> None:
    configure(world)
    world.write(
        "hr.csv", *({"id": f"E{i}", "name": name, "dept": "IT"} for i, name in enumerate(("Ann", "Bea", "Zoë")))
    )
    # None of these joins would be found: the directory has other numbers, or none, and other names.
    for name, uid in (("A. Miller", "77"), ("bea", ""), ("Zoë Ødegård", "E0")):
        account(world, name, uid=uid)
    world.run("import hr", "import dir")
    hr = write(world, "hr.xml", *(space(f"E{i}", f"p{i}", lineage="projection-rules") for i in range(3)))
    ad = write(
        world,
        "ad.xml",
        account_space("A. Miller", "p0"),
        account_space("BEA", "p1", of="bea", lineage="provisioning-rules"),
        account_space("Zoë Ødegård", "p2"),
    )
    state = carry(world.engine, [hr, ad])
    assert counts(state) == {"objects": 6, "matched": 6, "resources": 3, "linked": 6, "guids": 3}
    assert state.clean
    before = world.rows("SELECT resource, connector, object, rule FROM link ORDER BY object")
    counters = sync(world)
    assert {name: counters[name] for name in QUIET} == dict.fromkeys(QUIET, 0)
    assert world.rows("SELECT resource, connector, object, rule FROM link ORDER BY object") == before
    assert {name: values["title"] for name, values in world.people().items()} == {
        "Ann": "A. Miller",
        "Bea": "bea",
        "Zoë": "Zoë Ødegård",
    }
    assert {operation for operation, _ in world.pending("dir").values()} == {"update"}
    assert sync(world)["resource-changed"] == 0


def test_a_second_time_changes_nothing(world: World) -> None:
    hr, ad = pair(world)
    carry(world.engine, [hr, ad])
    before = world.dump("meta")
    again = counts(carry(world.engine, [hr, ad]))
    assert again == {"objects": 4, "matched": 4, "linked-before": 4}
    assert world.dump("meta") == before
    sync(world)
    assert counts(carry(world.engine, [hr, ad])) == again


def pair(world: World, **more: object) -> tuple[Path, Path]:
    """Two people, each with an account that no rule would find."""
    configure(world, **more)
    world.write("hr.csv", {"id": "E1", "name": "Ann", "dept": "IT"}, {"id": "E2", "name": "Bea", "dept": "IT"})
    account(world, "a1", mail="ann@old")
    account(world, "b2", mail="bea@old")
    world.run("import hr", "import dir")
    hr = write(world, "hr.xml", space("E1", "p1", lineage="projection-rules"), space("E2", "p2"))
    return hr, write(world, "ad.xml", account_space("a1", "p1"), account_space("b2", "p2"))


class TestMatching:
    def test_who_was_renamed_is_found_by_the_anchor(self, world: World) -> None:
        hr, ad = pair(world)
        with System(world.folder / "dir.system") as system:
            system.rename(object_guid("a1"), "cn=new,ou=people")
            system.rename(object_guid("b2"), "cn=a1,ou=people")
        world.run("import dir")
        state = carry(world.engine, [hr, ad])
        assert (state.counts["renamed"], state.clean) == (2, True)
        sync(world)
        assert {v["name"]: v["employeeId"] for v in world.people("title").values()} == {"Ann": "E1", "Bea": "E2"}
        anchors = dict(world.rows("SELECT o.name, l.resource FROM link l JOIN object o ON o.id = l.object"))
        assert anchors["cn=new,ou=people"] == world.id_of("Ann")

    def test_an_old_name_with_another_anchor_is_somebody_else(self, world: World) -> None:
        hr, _ = pair(world)
        ad = write(world, "ad.xml", account_space("a1", "p1", of="deleted"), account_space("b2", "p2"))
        state = carry(world.engine, [hr, ad])
        assert state.named["contradictory"] == ["dir CN=a1, OU=people: the object of this name has another anchor"]
        assert ("dir", object_guid("a1"), "dir in") not in world.links()

    def test_objects_without_names_are_found_by_name_attributes_or_bytes(self, world: World) -> None:
        world.configure([delimited("hr", "id name")], [inbound("hr", {"name": "name"})])
        world.write("hr.csv", *({"id": id_, "name": id_} for id_ in ("é1", "2", "3", "4")))
        world.run("import hr")
        file = write(
            world,
            "hr.xml",
            space("é1", "a"),
            space("row 2", "b", shown={"ID": "2"}),
            space("row 3", "c", anchor="3".encode("utf-16-le")),
            space("row 4", "d", anchor=b"4"),
            space("row 5", "e", anchor=b"\x00\xff5"),
        )
        state = carry(world.engine, [file])
        assert (state.counts["linked"], state.named["not-in-system"]) == (4, ["hr row 5"])

    def test_what_is_on_one_side_only_is_told(self, world: World) -> None:
        hr, _ = pair(world)
        account(world, "new")
        world.run("import dir")
        others = [account_space(f"gone {i}", "p1") for i in range(25)]
        ad = write(world, "ad.xml", account_space("a1", "p1"), *others, account_space("soon", "p2", operation="add"))
        state = carry(world.engine, [hr, ad])
        assert state.counts["not-in-system"] == 25
        assert len(state.named["not-in-system"]) == 20
        assert state.named["to-create"] == ["dir CN=soon, OU=people"]
        assert (state.counts["not-in-file"], state.clean) == (2, True)
        assert state.named["not-in-file"] == ["dir cn=b2,ou=people", "dir cn=new,ou=people"]
        assert "no-file" not in state.named
        assert carry(world.engine, [hr]).named["no-file"] == ["dir"]


class TestByHand:
    def test_links_made_by_hand_stay_whatever_the_rules_say(self, world: World) -> None:
        hr, _ = pair(world)
        account(world, "c3", uid="E2")
        world.run("import dir")
        # The account's number says that it is Bea's.
        hr = write(world, "hr.xml", space("E1", "p1", state="explicit"), space("E2", "p2"))
        ad = write(world, "ad.xml", account_space("c3", "p1", lineage="account-joiner"), account_space("b2", "p2"))
        state = carry(world.engine, [hr, ad])
        assert (state.counts["explicit"], state.clean) == (2, True)
        before = world.links()
        counters = sync(world)
        assert {name: counters[name] for name in QUIET} == dict.fromkeys(QUIET, 0)
        assert world.people("title")["c3"]["name"] == "Ann"
        world.write("hr.csv", {"id": "E1", "name": "Ann", "dept": "none"}, {"id": "E2", "name": "Bea", "dept": "IT"})
        world.run("import hr")
        assert sync(world)["disconnected"] == 0
        assert world.links() == before

    def test_but_nobody_is_made_without_values(self, world: World) -> None:
        configure(world)
        world.write("hr.csv", {"id": "E1", "name": "Ann", "dept": "none"})
        account(world, "a1")
        world.run("import hr", "import dir")
        hr = write(world, "hr.xml", space("E1", "p1", state="explicit"))
        # The scope leaves Ann out: nothing of her would be known, and the outbound rule would take her account away.
        state = carry(world.engine, [hr, write(world, "ad.xml", account_space("a1", "p1"))])
        assert (state.counts["not-alive"], world.links()) == (1, set())
        assert sync(world)["deprovisioned"] == 0

    def test_who_was_disconnected_by_hand_stays_so(self, world: World) -> None:
        hr, _ = pair(world)
        account(world, "c3", uid="E2")
        world.run("import dir")
        ad = write(
            world,
            "ad.xml",
            account_space("a1", "p1"),
            account_space("b2", state="stay"),
            account_space("c3", state="explicit"),
        )
        state = carry(world.engine, [hr, ad])
        assert (state.counts["explicit-disconnectors"], state.counts["filtered"]) == (1, 1)
        counters = sync(world)
        assert (counters["joined"], counters["disconnector-explicit"]) == (0, 1)
        count, found = joiner.disconnectors(world.engine.symbols, "dir", world.clock.now, 10)
        assert {one.name: one.why for one in found}["cn=c3,ou=people"] == "disconnected by hand"
        assert counts(carry(world.engine, [hr, ad])).get("explicit-disconnectors") is None
        assert count == 2

    def test_what_a_person_has_decided_here_goes_before(self, world: World) -> None:
        hr, ad = pair(world)
        joiner.disconnect(world.engine.symbols, "dir", object_guid("a1"), world.clock.now)
        carry(world.engine, [hr, ad])
        assert {anchor for connector, anchor, _ in world.links() if connector == "dir"} == {object_guid("b2")}


class TestContradictions:
    def test_two_objects_for_one_place_are_both_left_to_a_person(self, world: World) -> None:
        hr, _ = pair(world)
        ad = write(world, "ad.xml", account_space("a1", "p1"), account_space("b2", "p1"))
        state = carry(world.engine, [hr, ad])
        assert len(state.named["contradictory"]) == 2
        assert "mimas join" in state.named["contradictory"][0]
        assert {connector for connector, *_ in world.links()} == {"hr"}
        again = carry(world.engine, [hr, ad])
        assert again.named["contradictory"] == state.named["contradictory"]
        joiner.join(world.engine.symbols, "dir", object_guid("b2"), world.id_of("Ann"), world.clock.now)
        # Bea has none, and gets one.
        assert (sync(world)["provisioned"], world.people("title")["b2"]["name"]) == (1, "Ann")

    def test_one_object_in_two_files_that_differ(self, world: World) -> None:
        hr, ad = pair(world)
        other = write(world, "other.xml", account_space("a1", "p2"))
        state = carry(world.engine, [hr, ad, other, hr])
        assert state.named["contradictory"] == ["dir CN=a1, OU=people: it stands twice in the files, and not alike"]
        assert {anchor for connector, anchor, _ in world.links() if connector == "dir"} == {object_guid("b2")}

    def test_two_kinds_of_files_that_differ(self, world: World) -> None:
        hr, ad = pair(world)
        tied = mv("p2", "person", ties=[("dir", "CN=a1, OU=people")])
        state = carry(world.engine, [hr, ad], write(world, "mv.xml", mv("p1", "person"), tied))
        assert state.named["contradictory"] == ["dir CN=a1, OU=people: the two kinds of files link it differently"]

    def test_after_a_sync_nobody_is_merged_or_moved(self, world: World) -> None:
        hr, ad = pair(world)
        sync(world)
        before = world.links()
        swapped = write(world, "swapped.xml", space("E1", "p1"), space("E2", "p1"))
        state = carry(world.engine, [swapped])
        assert state.named["contradictory"] == ["hr E1: its objects belong to other resources here than in the files"]
        # Each has an account to be made by now: what the old product had is in nobody's place.
        state = carry(world.engine, [hr, ad])
        assert len(state.named["contradictory"]) == 2
        assert world.links() == before

    def test_who_is_known_by_a_guid_is_not_given_to_another(self, world: World) -> None:
        hr, ad = pair(world)
        carry(world.engine, [hr])
        renamed = write(world, "hr2.xml", space("E1", "p9"))
        assert carry(world.engine, [renamed]).counts["contradictory"] == 1
        assert carry(world.engine, [ad]).counts["linked"] == 2

    def test_an_object_of_a_deleted_resource(self, world: World) -> None:
        hr, ad = pair(world)
        carry(world.engine, [hr])
        world.write("hr.csv", {"id": "E2", "name": "Bea", "dept": "IT"}, columns="id name dept")
        world.run("import hr", "sync")
        assert "is deleted here" in carry(world.engine, [ad]).named["contradictory"][0]

    def test_linked_to_nobody_knows_whom(self, world: World) -> None:
        hr, _ = pair(world)
        ad = write(world, "ad.xml", account_space("a1", link=True))
        assert carry(world.engine, [hr, ad]).named["no-resource"] == ["dir CN=a1, OU=people"]


class TestTypes:
    @pytest.fixture
    def typed(self, world: World) -> Path:
        """Objects that may become a person or a group."""
        group = ResourceType("group", attributes("name"), frozenset({"name"}))
        world.configure(
            [delimited("hr", "id name")],
            [inbound("hr", {"name": "name"}), inbound("hr", {"name": "name"}, name="groups", resource_type="group")],
            [person(), group],
        )
        world.write("hr.csv", {"id": "1", "name": "Ann"}, {"id": "2", "name": "All"})
        world.run("import hr")
        return write(world, "hr.xml", space("1", "p1"), space("2", "p2"))

    def test_the_metaverse_says_it(self, world: World, typed: Path) -> None:
        state = carry(world.engine, [typed], write(world, "mv.xml", mv("p1", "Person"), mv("p2", "GROUP")))
        assert state.counts["linked"] == 2
        sync(world)
        assert (set(world.people()), set(world.people(type_="group"))) == ({"Ann"}, {"All"})

    def test_a_type_that_only_joins_cannot_have_made_it(self, world: World) -> None:
        group = ResourceType("group", attributes("name"), frozenset({"name"}))
        joining = inbound(
            "hr", {"name": "name"}, name="g", resource_type="group", link=LinkType.JOIN, join=["name=name"]
        )
        world.configure([delimited("hr", "id name")], [inbound("hr", {"name": "name"}), joining], [person(), group])
        world.write("hr.csv", {"id": "1", "name": "Ann"})
        world.run("import hr")
        assert carry(world.engine, [write(world, "hr.xml", space("1", "p1"))]).clean
        assert world.links() == {("hr", "1", "hr in")}

    def test_without_it_they_are_left_to_the_rules(self, world: World, typed: Path) -> None:
        state = carry(world.engine, [typed])
        assert "it may be group, person: give the metaverse" in state.named["no-type"][0]
        assert world.links() == set()

    def test_a_type_that_is_not_in_force(self, world: World, typed: Path) -> None:
        state = carry(world.engine, [typed], write(world, "mv.xml", mv("p1", "Device")))
        assert state.named["no-type"][0] == "hr 1: there is no type “Device”"

    def test_links_that_only_the_metaverse_tells(self, world: World, typed: Path) -> None:
        file = write(world, "hr.xml", space("1", agent="", agent_id=guid("hr")))
        metaverse = write(world, "mv.xml", mv("p1", "person", ties=[("", "1"), ("hr", "nobody")]))
        assert carry(world.engine, [file], metaverse).counts["linked"] == 1


class TestSafety:
    def test_a_resource_that_nothing_would_keep_alive_is_not_made(self, world: World) -> None:
        hr, ad = pair(world)
        state = carry(world.engine, [ad])
        assert (state.counts["not-alive"], world.links()) == (2, set())
        assert carry(world.engine, [ad, hr]).counts["linked"] == 4

    def test_one_object_that_no_rule_links_leaves_the_others_theirs(self, world: World) -> None:
        pair(world)
        world.write("hr.csv", {"id": "E1", "name": "Ann", "dept": "IT"}, {"id": "E2", "name": "B", "dept": "none"})
        world.run("import hr")
        both = write(world, "hr.xml", space("E1", "p1"), space("E2", "p2"))
        ad = write(world, "ad.xml", account_space("a1", "p1"), account_space("b2", "p2"))
        state = carry(world.engine, [both, ad])
        assert (state.counts["linked"], state.named["no-rule"]) == (2, ["hr E2"])
        # Nobody would keep Bea alive: her account is not taken away with her.
        assert state.counts["not-alive"] == 1
        assert sync(world)["deprovisioned"] == 0

    @pytest.mark.parametrize("rule", [DeletionRule.NEVER, DeletionRule.ANY])
    def test_nor_one_without_values(self, world: World, rule: DeletionRule) -> None:
        people = ResourceType("person", person().attributes, person().indexed, deletion=Deletion(rule, ("hr",)))
        world.configure([target("app", "id name")], [outbound("app", {"id": "employeeId"})], [people])
        world.write("app.csv", {"id": "1", "name": "A"})
        world.run("import app")
        assert carry(world.engine, [write(world, "app.xml", space("1", "p1", agent="app"))]).counts["not-alive"] == 1

    def test_one_whose_rules_fail_is_left_and_its_account_with_it(self, world: World) -> None:
        world.configure(
            [delimited("hr", "id name"), target("app", "id name")],
            [
                inbound("hr", {"employeeId": "id", "name": '=IIF([name]="B",Error("no name"),[name])'}),
                outbound("app", {"id": "employeeId"}),
            ],
        )
        world.write("hr.csv", {"id": "1", "name": "A"}, {"id": "2", "name": "B"})
        world.write("app.csv", {"id": "1", "name": "A"}, {"id": "2", "name": "B"})
        world.run("import hr", "import app")
        files = [
            write(world, f"{agent}.xml", space("1", "p1", agent=agent), space("2", "p2", agent=agent))
            for agent in ("hr", "app")
        ]
        state = carry(world.engine, files)
        assert (state.counts["linked"], len(state.named["failed"])) == (2, 1)
        assert "no name" in state.named["failed"][0]
        assert len(world.rows("SELECT 1 FROM resource")) == 1
        counters = sync(world)
        assert (counters["deprovisioned"], counters["provisioned"]) == (0, 0)
        assert world.pending("app") == {}

    @pytest.mark.parametrize("end", ["<cs-object", "</cs-objects><more/>", "<!-- "])
    def test_a_broken_file_stops_before_anything_is_written(self, world: World, end: str) -> None:
        hr, ad = pair(world)
        ad.write_text(ad.read_text().replace("</cs-objects>", end))
        before = world.dump("meta")
        with pytest.raises(MigrationError, match="is no XML"):
            carry(world.engine, [hr, ad])
        assert world.dump("meta") == before

    def test_what_was_cut_off_goes_on_where_it_was(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        hr, ad = pair(world)
        monkeypatch.setattr(linking, "SIZE", 1)
        make, calls = Maker.make, []

        def once(*arguments: Any) -> Any:
            calls.append(arguments)
            if len(calls) == 2:
                raise KeyboardInterrupt
            return make(*arguments)

        monkeypatch.setattr(Maker, "make", once)
        with pytest.raises(KeyboardInterrupt):
            carry(world.engine, [hr, ad])
        assert (len(world.links()), len(world.resources())) == (2, 1)
        state = carry(world.engine, [hr, ad])
        assert (state.counts["linked"], state.counts["linked-before"], len(world.resources())) == (2, 2, 2)
        assert [row[0] for row in world.rows("SELECT result FROM run ORDER BY id")][-2:] == ["interrupted", "success"]

    def test_what_cannot_be_is_refused(self, world: World) -> None:
        hr, _ = pair(world)
        before = world.dump("meta")
        for objects, said in (
            ((space("E1", "p1"), account_space("a1", "p1")), "several management agents"),
            ((space("E1", agent="sap"),), "of the agent “sap”"),
            ((space("E1").replace(guid("hrE1"), "{E1}"),), "is no GUID"),
            ((), "holds no object"),
        ):
            with pytest.raises(MigrationError, match=said):
                carry(world.engine, [hr, write(world, "wrong.xml", *objects)])
        with pytest.raises(MigrationError, match="has no id"):
            carry(world.engine, [hr], write(world, "mv.xml", "<mv-object/>"))
        with pytest.raises(UsageError, match="There is no connector 'sap'"):
            carry(world.engine, [hr], connector="sap")
        assert world.dump("meta") == before
        assert carry(world.engine, [write(world, "sap.xml", space("E1", "p1", agent="sap"))], connector="hr").clean

    def test_what_was_not_imported_is_to_be_imported_first(self, world: World) -> None:
        configure(world)
        with pytest.raises(MigrationError, match="hr shows no object yet"):
            carry(world.engine, [write(world, "hr.xml", space("E1", "p1"))])

    def test_nothing_is_done_while_a_run_is_under_way(self, world: World, database_url: str) -> None:
        hr, ad = pair(world)
        other = Store(database_url)
        with other.database.alone(), pytest.raises(BusyError):
            carry(world.engine, [hr, ad])
        other.close()


class TestFacts:
    def test_values_that_were_given_out_are_kept(self, world: World) -> None:
        hr, ad = pair(world)
        metaverse = write(world, "mv.xml", mv("p1", "person", {"Mail": "ann.miller@old"}))
        state = carry(world.engine, [hr, ad], metaverse)
        # Of Bea the metaverse says nothing: it is the value that her account shows.
        assert state.counts["names"] == 2
        sync(world)
        assert {name: v["mail"] for name, v in world.people().items()} == {"Ann": "ann.miller@old", "Bea": "bea@old"}
        assert dict(world.rows("SELECT kind, key FROM fact WHERE value = 'bea@old'")) == {"unique:mail": "bea@old"}

    def test_a_value_that_two_have_is_given_to_one(self, world: World) -> None:
        hr, ad = pair(world)
        metaverse = write(world, "mv.xml", *(mv(p, "person", {"mail": "same@old"}) for p in ("p1", "p2")))
        state = carry(world.engine, [hr, ad], metaverse)
        assert (state.counts["names"], state.counts["names-taken"]) == (1, 1)
        sync(world)
        assert sorted(v["mail"] for v in world.people().values()).count("same@old") == 1

    def test_guids_are_kept_and_shown(self, world: World) -> None:
        hr, ad = pair(world)
        carry(world.engine, [hr, ad])
        sync(world)
        shown = looking.show(world.store, world.id_of("Ann"))
        assert shown["guid"] == guid("p1").strip("{}").lower()
        assert [fact["kind"] for fact in shown["facts"]] == ["unique:mail"]

    def test_the_run_is_in_the_history(self, world: World) -> None:
        files = pair(world)
        carry(world.engine, files)
        last = looking.runs(world.store, 1)[0]
        assert (last["profile"], last["result"]) == ("migrate state", "success")
        run = looking.run(world.store, last["id"])
        assert run is not None
        assert "2 resources made; 4 links made;" in run["steps"][0]["message"]
        assert world.rows("SELECT * FROM past_resource") == [], "who was made had not been there"


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # it is the file that is large, not the store
def test_a_large_file_is_read_in_little_memory(world: World) -> None:
    count = 10_000
    world.configure(
        [delimited("hr", "id name"), target("app", "id name")],
        [inbound("hr", {"employeeId": "id", "name": "name"}), outbound("app", {"id": "employeeId", "name": "name"})],
    )
    world.write("hr.csv", *({"id": str(i), "name": f"N{i}"} for i in range(count // 2)))
    world.write("app.csv", *({"id": f"A{i}", "name": f"N{i}"} for i in range(count // 2)))
    world.run("import hr", "import app")
    padding = {"note": "x" * 2_600}
    files = [
        write(
            world,
            f"{agent}.xml",
            *(space(f"{begin}{i}", f"p{i}", agent=agent, shown=padding) for i in range(count // 2)),
        )
        for agent, begin in (("hr", ""), ("app", "A"))
    ]
    tracemalloc.start()
    state = carry(world.engine, files)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert state.counts["linked"] == count
    assert sum(file.stat().st_size for file in files) > 25_000_000
    # 12 to 17 MB, by what was imported before; a file read whole adds 13 MB as text, several times as much as a tree.
    assert peak < 20_000_000
    counters = sync(world)
    assert {name: counters[name] for name in QUIET} == dict.fromkeys(QUIET, 0)
