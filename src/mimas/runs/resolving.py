"""Stratum 2: resources from the contributions of all their connector objects."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from mimas.runs.dues import INBOUND, write_dues
from mimas.runs.session import Session
from mimas.schema.values import Values, decode, decode_wanted, encode
from mimas.store import facts, resources, tables
from mimas.store.database import Row, Transaction
from mimas.store.resources import DELETED, LIVE, Key, StoredResource
from mimas.sync.inbound import Contribution, Contributor, combine, without_nulls
from mimas.sync.keys import normal


@dataclass(slots=True)
class Part:
    """A connector object linked to a resource, with the rule that linked it."""

    connector: int
    rule: int
    object: int
    type: int
    anchor: str
    values: Values


@dataclass(slots=True)
class Case:
    """A resource to resolve: what it was (none when new), and its parts."""

    resource: int
    type: int
    before: StoredResource | None
    parts: list[Part] = field(default_factory=list)


@dataclass(slots=True)
class Resolved:
    """What became of a batch."""

    written: list[int] = field(default_factory=list)
    failed: set[int] = field(default_factory=set)
    keys: list[Key] = field(default_factory=list)
    values: dict[int, dict[str, Any]] = field(default_factory=dict)
    """The values of the resources that live, as the rules gave them."""


def load_parts(tx: Transaction, session: Session, cases: dict[int, Case], where: str, *parameters: Any) -> None:
    """Give each case the objects linked to it that inbound rules read."""
    symbols = session.symbols
    contributors, echoes = symbols.contributors, symbols.echoes
    by_type = {key[:2] for key in contributors}
    for resource, connector, rule, object_, type_, anchor, name, presence, seen, wanted in tx.rows(
        "SELECT l.resource, l.connector, l.rule, o.id, o.type, o.anchor, o.name, o.presence, o.seen, o.wanted"
        f" FROM link l JOIN object o ON o.id = l.object WHERE {where} AND l.connector IN IDS",
        *parameters,
        symbols.sources,
    ):
        case = cases.get(resource)
        if case is None or presence != 1 or (connector, type_) not in by_type:
            continue
        values = decode(seen)
        if wanted is not None and (connector, type_) in echoes:
            _drop_echoes(values, wanted, echoes[connector, type_])
        case.parts.append(Part(connector, rule, object_, type_, anchor or name or "", values))


def _drop_echoes(values: Values, wanted: str, attributes: list[str]) -> None:
    """A value that a persistent outbound flow put there is no contribution: it would keep itself alive."""
    ours = decode_wanted(wanted) if wanted != "null" else {}
    for name in attributes:
        if name in values and values[name] == ours.get(name):
            del values[name]


class Resolver:
    """Resolves batches of cases and writes what changed."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.symbols = session.symbols
        self.context = session.context()
        self._unique_types = {key[2] for key, c in self.symbols.contributors.items() if c.unique}

    def resolve(self, tx: Transaction, cases: Sequence[Case]) -> Resolved:
        """Resolve some resources; those whose rules fail keep what they had."""
        outcome = Resolved()
        known = self._known_values(tx, cases)
        results: dict[int, tuple[dict[str, Any], tuple[tuple[int, int], ...]]] = {}
        needs: dict[tuple[int, str], list[str]] = {}
        dues: dict[int, Any] = {}
        for case in cases:
            result = self._evaluate(case, known.get(case.resource), outcome)
            if result is None:
                continue
            results[case.resource] = result
            dues[case.resource] = self.context.due
            for attribute, candidates in self.context.needs.items():
                needs[case.resource, attribute] = candidates
        if needs:
            given = facts.reserve(tx, needs, self.session.now, normal, self.symbols.by_attribute)
            for case in cases:
                if case.resource in given:
                    again = {**known.get(case.resource, {}), **given[case.resource]}
                    result = self._evaluate(case, again, outcome)
                    if result is not None:
                        results[case.resource] = result
        self._write(tx, cases, results, outcome)
        write_dues(tx, INBOUND, dues)
        return outcome

    def _known_values(self, tx: Transaction, cases: Sequence[Case]) -> dict[int, dict[str, str]]:
        ids = [case.resource for case in cases if case.type in self._unique_types and case.before is not None]
        return facts.unique_values(tx, ids) if ids else {}

    def _evaluate(
        self, case: Case, unique: dict[str, str] | None, outcome: Resolved
    ) -> tuple[dict[str, Any], tuple[tuple[int, int], ...]] | None:
        """The values and lineage of one resource; none when a rule failed."""
        context = self.context
        context.begin(unique)
        contributors = self.symbols.contributors
        parts = case.parts
        contributor: Contributor | None = None
        try:
            if len(parts) == 1:
                part = parts[0]
                contributor = contributors.get((part.connector, part.type, case.type))
                if contributor is None:
                    return {}, ()
                values, mask = contributor.function.call(part.values, context)
                if contributor.nulls:
                    values = without_nulls(values)
                return values, ((contributor.number, mask),)
            contributions = []
            for part in parts:
                contributor = contributors.get((part.connector, part.type, case.type))
                if contributor is not None:
                    values, mask = contributor.function.call(part.values, context)
                    contributions.append(Contribution(contributor, part.anchor, values, mask))
            return combine(contributions) if contributions else ({}, ())
        except Exception as error:  # noqa: BLE001 - a rule may raise anything; only its object fails
            assert contributor is not None
            outcome.failed.add(case.resource)
            self.session.retried.add((part.connector, part.object))
            self.session.failed(contributor.function.failure(error), part.anchor, part.object)
            return None

    def _write(
        self,
        tx: Transaction,
        cases: Sequence[Case],
        results: dict[int, tuple[dict[str, Any], tuple[tuple[int, int], ...]]],
        outcome: Resolved,
    ) -> None:
        symbols, context = self.symbols, self.context
        new: list[Row] = []
        changed: list[tuple[StoredResource, str, int, int]] = []
        added: list[tuple[int, str, int]] = []
        removed: list[tuple[int, str, int]] = []
        patterns = symbols.patterns
        for case in cases:
            result = results.get(case.resource)
            if result is None:
                continue
            values, lineage = result
            before = case.before
            alive = any(
                part.rule in symbols.keeps_alive and not (before and symbols.scoped and symbols.is_stray(part, context))
                for part in case.parts
            )
            if not alive and before is not None:
                removed += self._delete(before, changed, outcome)
                continue
            outcome.values[case.resource] = values
            doc = encode(values)
            pattern = patterns.get(lineage) or symbols.pattern(tx, lineage)
            if before is None:
                new.append((case.resource, case.type, doc, pattern, LIVE))
                keys = symbols.keys(case.type, values, context)
                added += [(attribute, key, case.resource) for attribute, key in keys]
                outcome.keys += keys
            elif doc != before.doc or pattern != before.pattern or before.state != LIVE:
                changed.append((before, doc, pattern, LIVE))
                now = symbols.keys(case.type, values, context)
                then = symbols.keys(case.type, decode(before.doc), context, live=before.state == LIVE)
                added += [(attribute, key, case.resource) for attribute, key in now - then]
                removed += [(attribute, key, case.resource) for attribute, key in then - now]
                outcome.keys += now - then if before.state == LIVE else now
            else:
                continue
            outcome.written.append(case.resource)
            if context.failures:
                for failure in context.failures:
                    self.session.failed(failure, case.parts[0].anchor, case.parts[0].object)
                context.failures = []
        resources.write(tx, self.session.step, new, changed, added, removed)
        self.session.counters["projected"] += len(new)
        self.session.counters["resource-changed"] += len(changed)

    def _delete(self, before: StoredResource, changed: list[Any], outcome: Resolved) -> list[tuple[int, str, int]]:
        """No link keeps the resource alive: it is deleted, but stays to be found by whoever comes back."""
        if before.state == DELETED:
            return []
        changed.append((before, before.doc, before.pattern, DELETED))
        outcome.written.append(before.id)
        self.session.counters["resource-deleted"] += 1
        values = decode(before.doc)
        living = self.symbols.keys(before.type, values, self.context)
        kept = self.symbols.keys(before.type, values, self.context, live=False)
        return [(attribute, key, before.id) for attribute, key in living - kept]


