"""Queries that are put together from others: a text and its parameters, in order."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


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
    if len(some) == 1:
        return Query(f"SELECT DISTINCT * FROM ({some[0].text}) u", some[0].parameters)
    return Query(" UNION ".join(q.text for q in some), tuple(p for q in some for p in q.parameters))
