"""Policy at the portal: for whoever may read it."""

import pytest

from mimas.web.portal.pages import governing
from tests.unit.web.portal.company import Company

PLACES = [way.path for way in governing.WAYS if "{" not in way.path] + ["/policy/sets", "/policy/schema/person"]


@pytest.mark.parametrize("person", ["ada", "hal", "olga", "max", "ann"])
def test_only_whoever_may_read_rules_finds_it(shared: Company, person: str) -> None:
    browser = shared.browser(f"person/{person}")
    expected = {200, 303} if person == "ada" else {404}
    assert {browser.get(path).status_code for path in PLACES} <= expected
    assert ("/policy" in browser.get("/").text) is (person == "ada")


def test_rules_and_sets_are_listed_with_what_they_say(shared: Company) -> None:
    ada = shared.browser("person/ada")
    page = ada.get("/policy/rules?q=help desk").text
    assert "The help desk reads people" in page
    assert "Administrators control everything" not in page
    assert "All people" in page
    page = ada.get("/policy/sets?q=all").text
    assert "/person" in page
    assert "6 members" in page
    assert ada.get("/policy/nonsense").status_code == 404


def test_who_may_do_what_is_answered_with_the_rule(shared: Company) -> None:
    ada = shared.browser("person/ada")
    hal, ann = shared.id("person/hal"), shared.id("person/ann")
    page = ada.get(f"/policy/who?person={hal}&target={ann}&action=Modify&attribute=mobile").text
    assert "Yes." in page
    assert "The help desk changes people" in page
    page = ada.get(f"/policy/who?person={ann}&target={hal}&action=Modify&attribute=mobile").text
    assert "No rule grants it" in page
    assert ada.get("/policy/who?action=Fly").status_code == 400


def test_a_filter_is_tried(shared: Company) -> None:
    ada = shared.browser("person/ada")
    page = ada.get("/policy/filter?filter=/person[department='IT']", **{"HX-Request": "true"}).text
    assert "3 found" in page
    assert "Hal Helper" in page
    assert "<html" not in page
    assert "alert" in ada.get("/policy/filter?filter=/person[").text
    assert "no attribute" in ada.get("/policy/filter?filter=/person[nonsense='x']").text.lower()


def test_a_type_tells_who_writes_its_attributes(shared: Company) -> None:
    page = shared.browser("person/ada").get("/policy/schema/person").text
    assert "The help desk changes people" in page
    assert "indexed" in page
