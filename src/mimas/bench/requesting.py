"""Runs the benchmark of requests: clients of their own processes, each asking as one person after another."""

import random
import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path
from tempfile import TemporaryDirectory

from mimas.bench import policy
from mimas.language.filters.binding import bind
from mimas.language.filters.parser import parse
from mimas.requests.viewing import Viewer
from mimas.requests.wishes import Change, Mode, Operation, Wish

CLIENTS = 8
SECONDS = 20.0
_WARMING = 30
"""So many each client does beforehand: statements are prepared by then, and what is kept in memory is there."""

_together: list[Barrier] = []
"""In the process of a client: what all of them wait at."""


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured: how many a second, and how long one takes (in seconds): the median, and 19 out of 20."""

    what: str
    rate: float
    median: float
    ninety_fifth: float
    remark: str = ""


def run(count: int, database: str | None, say: Callable[[str], None]) -> list[Figure]:
    """Make the world in an empty database, an SQLite file by default, and measure."""
    with TemporaryDirectory() as folder:
        url = database or f"sqlite:///{Path(folder) / 'bench.db'}"
        requests = policy.opened(url)
        say(f"{count:,} people")
        begin = time.monotonic()
        people = policy.people(requests, count)
        loaded = time.monotonic() - begin
        groups = policy.groups(requests, people)
        requests.store.database.tidy()
        say(f"{policy.SETS} sets and {policy.RULES} rules")
        begin = time.monotonic()
        policy.policy(requests)
        figures = [
            Figure("people loaded", count / loaded, 0, 0),
            Figure("sets and rules made", 0, (time.monotonic() - begin) / (policy.SETS + policy.RULES), 0),
        ]
        requests.store.database.tidy()
        requests.store.close()
        for what, remark, client in (
            ("modify requests", "rights, sets, history, the request kept", _modifies),
            ("reads of a person", "every attribute that the reader may see", _reads),
            ("searches", "a page of 30 by a starts-with, as the reader may see it", _searches),
        ):
            say(what)
            figures.append(_measured(what, remark, client, url, people, groups))
    return figures


Client = Callable[[str, Sequence[int], Sequence[int], int], list[float]]


def _measured(what: str, remark: str, client: Client, url: str, people: list[int], groups: list[int]) -> Figure:
    context = get_context("spawn")
    with ProcessPoolExecutor(CLIENTS, context, _together.append, (context.Barrier(CLIENTS),)) as pool:
        futures = [pool.submit(client, url, people, groups, seed) for seed in range(CLIENTS)]
        taken = [seconds for future in futures for seconds in future.result()]
    taken.sort()
    return Figure(what, len(taken) / SECONDS, statistics.median(taken), taken[int(len(taken) * 0.95)], remark)


def _timed(one: Callable[[], object]) -> list[float]:
    """How long each of as many as can be done within the time takes. All clients begin when the last one is warm."""
    for _ in range(_WARMING):
        one()
    for barrier in _together:
        barrier.wait()
    taken: list[float] = []
    end = time.monotonic() + SECONDS
    while (begin := time.monotonic()) < end:
        one()
        taken.append(time.monotonic() - begin)
    return taken


def _modifies(url: str, people: Sequence[int], groups: Sequence[int], seed: int) -> list[float]:
    """Six of ten change their own mobile, two move somebody of their team to another department, two join a group."""
    requests, chance = policy.opened(url), random.Random(seed)  # noqa: S311 - a load, not a secret

    def one() -> None:
        index = chance.randrange(len(people))
        kind = chance.randrange(10)
        if kind < 6:
            actor, target, type_ = people[index], people[index], "person"
            change = Change("mobile", Mode.REPLACE, (f"+49 171 {chance.randrange(10**7):07}",))
        elif kind < 8:
            actor, target, type_ = people[index // 20], people[index], "person"
            change = Change("department", Mode.REPLACE, (f"Department {chance.randrange(policy.DEPARTMENTS)}",))
        else:
            # Every second group is open.
            actor, target, type_ = people[index], groups[chance.randrange(len(groups) // 2) * 2 + 1], "group"
            change = Change("ExplicitMember", Mode.INSERT, (actor,))
        (outcome,) = requests.submit(actor, Wish(Operation.PUT, type_, target, (change,)))
        if not outcome.status.done:
            raise RuntimeError(outcome.message)

    return _timed(one)


def _reads(url: str, people: Sequence[int], _: Sequence[int], seed: int) -> list[float]:
    requests, chance = policy.opened(url), random.Random(seed)  # noqa: S311

    def one() -> None:
        viewer = Viewer(requests.store, requests.policies, chance.choice(people))
        with requests.store.reading() as tx:
            if not viewer.see(tx, [chance.choice(people)]):
                raise RuntimeError("somebody cannot be seen")

    return _timed(one)


def _searches(url: str, people: Sequence[int], _: Sequence[int], seed: int) -> list[float]:
    requests, chance = policy.opened(url), random.Random(seed)  # noqa: S311
    store = requests.store

    def one() -> None:
        viewer = Viewer(store, requests.policies, chance.choice(people))
        text = f"/person[starts-with(displayName, 'Person {chance.randrange(len(people)) // 1000:04}')]"
        wanted = bind(parse(text), store.catalogue, lambda _: None)
        with store.reading() as tx:
            page = viewer.find(tx, wanted, order="displayName", limit=30, now=store.clock())
            viewer.see(tx, page.ids)

    return _timed(one)
