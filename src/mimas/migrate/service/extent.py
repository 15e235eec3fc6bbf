"""Of which types those are whom a filter or a set can take, as far as its text says so."""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

from mimas.language.errors import ExpressionError
from mimas.language.filters import tree
from mimas.language.filters.parser import parse
from mimas.migrate.service.filters import xpath
from mimas.migrate.service.objects import Exported, identifier

Types: TypeAlias = frozenset[str] | None
"""Some types of the portal, or any."""


class Extents:
    """The types of the members of sets."""

    def __init__(self, everything: Mapping[str, Exported]) -> None:
        """``everything``: all objects, by their GUIDs."""
        self._all = everything
        self._known: dict[str, Types] = {}

    def of(self, ids: Iterable[str]) -> Types:
        """The types of those who may be in some sets, which are named by their GUIDs."""
        return _all_of(map(self._of_set, ids))

    def _of_set(self, id_: str) -> Types:
        if id_ not in self._known:
            self._known[id_] = None  # for a set that goes round in a circle
            self._known[id_] = self._members(id_)
        return self._known[id_]

    def _members(self, id_: str) -> Types:
        set_ = self._all.get(id_)
        if set_ is None:
            return None
        listed = [self._all.get(identifier(text)) for text in set_.texts("ExplicitMember")]
        types: list[Types] = [frozenset({one.kind}) if one is not None else None for one in listed]
        if filter_ := xpath(set_.text("Filter")):
            types.append(types_of(filter_, self._of_set))
        return _all_of(types)


def types_of(filter_: str, of_set: Callable[[str], Types]) -> Types:
    """The types that a filter takes. ``of_set``: those of a set's members, by the set's GUID."""
    try:
        found = parse(filter_)
    except (ExpressionError, RecursionError):
        return None
    return _all_of(
        frozenset({one.type}) if one.type is not None else _of_condition(one.condition, of_set) for one in found
    )


def _of_condition(condition: tree.Condition | None, of_set: Callable[[str], Types]) -> Types:
    match condition:
        case tree.Comparison(attribute=tree.TYPE, operator="=", value=str(name)):
            return frozenset({name})
        case tree.Any(conditions=parts):
            return _all_of(_of_condition(part, of_set) for part in parts)
        case tree.All(conditions=parts):
            return next((some for part in parts if (some := _of_condition(part, of_set)) is not None), None)
        case tree.Refers(
            attribute=tree.ID, to=(tree.Selection(condition=tree.Referred(attribute=tree.MEMBERS, by=by)),)
        ):
            ids = [_id(selection.condition) for selection in by]
            return _all_of(of_set(id_) if id_ else None for id_ in ids)
    return None


def _id(condition: tree.Condition | None) -> str:
    match condition:
        case tree.Comparison(attribute=tree.ID, operator="=", value=str(id_)):
            return identifier(id_)
    return ""


def _all_of(some: Iterable[Types]) -> Types:
    found: set[str] = set()
    for types in some:
        if types is None:
            return None
        found |= types
    return frozenset(found)
