"""Made-up resources of made-up types, filters over them, and what somebody may read of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from mimas.language.filters import tree
from mimas.language.filters.tree import ID, MEMBERS, TYPE
from mimas.language.keys import normals
from mimas.schema.attributes import Attribute, Kind
from mimas.schema.values import Scalar, Value, encode, many
from mimas.store import tables
from mimas.store.database import Transaction
from mimas.store.filtering.readable import Readable, ReadGrant
from mimas.store.resources import LIVE
from mimas.store.store import Store

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
TYPES = ("person", "team", "Set")
_SHAPES = {
    "name": (Kind.STRING, False),
    "tags": (Kind.STRING, True),
    "age": (Kind.INTEGER, False),
    "sizes": (Kind.INTEGER, True),
    "active": (Kind.BOOLEAN, False),
    "end": (Kind.DATETIME, False),
    "days": (Kind.DATETIME, True),
    "boss": (Kind.REFERENCE, False),
    "likes": (Kind.REFERENCE, True),
    MEMBERS: (Kind.REFERENCE, True),
}
_OF = {
    "person": ["name", "tags", "age", "sizes", "active", "end", "days", "boss", "likes"],
    "team": ["name", "tags", "likes", MEMBERS],
    "Set": ["name", MEMBERS],
}

_FAMILIES = (
    ["ann", "Ann", "ANN", "anna", "n", "a", "b", "Ann\x7f"],
    ["", " ", "\t", "\u00a0", " ann", "ann ", "ann  b", "Ann B", "ann"],
    ["an\u0301n", "ánn", "ann", "a", "an", "ÁNN"],
    ["ÄNN", "änn", "a\u0308nn", "ä", "a", "Ann"],
    ["ß", "ss", "SS", "s", "ẞ"],
    ["ſ\u0323", "s\u0323", "ṣ", "ſ", "s"],
    ["\u212a", "k", "K", "ﬁ", "fi", "FI", "i"],
    ["İ", "i\u0307", "i", "I", "ı"],
    ["a\nb", "n", "a\\nb", "nb", "\\", 'a"b', '"'],
    ["%", "a%", "_", "?", "a]b", "a[b", "a^b", "a", "IDS", "-", "[]", "["],
    ["null", "true", "5", "5-", "2026-11-23"],
    ["x" * 600, "x" * 599 + "y", "x" * 120, "x"],
    ["αι\u0301", "ᾴ", "α", "가", "ᄀ", "ᄀ\u1161"],
)
"""Texts that somebody could take for one another."""


def _some(families: tuple[list[Any], ...], key: str) -> st.SearchStrategy[Any]:
    """Of one family throughout an example, or else two of them would hardly ever meet."""
    return st.shared(st.sampled_from(families), key=key).flatmap(st.sampled_from)


texts = _some(_FAMILIES, "texts")
numbers = _some(([-1, 0, 1, 5], [5, 42, 10**17], [10**17, 10**18, -(10**18), 10**30], [2**63 - 1, 2**63, 5]), "numbers")


def _iso(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


_INSTANTS = (
    [NOW + timedelta(seconds=seconds) for seconds in (-86400, -1, 0, 1, 86400)],
    [NOW.replace(hour=0), NOW.replace(hour=0, microsecond=500_000), NOW.replace(hour=0) - timedelta(microseconds=1)],
    [NOW.replace(month=2, day=28), NOW.replace(month=2, day=27), NOW.replace(month=12, day=31), NOW],
)
_ODD_DATES = (
    ["2026-11-23", "2026-11-22", "2026-11-24", _iso(NOW.replace(hour=0))],
    ["2026-11-23T10:00:00+02:00", "2026-11-23T08:00Z", "20261123", "soon", _iso(NOW)],
    ["2026-02-30", "2024-02-29", "2026-13-01", "0000-01-01", "2026-11-23T24:00:00Z", "2026-11-23T08:00:60Z"],
)
instants = _some(_INSTANTS, "instants")
dates = st.one_of(instants.map(_iso), _some(_ODD_DATES, "dates"))
_VALUES: Mapping[Kind, st.SearchStrategy[Any]] = {
    Kind.STRING: texts,
    Kind.INTEGER: numbers,
    Kind.BOOLEAN: st.booleans(),
    Kind.DATETIME: dates,
}
_LITERALS: Mapping[Kind, st.SearchStrategy[Any]] = {
    Kind.STRING: texts,
    Kind.INTEGER: numbers,
    Kind.BOOLEAN: st.booleans(),
    Kind.DATETIME: st.one_of(
        instants, st.sampled_from([0, -1, 1, 86400]).map(lambda s: tree.Now(timedelta(seconds=s)))
    ),
}
ids = st.integers(1, 7)


@dataclass(frozen=True)
class Row:
    """One resource of the world, by its place."""

    type: str
    values: Mapping[str, Value]
    state: int


@dataclass(frozen=True)
class World:
    """Resources 1, 2, 3 …, what refers to what, who is in which set; and which attributes have an index."""

    rows: list[Row]
    references: list[tuple[int, str, int]]
    members: list[tuple[int, int]]
    indexed: frozenset[str]

    def catalogue(self) -> dict[str, dict[str, Attribute]]:
        return {
            type_: {
                name: Attribute(name, *_SHAPES[name], indexed=f"{type_}.{name}" in self.indexed) for name in _OF[type_]
            }
            for type_ in TYPES
        }

    def write(self, tx: Transaction, store: Store) -> None:
        """Into an empty store."""
        store.catalogue = self.catalogue()
        number = dict(enumerate(self.rows, 1))
        tx.insert(
            tables.resource,
            "id, type, doc, pattern, state",
            [(id_, store.symbol(row.type), encode(row.values), 0, row.state) for id_, row in number.items()],
        )
        keys = {
            (store.symbol(f"{row.type}.{name}"), key, id_)
            for id_, row in number.items()
            for name, value in row.values.items()
            if store.catalogue[row.type][name].indexed
            for key in normals(value)
        }
        tx.insert(tables.resource_key, "attribute, value, resource", sorted(keys))
        references = [one for one in self.references if {one[0], one[2]} <= number.keys()]
        tx.insert(
            tables.resource_reference,
            "resource, attribute, target, origin",
            [(a, store.symbol(name), b, 1) for a, name, b in references if name in _OF[number[a].type]
             and (name != MEMBERS or number[a].type != "Set")],
        )  # fmt: skip
        sets = [id_ for id_, row in number.items() if row.type == "Set"]
        members = {(sets[a % len(sets)], b) for a, b in self.members if sets and b in number}
        tx.insert(tables.member, "holder, resource", sorted(members))


def _value(name: str) -> st.SearchStrategy[Value]:
    kind, several = _SHAPES[name]
    one: st.SearchStrategy[Scalar] = _VALUES[kind]
    return st.lists(one, min_size=1, max_size=3).map(many) if several else one


def _row(type_: str) -> st.SearchStrategy[Row]:
    values = {name: _value(name) for name in _OF[type_] if _SHAPES[name][0] is not Kind.REFERENCE}
    state = st.sampled_from([LIVE] * 7 + [1])
    return st.builds(Row, st.just(type_), st.fixed_dictionaries({}, optional=values), state)


worlds = st.builds(
    World,
    st.lists(st.one_of(_row("person"), _row("person"), _row("team"), _row("Set")), min_size=1, max_size=7),
    st.lists(st.tuples(ids, st.sampled_from(["boss", "likes", MEMBERS]), ids), max_size=9, unique=True),
    st.lists(st.tuples(ids, ids), max_size=6, unique=True),
    st.one_of(
        st.just(frozenset[str]()),
        st.just(frozenset(f"{t}.{n}" for t in TYPES for n in _OF[t])),
        st.frozensets(st.sampled_from([f"{t}.{n}" for t in TYPES for n in _OF[t]])),
    ),
)

_grants = st.builds(
    ReadGrant,
    st.one_of(st.none(), st.frozensets(st.sampled_from(["name", *_SHAPES]), max_size=3)),
    st.one_of(st.none(), st.none(), ids),
    st.sampled_from(["", "", "", "", ID, "boss", "likes", MEMBERS]),
)
readables = st.one_of(st.none(), st.builds(Readable, ids, st.lists(_grants, min_size=1, max_size=3).map(tuple)))


_PLAIN = ("value", "value", "value", "type", "present", "id")
_CONDITIONS = (*_PLAIN, "refers", "referred", "descends", "not", "all", "any")


@st.composite
def conditions(draw: st.DrawFn, type_: str | None, depth: int = 3) -> tree.Condition:  # noqa: PLR0911 - one for each
    """A bound condition on resources of a type."""
    how = draw(st.sampled_from(_PLAIN if depth == 0 else _CONDITIONS))
    names = _OF[type_] if type_ is not None else [*_SHAPES]
    plain = [name for name in names if _SHAPES[name][0] is not Kind.REFERENCE]
    match how:
        case "value":
            return draw(_comparisons(draw(st.sampled_from(plain))))
        case "type":
            return draw(_text_conditions(TYPE, st.sampled_from(["person", "PERSON", "set", "S", "e"])))
        case "present":
            return tree.Present(draw(st.sampled_from([*names, ID, TYPE])))
        case "id":
            return tree.Comparison(ID, draw(st.sampled_from(["=", "!="])), draw(ids))
        case "refers":
            names = [*(name for name in names if _SHAPES[name][0] is Kind.REFERENCE), ID]
            return tree.Refers(draw(st.sampled_from(names)), draw(filters(depth - 1)))
        case "referred":
            return tree.Referred(draw(st.sampled_from(["boss", "likes", MEMBERS])), draw(filters(depth - 1)))
        case "descends":
            return tree.Descends(draw(st.sampled_from(["boss", "likes", MEMBERS])), draw(filters(depth - 1)))
        case "not":
            return tree.Not(draw(conditions(type_, depth - 1)))
    some = tuple(draw(st.lists(conditions(type_, depth - 1), min_size=2, max_size=3)))
    return tree.All(some) if how == "all" else tree.Any(some)


def _comparisons(name: str) -> st.SearchStrategy[tree.Condition]:
    kind = _SHAPES[name][0]
    if kind is Kind.STRING:
        return _text_conditions(name, texts)
    operators = ["=", "!="] if kind is Kind.BOOLEAN else ["=", "!=", "<", "<=", ">", ">="]
    return st.builds(tree.Comparison, st.just(name), st.sampled_from(operators), _LITERALS[kind])


def _text_conditions(name: str, literals: st.SearchStrategy[str]) -> st.SearchStrategy[tree.Condition]:
    matches = st.builds(
        tree.Matches, st.sampled_from(["starts-with", "ends-with", "contains"]), st.just(name), literals
    )
    return st.one_of(matches, st.builds(tree.Comparison, st.just(name), st.sampled_from(["=", "!="]), literals))


@st.composite
def filters(draw: st.DrawFn, depth: int = 3) -> tree.Filter:
    """A bound filter."""
    types = draw(st.lists(st.sampled_from([*TYPES, "person", None]), min_size=1, max_size=2))
    by_id = st.builds(tree.Comparison, st.just(ID), st.just("="), ids)
    by_name = _text_conditions("name", texts)
    simple = st.one_of(by_name, by_name, by_name.map(tree.Not), by_id, st.none())
    return tuple(tree.Selection(type_, draw(st.one_of(simple, conditions(type_, depth)))) for type_ in types)
