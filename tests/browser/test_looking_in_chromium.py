"""The pages that look into accounts and connector spaces, in a real browser."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visitor
from tests.unit.web.portal.company import Company

pytestmark = pytest.mark.slow

Come = Callable[[str | None], Visitor]


def test_somebody_is_helped_and_an_object_is_given_to_them(company: Company, visitor: Come) -> None:
    ann, bob = company.id("person/ann"), company.id("person/bob")
    hal = visitor("person/hal")
    page = hal.look(f"/resources/{ann}", "overview")
    page.get_by_role("link", name="Why jobTitle is so").click()
    expect(page.get_by_text("It is the only offer.")).to_be_in_viewport()
    hal.judge("why")
    page = hal.look(f"/resources/{bob}/accounts", "accounts")
    page.get_by_role("link", name="Why not?").click()
    expect(page.get_by_text("The conditions of the rules are not met.")).to_be_visible()
    hal.judge("why-not")
    ada = visitor("person/ada")
    for path in ("accounts", "memberships", "history", "requests?all=1", "preview"):
        ada.look(f"/resources/{ann}/{path}", re.split(r"\W", path)[0])
    page = ada.look("/connectors", "connectors")
    expect(page.get_by_role("link", name="hr", exact=True)).to_be_visible()
    page = ada.look("/connectors/hr?scope=disconnectors", "space")
    page.get_by_role("rowheader").get_by_role("link").first.click()
    ada.judge("object")
    ada.look("/metaverse?type=person&attribute=displayName&operator=contains&value=e", "metaverse")
    page = ada.look("/connectors/hr/joiner", "joiner")
    page.get_by_role("rowheader").get_by_role("link").first.click()
    ada.judge("whose")
    page.get_by_role("link", name="Bob Stone").first.click()
    expect(page.get_by_text("to be created").first).to_be_visible()
    for one in page.locator("details summary").all():
        one.click()
    ada.judge("before")
    page.get_by_role("button", name="Decide so").click()
    expect(page.get_by_text("belongs to Bob Stone. The next sync makes it so.")).to_be_visible()
