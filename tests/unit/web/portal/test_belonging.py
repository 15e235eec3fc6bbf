import pytest

from tests.unit.web.portal.company import Browser, Company


@pytest.fixture
def ann(company: Company) -> Browser:
    return company.browser("person/ann")


def test_an_open_group_is_joined_and_left(company: Company, ann: Browser) -> None:
    group = f"/resources/{company.id('group/Runners')}"
    page = ann.get(group).text
    assert f"{group}/join" in page
    assert "Leave the group" not in page
    assert ann.post(f"{group}/join").headers["location"] == group
    page = ann.get(group).text
    assert "It was done." in page
    assert "Leave the group" in page
    assert f"{group}/join" not in page
    assert ann.post(f"{group}/leave").headers["location"] == group
    assert f"{group}/join" in ann.get(group).text


def test_of_others_one_asks(company: Company, ann: Browser) -> None:
    group = f"/resources/{company.id('group/Budget')}"
    assert "Ask to join" in ann.get(group).text
    request = ann.post(f"{group}/join").headers["location"]
    home = ann.get("/").text
    assert f'href="{request}"' in home
    assert "Update to group: &#39;Budget&#39; Request" in home
    assert "Nothing waits for you" in home
    owners = company.browser("person/bob").get("/").text
    assert "Approval of Update to group" in owners
    assert "You wait for nothing" in owners


def test_what_has_no_members_is_not_joined(company: Company, ann: Browser) -> None:
    person = f"/resources/{company.id('person/bob')}"
    assert f"{person}/join" not in ann.get(person).text
    assert ann.post(f"{person}/join").status_code == 403
    group = f"/resources/{company.id('group/Runners')}"
    assert company.browser(None).post(f"{group}/join").status_code == 403
