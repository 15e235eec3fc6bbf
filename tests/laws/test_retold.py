"""Law 13: what `why` said on a day, it says of that day ever after."""

import random
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from hypothesis import strategies as st

from mimas.runs.explaining.onward import Onward
from mimas.runs.explaining.standing import UNDER_WAY
from mimas.runs.explaining.why import Why, why, why_at
from mimas.store.history import past
from tests.laws.machine import LAW, Life
from tests.world import World, delimited, inbound, outbound, target

ATTRIBUTES = {
    "person": ("name", "mail", "dept", "tags", "title", "key", "boss"),
    "group": ("key", "name", "members", "staff"),
}
MOST = 20
"""So many questions are asked at once."""

Question = tuple[int, str, int | None]
"""Resource, attribute, target of a reference."""


def told(answer: Why) -> Why:
    """What of an answer is kept: of exports only that they had been sent, and not how they waited before."""
    return replace(answer, onward=tuple(map(_stands, answer.onward)))


def _stands(one: Onward) -> Onward:
    under_way = one.pending is not None and one.pending.state in UNDER_WAY
    state = one.state if under_way or one.state in ("", "as it should be", "no object", "not governed") else "differs"
    pending = replace(one.pending, error="", tries=0, due="") if one.pending is not None and under_way else None
    return replace(one, state=state, pending=pending)


@dataclass
class Answers:
    """What was answered on some days, to be asked again later."""

    world: World
    known: dict[datetime, list[tuple[Question, Why]]] = field(default_factory=dict)

    def ask(self, *questions: Question) -> datetime:
        """Ask of today, which is over then; the instant."""
        _ = self.world.engine.symbols
        at = self.world.clock.now
        self.known[at] = [(question, told(why(self.world.engine, *question))) for question in questions]
        self.world.clock.forward(minutes=1)
        return at

    def again(self, at: datetime) -> None:
        """Ask all of it again; nothing is changed by that."""
        before = self.world.dump()
        with self.world.store.transaction() as tx:
            then = past.then(tx, at)
        for (resource, attribute, target_), known in self.known[at]:
            found = why_at(self.world.engine, resource, attribute, target_, at, then)
            assert told(found) == known, (at, resource, attribute, target_)
        self.world.engine.forget_symbols()
        assert self.world.dump() == before


class Retold(Life):
    """Each day some questions are asked, at noon and at night; and those of two earlier moments again."""

    def law(self, data: st.DataObject) -> None:
        if not hasattr(self, "answers"):
            self.answers = Answers(self.world)
        dice = data.draw(st.randoms(use_true_random=False), "dice")
        for steps in ([], self.cycle()):
            if steps:
                self.world.run(*steps)
            earlier, questions = sorted(self.answers.known), self.questions()
            self.answers.ask(*dice.sample(questions, min(len(questions), MOST)))
            for at in dice.sample(earlier, min(len(earlier), 2)):
                self.answers.again(at)

    def questions(self) -> list[Question]:
        """All there are."""
        of = {
            type_: [id_ for gone in (False, True) for id_ in self.world.resources(type_, deleted=gone)]
            for type_ in ATTRIBUTES
        }
        asked: list[Question] = [
            (id_, attribute, None) for type_, ids in of.items() for id_ in ids for attribute in ATTRIBUTES[type_]
        ]
        places = [(id_, "boss") for id_ in of["person"]] + [(id_, "staff") for id_ in of["group"]]
        return asked + [(id_, attribute, to) for id_, attribute in places for to in of["person"]]


Retold.TestCase.settings = LAW
TestRetold = Retold.TestCase


def test_it_holds_on_both_databases(world: World) -> None:
    """In a small life that is always the same: the law itself goes through SQLite, where worlds are copied."""
    dice = random.Random(815)
    world.configure(
        [delimited("hr", "id name mail manager>person"), target("app", "id name mail manager>person")],
        [
            inbound(
                "hr", {"employeeId": "id", "name": "name", "mail": "mail", "manager": "manager"}, join=["id=employeeId"]
            ),
            outbound("app", {"id": "employeeId", "name": "name", "mail": "mail", "manager": "manager"}),
        ],
    )
    answers = Answers(world)
    for _ in range(4):
        people: list[dict[str, Any]] = [
            {"id": key, "name": dice.choice(["Ann", "Bea"]), "mail": dice.choice(["", "a@x"])}
            | {"manager": dice.choice(["", "1", "2"])}
            for key in "123"
            if dice.random() < 0.8
        ]
        world.write("hr.csv", *people, columns="id name mail manager")
        for step in ("import hr", "sync", "export app", "import app"):
            world.run(step)
            found = sorted({**world.resources(), **world.resources(deleted=True)})
            answers.ask(*((id_, name, None) for id_ in found for name in ("name", "mail", "manager")))
    for at in answers.known:
        answers.again(at)
