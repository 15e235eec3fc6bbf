"""What consent would bring about, shown before it is given: the request is done and synced, looked at, and undone."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mimas.language.filters.tree import MEMBERS
from mimas.requests import waiting
from mimas.requests.processing import Requests
from mimas.requests.rights import readable
from mimas.requests.wishes import Operation, Wish
from mimas.runs.planning.foreseeing import Belongs, Foreseen, Size, foresee
from mimas.runs.planning.plan import Action, Part, Referring, Unit, ValueChange
from mimas.runs.setup import Setup
from mimas.runs.symbols import Symbols
from mimas.schema.system import RUNTIME
from mimas.schema.values import Value, as_list
from mimas.store import resources
from mimas.store.filtering.readable import sight
from mimas.store.referring import sets_of

_MOST = 40
"""So many lines are told; a value has so many characters, and a list so many names, at most:"""
_WIDE, _NAMES = 60, 6


@dataclass(frozen=True, slots=True)
class Effect:
    """What would come of a request."""

    problem: str = ""
    """Why it would not be done, or why that cannot be told now."""
    units: tuple[Unit, ...] = ()
    """What would become of resources, and of objects in connected systems, beyond what is asked for."""
    belongs: tuple[Belongs, ...] = ()
    sizes: tuple[Size, ...] = ()
    notes: tuple[Mapping[str, Any], ...] = ()
    """Errors and conflicts that the sync would tell of."""

    def lines(self) -> list[str]:
        """The same for people, in sentences."""
        if self.problem:
            return [self.problem]
        every = [
            *map(_belonging, self.belongs),
            *(f"{one.holder} has {one.after:,} members instead of {one.before:,}" for one in self.sizes),
            *(_told(unit, part) for unit in self.units for part in unit.parts),
            *(f"! {note['name']}: {note['message']}" for note in self.notes),
        ]
        return every[:_MOST] + ([f"and {len(every) - _MOST:,} more"] if len(every) > _MOST else [])


def effect(requests: Requests, request: int, setup: Setup | None = None) -> Effect:
    """What would come of a request that waits, and of those that wait together with it.

    ``setup``: that of the installation, for what guards would hold.
    """
    made: set[str] = set()
    problems: list[str] = []

    def change(symbols: Symbols) -> Sequence[int]:
        trying = Requests(requests.store, symbols, requests.owners, requests.seal)
        outcomes = trying.resume(request)
        problems.extend(one.message for one in outcomes if not one.status.done)
        found = [one.target for one in outcomes if one.target is not None and not problems]
        made.update(map(str, found))
        return found

    store = requests.store
    with store.transaction() as tx:
        family = [waiting.read(tx, store, id_) for id_ in waiting.family(tx, store, request)]
    wishes = [one.wish for one in family if one is not None]
    if not wishes:
        return Effect("The request has ended.")
    about = [wish.target for wish in wishes if wish.target is not None]
    try:
        foreseen = foresee(requests.symbols, about, change, setup)
    except Exception as error:  # noqa: BLE001 - a rule may raise anything, and a run may be under way
        return Effect(f"It cannot be told now what would come of it ({type(error).__name__}); try again later.")
    if problems:
        return Effect(f"It could not be done: {' '.join(problems)}")
    return _effect(foreseen, wishes, made)


def seen(requests: Requests, what: Effect, reader: int) -> Effect:
    """The same as somebody sees it.

    Of whom they may not read everything, they see in connected systems what changes, and not the values; and of sets
    and groups those that they know of.
    """
    ids = {int(one.key) for one in what.units if one.key.isdecimal()} | {one.id for one in what.belongs}
    known, whole = _read_by(requests, sorted(ids), reader)
    units = (one if one.key in whole else _without_values(one) for one in what.units)
    belongs = tuple(one for one in what.belongs if one.id in known)
    return replace(what, units=tuple(one for one in units if one.parts), belongs=belongs)


def _effect(foreseen: Foreseen, wishes: Sequence[Wish], made: Collection[str]) -> Effect:
    units = [_beyond(one, wishes, made) for one in foreseen.units if one.type not in RUNTIME]
    units = [unit for unit in units if unit.parts]
    return Effect("", tuple(units), foreseen.belongs, foreseen.sizes, foreseen.notes)


def _beyond(unit: Unit, wishes: Sequence[Wish], made: Collection[str]) -> Unit:
    """A unit without what is asked for itself, and without members, who are told of as such."""
    own = [wish for wish in wishes if wish.type == unit.type and unit.key in (str(wish.target), *made)]
    asked = {change.attribute for wish in own for change in wish.changes} | {MEMBERS}
    if own and own[0].operation is Operation.CREATE:
        asked |= _GIVEN
    parts = []
    for part in unit.parts:
        if part.system:
            parts.append(part)
        elif part.action == "reserved":
            continue
        else:
            values = {name: step for name, step in part.values.items() if name not in asked}
            references = {name: one for name, one in part.references.items() if name not in asked}
            if values or references or (part.action != "changed" and not own):
                action: Action = "changed" if own else part.action
                parts.append(Part(action, values=values, references=references, rule=part.rule))
    return Unit(unit.key, unit.type, unit.title, tuple(parts))


_GIVEN = {"CreatedTime", "Creator"}
"""What a resource is given when it is made."""


def _read_by(requests: Requests, ids: Sequence[int], reader: int) -> tuple[set[int], set[str]]:
    """Those of some resources that somebody knows of, and those, as text, of which they may read everything."""
    store = requests.store
    with store.reading() as tx:
        may = readable(requests.policies.current(tx), reader, sets_of(tx, [reader])[reader])
        sees = sight(tx, store, may)(ids) if ids else {}
        types = {row.id: store.name(row.type) for row in resources.load(tx, sorted(sees))}
    whole = {
        str(id_) for id_, shows in sees.items() if all(name in shows for name in store.catalogue.get(types[id_], {}))
    }
    return set(sees), whole


def _without_values(unit: Unit) -> Unit:
    parts = [
        replace(
            part, values=dict.fromkeys(part.values, _HIDDEN), references=dict.fromkeys(part.references, Referring())
        )
        for part in unit.parts
        if part.system
    ]
    return Unit(unit.key, unit.type, unit.title, tuple(parts))


_HIDDEN = ValueChange(None, None)


def _belonging(one: Belongs) -> str:
    kind = "set" if one.type == "Set" else one.type
    return f"{one.resource} {'comes into' if one.entered else 'leaves'} the {kind} {one.holder}"


def _told(unit: Unit, part: Part) -> str:
    """A sentence: what, where, and how it would change."""
    detail = "; ".join(_details(part))
    held = " (a guard holds it)" if part.held else ""
    if not part.system:
        said = {"made": "is made", "deleted": "is deleted"}.get(part.action, "")
        return f"{unit.type} {unit.title}{f' {said}' if said else ''}{f': {detail}' if detail else ''}"
    whose = f" of {unit.title}" if unit.title and unit.title != part.object else ""
    called = f"{part.system}: {part.type} {part.object}".rstrip() + whose
    return f"{called} {_DONE[part.action]}{f': {detail}' if detail else ''}{held}"


_DONE = {
    "created": "is made",
    "changed": "is changed",
    "disabled": "is switched off",
    "deleted": "is deleted",
    "linked": "belongs to it from then on",
    "unlinked": "belongs to it no more",
}


def _details(part: Part) -> Iterator[str]:
    if part.renamed:
        yield f"it is called {part.renamed[1]} from then on"
    for name, step in part.values.items():
        yield _step(name, step)
    for name, one in part.references.items():
        said = [*(f"+ {n}" for n in _some(one.added)), *(f"- {n}" for n in _some(one.removed))]
        yield f"{name} {', '.join(said)}".rstrip()


def _step(name: str, step: ValueChange) -> str:
    before, after = (_short(value) for value in (step.before, step.after))
    if not before and not after:
        return name
    return f"{name} {before} → {after or 'nothing'}" if before else f"{name} {after}"


def _short(value: Value | None) -> str:
    text = ", ".join(map(str, as_list(value)))
    return f"{text[: _WIDE - 1]}…" if len(text) > _WIDE else text


def _some(names: Sequence[str]) -> list[str]:
    rest = len(names) - _NAMES
    return [*names[:_NAMES], *([f"{rest:,} more"] if rest > 0 else [])]
