"""Features of the outbound side that meet one another: each case was once a mistake."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from mimas.connectors.contract import ConnectorError, Result
from mimas.runs.releasing import release
from mimas.runs.setup import ConnectorSetup, Guard
from mimas.sync.rules import Deprovision, Enforce, LinkType, ResourceType
from tests.door import Door, door
from tests.world import World, attributes, delimited, inbound, ldif, outbound, person, target

HR = delimited("hr", "id name account")
IN = inbound("hr", {"employeeId": "id", "name": "name", "mail": "account"}, join=["id=employeeId"])
OUT = outbound("app", {"id": "mail", "name": "name"})
ALL = ("import hr", "sync", "export app", "import app", "sync")
AGAIN = ("import app", "sync", "export app", "import app", "sync")
NONE_PASSES = Guard(0, 0.0)

CLUB = ResourceType("person", attributes("employeeId title members>person*"), frozenset(["employeeId"]))
ORG = delimited("org", "id title members>person*")
ORG_IN = inbound("org", {"employeeId": "id", "title": "title", "members": "members"}, join=["id=employeeId"])
ORG_OUT = outbound("app", {"id": "employeeId", "title": "title", "members": "members"})


def hr(world: World, *rows: str) -> None:
    """Each ``id/name/account``."""
    world.write("hr.csv", *(dict(zip(("id", "name", "account"), row.split("/"), strict=True)) for row in rows))


def org(world: World, members: str, people: str = "1234") -> None:
    """A group 9 with these members, and these people."""
    group = {"id": "9", "title": "", "members": list(members)}
    world.write("org.csv", group, *({"id": key} for key in people), columns="id title members")


def members(world: World) -> str:
    return world.read("app.csv")["9"].get("members", "").replace("|", "")


@pytest.fixture(params=["door", "listing"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def app(world: World, monkeypatch: pytest.MonkeyPatch, kind: str, columns: str = "id name") -> ConnectorSetup:
    """A system that takes object by object, or a whole listing."""
    return door(world, monkeypatch, columns) if kind == "door" else target("app", columns)


def let_go(world: World) -> None:
    while world.holds():
        release(world.store, world.holds()[0][0])
        world.run("export app", "import app", "sync")


class TestWaitingForAName:
    def test_that_a_delete_sent_earlier_frees(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        world.configure([HR, door(world, monkeypatch, "id name")], [IN, OUT])
        hr(world, "1/Ann/smith", "2/Bob/bob")
        world.run(*ALL)
        hr(world, "2/Bob/bob")
        world.run("import hr", "sync", "export app")
        hr(world, "2/Bob/bob", "9/Eve/smith")
        world.run("import hr", "sync", "export app", *AGAIN, *AGAIN)
        assert world.read("app.csv")["smith"] == {"name": "Eve"}
        assert world.pending() == {}

    def test_that_somebody_else_frees(self, world: World, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
        world.configure([HR, replace(app(world, monkeypatch, kind), deletes=NONE_PASSES)], [IN, OUT])
        hr(world, "1/Ann/smith", "2/Bob/bob")
        world.run(*ALL)
        hr(world, "2/Bob/bob", "9/Eve/smith")
        world.run(*ALL)
        world.write("app.csv", {"id": "bob", "name": "Bob"})
        world.run(*AGAIN, *AGAIN)
        assert world.read("app.csv")["smith"] == {"name": "Eve"}

    def test_that_a_delete_frees_whose_answer_was_lost(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        world.configure([HR, door(world, monkeypatch, "id name")], [IN, OUT])
        hr(world, "1/Ann/smith", "2/Bob/bob")
        world.run(*ALL)
        hr(world, "2/Bob/bob", "9/Eve/smith")
        write = Door.write

        def dying(self: Door, exports: Any) -> Iterator[Result]:
            for _ in write(self, exports):
                raise ConnectorError("The line is dead.")
            yield from ()

        monkeypatch.setattr(Door, "write", dying)
        world.run("import hr", "sync", "export app")
        monkeypatch.setattr(Door, "write", write)
        world.run(*("export app", "import app", "sync") * 3)
        assert world.read("app.csv")["smith"] == {"name": "Eve"}

    def test_and_then_for_another_one(self, world: World, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
        world.configure([HR, replace(app(world, monkeypatch, kind), deletes=NONE_PASSES)], [IN, OUT])
        hr(world, "1/A/a", "2/B/b", "3/C/c")
        world.run(*ALL)
        for rows in (("4/D/b", "5/E/c", "6/F/a"), ("1/A/a", "4/D/b", "6/F/a"), ("1/A/a", "4/D/b", "6/F/c")):
            hr(world, *rows)
            world.run(*ALL)
        let_go(world)
        world.run(*ALL, *ALL)
        assert world.read("app.csv") == {"a": {"name": "A"}, "b": {"name": "D"}, "c": {"name": "F"}}
        assert world.pending() == {}


class TestWhoeverIsNotMadeYet:
    def test_takes_no_key_that_somebody_has(self, world: World, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
        world.configure([HR, app(world, monkeypatch, kind)], [IN, OUT])
        hr(world, "1/A/c")
        world.run(*ALL)
        hr(world, "1/A/c", "2/B/x")
        world.run("import hr", "sync")
        hr(world, "1/A/c", "2/B/c")
        world.run("import hr", "sync", "export app")
        assert world.read("app.csv") == {"c": {"name": "A"}}
        assert "cd-existing-object" in world.codes()

    def test_may_swap_keys(self, world: World, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
        world.configure([HR, app(world, monkeypatch, kind)], [IN, OUT])
        hr(world, "1/A/a", "2/B/b")
        world.run("import hr", "sync")
        hr(world, "1/A/b", "2/B/a")
        world.run(*ALL)
        assert world.read("app.csv") == {"b": {"name": "A"}, "a": {"name": "B"}}
        assert (world.codes(), world.pending()) == ([], {})


@pytest.mark.parametrize("between", [(), ("full",)])
def test_an_account_that_was_left_is_found_by_the_next_person(
    world: World, monkeypatch: pytest.MonkeyPatch, kind: str, between: Sequence[str]
) -> None:
    type_ = ResourceType("person", attributes("employeeId name"), frozenset(["employeeId", "name"]))
    flows = {"id": "employeeId", "name": "name"}
    out = outbound("app", flows, join=["name=name"], once=["id"], deprovision=Deprovision.DISCONNECT)
    source = inbound("org", {"employeeId": "id", "name": "name"}, join=["id=employeeId"])
    world.configure([delimited("org", "id name"), app(world, monkeypatch, kind)], [source, out], [type_])
    steps = ("import org", "sync", "export app", "import app", "sync")

    def show(*rows: str) -> None:
        world.write("org.csv", *(dict(zip(("id", "name"), row.split("/"), strict=True)) for row in rows))

    show("1/Ann", "2/Bob")
    world.run(*steps)
    show("1/Ann")
    world.run(*steps)
    if between:
        world.run(*between)
    show("1/Ann", "9/Bob")
    world.run(*steps)
    assert set(world.read("app.csv")) == {"1", "2"}


class TestReferencesThatADeltaFindsToo:
    def test_to_whoever_gets_the_name_that_dangled(self, world: World) -> None:
        group = ResourceType("group", attributes("name member>person*"), frozenset(["name"]))
        world.configure(
            [ldif("dir", {"person": "uid cn", "group": "uid cn member>person*"}, anchor="uid")],
            [
                inbound("dir", {"name": "cn", "employeeId": "uid"}, join=["uid=employeeId"]),
                inbound(
                    "dir",
                    {"name": "cn", "member": "member"},
                    join=["cn=name"],
                    object_type="group",
                    resource_type="group",
                    name="groups",
                ),
            ],
            [person(), group],
        )
        for member, name in (("Old", "Old"), ("New", "Old"), ("New", "New")):
            world.write(
                "dir.ldif",
                f"dn: cn=g,o=x\nobjectClass: group\nuid: g\ncn: g\nmember: cn={member},o=x",
                f"dn: cn={name},o=x\nobjectClass: person\nuid: 1\ncn: P",
            )
            world.run("import dir", "sync")
        assert len(world.rows("SELECT 1 FROM resource_reference")) == 1

    def test_to_whoever_takes_a_place_that_dangled(
        self, world: World, monkeypatch: pytest.MonkeyPatch, kind: str
    ) -> None:
        world.configure(
            [delimited("hr", "id"), app(world, monkeypatch, kind, "id title members>person*")],
            [
                inbound("hr", {"employeeId": "id"}, join=["id=employeeId"]),
                inbound("app", {"employeeId": "id", "members": "members"}, join=["id=employeeId"]),
                outbound("app", {"id": "employeeId"}),
            ],
            [CLUB],
        )
        world.write("app.csv", {"id": "9", "title": "", "members": "2"}, columns="id title members")
        world.write("hr.csv", {"id": "1"})
        world.run("import app", "import hr", "sync", "export app", "import app", "sync")
        world.write("hr.csv", {"id": "1"}, {"id": "2"})
        world.run("import hr", "sync", "export app", "import app", "sync")
        assert {two for _, two in world.references("members", "employeeId")} == {"2"}

    def test_to_whoever_is_back_before_the_delete_was_done(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        world.configure([ORG, door(world, monkeypatch, "id title members>person*")], [ORG_IN, ORG_OUT], [CLUB])
        org(world, "12")
        world.run("import org", "sync", "export app", "import app", "sync")
        Door.forgets = {"2"}
        org(world, "12", people="134")
        world.run("import org", "sync", "export app")
        Door.forgets = set()
        org(world, "12")
        world.run("import org", "sync", "import app", "sync", "export app", "import app", "sync")
        assert members(world) == "12"


class TestHeldChanges:
    @pytest.fixture
    def held(self, world: World, monkeypatch: pytest.MonkeyPatch, kind: str) -> World:
        """No change of a title passes."""
        guarded = replace(app(world, monkeypatch, kind, "id name title"), changes={"title": NONE_PASSES})
        world.configure([HR, guarded], [IN, outbound("app", {"id": "employeeId", "name": "name", "title": "mail"})])
        return world

    @pytest.mark.parametrize(("then", "shown"), [("dev", "boss"), ("king", "boss")])
    def test_leave_what_was_sent_before(self, held: World, then: str, shown: str) -> None:
        hr(held, "1/Ann/dev", "2/Bob/dev")
        held.run(*ALL)
        hr(held, "1/Ann/boss", "2/Bob/dev")
        held.run("import hr", "sync", "export app")
        release(held.store, held.holds()[0][0])
        held.run("export app")
        hr(held, f"1/Ann/{then}", "2/Bea/dev")
        held.run("import hr", "sync", "export app")
        assert held.read("app.csv")["1"]["title"] == shown
        assert held.read("app.csv")["2"]["name"] == "Bea"

    def test_of_an_object_that_was_just_made(self, held: World) -> None:
        hr(held, "1/Ann/dev")
        held.run("import hr", "sync", "export app")
        hr(held, "1/Ann/boss", "2/Bob/dev")
        held.run("import hr", "sync", "export app")
        assert {key: row["title"] for key, row in held.read("app.csv").items()} == {"1": "dev", "2": "dev"}

    def test_do_not_count_as_sent(self, held: World) -> None:
        hr(held, "1/Ann/dev")
        held.run(*ALL)
        hr(held, "1/Ann/boss")
        held.run("import hr", "sync", "export app")
        release(held.store, held.holds()[0][0])
        held.run("export app")
        hr(held, "1/Ann/king")
        held.run(*ALL)
        held.write("app.csv", {"id": "1", "name": "Ann", "title": "dev"})
        held.run("import app", "sync")
        hr(held, "1/Ann/boss")
        held.run("import hr", "sync", "export app")
        let_go(held)
        held.run("export app", "import app", "sync")
        assert held.read("app.csv")["1"]["title"] == "boss"
        assert held.pending() == {}


def test_what_was_tolerated_once_is_not_tolerated_for_ever(
    world: World, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    out = outbound("app", {"id": "employeeId", "name": "name", "title": "mail"}, enforce={"title": Enforce.ON_CHANGE})
    world.configure([HR, app(world, monkeypatch, kind, "id name title")], [IN, out])
    hr(world, "1/Ann/dev")
    world.run(*ALL)
    world.write("app.csv", {"id": "1", "name": "Ann", "title": "king"})
    world.run("import app", "sync")
    for title in ("boss", "dev"):
        hr(world, f"1/Ann/{title}")
        world.run(*ALL)
        assert world.read("app.csv")["1"]["title"] == title


def test_a_value_that_is_filled_while_empty_does_not_keep_itself_alive(
    world: World, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    flows = {"id": "employeeId", "name": "name", "title": "mail"}
    back = inbound("app", {"mail": "title"}, join=["id=employeeId"], precedence=200, link=LinkType.JOIN)
    out = outbound("app", flows, enforce={"title": Enforce.WHILE_EMPTY})
    world.configure([HR, app(world, monkeypatch, kind, "id name title")], [IN, back, out])
    for row in ("1/Ann/dev", "1/Bea/boss", "1/Bea/"):
        hr(world, row)
        world.run(*ALL)
    assert world.people()["Bea"].get("mail") is None


def test_a_system_that_confirms_by_taking_lets_once_only_flows_rest(world: World) -> None:
    columns = delimited("app", "id name title")
    settings = {"changes": "app.changes.csv", "export": "changes"}
    world.configure(
        [HR, replace(columns, settings=settings)],
        [IN, outbound("app", {"id": "employeeId", "name": "name", "title": "mail"}, once=["title"])],
    )
    hr(world, "1/Ann/dev")
    world.run("import hr", "sync", "export app", "sync")
    before = world.dump()
    world.run("full", "export app")
    assert world.dump() == before


def test_what_was_put_into_an_account_is_forgotten_with_it(
    world: World, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """Others refer to the account, so a placeholder stays; the system makes it anew, with a value of its own."""
    type_ = ResourceType("person", attributes("employeeId title boss>person"), frozenset(["employeeId"]))
    columns = "id title boss>person"
    flows = {"employeeId": "id", "title": "title", "boss": "boss"}
    back = inbound("app", {"title": "title"}, join=["id=employeeId"], precedence=200, link=LinkType.JOIN)
    world.configure(
        [delimited("org", columns), app(world, monkeypatch, kind, columns)],
        [inbound("org", flows, join=["id=employeeId"]), back, outbound("app", {"id": "employeeId", "title": "title"})],
        [type_],
    )
    steps = ("import org", "sync", "export app", "import app", "sync")
    first, second = {"id": "1", "title": "dev", "boss": ""}, {"id": "2", "title": "", "boss": ""}
    world.write("org.csv", first, second)
    world.run(*steps)
    world.write("app.csv", first, second | {"boss": "1"})
    world.run("import app", "sync")
    world.write("org.csv", second)
    world.run(*steps, *steps)
    world.write("app.csv", first, second | {"boss": "1"})
    world.run("import app", "sync")
    world.write("org.csv", first | {"title": ""}, second)
    world.run(*steps, *steps)
    assert world.people("employeeId")["1"]["title"] == "dev"
    before = world.dump()
    world.run("full", "export app")
    assert world.dump() == before


def test_a_row_of_changes_tells_all_values_of_a_reference(world: World) -> None:
    ack = replace(delimited("app", "id title members>person*"), settings={"changes": "ack.csv", "export": "changes"})
    world.configure([ORG, ack], [ORG_IN, ORG_OUT], [CLUB])
    for group in ("12", "13"):
        org(world, group)
        world.run("import org", "sync", "export app", "sync", "export app")
    last = (world.folder / "ack.csv").read_text().splitlines()[-1]
    assert "1|3" in last


class TestNames:
    def directory(self, world: World, anchor: str) -> None:
        """A listing of objects with names, of which the anchor is an attribute, or the name itself."""
        flows = {
            "dn": '="cn=" & EscapeDNComponent([name]) & ",o=x"',
            "cn": "name",
            "uid": "employeeId",
            "manager": "manager",
        }
        source = inbound("hr", {"employeeId": "id", "name": "name", "manager": "manager"}, join=["id=employeeId"])
        types = {"person": "cn uid manager>person"}
        world.configure(
            [delimited("hr", "id name manager>person"), ldif("dir", types, export="listing", anchor=anchor)],
            [source, outbound("dir", flows)],
            [person()],
        )

    def show(self, world: World, *rows: str) -> None:
        names = ("id", "name", "manager")
        world.write("hr.csv", *(dict(zip(names, [*row.split("/"), ""], strict=False)) for row in rows))

    STEPS = ("import hr", "sync", "export dir", "import dir", "sync")

    @pytest.mark.parametrize("anchor", ["", "uid"])
    @pytest.mark.parametrize("after", [("1/B", "2/C", "3/D"), ("1/B", "2/A", "3/C"), ("1/B", "2/C", "3/A")])
    def test_a_chain_a_swap_and_a_ring_of_renames(self, world: World, anchor: str, after: Sequence[str]) -> None:
        self.directory(world, anchor)
        self.show(world, "1/A", "2/B", "3/C")
        world.run(*self.STEPS)
        self.show(world, *after)
        world.run(*self.STEPS, *self.STEPS)
        text = (world.folder / "dir.ldif").read_text()
        for row in after:
            number, _, name = row.partition("/")
            assert f"cn: {name}\nuid: {number}" in text or f"uid: {number}\ncn: {name}" in text
        assert (world.codes(), world.pending()) == ([], {})

    def test_whoever_lost_a_name_for_a_moment_is_referred_to_by_it_again(self, world: World) -> None:
        self.directory(world, "uid")
        self.show(world, "1/B", "5/F")
        world.run(*self.STEPS)
        self.show(world, "1/B", "3/C", "5/F/3")
        world.run("import hr", "sync")
        path = world.folder / "dir.ldif"
        path.write_text(path.read_text().replace("cn=B,o=x", "cn=C,o=x"))
        world.run("import dir", "sync", *self.STEPS * 3)
        world.run(*self.STEPS)
        assert (world.codes(), world.pending()) == ([], {})

    def test_a_name_that_is_handed_on_before_it_was_seen(self, world: World) -> None:
        self.directory(world, "uid")
        self.show(world, "1/B", "5/F")
        world.run(*self.STEPS)
        self.show(world, "1/C", "5/F")
        world.run("import hr", "sync", "export dir")
        self.show(world, "1/E", "3/C", "5/F/3")
        world.run("import hr", "sync", "import dir", "sync", *self.STEPS * 3)
        world.run(*self.STEPS)
        assert (world.codes(), world.pending()) == ([], {})


def test_a_value_that_stood_in_for_others_gives_way(world: World) -> None:
    """One flow has precedence over the other, which would merge: the first member of the better one hides the rest."""
    club = [delimited("org", "id members>person*"), delimited("ext", "id members>person*")]
    flows = {"employeeId": "id", "members": "members"}
    world.configure(
        club,
        [
            inbound("org", flows, precedence=10, join=["id=employeeId"]),
            inbound("ext", flows, precedence=20, join=["id=employeeId"], merge=["members"]),
        ],
        [CLUB],
    )
    people = [{"id": key, "members": ""} for key in "123"]
    world.write("org.csv", {"id": "9", "members": ""}, *people)
    world.write("ext.csv", {"id": "9", "members": ["1", "2"]}, *people)
    world.run("import org", "import ext", "sync")
    assert world.references("members", "employeeId") == {("9", "1"), ("9", "2")}
    world.write("org.csv", {"id": "9", "members": "3"}, *people)
    world.run("import org", "sync")
    assert world.references("members", "employeeId") == {("9", "3")}
    world.write("org.csv", {"id": "9", "members": ""}, *people)
    world.run("import org", "sync")
    assert world.references("members", "employeeId") == {("9", "1"), ("9", "2")}
