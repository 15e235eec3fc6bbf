"""Stratum 2: resources from the contributions of all their connector objects."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeAlias

from mimas.language.keys import normal
from mimas.runs.ages import Ages
from mimas.runs.cases import Case, Part, load_cases
from mimas.runs.consenting import Consenting
from mimas.runs.deletion import DeletionRules, KeepError
from mimas.runs.dues import INBOUND, RELEASE, write_dues
from mimas.runs.session import Session
from mimas.runs.tally import Kept
from mimas.schema.places import Place
from mimas.schema.values import Value, Values, decode, encode
from mimas.store import facts, resources, tables
from mimas.store.database import Row, Transaction
from mimas.store.looking import title
from mimas.store.resources import DELETED, LIVE, Key, StoredResource
from mimas.sync.generated import About, Failure
from mimas.sync.inbound import Contribution, combine, settled

Result: TypeAlias = tuple[dict[str, Any], tuple[tuple[int, int], ...]]
"""Values and lineage of a resource."""

Then: TypeAlias = Callable[[int, int, Mapping[str, Any], bool], None]
"""Told of each resource that has been resolved: id, type, values, whether it lives."""


@dataclass(slots=True)
class Resolved:
    """What became of a batch, and what is to be written of it."""

    written: list[int] = field(default_factory=list)
    failed: set[int] = field(default_factory=set)
    keys: list[Key] = field(default_factory=list)
    strays: list[tuple[int, int]] = field(default_factory=list)
    """(connector, object) that the rule of their link no longer covers."""

    ending: dict[int, datetime | None] = field(default_factory=dict)
    """Deleted resource → when its unique values become free."""
    done: list[tuple[int, Mapping[str, Any]]] = field(default_factory=list)
    """(resource, what it has been given for once and all)."""
    new: list[Row] = field(default_factory=list)
    changed: list[tuple[StoredResource, str, int, int]] = field(default_factory=list)
    added: list[tuple[int, str, int]] = field(default_factory=list)
    removed: list[tuple[int, str, int]] = field(default_factory=list)


class Resolver:
    """Resolves batches of cases and writes what changed."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.symbols = session.symbols
        self.context = session.context()
        self.deletion = DeletionRules(session)
        self.ages: Ages | None = None
        self._consenting: Consenting | None = None
        self._lineages: dict[int, frozenset[str]] = {}
        self._factual = {key[2] for key, contributor in self.symbols.contributors.items() if contributor.factual}

    def resolve(self, tx: Transaction, batch: Iterable[Case], then: Then | None = None) -> Resolved:
        """Resolve some resources; those whose rules fail keep what they had."""
        outcome = Resolved()
        known: dict[int, dict[str, Any]] = {}
        if self._factual or self.deletion.needs(tx) or self.symbols.tied:
            batch = list(batch)
            self.deletion.load(tx, batch)
            self.ages = Ages(tx, self.session, batch) if self.symbols.tied else None
            known = facts.given(tx, [case.resource for case in batch if case.type in self._factual and case.before])
        needs: dict[tuple[int, str], list[str]] = {}
        waiting: list[Case] = []
        dues: dict[int, datetime | None] = {}
        context = self.context
        for case in batch:
            result = self._evaluate(case, known.get(case.resource), outcome)
            if result is None:
                continue
            dues[case.resource] = context.due
            if context.done:
                outcome.done.append((case.resource, context.done))
                known[case.resource] = {**known.get(case.resource, {}), **context.done}
            if context.needs:
                waiting.append(case)
                needs.update({(case.resource, name): candidates for name, candidates in context.needs.items()})
            else:
                self._settle(tx, case, result, outcome, then)
        if needs:
            given = facts.reserve(tx, needs, self.session.now, normal, self.symbols.by_attribute)
            for case in waiting:
                result = self._evaluate(case, {**known.get(case.resource, {}), **given[case.resource]}, outcome)
                if result is not None:
                    self._settle(tx, case, result, outcome, then)
        self._write(tx, outcome, dues)
        return outcome

    def _write(self, tx: Transaction, outcome: Resolved, dues: Mapping[int, datetime | None]) -> None:
        if self.ages is not None:
            self.ages.write(tx)
        facts.remember_once(tx, outcome.done, self.session.now)
        if self._consenting is not None:
            self._consenting.write(tx)
        resources.write(tx, outcome.new, outcome.changed, outcome.added, outcome.removed)
        counters = self.session.counters
        counters.note("projected", outcome.new, lambda row: _kept(row[0], row[2]))
        changed = [(before.id, doc) for before, doc, _, state in outcome.changed if state == LIVE]
        counters.note("resource-changed", changed, lambda change: _kept(*change))
        write_dues(tx, INBOUND, dues)
        write_dues(tx, RELEASE, outcome.ending)

    def _evaluate(self, case: Case, known: Mapping[str, Any] | None, outcome: Resolved) -> Result | None:
        """The values and lineage of one resource; none when a rule failed, or it is to stay as it is."""
        if case.resource in self.session.withheld.resources:
            outcome.failed.add(case.resource)
            return None
        self.context.begin(known)
        try:
            return self._contributed(case)
        except Exception as error:  # noqa: BLE001 - a rule may raise anything; only its object fails
            part, failure = self._blame(case, error)
            outcome.failed.add(case.resource)
            self.session.retried.add((part.connector, part.object))
            self.session.failed(failure, part.anchor, part.object)
            return None

    def _contributed(self, case: Case) -> Result:
        context, contributors = self.context, self.symbols.contributors
        choices = self.symbols.choices.get(case.type)
        if len(case.parts) == 1 and choices is None:
            part = case.parts[0]
            contributor = contributors.get((part.connector, part.type, case.type))
            if contributor is None:
                return {}, ()
            context.shown, context.groups = part.shown, part.groups
            values, mask = contributor.function.call(part.values, context)
            if contributor.outcomes:
                values = settled(values, case.values_before)
            return values, ((contributor.number, mask),)
        contributions = []
        for part in case.parts:
            contributor = contributors.get((part.connector, part.type, case.type))
            if contributor is not None:
                context.shown, context.groups = part.shown, part.groups
                values, mask = contributor.function.call(part.values, context)
                contributions.append(Contribution(contributor, part.anchor, values, mask, part.object))
        if not contributions:
            return {}, ()
        latest = partial(self.ages.latest, case) if self.ages is not None else None
        values, lineage = combine(contributions, choices, latest)
        if any(contribution.contributor.outcomes for contribution in contributions):
            values = settled(values, case.values_before)
        return values, lineage

    def _blame(self, case: Case, error: Exception) -> tuple[Part, Failure]:
        """The part whose rule has failed, as far as the error tells, and what to say of it."""
        failure = Failure(About("", "", Place()), str(error) or repr(error))
        for part in case.parts:
            contributor = self.symbols.contributors.get((part.connector, part.type, case.type))
            found = contributor.function.failure(error) if contributor else failure
            if found.about.rule:
                return part, found
        return case.parts[0], failure

    def _settle(self, tx: Transaction, case: Case, result: Result, outcome: Resolved, then: Then | None) -> None:
        """Compare a resource with what it was, and note what is to be written."""
        symbols, before = self.symbols, case.before
        strays: list[Part] = []
        if before is not None and symbols.scoped:
            decided = self.session.decided(tx)
            strays = [p for p in case.parts if p.object not in decided and symbols.is_stray(p, self.context)]
            outcome.strays += [(part.connector, part.object) for part in strays]
        values, lineage = result
        doc = encode(values)
        if before is not None and doc != before.doc and (own := self._own(tx, case, before)):
            values = {**values, **own}
            doc = encode(values)
        if before is not None and not self._lives(tx, case, strays, values, outcome, then):
            return
        if before is not None and before.state == LIVE and self._waits(tx, case, values, outcome):
            return
        pattern = symbols.patterns.get(lineage) or symbols.pattern(tx, lineage)
        if before is None:
            outcome.new.append((case.resource, case.type, doc, pattern, LIVE))
            self._rekey(case, values, None, outcome)
        elif doc != before.doc or pattern != before.pattern or before.state != LIVE:
            outcome.changed.append((before, doc, pattern, LIVE))
            self._rekey(case, values, before, outcome)
        if then is not None:
            then(case.resource, case.type, values, True)

    def _waits(self, tx: Transaction, case: Case, values: Mapping[str, Any] | None, outcome: Resolved) -> bool:
        """Whether what a resource would become, or its end, waits for consent: then it stays as it is."""
        if self._consenting is None:
            self._consenting = Consenting(tx, self.session)
        if self._consenting.idle or not self._consenting.waits(tx, case, values):
            return False
        outcome.failed.add(case.resource)
        return True

    def _own(self, tx: Transaction, case: Case, before: StoredResource) -> dict[str, Any]:
        """The values that a request or a document has given, and no rule: they are carried over.

        What a rule has written that is no more goes with it: the lineage tells.
        """
        written = self.symbols.written.get(case.type, set())
        values = case.values_before()
        return {} if values.keys() <= written else own(values, written, self._contributed_by(tx, before.pattern))

    def _contributed_by(self, tx: Transaction, pattern: int) -> frozenset[str]:
        """The attributes that a lineage tells of."""
        if pattern not in self._lineages:
            self._lineages[pattern] = frozenset(row[0] for row in resources.lineage(tx, pattern))
        return self._lineages[pattern]

    def _lives(
        self,
        tx: Transaction,
        case: Case,
        strays: list[Part],
        values: Mapping[str, Any],
        outcome: Resolved,
        then: Then | None,
    ) -> bool:
        """Whether a resource that was there is to be what it has been resolved to; what else becomes of it is noted."""
        before = case.before
        assert before is not None
        try:
            kept = self.deletion.keep(case, strays, values)
        except KeepError as error:
            outcome.failed.add(case.resource)
            self.session.failed(error.failure, f"resource {case.resource}", None)
            return False
        made = not case.parts and self.deletion.is_made(case.resource)
        if kept and (len(strays) < len(case.parts) or before.state != LIVE or made):
            return True
        if not kept and before.state == LIVE and self._waits(tx, case, None, outcome):
            return False
        if not kept:
            self._delete(before, outcome)
        if then is not None:
            # One that is kept though nobody contributes stays as it was.
            then(case.resource, case.type, decode(before.doc), kept)
        return False

    def _rekey(self, case: Case, values: dict[str, Any], before: StoredResource | None, outcome: Resolved) -> None:
        """A resource is new or has changed: what it is found by."""
        symbols, context, id_ = self.symbols, self.context, case.resource
        now = symbols.keys(case.type, values, context)
        then: set[Key] = set()
        if before is not None:
            then = symbols.keys(case.type, decode(before.doc), context, live=before.state == LIVE)
        outcome.added += [(attribute, key, id_) for attribute, key in now - then]
        outcome.removed += [(attribute, key, id_) for attribute, key in then - now]
        # Whoever was ambiguous may be so no longer when another loses its key.
        outcome.keys += now | then if before is None or before.state != LIVE else now ^ then
        outcome.written.append(id_)
        for failure in context.failures:
            self.session.failed(failure, case.parts[0].anchor, case.parts[0].object)
        context.failures = []

    def _delete(self, before: StoredResource, outcome: Resolved) -> None:
        """No link keeps the resource alive: it is deleted, but stays to be found by whoever comes back."""
        if before.state == DELETED:
            return
        outcome.changed.append((before, before.doc, before.pattern, DELETED))
        if days := self.symbols.types[before.type].release:
            outcome.ending[before.id] = self.session.now + timedelta(days=days)
        outcome.written.append(before.id)
        self.session.counters.note("resource-deleted", [before], lambda row: _kept(row.id, row.doc))
        values = decode(before.doc)
        living = self.symbols.keys(before.type, values, self.context)
        kept = self.symbols.keys(before.type, values, self.context, live=False)
        outcome.removed += [(attribute, key, before.id) for attribute, key in living - kept]
        outcome.keys += living


