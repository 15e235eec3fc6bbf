"""Handing exports to a connector, and remembering what it answers."""

import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from mimas.connectors.contract import Connector, ConnectorError, Export, Operation, Result
from mimas.runs import handing
from mimas.runs.acknowledging import acknowledge
from mimas.runs.callouts import Callouts
from mimas.runs.carrying import Carrier
from mimas.runs.contending import bury
from mimas.runs.following import hand_over
from mimas.runs.images import RELEASED, SENDING, SENT, WAITING
from mimas.runs.importing import Outcome, Progress
from mimas.runs.lost import NOT_DONE
from mimas.runs.renaming import Renamed, in_listing, rename
from mimas.runs.retrying import postpone
from mimas.runs.sending import Parcel
from mimas.runs.stopping import StoppedError
from mimas.runs.tally import KEPT, Kept
from mimas.schema import names
from mimas.store import objects, references, runs, tables
from mimas.store.database import Transaction
from mimas.store.instants import stamp
from mimas.store.looking import title
from mimas.store.runs import Note
from mimas.store.store import Store
from mimas.sync.interest import Interest

_COUNTERS = {Operation.ADD: "export-add", Operation.UPDATE: "export-update", Operation.DELETE: "export-delete"}


class Delivery:
    """One export step's way to its connector."""

    def __init__(
        self,
        store: Store,
        connector: Connector[Any],
        number: int,
        step: int,
        outcome: Outcome,
        progress: Progress,
        callouts: Callouts,
        interest: Interest,
        now: datetime,
        limit: int | None = None,
    ) -> None:
        self.now = now
        self.room = sys.maxsize if limit is None else limit
        """How many exports may still be sent."""
        self.limited = False
        """Whether there were more."""
        self.ready = f"p.state IN ({WAITING}, {RELEASED}) AND (p.due IS NULL OR p.due <= '{stamp(now)}')"
        """An SQL condition: the pending export ``p`` may be sent."""
        self.store = store
        self.connector = connector
        self.number = number
        self.step = step
        self.outcome = outcome
        self.progress = progress
        self.callouts = callouts
        self.governed = {
            type_: [store.symbol(attribute) for attribute in sorted(attributes)]
            for type_, attributes in interest.governed.items()
        }
        self.attentive = [store.symbol(type_) for type_ in sorted(interest.attentive)]
        self.acknowledged = connector.capabilities.confirms == "acknowledgement"
        self.by_name = connector.capabilities.references == "name"
        self.deferred: set[int] = set()
        self.carrier = Carrier(number, by_name=self.by_name)

    def settle(self, tx: Transaction, parcel: Parcel) -> None:
        """Objects that need nothing any more are no longer pending; those that wait for others get a second pass.

        What has been sent to one of them before waits for its confirmation again.
        """
        self.deferred |= parcel.deferred
        if not parcel.nothing:
            return
        chosen = "connector = ? AND object IN IDS"
        told = f"SELECT 1 FROM reference r WHERE r.object = pending_export.object AND (r.bits & {references.SENT}) <> 0"
        tx.run(
            f"UPDATE pending_export SET state = ?, sent = NULL WHERE {chosen}"
            f" AND (sent IS NOT NULL OR EXISTS ({told}))",
            SENT,
            self.number,
            parcel.nothing,
        )
        tx.run(f"DELETE FROM pending_export WHERE {chosen} AND state <> ?", self.number, parcel.nothing, SENT)

    def send(self, parcel: Parcel) -> None:
        """Send a batch and write down what came of each object."""
        if not parcel.exports:
            return
        by_id = {export.id: export for export in parcel.exports}
        allowed, results = self.callouts.ask([e for e in parcel.exports if e.id not in parcel.refused])
        results.extend(parcel.refused.values())
        silent: list[Export] = []
        ready = ""
        try:
            results.extend(self.connector.write(allowed))
            ready = self.connector.ready()
            answered = {result.id for result in results}
            silent = [export for export in allowed if export.id not in answered]
        finally:
            # Whatever was answered before a connection broke is kept; the rest stays "sending".
            with self.store.transaction(durable=bool(ready)) as tx:
                self._record(tx, by_id, results, parcel)
                self._miss(tx, silent)
                handing.remember(tx, self.number, ready)
            if notes := self.callouts.tell(by_id, results):
                self.outcome.errors += len(notes)
                with self.store.transaction() as tx:
                    runs.note(tx, self.step, notes)
        if ready:
            handing.hand_over(self.store, self.connector)
        self.progress(len(results))

    def _record(self, tx: Transaction, by_id: dict[int, Export], results: list[Result], parcel: Parcel) -> None:
        done: list[Export] = []
        notes: list[Note] = []
        failed: list[tuple[int, int, int, str]] = []
        for result in results:
            export = by_id[result.id]
            if result.error == "cd-missing-object" and export.operation is Operation.DELETE:
                done.append(export)
            elif result.error:
                failed.append((self.number, result.id, WAITING, result.error))
                notes.append(
                    Note(result.error, export.name or export.anchor or "", result.message, result.advice, result.id)
                )
            else:
                done.append(export)
                self._name(tx, export, result)
                if export.id in parcel.nameless and export.name is not None:
                    rename(tx, self.number, [Renamed(export.id, None, None, export.name)], by_name=False)
        for operation in Operation:
            self.outcome.counters.note(_COUNTERS[operation], [e for e in done if e.operation is operation], self._kept)
        self.outcome.counters.note("export-failure", [by_id[row[1]] for row in failed], self._kept)
        self.outcome.errors += len(failed)
        tx.update(tables.pending_export, "connector, object, state, error", failed, keys=2)
        tx.run(
            f"UPDATE pending_export SET {NOT_DONE} WHERE connector = ? AND object IN IDS",
            self.number,
            [row[1] for row in failed],
        )
        postpone(tx, self.number, [row[1] for row in failed], self.now)
        again = [export.id for export in done if export.id in parcel.deferred]
        self.deferred.update(again)
        whole = [export for export in done if export.id not in parcel.deferred]
        for type_, attributes in self.governed.items() if parcel.refers else ():
            references.sent(tx, [export.id for export in whole if export.type == type_], attributes)
        references.sent_singly(tx, [row for row in parcel.told if row[0] in set(again)])
        self._sent(tx, [export.id for export in whole])
        if deleted := [export.id for export in whole if export.operation is Operation.DELETE]:
            hand_over(tx, self.number, deleted)
        self._postpone(tx, again)
        runs.note(tx, self.step, notes)

    def _miss(self, tx: Transaction, silent: Sequence[Export]) -> None:
        """These were sent, and nothing was heard of them: they stay "sending"."""
        message = "the system gave no answer, so nobody knows whether it was done"
        advice = "The system is read before anything is sent again. If this goes on, look at its own log."
        runs.note(tx, self.step, [Note("cd-error", e.name or e.anchor or "", message, advice, e.id) for e in silent])
        postpone(tx, self.number, [export.id for export in silent], self.now)
        self.outcome.errors += len(silent)
        self.outcome.counters.note("export-failure", silent, self._kept)

    def _kept(self, export: Export) -> Kept:
        name = export.new_name or export.name or export.anchor or title(export.values)
        return Kept(self.number, export.id, None, name)

    def _name(self, tx: Transaction, export: Export, result: Result) -> None:
        """Take over what the system gave: the anchor of a new object, the name of a renamed one."""
        if result.anchor is not None and result.anchor != export.anchor:
            tx.update(tables.object_, "id, anchor", [(export.id, result.anchor)])
            tx.upsert(
                tables.object_key,
                "connector, anchor, object",
                [(self.number, result.anchor, export.id)],
                "object = excluded.object",
            )
        if export.new_name is not None:
            self.outcome.counters.note("export-rename", [export], self._kept)
            renamed = Renamed(export.id, export.anchor, export.name, export.new_name)
            rename(tx, self.number, [renamed], by_name=self.by_name)
            if export.name is not None:
                self.carrier.renamed(tx, export.name, export.new_name)

    def _sent(self, tx: Transaction, ids: list[int]) -> None:
        if self.acknowledged:
            acknowledge(tx, self.number, self.attentive, "object IN IDS", ids)
            return
        tx.run(
            "UPDATE pending_export SET state = ?, step = ?, error = NULL, sent = NULL"
            " WHERE connector = ? AND object IN IDS",
            SENT,
            self.step,
            self.number,
            ids,
        )
        objects.look_again(tx, self.number, "IDS", ids)

    def _postpone(self, tx: Transaction, ids: list[int]) -> None:
        """Sent but for references to objects that do not exist yet: those follow as an update."""
        tx.run(
            "UPDATE pending_export SET state = ?, step = ?, operation = 'update', error = NULL,"
            " sent = (SELECT o.wanted FROM object o WHERE o.id = pending_export.object)"
            " WHERE connector = ? AND object IN IDS",
            WAITING,
            self.step,
            self.number,
            ids,
        )

    def listing(self, exports: Iterator[Export]) -> None:
        """Write a whole listing; what was sending has been sent, all of it, or is waiting again."""
        failed: list[Result] = []
        try:
            for count, result in enumerate(self.connector.write(exports), 1):
                if result.error:
                    failed.append(result)
                if not count % 1000:
                    self.progress(1000)
        except (ConnectorError, StoppedError):
            with self.store.transaction() as tx:
                tx.run(
                    "UPDATE pending_export SET state = ? WHERE connector = ? AND state = ?",
                    WAITING,
                    self.number,
                    SENDING,
                )
            raise
        with self.store.transaction() as tx:
            self._record_listing(tx, failed)

    def refuse(self, tx: Transaction, results: Sequence[Result]) -> None:
        """These objects of a listing have failed; they stay in it as the system shows them."""
        if not results:
            return
        rows = [(self.number, r.id, WAITING, r.error) for r in results]
        tx.update(tables.pending_export, "connector, object, state, error", rows, keys=2)
        postpone(tx, self.number, [result.id for result in results], self.now)
        stored = objects.load(tx, [result.id for result in results])
        called = {id_: row.name or row.anchor or "" for id_, row in stored.items()}
        runs.note(tx, self.step, [Note(r.error, called[r.id], r.message, r.advice, r.id) for r in results])
        self.outcome.errors += len(results)
        self.outcome.counters.look(tx, "export-failure", [r.id for r in results])

    def _record_listing(self, tx: Transaction, failed: list[Result]) -> None:
        self.refuse(tx, failed)
        for operation, count in tx.rows(
            "SELECT operation, count(*) FROM pending_export WHERE connector = ? AND state = ? GROUP BY operation",
            self.number,
            SENDING,
        ):
            some = tx.rows(
                "SELECT object FROM pending_export WHERE connector = ? AND state = ? AND operation = ? ORDER BY object"
                " LIMIT ?",
                self.number,
                SENDING,
                operation,
                KEPT,
            )
            self.outcome.counters.look(tx, _COUNTERS[Operation(operation)], [row[0] for row in some], count)
        if self.connector.capabilities.named:
            renamed = in_listing(tx, self.number)
            owners = objects.find_names(tx, self.number, [names.key(one.new) for one in renamed])
            bury(tx, self.number, owners.values(), SENDING)
            rename(tx, self.number, renamed, by_name=self.by_name)
        hand_over(
            tx,
            self.number,
            [
                row[0]
                for row in tx.rows(
                    "SELECT behind FROM pending_export WHERE connector = ? AND state = ? AND behind IS NOT NULL",
                    self.number,
                    SENDING,
                )
            ],
        )
        if self.acknowledged:
            acknowledge(tx, self.number, self.attentive, "state = ?", SENDING)
        else:
            chosen = "(SELECT object FROM pending_export WHERE connector = ? AND state = ? AND operation <> 'add')"
            objects.look_again(tx, self.number, chosen, self.number, SENDING)
            tx.run(
                "UPDATE pending_export SET state = ?, step = ?, error = NULL WHERE connector = ? AND state = ?",
                SENT,
                self.step,
                self.number,
                SENDING,
            )
