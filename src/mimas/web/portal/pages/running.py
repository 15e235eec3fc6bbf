"""What is run: how the connectors stand, runs down to their objects, starting and stopping."""

from typing import Any

from starlette.responses import Response

from mimas.requests.duties import Duty
from mimas.runs.catalogue import COUNTERS, WITHOUT_OBJECTS
from mimas.runs.catalogue.words import COUNTERS as WORDS
from mimas.schedules.describing import told
from mimas.store import looking, runs
from mimas.store.history.chain import Cause
from mimas.web.background import Task
from mimas.web.inside import Inside
from mimas.web.portal.bars import bars
from mimas.web.portal.listing import SIZE
from mimas.web.portal.portal import Way
from mimas.web.portal.visit import RefusedError, Visit

_LAST = 10
_NOTES = 50
_OBJECTS = 500
"""So many objects behind a counter are shown."""


def overview(visit: Visit) -> Response:
    """How things stand; what has to be counted for it comes later (`health`)."""
    store, engine = visit.inside.store, visit.inside.engine
    last = looking.runs(store, 3 * _LAST)
    return visit.page(
        "overview.html",
        runs=last[:_LAST],
        bars=bars(last, looking.counted(store, [one["id"] for one in last])),
        holds=looking.open_holds(store),
        schedules=told(engine, store.clock()),
        profiles=list(engine.setup.profiles),
    )


def health(visit: Visit) -> Response:
    """How the connectors stand: a part of the overview, since all of their objects are counted for it."""
    store = visit.inside.store
    status = looking.status(store)
    for name in visit.inside.engine.setup.connectors:
        status["connectors"].setdefault(name, looking.no_objects())
    return visit.page("health.html", stand=status, steps=looking.last_steps(store))


def under_way(visit: Visit) -> Response:
    """What goes on just now, beside the pages: a part of the overview."""
    return visit.page("under_way.html")


def listed(visit: Visit) -> Response:
    """The runs, the last ones first."""
    found = looking.runs(visit.inside.store, SIZE + 1, *_before(visit))
    next_ = str(found[SIZE - 1]["id"]) if len(found) > SIZE else None
    return visit.page("runs.html", runs=found[:SIZE], next=next_, profiles=list(visit.inside.engine.setup.profiles))


def _before(visit: Visit) -> list[int]:
    text = visit.query.get("after", "")
    if text and not text.isdigit():
        raise RefusedError(400)
    return [int(text)] if text else []


def shown(visit: Visit) -> Response:
    """One run with its steps; of single objects the first that something was said of."""
    run = _run(visit)
    steps = [(step, _counted(step["counters"]), step["notes"][:_NOTES]) for step in run["steps"]]
    return visit.page("run.html", run=run, steps=steps)


def _run(visit: Visit) -> dict[str, Any]:
    run = looking.run(visit.inside.store, visit.parameters["id"])
    if run is None:
        raise RefusedError(404, visit.words("There is no such run; it may have been pruned."))
    return run


def _counted(counters: dict[str, int]) -> list[tuple[str, int, bool]]:
    """(counter, count, whether its objects are kept), in the order in which they are told."""
    names = [name for name in (*WORDS, *counters) if counters.get(name)]
    return [(name, counters[name], name not in WITHOUT_OBJECTS) for name in dict.fromkeys(names)]


def behind(visit: Visit) -> Response:
    """The objects behind a counter of a step."""
    counter = visit.parameters["counter"]
    run = _run(visit)
    step = next((one for one in run["steps"] if one["id"] == visit.parameters["step"]), None)
    if step is None or counter not in COUNTERS or counter in WITHOUT_OBJECTS:
        raise RefusedError(404)
    objects = looking.behind(visit.inside.store, step["id"], counter, _OBJECTS)
    count = step["counters"].get(counter, 0)
    return visit.page("behind.html", run=run, step=step, counter=counter, objects=objects, count=count)


def start(visit: Visit) -> Response:
    """Start a run profile."""
    profile = visit.given("profile")
    if profile not in visit.inside.engine.setup.profiles:
        raise RefusedError(400, visit.words("There is no run profile “{name}”.", name=profile))

    def work(inside: Inside, task: Task) -> str:
        report = inside.engine.run(profile, inside.engine.profile(profile), task.watcher, task.course)
        return f"/runs/{report.number}" if report.number else ""

    if not visit.background.begin(profile, Cause(visit.called, "portal"), work):
        raise RefusedError(409, visit.words("Something else goes on. Wait until it has ended, or stop it."))
    return visit.go("/operations")


def stop(visit: Visit) -> Response:
    """Ask the run that is under way, here or in another process, to stop after its batch."""
    with visit.inside.store.transaction(durable=True) as tx:
        runs.ask_to_stop(tx)
    said = visit.words("The run under way stops after its batch. What it has done is whole; the next one goes on.")
    return visit.go("/operations", said)


WAYS = (
    Way("/operations", overview, duty=Duty.BROWSE),
    Way("/operations/health", health, duty=Duty.BROWSE),
    Way("/operations/now", under_way, duty=Duty.BROWSE),
    Way("/runs", listed, duty=Duty.BROWSE),
    Way("/runs", start, "POST", duty=Duty.OPERATE),
    Way("/runs/stop", stop, "POST", duty=Duty.OPERATE),
    Way("/runs/{id:int}", shown, duty=Duty.BROWSE),
    Way("/runs/{id:int}/{step:int}/{counter}", behind, duty=Duty.BROWSE),
)
