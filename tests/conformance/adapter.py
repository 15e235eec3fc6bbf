"""Mimas under the suite: its engine over SQLite, and the systems of a case as its connected systems.

Mimas remembers resources that have ended, with their links and the references to them. They count as nothing here, as
in everything that it shows to people.
"""

import sqlite3
from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from mimas.connectors.contract import Connector, Settings
from mimas.runs import joiner, releasing
from mimas.runs.engine import Engine, StepReport
from mimas.runs.syncing import FULL, SWEEP
from mimas.schema.values import decode
from mimas.store import looking, tables
from mimas.store.store import Store
from tests.conformance.suite import Case, Row, merged, several
from tests.conformance.system import System
from tests.conformance.translating import translated
from tests.conformance.wire import Wire
from tests.world import World

TERMS = {
    "ambiguous-join": "ambiguous",
    "cd-existing-object": "taken",
    "rename-to-existing-dn": "taken",
    "exported-change-not-reimported": "unconfirmed",
    "learned-normalisation": "normalised",
    "drift": "drift",
    "flow-failure": "failed",
    "invalid-dn": "nameless",
    "missing-anchor-component": "nameless",
    "parse-error": "unreadable",
    "duplicate-object": "duplicate",
    "constraint-violation": "refused",
    "cd-missing-object": "missing",
}
"""Mimas's codes of what it says of single objects, in the words of the suite."""

OPERATIONS = {"add": "add", "update": "change", "delete": "delete"}


class _Engine(Engine):
    """Connects to the systems of a case."""

    systems: Mapping[str, System]

    def connector(self, name: str) -> Connector[Any]:
        wire = Wire(name, Settings(), self.setup_of(name).schema, self.setup.home)
        wire.system = self.systems[name]
        return wire


@cache
def _empty() -> bytes:
    """A database with the store's tables and nothing in them."""
    store = Store("sqlite://")
    store.migrate()
    return bytes(_driver(store).serialize())


def _driver(store: Store) -> sqlite3.Connection:
    connection: sqlite3.Connection = store.database.connection().driver_connection
    return connection


