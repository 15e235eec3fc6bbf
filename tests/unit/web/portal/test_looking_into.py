"""Whoever helps people, and whoever looks into connector spaces and links their objects: what they see, and do not."""

import re
from html import unescape

import pytest

from mimas.runs.catalogue import ERRORS
from tests.unit.cli.shell import Shell
from tests.unit.web.portal.company import WORKERS, Browser, Company


def object_of(browser: Browser, connector: str, key: str) -> int:
    """An object, by the search of its connector space."""
    found = re.search(r'/objects/(\d+)"', browser.get(f"/connectors/{connector}?q={key}").text)
    assert found
    return int(found[1])


def test_the_help_desk_sees_how_accounts_stand_and_no_values_of_them(shared: Company) -> None:
    hal, olga, ann = shared.browser("person/hal"), shared.browser("person/olga"), shared.id("person/ann")
    page = hal.get(f"/resources/{ann}/accounts").text
    assert "badges" in page
    assert "Badges for workers" in page
    assert "/connectors/" not in page
    assert "/connectors/badges/objects/" in olga.get(f"/resources/{ann}/accounts").text
    why_not = f"/resources/{shared.id('person/bob')}/accounts/badges"
    assert "The conditions of the rules are not met." in hal.get(why_not).text
    assert "jobTitle ISNOTNULL" not in hal.get(why_not).text
    assert "jobTitle ISNOTNULL" in olga.get(why_not).text


