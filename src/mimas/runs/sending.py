"""What is sent: pending exports become the connector's `Export`s."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mimas.connectors.contract import Additions, Capabilities, Change, Export, Operation, Result
from mimas.runs import contending, expiring, following
from mimas.runs.comparing import Comparer
from mimas.runs.images import HELD, SENDING, WAITING, overlay
from mimas.runs.secrets import Secrets
from mimas.runs.symbols import Symbols
from mimas.schema.attributes import NAME
from mimas.schema.values import Value, as_list, decode, decode_wanted
from mimas.store import references
from mimas.store.database import Row, Transaction
from mimas.store.objects import PRESENT, WANTED_ABSENT
from mimas.store.references import SEEN, UNLIKE, WANTED, Triple
from mimas.sync.interest import Interest


@dataclass(slots=True)
class Parcel:
    """A batch ready to be sent."""

    exports: list[Export] = field(default_factory=list)
    nothing: list[int] = field(default_factory=list)
    """Pending objects that need nothing any more."""
    deferred: set[int] = field(default_factory=set)
    """Objects some of whose references point to objects that do not exist in the system yet."""
    refers: bool = False
    """Whether references are sent."""
    told: list[Triple] = field(default_factory=list)
    """Their other references, which are sent now."""
    until: dict[tuple[int, int], dict[str, datetime]] = field(default_factory=dict)
    """(object, attribute) → target → when the reference is to end by itself."""
    nameless: set[int] = field(default_factory=set)
    """Objects to be made whose name another one had for a while, so that they are not known by it."""
    refused: dict[int, Result] = field(default_factory=dict)
    """Exports that cannot be sent, and why."""


class Packer:
    """Makes exports for one connector."""

    def __init__(
        self,
        tx: Transaction,
        symbols: Symbols,
        connector: int,
        interest: Interest,
        now: datetime,
        capabilities: Capabilities,
    ) -> None:
        self.secrets = Secrets(symbols, connector, now)
        self._blocked: set[int] | None = None
        self.behind: set[int] = set()
        """Objects that wait for another one to give up the name they are to have."""
        self.last_call = False
        """Whether nobody else is going to give one up."""
        self.comparer = Comparer(tx, symbols.store, connector, interest.lenience)
        self.symbols = symbols
        self.connector = connector
        self.target = capabilities.references
        self._strict = capabilities.strict_references
        self._tells_all = capabilities.whole_references
        self._named = capabilities.named
        self._expires = capabilities.expiring_references
        self._now = now
        self.governed = {
            (symbols.store.symbol(type_), symbols.store.symbol(attribute))
            for type_, attributes in interest.governed.items()
            for attribute in attributes
        }

    def pack(self, tx: Transaction, rows: Sequence[Row]) -> Parcel:
        """Rows of (object, operation, sent, type, anchor, name, seen, wanted)."""
        parcel = Parcel()
        name = self.symbols.store.name
        moving = self._moving(rows)
        if moving:
            self._contend(tx, parcel, moving)
            rows = [row for row in rows if row[0] not in self.behind]
        references = self._references(tx, rows, parcel, moving)
        everything = self._everything(tx, list(references)) if self._tells_all else {}
        self.comparer.begin(tx, [row[0] for row in rows])
        secrets = self.secrets.of(tx, [row[0] for row in rows if row[1] == Operation.ADD])
        for object_, operation, sent, type_, anchor, named, seen, wanted in rows:
            kind = name(type_)
            if operation == Operation.DELETE:
                if anchor is None and named is None:
                    continue  # whether it was made, and as what, only a complete import can tell
                parcel.exports.append(Export(object_, Operation.DELETE, kind, anchor, named))
                continue
            if wanted is None or wanted == WANTED_ABSENT:
                parcel.nothing.append(object_)
                continue
            added, removed = references.get(object_, ({}, {}))
            if operation == Operation.ADD:
                self._add(
                    parcel, (object_, kind, anchor, named), decode_wanted(wanted), added, secrets.get(object_, {})
                )
                continue
            base = overlay(seen, sent)
            wanted = self.comparer.goal(type_, base, wanted)  # noqa: PLW2901
            changed = changes(base, wanted, self.comparer.unlike(object_, type_, base, wanted))
            for attribute in added.keys() | removed.keys():
                values = everything.get((object_, attribute), added.get(attribute, []))
                changed[name(attribute)] = Change(
                    values,
                    added.get(attribute, []),
                    removed.get(attribute, []),
                    parcel.until.get((object_, attribute), {}),
                )
            moved = changed.pop(NAME, None)
            new_name = str(moved.values[0]) if moved and moved.values else None
            if changed or new_name:
                parcel.exports.append(Export(object_, Operation.UPDATE, kind, anchor, named, new_name, changed))
            elif object_ not in parcel.deferred:
                parcel.nothing.append(object_)
        return parcel

    def _contend(self, tx: Transaction, parcel: Parcel, moving: dict[int, str]) -> None:
        """Nobody is renamed to a name that another one has; whose owner leaves it may have it afterwards."""
        doubles = contending.twins(moving)
        taken = contending.owners(tx, self.connector, {id_: moving[id_] for id_ in moving.keys() - doubles})
        going = set[int]() if self.last_call else contending.leaving(tx, self.connector, taken.values())
        for object_ in doubles | taken.keys():
            name = moving.pop(object_)
            if taken.get(object_) in going:
                self.behind.add(object_)
            else:
                parcel.refused[object_] = contending.refusal(object_, name)

    def _add(
        self,
        parcel: Parcel,
        known: tuple[int, str, str | None, str | None],
        wanted: Mapping[str, Value | None],
        references: Mapping[int, list[str]],
        secret: Mapping[str, Value] | Result,
    ) -> None:
        object_, kind, anchor, named = known
        values = self._whole(wanted, references)
        if isinstance(secret, Result):
            parcel.refused[object_] = secret
        else:
            values |= secret
        if named is None and isinstance(name := wanted.get(NAME), str):
            parcel.nameless.add(object_)
            named = name
        parcel.exports.append(Export(object_, Operation.ADD, kind, anchor, named, None, Additions(values), values))

    def _whole(self, values: Mapping[str, Value | None], references: Mapping[int, list[str]]) -> dict[str, Any]:
        whole: dict[str, Any] = {
            attribute: value for attribute, value in values.items() if value is not None and attribute != NAME
        }
        for attribute, texts in references.items():
            whole[self.symbols.store.name(attribute)] = texts
        return whole

    def _references(
        self, tx: Transaction, rows: Sequence[Row], parcel: Parcel, moving: Mapping[int, str]
    ) -> dict[int, tuple[dict[int, list[str]], dict[int, list[str]]]]:
        """Object → (attribute → targets to add, attribute → targets to remove)."""
        ids = [row[0] for row in rows if row[1] != Operation.DELETE]
        types = {row[0]: row[3] for row in rows}
        result: dict[int, tuple[dict[int, list[str]], dict[int, list[str]]]] = {}
        if not self.governed:
            return result
        told: list[Triple] = []
        making = {row[0] for row in rows if row[1] == Operation.ADD}
        until = expiring.ends(tx, self.symbols, ids, self._now) if self._expires else {}
        before = expiring.told(tx, ids, self._now) if self._expires else {}
        for object_, attribute, target, bits, text, anchor in tx.rows(
            f"SELECT r.object, r.attribute, r.target, r.bits, t.{self.target}, t.anchor FROM reference r"
            f" JOIN object t ON t.id = r.target WHERE r.object IN IDS AND {UNLIKE}"
            " ORDER BY r.object, r.attribute, r.target",
            ids,
        ):
            if (types[object_], attribute) not in self.governed:
                continue
            ends = until.get((object_, attribute, target)) if bits & WANTED else None
            # An add has no room for ends.
            if text is None or (self._strict and anchor is None) or (ends and object_ in making):
                parcel.deferred.add(object_)
                continue
            # Exports go out in the order of the objects: whoever goes before has the new name by then.
            if self.target == "name" and target in moving and target < object_:
                text = moving[target]  # noqa: PLW2901
            sides = result.setdefault(object_, ({}, {}))
            sides[0 if bits & WANTED else 1].setdefault(attribute, []).append(text)
            if bits & WANTED and (object_, attribute, target) in before:
                sides[1].setdefault(attribute, []).append(text)
            if ends:
                parcel.until.setdefault((object_, attribute), {})[text] = datetime.fromisoformat(ends)
            told.append((object_, attribute, target))
        if until or before:
            expiring.remember(tx, told, until, self._now)
        parcel.refers = bool(result)
        parcel.told = [row for row in told if row[0] in parcel.deferred]
        return result

    def _everything(self, tx: Transaction, ids: list[int]) -> dict[tuple[int, int], list[str]]:
        """(object, attribute) → all targets that are wanted, of some objects."""
        found: dict[tuple[int, int], list[str]] = {}
        for object_, attribute, text in tx.rows(
            f"SELECT r.object, r.attribute, t.{self.target} FROM reference r JOIN object t ON t.id = r.target"
            f" WHERE r.object IN IDS AND (r.bits & {WANTED}) <> 0 AND t.{self.target} IS NOT NULL"
            " ORDER BY r.object, r.attribute, r.target",
            ids,
        ):
            found.setdefault((object_, attribute), []).append(text)
        return found

    def _moving(self, rows: Sequence[Row]) -> dict[int, str]:
        """Object → its new name, for those that are renamed now."""
        moving: dict[int, str] = {}
        for object_, operation, _, _, _, named, _, wanted in rows if self._named else ():
            if operation == Operation.UPDATE and wanted not in (None, WANTED_ABSENT):
                name = decode_wanted(wanted).get(NAME)
                if isinstance(name, str) and name != named:
                    moving[object_] = name
        return moving

    def whole(self, tx: Transaction, first: int, until: int) -> Iterator[Export]:
        """Every object of a range of ids that the system should hold, as adds (for listings).

        What is not ours, or may not go yet, stays as the system shows it: objects that nobody governs, attributes that
        no rule writes, and objects that are held.
        """
        values_of: dict[int, dict[int, list[str]]] = {}
        ours, rows = self._listed(tx, first, until)
        if rows:
            for object_, attribute, bits, text, moving in tx.rows(
                f"SELECT r.object, r.attribute, r.bits, t.{self.target},"
                " CASE WHEN p.object IS NOT NULL THEN t.wanted END"
                " FROM reference r JOIN object t ON t.id = r.target"
                f" LEFT JOIN pending_export p ON p.connector = ? AND p.object = t.id AND p.state = {SENDING}"
                f" WHERE r.object BETWEEN ? AND ? AND t.{self.target} IS NOT NULL"
                " ORDER BY r.object, r.attribute, r.target",
                self.connector,
                first,
                until,
            ):
                governed = (ours.get(object_), attribute) in self.governed
                if not (bits & WANTED if governed else bool(bits & SEEN) is not bool(bits & references.SENT)):
                    continue
                if moving and moving != WANTED_ABSENT and self.target == "name":
                    # The listing shows the target under its new name, too.
                    text = decode_wanted(moving).get(NAME) or text  # noqa: PLW2901
                values_of.setdefault(object_, {}).setdefault(attribute, []).append(text)
        name = self.symbols.store.name
        none: dict[int, list[str]] = {}
        self.comparer.begin(tx, [row[0] for row in rows])
        for object_, type_, anchor, named, seen, wanted in rows:
            document = decode_wanted(
                overlay(seen, self.comparer.to_write(object_, type_, seen, wanted)) if seen else wanted
            )
            wanted_name = document.get(NAME)
            current = wanted_name if isinstance(wanted_name, str) else named
            values = self._whole(document, values_of.get(object_, none))
            yield Export(object_, Operation.ADD, name(type_), anchor, current, None, Additions(values), values)

    def _listed(self, tx: Transaction, first: int, until: int) -> tuple[dict[int, int], list[Row]]:
        """The objects that rules govern, with their types, and the rows of all that the listing is to hold."""
        held = {
            object_: overlay(seen, sent)
            for object_, seen, sent in tx.rows(
                "SELECT p.object, o.seen, p.sent FROM pending_export p JOIN object o ON o.id = p.object"
                f" WHERE p.connector = ? AND p.object BETWEEN ? AND ? AND p.state IN ({HELD}, {WAITING})"
                " AND p.behind IS NULL",
                self.connector,
                first,
                until,
            )
        }
        if self._blocked is None:
            found = tx.rows(
                f"SELECT object FROM pending_export WHERE connector = ? AND behind IS NOT NULL AND {following.BLOCKED}",
                self.connector,
            )
            self._blocked = {row[0] for row in found}
        ours, rows = {}, []
        for row in tx.rows(
            "SELECT id, type, anchor, name, CASE WHEN seen = wanted THEN NULL ELSE seen END, wanted FROM object"
            " WHERE id BETWEEN ? AND ? AND connector = ? AND type IS NOT NULL AND (wanted IS NOT NULL OR presence = ?)"
            " ORDER BY id",
            first,
            until,
            self.connector,
            PRESENT,
        ):
            object_, type_, *_, wanted = row
            if object_ in held:
                # As the system shows it, under what it has been sent before.
                rows.append((*row[:4], held[object_], None))
            elif object_ in self._blocked:
                continue
            elif wanted is not None and wanted != WANTED_ABSENT:
                ours[object_] = type_
                rows.append(row)
            elif wanted is None:
                rows.append(row)
        return ours, rows


def changes(base: str, wanted: str, unlike: Sequence[str]) -> dict[str, Change]:
    """What is to be changed in the attributes in which the system is not as wanted."""
    if not unlike:
        return {}
    has, should = decode(base), decode_wanted(wanted)
    changed = {}
    for attribute in unlike:
        before, after = as_list(has.get(attribute)), as_list(should[attribute])
        changed[attribute] = Change(
            after,
            [value for value in after if value not in before],
            [value for value in before if value not in after],
        )
    return changed
