import pytest

from mimas.cli.requesting import requests_of
from mimas.requests.viewing import Viewer
from tests.unit.web.portal.company import Browser, Company, fields


@pytest.fixture
def ann(company: Company) -> Browser:
    return company.browser("person/ann")


def values(company: Company, who: str) -> dict[str, list[object]]:
    with company.opened() as installation:
        store = installation.engine.store
        viewer = Viewer(store, requests_of(installation).policies, None)
        with store.reading() as tx:
            (view,) = viewer.see(tx, [company.id(who)])
    found: dict[str, list[object]] = {name: list(some) for name, some in view.values.items()}
    return found | {name: list(ids) for name, ids in view.references.items()}


def test_a_person_changes_what_is_theirs(company: Company, ann: Browser) -> None:
    me = company.id("person/ann")
    page = ann.get(f"/resources/{me}/edit")
    assert {name for name in fields(page.text) if ":" not in name} == {"mobile", "room", "languages", "justification"}
    answer = ann.fill(
        f"/resources/{me}/edit", mobile="+49 171 1", languages="German\r\n\r\nSorbian ", justification="new"
    )
    assert answer.headers["location"] == f"/resources/{me}"
    found = values(company, "person/ann")
    assert (found["mobile"], found["languages"]) == (["+49 171 1"], ["German", "Sorbian"])
    shown = ann.get(f"/resources/{me}").text
    assert "It was done." in shown
    assert "+49 171 1" in shown
    assert "It was done." not in ann.get(f"/resources/{me}").text


def test_fields_that_a_form_does_not_have_are_not_taken(company: Company, ann: Browser) -> None:
    me = company.id("person/ann")
    for name in ("salary", "manager", "accountName", "ObjectID"):
        ann.fill(f"/resources/{me}/edit", **{name: "1", f"was:{name}": ""})
    found = values(company, "person/ann")
    assert (found["salary"], found["accountName"]) == ([4711], ["ann"])


def test_two_people_change_one_list(company: Company, ann: Browser) -> None:
    me = company.id("person/ann")
    form = fields(ann.get(f"/resources/{me}/edit").text)
    company.browser(None).fill(f"/resources/{me}/edit", languages="Danish", room="B 12")
    ann.post(f"/resources/{me}/edit", {**form, "languages": "German"})
    found = values(company, "person/ann")
    assert found["languages"] == ["Danish", "German"]
    assert found["room"] == ["B 12"], "what she has not touched is not put back"


def test_what_is_wrong_stands_beside_its_field(company: Company) -> None:
    owner, me = company.browser(None), company.id("person/ann")
    page = owner.fill(f"/resources/{me}/edit", salary="much", room="C 1")
    assert page.status_code == 400
    assert "is a whole number" in page.text
    assert fields(page.text)["room"] == "C 1"
    assert fields(page.text)["salary"] == "much"
    assert "room" not in values(company, "person/ann")
    owner.post(f"/resources/{me}/edit", {**fields(page.text), "salary": "5000"})
    found = values(company, "person/ann")
    assert (found["room"], found["salary"]) == (["C 1"], [5000])


def test_somebody_else_is_not_hers_to_change(company: Company, ann: Browser) -> None:
    for who in ("person/bob", "Set/administrators"):
        for address in (f"/resources/{company.id(who)}/edit", f"/resources/{company.id(who)}/delete"):
            assert ann.get(address).status_code in (403, 404)
            assert ann.post(address, {"was:room": "", "room": "X"}).status_code in (403, 404)


def test_a_manager_and_the_help_desk(company: Company) -> None:
    for who in ("person/max", "person/hal"):
        browser, target = company.browser(who), company.id("person/ann")
        assert browser.fill(f"/resources/{target}/edit", room=who).headers["location"] == f"/resources/{target}"
        assert values(company, "person/ann")["room"] == [who]
    hal, ada = company.browser("person/hal"), company.id("person/ada")
    refused = hal.get(f"/resources/{ada}/edit")
    assert refused.status_code == 403
    assert "nothing here that you may write" in refused.text


def test_a_group_of_ones_own(company: Company, ann: Browser) -> None:
    page = ann.fill("/new/group", displayName="Chess", description="On Tuesdays", justification="fun")
    group = int(page.headers["location"].rpartition("/")[2])
    assert values(company, "group/Chess")["description"] == ["On Tuesdays"]
    assert ann.fill(f"/resources/{group}/edit", description="On Fridays").status_code == 303
    # Whoever does not own it may leave it at most.
    page = company.browser("person/bob").get(f"/resources/{group}/edit")
    assert {name for name in fields(page.text) if name.startswith("was:")} == {"was:ExplicitMember"}


def test_who_joins_a_group_that_its_owner_looks_after_waits_for_consent(company: Company, ann: Browser) -> None:
    group, me = company.id("group/Budget"), company.id("person/ann")
    answer = ann.fill(f"/resources/{group}/edit", ExplicitMember=str(me), justification="I count")
    request = answer.headers["location"]
    page = ann.get(request).text
    assert "It waits for consent." in page
    assert "Waits for consent" in page
    bob = company.browser("person/bob")
    waiting = bob.get("/approvals").text
    approval = waiting.partition('href="/approvals/')[2].partition('"')[0]
    shown = bob.get(f"/approvals/{approval}").text
    assert "I count" in shown
    assert "Ann &lt;Lee&gt;" in shown
    assert ann.get(f"/approvals/{approval}").status_code in (200, 404)
    assert ann.post("/approvals", {"approval": approval, "decision": "approve"}).status_code == 409
    assert bob.post("/approvals", {"approval": approval, "decision": "approve", "comment": "ok"}).status_code == 303
    assert "1 request was approved." in bob.get("/approvals").text
    assert values(company, "group/Budget")["ExplicitMember"] == [me]
    assert "Done" in ann.get(request).text


def test_a_request_is_cancelled(company: Company, ann: Browser) -> None:
    group, me = company.id("group/Budget"), company.id("person/ann")
    request = ann.fill(f"/resources/{group}/edit", ExplicitMember=str(me)).headers["location"]
    assert company.browser("person/max").post(f"{request}/cancel").status_code in (403, 404)
    assert ann.post(f"{request}/cancel").headers["location"] == request
    assert "Cancelled" in ann.get(request).text
    assert "Nothing waits for you" in company.browser("person/bob").get("/approvals").text


def test_who_deletes_is_asked_first(company: Company) -> None:
    ada, bob = company.browser("person/ada"), company.id("person/bob")
    assert "Delete Bob Stone?" in ada.get(f"/resources/{bob}/delete").text
    assert ada.post(f"/resources/{bob}/delete", {"justification": "gone"}).headers["location"] == "/"
    assert ada.get(f"/resources/{bob}").status_code == 404
