"""Conditions of SQL, joined; none of them is ever NULL."""

from collections.abc import Iterable
from dataclasses import dataclass

from mimas.store.queries import Query

TRUE, FALSE = Query("TRUE"), Query("FALSE")
_MOST = 200


def both(*conditions: Query) -> Query:
    """Conditions joined by AND."""
    return _joined(conditions, "AND", TRUE, FALSE)


def either(*conditions: Query) -> Query:
    """Conditions joined by OR."""
    return _joined(conditions, "OR", FALSE, TRUE)


def opposite(condition: Query) -> Query:
    """What holds where the condition does not."""
    if condition in (TRUE, FALSE):
        return FALSE if condition == TRUE else TRUE
    return Query(f"NOT ({condition.text})", condition.parameters)


@dataclass(frozen=True, slots=True)
class _Joined(Query):
    """Conditions joined by a word; only with another word it has to stand in brackets."""

    word: str = ""


def _joined(conditions: Iterable[Query], word: str, nothing: Query, everything: Query) -> Query:
    parts: list[Query] = []
    said: set[str] = set()
    for part in conditions:
        if part == everything:
            return everything
        if part != nothing and part.text not in said:
            parts.append(part)
        if not part.parameters:
            said.add(part.text)
    if len(parts) < 2:
        return parts[0] if parts else nothing
    if len(parts) > _MOST:
        # SQLite takes a row of a thousand for something nested a thousand times, and refuses it.
        some = [_joined(parts[n : n + _MOST], word, nothing, everything) for n in range(0, len(parts), _MOST)]
        parts = [Query(f"({part.text})", part.parameters) for part in some]
    texts = (f"({p.text})" if isinstance(p, _Joined) and p.word != word else p.text for p in parts)
    return _Joined(f" {word} ".join(texts), tuple(parameter for part in parts for parameter in part.parameters), word)
