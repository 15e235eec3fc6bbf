"""The law of membership: whatever is done, and in whatever order, members are those that a look at everybody finds."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from mimas.language.filters.predicate import predicate
from mimas.language.filters.tree import MEMBERS
from mimas.store.membership import ordering, settling
from mimas.store.membership.asking import Asking
from mimas.store.membership.holders import EXCLUDED, LISTED, current, types
from mimas.store.membership.transitions import CRITERIA
from mimas.store.resources import LIVE
from mimas.store.subjects import Subjects
from tests.unit.store.membership.conftest import Office

Begin = tuple[tuple[dict[str, Any], ...], tuple[str | None, ...]]

PEOPLE, HOLDERS = range(1, 7), range(7, 13)
"""The first ids; whatever is made later follows."""

DEPARTMENTS = ("Sales", "SALES", "IT", None)
FILTERS = (
    None,
    "/Person",
    "/*[DisplayName = 'p1']",
    "/Person[Department = 'Sales']",
    "/Person[not(Department = 'Sales')]",
    "/Person[Grade >= 2]",
    "/Person[Grade > 9",
    "/Person[EndDate <= fn:current-dateTime()]",
    "/Person[not(EndDate > fn:current-dateTime())] | /Group",
    "/Person[Manager = '{person}']",
    "/Person[Manager = /Person[Department = 'IT']]",
    "/Person[Manager = /Person[Manager = /Person[Grade = 1]]]",
    "/Person[not(Manager = /Person[Department = 'IT'])]",
    "/Person[Department = 'IT']/Friend",
    "/Person[ObjectID = /Person[Grade = 1]/Manager]",
    "/Person[Manager = /Person[EndDate > fn:current-dateTime()]]",
    "/Person[descendant-in('Friend', /Person[Grade = 1])]",
    "/Person[ObjectID = /Set[ObjectID = '{holder}']/ComputedMember]",
    "/Person[not(ObjectID = /Set[ObjectID = '{holder}']/ComputedMember)]",
    "/Person[Manager = /Set[ObjectID = '{holder}']/ComputedMember]",
    "/Person[ObjectID = /Group[ObjectID = '{holder}']/ComputedMember and Grade >= 1]",
    "/Person[ObjectID = /Group[DisplayName = 'h12']/ComputedMember]",
    "/Set[ComputedMember = /Person[Grade = 1]]",
    "/Group[Owner = /Person[Department = 'Sales']]",
)

people, holders = st.sampled_from(PEOPLE), st.sampled_from(HOLDERS)
anybody = st.one_of(people, holders)
texts = st.builds(
    lambda text, person, holder: text and text.replace("{person}", str(person)).replace("{holder}", str(holder)),
    st.sampled_from(FILTERS),
    people,
    holders,
)
changes: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.builds(dict, Department=st.sampled_from(DEPARTMENTS)),
    st.builds(dict, Grade=st.sampled_from((None, 1, 2, 3))),
    st.builds(dict, EndDate=st.sampled_from((None, "2026-11-24", "2026-11-26T12:00:00Z", "2027-01-01"))),
    st.builds(dict, Manager=st.one_of(st.none(), people)),
    st.builds(dict, Friend=st.lists(people, max_size=3, unique=True)),
)
edits: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.builds(dict, Filter=texts),
    st.builds(dict, ExplicitMember=st.lists(anybody, max_size=3, unique=True)),
    st.builds(dict, ExcludedMember=st.lists(anybody, max_size=3, unique=True)),
    st.builds(dict, DisplayName=st.sampled_from(("h12", "other"))),
)
deeds = st.one_of(
    st.tuples(st.just("change"), people, changes),
    st.tuples(st.just("change"), holders, edits),
    st.tuples(st.sampled_from(("delete", "revive", "erase", "make")), anybody),
    st.tuples(st.just("later"), st.integers(1, 60)),
)
persons = st.fixed_dictionaries(
    {"Manager": people, "Friend": st.lists(people, max_size=2, unique=True), "Grade": st.sampled_from((1, 2))},
    optional={"Department": st.sampled_from(("Sales", "IT")), "EndDate": st.just("2026-11-24")},
)
begins = st.tuples(st.tuples(*[persons] * len(PEOPLE)), st.tuples(*[texts] * len(HOLDERS)))
"""How everybody is, and what the filters are, before life goes on."""

batches = st.lists(st.tuples(st.booleans(), st.lists(deeds, min_size=1, max_size=4)), min_size=1, max_size=12)


def do(office: Office, deed: tuple[Any, ...]) -> None:
    """One deed; what is not there cannot be changed."""
    kind, *rest = deed
    if kind == "later":
        office.later(hours=rest[0])
        return
    id_ = rest[0]
    there = office.rows("SELECT 1 FROM resource WHERE id = ?", id_)
    if kind == "make":
        if not there:
            type_ = "Person" if id_ in PEOPLE else "Group" if id_ == HOLDERS[-1] else "Set"
            office.make(type_, f"{'p' if id_ in PEOPLE else 'h'}{id_}", number=id_)
    elif there:
        getattr(office, kind)(id_, **(rest[1] if kind == "change" else {}))


def live(office: Office, begin: Begin, plan: list[tuple[bool, list[tuple[Any, ...]]]]) -> None:
    """A life in batches, of which some are undone; after each of them it is looked."""
    with office.store.transaction():
        for id_ in (*PEOPLE, *HOLDERS):
            do(office, ("make", id_))
        for id_, values in zip(PEOPLE, begin[0], strict=True):
            office.change(id_, **values)
        for id_, text in zip(HOLDERS, begin[1], strict=True):
            office.change(id_, Filter=text, ExcludedMember=[id_ - HOLDERS[0] + 1])
    check(office)
    for undone, batch in plan:
        with office.store.rehearsal() if undone else office.store.transaction() as tx:
            for deed in batch:
                do(office, deed)
            if undone:
                settling.settle(tx, office.store, office.clock())
        office.later(seconds=0)
        check(office)


def stored(office: Office) -> set[tuple[int, int]]:
    """(holder, member) as they are kept."""
    symbols = office.store.symbols([MEMBERS, CRITERIA])
    return {
        *office.rows("SELECT holder, resource FROM member"),
        *office.rows("SELECT resource, target FROM resource_reference WHERE attribute = ? AND origin = ?", *symbols),
    }


def expected(office: Office) -> set[tuple[int, int]]:
    """The same, found out by asking everybody for everything until nothing changes."""
    store = office.store
    listed, excluded, *kinds = store.symbols([LISTED, EXCLUDED, *types(store.catalogue)])
    with store.rehearsal() as tx:
        known = current(tx, store).all
        found: set[tuple[int, int]] = stored(office)
        alive = {row[0]: row[1] for row in tx.rows(f"SELECT id, type FROM resource WHERE state = {LIVE}")}
        rows = tx.rows("SELECT resource, attribute, target FROM resource_reference")
        for _ in range(len(HOLDERS) + 2):
            subjects = Subjects(tx, store).load(alive)
            now = {
                (id_, subject.id)
                for id_, holder in known.items()
                if holder.filter is not None
                for subject in subjects
                if predicate(holder.filter)(subject, office.clock())
            }
            now |= {(r, t) for r, a, t in rows if a == listed and t in alive and alive.get(r) in kinds}
            now -= {(r, t) for r, a, t in rows if a == excluded and r in alive}
            write(office, found, now)
            found = now
    return found


def write(office: Office, before: set[tuple[int, int]], now: set[tuple[int, int]]) -> None:
    """In place of what was found before."""
    store = office.store
    group = {row[0] for row in office.rows("SELECT id FROM resource WHERE type = ?", store.symbol("Group"))}
    attribute, criteria = store.symbols([MEMBERS, CRITERIA])
    with store.transaction() as tx:
        for holder, resource in before - now:
            tx.run("DELETE FROM member WHERE holder = ? AND resource = ?", holder, resource)
            tx.run(
                "DELETE FROM resource_reference WHERE resource = ? AND target = ? AND origin = ?",
                holder, resource, criteria,
            )  # fmt: skip
        for holder, resource in now - before:
            if holder in group:
                tx.run("INSERT INTO resource_reference VALUES (?, ?, ?, ?)", holder, attribute, resource, criteria)
            else:
                tx.run("INSERT INTO member VALUES (?, ?)", holder, resource)


def check(office: Office) -> None:
    """The law."""
    assert stored(office) == expected(office)
    assert office.rows("SELECT * FROM stirred") == []


@pytest.fixture
def offices(sqlite_store: Path, tmp_path: Path) -> Callable[[], Office]:
    """Makes an empty office, in place of the one before."""

    def made() -> Office:
        for old in tmp_path.glob("mimas.db*"):
            old.unlink()
        return Office(f"sqlite:///{shutil.copy(sqlite_store, tmp_path / 'mimas.db')}")

    return made


BUDGET = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@BUDGET
@given(begin=begins, plan=batches)
def test_members_are_those_that_a_look_at_everybody_finds(
    offices: Callable[[], Office], begin: Begin, plan: list[Any]
) -> None:
    office = offices()
    live(office, begin, plan)
    office.store.close()


def _unordered(patch: pytest.MonkeyPatch) -> None:
    whole = ordering.order

    def order(filters: Any) -> ordering.Order:
        found = whole(filters)
        return ordering.Order({}, found.circular, found.read)

    patch.setattr("mimas.store.membership.holders.order", order)


def _unlisted(patch: pytest.MonkeyPatch) -> None:
    listed = Asking._listed
    patch.setattr(Asking, "_listed", lambda self, name, ids: [] if name == EXCLUDED else listed(self, name, ids))


BROKEN: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "what is read of others is not followed": lambda patch: patch.setattr(settling, "follow", lambda *_: set()),
    "time passes without notice": lambda patch: patch.setattr(settling, "_write_dues", lambda *_: None),
    "sets are asked in any order": _unordered,
    "excluded members belong to it": _unlisted,
    "a new filter is asked of nobody": lambda patch: patch.setattr(settling, "_scan", lambda *_: []),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_the_law_catches_an_engine_in_which(
    offices: Callable[[], Office], broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    BROKEN[broken](monkeypatch)

    @settings(BUDGET, max_examples=200, phases=[Phase.generate], derandomize=True, database=None)
    @given(begin=begins, plan=batches)
    def law(begin: Begin, plan: list[Any]) -> None:
        office = offices()
        live(office, begin, plan)
        office.store.close()

    with pytest.raises(AssertionError):
        law()
