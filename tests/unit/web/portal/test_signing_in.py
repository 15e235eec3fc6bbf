from datetime import UTC, datetime, timedelta

import pytest

from mimas.authentication import passwords, tickets
from mimas.authentication.throttling import Throttle
from mimas.store import sessions
from mimas.web.portal.pages import signing_in
from tests.unit.web.portal.company import Company

SECRET = "three old ferries"


@pytest.fixture
def ann(company: Company) -> int:
    person = company.id("person/ann")
    with company.opened() as installation, installation.store.transaction() as tx:
        passwords.set_password(tx, person, SECRET)
    return person


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signing_in, "THROTTLE", Throttle(10, timedelta(minutes=5)))


def test_whoever_is_not_signed_in_is_led_there_and_back(company: Company, ann: int) -> None:
    browser = company.browser()
    there = browser.get("/people?q=a")
    assert (there.status_code, there.headers["location"]) == (303, "/sign-in?to=%2Fpeople%3Fq%3Da")
    page = browser.get(there.headers["location"])
    assert "Example &amp; Co" in page.text
    back = browser.fill(there.headers["location"], name="ANN", password=SECRET)
    assert (back.status_code, back.headers["location"]) == (303, "/people?q=a")
    assert "Ann &lt;Lee&gt;" in browser.get("/people?q=a").text


@pytest.mark.parametrize("name", ["ann", "ann@example.com"])
def test_a_name_or_a_mail_address(company: Company, ann: int, name: str) -> None:
    browser = company.browser()
    assert browser.post("/sign-in", {"name": name, "password": SECRET}).status_code == 303
    assert browser.get("/me").status_code == 200


@pytest.mark.parametrize(
    ("name", "password"), [("ann", "something else entirely"), ("bob", SECRET), ("x", SECRET), ("", "")]
)
def test_what_does_not_belong_together(company: Company, ann: int, name: str, password: str) -> None:
    browser = company.browser()
    page = browser.post("/sign-in", {"name": name, "password": password})
    assert page.status_code == 403
    assert "do not belong together" in page.text
    assert password not in page.text or not password
    assert browser.get("/me").status_code == 303


def test_passwords_cannot_be_tried_for_ever(company: Company, ann: int) -> None:
    browser = company.browser()
    for _ in range(10):
        assert browser.post("/sign-in", {"name": "ann", "password": "wrong"}).status_code == 403
    assert browser.post("/sign-in", {"name": "ann", "password": SECRET}).status_code == 429


@pytest.mark.parametrize(
    "to", ["https://evil.example/", "//evil.example/", "/\\evil.example", "/\n/evil", "javascript:1"]
)
def test_nobody_is_led_elsewhere(company: Company, ann: int, to: str) -> None:
    browser = company.browser()
    answer = browser.post("/sign-in", {"name": "ann", "password": SECRET, "to": to})
    assert answer.headers["location"] == "/"
    assert "evil" not in browser.client.get("/sign-in", params={"to": to}).headers["location"]


def test_many_who_sign_in_from_one_place_are_let_in(company: Company, ann: int) -> None:
    for _ in range(12):
        assert company.browser().post("/sign-in", {"name": "ann", "password": SECRET}).status_code == 303


def test_a_link_lets_in_once(company: Company) -> None:
    link, browser = company.link("person/ann"), company.browser()
    assert "Sign in as Ann &lt;Lee&gt;" in browser.get(link).text
    assert browser.get("/me").status_code == 303, "programs open links, too"
    assert browser.post(link).headers["location"] == "/"
    assert browser.get("/me").status_code == 200
    other = company.browser()
    for answer in (other.get(link), other.post(link)):
        assert answer.status_code == 410
        assert "used already" in answer.text


def test_a_link_is_over_after_a_while(company: Company) -> None:
    with company.opened() as installation, installation.store.transaction() as tx:
        word = tickets.issue(tx, None, datetime.now(UTC) - tickets.LIFETIME)
    assert company.browser().post(f"{tickets.PATH}{word}").status_code == 410


def test_a_session_number_from_before_is_worth_nothing(company: Company) -> None:
    browser = company.browser()
    browser.client.cookies.set("mimas", "0" * 32, "127.0.0.1")
    browser.post(company.link("person/ann"))
    thief = company.browser()
    thief.client.cookies.set("mimas", "0" * 32, "127.0.0.1")
    assert thief.get("/me").status_code == 303
    assert browser.get("/me").status_code == 200
    number = browser.client.cookies["mimas"]
    browser.post(company.link("person/bob"))
    thief.client.cookies.clear()
    thief.client.cookies.set("mimas", number, "127.0.0.1")
    assert thief.get("/me").status_code == 303, "the session from before has ended"


def test_the_cookie_is_for_these_pages_only(company: Company) -> None:
    answer = company.browser().post(company.link("person/ann"))
    cookie = answer.headers["set-cookie"].lower()
    assert all(part in cookie for part in ("httponly", "samesite=lax", "path=/"))


def test_whoever_signs_out_is_out(company: Company) -> None:
    browser = company.browser("person/ann")
    number = browser.client.cookies["mimas"]
    assert browser.post("/sign-out").headers["location"] == "/sign-in"
    browser.client.cookies.set("mimas", number, "127.0.0.1")
    assert browser.get("/me").status_code == 303


def test_a_session_can_be_ended_elsewhere(company: Company) -> None:
    phone, desk = company.browser("person/ann"), company.browser("person/ann")
    assert desk.get("/settings").text.count("End it") == 1
    assert desk.post("/settings/sessions").headers["location"] == "/settings"
    assert "1 session was ended." in desk.get("/settings").text
    assert phone.get("/me").status_code == 303
    assert desk.get("/me").status_code == 200


def test_nobody_ends_the_session_of_another(company: Company) -> None:
    ann, bob = company.browser("person/ann"), company.browser("person/bob")
    with company.opened() as installation, installation.store.reading() as tx:
        (session,) = sessions.of(tx, company.id("person/ann"), datetime.now(UTC))
    bob.post("/settings/sessions", {"session": session.digest})
    assert ann.get("/me").status_code == 200


def test_whoever_is_deleted_is_out(company: Company) -> None:
    browser = company.browser("person/ann")
    assert browser.get("/me").status_code == 200
    owner = company.browser(None)
    owner.post(f"/resources/{company.id('person/ann')}/delete")
    assert browser.get("/me").status_code == 303


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}]
)
def test_no_other_site_sends_our_forms(company: Company, headers: dict[str, str]) -> None:
    browser = company.browser("person/ann")
    answer = browser.client.post("/sign-out", headers=headers)
    assert answer.status_code == 403
    assert "another site" in answer.text
    assert browser.get("/me").status_code == 200
