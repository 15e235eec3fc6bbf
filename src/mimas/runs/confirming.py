"""Exports meet what the next import shows: confirmed, contradicted, or drifted apart.

The pending-export row of an object is kept true here: it is there exactly while the system does not show what the
rules want.
"""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from mimas.runs.images import HELD, RELEASED, SENT, WAITING, described, differences, overlay
from mimas.runs.merging import Targets
from mimas.runs.tally import Kept, Tally
from mimas.schema.values import decode, decode_wanted
from mimas.store import tables
from mimas.store.database import Transaction
from mimas.store.objects import PRESENT, WANTED_ABSENT, Stored
from mimas.store.references import WANTED
from mimas.store.runs import Note
from mimas.store.store import Store

Looked: TypeAlias = tuple[Stored, str, Targets, bool]
"""An object as it was, the document and the references it shows now, and whether they differ from before."""


class Confirmer:
    """Compares what one connector shows with what its objects should hold."""

    def __init__(self, store: Store, connector: int, governed: Mapping[str, frozenset[str]]) -> None:
        self.store = store
        self.connector = connector
        self._late: list[tuple[Stored, str]] = []
        self.governed = {
            store.symbol(type_): frozenset(store.symbols(sorted(attributes))) for type_, attributes in governed.items()
        }

    def take_late(self) -> list[tuple[Stored, str]]:
        """The objects to be settled when the whole listing has been read."""
        late, self._late = self._late, []
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
        done: list[Stored] = []
        open_: list[tuple[int, str]] = []
        settled: set[int] = set()
        for row, doc, targets, _ in ours:
            assert row.wanted is not None
            operation, state = pending.get(row.id, ("", WAITING))
            if row.wanted == WANTED_ABSENT:
                if state == SENT:
                    open_.append((row.id, "delete"))
                    notes.append(_still_there(row))
                continue
            unlike = differences(doc, row.wanted)
            governed = self.governed.get(row.type or 0, frozenset())
            strayed = [a for a in governed if targets.get(a, set()) != wanted.get((row.id, a), set())]
            if strayed and not last:
                self._late.append((row, doc))
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
        return settled

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
        for object_, attribute, target in tx.rows(
            f"SELECT object, attribute, target FROM reference WHERE object IN IDS AND (bits & {WANTED}) <> 0", ids
        ):
            wanted.setdefault((object_, attribute), set()).add(target)
        return wanted

    def _kept(self, row: Stored) -> Kept:
        return Kept(self.connector, row.id, None, row.name or row.anchor or "")

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


def _still_there(row: Stored) -> Note:
    return Note(
        "exported-change-not-reimported",
        row.name or row.anchor or "",
        "it was deleted by an export and is still shown",
        "It is deleted again. If this goes on, look at the system's own log.",
        row.id,
    )
