"""References that end by themselves: grants whose end the connected system keeps to, even while Mimas is out of reach.

Active Directory has them as links that expire. Only what is there by nothing but grants has an end; what a system was
told is remembered, so that it is told again when a grant is prolonged, is revoked, or is joined by a rule.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from mimas.runs.symbols import Symbols
from mimas.store import grants, tables
from mimas.store.database import Transaction
from mimas.store.instants import stamp
from mimas.store.queries import Query
from mimas.store.references import BELIEVED, Triple


def ends(tx: Transaction, symbols: Symbols, objects: Sequence[int], now: datetime) -> dict[Triple, str]:
    """When references of some connector objects end, as far as they do."""
    if not objects or not grants.any_at_all(tx):
        return {}
    origin = symbols.store.symbol(grants.ORIGIN)
    flows: dict[tuple[int, int], set[int]] = {}
    for wish in symbols.reference_wishes:
        flows.setdefault((wish.connector, wish.source), set()).add(wish.attribute)
    spans: dict[Triple, list[tuple[str, str]]] = {}
    lasting: set[Triple] = set()
    for connector, object_, target, source, given_by, granted, begins, ends_ in tx.rows(
        "SELECT lo.connector, lo.object, lt.object, rr.attribute, rr.origin, g.attribute, g.begins, g.ends"
        " FROM link lo JOIN granted g ON g.resource = lo.resource AND g.ends > ?"
        " JOIN link lt ON lt.resource = g.target AND lt.connector = lo.connector"
        " JOIN resource_reference rr ON rr.resource = g.resource AND rr.target = g.target"
        " WHERE lo.object IN IDS",
        stamp(now),
        list(objects),
    ):
        for attribute in flows.get((connector, source), ()):
            triple = object_, attribute, target
            if given_by != origin:
                lasting.add(triple)
            elif granted == source:
                spans.setdefault(triple, []).append((begins, ends_))
    found = {triple: _last(some, stamp(now)) for triple, some in spans.items() if triple not in lasting}
    return {triple: end for triple, end in found.items() if end != grants.FOREVER}


def _last(spans: Iterable[tuple[str, str]], now: str) -> str:
    """When the last of some grants ends that follow one another without a gap."""
    end = now
    for begins, ends_ in sorted(spans):
        if begins <= end:
            end = max(end, ends_)
    return end


def told(tx: Transaction, objects: Sequence[int], now: datetime) -> dict[Triple, str]:
    """When references of some objects end, as their system was told."""
    rows = tx.rows(
        "SELECT object, attribute, target, ends FROM expiring WHERE object IN IDS AND ends > ?",
        list(objects),
        stamp(now),
    )
    return {(object_, attribute, target): end for object_, attribute, target, end in rows}


def remember(tx: Transaction, sent: Sequence[Triple], until: Mapping[Triple, str], now: datetime) -> None:
    """These references are about to be sent, some of them with their ends."""
    tx.run("DELETE FROM expiring WHERE ends <= ?", stamp(now))
    tx.delete(tables.expiring, "object, attribute, target", [triple for triple in sent if triple not in until])
    rows = [(*triple, until[triple]) for triple in sent if triple in until]
    tx.upsert(tables.expiring, "object, attribute, target, ends", rows, "ends = excluded.ends")


def outdated(tx: Transaction, symbols: Symbols, resources: Query, now: datetime) -> list[Triple]:
    """References of some resources' objects that their system believes to end at other instants than they do."""
    if tx.value("SELECT 1 FROM expiring LIMIT 1") is None:
        return []
    chosen = Query("SELECT DISTINCT e.object FROM link l JOIN expiring e ON e.object = l.object WHERE l.resource ")
    chosen += resources
    objects = [row[0] for row in tx.rows(chosen.text, *chosen.parameters)]
    current = ends(tx, symbols, objects, now)
    changed = {triple for triple, end in told(tx, objects, now).items() if current.get(triple) != end}
    there = tx.rows(
        f"SELECT object, attribute, target FROM reference WHERE object IN IDS AND {BELIEVED}",
        sorted({triple[0] for triple in changed}),
    )
    return sorted(changed.intersection((o, a, t) for o, a, t in there))
