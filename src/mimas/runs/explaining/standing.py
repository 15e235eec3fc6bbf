"""How the objects of a resource stand in their systems: what each shows, what is to be sent, what is in the way."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mimas.runs.comparing import Comparer
from mimas.runs.images import HELD, RELEASED, SENDING, SENT, WAITING, overlay
from mimas.runs.session import Session
from mimas.schema.values import Value, decode, decode_wanted
from mimas.store import holds
from mimas.store.database import Transaction
from mimas.store.looking import title
from mimas.store.objects import ABSENT, PRESENT, WANTED_ABSENT
from mimas.store.references import UNLIKE, WANTED

MOST = 1_000
"""So many references of an object are told."""

GUARD = "a guard, at the next export"
"""What holds an object that no export has held yet."""

PRESENCE = ("not seen yet", "present", "gone")
STATES = {
    WAITING: "to be sent",
    SENDING: "on the wire, outcome unknown",
    SENT: "sent, not confirmed",
    HELD: "held",
    RELEASED: "released by a person, to be sent",
}
UNDER_WAY = (STATES[SENDING], STATES[SENT])
"""Of what an export has sent, or perhaps has."""


@dataclass(frozen=True, slots=True)
class Difference:
    """An attribute that the system does not show as it should."""

    attribute: str
    shows: Value | None
    wanted: Value | None


@dataclass(frozen=True, slots=True)
class Pointed:
    """A reference that is to be added or removed: to which object, and what resource that is."""

    attribute: str
    object: str
    title: str
    added: bool


@dataclass(frozen=True, slots=True)
class Pending:
    """What is to be sent, or has been: see `mimas.runs.images`."""

    operation: str
    state: str
    error: str = ""
    tries: int = 0
    due: str = ""
    """The instant before which it is not tried again."""
    behind: str = ""
    """The object that has its name or anchor and is to be deleted first."""
    hold: str = ""
    """Why it is held."""
    step: int | None = None
    """The step that sent it last, and that is not confirmed."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One object that is linked to the resource."""

    object: int
    connector: str
    type: str
    key: str
    """Its name, or its anchor; empty where it has neither yet."""
    rule: str
    """The rule that linked it."""
    presence: str
    shows: dict[str, Value]
    wanted: dict[str, Any] | None
    """None: nothing is wanted of it."""
    ending: bool
    """Whether it is to be deleted."""
    pending: Pending | None
    differences: tuple[Difference, ...] = ()
    references: tuple[Pointed, ...] = ()

    @property
    def present(self) -> bool:
        """Whether the system shows it."""
        return self.presence == PRESENCE[PRESENT]


def standings(tx: Transaction, session: Session, resource: int) -> list[Standing]:
    """The objects of a resource, by connector."""
    rows = tx.rows(
        "SELECT o.id, l.connector, o.type, o.anchor, o.name, l.rule, o.presence, o.seen, o.wanted, p.operation,"
        " p.state, p.sent, p.error, p.tries, p.due, p.step, b.anchor, b.name FROM link l"
        " JOIN object o ON o.id = l.object LEFT JOIN pending_export p ON p.connector = l.connector AND p.object = o.id"
        " LEFT JOIN object b ON b.id = p.behind WHERE l.resource = ?",
        resource,
    )
    references = _references(tx, session, [row[0] for row in rows])
    found = [_standing(tx, session, row, references.get(row[0], [])) for row in rows]
    return sorted(found, key=lambda one: (one.connector, one.type, one.key))


def _standing(tx: Transaction, session: Session, row: Sequence[Any], references: list[Pointed]) -> Standing:
    id_, connector, type_, anchor, name, rule, presence, seen, wanted, operation, state, sent, *rest = row
    error, tries, due, step, behind_anchor, behind_name = rest
    pending = None
    if operation is not None:
        hold = hold_of(tx, session, connector, id_) if state == HELD else ""
        behind = behind_name or behind_anchor or ""
        said = f"{error}{_message(tx, session, connector, id_)}" if error else ""
        pending = Pending(operation, STATES[state], said, tries or 0, due or "", behind, hold, step)
    ending = wanted == WANTED_ABSENT
    comparer = session.comparer(tx, connector)
    names = session.store.name
    return Standing(
        id_,
        names(connector),
        names(type_),
        name or anchor or "",
        names(rule),
        PRESENCE[presence],
        dict(decode(seen)) if seen and presence != ABSENT else {},
        None if wanted is None or ending else decode_wanted(wanted),
        ending,
        pending,
        () if wanted is None or ending else _differences(tx, comparer, id_, type_, seen, sent, wanted, pending),
        tuple(references),
    )


def _differences(
    tx: Transaction,
    comparer: Comparer,
    id_: int,
    type_: int | None,
    seen: str | None,
    sent: str | None,
    wanted: str,
    pending: Pending | None,
) -> tuple[Difference, ...]:
    comparer.begin(tx, [id_])
    base = seen or "{}" if pending is not None and pending.state == STATES[SENT] else overlay(seen, sent)
    goal = comparer.goal(type_, base, wanted)
    shows, should = decode(base), decode_wanted(goal)
    return tuple(Difference(name, shows.get(name), should[name]) for name in comparer.unlike(id_, type_, base, goal))


def _references(tx: Transaction, session: Session, ids: Sequence[int]) -> dict[int, list[Pointed]]:
    """Object → the references that are still to be sent."""
    found: dict[int, list[Pointed]] = {}
    for object_, attribute, bits, anchor, name, doc in tx.rows(
        "SELECT r.object, r.attribute, r.bits, t.anchor, t.name, q.doc FROM reference r"
        " JOIN object t ON t.id = r.target LEFT JOIN link l ON l.object = t.id"
        " LEFT JOIN resource q ON q.id = l.resource"
        f" WHERE r.object IN IDS AND {UNLIKE} ORDER BY r.object, r.attribute, r.target LIMIT {MOST}",
        list(ids),
    ):
        said = title(decode(doc)) if doc else ""
        added = bool(bits & WANTED)
        found.setdefault(object_, []).append(
            Pointed(session.store.name(attribute), name or anchor or said, said, added)
        )
    return found


_LAST = 20
"""In so many exports it is looked for what a system said."""


def _message(tx: Transaction, session: Session, connector: int, object_: int) -> str:
    """What was said of the last export of an object that failed."""
    said = tx.value(
        "SELECT e.message FROM step_error e WHERE e.object = ? AND e.step IN (SELECT s.id FROM step s"
        f" WHERE s.connector = ? AND s.kind = 'export' ORDER BY s.id DESC LIMIT {_LAST}) ORDER BY e.id DESC LIMIT 1",
        object_,
        session.store.name(connector),
    )
    return f": {said}" if said else ""


def hold_of(tx: Transaction, session: Session, connector: int, object_: int) -> str:
    """The open hold that keeps an object back, with its reason; empty, where there is none."""
    row = tx.row(
        "SELECT h.id, h.reason, h.step FROM hold h JOIN hold_item i ON i.hold = h.id"
        " WHERE h.connector = ? AND i.object = ? AND h.state = ? ORDER BY h.id DESC LIMIT 1",
        connector,
        object_,
        holds.OPEN,
    )
    if row is None:
        return ""
    # One of a trial has no number that anybody could release.
    return f"{GUARD}: {row[1]}" if row[2] == session.step else f"hold {row[0]}: {row[1]}"
