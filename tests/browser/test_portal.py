"""What people do in the portal, in a real browser, wide and on a phone, in the light and in the dark."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visitor
from tests.unit.web.portal.company import Company

pytestmark = pytest.mark.slow

Come = Callable[[str | None], Visitor]


def test_every_page_can_be_used_by_everybody(company: Company, visitor: Come) -> None:
    ann = visitor("person/ann")
    me, group = company.id("person/ann"), company.id("group/Budget")
    for path in ("/", "/people", "/groups", "/requests", "/approvals", "/settings", "/me", "/deputies"):
        ann.look(path)
    ann.look(f"/resources/{me}/organisation", "organisation")
    ann.look("/new/Delegation", "new-deputy")
    ann.look(f"/resources/{me}/edit", "edit")
    ann.look(f"/resources/{group}", "group")
    ann.look("/new/group", "new-group")
    ada = visitor("person/ada")
    ada.look(f"/resources/{me}", "person")
    ada.look(f"/resources/{me}/delete", "delete")


def test_who_joins_and_who_consents(company: Company, visitor: Come) -> None:
    ann = visitor("person/ann")
    page = ann.look(f"/resources/{company.id('group/Budget')}/edit", "join")
    page.get_by_role("combobox", name="Listed members").press_sequentially("ann")
    page.get_by_role("option").first.click()
    page.get_by_label("Why").fill("I count")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("It was asked for. It waits for consent.")).to_be_visible()
    ann.judge("asked")
    bob = visitor("person/bob")
    page = bob.look("/approvals", "approvals")
    page.get_by_role("link", name="Approval of").first.click()
    expect(page.get_by_text("What would come of it")).to_be_visible()
    expect(page.get_by_text("It is being tried out")).to_have_count(0)
    bob.judge("approval")
    page.get_by_label("Comment").fill("You do")
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("1 request was approved.")).to_be_visible()
    bob.judge("approved")
    ann.look("/requests", "done")
    expect(ann.page.get_by_text("Done")).to_be_visible()


def test_people_are_found_while_one_types(visitor: Come) -> None:
    ann = visitor("person/ann")
    page = ann.look("/people")
    expect(page.locator("#rows a.list-group-item")).to_have_count(6)
    page.get_by_role("searchbox", name="Find", exact=True).press_sequentially("ma")
    expect(page.locator("#rows a.list-group-item")).to_have_count(1)
    assert page.url.endswith("?q=ma")
    ann.judge("found")
    page.get_by_role("searchbox", name="Find", exact=True).press_sequentially("zz")
    expect(page.get_by_text("Nothing found")).to_be_visible()
    ann.judge("nothing")


def test_other_colours_and_the_end_of_it(visitor: Come) -> None:
    ann = visitor("person/ann")
    page = ann.look("/settings")
    page.get_by_label("Colours").select_option("Dark")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    ann.judge("dark")
    page.get_by_role("button", name="Ann <Lee>").locator("visible=true").click()
    page.get_by_role("button", name="Sign out").locator("visible=true").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    ann.judge("out")