class Adapter:
    """One case in one way."""

    def __init__(self, home: Path, case: Case) -> None:
        self.case = case
        self.rules: Mapping[str, Any] = case.rules
        self.systems = {name: System(name, spec) for name, spec in case.systems.items()}
        self.world = World(home, "sqlite://")
        _driver(self.world.store).deserialize(_empty())
        self._told: set[str] = set()
        self._configure()

    def close(self) -> None:
        """Forget everything."""
        self.world.close()

    def _configure(self) -> None:
        setup = translated(self.world.folder, self.case, self.rules)
        engine = _Engine(self.world.store, setup, clock=self.world.clock)
        engine.systems = self.systems
        self.world.engine = engine

    # What is done.

    def change_rules(self, changes: Mapping[str, Any]) -> None:
        """Other rules are in force from now on."""
        self.rules = merged(self.rules, changes)
        self._configure()
        with self.world.store.transaction() as tx:
            tx.upsert(tables.meta, "key, value", [(SWEEP, FULL)], "value = excluded.value")

    def wait(self, days: float) -> None:
        """Time goes by."""
        self.world.clock.now += timedelta(days=days)

    def do(self, step: str) -> None:
        """``import hr``, ``import hr delta``, ``sync``, ``sync full``, ``export app``."""
        verb, *rest = step.split()
        words = {"import": "delta" if rest[-1:] == ["delta"] else "import", "sync": "full" if rest else "sync"}
        connector = "" if verb == "sync" else f" {rest[0]}"
        (report,) = self.world.run(words.get(verb, verb) + connector).steps
        self._told |= {TERMS.get(code, code) for code in self.world.codes()} | _result(report)

    def link(self, system: str, key: str, label: str) -> None:
        """A person says whose an account is."""
        symbols = self.world.engine.symbols
        joiner.join(symbols, system, self._anchor(system, key), self._labelled(label), self.world.clock())

    def unlink(self, system: str, key: str, *, forget: bool = False) -> None:
        """A person says that an account is nobody's; or takes back what was said."""
        symbols = self.world.engine.symbols
        joiner.disconnect(symbols, system, self._anchor(system, key), self.world.clock(), normal=forget)

    def decide(self, system: str, *, release: bool) -> None:
        """A person lets through what is held of a system, or refuses."""
        decide = releasing.release if release else releasing.refuse
        for hold in looking.open_holds(self.world.store):
            if hold["connector"] == system:
                decide(self.world.store, hold["id"])

    # What is observed.

    def hub(self, type_: str) -> list[Row]:
        """The live objects of the hub; a reference is the label of its target, as long as that is alive."""
        store, attributes = self.world.store, self.case.hub[type_]["attributes"]
        rows = self.world.resources(type_)
        for name, kind in attributes.items():
            if kind.startswith("ref"):
                found: dict[int, list[str]] = {}
                for resource, target in self.world.rows(
                    "SELECT rr.resource, rr.target FROM resource_reference rr JOIN resource t ON t.id = rr.target"
                    " WHERE rr.attribute = ? AND t.state = 0",
                    store.symbol(name),
                ):
                    found.setdefault(resource, []).append(self._label(target))
                for resource in found.keys() & rows.keys():
                    rows[resource][name] = found[resource] if several(kind) else found[resource][0]
        return list(rows.values())

    def links(self, system: str) -> dict[str, str | None]:
        """Account → the label of what it belongs to."""
        store = self.world.store
        rows = self.world.rows(
            "SELECT o.type, o.anchor, o.name, r.id FROM object o LEFT JOIN link l ON l.object = o.id"
            " LEFT JOIN resource r ON r.id = l.resource AND r.state = 0"
            " WHERE o.connector = ? AND (o.presence = 1 OR r.id IS NOT NULL)",
            store.symbol(system),
        )
        return {self._key(system, *row[:3]): self._label(row[3]) if row[3] else None for row in rows}

    def pending(self, system: str) -> dict[str, str]:
        """Account → what is to be sent, or was sent and has not been shown."""
        rows = self.world.rows(
            "SELECT o.type, o.anchor, o.name, o.wanted, p.operation FROM pending_export p"
            " JOIN object o ON o.id = p.object WHERE p.connector = ?",
            self.world.store.symbol(system),
        )
        return {self._key(system, *row[:4]): OPERATIONS[row[4]] for row in rows}

    def held(self, system: str) -> dict[str, int]:
        """What is held, and how many objects."""
        rows = looking.open_holds(self.world.store)
        return {row["kind"].partition("-")[0]: row["count"] for row in rows if row["connector"] == system}

    def told(self) -> set[str]:
        """What was said since this was asked last."""
        told, self._told = self._told, set()
        return told

    def _label(self, resource: int) -> str:
        (row,) = self.world.rows("SELECT type, doc FROM resource WHERE id = ?", resource)
        return str(decode(row[1]).get(self.case.hub[self.world.store.name(row[0])]["label"]))

    def _labelled(self, label: str) -> int:
        return next(
            id_
            for type_, spec in self.case.hub.items()
            for id_, values in self.world.resources(type_).items()
            if str(values.get(spec["label"])) == label
        )

    def _anchor(self, system: str, key: str) -> str:
        found = self.systems[system].known(key)
        return Wire.anchor(self.world.engine.connector(system), found)  # type: ignore[arg-type]

    def _key(self, system: str, type_: int | None, anchor: str | None, name: str | None, wanted: str = "") -> str:
        if self.systems[system].named:
            return name or str(decode(wanted or "{}").get("dn"))
        schema = self.world.engine.setup.connectors[system].schema
        prefix = schema[self.world.store.name(type_)].prefix if type_ else ""
        return (anchor or "").removeprefix(prefix)


def _result(report: StepReport) -> set[str]:
    outcome = report.outcome
    if outcome.result.startswith(("stopped", "no-start")):
        return {"unreachable"}
    told = {"incomplete"} if "listing is not whole" in outcome.message or "no evidence" in outcome.message else set()
    return told | ({"taken"} if outcome.counters["name-taken"] else set())
