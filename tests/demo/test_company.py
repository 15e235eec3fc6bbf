"""The made-up company holds the dirt that it promises, and is the same each time."""

import csv
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import company
import pytest

TODAY = datetime(2026, 3, 4, tzinfo=UTC).date()


@pytest.fixture(scope="module")
def first() -> company.Company:
    return company.first_day(TODAY)


@pytest.fixture(scope="module")
def second(first: company.Company) -> company.Company:
    return company.second_day(first)


def test_there_are_a_thousand_people_and_some_are_in_both_sources(first: company.Company) -> None:
    workers = {worker.person for worker in first.workers}
    contractors = {contractor.person for contractor in first.contractors}
    assert len(workers | contractors) == 1000
    assert len(workers & contractors) == company.BOTH


def test_the_same_day_gives_the_same_company(first: company.Company) -> None:
    assert company.first_day(TODAY) == first


def test_the_dirt_is_there(first: company.Company) -> None:
    workers = first.workers
    assert any("  " in worker.typed_given for worker in workers)
    assert any(worker.typed_family.endswith(" ") for worker in workers)
    assert any(not worker.family.text.isascii() and worker.family.text[0] > "Ͱ" for worker in workers)
    assert any("'" in worker.family.text for worker in workers)
    assert sum(not worker.department for worker in workers) == 5
    numbers = {worker.number for worker in workers}
    assert sum(bool(worker.manager) and worker.manager not in numbers for worker in workers) == 4
    names = Counter((worker.given, worker.family) for worker in workers)
    assert sum(count > 1 for count in names.values()) >= 5
    assert any(worker.start > TODAY for worker in workers)
    assert any(worker.end and worker.end < TODAY for worker in workers)


def test_numbers_mails_and_keys_are_unique(second: company.Company) -> None:
    mails = [worker.mail.lower() for worker in second.workers if worker.mail]
    assert len(set(mails)) == len(mails)
    assert len({worker.number for worker in second.workers}) == len(second.workers)
    assert len({contractor.key for contractor in second.contractors}) == len(second.contractors)


def test_nobody_reports_to_themselves(second: company.Company) -> None:
    assert all(worker.number != worker.manager for worker in second.workers)


def test_the_second_day_changes_what_it_says(first: company.Company, second: company.Company) -> None:
    before = {worker.number: worker for worker in first.workers}
    joined = [worker for worker in second.workers if worker.number not in before]
    had_left = {worker.number for worker in first.workers if worker.end}
    left = [w for w in second.workers if w.end and w.end < TODAY and w.number not in had_left]
    back = [w for w in second.workers if w.number in had_left and not w.end]
    assert (len(joined), len(left), len(back)) == (8, 12, 1)
    managers = {worker.manager for worker in second.workers}
    assert sum(worker.number in managers for worker in left) >= 1


def test_files_hold_the_people(first: company.Company, tmp_path: Path) -> None:
    first.write(tmp_path)
    with (tmp_path / "hr.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["LastName"] for row in rows] == [worker.typed_family for worker in first.workers]
    assert (tmp_path / "contractors.ldif").read_text(encoding="utf-8").count("\ndn: ") == len(first.contractors)


def test_a_file_that_was_cut_off_ends_in_mid_row(first: company.Company, tmp_path: Path) -> None:
    first.write(tmp_path)
    kept = company.cut_off(tmp_path / "hr.csv")
    text = (tmp_path / "hr.csv").read_bytes()
    assert not text.endswith(b"\n")
    assert 500 < kept < len(first.workers)
    assert len(text.rpartition(b"\n")[2].decode().split(",")) < len(company.COLUMNS)
