"""What people are told by letter, and that nobody is told too much or too late."""

from markupsafe import escape

from mimas.mail.answering import Answering
from mimas.store.letters import State
from tests.unit.workflows.approving.conftest import Consenting

_ASKED = "Please decide: Max asks for a change to Ann"


def test_whoever_is_asked_is_told_what_and_why(office: Consenting) -> None:
    office.requests.answering = Answering("https://id.example.com")
    office.approval(str(office.ids["Ada"]))
    office.ask(text="displayName=<b>Anna</b>")
    (letter,) = office.letters()
    assert letter.to == ("ada@example.com",)
    assert letter.subject == _ASKED
    assert (letter.about, letter.asked) == (office.last.id, office.ids["Ada"])
    assert letter.html is not None
    assert str(escape("<b>Anna</b>")) in letter.html
    assert "<b>Anna</b>" not in letter.html
    assert f"https://id.example.com/decide/{letter.mark}?answer=approve" in letter.html
    assert "2026-11-30 08:00 UTC" in letter.text


def test_without_pages_and_a_mailbox_a_letter_offers_no_answer(office: Consenting) -> None:
    office.approval(str(office.ids["Ada"]))
    office.ask()
    (letter,) = office.letters()
    assert "/decide/" not in letter.text + str(letter.html)


def test_who_was_asked_is_told_that_it_is_decided(office: Consenting) -> None:
    office.approval(f"{office.ids['Ada']}; {office.ids['Eve']}")
    office.ask()
    office.posted()
    office.decide("Eve", reason="sound")
    subject = "Approved: the change to Ann"
    assert [(letter.to[0], letter.subject) for letter in office.letters()] == [
        ("ada@example.com", subject),
        ("eve@example.com", subject),
    ]
    assert "Eve" in office.letters()[0].text
    assert "sound" in office.letters()[0].text


def test_whoever_asked_is_told_that_it_was_rejected(office: Consenting) -> None:
    office.approval(str(office.ids["Ada"]))
    office.ask()
    office.decide("Ada", "Rejected", "not now")
    # The letter that asked, and was not sent yet, is not sent any more.
    (letter,) = office.letters()
    assert (letter.to, letter.subject) == (("max@example.com",), "Rejected: your request about Ann")
    assert "not now" in letter.text


def test_letters_of_ones_own_in_the_language_of_whoever_gets_them(office: Consenting) -> None:
    office.make(
        "EmailTemplate", "Ours", EmailTemplateType="Approval", EmailSubject="[//Requestor/DisplayName] asks",
        EmailBody="Hello [//Recipient/DisplayName]: [//Delta/mobile] for [//Target/DisplayName], [//Target/manager]",
        LocalizedEmailSubject=["de: [//Requestor/DisplayName] fragt"],
    )  # fmt: skip
    office.approval(str(office.ids["Ada"]), templates={"pending": "Ours"})
    office.ask()
    (letter,) = office.letters()
    assert letter.subject == "Max asks"
    assert letter.html is None
    assert letter.text.startswith("Hello Ada: 7 for Ann, Max")


def test_a_template_that_is_not_there_is_told_to_whoever_looks_after_workflows(office: Consenting) -> None:
    office.approval(str(office.ids["Ada"]), templates={"pending": "Theirs"})
    office.ask()
    assert office.statuses() == ["Suspended"]
    assert "Theirs" in office.instances()[0]["WorkflowStatusDetail"][0]
    assert office.kept() == []


def test_people_without_an_address_can_decide_all_the_same(office: Consenting) -> None:
    office.make("person", "Zoe")
    office.approval(str(office.ids["Zoe"]))
    office.ask()
    assert office.letters() == office.letters(State.SENT) == []
    assert office.decide("Zoe") == ""
