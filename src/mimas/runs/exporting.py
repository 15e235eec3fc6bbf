"""The export step: send what a system does not hold yet, and remember what was sent until an import confirms it.

Adds and changes go first, containers before what they contain; deletes last, deepest first, and only within the
guard. *Sending* is written before the wire is touched.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from mimas.connectors.contract import Connector, ConnectorError, Export
from mimas.runs import contending, echoes, following, guarding, lost
from mimas.runs.callouts import Callouts
from mimas.runs.delivering import Delivery
from mimas.runs.images import RELEASED, SENDING, WAITING
from mimas.runs.importing import Outcome, Progress
from mimas.runs.renaming import in_listing
from mimas.runs.sending import Packer, Parcel, changes
from mimas.runs.setup import ConnectorSetup
from mimas.runs.symbols import Symbols
from mimas.runs.tally import Tally
from mimas.store.database import Transaction
from mimas.store.instants import stamp
from mimas.sync.interest import Interest

_DEPTH = "length(o.name) - length(replace(o.name, ',', ''))"
_LISTING_RANGE = 10_000


def unknown_outcomes(tx: Transaction, connector: int) -> int:
    """How many objects were on the wire when a step died: the system must be read before anything is sent again."""
    return int(
        tx.value("SELECT count(*) FROM pending_export WHERE connector = ? AND state = ?", connector, SENDING) or 0
    )


def export_step(
    symbols: Symbols,
    connector: Connector[Any],
    step: int,
    *,
    setup: ConnectorSetup,
    interest: Interest,
    callouts: Callouts,
    counters: Tally,
    now: datetime,
    retry: bool = False,
    limit: int | None = None,
    only: frozenset[int] | None = None,
    progress: Progress = lambda _: None,
) -> Outcome:
    """Send everything that is pending for one connector; with ``retry`` also what waits for its next try.

    With ``limit`` only the first objects; what is pending of others than ``only`` is held. ``counters`` are right even
    when it breaks off (`ConnectorError`).
    """
    number = symbols.store.symbol(connector.name)
    outcome = Outcome(counters=counters)
    capabilities = connector.capabilities
    if limit is not None and capabilities.listing:
        raise ConnectorError(
            f"Connector {connector.name} writes its listing as a whole: there are no first {limit} objects of it.",
            "Export without a limit; what would be written is shown by an export to a file only.",
        )
    with symbols.store.transaction() as tx:
        packer = Packer(tx, symbols, number, interest, now, capabilities)
        if retry:
            tx.run("UPDATE pending_export SET due = NULL WHERE connector = ?", number)
        # What an import has been asked about since, and has not shown, did not arrive.
        tx.run(
            f"UPDATE pending_export SET state = ?, {lost.NOT_DONE} WHERE connector = ? AND state = ?",
            WAITING,
            number,
            SENDING,
        )
        guarding.hold(tx, number, step, setup, packer.comparer, outcome, now, only)
        _count_waiting(tx, connector.name, number, outcome, now)
        if freeing := following.any_at_all(tx):
            outcome.errors += following.tell_blocked(tx, number, step)
    delivery = Delivery(symbols.store, connector, number, step, outcome, progress, callouts, interest, now, limit)
    if capabilities.listing:
        _send_listing(packer, delivery, number)
    else:
        _send_all(packer, delivery, number, freeing=freeing)
    if outcome.errors:
        outcome.result = "completed-export-errors"
    if delivery.limited:
        outcome.result = "stopped-object-limit"
        outcome.message = (
            f"{outcome.message} The limit of {limit} objects is reached; the next export sends what is left."
        ).lstrip()
    return outcome


def _send_all(packer: Packer, delivery: Delivery, number: int, *, freeing: bool) -> None:
    """Adds and changes before deletes, but for the deletes that free the name of something new."""
    named = delivery.connector.capabilities.named
    if freeing:
        _send_deletes(packer, delivery, number, following.FREEING)
    _send_changes(packer, delivery, number, named)
    if delivery.deferred:
        # References to objects that this very step has made.
        _send_changes(packer, delivery, number, named, "p.error IS NULL AND ")
    _send_deletes(packer, delivery, number)
    while packer.behind:
        _send_behind(packer, delivery, number)


def _send_behind(packer: Packer, delivery: Delivery, number: int) -> None:
    """Those that are to have a name that another one has given up by now; who does not get on any more is told so."""
    waiting, packer.behind = packer.behind, set()
    for parcel in _parcels(packer, delivery, number, f"p.object IN ({', '.join(map(str, sorted(waiting)))})"):
        delivery.send(parcel)
    packer.last_call = packer.behind == waiting


def _count_waiting(tx: Transaction, name: str, connector: int, outcome: Outcome, now: datetime) -> None:
    """Say how many wait for their next try."""
    waiting = tx.rows("SELECT object, due FROM pending_export WHERE connector = ? AND due > ?", connector, stamp(now))
    if waiting:
        count, first = len(waiting), min(due for _, due in waiting)
        outcome.counters.look(tx, "export-waiting", sorted(object_ for object_, _ in waiting))
        outcome.message = (
            f"{count} objects have failed several times and wait for their next try, the first until {first}. "
            f"`mimas export {name} --retry` sends them now. {outcome.message}"
        ).rstrip()


def _depths(delivery: Delivery, connector: int, where: str, *, named: bool) -> list[int | None]:
    if not named:
        return [None]
    with delivery.store.transaction() as tx:
        rows = tx.rows(
            f"SELECT DISTINCT {_DEPTH} FROM pending_export p JOIN object o ON o.id = p.object"
            f" WHERE p.connector = ? AND {delivery.ready} AND {where}",
            connector,
        )
    return sorted({row[0] or 0 for row in rows})


def _at(depth: int | None) -> str:
    return "1 = 1" if depth is None else f"coalesce({_DEPTH}, 0) = {int(depth)}"


def _send_changes(packer: Packer, delivery: Delivery, connector: int, named: bool, which: str = "") -> None:
    """Adds and changes, containers before what they contain."""
    where = f"{which}p.operation <> 'delete' AND {following.FREE}"
    for depth in _depths(delivery, connector, where, named=named):
        for parcel in _parcels(packer, delivery, connector, f"{where} AND {_at(depth)}"):
            delivery.send(parcel)


def _send_deletes(packer: Packer, delivery: Delivery, connector: int, which: str = "1 = 1") -> None:
    """Deletes, deepest first."""
    where = f"p.operation = 'delete' AND {which}"
    named = delivery.connector.capabilities.named
    for depth in reversed(_depths(delivery, connector, where, named=named)):
        for parcel in _parcels(packer, delivery, connector, f"{where} AND {_at(depth)}"):
            delivery.send(parcel)


def _parcels(packer: Packer, delivery: Delivery, connector: int, where: str) -> Iterator[Parcel]:
    """Pending objects in order of their ids, a batch at a time, each marked as sending before it is handed out."""
    last, batch = 0, delivery.connector.capabilities.batch
    while True:
        # At the limit one more is asked for, to know whether there is one.
        size = max(1, min(batch, delivery.room))
        with delivery.store.transaction() as tx:
            rows = tx.rows(
                "SELECT p.object, p.operation, p.sent, o.type, o.anchor, o.name, o.seen, o.wanted FROM pending_export p"
                f" JOIN object o ON o.id = p.object"
                f" WHERE p.connector = ? AND p.object > ? AND {delivery.ready} AND {where}"
                " ORDER BY p.object LIMIT ?",
                connector,
                last,
                size,
            )
            if not rows:
                return
            if not delivery.room:
                delivery.limited = True
                return
            last = rows[-1][0]
            parcel = packer.pack(tx, rows)
            delivery.room -= len(parcel.exports)
            delivery.settle(tx, parcel)
            tx.run(
                "UPDATE pending_export SET state = ? WHERE connector = ? AND object IN IDS",
                SENDING,
                connector,
                [export.id for export in parcel.exports],
            )
            lost.remember(tx, connector, parcel.exports)
            types = {row[0]: row[3] for row in rows}
            echoes.remember(tx, packer.symbols, connector, ((e.id, types[e.id], e.changes) for e in parcel.exports))
            echoes.remember_references(tx, packer.symbols, connector, [e.id for e in parcel.exports])
        yield parcel
        if len(rows) < size:
            return


def _send_listing(packer: Packer, delivery: Delivery, connector: int) -> None:
    """The whole listing, when anything in it has changed."""
    store = delivery.store
    with store.transaction() as tx:
        waiting = tx.value(
            f"SELECT count(*) FROM pending_export p WHERE p.connector = ? AND {delivery.ready}", connector
        )
        if not waiting:
            return
        tx.run(
            f"UPDATE pending_export SET state = ? WHERE connector = ? AND state IN ({WAITING}, {RELEASED})"
            f" AND (behind IS NULL OR NOT {following.BLOCKED})",
            SENDING,
            connector,
        )
        if delivery.connector.capabilities.named:
            delivery.refuse(tx, contending.losers(tx, connector, in_listing(tx, connector)))
        first, last = tx.row("SELECT min(id), max(id) FROM object WHERE connector = ?", connector) or (0, 0)

    def everything() -> Iterator[Export]:
        for start in range(first, last + 1, _LISTING_RANGE):
            with store.transaction() as tx:
                _remember_range(tx, packer, connector, start, start + _LISTING_RANGE - 1)
                exports = list(packer.whole(tx, start, start + _LISTING_RANGE - 1))
            yield from exports

    delivery.listing(everything())


def _remember_range(tx: Transaction, packer: Packer, connector: int, first: int, until: int) -> None:
    """What a listing is going to change of objects whose values may come back as echoes."""
    symbols, comparer = packer.symbols, packer.comparer
    types = [type_ for of, type_ in symbols.echoes if of == connector]
    if not types and not any(of == connector for of, _ in symbols.echoed_references):
        return
    rows = tx.rows(
        "SELECT p.object, o.type, o.seen, o.wanted FROM pending_export p JOIN object o ON o.id = p.object"
        " WHERE p.connector = ? AND p.object BETWEEN ? AND ? AND p.state = ? AND p.operation <> 'delete'",
        connector,
        first,
        until,
        SENDING,
    )
    comparer.begin(tx, [row[0] for row in rows])
    changed = (
        (id_, type_, changes(seen or "{}", wanted, comparer.unlike(id_, type_, seen, wanted)))
        for id_, type_, seen, wanted in ((i, t, s, comparer.goal(t, s, w) if w else w) for i, t, s, w in rows)
        if wanted
    )
    echoes.remember(tx, symbols, connector, changed)
    echoes.remember_references(tx, symbols, connector, [row[0] for row in rows])
