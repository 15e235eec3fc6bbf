"""What it costs to know who belongs to what: N people and S sets, as policy and groups have them.

Six sets of ten ask for a department and a title, one for the department of the manager, one for a date, one for the
members of another set, and one for everybody but some; so everybody is in some sets, and in most sets there are few.
"""

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from mimas.schema.attributes import Attribute, Kind
from mimas.schema.system import SYSTEM
from mimas.schema.values import encode
from mimas.store import tables
from mimas.store.database import Transaction
from mimas.store.membership import count as count_members
from mimas.store.membership.holders import current
from mimas.store.resources import LIVE
from mimas.store.store import Store

_DEPARTMENTS, _TITLES, _TEAM = 200, 40, 10
_TIMES = 31
_BATCH = 5_000
_CATALOGUE = {
    **SYSTEM,
    "Person": {
        name: Attribute(name, kind)
        for name, kind in {
            **dict.fromkeys(("DisplayName", "Department", "JobTitle", "City", "Mail"), Kind.STRING),
            "Grade": Kind.INTEGER,
            "EmployeeEndDate": Kind.DATETIME,
            "Manager": Kind.REFERENCE,
        }.items()
    },
}


@dataclass(frozen=True, slots=True)
class Figure:
    """What was done, the seconds it took, and a remark."""

    what: str
    seconds: float
    remark: str = ""


def run(people: int, sets: int, database: str | None, say: Callable[[str], None] = lambda _: None) -> Iterator[Figure]:
    """Everything, in an empty database."""
    with tempfile.TemporaryDirectory(prefix="mimas-bench-") as folder:
        store = Store(database or f"sqlite:///{Path(folder) / 'mimas.db'}")
        store.prepare()
        store.catalogue = _CATALOGUE
        try:
            yield from _Company(store, people, sets, say).figures()
        finally:
            store.close()


