"""What exports would send, by object: read from the store alone, so that no system has to be reached."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from mimas.runs.comparing import Comparer
from mimas.runs.images import HELD, SENT, overlay
from mimas.runs.planning.disabling import disables
from mimas.runs.planning.plan import Action, Part, Referring, ValueChange
from mimas.runs.sending import changes
from mimas.runs.symbols import Symbols
from mimas.schema.attributes import NAME
from mimas.schema.values import decode, decode_wanted
from mimas.store.database import Row, Transaction
from mimas.store.objects import WANTED_ABSENT
from mimas.store.references import UNLIKE, WANTED
from mimas.sync.context import Context
from mimas.sync.outbound import Target

_PAGE = 5_000


class Exports:
    """The pending exports of one connector as effects."""

    def __init__(
        self,
        tx: Transaction,
        symbols: Symbols,
        connector: str,
        now: datetime,
        held: str,
        among: Sequence[int] | None = None,
    ) -> None:
        self.tx = tx
        self.symbols = symbols
        self.connector = connector
        self.number = symbols.store.symbol(connector)
        self.held = held
        self.among = among
        """Of these objects alone; none: of all."""
        self.rules = Rules(symbols, connector, now)
        self.interest = symbols.compiled.interest(connector)
        self.comparer = Comparer(tx, symbols.store, self.number, self.interest.lenience)

    def parts(self) -> Iterator[tuple[int, int | None, Part]]:
        """(object, its resource, effect) in the order of the objects."""
        last = 0
        only, some = ("", []) if self.among is None else (" AND p.object IN IDS", [list(self.among)])
        while rows := self.tx.rows(
            "SELECT p.object, p.operation, p.state, p.sent, o.type, o.anchor, o.name, o.seen, o.wanted, l.resource,"
            " l.rule, r.doc FROM pending_export p JOIN object o ON o.id = p.object"
            " LEFT JOIN link l ON l.object = p.object LEFT JOIN resource r ON r.id = l.resource"
            f" WHERE p.connector = ? AND p.object > ? AND p.state <> ?{only} ORDER BY p.object LIMIT ?",
            self.number,
            last,
            SENT,
            *some,
            _PAGE,
        ):
            last = rows[-1][0]
            self.comparer.begin(self.tx, [row[0] for row in rows])
            referring = self._referring(rows)
            for row in rows:
                if (part := self._part(row, referring.get(row[0], {}))) is not None:
                    yield row[0], row[9], part

    def _part(self, row: Row, references: Mapping[str, Referring]) -> Part | None:
        id_, operation, state, sent, type_, anchor, name, seen, wanted, _, rule, doc = row
        kind, by = self.symbols.store.name(type_), self.rules.writing(rule, doc)
        held = self.held if state == HELD else ""
        called = name or anchor or ""
        if operation == "delete":
            return Part("deleted", self.connector, called, kind, rule=self.symbols.store.name(rule), held=held)
        if wanted is None or wanted == WANTED_ABSENT:
            return None
        if operation == "add":
            values = {k: v for k, v in decode_wanted(wanted).items() if v is not None and k != NAME}
            steps = {k: ValueChange(None, v, by.get(k, "")) for k, v in values.items()}
            return Part(
                "created",
                self.connector,
                called,
                kind,
                steps,
                references,
                rule=self.symbols.store.name(rule),
                held=held,
            )
        base = overlay(seen, sent)
        goal = self.comparer.goal(type_, base, wanted)
        changed = changes(base, goal, self.comparer.unlike(id_, type_, base, goal))
        moved = changed.pop(NAME, None)
        renamed = (name or "", str(moved.values[0])) if moved and moved.values else None
        has, should = decode_wanted(base), decode_wanted(goal)
        steps = {k: ValueChange(has.get(k), should[k], by.get(k, "")) for k in changed}
        if not steps and not references and renamed is None:
            return None
        action: Action = "disabled" if disables(steps) else "changed"
        return Part(action, self.connector, called, kind, steps, references, renamed, held=held)

    def _referring(self, rows: list[Row]) -> dict[int, dict[str, Referring]]:
        """Object → attribute → what is to be added and removed, by the names of the targets."""
        governed = {
            (self.symbols.store.symbol(of), self.symbols.store.symbol(attribute))
            for of, attributes in self.interest.governed.items()
            for attribute in attributes
        }
        types = {row[0]: row[4] for row in rows if row[1] != "delete"}
        sides: dict[tuple[int, str], tuple[list[str], list[str]]] = {}
        for object_, attribute, bits, called in self.tx.rows(
            "SELECT r.object, r.attribute, r.bits, coalesce(t.name, t.anchor, '') FROM reference r"
            f" JOIN object t ON t.id = r.target WHERE r.object IN IDS AND {UNLIKE}"
            " ORDER BY r.object, r.attribute, r.target",
            list(types),
        ):
            if (types[object_], attribute) in governed:
                added, removed = sides.setdefault((object_, self.symbols.store.name(attribute)), ([], []))
                (added if bits & WANTED else removed).append(called)
        found: dict[int, dict[str, Referring]] = {}
        for (object_, attribute), (added, removed) in sides.items():
            found.setdefault(object_, {})[attribute] = Referring(tuple(sorted(added)), tuple(sorted(removed)))
        return found


class Rules:
    """Which rule gives an attribute of an object: the first in order of those in scope that write it."""

    def __init__(self, symbols: Symbols, connector: str, now: datetime) -> None:
        self._symbols = symbols
        self._context = Context(now)
        targets = {slot.target.rules[0].governs: slot.target for slots in symbols.targets.values() for slot in slots}
        self._targets = {
            number: targets[rule.governs]
            for number, rule in symbols.rules.items()
            if rule.connector == connector and rule.governs in targets
        }
        self._writers: dict[tuple[int, int], dict[str, str]] = {}

    def writing(self, rule: int | None, doc: str | None) -> Mapping[str, str]:
        """Attribute → rule, for an object linked by a rule to a resource with this document."""
        target = self._targets.get(rule or 0)
        if target is None or rule is None:
            return {}
        mask = self._scope(target, doc)
        if (rule, mask) not in self._writers:
            writers: dict[str, str] = {}
            for index, candidate in enumerate(target.rules):
                flows = candidate.flows if mask & (1 << index) else candidate.deprovision_flows
                for flow in flows:
                    writers.setdefault(flow.target, candidate.name)
            self._writers[rule, mask] = writers
        return self._writers[rule, mask]

    def _scope(self, target: Target, doc: str | None) -> int:
        if target.scopes is None or doc is None:
            return -1
        try:
            return int(target.scopes.call(decode(doc), self._context))
        except Exception:  # noqa: BLE001 - a rule may raise anything; the sync has told of it
            return 0
