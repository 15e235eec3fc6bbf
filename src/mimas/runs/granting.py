"""Giving somebody a reference value for a time, and taking it back."""

from datetime import datetime

from mimas.runs.symbols import Symbols
from mimas.schema.attributes import Attribute, Kind
from mimas.store import grants
from mimas.store.grants import Grant


class GrantError(Exception):
    """It cannot be granted; the message says why."""


def attribute_of(symbols: Symbols, type_: str, name: str) -> Attribute:
    """The reference attribute that is to be granted. Raises `GrantError`."""
    attributes = symbols.compiled.rules.types[type_].attributes
    references = sorted(n for n, attribute in attributes.items() if attribute.kind is Kind.REFERENCE)
    if name not in references:
        raise GrantError(f"A {type_} has no reference '{name}'. It has: {', '.join(references) or 'none'}.")
    return attributes[name]


def grant(
    symbols: Symbols,
    resource: int,
    attribute: str,
    target: int,
    begins: datetime | None,
    ends: datetime | None,
    reason: str,
    grantor: str,
    now: datetime,
) -> int:
    """Let a resource refer to another one for a time; the number of the grant. Raises `GrantError`."""
    if ends is not None and ends <= max(begins or now, now):
        raise GrantError("A grant ends after it begins, and not in the past.")
    store = symbols.store
    with store.transaction(durable=True) as tx:
        return grants.add(tx, (resource, store.symbol(attribute), target), begins, ends, reason, grantor, now)


def revoke(symbols: Symbols, number: int, now: datetime) -> Grant:
    """End a grant now. Raises `GrantError`."""
    with symbols.store.transaction(durable=True) as tx:
        ended = grants.end(tx, number, now)
    if ended is None:
        raise GrantError(f"There is no grant {number} that has not ended. `mimas grants` lists them.")
    return ended
