"""A small world to run the engine in: real files as sources and targets, a real database, nothing pretended."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

from mimas.runs.engine import Engine, RunReport
from mimas.runs.importing import Outcome
from mimas.runs.setup import ConnectorSetup, Guard, Setup, Step, StepKind
from mimas.runs.syncing import FULL, SWEEP
from mimas.schema.attributes import NAME, Attribute, Kind, ObjectType
from mimas.schema.values import decode, decode_wanted
from mimas.store import looking, tables
from mimas.store.objects import WANTED_ABSENT
from mimas.store.store import Store
from mimas.sync.rules import (
    Clause,
    Computed,
    Constant,
    Deprovision,
    Direct,
    Direction,
    Enforce,
    Extension,
    Flow,
    JoinCondition,
    LinkType,
    Membership,
    Merge,
    Operator,
    Origin,
    Place,
    ResourceType,
    RuleSet,
    Scope,
    SyncRule,
    Unique,
)

OPEN = Guard(1_000_000, 1.0)
"""A guard that never trips."""


def attribute(text: str) -> Attribute:
    """``name``, ``name*`` for several values, ``name>type`` for a reference, ``name:kind``."""
    name, _, kind = text.partition(":")
    name, arrow, to = name.partition(">")
    several = name.endswith("*") or to.endswith("*")
    kind_ = Kind.REFERENCE if arrow else Kind(kind or "string")
    return Attribute(name.rstrip("*"), kind_, several, to.rstrip("*") or None)


def attributes(texts: str) -> dict[str, Attribute]:
    """Several, separated by spaces."""
    return {one.name: one for one in map(attribute, texts.split())}


def origin(text: Any) -> Origin:
    """``=expression``, ``module:function``, a bare name, a tuple of unique candidates, ``#constant``."""
    if isinstance(text, tuple):
        return Unique(tuple(part.removeprefix("=") for part in text))
    if not isinstance(text, str):
        return Constant(text)
    if text.startswith("="):
        return Computed(text[1:])
    if text.startswith("#"):
        return Constant(text[1:])
    if ":" in text:
        return Extension(text)
    return Direct(text)


def flows(
    table: Mapping[str, Any], once: Sequence[str] = (), merge: Sequence[str] = (), file: str = ""
) -> tuple[Flow, ...]:
    """Target attribute → origin, one line of the document each."""
    return tuple(
        Flow(
            target,
            origin(text),
            once=target in once,
            merge=Merge.MERGE if target in merge else Merge.UPDATE,
            place=Place(file, line) if file else Place(),
        )
        for line, (target, text) in enumerate(table.items(), 10)
    )


def scope(*clauses: str) -> Scope:
    """One group of clauses, each ``attribute OPERATOR value``."""
    if not clauses:
        return ()
    parts = [[*clause.split(" ", 2), ""] for clause in clauses]
    return (tuple(Clause(part[0], Operator(part[1]), part[2]) for part in parts),)


def _condition(left: str, right: str) -> JoinCondition:
    """``attribute``, ``=expression`` without spaces, or ``module:function``."""
    if left.startswith("="):
        return JoinCondition(Computed(left[1:]), right)
    return JoinCondition(Extension(left) if ":" in left else Direct(left), right)


def joins(*criteria: str) -> tuple[tuple[JoinCondition, ...], ...]:
    """Criteria in order; the conditions of one are separated by spaces, each ``object=resource``."""
    return tuple(
        tuple(_condition(*condition.rsplit("=", 1)) for condition in criterion.split()) for criterion in criteria
    )


def inbound(
    connector: str,
    table: Mapping[str, Any],
    *,
    name: str = "",
    object_type: str = "person",
    resource_type: str = "person",
    precedence: int = 100,
    link: LinkType = LinkType.PROVISION,
    join: Sequence[str] = (),
    where: Sequence[str] = (),
    merge: Sequence[str] = (),
) -> SyncRule:
    """An inbound rule."""
    name = name or f"{connector} in"
    file = f"{name.replace(' ', '-')}.yaml"
    return SyncRule(
        name,
        Direction.INBOUND,
        connector,
        object_type,
        resource_type,
        precedence,
        link,
        scope(*where),
        joins(*join),
        flows(table, merge=merge, file=file),
        place=Place(file, 1),
    )


