"""How many values references have, for the expressions that ask for it (ValueCount, IsPresent and their like).

References are rows; to an expression they are a list of the right length, and of what they hold it is told nothing.
"""

from collections.abc import Mapping, Sequence

from mimas.runs.symbols import Symbols
from mimas.schema.values import Value, Values
from mimas.store.database import Transaction
from mimas.store.references import SEEN

Counts = Mapping[int, Mapping[str, Value]]
"""Object → reference attribute → so many texts."""

_TEXT = "x"


def counts(tx: Transaction, symbols: Symbols, objects: Sequence[tuple[int, int, int]]) -> Counts:
    """The counts that are asked for, of (object, connector, type)."""
    found: dict[int, dict[str, Value]] = {}
    asked = {id_: names for id_, *place in objects if (names := symbols.counted.get((place[0], place[1])))}
    if not asked:
        return found
    for object_, attribute, count in tx.rows(
        "SELECT object, attribute, count(*) FROM reference WHERE object IN IDS AND attribute IN IDS"
        f" AND (bits & {SEEN}) <> 0 GROUP BY object, attribute",
        list(asked),
        sorted({number for names in asked.values() for number in names}),
    ):
        if (name := asked[object_].get(attribute)) is not None:
            found.setdefault(object_, {})[name] = [_TEXT] * count
    return found


def with_counts(values: Values, object_: int, found: Counts) -> Values:
    """The values of an object, with its counts."""
    return {**values, **found[object_]} if object_ in found else values
