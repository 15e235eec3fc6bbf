"""Lists of resources: found by a few letters, sorted by an index, a page at a time, as far as somebody may see them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec

from mimas.language.filters import tree
from mimas.language.filters.tree import Filter, Matches, Selection
from mimas.requests.viewing import View
from mimas.store.filtering.finding import Place
from mimas.web.portal.kinds import searched, titled
from mimas.web.portal.visit import RefusedError, Visit

SIZE = 30
"""Rows of a page."""


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of a list; ``next`` is where the following one goes on, as it stands in an address."""

    views: Sequence[View]
    next: str | None


def listing(visit: Visit, types: Sequence[str], text: str) -> Listing:
    """The resources of some types in which something begins with a text; without one, all."""
    catalogue = visit.inside.store.catalogue
    words = text.split()
    wanted = tuple(Selection(type_, _condition(searched(catalogue, type_), words)) for type_ in types)
    order = titled(catalogue, types[0]) if len(types) == 1 else None
    return found(visit, wanted, order)


def found(visit: Visit, wanted: Filter, order: str | None = None, *, descending: bool = False) -> Listing:
    """A page of what a filter takes; the address says which."""
    with visit.inside.store.reading() as tx:
        page = visit.viewer.find(
            tx,
            wanted,
            order=order,
            descending=descending,
            after=_place(visit.query.get("after", "")),
            limit=SIZE,
            now=datetime.now(UTC),
        )
        views = {view.id: view for view in visit.viewer.see(tx, page.ids)}
    next_ = msgspec.json.encode(page.next).decode() if page.next else None
    return Listing([views[id_] for id_ in page.ids if id_ in views], next_)


def _condition(names: Sequence[str], words: Sequence[str]) -> tree.Condition | None:
    """Each word begins one of the attributes."""
    parts = [tree.Any(tuple(Matches("starts-with", name, word) for name in names)) for word in words]
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else tree.All(tuple(parts))


def _place(text: str) -> Place | None:
    if not text:
        return None
    try:
        return msgspec.json.decode(text, type=tuple[str | None, int])
    except (msgspec.DecodeError, msgspec.ValidationError):
        raise RefusedError(400) from None
