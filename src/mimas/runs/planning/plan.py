"""A plan as a document: what a run would do to whom, from what to what, and by which rule.

It is data alone, so that a file of it can be read, compared, approved and applied by somebody else than who made it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Literal

import msgspec

from mimas.runs.setup import StepKind
from mimas.schema.values import Value

FORM = "mimas plan 1"
"""What a file of a plan begins with."""

Action = Literal["made", "changed", "deleted", "linked", "unlinked", "created", "disabled", "reserved"]
"""``made``, ``changed``, ``deleted``: a resource. ``linked``, ``unlinked``: an object and the resource. ``created``,
``changed``, ``disabled``, ``deleted``: an object in its system; ``reserved``: a unique value is given out."""


class PlanError(Exception):
    """A plan that cannot be read, trusted or applied; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class ValueChange:
    """A value before and after, and the rule that gives it; none: no value."""

    before: Value | None
    after: Value | None
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Referring:
    """What an attribute refers to from then on, and no more: by the names of the targets."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """One effect: on a resource (``system`` is empty), on a link, or on an object in a connected system."""

    action: Action
    system: str = ""
    """The name of the connector."""
    object: str = ""
    """The name or anchor of the object there; its type and a number while it has neither."""
    type: str = ""
    values: Mapping[str, ValueChange] = field(default_factory=dict)
    references: Mapping[str, Referring] = field(default_factory=dict)
    renamed: tuple[str, str] | None = None
    """The names before and after."""
    rule: str = ""
    held: str = ""
    """What keeps it back when the plan is applied: a guard."""

    def covers(self, other: "Part") -> bool:
        """Whether all of another effect is among this one: what is done already is not done again."""
        if (self.action, self.system, self.object, self.type) != (other.action, other.system, other.object, other.type):
            return False
        return (
            all(self.values.get(name) == step for name, step in other.values.items())
            and all(self._refers(name, referring) for name, referring in other.references.items())
            and other.renamed in (None, self.renamed)
        )

    def _refers(self, name: str, other: Referring) -> bool:
        mine = self.references.get(name, Referring())
        return set(other.added) <= set(mine.added) and set(other.removed) <= set(mine.removed)


@dataclass(frozen=True, slots=True)
class Unit:
    """One resource with its objects, or an object of nobody: what is applied as a whole, or held as a whole.

    ``key`` is the same when the plan is made again: the resource's id, or the object that it is made of. ``rests`` is
    a digest of all the values, before and after, that the unit rests on.
    """

    key: str
    type: str
    title: str
    parts: tuple[Part, ...]
    rests: str = ""

    def sealed(self) -> "Unit":
        """The same with its digest."""
        return Unit(self.key, self.type, self.title, self.parts, _digest([self.key, self.parts]))

    @property
    def intact(self) -> bool:
        """Whether the digest is that of the parts."""
        return self.rests == _digest([self.key, self.parts])

    def covers(self, other: "Unit") -> bool:
        """Whether every effect of another one is among those of this one."""
        return all(any(mine.covers(theirs) for mine in self.parts) for theirs in other.parts)


@dataclass(frozen=True, slots=True)
class Input:
    """A row of facts, grants or holds to be put back: its key, and its other columns as they were; none: not there."""

    table: str
    key: tuple[Any, ...]
    row: tuple[Any, ...] | None


@dataclass(frozen=True, slots=True)
class Done:
    """A step that was rehearsed: what it was called, how it ended, and what it counted."""

    title: str
    result: str
    counters: Mapping[str, int]
    message: str = ""
    errors: int = 0
    """How many objects had errors."""


@dataclass(frozen=True, slots=True)
class Approval:
    """Somebody agrees to the plan as it is."""

    by: str
    at: str
    signature: str = ""


@dataclass(slots=True)
class Plan:
    """The whole."""

    title: str
    """What was planned: ``run daily``, ``config /path``, ``undo run 12``."""
    at: str
    by: str
    place: int
    """The last entry of the history it rests on."""
    root: str
    steps: tuple[tuple[StepKind, str | None], ...] = ()
    """The steps that are rehearsed: kind and connector."""
    exports: tuple[str, ...] = ()
    """The connectors to which is sent."""
    later: tuple[str, ...] = ()
    """Steps of the profile that cannot be foreseen, as they look at what systems show once they have been sent this."""
    documents: tuple[Mapping[str, str], ...] | None = None
    """The configuration to be put into force first; none: what is in force stays."""
    inputs: tuple[Input, ...] = ()
    """Facts, grants and holds to be put back first."""
    done: tuple[Done, ...] = ()
    units: list[Unit] = field(default_factory=list)
    notes: tuple[Mapping[str, Any], ...] = ()
    """What the steps had to say of single objects: errors, warnings."""
    guards: tuple[str, ...] = ()
    """What guards would hold."""
    remarks: tuple[str, ...] = ()
    """What else a reader should know, as what cannot be undone from here."""
    signature: str = ""
    approvals: tuple[Approval, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether nothing would be done."""
        return not self.units and self.documents is None and not self.inputs

    def seal(self) -> None:
        """Give every unit its digest, before it is written or signed."""
        self.units = [unit if unit.rests else unit.sealed() for unit in self.units]

    def text(self) -> bytes:
        """What is signed: everything but the signatures."""
        self.seal()
        plain = msgspec.to_builtins(self)
        return msgspec.json.encode([FORM, {k: v for k, v in plain.items() if k not in ("signature", "approvals")}])


def write(plan: Plan) -> bytes:
    """The plan as a file: JSON, one line."""
    plan.seal()
    return msgspec.json.encode({"form": FORM, "plan": plan}) + b"\n"


def read(data: bytes, name: str) -> Plan:
    """A plan out of a file. Raises `PlanError`."""
    try:
        found = msgspec.json.decode(data, type=_File)
    except msgspec.MsgspecError as error:
        raise PlanError(f"{name} is no plan of Mimas: {error}. Make one with `mimas plan --out FILE`.") from None
    if found.form != FORM:
        raise PlanError(
            f"{name} is a plan of another release ({found.form!r}). Make it anew with `mimas plan --out FILE`."
        )
    for unit in found.plan.units:
        if not unit.intact:
            raise PlanError(f"{name}: what it says of {unit.title} ({unit.key}) was changed since it was made.")
    return found.plan


@dataclass(frozen=True, slots=True)
class _File:
    form: str
    plan: Plan


def _digest(value: Any) -> str:
    return sha256(msgspec.json.encode(value)).hexdigest()
