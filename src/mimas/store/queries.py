"""Queries that are put together from others: a text and its parameters, in order."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from mimas.store.database import Transaction


@dataclass(frozen=True, slots=True)
class Query:
    """A SELECT, or a condition, with the parameters its text asks for (see `mimas.store.database` for the words)."""

    text: str
    parameters: tuple[Any, ...] = ()

    def __add__(self, other: "Query | str") -> "Query":
        """One text behind the other."""
        if isinstance(other, str):
            return Query(self.text + other, self.parameters)
        return Query(self.text + other.text, self.parameters + other.parameters)


def union(queries: Iterable[Query]) -> Query:
    """The rows of all of them, each once."""
    some = list(queries)
    # In brackets, so that it is one SELECT wherever it is put: EXCEPT and UNION bind from the left.
    together = " UNION ALL ".join(query.text for query in some)
    return Query(f"SELECT DISTINCT * FROM ({together}) u", tuple(p for query in some for p in query.parameters))


def compare(tx: Transaction, wanted: Query, stored: Query, table: str, same: str) -> tuple[bool, bool]:
    """Whether rows that are wanted are lacking in a table, and whether some are stored that are not wanted.

    ``wanted`` gives each row once; ``same`` says when a row ``x`` of the table is the wanted row ``w``. May say yes for
    nothing, but never no: it counts, which is several times cheaper than to name the rows.
    """
    have = tx.value(f"SELECT count(*) FROM ({stored.text}) s", *stored.parameters)
    if not have:
        return True, False
    matched = tx.row(
        f"SELECT count(*), count(x.attribute) FROM ({wanted.text}) w LEFT JOIN {table} x ON {same}", *wanted.parameters
    )
    assert matched is not None
    return matched[1] < matched[0], matched[1] < have
