"""Resources that an old product had are made, resolved by the rules in force, each with all its links at once."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from mimas.migrate.state.grouping import Group
from mimas.runs.cases import load_cases
from mimas.runs.resolving import Resolver
from mimas.runs.session import Session
from mimas.runs.symbols import Symbols
from mimas.runs.waking import wake
from mimas.schema.values import encode
from mimas.store import facts, resources, tables
from mimas.store.database import Transaction
from mimas.store.resources import LIVE

Values = Mapping[str, Sequence[tuple[str, str, str]]]
"""GUID → the values that were given out to it: attribute, key, value."""


class Maker:
    """Makes resources, a batch at a time."""

    def __init__(
        self, symbols: Symbols, step: int, now: datetime, decide: Callable[[Transaction, Group], None]
    ) -> None:
        """``decide`` writes the decisions over a group's links, which count when its resource is resolved."""
        self.symbols, self.step, self.now, self._decide = symbols, step, now, decide
        self.taken: list[tuple[Group, str]] = []
        """The groups of the last batch with an attribute whose value another resource has."""

    def make(self, tx: Transaction, groups: Sequence[Group], given: Values) -> list[tuple[Group, str]]:
        """Give each group its resource; those whose rules fail, and why: of them nothing is written."""
        self.taken = []
        if not groups:
            return []
        first = tx.allocate("resource", len(groups))
        by_id = dict(enumerate(groups, first))
        pattern, nothing = self.symbols.pattern(tx, ()), encode({})
        rows = [(id_, group.type, nothing, pattern, LIVE) for id_, group in by_id.items()]
        tx.insert(tables.resource, "id, type, doc, pattern, state", rows)
        write_links(tx, list(by_id.items()))
        values = [
            (attribute, key, id_, value)
            for id_, group in by_id.items()
            for attribute, key, value in given.get(group.guid, ())
        ]
        taken = sorted(facts.take_over(tx, values, self.now))
        for id_, group in by_id.items():
            group.resource = id_
            self._decide(tx, group)
        failed = self._resolve(tx, list(by_id))
        self.taken = [(by_id[id_], attribute) for id_, attribute in taken if id_ not in failed]
        resources.unmake(tx, list(failed))
        facts.forget_all(tx, list(failed))
        for id_ in failed:
            by_id[id_].resource = None
        return [(by_id[id_], why) for id_, why in failed.items()]

    def _resolve(self, tx: Transaction, ids: list[int]) -> dict[int, str]:
        """Work out their values, as the sync does; those that fail or would end, and why."""
        session = Session(self.symbols, self.step, self.now, sweep=False)
        rows = resources.load(tx, ids)
        outcome = Resolver(session).resolve(tx, load_cases(tx, session, rows, "IN IDS", ids))
        ended = [row.id for row in resources.load(tx, ids) if row.state != LIVE]
        failed = dict.fromkeys(ended, "the deletion rule of its type ends it")
        failed |= dict.fromkeys(sorted(outcome.failed), session.notes[0].message if session.notes else "")
        told = {note.object: note.message for note in session.notes}
        for resource, object_ in tx.rows(
            "SELECT resource, object FROM link WHERE resource IN IDS", sorted(outcome.failed)
        ):
            failed[resource] = told.get(object_, failed[resource])
        wake(tx, outcome.keys)
        return failed


def write_links(tx: Transaction, groups: Sequence[tuple[int, Group]]) -> None:
    """Write the links of groups to their resources."""
    rows = [(resource, m.connector, m.id, rule) for resource, group in groups for m, rule in group.links]
    tx.insert(tables.link, "resource, connector, object, rule", rows)
