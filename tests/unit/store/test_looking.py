"""What people are shown."""

from mimas.store import looking
from mimas.sync.rules import LinkType
from tests.world import World, delimited, inbound


def test_a_reference_to_somebody_who_was_deleted_is_not_shown_until_they_are_back(world: World) -> None:
    world.configure(
        [delimited("hr", "id name"), delimited("badge", "id boss>person")],
        [
            inbound("hr", {"employeeId": "id", "name": "name"}, join=["id=employeeId"]),
            inbound("badge", {"manager": "boss"}, join=["id=employeeId"], link=LinkType.JOIN),
        ],
    )
    world.write("badge.csv", {"id": "1", "boss": ""}, {"id": "2", "boss": "1"})
    bob = {"id": "2", "name": "Bob"}

    def managers(*rows: dict[str, str]) -> list[str]:
        world.write("hr.csv", *rows)
        world.run("import hr", "import badge", "sync")
        return [reference["name"] for reference in looking.show(world.store, world.id_of("Bob"))["references"]]

    assert managers({"id": "1", "name": "Ada"}, bob) == ["Ada"]
    assert managers(bob) == []
    assert managers({"id": "1", "name": "Ada"}, bob) == ["Ada"]
