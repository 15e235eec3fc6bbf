"""Whom a name means that somebody types to sign in."""

from mimas.language.keys import normal
from mimas.store import resources
from mimas.store.database import Transaction
from mimas.store.store import Store

NAMES = ("accountname", "samaccountname", "userprincipalname", "uid", "mail", "email")
"""What people type, by the names of attributes in any case: they have to be searched by (``indexed``)."""


def known_as(tx: Transaction, store: Store, name: str) -> int | None:
    """The only resource that has this name; none where several have it, since nobody knows which is meant."""
    key = normal(name)
    if not key:
        return None
    found: set[int] = set()
    for type_, attributes in store.catalogue.items():
        for attribute in attributes.values():
            if attribute.indexed and not attribute.secret and attribute.name.casefold() in NAMES:
                symbol = store.known(f"{type_}.{attribute.name}")
                found |= set(resources.find(tx, symbol, [key]).get(key, ())) if symbol else set()
    living = resources.alive(tx, sorted(found))
    return next(iter(living)) if len(living) == 1 else None