def outbound(
    connector: str,
    table: Mapping[str, Any],
    *,
    name: str = "",
    object_type: str = "person",
    resource_type: str = "person",
    precedence: int = 100,
    link: LinkType = LinkType.PROVISION,
    join: Sequence[str] = (),
    where: Sequence[str] = (),
    once: Sequence[str] = (),
    deprovision: Deprovision = Deprovision.DELETE,
    enforce: Mapping[str, Enforce] = MappingProxyType({}),
    leaving: Mapping[str, Any] = MappingProxyType({}),
    intent: str = "",
    after: str = "",
) -> SyncRule:
    """An outbound rule."""
    name = name or f"{connector} out"
    file = f"{name.replace(' ', '-')}.yaml"
    return SyncRule(
        name,
        Direction.OUTBOUND,
        connector,
        object_type,
        resource_type,
        precedence,
        link,
        scope(*where),
        joins(*join),
        tuple(replace(flow, enforce=enforce.get(flow.target, flow.enforce)) for flow in flows(table, once, file=file)),
        deprovision,
        place=Place(file, 1),
        deprovision_flows=flows(leaving, file=file),
        intent=intent,
        after=after,
    )


def delimited(
    name: str, columns: str, *, anchor: str = "id", missing: Guard = OPEN, deletes: Guard = OPEN, **settings: Any
) -> ConnectorSetup:
    """A delimited file ``NAME.csv``; changes in ``NAME.changes.csv`` where asked for."""
    type_ = ObjectType("person", attributes(columns), tuple(anchor.split("+")))
    return ConnectorSetup(
        name, "delimited", {"path": f"{name}.csv", **settings}, {"person": type_}, missing=missing, deletes=deletes
    )


def target(
    name: str, columns: str, *, anchor: str = "id", deletes: Guard = OPEN, missing: Guard = OPEN
) -> ConnectorSetup:
    """A delimited file that Mimas writes and reads back."""
    return delimited(name, columns, anchor=anchor, deletes=deletes, missing=missing, export="listing")


def ldif(
    name: str, types: Mapping[str, str], *, anchor: str = "", missing: Guard = OPEN, **settings: Any
) -> ConnectorSetup:
    """An LDIF file ``NAME.ldif`` with these object types."""
    schema = {
        type_: ObjectType(type_, {NAME: Attribute(NAME)} | attributes(texts), tuple(anchor.split()))
        for type_, texts in types.items()
    }
    return ConnectorSetup(name, "ldif", {"path": f"{name}.ldif", **settings}, schema, missing=missing, deletes=OPEN)


def simulated(name: str, types: Mapping[str, str], *, anchor: str = "", **settings: Any) -> ConnectorSetup:
    """A simulated system in the file ``NAME.system``; with ``named`` its objects have distinguished names."""
    named = {NAME: Attribute(NAME)} if settings.get("named") else {}
    schema = {
        type_: ObjectType(type_, named | attributes(texts), tuple(anchor.split())) for type_, texts in types.items()
    }
    return ConnectorSetup(name, "simulator", {"path": f"{name}.system", **settings}, schema, missing=OPEN, deletes=OPEN)


def person(
    texts: str = "employeeId name mail title dept tags* manager>person", indexed: str = "employeeId name mail"
) -> ResourceType:
    """The resource type ``person``."""
    return ResourceType("person", attributes(texts), frozenset(indexed.split()))


def setup(
    home: Path,
    connectors: Iterable[ConnectorSetup],
    rules: Iterable[SyncRule],
    types: Iterable[ResourceType] = (),
    memberships: Iterable[Membership] = (),
) -> Setup:
    """The whole; without types there is `person`."""
    named = {type_.name: type_ for type_ in types} or {"person": person()}
    return Setup(
        home,
        {connector.name: connector for connector in connectors},
        RuleSet(named, tuple(rules), tuple(memberships)),
    )


