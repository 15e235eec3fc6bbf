"""The judge of the demo judges: it is told of a fault in each system, and must find it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import company
import expected
import pytest

TODAY = datetime(2026, 3, 4, tzinfo=UTC).date()


@pytest.fixture(scope="module")
def first() -> expected.Expectation:
    return expected.expect(company.first_day(TODAY))


@pytest.fixture(scope="module")
def accounts(first: expected.Expectation) -> dict[str, str]:
    """Names given out in one possible order."""
    return give_names(first)


def give_names(expectation: expected.Expectation) -> dict[str, str]:
    given: dict[str, str] = {}
    for key, person in expectation.people.items():
        if person.status == "future":
            continue
        numbered = (f"{person.candidates[-1]}{count}" for count in range(2, 100))
        tries = (*person.candidates, *numbered)
        given[key] = next(name for name in tries if name not in given.values())
    return given


def test_names_given_out_in_order_are_right(first: expected.Expectation, accounts: dict[str, str]) -> None:
    assert expected.names_wrong(first, accounts) == []


def test_a_shared_name_is_wrong(first: expected.Expectation, accounts: dict[str, str]) -> None:
    one, other = list(accounts)[:2]
    assert expected.names_wrong(first, accounts | {one: accounts[other]})


def test_a_name_that_skips_a_free_one_is_wrong(first: expected.Expectation, accounts: dict[str, str]) -> None:
    key = next(key for key, name in accounts.items() if name == first.names[key][0])
    last = first.names[key][-1]
    assert any("is free" in line for line in expected.names_wrong(first, accounts | {key: f"{last}2"}))


@pytest.mark.parametrize("name", ["nobody", "2", ""])
def test_a_name_of_no_rule_is_wrong(first: expected.Expectation, accounts: dict[str, str], name: str) -> None:
    assert any("cannot give" in line for line in expected.names_wrong(first, accounts | {next(iter(accounts)): name}))


def test_a_name_outlives_a_marriage(first: expected.Expectation) -> None:
    day = company.second_day(company.first_day(TODAY))
    second = expected.expect(day, first)
    married = day.workers[120].number
    assert second.people[married].facts["family"] == "Müller-Ødegård"
    assert second.names[married] == first.names[married]


def test_hr_knows_best_and_the_register_fills_the_gaps(first: expected.Expectation) -> None:
    day = company.first_day(TODAY)
    worker, contractor = day.workers[400], day.contractors[0]
    assert worker.person == contractor.person
    person = first.people[worker.number]
    assert person.facts["kind"] == "employee"
    assert person.facts["mobile"] == contractor.mobile
    assert contractor.key not in first.people


@pytest.mark.parametrize(
    ("start", "end", "status"),
    [(-100, None, "active"), (3, None, "active"), (30, None, "future"), (-100, -1, "left"), (-100, 200, "active")],
)
def test_status_follows_the_dates(start: int, end: int | None, status: str) -> None:
    day = company.first_day(TODAY)
    dates = {"start": TODAY + timedelta(start), "end": None if end is None else TODAY + timedelta(end)}
    worker = replace(day.workers[600], **dates)  # type: ignore[arg-type]  # the dates are dates
    person = expected.expect(replace(day, workers=(worker,), contractors=())).people[worker.number]
    assert person.status == status


def test_a_manager_who_has_left_is_nobodys_manager_in_the_directory() -> None:
    day = company.second_day(company.first_day(TODAY))
    expectation = expected.expect(day)
    accounts = give_names(expectation)
    gone = {key for key, person in expectation.people.items() if person.status == "left"}
    orphan = next(p for p in expectation.people.values() if p.manager in gone and p.status == "active")
    entries = expected.directory(expectation, accounts)
    entry = next(entry for entry in entries.values() if entry.get("employeeNumber") == frozenset({orphan.id}))
    assert "manager" not in entry
    assert expected.application(expectation, accounts)[orphan.id]["manager_id"] == frozenset({orphan.manager})


def test_every_kind_of_difference_is_told(first: expected.Expectation, accounts: dict[str, str]) -> None:
    right = expected.application(first, accounts)
    assert expected.differences("app", right, right) == []
    one, two, *_ = right
    wrong = {key: values for key, values in right.items() if key != one} | {"4711": {}}
    wrong[two] = right[two] | {"mail": frozenset({"x@example.com"})}
    lines = expected.differences("app", right, wrong)
    assert lines == sorted([
        f"app: {one} is missing",
        "app: 4711 should not be there",
        f"app: {two}: mail should not be 'x@example.com'",
        f"app: {two}: mail should be {next(iter(right[two]['mail']))!r}",
    ])  # fmt: skip


def test_departments_are_groups_of_the_active(first: expected.Expectation, accounts: dict[str, str]) -> None:
    entries = expected.directory(first, accounts)
    group = entries[r"cn=Sales\, EMEA,ou=groups,dc=example,dc=com"]
    assert group["member"] <= entries.keys()
    assert len(group["member"]) > 30
    assert len(expected.service(first, accounts)["Sales, EMEA"]["members"]) == len(group["member"])
