"""What a search costs: N people with managers, and the first page of what an administrator asks for."""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from mimas.bench.people import DEPARTMENTS
from mimas.language.filters.binding import understood
from mimas.language.keys import normals
from mimas.schema.attributes import Attribute, Kind
from mimas.schema.values import Values, encode
from mimas.store import tables
from mimas.store.filtering.finding import count, find
from mimas.store.filtering.readable import Readable, ReadGrant
from mimas.store.resources import LIVE
from mimas.store.store import Store

_TURNS = 7
_BATCH = 10_000
_CATALOGUE = {
    "person": {
        name: Attribute(name, kind, indexed=name in ("employeeID", "displayName", "department"))
        for name, kind in {
            **dict.fromkeys(("employeeID", "displayName", "department", "title", "city", "mail"), Kind.STRING),
            "grade": Kind.INTEGER,
            "end": Kind.DATETIME,
            "manager": Kind.REFERENCE,
        }.items()
    },
    "Set": {
        "DisplayName": Attribute("DisplayName", indexed=True),
        "ComputedMember": Attribute("ComputedMember", Kind.REFERENCE, True),
    },
}
_QUESTIONS = (
    ("one of them, by an index", "/person[employeeID = 'E0004711']", None),
    ("a department, by an index", "/person[department = 'D017']", None),
    ("a beginning, by name", "/person[starts-with(displayName, 'First17')]", "displayName"),
    ("everybody, by name", "/person", "displayName"),
    ("all but a department", "/person[not(department = 'D017')]", None),
    ("all but a department, by name", "/person[not(department = 'D017')]", "displayName"),
    ("who is managed from somewhere", "/person[manager = /person[city = 'City 1']]", None),
    ("a part of a text without an index", "/person[contains(mail, '4711@')]", None),
    ("a number without an index", "/person[grade > 11 and title = 'Title 7']", None),
    ("nobody, by a text without an index", "/person[title = 'nobody']", None),
)


@dataclass(frozen=True, slots=True)
class Figure:
    """What was asked, the seconds of the median, how many were found on the first page."""

    what: str
    seconds: float
    found: int


def run(people: int, database: str | None, say: Callable[[str], None] = lambda _: None) -> Iterator[Figure]:
    """Everything, in an empty database."""
    with (
        tempfile.TemporaryDirectory(prefix="mimas-bench-") as folder,
        closing(Store(database or f"sqlite:///{Path(folder) / 'mimas.db'}")) as store,
    ):
        store.prepare()
        store.catalogue = _CATALOGUE
        say(f"{people:,} people")
        _hire(store, people)
        store.database.tidy()
        for what, text, order in _QUESTIONS:
            say(what)
            yield _asked(store, what, text, order, None)
        grants = ReadGrant(frozenset({"displayName"})), ReadGrant(None, None, "manager")
        seen = Readable(people // 20, grants)
        yield _asked(store, "everybody, by name, as somebody sees it", "/person", "displayName", seen)
        yield _counted(store)


def _hire(store: Store, people: int) -> None:
    """Everybody's manager is the first of their ten."""
    type_, manager, *indexes = store.symbols(["person", "manager", *(f"person.{name}" for name in _INDEXED)])
    for first in range(1, people + 1, _BATCH):
        some = {number: _person(number) for number in range(first, min(first + _BATCH, people + 1))}
        with store.transaction() as tx:
            rows = [(number, type_, encode(values), 0, LIVE) for number, values in some.items()]
            tx.insert(tables.resource, "id, type, doc, pattern, state", rows)
            keys = [
                (index, key, number)
                for number, values in some.items()
                for index, name in zip(indexes, _INDEXED, strict=True)
                for key in normals(values[name])
            ]
            tx.insert(tables.resource_key, "attribute, value, resource", sorted(keys))
            references = [(number, manager, (number - 1) // 10 * 10 + 1, 0) for number in some]
            tx.insert(tables.resource_reference, "resource, attribute, target, origin", references)


_INDEXED = [name for name, attribute in _CATALOGUE["person"].items() if attribute.indexed]


def _person(number: int) -> Values:
    return {
        "employeeID": f"E{number:07d}",
        "displayName": f"First{number % 5000} Last{number % 9973}",
        "department": f"D{number % DEPARTMENTS:03d}",
        "title": f"Title {number % 50}",
        "city": f"City {number % 100}",
        "mail": f"person{number}@example.com",
        "grade": number % 13,
        "end": f"20{number % 60 + 30}-01-01T00:00:00Z",
    }


def _asked(store: Store, what: str, text: str, order: str | None, readable: Readable | None) -> Figure:
    wanted = understood(text, store.catalogue, int)
    seconds, found = [], 0
    for _ in range(_TURNS):
        begin = time.perf_counter()
        with store.reading() as tx:
            page = find(tx, store, wanted, now=store.clock(), order=order, readable=readable, limit=50)
        seconds.append(time.perf_counter() - begin)
        found = len(page.ids)
    return Figure(what, median(seconds), found)


def _counted(store: Store) -> Figure:
    wanted = understood("/person[not(department = 'D017')]", store.catalogue, int)
    begin = time.perf_counter()
    with store.reading() as tx:
        number, _ = count(tx, store, wanted, now=store.clock())
    return Figure("counted, up to a thousand", time.perf_counter() - begin, number)
