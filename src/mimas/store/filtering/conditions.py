"""Conditions of SQL, joined; none of them is ever NULL."""

from collections.abc import Iterable

from mimas.store.queries import Query

TRUE, FALSE = Query("TRUE"), Query("FALSE")


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


def _joined(conditions: Iterable[Query], word: str, nothing: Query, everything: Query) -> Query:
    parts: list[Query] = []
    for part in conditions:
        if part == everything:
            return everything
        if part != nothing and part not in parts:
            parts.append(part)
    if len(parts) < 2:
        return parts[0] if parts else nothing
    text = f" {word} ".join(f"({part.text})" for part in parts)
    return Query(text, tuple(parameter for part in parts for parameter in part.parameters))
