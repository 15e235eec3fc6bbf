r"""Tests of one value of a document against a literal, as SQL: as `mimas.language.filters.predicate` compares them.

A text that is plain (printable ASCII without ``"`` and ``\``) is folded by every database as by Python. Of another one
only what is found by folding its ASCII letters is certain.
"""

from datetime import UTC, datetime
from string import ascii_lowercase, ascii_uppercase

import msgspec

from mimas.language.coercion import iso
from mimas.language.filters import tree
from mimas.store.filtering.conditions import FALSE, TRUE, both, either, opposite
from mimas.store.filtering.documents import Documents
from mimas.store.queries import Query

_LOWERED = "lower(v.v)"
_SEVERAL = Query("substr(v.v, 1, 1) = '['")
"""Several values where the schema knows of one: of these nothing is decided."""
_LONGEST = 18
"""Digits of a number that every database can compare."""
_FOLDED = str.maketrans(ascii_uppercase, ascii_lowercase)


def matching(documents: Documents, how: str, text: str, odd: Query, *, upper: bool) -> Query:
    """``=``, ``starts-with`` and its like. ``odd``: what more is known of texts that SQL cannot compare."""
    wanted = _json(text.casefold())
    match how:
        case "=":
            hit = Query(f"{_LOWERED} = ?", (wanted,))
        case "starts-with":
            hit = Query(f"substr({_LOWERED}, 1, {len(wanted) - 1}) = ?", (wanted[:-1],))
        case "ends-with":
            hit = Query(f"substr({_LOWERED}, length(v.v) - {len(wanted) - 2}) = ?", (wanted[1:],))
        case _:
            hit = Query(f"{documents.within()}({_LOWERED}, ?) > 0", (wanted[1:-1],))
    if upper:
        return either(hit, both(opposite(documents.plain()), odd))
    # Within a text an escape could be taken for the letters that it is written with.
    return hit if how in ("=", "starts-with") else both(hit, documents.plain())


def compared(documents: Documents, operator: str, wanted: object, now: datetime, *, upper: bool) -> Query:
    """A comparison with a literal of any type, but for ``!=``."""
    match wanted:
        case str() if operator == "=":
            return matching(documents, operator, wanted, TRUE, upper=upper)
        case bool() if operator == "=":
            return either(Query(f"v.v = '{str(wanted).lower()}'"), _SEVERAL if upper else FALSE)
        case int() if not isinstance(wanted, bool):
            return _number(operator, wanted, upper=upper)
        case datetime() | tree.Now() if (instant := _instant(wanted, now)) is not None:
            return _date(documents, operator, instant, upper=upper)
    return TRUE if upper else FALSE


def _number(operator: str, wanted: int, *, upper: bool) -> Query:
    rest = "TRUE" if upper else "FALSE"
    decided = f"CAST(v.v AS BIGINT) {operator} ?" if abs(wanted) < 10**_LONGEST else rest
    return Query(
        "CASE WHEN ltrim(v.v, '-0123456789') <> '' THEN "
        + (_SEVERAL.text if upper else "FALSE")
        + f" WHEN length(v.v) <= {_LONGEST} THEN {decided} ELSE {rest} END",
        (wanted,) if decided != rest else (),
    )


def _date(documents: Documents, operator: str, wanted: datetime, *, upper: bool) -> Query:
    """Dates in their usual forms; any other is not decided."""
    rest = "TRUE" if upper else "FALSE"
    second = wanted.replace(microsecond=0)
    text = f'"{iso(second)}"'
    if wanted != second:
        # Of whole seconds none is in between: what is before it is not after the second that it lies in.
        operator = {"<": "<=", ">=": ">"}.get(operator, operator)
        if operator == "=":
            text = '""'
    cases = Query("CASE WHEN NOT (") + _in_calendar() + f") THEN {rest} WHEN "
    whole = documents.digits("0000-00-00T00:00:00Z") + " AND " + _IN_DAY + f" THEN v.v {operator} ? WHEN "
    day = documents.digits("0000-00-00") + f" THEN substr(v.v, 1, 11) || 'T00:00:00Z\"' {operator} ? ELSE {rest} END"
    return cases + Query(whole.text, (*whole.parameters, text)) + Query(day.text, (*day.parameters, text))


_IN_DAY = "substr(v.v, 13, 2) < '24' AND substr(v.v, 16, 2) < '60' AND substr(v.v, 19, 2) < '60'"


def _in_calendar() -> str:
    """But for the 29th of February, of which it depends on the year."""
    last = "CASE WHEN substr(v.v, 7, 2) = '02' THEN '28' WHEN substr(v.v, 7, 2) IN ('04', '06', '09', '11') THEN '30'"
    return (
        "substr(v.v, 2, 4) > '0000' AND substr(v.v, 7, 2) BETWEEN '01' AND '12'"
        f" AND substr(v.v, 10, 2) BETWEEN '01' AND {last} ELSE '31' END"
    )


def _instant(wanted: datetime | tree.Now, now: datetime) -> datetime | None:
    """None: beyond the calendar."""
    if isinstance(wanted, datetime):
        return wanted.astimezone(UTC)
    try:
        return now.astimezone(UTC) + wanted.moved
    except OverflowError:
        return None


def _json(text: str) -> str:
    return msgspec.json.encode(text).decode().translate(_FOLDED)
