"""What a delta does not show: a group that its system has put right, and one that it has left as it was."""

from collections.abc import Iterator, Sequence

import pytest

from mimas.connectors.contract import Capabilities, End, Entry, Page, Sought
from mimas.schema.values import Scalar
from mimas.store.references import SEEN
from mimas.sync.rules import ResourceType
from mimas.testing import Nature, Simulator, System
from mimas.testing.simulator import SimulatedPage
from tests.world import World, attributes, inbound, simulated

TYPES = {"account": "cn", "group": "cn member>account*"}


@pytest.fixture
def directory(world: World) -> Iterator[System]:
    """Accounts and a group of them all, read into the metaverse."""
    world.configure(
        [simulated("dir", TYPES, named=True, references="name", delta=True, batch=2)],
        [
            inbound("dir", {"name": "cn"}, object_type="account"),
            inbound(
                "dir", {"name": "cn", "member": "member"}, name="groups", object_type="group", resource_type="team"
            ),
        ],
        [
            ResourceType("person", attributes("name"), frozenset()),
            ResourceType("team", attributes("name member>person*"), frozenset()),
        ],
    )
    with System(world.folder / "dir.system", Nature(repairs=True, hides_repairs=True)) as system:
        for name in ("Ann", "Bob", "Cid"):
            system.put("account", {"cn": name}, anchor=name, name=f"cn={name},o=x")
        everybody: list[Scalar] = ["cn=Ann,o=x", "cn=Bob,o=x", "cn=Cid,o=x"]
        system.put("group", {"cn": "All", "member": everybody}, anchor="All", name="cn=All,o=x")
        world.run("import dir", "sync")
        yield system


def members(world: World) -> set[str]:
    return {member for _, member in world.references("member", "name")}


def shown(world: World) -> set[str]:
    """The names that the group shows as its members, as far as Mimas knows."""
    return {
        name
        for (name,) in world.rows(
            f"SELECT t.name FROM reference r JOIN object t ON t.id = r.target WHERE (r.bits & {SEEN}) <> 0"
        )
    }


def careless(world: World) -> System:
    """The directory, which from now on puts nothing right."""
    return System(world.folder / "dir.system", Nature())


def test_a_member_that_is_gone_has_left_its_groups(world: World, directory: System) -> None:
    directory.remove("Bob")
    outcome = world.step("delta dir")
    world.run("sync")
    assert members(world) == {"Ann", "Cid"}
    assert (outcome.counters["stage-delete"], outcome.counters["stage-update"]) == (1, 1)
    assert shown(world) == {"cn=Ann,o=x", "cn=Cid,o=x"}


def test_a_member_that_is_renamed_stays_in_its_groups(world: World, directory: System) -> None:
    directory.rename("Bob", "cn=Rob,o=x")
    world.run("delta dir", "sync")
    assert members(world) == {"Ann", "Bob", "Cid"}
    assert shown(world) == {"cn=Ann,o=x", "cn=Rob,o=x", "cn=Cid,o=x"}
    assert world.step("import dir").counters["stage-no-change"] == 4


def test_an_old_name_that_stays_in_a_group_is_no_member(world: World, directory: System) -> None:
    with careless(world) as system:
        system.rename("Bob", "cn=Rob,o=x")
    world.run("delta dir", "sync")
    assert members(world) == {"Ann", "Cid"}
    assert shown(world) == {"cn=Ann,o=x", "cn=Bob,o=x", "cn=Cid,o=x"}


def test_a_killed_step_has_not_forgotten_whom_to_look_at(
    world: World, directory: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    with careless(world) as system:
        system.rename("Bob", "cn=Rob,o=x")
    monkeypatch.setattr(Simulator, "fetch", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        world.run("delta dir")
    monkeypatch.undo()
    world.run("delta dir", "sync")
    assert members(world) == {"Ann", "Cid"}


def test_a_group_that_is_gone_itself_is_left_to_the_next_listing(
    world: World, directory: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory.remove("Bob")
    asked: list[Sequence[Sought]] = []

    def fetch(_: Simulator, objects: Sequence[Sought]) -> Iterator[Page]:
        asked.append(objects)
        return iter(())

    monkeypatch.setattr(Simulator, "fetch", fetch)
    assert world.step("delta dir").result == "success"
    assert [[one.anchor for one in some] for some in asked] == [["All"]]
    assert "All" in world.objects("dir")


class TestAChangeOfAnUnknownObject:
    """A delta that tells only what has changed, of somebody whom no import has shown."""

    @pytest.fixture
    def told(self, world: World, directory: System, monkeypatch: pytest.MonkeyPatch) -> World:
        directory.put("account", {"cn": "Dan"}, anchor="Dan", name="cn=Dan,o=x")

        class Part(SimulatedPage):
            def entry(self, index: int) -> Entry:
                return Entry("account", "Dan", "cn=Dan,o=x", {"dn": "cn=Dan,o=x"}, partial=True)

        def read(self: Simulator, _: str | None = None) -> Iterator[Page | End]:
            yield Part(["Dan"], [1], frozenset(), (), self.schema)
            yield End(watermark="100")

        monkeypatch.setattr(Simulator, "read", read)
        return world

    def test_is_answered_by_reading_all_of_it(self, told: World) -> None:
        assert told.step("delta dir").result == "success"
        told.run("sync")
        assert told.objects("dir")["Dan"][0] == {"dn": "cn=Dan,o=x", "cn": "Dan"}

    def test_is_told_where_it_cannot_be_read(self, told: World, monkeypatch: pytest.MonkeyPatch) -> None:
        able = Capabilities(delta=True, named=True, references="name")
        monkeypatch.setattr(Simulator, "capabilities", able)
        assert told.step("delta dir").result == "completed-discovery-errors"
        assert told.codes() == ["need-full-object"]
        assert "Dan" not in told.objects("dir")
