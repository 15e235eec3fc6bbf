"""Templates of letters: what is looked up, what is put in, and what is said of mistakes."""

from datetime import UTC, datetime

import pytest
from markupsafe import Markup

from mimas.mail.layout import Changed, changes
from mimas.mail.plain import plain
from mimas.mail.standard import NAMES, standard
from mimas.mail.templates import Filled, LookUp, asking, fill, localised, look_ups, mistakes, parse


def filled(subject: str, body: str, **values: list[object]) -> Filled:
    return fill(parse(subject, body), {path.replace("__", "/"): some for path, some in values.items()})


def test_what_is_looked_up() -> None:
    template = parse("[//target/DisplayName]", "[//Target/Manager/Manager/JobTitle] [//WorkflowData/x] [//Target]")
    assert look_ups(template) == (
        LookUp("Target", ("DisplayName",)),
        LookUp("Target", ("Manager", "Manager", "JobTitle")),
        LookUp("WorkflowData", ("x",)),
        LookUp("Target"),
    )
    assert str(look_ups(template)[1]) == "Target/Manager/Manager/JobTitle"


def test_a_plain_body_stays_plain() -> None:
    made = filled("Hi [//Target/Name]", "Dear [//Target/Name],\n1 < 2 & <3", Target__Name=["Käthe & <b>Co</b>"])
    assert made == Filled("Hi Käthe & <b>Co</b>", "Dear Käthe & <b>Co</b>,\n1 < 2 & <3")


def test_nothing_in_a_value_is_markup_and_no_value_is_another_header() -> None:
    evil = '<script>alert(1)</script>" onclick="x'
    made = filled(
        "[//Target/Name]", "<p title='[//Target/Name]'>[//Target/Name]</p>", Target__Name=[f"a\r\nBcc: b{evil}"]
    )
    assert "\n" not in made.subject
    assert "\r" not in made.subject
    assert made.html is not None
    assert "<script" not in made.html
    assert '" onclick' not in made.html
    assert "<script>alert(1)</script>" in made.text


def test_several_values_stand_side_by_side_and_none_is_empty() -> None:
    body = "[//Target/Mails]|[//Target/None]|[//Target/At]|[//Target/Yes]|[//Target/Photo]"
    made = filled(
        "s",
        body,
        Target__mails=["a@x", "b@x"],
        Target__At=[datetime(2026, 5, 1, 14, 3, tzinfo=UTC)],
        Target__Yes=[True],
        Target__Photo=[b"123"],
    )
    assert made.text == "a@x, b@x||2026-05-01 14:03 UTC|true|3 bytes"


def test_a_table_of_changes() -> None:
    rows = changes([Changed("Department", ["Sales"], ["R&D"]), Changed("Members", [], ["Ann", "<Bob>"])])
    body = "<table><tr><td>Attribute</td><td>Old</td></tr>\n[//RequestParameter/AllChangesAuthorizationTable]</table>"
    made = filled("s", body, RequestParameter__AllChangesAuthorizationTable=[rows])
    assert made.html is not None
    assert '<td class="NewValueStyle">R&amp;D</td>' in made.html
    assert made.text == "Attribute  Old\nDepartment  Sales  R&D\nMembers  –  Ann, <Bob>\n"


def test_a_body_that_is_a_page_stays_as_it_is_and_any_other_gets_one_around_it() -> None:
    page = "<html><head><style>p {}</style></head><body><p>x</p></body></html>"
    assert filled("s", page) == Filled("s", "x\n", page)
    html = filled("<s>", "<p>x</p>").html
    assert html is not None
    assert html.startswith("<!doctype html>")
    assert "<title>&lt;s&gt;</title>" in html


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("a\n[//Traget/Name]", 2, "did you mean 'Target'"),
        ("[//Whatever/Name]", 1, "begins with 'Whatever'"),
        ("a\nb\n[//Target/Name", 3, "has no end"),
        ("[//WorkflowData]", 1, "names no attribute"),
        ("[//Target//Name]", 1, "''"),
        ("[//Target/a b]", 1, "'a b'"),
        ("[//RequestParameter/Everything]", 1, "AllChangesActionTable"),
    ],
)
def test_mistakes_are_told_with_their_line_and_stay_text(text: str, line: int, said: str) -> None:
    (found,) = mistakes(text)
    assert found.line == line
    assert said in f"{found.message} {found.hint}"
    assert filled("s", text).text == text


