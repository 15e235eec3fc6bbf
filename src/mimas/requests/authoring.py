"""Whether somebody may write a filter: it must be right, and ask for nothing that its author may not read.

Who belongs to a set tells what its filter asks, of everybody. So its author needs the right to read each attribute that
it names, of the whole type: by a rule whose set is all of the type. (MIM holds filters against lists of attributes,
FilterScope, which are data here and decide nothing.)
"""

from collections.abc import Iterator

from mimas.language.errors import ExpressionError
from mimas.language.filters import tree
from mimas.language.filters.binding import understood
from mimas.requests.policy import Policy
from mimas.requests.rights import readable
from mimas.schema.values import decode
from mimas.store import resources
from mimas.store.database import Transaction
from mimas.store.filtering.readable import ALWAYS, Readable
from mimas.store.identifying import finder
from mimas.store.referring import sets_of
from mimas.store.store import Store

FILTER = "Filter"
"""The attribute that holds one."""


def fault(tx: Transaction, store: Store, policy: Policy, actor: int | None, text: str) -> str:
    """Why a filter cannot be written, or not by this actor; empty when it can."""
    try:
        wanted = understood(text, store.catalogue, finder(tx))
    except ExpressionError as error:
        return f"the filter is wrong: {error}"
    if actor is None:
        return ""
    may = readable(policy, actor, sets_of(tx, [actor])[actor])
    whole = _Whole(tx, store)
    for type_, attribute in sorted(set(_asked(store, wanted)), key=str):
        if attribute not in ALWAYS and not whole.reads(may, type_, attribute):
            return f"the filter asks for {attribute} of {type_}, which you may not read of every {type_}"
    return ""


def _asked(store: Store, wanted: tree.Filter) -> Iterator[tuple[str, str]]:
    """(type, attribute) of everything that a filter reads, of whatever resource; ``/*`` is every type that has it."""
    for selection in wanted:
        for condition in tree.conditions((selection,), nested=False):
            if isinstance(condition, tree.Not | tree.All | tree.Any):
                continue
            inner: tree.Filter = ()
            name = condition.attribute
            of = selection.type
            match condition:
                case tree.Refers(to=inside) | tree.Descends(of=inside):
                    inner = inside
                case tree.Referred(by=inside):
                    # It is an attribute of those that refer, not of whom they refer to.
                    inner = inside
                    yield from ((type_, name) for one in inside for type_ in _types(store, one.type, name))
                    yield from _asked(store, inner)
                    continue
            yield from ((type_, name) for type_ in _types(store, of, name))
            yield from _asked(store, inner)


def _types(store: Store, type_: str | None, attribute: str) -> list[str]:
    if type_ is not None:
        return [type_]
    return [name for name, attributes in store.catalogue.items() if attribute in attributes]


class _Whole:
    """Which sets are all of a type: their filters have a part without a condition."""

    def __init__(self, tx: Transaction, store: Store) -> None:
        self.tx = tx
        self.store = store
        self._known: dict[int, frozenset[str | None]] = {}

    def reads(self, may: Readable, type_: str, attribute: str) -> bool:
        """Whether somebody may read an attribute of every resource of a type."""
        return any(
            not grant.relative and (grant.holder is None or bool(self._types(grant.holder) & {type_, None}))
            for grant in may.giving(attribute)
        )

    def _types(self, holder: int) -> frozenset[str | None]:
        """The types of which everybody is in a set; None stands for all."""
        if holder not in self._known:
            self._known[holder] = frozenset(self._parts(holder))
        return self._known[holder]

    def _parts(self, holder: int) -> Iterator[str | None]:
        for row in resources.load(self.tx, [holder]):
            values = decode(row.doc)
            try:
                wanted = understood(str(values.get(FILTER, "")), self.store.catalogue, finder(self.tx))
            except ExpressionError:
                continue
            yield from (selection.type for selection in wanted if selection.condition is None)
