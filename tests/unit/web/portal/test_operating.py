"""Operators at the portal: they run, look at what came of it, decide what is held, plan and apply."""

import re
import time

import pytest

from mimas.requests.duties import Duty
from mimas.web.portal.pages import WAYS
from tests.unit.web.portal.company import Browser, Company, counted, stock

PEOPLE = ("ada", "hal", "olga", "max", "ann", "bob")


@pytest.fixture
def stocked(company: Company, monkeypatch: pytest.MonkeyPatch) -> Company:
    """The company with a list of its devices."""
    stock(company, monkeypatch)
    return company


def ended(browser: Browser) -> str:
    """What is shown once what goes on beside the pages has ended."""
    for _ in range(200):
        page = browser.get("/operations/now").text
        if "hx-trigger" not in page:
            return page
        time.sleep(0.05)
    raise AssertionError(page)


def run(browser: Browser) -> str:
    """Run the profile; the address of the run."""
    assert browser.post("/runs", {"profile": "daily"}).headers["location"] == "/operations"
    found = re.search(r'href="(/runs/\d+)"', ended(browser))
    assert found
    return found[1]


def test_duties_decide_who_finds_the_pages(shared: Company) -> None:
    """As far as the policy of the company goes: operators and administrators."""
    for person in PEOPLE:
        browser = shared.browser(f"person/{person}")
        may = {"ada": set(Duty), "olga": {Duty.BROWSE, Duty.OPERATE, Duty.ACCOUNTS}, "hal": {Duty.ACCOUNTS}}
        for way in WAYS:
            if way.duty is None or way.method != "GET" or "{" in way.path:
                continue
            assert browser.get(way.path).status_code == (200 if way.duty in may.get(person, ()) else 404), way
        assert ("/operations" in browser.get("/").text) is (person in ("ada", "olga"))
        if person not in ("ada", "olga"):
            assert browser.post("/runs", {"profile": "x"}).status_code == 404


def test_a_run_is_started_and_looked_into_down_to_its_objects(stocked: Company) -> None:
    olga = stocked.browser("person/olga")
    page = olga.get(run(olga)).text
    assert "daily" in page
    link = re.search(r'href="(/runs/\d+/\d+/projected)"', page)
    assert link
    assert "Laptop 5" in olga.get(link[1]).text
    assert olga.get(link[1].replace("projected", "nonsense")).status_code == 404
    overview = olga.get("/operations").text
    assert overview.count("<rect") == 2, "it, and the run of the founding"
    assert ">6<" in olga.get("/operations/health").text
    assert "daily" in olga.get("/runs").text


def test_what_is_held_is_let_through_by_operators_only(stocked: Company) -> None:
    olga = stocked.browser("person/olga")
    run(olga)
    counted(stocked, 2)
    run(olga)
    hold = re.search(r'href="(/holds/\d+)"', olga.get("/holds").text)
    assert hold
    assert "S2" in olga.get(hold[1]).text
    assert stocked.browser("person/hal").post(f"{hold[1]}/release").status_code == 404
    assert olga.post(f"{hold[1]}/release").headers["location"] == "/holds"
    page = olga.get("/holds").text
    assert "Nothing is held" in page
    assert olga.get(hold[1]).status_code == 404


def test_a_plan_is_made_read_and_carried_out(stocked: Company) -> None:
    olga = stocked.browser("person/olga")
    olga.post("/plans", {"profile": "daily"})
    found = re.search(r'href="(/plans/[\w.-]+)"', ended(olga))
    assert found
    plan = found[1]
    page = olga.get(plan).text
    assert "store: 6 device created" in page
    assert "Laptop 3" in page
    assert (stocked.home / "data" / "store.csv").read_text() == "serial,name\n"
    assert plan in olga.get("/plans").text
    assert "Laptop 3" in olga.get(f"{plan}/0").text
    assert olga.get(f"{plan}/9").status_code == 404
    olga.post(f"{plan}/apply")
    assert "has ended" in ended(olga)
    assert (stocked.home / "data" / "store.csv").read_text().count("Laptop") == 6
    assert olga.get(plan).status_code == 404
    assert olga.get("/plans/..%2Fmimas.toml").status_code == 404


def test_what_fails_beside_the_pages_is_told(stocked: Company) -> None:
    olga = stocked.browser("person/olga")
    (stocked.home / "data" / "assets.csv").unlink()
    address = run(olga)
    assert "assets.csv" in olga.get(address).text
    assert olga.post("/runs", {"profile": "nightly"}).status_code == 400
