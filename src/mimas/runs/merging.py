"""What an entry makes of an object: whole entries replace, partial ones (deltas) change what was there."""

from collections.abc import Mapping
from typing import TypeAlias

from mimas.connectors.contract import Entry
from mimas.schema.values import Value, as_list, decode, many
from mimas.store.objects import Stored

Targets: TypeAlias = dict[int, set[int]]
"""Reference attribute (symbol) → target objects."""


def merged(
    entry: Entry,
    row: Stored,
    ids: Mapping[str, int],
    before: Mapping[int, tuple[set[int], set[int]]],
    symbols: dict[str, int],
) -> tuple[Mapping[str, Value | None], Targets]:
    """The values and the reference targets the object has after this entry; ``ids`` holds the object of each text."""
    targets = {symbols[name]: {ids[text] for text in texts} for name, texts in entry.references.items()}
    if not entry.partial:
        return entry.values, targets
    values: dict[str, Value | None] = dict(decode(row.seen)) if row.seen else {}
    values.update(entry.values)
    for name in entry.cleared:
        values.pop(name, None)
    after: Targets = {attribute: set(seen) for attribute, (seen, _) in before.items()}
    for name in entry.cleared:
        after.pop(symbols.get(name, -1), None)
    after.update(targets)
    for name, added in entry.added.items():
        if name in symbols:
            after.setdefault(symbols[name], set()).update(ids[text] for text in added)
        else:
            values[name] = many([*as_list(values.get(name)), *added])
    for name, removed in entry.removed.items():
        if name in symbols:
            after.get(symbols[name], set()).difference_update(ids[text] for text in removed)
        else:
            left = [value for value in as_list(values.get(name)) if value not in removed]
            if left:
                values[name] = left
            else:
                values.pop(name, None)
    return values, after
