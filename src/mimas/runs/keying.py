"""The keys of all resources, made anew when the rules have changed what resources are found by."""

from collections.abc import Iterator

from mimas.language.keys import normals
from mimas.runs.session import Session
from mimas.schema.values import Values, decode
from mimas.store import resources, tables
from mimas.store.resources import LIVE, Key
from mimas.store.store import Store
from mimas.sync.linking import is_binary
from mimas.sync.rules import ResourceType

LAYOUT = "keys"
"""The `meta` key that holds what the stored keys were made by."""


def renew_keys(session: Session, *, size: int = 10_000) -> None:
    """Make the keys of every resource anew, unless they were made by the same indexes and memberships."""
    symbols, store = session.symbols, session.store
    rules = symbols.compiled.rules
    found = sorted(
        (name, [_layout(type_, one) for one in sorted(type_.indexed)]) for name, type_ in rules.types.items()
    )
    layout = repr((found, rules.memberships))
    with store.transaction() as tx:
        if tx.value("SELECT value FROM meta WHERE key = ?", LAYOUT) == layout:
            return
        tx.run("DELETE FROM resource_key")
        tx.delete(tables.meta, "key", [(LAYOUT,)])
        highest = resources.highest(tx)
    context = session.context()
    for first in range(1, highest + 1, size):
        with store.transaction() as tx:
            keys = [
                (attribute, key, row.id)
                for row in resources.between(tx, first, first + size - 1)
                for attribute, key in (
                    symbols.keys(row.type, decode(row.doc), context, live=row.state == LIVE)
                    if row.type in symbols.types
                    else _keys(store, store.name(row.type), decode(row.doc))
                )
            ]
            tx.insert(tables.resource_key, "attribute, value, resource", sorted(keys), ignore=True)
    with store.transaction() as tx:
        tx.upsert(tables.meta, "key, value", [(LAYOUT, layout)], "value = excluded.value")


def _keys(store: Store, type_: str, values: Values) -> Iterator[Key]:
    """Those of a resource of a type that no sync rule knows: a set, a policy rule."""
    for name, attribute in store.catalogue.get(type_, {}).items():
        if attribute.indexed:
            symbol = store.symbol(f"{type_}.{name}")
            yield from ((symbol, key) for key in normals(values.get(name), binary=is_binary(attribute)))


def _layout(type_: ResourceType, name: str) -> str:
    return f"{name} (binary)" if is_binary(type_.attributes.get(name)) else name
