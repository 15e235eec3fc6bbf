"""``runs ID --of COUNTER``: from a number of the run history to the objects behind it."""

from collections.abc import Iterator, Mapping
from typing import Any

from mimas.cli.failing import CommandError
from mimas.cli.installation import Installation
from mimas.cli.printing import as_json, out, table
from mimas.runs.catalogue import COUNTERS, WITHOUT_OBJECTS
from mimas.runs.catalogue.words import step_title
from mimas.store import looking

_SHOWN = 100
"""How many objects of a step are printed for people, unless they say otherwise; programs get all that are kept."""
_ALL = 1_000_000


def drill(
    installation: Installation, number: int, counter: str, step: int | None, limit: int | None, *, json: bool
) -> None:
    """The objects behind a counter of a run, or of one of its steps. Raises `CommandError`."""
    _check(counter)
    run = looking.run(installation.store, number)
    if run is None:
        raise CommandError(f"There is no run {number}. `mimas runs` lists the last ones.")
    if step is not None and step > len(run["steps"]):
        raise CommandError(
            f"Run {number} has no step {step}. It has {len(run['steps'])}; `mimas runs {number}` shows them."
        )
    if limit is None:
        limit = _ALL if json else _SHOWN
    found = list(_steps(installation, run, counter, step, limit))
    if json:
        as_json(found)
        return
    if not found:
        where = f"run {number}" if step is None else f"step {step} of run {number}"
        out.print(f"Nothing in {where} counts as {counter}.", markup=False)
    for one in found:
        _print(one)


def _check(counter: str) -> None:
    from mimas.configuration.problem import suggest

    if counter not in COUNTERS:
        meant = suggest(counter, COUNTERS) or "`mimas errors` lists them."
        raise CommandError(f"There is no counter '{counter}'; {meant}")
    if counter in WITHOUT_OBJECTS:
        raise CommandError(f"The objects behind {counter} are not kept: {WITHOUT_OBJECTS[counter]}.")


def _steps(
    installation: Installation, run: Mapping[str, Any], counter: str, wanted: int | None, limit: int
) -> Iterator[dict[str, Any]]:
    """The steps in which the counter is not zero, each with the objects behind it."""
    for place, step in enumerate(run["steps"], 1):
        count = step["counters"].get(counter, 0)
        if count and wanted in (None, place):
            objects = looking.behind(installation.store, step["id"], counter, limit)
            head = {"step": place, "kind": step["kind"], "connector": step["connector"]}
            yield {**head, "counter": counter, "count": count, "objects": objects}


def _print(found: Mapping[str, Any]) -> None:
    title = step_title(found["kind"], found["connector"])
    out.print(f"step {found['step']}, {title}: {found['count']:,} {found['counter']}", style="bold", markup=False)
    objects = found["objects"]
    if objects:
        table(("system", "name", "resource"), ((o["connector"], _name(o), _resource(o)) for o in objects))
    if len(objects) < found["count"]:
        out.print(_fewer(len(objects), found["count"]), markup=False)


def _name(object_: Mapping[str, Any]) -> str:
    if object_["name"] or object_["object"] is None:
        return str(object_["name"])
    return f"(object {object_['object']}, without a name then)"


def _resource(object_: Mapping[str, Any]) -> str:
    return f"{object_['resource']} ({object_['title']})" if object_["resource"] is not None else ""


def _fewer(shown: int, count: int) -> str:
    """Why not all are shown: a limit, the number that is kept of a step, or a step of which none are kept."""
    from mimas.runs.tally import KEPT

    if not shown:
        return "Which ones they were is not kept: the run has been pruned, or is from before they were."
    if shown < KEPT:
        return f"(the first {shown:,} of {count:,}; --limit N shows more)"
    return f"(the first {shown:,} of {count:,}; more are not kept)"
