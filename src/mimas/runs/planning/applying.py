"""Doing what a plan says, exactly: whatever has become different since is left as it is, and named.

The steps are done once more, in one transaction. What comes of it is compared with the plan, unit by unit. Where a unit
would become something else than the plan says, all is undone and done again without it, until nothing else happens
than what the plan says. Only then it is committed, and sent.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from mimas.runs.engine import Engine, RunReport, Watcher
from mimas.runs.planning.plan import Plan, PlanError, Unit
from mimas.runs.planning.rehearsing import Prepare, Recipe, rehearse
from mimas.runs.session import Withheld
from mimas.runs.setup import Step
from mimas.store.history import past

_ROUNDS = 50


@dataclass(slots=True)
class Applied:
    """What came of it."""

    done: list[Unit] = field(default_factory=list)
    held: list[Unit] = field(default_factory=list)
    """Units that would become something else than the plan says, as they would become now."""
    gone: list[Unit] = field(default_factory=list)
    """Units of the plan for which there is nothing to do any more."""
    runs: list[RunReport] = field(default_factory=list)
    refused: bool = False
    """Whether nothing was done, as not everything could be."""


class _OtherwiseError(Exception):
    """Undoes a round."""


@dataclass(slots=True)
class _Round:
    """One attempt: what it did, and what it would have done that the plan does not say."""

    report: RunReport
    units: list[Unit]
    others: list[Unit]
    sendable: dict[str, frozenset[int]]


def apply(
    prepare: Prepare, engine: Engine, plan: Plan, what: Recipe, watcher: Watcher, *, whole: bool, send: Prepare
) -> Applied:
    """Apply a plan. ``whole``: all of it or nothing; ``send`` gives the engine that sends.

    Raises `PlanError`, `BusyError`.
    """
    withheld: dict[str, Unit] = {}
    with engine.store.database.alone():
        for _ in range(_ROUNDS):
            round_ = _attempt(prepare, engine, plan, what, withheld, watcher)
            withheld.update({unit.key: unit for unit in round_.others})
            if whole and withheld:
                return Applied(held=list(withheld.values()), refused=True)
            if not round_.others:
                break
        else:
            raise PlanError(
                "Ever more of the plan hangs together with what has changed since. Nothing was done: plan anew."
            )
        seen = {unit.key for unit in round_.units} | withheld.keys()
        gone = [unit for unit in plan.units if unit.key not in seen]
        applied = Applied(round_.units, list(withheld.values()), gone, [round_.report])
        steps = [Step("export", connector) for connector in what.exports if round_.sendable.get(connector)]
        if steps:
            sender = send()
            sender.sendable = round_.sendable
            applied.runs.append(sender.run(what.title, steps, watcher))
    return applied


def _attempt(
    prepare: Prepare, engine: Engine, plan: Plan, what: Recipe, withheld: dict[str, Unit], watcher: Watcher
) -> _Round:
    """Do it without what is withheld; it stays done only when nothing else has come of it than the plan says."""
    planned = {unit.key: unit for unit in plan.units}
    store = engine.store
    try:
        with store.transaction() as tx:
            ready = prepare()
            ready.withheld = _withheld(withheld)
            done = rehearse(tx, ready, what, past.last_place(tx), watcher, guarded=False)
            ready.withheld = Withheld()
            units = [unit for unit in done.units if unit.key not in withheld]
            others = [unit for unit in units if unit.key not in planned or not planned[unit.key].covers(unit)]
            round_ = _Round(done.report, units, others, _sendable(what, done.sent, units))
            if others:
                raise _OtherwiseError  # noqa: TRY301 - this is how a transaction is undone
            if done.report.steps:
                store.cause = replace(store.cause, step=done.report.steps[-1].number)
    except _OtherwiseError:
        pass
    finally:
        engine.forget_symbols()
    return round_


def _withheld(units: dict[str, Unit]) -> Withheld:
    """What the engine is to leave alone: resources by id, objects by what they are called."""
    resources = frozenset(int(key) for key in units if key.isdigit())
    objects = {(key.partition("/")[0], key.partition("/")[2]) for key in units if not key.isdigit()}
    links = (part for unit in units.values() for part in unit.parts if part.action in ("linked", "unlinked"))
    return Withheld(resources, frozenset(objects | {(part.system, part.object) for part in links}))


def _sendable(
    what: Recipe, sent: Mapping[str, list[tuple[str, int]]], units: Iterable[Unit]
) -> dict[str, frozenset[int]]:
    """Connector → the objects of these units that are to be sent."""
    found: dict[str, set[int]] = {connector: set() for connector in what.exports}
    for unit in units:
        for connector, object_ in sent.get(unit.key, ()):
            found[connector].add(object_)
    return {connector: frozenset(objects) for connector, objects in found.items()}
