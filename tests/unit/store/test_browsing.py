"""Looking into connector spaces: scopes page by page, what a few letters mean, one object with its images."""

import pytest

from mimas.runs import joiner
from mimas.runs.explaining.preview import preview_decision
from mimas.runs.joiner import Decision, JoinerError
from mimas.store import browsing, objects
from mimas.store.browsing import Scope
from mimas.sync.rules import LinkType
from tests.world import World, delimited, inbound, ldif, outbound

OUT = {"dn": '="cn=" & [name] & ",o=x"', "cn": "name"}


@pytest.fixture
def world(world: World) -> World:
    """Two people of HR with entries in a directory that has not confirmed them; badges, of which one is found."""
    world.configure(
        [
            delimited("hr", "id name"),
            delimited("badge", "id name boss>person"),
            ldif("ad", {"user": "cn"}, export="listing"),
        ],
        [
            inbound("hr", {"employeeId": "id", "name": "name"}, join=["id=employeeId"]),
            inbound("badge", {"manager": "boss"}, join=["id=employeeId"], link=LinkType.JOIN),
            outbound("ad", OUT, object_type="user"),
        ],
    )
    world.write("hr.csv", {"id": "1", "name": "Ann"}, {"id": "2", "name": "Bob"})
    world.write("badge.csv", *({"id": id_, "name": name, "boss": ""} for id_, name in (("2", "B"), ("9", "Ann"))))
    world.run("import hr", "import badge", "sync")
    return world


def keys(world: World, connector: str, scope: Scope, limit: int = 10) -> list[list[str]]:
    """What stands on each page of a scope."""
    pages, after = [], ""
    with world.store.reading() as tx:
        while True:
            page = browsing.browse(tx, world.store, connector, scope, after, limit)
            pages.append([one.key for one in page.entries])
            if page.next is None:
                return pages
            after = page.next


def found(world: World, connector: str, text: str, scope: Scope = Scope.ALL) -> list[str]:
    """What a few letters mean."""
    with world.store.reading() as tx:
        some = browsing.search(tx, world.store, connector, scope, text, ["person.employeeId"])
    return [one.key for one in some]


def test_scopes_go_page_by_page(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    assert keys(world, "hr", Scope.ALL, 1) == [["1"], ["2"]]
    assert keys(world, "badge", Scope.CONNECTORS) == [["2"]]
    assert keys(world, "badge", Scope.DISCONNECTORS) == [["9"]]
    assert keys(world, "ad", Scope.PENDING_EXPORT, 1) == [["cn=Ann,o=x"], ["cn=Bob,o=x"]]
    assert keys(world, "ad", Scope.EXPORT_ERRORS) == keys(world, "hr", Scope.PENDING_IMPORT) == [[]]
    world.write("hr.csv", {"id": "1", "name": "Anna"}, {"id": "2", "name": "Bob"})
    world.run("import hr")
    assert keys(world, "hr", Scope.PENDING_IMPORT) == [["1"]]
    # Where there are many, a page ends where enough was looked at, and the next one goes on.
    monkeypatch.setattr(browsing, "LOOKED", 0)
    assert keys(world, "badge", Scope.DISCONNECTORS)[:2] == [[], ["9"]]


def test_objects_are_found_by_the_beginning_of_a_name_and_by_a_whole_key(world: World) -> None:
    world.run("export ad", "import ad")
    assert found(world, "ad", "an") == found(world, "ad", "cn=ANN, o=x") == found(world, "ad", "1") == ["cn=Ann,o=x"]
    assert found(world, "badge", "9") == ["9"]
    assert found(world, "badge", "9", Scope.CONNECTORS) == []
    assert found(world, "ad", "nobody") == []


def test_the_images_of_an_object_stand_side_by_side(world: World) -> None:
    world.write("hr.csv", {"id": "1", "name": "Anna"}, {"id": "2", "name": "Bob"})
    world.run("import hr", "export ad")
    with world.store.reading() as tx:
        (entry,) = browsing.search(tx, world.store, "hr", Scope.ALL, "1", [])
        shown = browsing.look(tx, world.store, "hr", entry.id)
        (sent,) = browsing.search(tx, world.store, "ad", Scope.PENDING_EXPORT, "cn=Ann", [])
        account = browsing.look(tx, world.store, "ad", sent.id)
        assert browsing.look(tx, world.store, "ad", entry.id) is None
    assert shown is not None
    assert account is not None
    (line,) = [one for one in shown.lines if one.attribute == "name"]
    assert (line.seen, line.synced, line.imported, line.governed) == ("Anna", "Ann", True, False)
    (line,) = [one for one in account.lines if one.attribute == "cn"]
    assert (line.seen, line.wanted, line.sent, line.differs) == (None, "Ann", "Ann", True)


def test_what_a_step_had_to_say_is_listed(world: World) -> None:
    world.write("hr.csv", {"id": "1", "name": "Ann"}, {"id": "", "name": "Nobody"})
    world.run("import hr")
    with world.store.reading() as tx:
        faults = browsing.faults(tx, world.store, "hr", 0, 10)
        assert browsing.faults(tx, world.store, "badge", 0, 10) == []
    assert [one.object for one in faults if one.message] == [None]


def test_who_shares_a_key_is_suggested_and_a_decision_is_shown_before(world: World) -> None:
    symbols, ann, bob = world.engine.symbols, world.id_of("Ann"), world.id_of("Bob")
    with world.store.reading() as tx:
        (lost,) = browsing.search(tx, world.store, "badge", Scope.DISCONNECTORS, "9", [])
        stored = objects.load(tx, [lost.id])[lost.id]
        (one,) = joiner.suggestions(tx, symbols, stored, 5)
    assert (one.resource, one.shared, one.taken) == (ann, (("name", "Ann"),), "")
    before = world.dump()
    seen = preview_decision(world.engine, lost.id, Decision(ann))
    assert (seen.resource, seen.new, seen.before == seen.after) == (ann, False, True)
    with pytest.raises(JoinerError, match="has the object 2"):
        preview_decision(world.engine, lost.id, Decision(bob))
    assert world.dump() == before
