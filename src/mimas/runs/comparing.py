"""Whether an object is as the rules want it, for all that is not to be put right.

Three things may differ and are no work: an attribute that is filled only while it is empty; one that is only reported
when the system changes it by itself; and a value that the system alters as it takes it, in a way that was learned. What
can be learned is a closed list, of texts and dates only: a system that shows what it showed before has refused, not
altered.
"""

import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import product
from typing import TypeAlias

from mimas.connectors.contract import Schema
from mimas.runs.images import differences, same
from mimas.schema.attributes import NAME, Kind
from mimas.schema.values import Scalar, Value, as_list, decode, decode_wanted, encode, many
from mimas.store import learned, tolerances
from mimas.store.database import Transaction
from mimas.store.objects import WANTED_ABSENT, Stored
from mimas.store.store import Store
from mimas.sync.interest import Lenience

Forms: TypeAlias = tuple[str, ...]

_MIDNIGHT, _DAY = "T00:00:00Z", len("2026-11-23")

FORMS: Mapping[str, Callable[[str], str]] = {
    "trim": str.strip,
    "single spaces": lambda text: " ".join(text.split()),
    "lower case": str.lower,
    "upper case": str.upper,
    "NFC": lambda text: unicodedata.normalize("NFC", text),
    "NFD": lambda text: unicodedata.normalize("NFD", text),
    "NFKC": lambda text: unicodedata.normalize("NFKC", text),
    "instant": lambda text: text + _MIDNIGHT if len(text) == _DAY else text,
    "day": lambda text: text.removesuffix(_MIDNIGHT),
}
"""What a system may make of a text, or of a date.

The order of several values never counts, so there is nothing to learn of it.
"""

_ALTERNATIVES = (("", "trim", "single spaces"), ("", "lower case", "upper case"), ("", "NFC", "NFD", "NFKC"))
COMBINED: Sequence[Forms] = sorted(
    (tuple(filter(None, forms)) for forms in product(*_ALTERNATIVES) if any(forms)), key=len
)

_OF_DATES: Sequence[Forms] = (("instant",), ("day",))


def altered(value: Value | None, forms: Forms) -> Value | None:
    """A value as a system shows it that alters texts in these ways."""
    if isinstance(value, list):
        return many(_text(one, forms) for one in value)
    return None if value is None else _text(value, forms)


def _text(value: str | int | bool, forms: Forms) -> str | int | bool:
    for form in forms if isinstance(value, str) else ():
        value = FORMS[form](value)  # type: ignore[arg-type]
    return value


def _folded(value: Scalar) -> Scalar:
    return value.casefold() if isinstance(value, str) else value


