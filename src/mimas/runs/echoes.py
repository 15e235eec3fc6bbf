"""Echoes: what we put into a system ourselves and inbound rules read again is no contribution (design, section 2).

MIM lets such a value keep itself alive: it flows in again after its source has withdrawn it. To tell it from a value
that the system has of its own, and that happens to be the one the rules want, what is sent is remembered: with the
object the values that were put there, in a reference row one bit. Once the system changes a value it is its own again.
"""

from collections.abc import Iterable, Mapping
from typing import TypeAlias

import msgspec

from mimas.connectors.contract import Change
from mimas.runs.symbols import Symbols
from mimas.schema.values import Scalar, Values, as_list
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
    told: dict[int, dict[str, Change]] = {}
    for object_, type_, changes in sent:
        found = {name: changes[name] for name in symbols.echoes.get((connector, type_), ()) if name in changes}
        if found:
            told[object_] = found
    rows = tx.rows("SELECT id, ours FROM object WHERE id IN IDS", list(told)) if told else []
    tx.update(tables.object_, "id, ours", [(id_, _encode(_after(decode(ours), told[id_]))) for id_, ours in rows])


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


def _after(ours: Ours, changes: Mapping[str, Change]) -> Ours:
    for name, change in changes.items():
        kept = [value for value in ours.get(name, ()) if value not in change.removed]
        ours[name] = [*kept, *(value for value in change.added if value not in kept)]
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


def left(ours: str, shown: Mapping[str, object]) -> str | None:
    """What is still ours of an object that shows these values now: the rest the system has changed."""
    return _encode(
        {
            name: [value for value in values if value in as_list(shown.get(name))]  # type: ignore[arg-type]
            for name, values in decode(ours).items()
        }
    )


def decode(ours: str | None) -> Ours:
    """The values of the column ``ours``."""
    return _decoder.decode(ours) if ours else {}


def _encode(ours: Ours) -> str | None:
    some = {name: values for name, values in sorted(ours.items()) if values}
    return msgspec.json.encode(some).decode() if some else None
