"""The sync step: the four strata over everything that is pending, or over everything."""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime

from mimas.runs import grace
from mimas.runs.dues import take_due
from mimas.runs.forgetting import release_due
from mimas.runs.importing import Outcome
from mimas.runs.keying import renew_keys
from mimas.runs.linking import link_pending
from mimas.runs.pointing import point_all, point_pairs, point_some
from mimas.runs.provisioning import Provisioner, provision
from mimas.runs.relating import relate_all, relate_pairs, relate_some
from mimas.runs.resolving import Resolver, resolve_range, touched
from mimas.runs.session import Session, Withheld
from mimas.runs.symbols import Symbols
from mimas.runs.tally import Tally
from mimas.runs.vanished import stage_gone
from mimas.runs.waking import referrers, retry_unlinked
from mimas.schema.values import decode
from mimas.store import grants, membership, moved, objects, resources, tables
from mimas.store.database import Transaction
from mimas.store.instants import stamp
from mimas.store.resources import LIVE

Say = Callable[[str], None]

SWEEP = "sweep"
"""The `meta` key that says a sweep has begun and not ended: whoever comes next begins it again."""
FULL = "full"
"""Its value when every resource is to be resolved again, as after a change of the rules."""
MARKED = "marked"
"""Its value when the rules have changed, and what they can reach is pending or dirty already: nothing is swept."""
MANY = 0.2
"""From this share of pending objects on, sweeping everything is cheaper than following each change."""
CHUNK = 5_000
RANGE = 10_000


def sync_step(
    symbols: Symbols,
    step: int,
    now: datetime,
    *,
    connector: str | None,
    full: bool,
    say: Say = lambda _: None,
    pulse: Callable[[], None] = lambda: None,
    counters: Tally,
    withheld: Withheld,
) -> Outcome:
    """Bring resources and wanted images to what the connector spaces and the rules say.

    ``pulse`` is called between two batches, and may raise to stop.
    """
    store = symbols.store
    with store.transaction() as tx:
        begun = tx.value("SELECT value FROM meta WHERE key = ?", SWEEP)
        full = full or begun == FULL
        sweeping = full or begun == SWEEP or _worth_sweeping(tx)
        if sweeping:
            tx.upsert(tables.meta, "key, value", [(SWEEP, FULL if full else SWEEP)], "value = excluded.value")
        few = not sweeping and _few(tx, now)
    session = Session(symbols, step, now, sweeping, pulse, counters, withheld)
    resolver = Resolver(session)
    if full or begun is not None:
        renew_keys(symbols)
    if full:
        retry_unlinked(session)
    if begun is not None:
        with store.transaction() as tx:
            objects.release_all_but(tx, symbols.sinks)
    # What is soon done is done in one transaction, which costs a fraction of twenty.
    with store.transaction() if few else nullcontext():
        _strata(session, resolver, connector, say, full=full)
        with store.transaction() as tx:
            _look_again(tx, withheld)
            session.write_notes(tx)
            if sweeping or begun is not None:
                tx.delete(tables.meta, "key", [(SWEEP,)])
    result = "completed-sync-errors" if session.errors else "completed-held" if session.held else "success"
    return Outcome(result, session.counters, "", session.errors, session.held)


def _look_again(tx: Transaction, withheld: Withheld) -> None:
    """What was left as it is, is looked at by the next sync."""
    ids = sorted(withheld.resources)
    if ids:
        resources.mark_dirty(tx, [row.id for row in resources.load(tx, ids)])
        tx.run(
            "INSERT INTO pending_import (connector, object, synced) SELECT o.connector, o.id, o.seen FROM link l"
            " JOIN object o ON o.id = l.object WHERE l.resource IN IDS ON CONFLICT DO NOTHING",
            ids,
        )


def _strata(session: Session, resolver: Resolver, connector: str | None, say: Say, *, full: bool) -> None:
    sweeping = session.sweep
    with session.store.transaction() as tx:
        for number, gone in grace.over(tx, session.now):
            stage_gone(tx, number, gone)
        release_due(tx, session.now)
        grants.take_due(tx, session.now)
        membership.take_due(tx, session.store, session.now)
        due = take_due(tx, session.now)
    say("linking")
    link_pending(session, resolver, connector)
    if due:
        with session.store.transaction() as tx:
            outcome = touched(tx, session, resolver, due)
            resources.mark_dirty(tx, outcome.written)
    if sweeping:
        _sweep(session, resolver, say, resolve=full)
        _settle(session, resolver)
        _call_again(session)
    else:
        follow(session, resolver)


def follow(session: Session, resolver: Resolver) -> None:
    """What has changed, and whatever changes by it."""
    _follow(session)
    _settle(session, resolver)
    _call_again(session)


def _follow_moved(session: Session) -> None:
    """References of which single values may have changed; a resource whose values depend on one another is dirty."""
    while True:
        session.pulse()
        with session.store.transaction() as tx:
            pairs = moved.some(tx, CHUNK)
            ids, targets = sorted({row[0] for row in pairs}), sorted({row[1] for row in pairs})
            if len(pairs) == CHUNK and len(ids) == 1:
                # So much of one resource is compared faster as a whole.
                resources.mark_dirty(tx, ids)
                moved.forget(tx, ids[0])
            elif pairs and relate_pairs(tx, session, ids, targets):
                point_pairs(tx, session, ids, targets)
            else:
                resources.mark_dirty(tx, ids)
            moved.done(tx, pairs)
        if len(pairs) < CHUNK:
            return