@dataclass(slots=True)
class _Company:
    store: Store
    people: int
    sets: int
    say: Callable[[str], None]
    seconds: float = 0.0

    def figures(self) -> Iterator[Figure]:
        half = self.people // 2
        self.say(f"{half:,} people without sets")
        with self._timed():
            self._hire(1, half)
        yield Figure(f"{half:,} people come, without sets", self.seconds, _rate(half, self.seconds))
        self.store.database.tidy()
        self.say(f"{self.sets:,} sets")
        first = self.people + 1
        with self._timed(), self.store.transaction() as tx:
            self._make(tx, {first + number: _filter(number, first) for number in range(self.sets)})
        yield Figure(
            f"{self.sets:,} new sets over {half:,} people", self.seconds, f"{self._memberships():,} memberships"
        )
        self.store.database.tidy()
        self.say("the other half")
        with self._timed():
            self._hire(half + 1, self.people)
        rest = self.people - half
        yield Figure(f"{rest:,} people come, with sets", self.seconds, _rate(rest, self.seconds))
        self.store.database.tidy()
        last = first + self.sets
        for what, text in (
            ("everybody", "/Person"),
            ("some of everybody", "/Person[not(JobTitle = 'title 7') and Grade >= 3]"),
            ("those whose manager is somewhere", "/Person[Manager = /Person[City = 'city 3']]"),
        ):
            self.say(f"one new set: {what}")
            with self._timed(), self.store.transaction() as tx:
                self._make(tx, {last: text})
            with self.store.reading() as tx:
                remark = f"{count_members(tx, last):,} members"
            yield Figure(f"one new set: {what}", self.seconds, remark)
            last += 1
        self.say("single changes")
        yield self._changed("one person changes department", 1)
        yield self._changed(f"a manager of {_TEAM} changes department", _TEAM)
        yield self._asked_of_nobody()
        again = Store(self.store.database.url.render_as_string(hide_password=False))
        again.catalogue = _CATALOGUE
        with self._timed(), again.reading() as tx:
            current(tx, again)
        again.close()
        yield Figure(f"another process reads {self.sets:,} sets", self.seconds)

    def _hire(self, first: int, last: int) -> None:
        """Everybody's manager is the first of their ten."""
        type_, manager, own = self.store.symbols(["Person", "Manager", "own"])
        for begin in range(first, last + 1, _BATCH):
            ids = range(begin, min(begin + _BATCH, last + 1))
            rows = [(id_, type_, encode(_values(id_)), 1, LIVE) for id_ in ids]
            pairs = [(id_, manager, id_ - id_ % _TEAM, own) for id_ in ids if id_ % _TEAM and id_ > _TEAM]
            with self.store.transaction() as tx:
                tx.insert(tables.resource, "id, type, doc, pattern, state", rows)
                tx.insert(tables.resource_reference, "resource, attribute, target, origin", pairs)

    def _make(self, tx: Transaction, filters: Mapping[int, str]) -> None:
        type_ = self.store.symbol("Set")
        rows = [(id_, encode({"DisplayName": f"set {id_}", "Filter": text})) for id_, text in filters.items()]
        tx.insert(tables.resource, "id, type, doc, pattern, state", [(id_, type_, doc, 1, LIVE) for id_, doc in rows])

    def _changed(self, what: str, step: int) -> Figure:
        took = []
        for turn in range(1, _TIMES + 1):
            id_ = (self.people // (_TIMES + 1) * turn) // _TEAM * _TEAM + (0 if step > 1 else 1)
            values = {**_values(id_), "Department": f"department {(id_ + 7) % _DEPARTMENTS}"}
            with self._timed(), self.store.transaction() as tx:
                tx.run("UPDATE resource SET doc = ? WHERE id = ?", encode(values), id_)
            took.append(self.seconds)
        return Figure(what, median(took), f"the slowest of {_TIMES}: {max(took) * 1000:.1f} ms")

    def _asked_of_nobody(self) -> Figure:
        """The same change with the memberships left alone: what of it is not theirs."""
        seal, took = self.store.database.before_commit, []
        self.store.database.before_commit = lambda _: None
        for turn in range(1, _TIMES + 1):
            with self._timed(), self.store.transaction() as tx:
                tx.run("UPDATE resource SET doc = ? WHERE id = ?", encode(_values(turn)), turn)
                tx.run("DELETE FROM stirred")
            took.append(self.seconds)
        self.store.database.before_commit = seal
        return Figure("a bare change of one row", median(took))

    def _memberships(self) -> int:
        with self.store.reading() as tx:
            return int(tx.value("SELECT count(*) FROM member"))

    @contextmanager
    def _timed(self) -> Iterator[None]:
        begin = time.perf_counter()
        yield
        self.seconds = time.perf_counter() - begin


def _values(id_: int) -> dict[str, Any]:
    return {
        "DisplayName": f"Person {id_}",
        "Department": f"department {id_ % _DEPARTMENTS}",
        "JobTitle": f"title {id_ // 7 % _TITLES}",
        "City": f"city {id_ % 50}",
        "Mail": f"person{id_}@contoso.com",
        "Grade": id_ % 9,
        "EmployeeEndDate": f"{2027 + id_ % 20}-0{1 + id_ % 9}-01T00:00:00Z",
    }


def _filter(number: int, first: int) -> str:
    """The filter of one of the sets, of which the first has the id ``first``."""
    department, title = f"department {number % _DEPARTMENTS}", f"title {number % _TITLES}"
    match number % 10:
        case 6:
            return f"/Person[Manager = /Person[Department = '{department}']]"
        case 7:
            return f"/Person[Department = '{department}' and EmployeeEndDate > fn:current-dateTime()]"
        case 8:
            other = first + number - 1
            return f"/Person[ObjectID = /Set[ObjectID = '{other}']/ComputedMember and JobTitle = '{title}']"
        case 9:
            return f"/Person[Department = '{department}' and not(starts-with(City, 'city 1'))]"
    return f"/Person[Department = '{department}' and JobTitle = '{title}']"


def _rate(number: int, seconds: float) -> str:
    return f"{number / seconds:,.0f} people/s"
