"""Exports meet what the next import shows: confirmed, contradicted, or drifted apart.

The pending-export row of an object is kept true here: it is there exactly while the system does not show what the
rules want.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeAlias

from mimas.connectors.contract import Schema
from mimas.runs.comparing import Comparer, Forms
from mimas.runs.dues import due_now
from mimas.runs.images import HELD, RELEASED, SENT, WAITING, described, overlay
from mimas.runs.merging import Targets
from mimas.runs.retrying import postpone
from mimas.runs.tally import Kept, Tally
from mimas.schema.values import decode, decode_wanted
from mimas.store import references, tables
from mimas.store.database import Transaction
from mimas.store.objects import PRESENT, WANTED_ABSENT, Stored
from mimas.store.references import WANTED
from mimas.store.runs import Note
from mimas.store.store import Store

Looked: TypeAlias = tuple[Stored, str, Targets, bool]
"""An object as it was, the document and the references it shows now, and whether they differ from before."""


class Confirmer:
    """Compares what one connector shows with what its objects should hold."""

    def __init__(
        self,
        store: Store,
        connector: int,
        governed: Mapping[str, frozenset[str]],
        comparer: Comparer,
        schema: Schema,
        now: datetime,
    ) -> None:
        self.store = store
        self.connector = connector
        self.comparer = comparer
        self.schema = schema
        self.now = now
        self._late: list[tuple[Stored, str]] = []
        self.late: set[int] = set()
        """The objects that are put off until the end of the listing."""
        self.governed = {
            store.symbol(type_): frozenset(store.symbols(sorted(attributes))) for type_, attributes in governed.items()
        }

    def take_late(self) -> list[tuple[Stored, str]]:
        """The objects to be settled when the whole listing has been read."""
        late, self._late = self._late, []
        self.late.clear()
        return late

    def confirm(
        self,
        tx: Transaction,
        looked_at: Sequence[Looked],
        counters: Tally,
        notes: list[Note],
        *,
        last: bool = False,
    ) -> set[int]:
        """Settle the pending exports of these objects; those whose change is just our own export come back.

        A reference may have a name that a later record explains, so objects with other references than wanted are put
        off until the ``last`` call.
        """
        ours = [item for item in looked_at if item[0].wanted is not None]
        if not ours:
            return set()
        ids = [row.id for row, _, _, _ in ours]
        pending = {
            object_: (operation, state)
            for object_, operation, state in tx.rows(
                "SELECT object, operation, state FROM pending_export WHERE connector = ? AND object IN IDS",
                self.connector,
                ids,
            )
        }
        wanted = self._wanted_references(tx, [row for row, _, _, _ in ours])
        self.comparer.begin(tx, ids)
        done: list[Stored] = []
        open_: list[tuple[int, str]] = []
        settled: set[int] = set()
        for row, doc, targets, _ in ours:
            assert row.wanted is not None
            operation, state = pending.get(row.id, ("", WAITING))
            if row.wanted == WANTED_ABSENT:
                open_ += self._still_there(row, state, notes)
                continue
            unlike = self._unlike(tx, row, doc, state, counters, notes)
            governed = self.governed.get(row.type or 0, frozenset())
            strayed = [a for a in governed if targets.get(a, set()) != wanted.get((row.id, a), set())]
            if strayed and not last:
                self._late.append((row, doc))
                self.late.add(row.id)
                continue
            if not unlike and not strayed:
                if operation:
                    done.append(row)
                if (row.seen is None and doc == row.wanted) or overlay(row.seen, row.wanted) == doc:
                    settled.add(row.id)
            elif state not in (HELD, RELEASED):
                open_.append((row.id, "update"))
                self._tell(row, doc, unlike, strayed, operation, state, counters, notes)
        counters.note("confirmed", done, self._kept)
        self._write(tx, [row.id for row in done], open_)
        self._conclude(tx, pending, [row.id for row in done], [id_ for id_, _ in open_])
        return settled

    def _conclude(
        self, tx: Transaction, pending: Mapping[int, tuple[str, int]], done: Sequence[int], open_: Sequence[int]
    ) -> None:
        # What was sent and is not there has come to nothing.
        postpone(tx, self.connector, [id_ for id_ in open_ if id_ in pending and pending[id_][1] == SENT], self.now)
        # What was sent of objects that are held since is seen now, or did not arrive.
        if held := [id_ for id_, (_, state) in pending.items() if state in (HELD, RELEASED)]:
            chosen = "connector = ? AND object IN IDS AND sent IS NOT NULL"
            tx.run(f"UPDATE pending_export SET sent = NULL WHERE {chosen}", self.connector, held)
        # Deleted by an export, wanted again, and still there: others may refer to it again.
        if back := [id_ for id_ in done if pending[id_][0] == "delete"]:
            due_now(tx, [row[0] for row in tx.rows("SELECT resource FROM link WHERE object IN IDS", back)])

    def _unlike(
        self, tx: Transaction, row: Stored, doc: str, state: int, counters: Tally, notes: list[Note]
    ) -> list[str]:
        """The attributes that are to be put right; what is learned and what is only reported is told."""
        assert row.wanted is not None
        unlike = self.comparer.unlike(row.id, row.type, doc, row.wanted)
        for name, forms in (
            self.comparer.learn(row, doc, tuple(unlike), self.schema) if state == SENT and unlike else ()
        ):
            unlike.remove(name)
            note = self._lesson(row, doc, name, forms)
            self.comparer.remember(tx, row.type or 0, name, forms, note.message, self.now)
            notes.append(note)
        if self.comparer.outdated(row.id, row.wanted, doc):
            self.comparer.write(tx, [row.id])
        if reported := self.comparer.reported(row, doc, unlike):
            unlike = [name for name in unlike if name not in reported]
            self.comparer.write(tx, [row.id])
            counters.note("drift-reported", [row], self._kept)
            notes.append(self._left(row, doc, reported))
        return unlike

    def _still_there(self, row: Stored, state: int, notes: list[Note]) -> list[tuple[int, str]]:
        """An object that is to be deleted is shown: pending again, if that was done already."""
        if state != SENT:
            return []
        message = "it was deleted by an export and is still shown"
        advice = "It is deleted again. If this goes on, look at the system's own log."
        notes.append(Note("exported-change-not-reimported", row.name or row.anchor or "", message, advice, row.id))
        return [(row.id, "delete")]

    def _write(self, tx: Transaction, done: list[int], open_: list[tuple[int, str]]) -> None:
        tx.delete(tables.pending_export, "connector, object", [(self.connector, id_) for id_ in done])
        tx.upsert(
            tables.pending_export,
            "connector, object, operation, state",
            [(self.connector, id_, operation, WAITING) for id_, operation in open_],
            "operation = excluded.operation, state = excluded.state, sent = NULL",
        )

    def _tell(
        self,
        row: Stored,
        doc: str,
        unlike: list[str],
        strayed: list[int],
        operation: str,
        state: int,
        counters: Tally,
        notes: list[Note],
    ) -> None:
        """What a person should know about an object that is not as wanted."""
        if state == SENT:
            counters.note("exported-change-not-reimported", [row], self._kept)
            notes.append(self._contradiction(row, doc, unlike, strayed))
        elif not operation and row.presence == PRESENT:
            counters.note("drift", [row], self._kept)
            notes.append(self._drift(row, doc, unlike, strayed))

    def _wanted_references(self, tx: Transaction, rows: Sequence[Stored]) -> dict[tuple[int, int], set[int]]:
        ids = [row.id for row in rows if self.governed.get(row.type or 0)]
        wanted: dict[tuple[int, int], set[int]] = {}
        if not ids:
            return wanted
        told: set[int] = set()
        for object_, attribute, target, bits in tx.rows(
            "SELECT object, attribute, target, bits FROM reference"
            f" WHERE object IN IDS AND (bits & {WANTED | references.SENT}) <> 0",
            ids,
        ):
            if bits & WANTED:
                wanted.setdefault((object_, attribute), set()).add(target)
            if bits & references.SENT:
                told.add(object_)
        # What was sent of them is seen now, or did not arrive.
        references.clear(tx, sorted(told), references.SENT)
        return wanted

    def _kept(self, row: Stored) -> Kept:
        return Kept(self.connector, row.id, None, row.name or row.anchor or "")

    def _lesson(self, row: Stored, doc: str, name: str, forms: Forms) -> Note:
        system, type_ = self.store.name(self.connector), self.store.name(row.type or 0)
        return Note(
            "learned-normalisation",
            row.name or row.anchor or "",
            f"{system} alters {name} of a {type_} ({', '.join(forms)}): {self._compare(row, doc, [name], [])}",
            "From now on such a value counts as confirmed. `mimas learned` lists what was learned; "
            f"`mimas learned forget {system} {name}` revokes it.",
            row.id,
        )

    def _left(self, row: Stored, doc: str, reported: list[str]) -> Note:
        return Note(
            "drift",
            row.name or row.anchor or "",
            f"changed in the system: {self._compare(row, doc, reported, [])}",
            "It is left as it is, as the rule says (`enforce: on-change`), until the rules give another value.",
            row.id,
        )

    def _drift(self, row: Stored, doc: str, unlike: list[str], strayed: list[int]) -> Note:
        return Note(
            "drift",
            row.name or row.anchor or "",
            f"changed in the system: {self._compare(row, doc, unlike, strayed)}",
            "The next export puts it right. To keep such a change, make it at the source.",
            row.id,
        )

    def _contradiction(self, row: Stored, doc: str, unlike: list[str], strayed: list[int]) -> Note:
        return Note(
            "exported-change-not-reimported",
            row.name or row.anchor or "",
            f"the system did not keep what was exported: {self._compare(row, doc, unlike, strayed)}",
            "It is exported again. If this goes on, the system changes or refuses the value: let the rule produce "
            "the form it keeps.",
            row.id,
        )

    def _compare(self, row: Stored, doc: str, unlike: list[str], strayed: list[int]) -> str:
        assert row.wanted is not None
        parts = []
        if unlike:
            shown, should = decode(doc), decode_wanted(row.wanted)
            parts = [f"shows {described(shown, unlike)}; the rules want {described(should, unlike)}"]
        if strayed:
            parts.append("other references in " + ", ".join(self.store.name(attribute) for attribute in strayed))
        return "; ".join(parts)