def _call_again(session: Session) -> None:
    """Whoever wanted a name that was taken is asked once more, when everybody who gives one up has done so."""
    ids, session.last_call = sorted(session.contesting), True
    for start in range(0, len(ids), CHUNK):
        some = ids[start : start + CHUNK]
        with session.store.transaction() as tx:
            plan = provision(tx, session, resources.load(tx, some), "IN IDS", some)
            point_some(tx, session, some)
            tx.delete(tables.dirty, "resource", [(id_,) for id_ in some if id_ not in plan.failed])
            session.write_notes(tx)


def _settle(session: Session, resolver: Resolver) -> None:
    """Objects that the outbound stratum has met or let go of contribute to their resources, or do so no longer.

    At most ten rounds, as in MIM's provisioning loop; what is not settled then goes on at the next sync.
    """
    for _ in range(10):
        if not session.relinked:
            return
        ids, moved = sorted(session.relinked), sorted(session.moved)
        session.relinked, session.moved = set(), set()
        for start in range(0, len(ids), CHUNK):
            with session.store.transaction() as tx:
                some = ids[start : start + CHUNK]
                touched(tx, session, resolver, some)
                resources.mark_dirty(tx, some)
                session.write_notes(tx)
        with session.store.transaction() as tx:
            resources.mark_dirty(tx, referrers(tx, moved))
        _follow(session)


def _few(tx: Transaction, now: datetime) -> bool:
    """Whether what is to be done fits into one transaction."""
    counts = [
        tx.value(f"SELECT count(*) FROM (SELECT 1 FROM {table} LIMIT {CHUNK + 1}) p") or 0
        for table in ("pending_import", "dirty", "moved")
    ]
    counts.append(tx.value("SELECT count(*) FROM due WHERE at <= ?", stamp(now)))
    return sum(counts) <= CHUNK


def _worth_sweeping(tx: Transaction) -> bool:
    pending = tx.value("SELECT count(*) FROM (SELECT 1 FROM pending_import LIMIT 200001) p") or 0
    if pending <= CHUNK:
        return False
    return bool(pending > 200_000 or pending > MANY * resources.highest(tx))


def _sweep(session: Session, resolver: Resolver, say: Say, *, resolve: bool) -> None:
    """Everything, a range of ids a transaction: first the values of every resource and object, then the references."""
    with session.store.transaction() as tx:
        highest = resources.highest(tx)
    say("resolving and provisioning" if resolve else "provisioning")
    for first in range(1, highest + 1, RANGE):
        session.pulse()
        with session.store.transaction() as tx:
            _sweep_values(tx, session, resolver, first, min(first + RANGE - 1, highest), resolve=resolve)
    if session.strays:
        session.sweep = False
        link_pending(session, resolver, None)
    say("relating")
    relate_all(session)
    with session.store.transaction() as tx:
        membership.settle(tx, session.store, session.now)
    say("pointing")
    point_all(session)
    with session.store.transaction() as tx:
        moved.forget(tx)
    if session.strays:
        _follow(session)


def _sweep_values(
    tx: Transaction, session: Session, resolver: Resolver, first: int, last: int, *, resolve: bool
) -> None:
    rows = resources.between(tx, first, last)
    where = "BETWEEN ? AND ?"
    provisioner = Provisioner(tx, session, where, first, last)
    if resolve:
        resolved_types = session.symbols.resolved
        stale = [row for row in rows if row.type in resolved_types and not session.is_fresh(row.id)]
        rows = [row for row in rows if row.type not in resolved_types or session.is_fresh(row.id)]
        resolved = resolve_range(tx, session, resolver, stale, first, last, provisioner.take)
        # Whoever failed to resolve keeps what they had.
        rows += [row for row in stale if row.id in resolved.failed]
    for row in rows:
        provisioner.take(row.id, row.type, decode(row.doc), row.state == LIVE)
    plan = provisioner.finish()
    resources.mark_dirty(tx, plan.failed)
    tx.run("DELETE FROM dirty WHERE resource BETWEEN ? AND ? AND resource NOT IN IDS", first, last, sorted(plan.failed))
    session.write_notes(tx)


def _follow(session: Session) -> None:
    """References that have moved and dirty resources; then the members of groups that have changed by it."""
    for _ in range(10):
        _follow_moved(session)
        _follow_dirty(session)
        with session.store.reading() as tx:
            if not moved.some(tx, 1):
                return


def _follow_dirty(session: Session) -> None:
    """Dirty resources only, with what refers to them."""
    last = 0
    while True:
        session.pulse()
        with session.store.transaction() as tx:
            rows = tx.rows("SELECT resource FROM dirty WHERE resource > ? ORDER BY resource LIMIT ?", last, CHUNK)
            if not rows:
                return
            ids = [row[0] for row in rows]
            last = ids[-1]
            changed = resources.load(tx, ids)
            relate_some(tx, session, changed)
            membership.settle(tx, session.store, session.now)
            plan = provision(tx, session, changed, "IN IDS", ids)
            point_some(tx, session, ids)
            tx.delete(tables.dirty, "resource", [(id_,) for id_ in ids if id_ not in plan.failed])
            session.write_notes(tx)
        if len(rows) < CHUNK:
            return