def resolve_range(
    tx: Transaction,
    session: Session,
    resolver: Resolver,
    rows: Sequence[StoredResource],
    first: int,
    last: int,
    then: Then,
) -> Resolved:
    """Resolve the resources of a range; linked objects that their rules no longer cover become pending."""
    resolved = resolver.resolve(tx, load_cases(tx, session, rows, "BETWEEN ? AND ?", first, last), then)
    tx.insert(tables.pending_import, "connector, object", resolved.strays, ignore=True)
    session.strays = session.strays or bool(resolved.strays)
    return resolved


def touched(tx: Transaction, session: Session, resolver: Resolver, ids: Iterable[int]) -> Resolved:
    """Resolve some resources that exist, as far as they follow from connected systems."""
    rows = [row for row in resources.load(tx, sorted(set(ids))) if row.type in session.symbols.resolved]
    return resolver.resolve(tx, load_cases(tx, session, rows, "IN IDS", [row.id for row in rows]))


def own(values: Values, written: Collection[str], contributed: Collection[str]) -> dict[str, Value]:
    """Of the values of a resource the store's own: no rule writes them, and none has."""
    return {name: value for name, value in values.items() if name not in written and name not in contributed}


def _kept(resource: int, doc: str) -> Kept:
    return Kept(None, None, resource, title(decode(doc)))