def test_what_is_no_look_up_is_none_of_our_business() -> None:
    assert list(mistakes("[PERSON] [1] http://x [//Target/DisplayName] []")) == []


def test_languages() -> None:
    others = ["de: Hallo", "de-CH: Grüezi\nmiteinander", "no language at all", "fr:\nBonjour"]
    assert localised("Hello", others, "de-AT") == "Hallo"
    assert localised("Hello", others, "de_CH") == "Grüezi\nmiteinander"
    assert localised("Hello", others, "FR") == "Bonjour"
    for language in ("", None, "it", "d"):
        assert localised("Hello", others, language) == "Hello"


def test_a_letter_that_asks_has_a_way_to_answer() -> None:
    own = "<a href='[//Approval/ApproveLink]'>yes</a>"
    assert asking(own) == own
    assert asking("<p>x</p>") == "<p>x</p>\n\n[//Approval/Answers]\n"
    assert asking("<html><body>x</body></html>") == "<html><body>x[//Approval/Answers]\n</body></html>"


def test_html_as_text() -> None:
    html = """<html><head><title>no</title><style>p {}</style></head><body>
    <h1>Head\fline</h1><p>One <b>bold</b>&nbsp;word,<br>next &amp; last.</p>
    <ul><li>a</li><li>b <a href="https://x.example/">there</a></li></ul><ol><li>c<li>d</ol>
    <p><a href="https://y.example/">https://y.example/</a> <a href="mailto:z@x">z@x</a>
    <script>no()</script></p></body>"""
    assert plain(html) == (
        "Head line\n\nOne bold word,\nnext & last.\n\n- a\n- b there: https://x.example/\n\n1. c\n2. d\n\n"
        "https://y.example/ z@x\n"
    )
    assert plain("") == ""
    assert plain("<p>unended <b").startswith("unended")


def test_markup_in_a_plain_body_is_its_text() -> None:
    assert filled("s", "x: [//Approval/Effect]", Approval__Effect=[Markup("<ul><li>a</li></ul>")]).text == "x: - a"


def test_what_is_optional_is_left_out_when_it_is_empty() -> None:
    body = "<p class='a' data-optional>Why: [//Request/Justification] [//Request/Name]</p><p data-optional>kept?</p>x"
    assert filled("s", body).text == "x\n"
    assert filled("s", body, Request__Justification=[""]).text == "x\n"
    made = filled("s", body, Request__Name=["because"])
    assert made.text == "Why: because\n\nx\n"
    assert made.html is not None
    assert "<p class='a'>Why:  because</p>x" in made.html
    assert "data-optional" not in made.html


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", ["en", "de-AT"])
def test_the_letters_that_mimas_writes_by_itself(name: str, language: str) -> None:
    subject, body = standard(name).texts(language)
    assert list(mistakes(subject)) + list(mistakes(body)) == []
    assert (subject == standard(name).subject) is (body == standard(name).body) is (language == "en")
    template = parse(subject, body)
    empty = fill(template, {})
    values = {str(one): [f"<{one.attributes[-1]}>"] for one in look_ups(template)}
    full = fill(template, values)
    for one in look_ups(template):
        assert f"<{one.attributes[-1]}>" in full.text + full.subject
    assert "[//" not in f"{empty} {full}"
    assert "data-optional" not in f"{empty} {full}"
    assert ":" not in empty.text, "nothing announces what is not there"