class Clock:
    """An instant that stands until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 8, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **parts: float) -> None:
        """Move on."""
        self.now += timedelta(**parts)


class World:
    """A folder with files, an engine over a database, and questions about both."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self.clock = Clock()
        self.store = Store(url)
        self.notes: list[dict[str, Any]] = []
        self.engine = Engine(self.store, setup(folder, (), ()), clock=self.clock)

    def configure(
        self,
        connectors: Iterable[ConnectorSetup],
        rules: Iterable[SyncRule],
        types: Iterable[ResourceType] = (),
        memberships: Iterable[Membership] = (),
    ) -> None:
        """Put a configuration into force, as `mimas config apply` does."""
        self.engine = Engine(self.store, setup(self.folder, connectors, rules, types, memberships), clock=self.clock)
        with self.store.transaction() as tx:
            tx.upsert(tables.meta, "key, value", [(SWEEP, FULL)], "value = excluded.value")

    def reopen(self) -> None:
        """Begin anew with the same database, as the next command does."""
        url = self.store.database.url.render_as_string(hide_password=False)
        self.store.close()
        self.store = Store(url)
        self.engine = Engine(self.store, self.engine.setup, clock=self.clock)

    # What the systems hold.

    def write(self, file: str, *rows: Mapping[str, Any] | str, columns: str = "") -> None:
        """Write a file: rows as mappings for CSV (a row as text stands as it is), blocks of text for LDIF."""
        path = self.folder / file
        if file.endswith(".ldif"):
            path.write_text("\n\n".join(str(row).strip() for row in rows) + "\n", encoding="utf-8")
            return
        names = columns or " ".join(dict.fromkeys(name for row in rows if not isinstance(row, str) for name in row))
        self.write_rows(path, rows, names)

    @staticmethod
    def write_rows(path: Path, rows: Iterable[Mapping[str, Any] | str], columns: str) -> None:
        """Write a CSV file."""
        out = io.StringIO(newline="")
        writer = csv.DictWriter(out, columns.split(), lineterminator="\n")
        writer.writeheader()
        for row in rows:
            if isinstance(row, str):
                out.write(row + "\n")
            else:
                writer.writerow(
                    {name: "|".join(cell) if isinstance(cell, list) else cell for name, cell in row.items()}
                )
        path.write_text(out.getvalue(), encoding="utf-8")

    @staticmethod
    def rows_of(path: Path, key: str = "id") -> dict[str, dict[str, str]]:
        """The rows of a CSV file by key."""
        with path.open(encoding="utf-8", newline="") as stream:
            return {row[key]: row for row in csv.DictReader(stream)}

    def read(self, file: str, key: str = "id") -> dict[str, dict[str, str]]:
        """The rows of a CSV file by key, empty cells left out."""
        rows = self.rows_of(self.folder / file, key).values()
        return {row[key]: {name: value for name, value in row.items() if value and name != key} for row in rows}

    # Steps.

    def run(self, *steps: str) -> RunReport:
        """Run steps such as ``import hr``, ``delta hr``, ``sync``, ``full``, ``sync hr``, ``export app``."""
        kinds: dict[str, StepKind] = {
            "import": "full-import",
            "delta": "delta-import",
            "sync": "delta-sync",
            "full": "full-sync",
            "export": "export",
            "retry": "export",
        }
        parsed = []
        for step in steps:
            word, _, connector = step.partition(" ")
            parsed.append(Step(kinds[word], connector or None, retry=word == "retry"))
        report = self.engine.run("test", parsed)
        run = looking.run(self.store, report.number)
        assert run is not None
        self.notes = [note for step_ in run["steps"] for note in step_["notes"]]
        return report

    def step(self, step: str) -> Outcome:
        """Run one step; how it ended."""
        return self.run(step).steps[0].outcome

    def codes(self) -> list[str]:
        """The codes of the notes of the last run."""
        return sorted(note["code"] for note in self.notes)

    # What the store holds.

    def rows(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """A question to the database."""
        with self.store.transaction() as tx:
            return tx.rows(sql, *parameters)

    def resources(self, type_: str = "person", *, deleted: bool = False) -> dict[int, dict[str, Any]]:
        """Resource id → values."""
        return {
            id_: dict(decode(doc))
            for id_, doc in self.rows(
                "SELECT id, doc FROM resource WHERE type = ? AND state = ? ORDER BY id",
                self.store.symbol(type_),
                int(deleted),
            )
        }

    def people(self, key: str = "name", type_: str = "person") -> dict[Any, dict[str, Any]]:
        """Live resources by a value."""
        return {values.get(key): values for values in self.resources(type_).values()}

    def id_of(self, name: str, key: str = "name", type_: str = "person") -> int:
        """The id of the resource with this value."""
        return next(id_ for id_, values in self.resources(type_).items() if values.get(key) == name)

    def references(self, attribute_: str, key: str = "name") -> set[tuple[str, str]]:
        """(resource, target) by a value of both."""
        everybody = {id_: decode(doc).get(key) for id_, doc in self.rows("SELECT id, doc FROM resource")}
        return {
            (str(everybody[resource]), str(everybody[target_]))
            for resource, target_ in self.rows(
                "SELECT resource, target FROM resource_reference WHERE attribute = ?", self.store.symbol(attribute_)
            )
        }

    def objects(self, connector: str) -> dict[str, tuple[dict[str, Any] | None, dict[str, Any] | None]]:
        """Anchor or name → (seen, wanted)."""
        return {
            anchor or name: (
                dict(decode(seen)) if seen else None,
                None if wanted in (None, WANTED_ABSENT) else dict(decode_wanted(wanted)),
            )
            for anchor, name, seen, wanted in self.rows(
                "SELECT anchor, name, seen, wanted FROM object WHERE connector = ?", self.store.symbol(connector)
            )
        }

    def links(self) -> set[tuple[str, str, str]]:
        """(connector, anchor or name, rule)."""
        return {
            (self.store.name(connector), anchor or name, self.store.name(rule))
            for connector, anchor, name, rule in self.rows(
                "SELECT l.connector, o.anchor, o.name, l.rule FROM link l JOIN object o ON o.id = l.object"
            )
        }

    def pending(self, connector: str | None = None) -> dict[str, tuple[str, int]]:
        """Anchor or name → (operation, state) of the pending exports."""
        return {
            anchor or name: (operation, state)
            for number, anchor, name, operation, state in self.rows(
                "SELECT p.connector, o.anchor, o.name, p.operation, p.state FROM pending_export p"
                " JOIN object o ON o.id = p.object"
            )
            if connector is None or self.store.name(number) == connector
        }

    def holds(self) -> list[tuple[int, str, int]]:
        """(number, kind, count) of the open holds."""
        return [
            (h, kind, count)
            for h, kind, count in self.rows("SELECT id, kind, count FROM hold WHERE state = 'open' ORDER BY id")
        ]

    def dump(self, *leave_out: str) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of every table, but for the history and what is left out."""
        never = {"run", "step", "step_error", "step_object", "batch", "fresh", *leave_out}
        found = {}
        for table in tables.metadata.sorted_tables:
            if table.name not in never and not table.name.startswith("past_"):
                columns = ", ".join(column.name for column in table.columns)
                rows = self.rows(f'SELECT {columns} FROM "{table.name}"')
                found[table.name] = sorted(
                    (
                        row
                        for row in rows
                        if table.name != "meta"
                        or row[0] not in ("sequence:run", "sequence:step", "sequence:step_error")
                    ),
                    key=repr,
                )
        return found

    def shape(self) -> dict[str, Any]:
        """What everything has come to, by natural keys: two worlds of equal shape hold the same."""
        names = {
            id_: (self.store.name(connector), anchor or name)
            for id_, connector, anchor, name in self.rows("SELECT id, connector, anchor, name FROM object")
        }
        linked: dict[int, list[tuple[str, str]]] = {}
        for resource, object_ in self.rows("SELECT resource, object FROM link"):
            linked.setdefault(resource, []).append(names[object_])
        who = {
            id_: (self.store.name(type_), state, doc, tuple(sorted(linked.get(id_, ()))))
            for id_, type_, doc, state in self.rows("SELECT id, type, doc, state FROM resource")
        }
        return {
            "resources": sorted(who.values()),
            "references": sorted(
                (who[resource], self.store.name(attribute_), who[target_])
                for resource, attribute_, target_ in self.rows(
                    "SELECT resource, attribute, target FROM resource_reference"
                )
            ),
            "objects": sorted(
                (*names[id_], presence, seen or "", wanted or "")
                for id_, presence, seen, wanted in self.rows("SELECT id, presence, seen, wanted FROM object")
                if presence == 1 or wanted is not None
            ),
            "object references": sorted(
                (*names[object_], self.store.name(attribute_), *names[target_], bits)
                for object_, attribute_, target_, bits in self.rows(
                    "SELECT object, attribute, target, bits FROM reference"
                )
            ),
            "pending": sorted(
                (*names[object_], operation, state)
                for object_, operation, state in self.rows("SELECT object, operation, state FROM pending_export")
            ),
        }

    def close(self) -> None:
        """Close the database."""
        self.store.close()


def with_rule(rules: Sequence[SyncRule], rule_name: str, **changes: Any) -> list[SyncRule]:
    """The same rules with one of them changed."""
    return [replace(rule, **changes) if rule.name == rule_name else rule for rule in rules]
