"""Letters that workflows write."""

from tests.unit.workflows.activities.conftest import Staffed

HELLO = {"activity": "Notification", "subject": "Hello [//Recipient/displayName]", "body": "<p>[//Target/mobile]</p>"}


def test_look_ups_and_addresses(office: Staffed) -> None:
    office.happen({**HELLO, "to": "[//Target]; [//Target/manager]; it@example.com; ann@example.com"})
    assert [(letter.to, letter.subject) for letter in office.letters()] == [
        (("ann@example.com",), "Hello Ann"),
        (("max@example.com",), "Hello Max"),
        (("it@example.com",), "Hello"),
    ]


def test_a_group_stands_for_its_members(office: Staffed) -> None:
    office.make("group", "Inner", ExplicitMember=["Bob"])
    office.make("group", "Outer", ExplicitMember=["Ann", "Inner", "Ada"])
    office.happen({**HELLO, "to": "/group[displayName = 'Outer']"})
    assert [(letter.to, letter.subject) for letter in office.letters()] == [
        (("ann@example.com",), "Hello Ann"),
        (("bob@example.com",), "Hello Bob"),
    ]
    assert office.notes() == ["to ann@example.com, bob@example.com; without an address: Ada"]


def test_a_group_with_an_address_gets_the_letter_itself(office: Staffed) -> None:
    office.make("group", "Team", ExplicitMember=["Ann", "Bob"], Email="team@example.com")
    office.happen({**HELLO, "to": "/group[displayName = 'Team']"})
    assert [letter.to for letter in office.letters()] == [("team@example.com",)]


def test_sets_are_written_to(office: Staffed) -> None:
    office.set("Sales", "/person[department = 'Sales']")
    office.happen({**HELLO, "to": "/Set[DisplayName = 'Sales']"})
    assert sorted(letter.to for letter in office.letters()) == [("ann@example.com",), ("max@example.com",)]


def test_a_template_in_the_language_of_whoever_reads_it(office: Staffed) -> None:
    office.make(
        "EmailTemplate",
        "welcome",
        EmailTemplateType="Notification",
        EmailSubject="Welcome, [//Recipient/displayName]",
        EmailBody="Your manager is [//Target/manager/displayName].",
        LocalizedEmailSubject=["de: Willkommen, [//Recipient/displayName]"],
    )
    office.modify(None, "Bob", "preferredLanguage=de-AT")
    office.happen(
        {"activity": "Notification", "to": "/person[manager = '[//Requestor/ObjectID]']", "template": "welcome"}
    )
    assert [(letter.subject, letter.text) for letter in office.letters()] == [
        ("Welcome, Ann", "Your manager is Max."),
        ("Willkommen, Bob", "Your manager is Max."),
    ]


def test_mimas_has_a_letter_of_its_own(office: Staffed) -> None:
    office.happen({"activity": "Notification", "to": "[//Target]"})
    (letter,) = office.letters()
    assert "mobile" in letter.text
    assert "7" in letter.text


def test_what_a_value_holds_is_text(office: Staffed) -> None:
    office.modify(None, "Max", "displayName=<script>alert(1)</script>")
    office.happen(
        {"activity": "Notification", "to": "[//Target]", "subject": "x", "body": "<p>[//Requestor/displayName]</p>"}
    )
    (letter,) = office.letters()
    assert "<script>" not in str(letter.html)
    assert "<script>alert(1)</script>" in letter.text


def test_a_template_that_is_not_there_is_told(office: Staffed) -> None:
    office.happen({"activity": "Notification", "to": "[//Target]", "template": "wellcome", "tries": 1})
    assert office.letters() == []
    assert "There is no EmailTemplate 'wellcome'" in office.detail()


def test_words_that_are_nobody_are_told(office: Staffed) -> None:
    office.happen({**HELLO, "to": "whoever", "tries": 1})
    assert "whoever" in office.detail()


def test_nobody_is_written_to_twice_when_it_is_tried_again(office: Staffed) -> None:
    office.happen({**HELLO, "to": "[//Target]"}, {"activity": "DeleteResources", "resources": "nobody/there"})
    office.later(minutes=5)
    assert len(office.letters()) == 1


def test_nothing_is_said_where_it_is_passed_over(office: Staffed) -> None:
    office.happen({**HELLO, "to": "[//Target]", "when": '=[//Target/department] = "Buying"'})
    assert office.letters() == []
