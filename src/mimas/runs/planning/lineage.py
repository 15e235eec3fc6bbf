"""Which rules gave the values of resources: patterns of lineage, each read once."""

from collections.abc import Mapping, Sequence

import msgspec

from mimas.store.database import Transaction


class Lineages:
    """Those of one transaction."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._known: dict[int, Mapping[str, Sequence[tuple[str, str]]]] = {}

    def of(self, pattern: int) -> Mapping[str, Sequence[tuple[str, str]]]:
        """Attribute → (rule, connector) of each flow that gave something of it."""
        if pattern not in self._known:
            body = self._tx.value("SELECT body FROM pattern WHERE id = ?", pattern) or "[]"
            by: dict[str, list[tuple[str, str]]] = {}
            for attribute, rule, connector in msgspec.json.decode(body):
                by.setdefault(attribute, []).append((rule, connector))
            self._known[pattern] = by
        return self._known[pattern]
