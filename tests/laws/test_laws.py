"""The laws of the engine (design, section 9) over made-up worlds that live on."""

from typing import Any

from hypothesis import strategies as st

from tests.laws.machine import LAW, Life


def different(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Table → rows that were there, and rows that are there now."""
    return {
        name: ([row for row in before[name] if row not in rows], [row for row in rows if row not in before[name]])
        for name, rows in after.items()
        if rows != before[name]
    }


class Rest(Life):
    """Laws 1 and 2: a world comes to rest, and then nothing is written."""

    def law(self, _: st.DataObject) -> None:
        world = self.settle()
        before = world.dump()
        world.run(*self.cycle())
        assert different(before, world.dump()) == {}
        world.run(*self.cycle("full"))
        assert different(before, world.dump()) == {}


class Following(Life):
    """Law 3: following changes ends where looking at everything does."""

    def law(self, _: st.DataObject) -> None:
        twin = self.twin()
        self.settle()
        self.settle(twin, "full")
        assert self.whole() == self.whole(twin)


TestRest = Rest.TestCase
TestRest.settings = LAW
TestFollowing = Following.TestCase
TestFollowing.settings = LAW
