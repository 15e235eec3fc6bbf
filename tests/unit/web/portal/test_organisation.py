"""Who reports to whom, and who decides for whom."""

from tests.unit.web.portal.company import Company


def test_the_chart_shows_above_and_below(shared: Company) -> None:
    ann, manager = (shared.id(f"person/{name}") for name in ("ann", "max"))
    browser = shared.browser("person/ada")
    page = browser.get(f"/resources/{ann}/organisation").text
    assert f'href="/resources/{manager}/organisation"' in page
    assert "Nobody whom you may see reports to Ann &lt;Lee&gt;." in page
    page = browser.get(f"/resources/{manager}/organisation").text
    assert f'href="/resources/{ann}/organisation"' in page
    assert browser.get(f"/resources/{shared.id('group/Runners')}/organisation").status_code == 404
    assert f"/resources/{ann}/organisation" in browser.get(f"/resources/{ann}").text


def test_a_deputy_is_named_and_sees_it(company: Company) -> None:
    bob, ann = company.browser("person/bob"), company.browser("person/ann")
    assert "You have no deputy" in bob.get("/deputies").text
    bob.fill("/new/Delegation", Delegate=str(company.id("person/ann")), Until="2099-12-31")
    page = bob.get("/deputies").text
    assert "Ann &lt;Lee&gt;" in page
    assert "until" in page
    assert "Bob Stone" in ann.get("/deputies").text
    assert "Ann" not in company.browser("person/max").get("/deputies").text
    assert company.browser(None).get("/deputies").status_code == 404
