"""The page behind the link in a letter: opening it decides nothing, and its form decides once."""

import logging
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx2
import pytest

from tests.asked import APPROVAL, APPROVER, MATTER, Kept, word
from tests.unit.web.pages import served


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def browser(kept: Kept) -> Iterator[httpx2.Client]:
    with served(kept) as client:
        yield client


def answer(browser: httpx2.Client, decision: str, comment: str = "", **more: str) -> httpx2.Response:
    return browser.post(f"/decide/{word()}", data={"decision": decision, "comment": comment, **more})


def test_opening_shows_what_is_asked_and_decides_nothing(browser: httpx2.Client, kept: Kept) -> None:
    for _ in range(3):
        page = browser.get(f"/decide/{word()}?answer=approve")
        browser.head(f"/decide/{word()}?answer=approve")
    assert page.status_code == 200
    for text in (
        "Ann Example",
        "Finance &lt;Reports&gt;",
        "Month end is near.",
        "4712, 4713",
        "the account ann is made",
    ):
        assert text in page.text
    assert "<Reports>" not in page.text
    assert f"{MATTER.deadline:%Y-%m-%d %H:%M} UTC" in page.text
    assert kept.decided == []


@pytest.mark.parametrize("decision", ["approve", "reject"])
def test_the_form_decides_once(browser: httpx2.Client, kept: Kept, decision: str) -> None:
    page = answer(browser, decision, "  fine by me\n ")
    assert page.status_code == 200
    assert {"approve": "Approved", "reject": "Rejected"}[decision] in page.text
    assert kept.decided == [(APPROVAL, APPROVER, decision, "fine by me")]
    again = answer(browser, "reject")
    assert again.status_code == 410
    assert "You have decided already." in again.text
    assert "<form" not in again.text
    assert len(kept.decided) == 1
    assert "<form" not in browser.get(f"/decide/{word()}").text


def test_what_is_refused_in_that_moment_is_told(browser: httpx2.Client, kept: Kept) -> None:
    kept.decide = lambda *_: "Carl has rejected it."  # type: ignore[method-assign]
    page = answer(browser, "approve")
    assert page.status_code == 409
    assert "Carl has rejected it." in page.text


def test_the_button_of_the_link_comes_first(browser: httpx2.Client) -> None:
    page = browser.get(f"/decide/{word()}?answer=reject").text
    assert page.index('value="reject"') < page.index('value="approve"')
    page = browser.get(f"/decide/{word()}").text
    assert page.index('value="approve"') < page.index('value="reject"')


def test_a_form_without_a_decision_decides_nothing_and_keeps_the_comment(browser: httpx2.Client, kept: Kept) -> None:
    for decision in ("", "maybe"):
        page = answer(browser, decision, "so <far>")
        assert page.status_code == 400
        assert "Choose Approve or Reject." in page.text
        assert "so &lt;far&gt;</textarea>" in page.text
    large = browser.post(f"/decide/{word()}", content=b"decision=approve&comment=" + b"x" * 100_000)
    assert large.status_code == 400
    assert browser.post(f"/decide/{word()}", content=b"\xff\x00").status_code == 400
    assert kept.decided == []


def test_a_long_comment_is_cut(browser: httpx2.Client, kept: Kept) -> None:
    answer(browser, "approve", "x" * 3_000)
    assert kept.decided[0][3] == "x" * 2_000


def test_a_link_that_nobody_has_signed_opens_nothing(browser: httpx2.Client, kept: Kept) -> None:
    good = word()
    for bad in (good[:-1] + ("a" if good[-1] != "a" else "b"), "x", "..", good + "a"):
        for page in (browser.get(f"/decide/{bad}"), browser.post(f"/decide/{bad}", data={"decision": "approve"})):
            assert page.status_code == 404
            assert "This link means nothing" in page.text
    assert (kept.opened, kept.decided) == (0, [])
    assert browser.get("/").status_code == 404
    assert browser.put(f"/decide/{good}").status_code == 405


def test_a_link_is_for_one_person_and_one_approval(browser: httpx2.Client, kept: Kept) -> None:
    for other in (word(approver=9), word(approval=78)):
        assert browser.get(f"/decide/{other}").status_code == 404
        assert browser.post(f"/decide/{other}", data={"decision": "approve"}).status_code == 404
    assert kept.decided == []


def test_after_its_time_a_link_decides_nothing(browser: httpx2.Client, kept: Kept) -> None:
    late = word(until=datetime.now(UTC) - timedelta(seconds=2))
    for page in (browser.get(f"/decide/{late}"), browser.post(f"/decide/{late}", data={"decision": "approve"})):
        assert page.status_code == 410
        assert "that time is over" in page.text
    assert kept.decided == []


def test_languages(browser: httpx2.Client, kept: Kept) -> None:
    german = {"Accept-Language": "fr;q=0.9, de-AT;q=0.8"}
    assert "Genehmigen" in browser.get(f"/decide/{word()}", headers=german).text
    kept.matter = replace(MATTER, language="de-DE")
    page = browser.get(f"/decide/{word()}", headers={"Accept-Language": "en"}).text
    assert '<html lang="de">' in page
    assert "Ablehnen" in page


def test_nothing_but_the_page_may_do_anything(browser: httpx2.Client, kept: Kept) -> None:
    style = browser.get("/style.css")
    assert (style.status_code, style.headers["Content-Type"]) == (200, "text/css; charset=utf-8")
    assert "url(" not in style.text
    pages = [browser.get(f"/decide/{word()}"), browser.get("/nothing"), answer(browser, "approve")]
    kept.breaks = True
    pages.append(browser.get(f"/decide/{word()}"))
    assert pages[-1].status_code == 500
    assert "database" not in pages[-1].text
    for page in pages:
        assert page.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'; form-action")
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["Referrer-Policy"] == "same-origin"
        assert page.headers["X-Frame-Options"] == "DENY"
        assert "<script" not in page.text
        assert "style=" not in page.text
        assert "server" not in page.headers


def test_no_word_reaches_a_log(browser: httpx2.Client, kept: Kept, caplog: pytest.LogCaptureFixture) -> None:
    # What the client of the test itself logs is none of ours.
    for name in ("httpx2", "httpcore2"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    caplog.set_level(logging.DEBUG)
    # The server's own log does not go through the root, where it would be seen.
    theirs = logging.getLogger("uvicorn")
    theirs.addHandler(caplog.handler)
    try:
        answer(browser, "approve")
        kept.breaks = True
        browser.get(f"/decide/{word()}")
        end = time.monotonic() + 10
        while "the database is away" not in caplog.text and time.monotonic() < end:
            time.sleep(0.05)  # the server answers first
    finally:
        theirs.removeHandler(caplog.handler)
    assert "the database is away" in caplog.text, "what has gone wrong is told"
    assert word() not in caplog.text
