"""A filter against a schema: its names are known, its operators fit, its literals have the type of their attributes.

Source of what fits: MIM's SDK, "FIM XPath Filter Dialect" (ee652287), and the table of operators in Lithnet's client;
text of any length may be asked here, and ``contains`` finds any part of it.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import TypeAlias

from mimas.language.coercion import as_date, as_text
from mimas.language.errors import ExpressionError, FlowError, closest
from mimas.language.filters import tree
from mimas.language.filters.parser import parse
from mimas.language.filters.stored import xpath
from mimas.schema.attributes import Attribute, Kind
from mimas.schema.values import Scalar

Catalogue: TypeAlias = Mapping[str, Mapping[str, Attribute]]
"""Type → its attributes by their names."""
Find: TypeAlias = Callable[[str], int | None]
"""The id of a resource by its GUID (in lower case), its number, or ``Type/name``; None where there is none."""

IMPLICIT = {tree.ID: Attribute(tree.ID, Kind.REFERENCE), tree.TYPE: Attribute(tree.TYPE)}
"""The attributes that every type has."""

_Single: TypeAlias = tree.Comparison | tree.Matches | tree.Present | tree.Refers | tree.Referred | tree.Descends

_EQUAL = frozenset({"=", "!="})
_OPERATORS = {
    Kind.STRING: _EQUAL,
    Kind.BOOLEAN: _EQUAL,
    Kind.REFERENCE: _EQUAL,
    Kind.BINARY: frozenset[str](),
    Kind.INTEGER: _EQUAL | {"<", "<=", ">", ">="},
    Kind.DATETIME: _EQUAL | {"<", "<=", ">", ">="},
}
_WORDS = {
    Kind.STRING: "is text: it is compared with = and !=, or with starts-with, contains and ends-with",
    Kind.BOOLEAN: "is true or false: it is compared with = and !=",
    Kind.REFERENCE: "is a reference: it is compared with = and !=, with an id, a GUID, Type/name or a path",
    Kind.BINARY: "is binary: a filter can only ask whether it is there, is-present(...)",
    Kind.INTEGER: "is a number: it is compared with =, !=, <, <=, > and >=",
    Kind.DATETIME: "is a date: it is compared with =, !=, <, <=, > and >=",
}
_GUID = re.compile(r"(?:urn:uuid:)?\{?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\}?")
_NUMBER = re.compile(r"-?[0-9]{1,300}")


def bind(wanted: tree.Filter, catalogue: Catalogue, find: Find) -> tree.Filter:
    """The filter with its names checked, ids for what refers, and literals of the right types.

    ``Manager = 'guid'`` becomes ``Manager = /*[ObjectID = id]``, and ``Manager = /*`` becomes ``is-present(Manager)``;
    what is joined by ``and`` or ``or`` within the same is joined with it.
    Raises `ExpressionError`, whose position is that in the text the filter was parsed from.
    """
    return _Binder(catalogue, find).filter(wanted)


def understood(text: str, catalogue: Catalogue, find: Find, read: Callable[[str], tree.Filter] = parse) -> tree.Filter:
    """The bound filter of a text; ``read`` parses it. Raises `ExpressionError`, which shows the place in the text."""
    found = read(text)
    try:
        return bind(found, catalogue, find)
    except ExpressionError as error:
        raise ExpressionError(error.message, xpath(text), error.position, error.suggestion) from None


@dataclass(frozen=True, slots=True)
class _Binder:
    catalogue: Catalogue
    find: Find

    def filter(self, wanted: tree.Filter) -> tree.Filter:
        return tuple(map(self._selection, wanted))

    def _selection(self, selection: tree.Selection) -> tree.Selection:
        if selection.type is not None and selection.type not in self.catalogue:
            raise ExpressionError(
                f"There is no type {selection.type}.",
                "",
                selection.position,
                closest(selection.type, self.catalogue),
            )
        if selection.condition is None:
            return selection
        types = tuple(self.catalogue) if selection.type is None else (selection.type,)
        return replace(selection, condition=self._condition(selection.condition, types))

    def _condition(self, condition: tree.Condition, types: tuple[str, ...]) -> tree.Condition:
        match condition:
            case tree.Not(condition=inner):
                return tree.Not(self._condition(inner, types))
            case tree.All(conditions=parts):
                return tree.All(_flat(tree.All, (self._condition(part, types) for part in parts)))
            case tree.Any(conditions=parts):
                return tree.Any(_flat(tree.Any, (self._condition(part, types) for part in parts)))
        return self._single(condition, types)

    def _single(self, condition: _Single, types: tuple[str, ...]) -> tree.Condition:
        match condition:
            case tree.Present(attribute=name):
                self._known(name, types, condition.position)
                return condition
            case tree.Refers():
                return self._refers(condition, types)
            case tree.Referred(attribute=name, by=by):
                of = [selection.type for selection in by]
                self._reference(name, (one for one in of if one), condition.position, anywhere=None in of)
                bound = self.filter(by)
                return tree.Refers(name, bound, condition.position) if name == tree.ID else replace(condition, by=bound)
            case tree.Descends(attribute=name, of=of_):
                self._reference(name, (), condition.position, anywhere=True)
                return replace(condition, of=self.filter(of_))
            case tree.Comparison() | tree.Matches():
                return self._asked(condition, types)

    def _refers(self, condition: tree.Refers, types: tuple[str, ...]) -> tree.Condition:
        self._reference(condition.attribute, types, condition.position)
        if condition.attribute != tree.ID and tree.Selection(None) in condition.to:
            return tree.Present(condition.attribute, condition.position)
        return replace(condition, to=self.filter(condition.to))

    def _asked(self, condition: tree.Comparison | tree.Matches, types: tuple[str, ...]) -> tree.Condition:
        """An attribute may be of several kinds where no type is named: each is asked where it is so."""
        kinds = self._known(condition.attribute, types, condition.position)
        if len(kinds) == 1:
            return _fitted(condition, next(iter(kinds)), self._id)
        found: list[tree.Condition] = []
        problem: ExpressionError | None = None
        for kind, of in kinds.items():
            try:
                fitted = _fitted(condition, kind, self._id)
            except ExpressionError as error:
                problem = error
            else:
                found.append(tree.All((_of_type(of), fitted)))
        if not found and problem is not None:
            raise problem
        return found[0] if len(found) == 1 else tree.Any(tuple(found))

    def _known(self, name: str, types: tuple[str, ...], position: int) -> dict[Kind, list[str]]:
        """The kinds that the attribute has, with the types that have it so. Raises `ExpressionError`."""
        if name in IMPLICIT:
            return {IMPLICIT[name].kind: list(types)}
        found = sorted((self.catalogue[type_][name].kind, type_) for type_ in types if name in self.catalogue[type_])
        if not found:
            raise self._unknown(name, types, position)
        return {kind: [type_ for _, type_ in pairs] for kind, pairs in groupby(found, lambda pair: pair[0])}

    def _unknown(self, name: str, types: tuple[str, ...], position: int) -> ExpressionError:
        names = {*IMPLICIT, *(known for type_ in types for known in self.catalogue[type_])}
        whose = types[0] if len(types) == 1 else "No type"
        return ExpressionError(f"{whose} has no attribute {name}.", "", position, closest(name, names))

    def _reference(self, name: str, types: Iterable[str], position: int, *, anywhere: bool = False) -> None:
        """Raises `ExpressionError` for an attribute that is no reference of any of these types."""
        of = tuple(self.catalogue) if anywhere else tuple(type_ for type_ in types if type_ in self.catalogue)
        kinds = self._known(name, of, position) if of else {Kind.REFERENCE: []}
        if Kind.REFERENCE not in kinds:
            kind = next(iter(kinds))
            raise ExpressionError(f"{name} {_WORDS[kind]}. A path needs a reference.", "", position)

    def _id(self, name: str, value: Scalar | datetime | tree.Now, position: int) -> int:
        text = str(value).strip()
        guid = _GUID.fullmatch(text.lower())
        if isinstance(value, bool | datetime | tree.Now) or not (text.isdigit() or guid or "/" in text):
            shown = value if isinstance(value, str | bool) else "this"
            raise ExpressionError(f"{name} {_WORDS[Kind.REFERENCE]}; {shown} is none of these.", "", position)
        if (found := self.find(guid[1] if guid else text)) is None:
            raise ExpressionError(f"There is no resource {guid[1] if guid else text}: it was deleted, or never here.",
                                  "", position)  # fmt: skip
        return found


def _flat(joined: type[tree.All | tree.Any], parts: Iterable[tree.Condition]) -> tuple[tree.Condition, ...]:
    """Brackets that change nothing are left out."""
    return tuple(one for part in parts for one in (part.conditions if isinstance(part, joined) else (part,)))


def _of_type(types: list[str]) -> tree.Condition:
    found = [tree.Comparison(tree.TYPE, "=", type_) for type_ in types]
    return found[0] if len(found) == 1 else tree.Any(tuple(found))


def _fitted(
    condition: tree.Comparison | tree.Matches, kind: Kind, id_: Callable[[str, Scalar | datetime | tree.Now, int], int]
) -> tree.Condition:
    name, position = condition.attribute, condition.position
    if isinstance(condition, tree.Matches):
        if kind is not Kind.STRING:
            raise ExpressionError(f"{name} {_WORDS[kind]}, not with {condition.how}.", "", position)
        return condition
    if condition.operator not in _OPERATORS[kind]:
        raise ExpressionError(f"{name} {_WORDS[kind]}, not with {condition.operator}.", "", position)
    if kind is Kind.REFERENCE:
        return _identified(condition, id_(name, condition.value, position))
    return replace(condition, value=_literal(name, kind, condition.value, position))


def _identified(condition: tree.Comparison, id_: int) -> tree.Condition:
    name, position = condition.attribute, condition.position
    own = tree.Comparison(tree.ID, "=", id_, position)
    if name == tree.ID:
        return own if condition.operator == "=" else tree.Not(own)
    refers = tree.Refers(name, (tree.Selection(None, own, position),), position)
    if condition.operator == "=":
        return refers
    return tree.All((tree.Present(name, position), tree.Not(refers)))


def _literal(name: str, kind: Kind, value: Scalar | datetime | tree.Now, position: int) -> Scalar | datetime | tree.Now:
    """The literal as the attribute's type has it. Raises `ExpressionError`."""
    if isinstance(value, datetime | tree.Now):
        if kind is Kind.DATETIME:
            return value
        raise ExpressionError(f"{name} {_WORDS[kind]}, and not with a date.", "", position)
    text = as_text(value)
    match kind:
        case Kind.INTEGER if not isinstance(value, bool) and _NUMBER.fullmatch(text.strip()):
            return int(text)
        case Kind.BOOLEAN if text.casefold() in ("true", "false"):
            return text.casefold() == "true"
        case Kind.DATETIME if isinstance(value, str):
            try:
                return as_date(value)
            except FlowError:
                pass
        case Kind.STRING:
            return text
    example = {Kind.INTEGER: "5", Kind.BOOLEAN: "true", Kind.DATETIME: "'2026-11-23T08:00:00'"}[kind]
    raise ExpressionError(f"{name} {_WORDS[kind]}; {text or 'the empty text'} is no such value, {example} is one.",
                          "", position)  # fmt: skip
