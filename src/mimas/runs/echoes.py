"""Echoes: what we put into a system ourselves and inbound rules read again is no contribution (design, section 2).

MIM lets such a value keep itself alive: it flows in again after its source has withdrawn it. To tell it from a value
that the system has of its own, and that happens to be the one the rules want, what is sent is remembered: with the
object the values that were put there, in a reference row one bit. Once the system changes a value it is its own again.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TypeAlias

import msgspec

from mimas.connectors.contract import Change
from mimas.runs.symbols import Symbols
from mimas.schema.values import Scalar, Value, Values, as_list
from mimas.store import tables
from mimas.store.database import Transaction
from mimas.store.references import OURS, SEEN, WANTED

Ours: TypeAlias = dict[str, list[Scalar]]
"""Attribute → the values we put there."""

_decoder = msgspec.json.Decoder(dict[str, list[str | int | bool]])


def remember(
    tx: Transaction, symbols: Symbols, connector: int, sent: Iterable[tuple[int, int, Mapping[str, Change]]]
) -> None:
    """(object, type, changes) are about to be sent."""
    told: dict[int, tuple[int, dict[str, Change]]] = {}
    for object_, type_, changes in sent:
        found = {name: changes[name] for name in symbols.echoes.get((connector, type_), ()) if name in changes}
        if found:
            told[object_] = type_, found
    if not told:
        return
    givers = _givers(tx, symbols, list(told))
    rows = []
    for id_, ours in tx.rows("SELECT id, ours FROM object WHERE id IN IDS", list(told)):
        type_, changes = told[id_]
        own = {name for name in changes if _own(symbols, connector, type_, name, givers.get(id_, {}))}
        rows.append((id_, _encode(_after(decode(ours), changes, own))))
    tx.update(tables.object_, "id, ours", rows)


def _givers(tx: Transaction, symbols: Symbols, ids: Sequence[int]) -> dict[int, dict[str, set[tuple[str, str]]]]:
    """Object → attribute of its resource → who gives it: (connector, object type)."""
    bodies: dict[str, dict[str, set[tuple[str, str]]]] = {}
    found = {}
    for object_, body in tx.rows(
        "SELECT l.object, p.body FROM link l JOIN resource r ON r.id = l.resource JOIN pattern p ON p.id = r.pattern"
        " WHERE l.object IN IDS",
        list(ids),
    ):
        if body not in bodies:
            given = bodies[body] = {}
            for attribute, rule, connector in msgspec.json.decode(body):
                number = symbols.rule_numbers.get(rule)
                type_ = symbols.rules[number].object_type if number is not None else ""
                given.setdefault(attribute, set()).add((connector, type_))
        found[object_] = bodies[body]
    return found


def _own(symbols: Symbols, connector: int, type_: int, name: str, givers: Mapping[str, set[tuple[str, str]]]) -> bool:
    """Whether what is sent comes of the object itself: its own value in another form, as lower case, is no echo."""
    sources = symbols.echo_sources.get((connector, type_, name))
    known = set().union(*(givers.get(source, set()) for source in sources or ()))
    return known == {(symbols.store.name(connector), symbols.store.name(type_))}


def remember_references(tx: Transaction, symbols: Symbols, connector: int, objects: Iterable[int]) -> None:
    """What these objects are to refer to and do not yet is about to be sent."""
    attributes = sorted(attribute for of, attribute in symbols.echoed_references if of == connector)
    if attributes:
        tx.run(
            f"UPDATE reference SET bits = bits | {OURS} WHERE object IN IDS AND attribute IN IDS"
            f" AND (bits & {SEEN | WANTED}) = {WANTED}",
            list(objects),
            attributes,
        )


def _after(ours: Ours, changes: Mapping[str, Change], own: Collection[str]) -> Ours:
    for name, change in changes.items():
        kept = [value for value in ours.get(name, ()) if value not in change.removed]
        ours[name] = kept if name in own else [*kept, *(value for value in change.added if value not in kept)]
    return ours


def without(shown: Values, ours: str | None, attributes: Iterable[str]) -> Values:
    """What an object contributes: what the system shows, without what we put there."""
    put = decode(ours)
    values = shown.copy()
    for name in attributes:
        if name in put and name in values:
            left = [value for value in as_list(values[name]) if value not in put[name]]
            if not left:
                del values[name]
            elif isinstance(values[name], list):
                values[name] = left
    return values


def left(ours: str, shown: Mapping[str, Value | None], as_shown: Callable[[str, Scalar], Scalar]) -> str | None:
    """What is still ours of an object that shows these values now: the rest the system has changed.

    ``as_shown`` gives a value as the system is known to show it, where it alters what it is given.
    """
    found: Ours = {}
    for name, values in decode(ours).items():
        there = as_list(shown.get(name))
        altered = (value if value in there else as_shown(name, value) for value in values)
        found[name] = [value for value in altered if value in there]
    return _encode(found)


def decode(ours: str | None) -> Ours:
    """The values of the column ``ours``."""
    return _decoder.decode(ours) if ours else {}


def _encode(ours: Ours) -> str | None:
    some = {name: values for name, values in sorted(ours.items()) if values}
    return msgspec.json.encode(some).decode() if some else None
