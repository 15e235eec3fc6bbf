"""Sets and groups that have a filter: bound, in order, and kept in memory until one of them is changed by anybody."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from hashlib import sha256
from secrets import token_hex

from mimas.language.errors import ExpressionError
from mimas.language.filters.matching import Matcher
from mimas.language.filters.paths import Path, paths
from mimas.language.filters.tree import MEMBERS, Filter, attributes
from mimas.schema.system import Catalogue
from mimas.schema.values import decode
from mimas.store import tables
from mimas.store.database import Transaction
from mimas.store.identifying import finder
from mimas.store.membership.ordering import ANY, Order, order
from mimas.store.membership.stirring import ANYTHING
from mimas.store.resources import LIVE
from mimas.store.store import Store

FILTER, LISTED, EXCLUDED = "Filter", "ExplicitMember", "ExcludedMember"
"""The attributes of whatever has its members computed; who they are is `mimas.language.filters.tree.MEMBERS`."""

SET = "Set"
"""The type whose members are rows of ``member``; those of the others are references."""

KEY = "holders"
"""The row of `meta` that is another text whenever a holder has been changed, so that every process notices it."""


@dataclass(frozen=True, slots=True)
class Holder:
    """A set or group with a filter; ``problem`` says why that takes nobody."""

    id: int
    type: str
    name: str
    text: str
    filter: Filter | None
    problem: str = ""

    @property
    def form(self) -> str:
        """What its members follow from: when that has changed, they have to be found out anew."""
        return sha256(repr(self.filter).encode()).hexdigest() if self.filter is not None else f"problem: {self.problem}"


@dataclass(frozen=True)
class Holders:
    """All of them, at one version."""

    version: str
    catalogue: Catalogue
    all: Mapping[int, Holder]
    order: Order
    stale: frozenset[int] = frozenset()
    """Those whose form is not the one that their stored members follow from."""
    _matchers: dict[int, Matcher] = field(default_factory=dict)

    @cached_property
    def depth(self) -> int:
        """How many levels there are: one at least, for members that are listed."""
        return 1 + max(self.order.levels.values(), default=0)

    def level(self, holder: int) -> int:
        """That of a holder; whatever reads no membership is at 0."""
        return self.order.levels.get(holder, 0)

    def is_read(self, holder: int) -> bool:
        """Whether the filter of another one reads its members."""
        return holder in self.order.read or (ANY in self.order.read and holder not in self.all)

    def at(self, level: int) -> Mapping[int, Filter]:
        """The filters of a level."""
        return {
            id_: holder.filter
            for id_, holder in self.all.items()
            if holder.filter is not None and self.level(id_) == level
        }

    def matcher(self, level: int) -> Matcher:
        """What asks all filters of a level at once."""
        if level not in self._matchers:
            self._matchers[level] = Matcher(self.at(level))
        return self._matchers[level]

    @cached_property
    def paths(self) -> frozenset[Path]:
        """What they read of other resources than the ones they are asked about."""
        return frozenset(path for path in self._paths() if path.hops)

    @cached_property
    def leads(self) -> tuple[str, ...]:
        """The attributes by which filters go from whom they are asked about to others."""
        return tuple(sorted({path.hops[0].attribute for path in self.paths if not path.hops[0].back}))

    @cached_property
    def attributes(self) -> frozenset[str]:
        """The names of all attributes that any filter reads, of whatever resource."""
        filters = (holder.filter for holder in self.all.values() if holder.filter is not None)
        return frozenset(name for filter_ in filters for name in attributes(filter_))

    @cached_property
    def watched(self) -> tuple[frozenset[str], bool]:
        """The types and attributes whose changes may change a membership; whether any type may."""
        names: set[str] = set()
        types: set[str | None] = set()
        for path in self._paths():
            names.update(attribute for attribute, _ in path.edges)
            # Of others it may matter only whether they are there, which is noted of every type.
            types.update([path.type] if path.attributes or not path.hops else [])
        return frozenset(names.union(filter(None, types))), None in types

    def _paths(self) -> Iterator[Path]:
        return (path for holder in self.all.values() if holder.filter is not None for path in paths(holder.filter))

    @property
    def problems(self) -> dict[int, str]:
        """Those whose filters take nobody, and why."""
        return {id_: holder.problem for id_, holder in self.all.items() if holder.problem}


def types(catalogue: Catalogue) -> list[str]:
    """The types whose members are computed."""
    return sorted(name for name, attributes in catalogue.items() if FILTER in attributes and MEMBERS in attributes)


def current(tx: Transaction, store: Store) -> Holders:
    """The holders as they are in a transaction."""
    now = version(tx)
    known = store.holders
    if known is None or known.version != now or known.catalogue != store.catalogue:
        known = store.holders = _load(tx, store, now)
    return known


def version(tx: Transaction) -> str:
    """A text that is another one whenever a holder has been changed."""
    return str(tx.value("SELECT value FROM meta WHERE key = ?", KEY) or "")


def stale(store: Store) -> bool:
    """Whether members of some are to be found out, though nothing has been stirred: their filters mean something else.

    As far as is known without a look: holders are read anew by whoever changes one, or the types.
    """
    return store.holders is not None and bool(store.holders.stale)


def renew(tx: Transaction, store: Store, rows: Iterable[tuple[int, str, bool]]) -> Holders:
    """Some resources of such types have been made, changed or ended: (id, document, whether it lives)."""
    filtered = {id_: alive and bool(decode(doc).get(FILTER)) for id_, doc, alive in rows}
    tx.delete(tables.holder, "resource", [(id_,) for id_, has in filtered.items() if not has])
    tx.insert(tables.holder, "resource, form", [(id_, "") for id_, has in filtered.items() if has], ignore=True)
    # Not a number: that of a transaction which is undone would come back with another meaning.
    tx.upsert(tables.meta, "key, value", [(KEY, token_hex(8))], "value = excluded.value")
    return current(tx, store)


def settled(tx: Transaction, store: Store, holders: Holders) -> None:
    """The stored members follow from these holders now."""
    rows = [(id_, holders.all[id_].form) for id_ in sorted(holders.stale)]
    tx.update(tables.holder, "resource, form", rows)
    store.holders = replace(holders, stale=frozenset())


def watch(tx: Transaction, store: Store, holders: Holders) -> set[int]:
    """From now on triggers note whatever may change a membership; the symbols that were not watched before."""
    names, anything = holders.watched
    wanted = {*store.symbols(sorted({*names, *types(store.catalogue), LISTED, EXCLUDED}))}
    wanted |= {ANYTHING} if anything else set()
    before = {row[0] for row in tx.rows("SELECT symbol FROM watched")}
    tx.delete(tables.watched, "symbol", [(symbol,) for symbol in sorted(before - wanted)])
    tx.insert(tables.watched, "symbol", [(symbol,) for symbol in sorted(wanted - before)], ignore=True)
    return wanted - before


def _load(tx: Transaction, store: Store, version: str) -> Holders:
    rows = tx.rows(
        "SELECT h.resource, h.form, r.type, r.doc FROM holder h JOIN resource r ON r.id = h.resource"
        f" WHERE r.state = {LIVE} ORDER BY h.resource"
    )
    find = finder(tx)
    found = {id_: _holder(store, find, id_, store.name(type_), doc) for id_, _, type_, doc in rows}
    ordered = order({id_: (one.type, one.filter) for id_, one in found.items() if one.filter is not None})
    for id_, circle in ordered.circular.items():
        found[id_] = _circular(found[id_], [found[one].name for one in circle])
    stale = frozenset(id_ for id_, form, *_ in rows if found[id_].form != form)
    return Holders(version, store.catalogue, found, ordered, stale)


def _holder(store: Store, find: Callable[[str], int | None], id_: int, type_: str, doc: str) -> Holder:
    from mimas.language.filters.binding import bind

    values = decode(doc)
    text = str(values.get(FILTER) or "")
    name = str(values.get("DisplayName") or f"number {id_}")
    try:
        return Holder(id_, type_, name, text, bind(_parsed(text), store.catalogue, find))
    except ExpressionError as error:
        return Holder(id_, type_, name, text, None, str(error))


def _circular(holder: Holder, names: list[str]) -> Holder:
    way = " → ".join([*names, names[0]])
    problem = (
        f"The filter reads its own members: {way}. Take one of these out of the filter of another, "
        "or list the members instead."
        if len(names) > 1
        else "The filter reads its own members. Say by other attributes who belongs to it, or list them."
    )
    return Holder(holder.id, holder.type, holder.name, holder.text, None, problem)


@lru_cache(maxsize=20_000)
def _parsed(text: str) -> Filter:
    """A tree is the same wherever it is bound; parsing takes most of the time."""
    from mimas.language.filters.parser import parse

    return parse(text)
