"""One kill, all of it from one number: when a command is killed, how, and what must be so afterwards."""

import os
import signal
import socket
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from mimas.dev.faults.company import DAYS
from mimas.dev.faults.desk import APPLY, RUN, Command, UnrestError
from mimas.dev.faults.points import Point
from mimas.dev.faults.process import KILLED
from mimas.dev.faults.state import differences, faults
from mimas.dev.faults.twin import Day, Rest, Twin

WAYS = {
    "itself": "the process kills itself at a point",
    "parent": "its parent kills it, some microseconds after a point",
    "anew": "a process that is no fork is killed after some time",
}
_SHARES = {"itself": 70, "parent": 25, "anew": 5}
_WEIGHTS = {"export": 40, "import": 25, "sync": 20, "between": 10, "start": 5}
_START, _SLOW = 0.3, 3.0
"""The seconds until a process that is no fork has imported the most, and how much longer it takes from then on."""


@dataclass(frozen=True, slots=True)
class Plan:
    """When a command is killed, and how."""

    seed: int
    day: int
    command: Command
    way: str
    number: int
    """The point, of those that the twin has passed."""
    point: Point
    delay: float
    """Seconds: from the point on, or from the beginning."""
    again: Sequence[int]
    """The points at which what goes on with it is killed, too."""

    def __str__(self) -> str:
        typed = f"day {self.day}, `mimas {' '.join(self.command)}`"
        again = f", then again at {', '.join(map(str, self.again))}" if self.again else ""
        return f"{typed}, {self.point.step}, {self.point.kind} (point {self.number}), {self.way}{again}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a kill."""

    plan: Plan
    kills: Sequence[Point]
    """The last point that each killed process had passed; there is none, where the command was done before."""
    faults: dict[str, list[str]] = field(default_factory=dict)
    """One of `FAULTS` → what is wrong."""


FAULTS = {
    "lost": "a system lacks something, or holds other values",
    "doubled": "something was made twice",
    "deleted": "something was deleted that should not have been",
    "unrest": "runs do not end well, or do not come to rest, or something stays pending",
    "state": "the store holds something else, or contradicts itself",
}


def plan(seed: int, days: Sequence[Day]) -> Plan:
    """When the kill of this number comes; every kind of point of a kind of step has the same chance."""
    chance = Random(f"kill {seed}")  # noqa: S311 - a game
    number = chance.randrange(DAYS)
    typed = days[number].commands
    command = APPLY if APPLY in typed and chance.random() < 0.2 else RUN
    points = typed[command].points
    steps = sorted({point.what for point in points})
    what = chance.choices(steps, [_WEIGHTS[step] for step in steps])[0]
    kind = chance.choice(sorted({point.kind for point in points if point.what == what}))
    at = chance.choice([index for index, point in enumerate(points, 1) if (point.what, point.kind) == (what, kind)])
    way = chance.choices(list(_SHARES), list(_SHARES.values()))[0]
    delay = _START + chance.random() * _SLOW * typed[command].seconds if way == "anew" else chance.random() / 1000
    more = chance.choices((0, 1, 2), (70, 20, 10))[0]
    again = [chance.randrange(1, len(points)) for _ in range(more)]
    return Plan(seed, number, command, way, at, points[at - 1], delay, again)


def strike(twin: Twin, plan: Plan) -> Verdict:
    """Kill, go on until nothing more happens, and judge."""
    desk, day = twin.desk, twin.days[plan.day]
    twin.shelf.restore(day.copy)
    typed = list(day.commands)
    place = typed.index(plan.command)
    for command in typed[:place]:
        desk.type(command)
    kills = [desk.last() for _ in range(_first(twin, plan))]
    for number in plan.again:
        kills += [desk.last() for _ in range(_kill_itself(twin, plan.command, number))]
    try:
        for command in typed[place:]:
            desk.type(command)
        desk.come_to_rest()
    except UnrestError as error:
        return Verdict(plan, kills, {"unrest": [str(error)]})
    with twin.shelf.store() as store:
        if contradictions := faults(store):
            return Verdict(plan, kills, {"state": contradictions})
    found = judge(Rest.of(twin.shelf), day.rest)
    return Verdict(plan, kills, {name: wrong for name, wrong in found.items() if wrong})


def judge(have: Rest, want: Rest) -> dict[str, list[str]]:
    """What is wrong, by `FAULTS`."""
    return {
        "lost": differences(have.contents, want.contents),
        "doubled": _more(have.journal.adds, want.journal.adds),
        "deleted": _more(have.journal.deletes, want.journal.deletes),
        "state": differences(have.state, want.state),
    }


def _more(have: Counter[tuple[str, str, str]], want: Counter[tuple[str, str, str]]) -> list[str]:
    return [f"{' '.join(natural)}: {count} more" for natural, count in sorted((have - want).items())]


def _first(twin: Twin, plan: Plan) -> bool:
    if plan.way == "itself":
        return _kill_itself(twin, plan.command, plan.number)
    if plan.way == "parent":
        return _kill_from_outside(twin, plan)
    return twin.desk.type_anew(plan.command, plan.delay) == KILLED


def _kill_itself(twin: Twin, command: Command, at: int) -> bool:
    def reached(number: int, _: Point) -> None:
        if number == at:
            os.kill(os.getpid(), signal.SIGKILL)

    return twin.desk.attempt(command, reached) == KILLED


def _kill_from_outside(twin: Twin, plan: Plan) -> bool:
    ours, theirs = socket.socketpair()

    def reached(number: int, _: Point) -> None:
        if number == plan.number:
            theirs.send(b".")

    with ours:
        child = twin.desk.child(plan.command, reached)
        theirs.close()
        if ours.recv(1):
            time.sleep(plan.delay)
            child.kill()
        return child.wait() == KILLED
