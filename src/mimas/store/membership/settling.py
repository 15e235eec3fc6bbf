"""Memberships are brought up to date with what a transaction has changed, within that transaction."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import islice

from mimas.language.filters.matching import Matcher
from mimas.language.filters.predicate import predicate
from mimas.language.filters.tree import MEMBERS, Filter
from mimas.language.filters.turning import temporal
from mimas.schema.attributes import Attribute
from mimas.schema.system import SYSTEM
from mimas.schema.values import decode
from mimas.store import tables
from mimas.store.database import Transaction
from mimas.store.filtering.bounds import Bounds
from mimas.store.instants import stamp
from mimas.store.membership import changes, holders, stirring, transitions
from mimas.store.membership.asking import CHUNK, Asking
from mimas.store.membership.changes import Changes
from mimas.store.membership.following import follow
from mimas.store.membership.holders import FILTER, LISTED, Holders
from mimas.store.membership.transitions import CRITERIA, Transition
from mimas.store.resources import LIVE
from mimas.store.store import Store
from mimas.store.subjects import Subjects

DUE = 6
"""The stratum of dues (see `mimas.runs.dues`) at which time alone changes the sets and groups of a resource."""

_FEW = 8
"""Up to so many holders the database is asked for each, instead of everybody for all of them."""

_KEY = "holders:types"
"""The row of `meta` that says with which types the memberships have been found out."""


def settle(tx: Transaction, store: Store, now: datetime) -> list[Transition]:
    """Bring all memberships up to date; what has changed. To be called by whoever needs them before the commit.

    At the end of every transaction it is done by itself; where nothing was stirred it costs one small query.
    """
    if not _ready(tx, store):
        return []
    with tx.foreseeing():
        holders.version(tx)
    found = changes.take(tx, store)
    if not found and not holders.stale(store):
        return []
    known, altered = _holders(tx, store, found)
    if not altered and found.is_beside(known.attributes):
        # Most of what people change is asked by no filter.
        return []
    asking = Asking(tx, store, known, now)
    asked = found.resources | follow(tx, store, known.paths, found)
    exactly = frozenset(asked)
    changed: list[Transition] = []
    for level in range(known.depth):
        scanned = {id_ for id_ in altered if known.level(id_) == level}
        moved = _scan(asking, level, scanned) if scanned else []
        moved += asking.ask(level, asked, known.matcher(level))
        changed += moved
        pairs = [(one.holder, one.resource) for one in moved if known.is_read(one.holder)]
        if pairs and level + 1 < known.depth:
            asked |= {end for pair in pairs for end in pair}
            asked |= follow(tx, store, known.paths, changes.of_members(pairs))
    if altered:
        holders.settled(tx, store, known)
        holders.watch(tx, store, known)
    with tx.foreseeing():
        transitions.awaited(tx, store, changed)
        _write_dues(tx, exactly, {})
    _write_dues(tx, exactly, asking.dues)
    transitions.tell(tx, store, changed, stamp(now))
    if changed:
        # What it has written itself is no change that it does not know of.
        symbol = store.symbol(MEMBERS)
        tx.run("DELETE FROM stirred WHERE attribute IN IDS", [symbol, -symbol])
    return changed


def take_due(tx: Transaction, store: Store, now: datetime) -> list[Transition]:
    """What time alone has changed."""
    due = "due d JOIN resource r ON r.id = d.item WHERE d.stratum = ? AND d.at <= ?"
    if tx.value(f"SELECT 1 FROM {due} LIMIT 1", DUE, stamp(now)) is None:
        return []
    # With the values that they have, as nothing else has changed.
    tx.run(f"INSERT INTO stirred (resource, attribute, before) SELECT r.id, 0, r.doc FROM {due}", DUE, stamp(now))
    return settle(tx, store, now)


def _ready(tx: Transaction, store: Store) -> bool:
    """Whether this process knows the types; what depends on other types than before is found out anew."""
    if store.settles_with is store.catalogue:
        return True
    types = sorted((type_, sorted(map(_form, of.values()))) for type_, of in store.catalogue.items())
    form = sha256(repr(types).encode()).hexdigest()
    before = tx.value("SELECT value FROM meta WHERE key = ?", _KEY)
    if before != form:
        if before is not None and store.catalogue is SYSTEM:
            # Whoever has not read the installation's types would find most filters wrong: the next one settles.
            return False
        _begin(tx, store)
        tx.upsert(tables.meta, "key, value", [(_KEY, form)], "value = excluded.value")
    store.settles_with = store.catalogue
    return True


def _form(attribute: Attribute) -> tuple[str, str, bool]:
    """As far as filters look at it."""
    return attribute.name, attribute.kind, attribute.multivalued


def _begin(tx: Transaction, store: Store) -> None:
    """The types have changed, or nothing was settled before: filters may mean something else, or be wrong no more."""
    new = holders.watch(tx, store, holders.current(tx, store))
    kinds = [symbol for symbol in store.symbols(holders.types(store.catalogue)) if symbol in new]
    tx.run(
        "INSERT INTO stirred (resource, attribute, before) SELECT id, 0, NULL FROM resource WHERE type IN IDS", kinds
    )


def _holders(tx: Transaction, store: Store, found: Changes) -> tuple[Holders, set[int]]:
    """The holders as they are now, and those whose members are to be found out anew, or let go."""
    kinds = set(store.symbols(holders.types(store.catalogue)))
    rows = [(row.id, row.doc, row.state) for row in found.rows.values() if row.type in kinds]
    known = holders.current(tx, store)
    there = {row[0] for row in rows}
    altered = (found.whole & there) | (found.whole & _held(tx, sorted(found.whole - there)))
    filtered = [(id_, doc, state == LIVE) for id_, doc, state in rows if id_ in known.all or FILTER in decode(doc)]
    filtered += [(id_, "{}", False) for id_ in altered - there]
    if (filtered or known.stale) and tx.postgresql:
        # Nobody may write what the look at everything would miss: see `stirring.LOCK`.
        tx.rows(f"SELECT 1 FROM (SELECT pg_advisory_xact_lock({stirring.LOCK})) l")
    if filtered:
        cleared = {id_ for id_, *_ in filtered if id_ in known.all}
        known = holders.renew(tx, store, filtered)
        altered |= cleared - known.all.keys()
    return known, altered | known.stale


def _held(tx: Transaction, ids: list[int]) -> set[int]:
    """Those of some ids that are holders, though there is no such resource any more."""
    if not ids:
        return set()
    rows = tx.rows("SELECT DISTINCT holder FROM member WHERE holder IN IDS", ids)
    rows += tx.rows("SELECT resource FROM holder WHERE resource IN IDS", ids)
    return {row[0] for row in rows}


def _scan(asking: Asking, level: int, scanned: Collection[int]) -> list[Transition]:
    """Ask everybody who may be concerned for some holders that have changed."""
    tx, store = asking.tx, asking.store
    filters = {id_: filter_ for id_, filter_ in asking.holders.at(level).items() if id_ in scanned}
    found: list[Transition] = []
    if len(filters) <= _FEW:
        # Where time may change it, somebody has to be asked: the database does not say when.
        for id_ in [id_ for id_, filter_ in filters.items() if not temporal(filter_)]:
            taken = _taken(asking, filters.pop(id_))
            found += asking.compare(id_, asking.holders.all[id_].type, taken)
            scanned = set(scanned) - {id_}
    kinds = {selection.type for filter_ in filters.values() for selection in filter_}
    matcher = Matcher(filters)
    found += asking.ask(level, _everybody(tx, store, kinds), matcher, scanned)
    return found + asking.ask(level, _belonging(tx, store, sorted(scanned), kinds), matcher, scanned)


def _taken(asking: Asking, wanted: Filter) -> set[int]:
    """Whom a filter takes, as far as the database can say so; the others are asked."""
    tx, store = asking.tx, asking.store
    lower, upper = Bounds(store, asking.now).of(wanted)
    taken = {row[0] for row in tx.rows(f"SELECT r.id FROM resource r WHERE {lower.text}", *lower.parameters)}
    if lower == upper:
        return taken
    takes = predicate(wanted)
    rows = tx.rows(f"SELECT r.id FROM resource r WHERE {upper.text}", *upper.parameters)
    doubtful = iter([row[0] for row in rows if row[0] not in taken])
    while some := list(islice(doubtful, CHUNK)):
        taken.update(subject.id for subject in Subjects(tx, store).load(some) if takes(subject, asking.now))
    return taken


def _everybody(tx: Transaction, store: Store, kinds: Collection[str | None]) -> Iterator[int]:
    """The live resources of some types, None being any, in the order of their ids."""
    of = "" if None in kinds else " AND type IN IDS"
    parameters = [] if None in kinds else [store.symbols(sorted(kind for kind in kinds if kind is not None))]
    last = 0
    while kinds:
        rows = tx.rows(
            f"SELECT id FROM resource WHERE id > ? AND state = {LIVE}{of} ORDER BY id LIMIT ?", last, *parameters, CHUNK
        )
        if not rows:
            return
        yield from (row[0] for row in rows)
        last = rows[-1][0]


def _belonging(tx: Transaction, store: Store, holders_: list[int], kinds: Collection[str | None]) -> set[int]:
    """Whoever is listed in some holders, or stored as their member, and is none of `_everybody`."""
    listed, members, criteria = store.symbols([LISTED, MEMBERS, CRITERIA])
    of = "" if None in kinds else " AND r.type IN IDS"
    types = [] if None in kinds else [store.symbols(sorted(kind for kind in kinds if kind is not None))]
    others = f"LEFT JOIN resource r ON r.id = m.resource AND r.state = {LIVE}{of} WHERE r.id IS NULL"
    rows = tx.rows(
        f"SELECT m.resource FROM (SELECT resource FROM member WHERE holder IN IDS) m {others}", holders_, *types
    )
    rows += tx.rows(
        "SELECT m.resource FROM (SELECT target AS resource FROM resource_reference WHERE resource IN IDS"
        f" AND (attribute = ? OR attribute = ? AND origin = ?)) m {others}",
        holders_,
        listed,
        members,
        criteria,
        *types,
    )
    return {row[0] for row in rows}


def _write_dues(tx: Transaction, exactly: Collection[int], dues: Mapping[int, datetime]) -> None:
    """When these resources are to be asked next; those that were not asked everything keep an earlier instant."""
    if not dues and tx.value("SELECT 1 FROM due WHERE stratum = ? LIMIT 1", DUE) is None:
        return
    before: dict[int, str] = dict(
        tx.rows("SELECT item, at FROM due WHERE stratum = ? AND item IN IDS", DUE, sorted({*exactly, *dues}))
    )
    # To the second, as all dues: not before it has come.
    now = {item: stamp(at + timedelta(microseconds=999_999)) for item, at in dues.items()}
    now |= {item: min(at, now.get(item, at)) for item, at in before.items() if item not in exactly}
    tx.delete(tables.due, "stratum, item", [(DUE, item) for item in before if item not in now])
    tx.upsert(
        tables.due,
        "stratum, item, at",
        [(DUE, item, at) for item, at in sorted(now.items()) if before.get(item) != at],
        "at = excluded.at",
    )