def test_what_is_to_be_sent_and_what_failed_is_told_with_what_to_do(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell = Shell(company.home, monkeypatch)
    shell.write("data/hr.csv", WORKERS.replace("Sales clerk", "Chief clerk"))
    shell.done("import", "hr")
    hal, olga = company.browser("person/hal"), company.browser("person/olga")
    accounts = f"/resources/{company.id('person/ann')}/accounts"
    assert "waits for a sync" in hal.get(accounts).text
    shell.done("sync")
    with company.opened() as installation, installation.store.transaction() as tx:
        tx.run("UPDATE pending_export SET error = ?", "permission-issue")
    page = hal.get(accounts).text
    assert "to be changed" in page
    assert re.search(r"Attributes to be written:\s+title", page)
    assert "Chief clerk" not in page
    assert ERRORS["permission-issue"].advice in unescape(page)
    assert "Chief clerk" in olga.get(accounts).text
    assert "permission-issue" in olga.get("/connectors/badges?scope=export-errors").text
    at = f"/connectors/badges/objects/{object_of(olga, 'badges', 'ann')}"
    assert "differs" in olga.get(at).text


def test_why_a_value_is_so_is_told_as_far_as_one_may_read(shared: Company) -> None:
    hal, olga, ann = shared.browser("person/hal"), shared.browser("person/olga"), shared.id("person/ann")
    page = hal.get(f"/resources/{ann}/why/jobTitle").text
    assert "Sales clerk" in page
    assert "Workers of HR" in page
    assert "Badges for workers" in page
    assert "step by step" not in page
    assert "No rule writes it" in hal.get(f"/resources/{ann}/why/mail").text
    # Olga looks into everything that synchronises; but no rule lets her read this of a person.
    assert olga.get(f"/resources/{ann}/why/jobTitle").status_code == 404
    assert olga.get(f"/resources/{ann}/why/mail").status_code == 200
    part = hal.get(f"/resources/{ann}/why/jobTitle", **{"HX-Request": "true"}).text
    assert part.lstrip().startswith("<section")


def test_history_tells_only_of_what_may_be_read(shared: Company) -> None:
    hal, olga, ann = shared.browser("person/hal"), shared.browser("person/olga"), shared.id("person/ann")
    page = hal.get(f"/resources/{ann}/history").text
    assert "salary: + 4711" in page
    assert "badges ann" in page
    assert "should hold" not in page
    page = olga.get(f"/resources/{ann}/history").text
    assert "displayName" in page
    assert "4711" not in page
    assert "should hold title: + Sales clerk" in page


def test_what_is_held_back_is_shown_with_its_memberships_and_requests(company: Company) -> None:
    ann = company.id("person/ann")
    company.browser("person/ann").post(f"/resources/{company.id('group/Budget')}/join")
    hal, ada = company.browser("person/hal"), company.browser("person/ada")
    assert "Waits for consent" in hal.get(f"/resources/{ann}/requests").text
    assert "by its criteria" in ada.get(f"/resources/{ann}/memberships").text
    ada.post(f"/resources/{company.id('group/Runners')}/join")
    page = ada.get(f"/resources/{company.id('person/ada')}/memberships").text
    assert re.search(r"Runners</a>.*?listed as a member", page, re.DOTALL)


def test_people_see_which_rule_owns_their_values_and_nothing_else_of_it(shared: Company) -> None:
    page = shared.browser("person/ann").get("/me").text
    assert "from hr, by the rule “Workers of HR”" in page
    assert "/why/" not in page
    assert "from hr" not in shared.browser("person/max").get(f"/resources/{shared.id('person/ann')}").text


def test_a_connector_space_is_looked_into_down_to_the_images(shared: Company) -> None:
    olga = shared.browser("person/olga")
    rows = {scope: olga.get(f"/connectors/hr?scope={scope}").text for scope in ("all", "connectors", "disconnectors")}
    assert [len(re.findall(r'/objects/\d+"', page)) for page in rows.values()] == [5, 3, 2]
    for scope in ("pending-import", "pending-export", "export-errors", "import-errors"):
        assert olga.get(f"/connectors/hr?scope={scope}").status_code == 200
    assert olga.get("/connectors/hr?scope=pending-import&after=x").status_code == 400
    assert olga.get("/connectors/hr?scope=everything").status_code == 400
    at = f"/connectors/hr/objects/{object_of(olga, 'hr', '3')}"
    assert "Sales clerk" in olga.get(at).text
    preview = olga.get(f"{at}/preview").text
    assert "linked" in preview
    assert "present, and as it should be" in preview
    assert "4711" not in preview
    assert olga.get(at.replace("hr", "badges")).status_code == 404
    assert olga.get("/connectors/nothing").status_code == 404


def test_the_metaverse_is_searched_as_far_as_one_may_read(shared: Company) -> None:
    ada = shared.browser("person/ada")

    def found(**asked: str) -> list[str]:
        query = "&".join(f"{name}={value}" for name, value in {"type": "person", **asked}.items())
        page = ada.get(f"/metaverse?{query}").text
        return re.findall(r'href="/resources/\d+"><div class="row"><div class="col text-truncate">(\w+)', page)

    assert found(attribute="displayName", operator="contains", value="berg") == ["Max"]
    assert found(attribute="accountName", operator="equals", value="bob") == ["Bob"]
    assert found(attribute="displayName", operator="starts-with", value="o") == ["Olga"]
    assert found(attribute="mail", operator="missing") == []
    assert len(found(attribute="mail", operator="present")) == 6
    assert ada.get("/metaverse?type=Set").status_code == 404


def test_an_object_is_given_to_somebody_once_it_is_seen_what_would_come_of_it(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, olga, bob = company.browser("person/ada"), company.browser("person/olga"), company.id("person/bob")
    page = ada.get("/connectors/hr/joiner").text
    suggested = re.search(rf'href="(/connectors/hr/joiner/\d+)\?to={bob}"', page)
    assert suggested
    at = suggested[1]
    assert olga.get(at).status_code == olga.post(at, {"to": str(bob)}).status_code == 404
    before = ada.get(f"{at}?to={bob}").text
    assert "to be created" in before
    assert "Buyer" in before
    assert "has the object 3 in hr already" in ada.post(at, {"to": str(company.id("person/ann"))}).text
    assert "No inbound rule" in ada.get(f"{at}?to=new/group").text
    assert ada.post(at, {"to": "x"}).status_code == 400
    assert ada.post(at, {"to": str(bob)}).status_code == 303
    assert "belongs to Bob Stone" in ada.get(at).text
    shell = Shell(company.home, monkeypatch)
    shell.done("run", "badges")
    assert "bob,Bob Stone,Buyer" in (company.home / "data" / "badges.csv").read_text("utf-8")
    parting = ada.get(f"{at}?to=nobody").text
    assert "to be deleted" in parting or "disconnected" in parting
    ada.post(at, {"to": "nobody"})
    shell.done("sync")
    assert "disconnected by hand" in ada.get("/connectors/hr/joiner").text
    ada.post(at, {"to": "rules"})
    assert "nobody matches" in ada.get("/connectors/hr/joiner").text


def test_an_object_becomes_somebody_new(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    ada = company.browser("person/ada")
    (at,) = set(re.findall(r'"(/connectors/hr/joiner/\d+)">5<', ada.get("/connectors/hr/joiner").text))
    assert "?to=new/person" in ada.get(at).text
    before = ada.get(f"{at}?to=new/person").text
    assert ">new</span>" in before
    assert "Temp" in before
    assert ada.post(at, {"to": "new/person"}).status_code == 303
    shell = Shell(company.home, monkeypatch)
    # As the page has said before: without an account name no badge can be made.
    assert "gives no value for login" in before
    assert "gives no value for login" in shell("sync").out
    shell("sync", "--full")
    assert "/connectors/hr/objects/" in ada.get(at).text
    assert "It belongs to nobody:" not in ada.get(at).text
    assert ada.get("/connectors/hr?scope=connectors").text.count('href="/resources/') == 4
