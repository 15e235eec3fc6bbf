"""Operators and administrators at the portal, in a real browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visitor
from tests.unit.web.portal.company import Company, counted, stock

pytestmark = pytest.mark.slow

Come = Callable[[str | None], Visitor]


def test_a_day_of_an_operator(company: Company, monkeypatch: pytest.MonkeyPatch, visitor: Come) -> None:
    stock(company, monkeypatch)
    olga = visitor("person/olga")
    page = olga.look("/plans", "plans")
    page.get_by_label("Run profile").select_option("daily")
    page.get_by_role("button", name="Plan it").click()
    page.get_by_role("link", name="Look at what came of it").click()
    olga.judge("plan")
    page.get_by_role("link", name="Operations", exact=True).filter(visible=True).or_(
        page.get_by_role("link", name="Overview")
    ).last.click()
    page.get_by_label("Run profile").select_option("daily")
    page.get_by_role("button", name="Run it").click()
    expect(page.get_by_text("has ended")).to_be_visible()
    counted(company, 2)
    page.get_by_label("Run profile").select_option("daily")
    page.get_by_role("button", name="Run it").click()
    page.get_by_role("link", name="Look at what came of it").click()
    olga.judge("run")
    olga.look("/operations", "operations")
    olga.look("/runs")
    olga.look("/schedules")
    page.goto("/holds")
    olga.judge("holds")
    page.get_by_role("link", name="store: ").click()
    olga.judge("hold")
    page.get_by_role("button", name="through").first.click()
    expect(page.get_by_text("Nothing is held")).to_be_visible()


def test_policy_is_looked_into(company: Company, visitor: Come) -> None:
    ada = visitor("person/ada")
    for place in ("rules", "sets", "workflows", "templates", "schema", "schema/person"):
        ada.look(f"/policy/{place}")
    page = ada.look("/policy/filter")
    page.get_by_label("Filter", exact=True).fill("/person[department = 'IT']")
    expect(page.get_by_text("3 found")).to_be_visible()
    ada.judge("tried")
    page = ada.look("/policy/who")
    for field, letters in (("Person", "hal"), ("Of whom or what", "ann")):
        page.get_by_role("combobox", name=field).press_sequentially(letters)
        page.locator(".choices [role=option]").first.click()
    page.get_by_label("Attribute").fill("mobile")
    page.get_by_role("button", name="Ask").click()
    expect(page.get_by_text("Yes.")).to_be_visible()
    ada.judge("who-answered")
