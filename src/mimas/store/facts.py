"""Facts that are reservations: unique values given out to resources, and remembered."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain, count

from mimas.store import tables
from mimas.store.database import Transaction


def unique_values(tx: Transaction, resources: Sequence[int]) -> dict[int, dict[str, str]]:
    """Resource → attribute → the value given out to it."""
    found: dict[int, dict[str, str]] = {}
    for resource, kind, value in tx.rows(
        "SELECT resource, kind, value FROM fact WHERE resource IN IDS", list(resources)
    ):
        if kind.startswith("unique:"):
            found.setdefault(resource, {})[kind.removeprefix("unique:")] = value
    return found


def reserve(
    tx: Transaction, needs: Mapping[tuple[int, str], Sequence[str]], now: datetime, normal: Callable[[str], str]
) -> dict[int, dict[str, str]]:
    """Give each (resource, attribute) the first of its candidates that nobody has; then the last one with 2, 3 ….

    All needs are tried together, a candidate each a round, so ten thousand names cost a few queries.
    """
    candidates = {need: _numbered(texts) for need, texts in sorted(needs.items())}
    given: dict[int, dict[str, str]] = {}
    at = now.isoformat(timespec="seconds").replace("+00:00", "Z")
    while candidates:
        proposals = {need: next(texts) for need, texts in candidates.items()}
        taken = _taken(tx, proposals, normal)
        rows = []
        for (resource, attribute), text in proposals.items():
            place = (f"unique:{attribute}", normal(text))
            if place in taken:
                continue
            taken.add(place)
            rows.append((*place, resource, text, at))
            given.setdefault(resource, {})[attribute] = text
            del candidates[resource, attribute]
        tx.insert(tables.fact, "kind, key, resource, value, at", sorted(rows))
    return given


def _taken(
    tx: Transaction, proposals: Mapping[tuple[int, str], str], normal: Callable[[str], str]
) -> set[tuple[str, str]]:
    keys: dict[str, list[str]] = {}
    for (_, attribute), text in proposals.items():
        keys.setdefault(f"unique:{attribute}", []).append(normal(text))
    return {
        (kind, key)
        for kind, texts in keys.items()
        for (key,) in tx.rows("SELECT key FROM fact WHERE kind = ? AND key IN TEXTS", kind, texts)
    }


def _numbered(texts: Sequence[str]) -> Iterator[str]:
    return chain(texts, (f"{texts[-1]}{number}" for number in count(2)))
