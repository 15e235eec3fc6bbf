"""From what a rehearsed run has changed in the store to what a plan says of it: a unit for each resource."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from mimas.runs.planning.exports import Exports
from mimas.runs.planning.lineage import Lineages
from mimas.runs.planning.plan import Action, Part, Referring, Unit, ValueChange
from mimas.runs.symbols import Symbols
from mimas.schema.values import decode
from mimas.store.database import Row, Transaction
from mimas.store.history.past import Past
from mimas.store.looking import title
from mimas.store.objects import NONE, PRESENT
from mimas.store.resources import LIVE
from mimas.sync.context import UNIQUE

_SHOWN = 10_000
"""How many names are looked up at a time."""


@dataclass(slots=True)
class _Draft:
    """A unit that is being gathered."""

    type: int = 0
    title: str = ""
    parts: list[Part] = field(default_factory=list)
    key: str = ""
    references: dict[str, tuple[list[int], list[int]]] = field(default_factory=dict)
    change: tuple[Action, dict[str, ValueChange]] | None = None


class Gatherer:
    """Gathers the units of a rehearsal, within its transaction."""

    def __init__(self, tx: Transaction, symbols: Symbols, since: int, now: datetime) -> None:
        self.tx = tx
        self.symbols = symbols
        self.since = since
        self.now = now
        self.name = symbols.store.name
        self.drafts: dict[int, _Draft] = {}
        """By the ids that resources have in this rehearsal."""
        self.strays: list[Unit] = []
        self._sent: list[tuple[str, int, int | None, str]] = []
        self._lineages = Lineages(tx)

    def units(
        self, connectors: Iterable[str], held: Mapping[str, str], among: Sequence[int] | None = None
    ) -> list[Unit]:
        """Everything that differs from what it was, and what exports to these connectors would send.

        ``held``: connector → what is said of objects that a guard keeps back; ``among``: of what would be sent, only
        that to these objects.
        """
        self._resources()
        self._references()
        self._links()
        self._facts()
        for connector in connectors:
            for object_, resource, part in Exports(
                self.tx, self.symbols, connector, self.now, held.get(connector, ""), among
            ).parts():
                key = f"{connector}/{part.object or object_}"
                self._sent.append((connector, object_, resource, key))
                if resource is None:
                    self.strays.append(Unit(key, part.type, part.object, (part,)))
                else:
                    self._draft(resource).parts.append(part)
        self._describe()
        return [
            Unit(draft.key, self.name(draft.type), draft.title, tuple(draft.parts))
            for _, draft in sorted(self.drafts.items())
            if draft.parts
        ] + self.strays

    def sent(self) -> dict[str, list[tuple[str, int]]]:
        """Unit → the objects (connector, id) that it would send."""
        found: dict[str, list[tuple[str, int]]] = {}
        for connector, object_, resource, key in self._sent:
            unit = key if resource is None else self.drafts[resource].key
            found.setdefault(unit, []).append((connector, object_))
        return found

    def _draft(self, resource: int) -> _Draft:
        return self.drafts.setdefault(resource, _Draft())

    def _resources(self) -> None:
        for (id_,), before, after in Past(self.tx, "resource").differences(self.since):
            if after is None:
                continue  # resources are kept when they end
            _, doc, pattern, state = after
            draft = self._draft(id_)
            lived, lives = before is not None and before[3] == LIVE, state == LIVE
            if not lived and not lives:
                continue
            had, has = decode(before[1]) if before and lived else {}, decode(doc) if lives else {}
            action: Action = "changed" if lived and lives else "made" if lives else "deleted"
            by = {name: " and ".join(rule for rule, _ in given) for name, given in self._lineages.of(pattern).items()}
            names = sorted(name for name in had.keys() | has.keys() if had.get(name) != has.get(name))
            steps = {n: ValueChange(had.get(n), has.get(n), by.get(n, "")) for n in names} if lives else {}
            if steps or action != "changed":
                draft.change = (action, steps)

    def _references(self) -> None:
        for (resource, attribute, target, _), before, after in Past(self.tx, "resource_reference").differences(
            self.since
        ):
            sides = self._draft(resource).references.setdefault(self.name(attribute), ([], []))
            if before is None:
                sides[0].append(target)
            elif after is None:
                sides[1].append(target)

    def _links(self) -> None:
        changed = list(Past(self.tx, "link").differences(self.since))
        objects = self._objects([key[0] for key, _, _ in changed])
        for (object_,), before, after in changed:
            type_, called, presence = objects.get(object_, ("", "", NONE))
            if presence == NONE:
                continue  # an object that is still to be made, or never was
            for action, row in (("unlinked", before), ("linked", after)):
                if row is not None and not (before and after and before[0] == after[0]):
                    resource, connector, rule = row
                    part = Part(action, self.name(connector), called, type_, rule=self.name(rule))  # type: ignore[arg-type]
                    self._draft(resource).parts.append(part)

    def _objects(self, ids: list[int]) -> dict[int, tuple[str, str, int]]:
        """Object → its type, what it is called, its presence; also of those that are gone by now."""
        past, found = Past(self.tx, "object"), {}
        for start in range(0, len(ids), _SHOWN):
            some = ids[start : start + _SHOWN]
            for place in (None, self.since):
                missing = [id_ for id_ in some if id_ not in found]
                for id_, _, type_, anchor, name, presence, *_ in past.rows(place, "id", missing):
                    found[id_] = (self.name(type_), name or anchor or "", presence)
        return found

    def _facts(self) -> None:
        for (kind, _), before, after in Past(self.tx, "fact").differences(self.since):
            if kind.startswith(UNIQUE) and after is not None and (before is None or before[:2] != after[:2]):
                step = ValueChange(None, after[1])
                self._draft(after[0]).parts.append(Part("reserved", values={kind.removeprefix(UNIQUE): step}))

    def _describe(self) -> None:
        """Types, titles and keys of all resources that are spoken of."""
        targets = {
            t for draft in self.drafts.values() for sides in draft.references.values() for side in sides for t in side
        }
        described = self._described(sorted(self.drafts.keys() | targets))
        for id_, draft in self.drafts.items():
            draft.type, draft.title, draft.key = described.get(id_, (0, f"resource {id_}", str(id_)))
            if draft.change is not None or draft.references:
                ended = draft.change is not None and draft.change[0] == "deleted"
                references = {
                    name: Referring(*(tuple(sorted(described[t][1] for t in side if t in described)) for side in sides))
                    for name, sides in draft.references.items()
                    if not ended and set(sides[0]) != set(sides[1])
                }
                action, steps = draft.change or ("changed", {})
                if draft.change is not None or references:
                    draft.parts.insert(0, Part(action, values=steps, references=references))

    def _described(self, ids: list[int]) -> dict[int, tuple[int, str, str]]:
        """Resource → type, title, and a key that is the same when the plan is made again."""
        limit = self.tx.value("SELECT resources FROM batch WHERE place = ?", self.since)
        found: dict[int, tuple[int, str, str]] = {}
        for start in range(0, len(ids), _SHOWN):
            some = ids[start : start + _SHOWN]
            for id_, type_, doc in self.tx.rows("SELECT id, type, doc FROM resource WHERE id IN IDS", some):
                found[id_] = (type_, title(decode(doc)) or f"resource {id_}", str(id_))
            new = [id_ for id_ in some if id_ >= limit]
            for id_, connector, anchor in reversed(self._origins(new)):
                found[id_] = (*found[id_][:2], f"{self.name(connector)}/{anchor}")
        return found

    def _origins(self, new: list[int]) -> list[Row]:
        """What new resources are made of: the objects that inbound rules have linked, in the order of their systems."""
        inbound = sorted({number for (number, _), _ in self.symbols.linkers.items()})
        return self.tx.rows(
            "SELECT l.resource, l.connector, coalesce(o.anchor, o.name) FROM link l JOIN object o ON o.id = l.object"
            f" WHERE l.resource IN IDS AND l.connector IN IDS AND o.presence = {PRESENT}"
            " ORDER BY l.resource, l.connector, coalesce(o.anchor, o.name)",
            new,
            inbound,
        )