def resolve_range(
    tx: Transaction, session: Session, resolver: Resolver, rows: Sequence[StoredResource], first: int, last: int
) -> Resolved:
    """Resolve the resources of a range that this step has not resolved yet."""
    cases = {row.id: Case(row.id, row.type, row) for row in rows if not session.is_fresh(row.id)}
    if not cases:
        return Resolved()
    load_parts(tx, session, cases, "l.resource BETWEEN ? AND ?", first, last)
    _find_strays(tx, session, cases)
    return resolver.resolve(tx, list(cases.values()))


def _find_strays(tx: Transaction, session: Session, cases: dict[int, Case]) -> None:
    """Linked objects that the rule of their link no longer covers become pending: linking will look at them."""
    if not session.symbols.scoped:
        return
    context = session.context()
    strays = [
        (part.connector, part.object)
        for case in cases.values()
        for part in case.parts
        if session.symbols.is_stray(part, context)
    ]
    tx.insert(tables.pending_import, "connector, object", strays, ignore=True)
    session.strays = session.strays or bool(strays)


def touched(tx: Transaction, session: Session, resolver: Resolver, ids: Iterable[int]) -> Resolved:
    """Resolve some resources that exist."""
    rows = resources.load(tx, sorted(set(ids)))
    cases = {row.id: Case(row.id, row.type, row) for row in rows}
    if not cases:
        return Resolved()
    load_parts(tx, session, cases, "l.resource IN IDS", list(cases))
    return resolver.resolve(tx, list(cases.values()))