class Comparer:
    """Compares the objects of one connector with what is wanted of them."""

    def __init__(self, tx: Transaction, store: Store, connector: int, lenience: Mapping[str, Lenience]) -> None:
        self._store = store
        self._connector = connector
        self._lenience = {store.symbol(type_): lenient for type_, lenient in lenience.items()}
        self._learned: dict[tuple[int, str], Forms] = {}
        for type_, attribute, form in learned.load(tx, connector):
            self._add(type_, store.name(attribute), (form,))
        self._reports = any(lenient.on_change for lenient in self._lenience.values())
        self._tolerated: dict[int, dict[str, Value | None]] = {}

    def begin(self, tx: Transaction, objects: Sequence[int]) -> None:
        """Before a batch of objects is compared."""
        self._tolerated = tolerances.load(tx, objects) if self._reports else {}

    def unlike(self, object_: int, type_: int | None, shown: str | None, wanted: str) -> list[str]:
        """The attributes that are to be sent: ``shown`` and ``wanted`` are documents."""
        wanted = self.goal(type_, shown, wanted)
        found = differences(shown, wanted)
        if not found or type_ is None or not (self._learned or self._lenience):
            return found
        has, should = decode(shown) if shown else {}, decode_wanted(wanted)
        return [name for name in found if not self._excused(object_, type_, name, has.get(name), should[name])]

    def goal(self, type_: int | None, shown: str | None, wanted: str) -> str:
        """What is wanted of an object that shows this: values that are only added stand beside those it has."""
        lenient = self._lenience.get(type_ or 0)
        if lenient is None or not lenient.added or wanted == WANTED_ABSENT:
            return wanted
        has, should = decode(shown) if shown else {}, decode_wanted(wanted)
        for name in lenient.added & should.keys():
            there = as_list(has.get(name))
            known = {_folded(value) for value in there}
            should[name] = many([*there, *(v for v in as_list(should[name]) if _folded(v) not in known)]) or None
        return encode(should)

    def _excused(self, object_: int, type_: int, name: str, shown: Value | None, wanted: Value | None) -> bool:
        lenient = self._lenience.get(type_)
        if lenient is not None:
            if name in lenient.while_empty and shown not in (None, []):
                return True
            if name in lenient.on_change and self._is_tolerated(object_, name, wanted):
                return True
        forms = self._learned.get((type_, name))
        return forms is not None and altered(wanted, forms) == shown

    def _is_tolerated(self, object_: int, name: str, wanted: Value | None) -> bool:
        tolerated = self._tolerated.get(object_, {})
        return name in tolerated and tolerated[name] == wanted

    def to_write(self, object_: int, type_: int, shown: str, wanted: str | None) -> str | None:
        """What of ``wanted`` is to stand in a whole listing: without what is left as the system shows it."""
        if wanted is None or wanted == WANTED_ABSENT or not (self._learned or self._lenience):
            return wanted
        wanted = self.goal(type_, shown, wanted)
        left = set(differences(shown, wanted)).difference(self.unlike(object_, type_, shown, wanted))
        return encode({n: v for n, v in decode_wanted(wanted).items() if n not in left}) if left else wanted

    def reported(self, row: Stored, doc: str, unlike: Sequence[str]) -> list[str]:
        """Those of the unlike attributes that the system has changed by itself and that are only to be reported."""
        lenient = self._lenience.get(row.type or 0)
        if lenient is None or not lenient.on_change or row.seen is None:
            return []
        before, shown, should = decode(row.seen), decode(doc), decode_wanted(row.wanted or "{}")
        told = [
            name
            for name in should.keys() & lenient.on_change
            if not same(name, shown.get(name), before.get(name))
            and not same(name, shown.get(name), should[name])
            and (name not in unlike or same(name, before.get(name), should[name]))
        ]
        self._tolerated.setdefault(row.id, {}).update({name: should[name] for name in told})
        return sorted(told)

    def outdated(self, object_: int, wanted: str, shown: str | None = None) -> bool:
        """Forget what is tolerated of an object where the rules want another value, or it is as wanted; whether any."""
        tolerated = self._tolerated.get(object_)
        if not tolerated:
            return False
        should, has = decode_wanted(wanted), decode(shown) if shown else None
        over = [
            name
            for name, value in tolerated.items()
            if name not in should
            or should[name] != value
            or (has is not None and same(name, has.get(name), should[name]))
        ]
        for name in over:
            del tolerated[name]
        return bool(over)

    def write(self, tx: Transaction, objects: Sequence[int]) -> None:
        """Remember what is tolerated from now on of these objects."""
        tolerances.write(tx, {object_: self._tolerated[object_] for object_ in objects})

    def learn(self, row: Stored, doc: str, unlike: Sequence[str], schema: Schema) -> Iterator[tuple[str, Forms]]:
        """Those of the attributes just sent that the system has taken and altered, and how."""
        if row.type is None:
            return
        attributes = schema[self._store.name(row.type)].attributes
        before, shown = decode(row.seen) if row.seen else {}, decode(doc)
        should = decode_wanted(row.wanted or "{}")
        for name in unlike:
            if name == NAME or name not in attributes or shown.get(name) is None:
                continue
            took, kind = shown.get(name) != before.get(name), attributes[name].kind
            # A day and its first instant are the same, so there the system need not have taken anything.
            possible = _OF_DATES if kind is Kind.DATETIME else COMBINED if kind is Kind.STRING and took else ()
            forms = next((forms for forms in possible if altered(should[name], forms) == shown.get(name)), None)
            if forms is not None:
                self._add(row.type, name, forms)
                yield name, forms

    def remember(self, tx: Transaction, type_: int, name: str, forms: Forms, example: str, now: datetime) -> None:
        """Keep what was learned."""
        learned.add(tx, self._connector, type_, self._store.symbol(name), forms, example, now)

    def as_shown(self, type_: int | None, name: str, value: str | int | bool) -> str | int | bool:
        """A value that was sent, as the system is known to show it."""
        forms = self._learned.get((type_ or 0, name))
        return value if forms is None else _text(value, forms)

    def _add(self, type_: int, name: str, forms: Forms) -> None:
        known = {*self._learned.get((type_, name), ()), *forms}
        self._learned[type_, name] = tuple(form for form in FORMS if form in known)
