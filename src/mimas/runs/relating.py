"""Strata 2 and 3 for references: what resources refer to, from their objects and from memberships.

References are rows, and these passes are set operations on them that the database does: a group of half a million
members never enters this process.
"""

from collections.abc import Sequence

from mimas.runs.offers import Offers
from mimas.runs.session import Session
from mimas.schema.values import decode
from mimas.store import resources, tables
from mimas.store.database import Transaction
from mimas.store.queries import Query, compare
from mimas.store.resources import LIVE, StoredResource

_COLUMNS = "resource, attribute, target, origin"
_SAME = "x.resource = w.resource AND x.attribute = w.attribute AND x.target = w.target AND x.origin = w.origin"


def relate_all(session: Session, *, size: int = 10_000) -> None:
    """Every resource, a range of ids a transaction."""
    with session.store.transaction() as tx:
        last = resources.highest(tx)
    for first in range(1, last + 1, size):
        session.pulse()
        with session.store.transaction() as tx:
            _relate(tx, session, "BETWEEN ? AND ?", first, first + size - 1)


def relate_some(tx: Transaction, session: Session, rows: Sequence[StoredResource]) -> None:
    """Some resources that have changed, as those that refer and as members."""
    _relate(tx, session, "IN IDS", [row.id for row in rows])
    _relate_members(tx, session, rows)


def relate_pairs(tx: Transaction, session: Session, ids: list[int], targets: list[int]) -> bool:
    """What some resources refer to among some others; false where that takes a look at all they refer to."""
    offers = Offers(tx, session, "IN IDS", ids, targets=targets)
    if not offers.divisible(tx):
        return False
    _bring(tx, session, offers, Query("resource IN IDS AND target IN IDS", (ids, targets)))
    return True


def _relate(tx: Transaction, session: Session, where: str, *parameters: object) -> None:
    """Bring the reference rows of some resources to what their objects and memberships say."""
    _bring(tx, session, Offers(tx, session, where, *parameters), Query(f"resource {where}", parameters))


def _bring(tx: Transaction, session: Session, offers: Offers, chosen: Query) -> None:
    wanted = offers.query()
    others, ours = (f"origin {no}IN ({', '.join(map(str, session.symbols.unruled))})" for no in ("", "NOT "))
    stored = Query(f"SELECT {_COLUMNS} FROM resource_reference WHERE ") + chosen + f" AND {ours}"
    ask = Query("SELECT 1 FROM resource_reference WHERE ") + chosen + f" AND {others} LIMIT 1"
    if tx.value(ask.text, *ask.parameters) is not None:
        # What has been given otherwise, too, stays so: a rule that offers it no more does not take it away.
        wanted = Query(
            f"SELECT {_COLUMNS} FROM ({wanted.text}) v WHERE NOT EXISTS (SELECT 1 FROM resource_reference k WHERE"
            f" k.resource = v.resource AND k.attribute = v.attribute AND k.target = v.target AND k.{others})",
            wanted.parameters,
        )
    if withheld := sorted(session.withheld.resources):
        free = Query(" resource NOT IN IDS", (withheld,))
        wanted = Query(f"SELECT {_COLUMNS} FROM (") + wanted + ") v WHERE" + free
        stored = stored + " AND" + free
    lacking, left_over = compare(tx, wanted, stored, "resource_reference", _SAME)
    added = removed = 0
    if left_over:
        keys = "resource, attribute, target"
        rows = tx.rows(
            f"SELECT {keys} FROM ({stored.text}) s EXCEPT SELECT {keys} FROM ({wanted.text}) w",
            *stored.parameters,
            *wanted.parameters,
        )
        tx.delete(tables.resource_reference, keys, sorted(rows))
        removed = len(rows)
    if lacking:
        added = tx.counted(
            f"INSERT INTO resource_reference ({_COLUMNS}) SELECT {_COLUMNS} FROM ({wanted.text}) w"
            f" WHERE NOT EXISTS (SELECT 1 FROM resource_reference x WHERE {_SAME})"
            " ON CONFLICT (resource, attribute, target) DO UPDATE SET origin = excluded.origin",
            *wanted.parameters,
        )
    session.counters["reference-added"] += added
    session.counters["reference-removed"] += removed


def _relate_members(tx: Transaction, session: Session, rows: Sequence[StoredResource]) -> None:
    """Members that have changed: the groups they belong to now, one row a membership."""
    context = session.context()
    for (matched, of, _), (_, _, group_symbol) in zip(session.symbols.member_of, session.symbols.group_of, strict=True):
        members = [row for row in rows if row.type == of and row.id not in session.withheld.resources]
        if not members:
            continue
        keys = {row.id: matched.member_keys(decode(row.doc), context) if row.state == LIVE else [] for row in members}
        groups = resources.find(tx, group_symbol, sorted({key for found in keys.values() for key in found}))
        attribute = session.store.symbol(matched.membership.attribute)
        origin = session.store.symbol(matched.membership.name)
        wanted = {
            (group, attribute, member)
            for member, found in keys.items()
            for key in found
            for group in groups.get(key, ())
            if group not in session.withheld.resources
        }
        stored = {
            (group, attribute, member)
            for group, member in tx.rows(
                "SELECT resource, target FROM resource_reference WHERE target IN IDS AND attribute = ? AND origin = ?",
                list(keys),
                attribute,
                origin,
            )
            if group not in session.withheld.resources
        }
        added, removed = sorted((*triple, origin) for triple in wanted - stored), sorted(stored - wanted)
        tx.upsert(tables.resource_reference, _COLUMNS, added, "origin = excluded.origin")
        tx.delete(tables.resource_reference, "resource, attribute, target", removed)
        session.counters["reference-added"] += len(added)
        session.counters["reference-removed"] += len(removed)
