"""Which of many filters take one resource.

Nearly every filter asks for one value of one attribute, among others: a department, a type of group, somebody's
membership. Such a condition *must* hold, so the filter need only be asked of resources that have the value, and a
resource is asked nothing but what its own values lead to.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from mimas.language.coercion import as_text
from mimas.language.filters import tree
from mimas.language.filters.asking import Asking
from mimas.language.filters.predicate import compared_ids, only_ids
from mimas.language.filters.subject import Subject
from mimas.language.filters.turning import Judge, answering
from mimas.schema.values import Scalar

_Key: TypeAlias = tuple[str, str, Scalar]
"""(how, attribute, value): the value is that of the attribute, or an id at one end of a reference or the other.

Or ``through/attribute`` of those to whom it refers: the department of the manager.
"""
_VALUE, _REFERS, _REFERRED, _THROUGH = "value", "refers", "referred", "through"
_Found: TypeAlias = frozenset[_Key]
"""Of these one must be so."""

_FEW = 16
"""Up to so many holders a resource is asked of each whether it belongs there, instead of after all of its own."""


@dataclass(frozen=True, slots=True)
class _Entry:
    number: int
    judge: Judge


@dataclass(frozen=True, slots=True)
class _Index:
    """The filters that a resource of one type may be in."""

    always: list[_Entry] = field(default_factory=list)
    """Filters that have no condition to look up."""
    values: dict[str, dict[Scalar, list[_Entry]]] = field(default_factory=dict)
    refers: dict[str, dict[Scalar, list[_Entry]]] = field(default_factory=dict)
    referred: dict[str, dict[Scalar, list[_Entry]]] = field(default_factory=dict)
    through: dict[str, dict[Scalar, list[_Entry]]] = field(default_factory=dict)

    def put(self, entry: _Entry, keys: Iterable[_Key]) -> None:
        homes = {_VALUE: self.values, _REFERS: self.refers, _REFERRED: self.referred, _THROUGH: self.through}
        for how, attribute, value in keys:
            homes[how].setdefault(attribute, {}).setdefault(value, []).append(entry)

    def candidates(self, subject: Subject) -> Iterator[_Entry]:
        """The filters that may take it, some of them more than once."""
        yield from self.always
        for name, keys in self.values.items():
            yield from _of_values(subject, name, keys)
        for name, keys in self.refers.items():
            for id_ in subject.references(name):
                yield from keys.get(id_, ())
        for name, keys in self.referred.items():
            for id_ in _holders(subject, name, keys):
                yield from keys.get(id_, ())
        for way, keys in self.through.items():
            reference, _, name = way.partition("/")
            for other in map(subject.other, subject.references(reference)):
                if other is not None:
                    yield from _of_values(other, name, keys)


class Matcher:
    """Bound filters by their numbers: those that take a resource are found without asking all of them."""

    def __init__(self, filters: Mapping[int, tree.Filter]) -> None:
        self._of_type: dict[str, dict[int, tree.Filter]] = {}
        self._of_all: dict[int, tree.Filter] = {}
        self._entries = {number: _Entry(number, answering(wanted)) for number, wanted in filters.items()}
        self._indexes: dict[str, _Index] = {}
        for number, wanted in filters.items():
            for type_ in {selection.type for selection in wanted}:
                if type_ is None:
                    self._of_all[number] = wanted
                else:
                    self._of_type.setdefault(type_, {})[number] = wanted

    def find(self, subject: Subject, now: datetime) -> tuple[set[int], datetime | None]:
        """The filters that take a resource, and the next instant at which that may change by itself; None: never."""
        index = self._indexes.get(subject.type)
        if index is None:
            index = self._indexes[subject.type] = self._index(subject.type)
        asking = Asking(now)
        taken: set[int] = set()
        asked: set[int] = set()
        soonest: datetime | None = None
        for entry in index.candidates(subject):
            if entry.number in asked:
                continue
            asked.add(entry.number)
            holds, until = entry.judge(subject, asking)
            if holds:
                taken.add(entry.number)
            if until is not None and (soonest is None or until < soonest):
                soonest = until
        return taken, soonest

    def _index(self, type_: str) -> _Index:
        filters = self._of_all | self._of_type.get(type_, {})
        required = {number: _required(wanted, type_) for number, wanted in filters.items()}
        # What few filters ask for tells most: a department rather than that somebody is active.
        shared = Counter(key for found in required.values() for keys in found for key in keys)
        index = _Index()
        for number, found in required.items():
            if found:
                index.put(self._entries[number], min(found, key=lambda keys: sum(shared[key] for key in keys)))
            else:
                index.always.append(self._entries[number])
        return index


def _required(wanted: tree.Filter, type_: str) -> list[_Found]:
    """What must hold where one of the selections for a type holds."""
    return _one_of([
        [] if selection.condition is None else _necessary(selection.condition)
        for selection in wanted
        if selection.type in (None, type_)
    ])  # fmt: skip


def _necessary(condition: tree.Condition) -> list[_Found]:
    """Of each of these one key must be so where the condition holds."""
    match condition:
        case tree.All(conditions=parts):
            return [keys for part in parts for keys in _necessary(part)]
        case tree.Any(conditions=parts):
            return _one_of([_necessary(part) for part in parts])
        case tree.Refers(attribute=tree.ID, to=wanted):
            return _one_of([[] if one.condition is None else _necessary(one.condition) for one in wanted])
    keys = frozenset(_keys(condition))
    return [keys] if keys else []


def _keys(condition: tree.Condition) -> Iterator[_Key]:
    match condition:
        case tree.Comparison(attribute=tree.ID, operator="=", value=int() as id_):
            yield _REFERS, tree.ID, id_
        case tree.Comparison(attribute=name, operator="=", value=str() | int() as value):
            yield _VALUE, name, value.casefold() if isinstance(value, str) else value
        case tree.Refers(attribute=name, to=wanted):
            ids = compared_ids(wanted)
            yield from ((_REFERS, name, id_) for id_ in ids) if ids else _keys_through(name, wanted)
        case tree.Referred(attribute=name, by=wanted):
            yield from ((_REFERRED, name, id_) for id_ in only_ids(wanted))


def _keys_through(reference: str, wanted: tree.Filter) -> Iterator[_Key]:
    """What those must have whom it refers to, where that is known of each selection."""
    found = _one_of([[] if one.condition is None else _necessary(one.condition) for one in wanted])
    values = [keys for keys in found if all(how == _VALUE for how, *_ in keys)]
    if values:
        yield from ((_THROUGH, f"{reference}/{name}", value) for _, name, value in min(values, key=len))


def _one_of(alternatives: list[list[_Found]]) -> list[_Found]:
    """Where one of several holds, one key of one of each must be so: of each the one with the fewest keys."""
    if len(alternatives) == 1 or not all(alternatives):
        return alternatives[0] if len(alternatives) == 1 else []
    return [frozenset[_Key]().union(*(min(found, key=len) for found in alternatives))]


def _of_values(subject: Subject, name: str, keys: Mapping[Scalar, list[_Entry]]) -> Iterator[_Entry]:
    for value in subject.values(name):
        if isinstance(value, str):
            yield from keys.get(value.casefold(), ())
        else:
            yield from keys.get(value, ())
            yield from keys.get(as_text(value).casefold(), ())


def _holders(subject: Subject, name: str, keys: Mapping[Scalar, object]) -> list[int]:
    if len(keys) <= _FEW:
        return [id_ for id_ in keys if isinstance(id_, int) and subject.refers_back(name, id_)]
    return [other.id for other in subject.referrers(name)]
