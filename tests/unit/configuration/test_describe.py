"""The pages that explain a configuration: what they say, where their links lead, and what they never hold."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from small_company import FILES
from test_export import EVERY_KIND, HOMES

from mimas.configuration.build import ConfigurationError
from mimas.configuration.describe import words
from mimas.configuration.describe.diagram import Group, Line, Row, picture
from mimas.configuration.describe.links import Links
from mimas.configuration.describe.site import Site, write
from mimas.configuration.reading import Document, read, read_folder
from mimas.language.scope import Operator
from mimas.runs.setup import Guard
from mimas.sync.rules import Direction, LinkType, SyncRule

MANY = 130
LARGE = f"""\
kind: ObjectType
name: person
attributes: {{{", ".join(f"a{number}: string" for number in range(MANY))}}}
---
kind: Connector
name: hr
type: delimited
settings: {{path: hr.csv}}
objects:
  worker: {{anchor: [b0], attributes: {{{", ".join(f"b{number}: string" for number in range(MANY))}}}}}
---
kind: SyncRule
name: In
direction: inbound
connector: hr
object: worker
resource: person
precedence: 1
flows: {{{", ".join(f"a{number}: b{number}" for number in range(MANY))}}}
---
kind: SyncRule
name: Out
direction: outbound
connector: hr
object: worker
resource: person
precedence: 2
flows: {{b0: a0}}
"""
HOSTILE = """\
kind: ObjectType
name: "<script>alert(1)</script>"
description: "<img src=x onerror=alert(2)>"
attributes: {'" onclick="alert(3)': string, "a b": string, "ä": string}
---
kind: Connector
name: "</style><script>alert(4)</script>"
type: "{{ 7 * 7 }}"
settings: {path: "<b>"}
objects: {"<i>": {anchor: ["&"], attributes: {"&": string, "<u>": string}}}
---
kind: SyncRule
name: "' onmouseover='alert(5)"
direction: inbound
connector: "</style><script>alert(4)</script>"
object: "<i>"
resource: "<script>alert(1)</script>"
precedence: 1
scope: ['<u> EQUAL </code><script>alert(6)</script>']
flows:
  '" onclick="alert(3)': "<u>"
  "a b": {constant: "</title><script>alert(7)</script>"}
  "ä": '="</g></svg>" & [&]'
"""


def documents(text: str) -> list[Document]:
    found, problems = read(text, "documents/a.yaml")
    assert problems == []
    return found


def company() -> list[Document]:
    return [one for text in FILES.values() for one in documents(text)]


def pages(some: list[Document]) -> dict[str, str]:
    return dict(Site(some, "Example", "1.0").pages())


_APART = ("td", "th", "tr", "dt", "dd", "br", "li", "p", "text")


class Read(HTMLParser):
    """What a browser makes of a page: elements, attributes, ids, links, text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.attributes: set[str] = set()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.text += " " if tag in _APART else ""
        self.attributes |= {name for name, _ in attrs}
        self.ids += [value or "" for name, value in attrs if name == "id"]
        self.links += [value or "" for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        self.text += data


def configurations() -> Iterator[tuple[str, list[Document]]]:
    yield from ((home.name, read_folder(home)[0]) for home in HOMES)
    yield from (("kinds", documents(EVERY_KIND)), ("large", documents(LARGE)), ("hostile", documents(HOSTILE)))


@pytest.mark.parametrize("some", [pytest.param(some, id=name) for name, some in configurations()])
def test_every_link_leads_somewhere_and_nowhere_else(some: list[Document]) -> None:
    found = {name: Read(page) for name, page in pages(some).items()}
    for name, page in found.items():
        assert len(page.ids) == len(set(page.ids)), name
        assert page.elements.isdisjoint({"script", "img", "link", "iframe", "object", "base", "form"}), name
        assert not {attribute for attribute in page.attributes if attribute.startswith("on") or attribute == "src"}
        for link in page.links:
            target, _, mark = link.partition("#")
            assert target == "" or target in found, f"{name}: {link}"
            assert not mark or mark in found[target or name].ids, f"{name}: {link}"
    assert {f"{name.casefold()}" for name in found} == set(found), (
        "a file system that does not tell case apart keeps all"
    )


@pytest.mark.parametrize("some", [pytest.param(some, id=name) for name, some in configurations()])
def test_pictures_are_well_formed_and_nothing_else_is_asked_for(some: list[Document]) -> None:
    for page in pages(some).values():
        assert "default-src 'none'" in page
        assert not re.search(r"@import|url\(", page)
        for drawn in re.findall(r"<svg .*?</svg>", page, re.DOTALL):
            ET.fromstring(drawn)


def test_the_same_documents_give_the_same_bytes_in_whatever_order() -> None:
    some = company()
    assert pages(some) == pages(list(reversed(some)))


def test_names_are_text_whatever_they_hold() -> None:
    found = {name: Read(page) for name, page in pages(documents(HOSTILE)).items()}
    text = "".join(page.text for page in found.values())
    for number in range(1, 8):
        assert f"alert({number})" in text, "it is shown"
    assert "{{ 7 * 7 }}" in text


def test_secrets_are_hidden_and_where_they_are_is_said() -> None:
    text = """\
kind: Connector
name: c
type: nobody knows
settings: {url: "https://me:hunter2@host", token: hunter2, password: {env: TOKEN}, more: {api_key: hunter2, depth: 3}}
objects: {}
---
kind: Mail
name: m
host: h
from: a@b.c
user: u
password: {file: secrets/mail}
"""
    found = "".join(pages(documents(text)).values())
    assert "hunter2" not in found
    assert "{env: TOKEN}" in found
    assert "depth: 3" in found


def rows(page: str) -> dict[str, str]:
    """The rows of a table of attributes as text, by the first word."""
    return {
        words_[0]: " ".join(words_)
        for row in re.findall(r"<tr[ >].*?</tr>", page, re.DOTALL)
        if (words_ := Read(row).text.split())
    }


def test_a_type_says_of_each_attribute_where_it_comes_from_and_goes_to() -> None:
    second = """\
kind: SyncRule
name: Names first
direction: inbound
connector: hr
object: worker
resource: person
precedence: 10
scope: [[Status EQUAL active, First ISNOTNULL], ["Last STARTSWITH =Left([First], 1)"]]
flows: {displayName: {constant: somebody}}
"""
    page = pages([*company(), *documents(second)])["type-person.html"]
    told = rows(page)["displayName"]
    order = [
        "displayName string",
        '10 always "somebody"',
        "Names first",
        "one of these:",
        "Status is active and First has a value",
        "Last begins with =Left([First], 1)",
        '100 =Trim([First]) & " " & [Last]',
        "In from HR",
        "directory: cn",
        "Out to directory",
    ]
    places = [told.index(part) for part in order]
    assert places == sorted(places), told
    assert "unique" not in rows(page)["accountName"]
    assert "the first that nobody else has" in rows(page)["accountName"]
    assert "joined by In from HR" in rows(page)["employeeID"]
    precedence = rows(pages([*company(), *documents(second)])["precedence.html"])["displayName"]
    assert precedence == "displayName 10 Names first 100 In from HR"


def test_a_connector_says_who_reads_and_writes_each_attribute() -> None:
    told = rows(pages(company())["connector-hr.html"])
    assert told["Number"] == "Number string read by In from HR"
    assert told["Status"] == "Status string read by In from HR", "its scope does"
    assert told["Phones"] == "Phones string, multivalued"
    assert rows(pages(company())["connector-directory.html"])["cn"] == "cn string written by Out to directory"


def test_a_membership_is_a_source_of_the_attribute() -> None:
    assert "Membership Colleagues" in rows(pages(company())["type-group.html"])["member"]


def test_a_rule_says_all_of_itself() -> None:
    text = Read(pages(company())["rule-out-to-directory.html"]).text
    flat = " ".join(text.split())
    assert "To directory: inetOrgPerson" in flat
    assert "Not wanted any more the object is deleted" in flat
    assert "Written in documents/a.yaml:" in flat
    assert 'dn ="uid=" & [accountName] & ",dc=example,dc=com"' in flat


def test_clauses_are_read_as_sentences() -> None:
    text = documents(EVERY_KIND)
    flat = " ".join(Read(pages(text)["rule-0042.html"]).text.split())
    assert "one of these: a is b and the function scopes:mine says so c is" in flat
    assert "the function joins:former = id" in flat


def test_a_type_with_many_flows_has_a_picture_for_each_system() -> None:
    page = pages(documents(LARGE))["type-person.html"]
    assert re.findall(r"<summary>(.*?)</summary>", page) == ["130 flows from hr: worker", "1 flows to hr: worker"]
    assert page.count("<svg") == 2
    small = pages(company())["type-person.html"]
    assert small.count("<svg") == 1
    assert "<summary>" not in small


def test_sixty_flows_can_be_read() -> None:
    left = [Row(f"l{number}", f"source {number}") for number in range(60)]
    right = [Row(f"r{number}", f"target {number}") for number in range(60)]
    lines = [Line(f"l{number}", f"r{59 - number}", f"rule <{number}>") for number in range(60)]
    drawn = ET.fromstring(picture("A < B", [[Group("left", left)], [Group("right", right)]], lines, 1))
    texts = {(text.text or ""): (int(text.get("x", "")), int(text.get("y", ""))) for text in drawn.iter("text")}
    assert len(texts) == 122
    sources = sorted((y, text) for text, (x, y) in texts.items() if text.startswith("source"))
    assert all(after[0] - before[0] >= 16 for before, after in pairwise(sources))
    assert [text for _, text in sources] == [f"source {59 - number}" for number in range(60)], "no line crosses another"
    assert {title.text for title in drawn.iter("title")} == {f"rule <{number}>" for number in range(60)}
    for path in drawn.iter("path"):
        start, end = re.match(r"M\d+ (\d+)C.* (\d+)$", path.get("d", "")).groups()  # type: ignore[union-attr]
        assert start == end


def test_a_long_name_keeps_both_ends_and_is_told_whole() -> None:
    name = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber"
    drawn = picture("x", [[Group("a", [Row("a", name)])], [Group("b", [Row("b", "b")])]], [Line("a", "b", "t")], 1)
    assert f"<title>{name}</title>" in drawn
    assert re.search(r">urn:ietf[^<]*…[^<]*:employeeNumber<", drawn)


def test_pages_have_names_that_every_file_system_takes() -> None:
    names = [
        "In from HR",
        "In from hr",
        "in-from HR",
        "Größe",
        "größe",
        "名前",
        "../../etc",
        "CON",
        "x" * 300,
        "",
        "a/b\\c",
    ]
    links = Links([("SyncRule", name) for name in names])
    found = [links.to("SyncRule", name) for name in names]
    assert len({page.casefold() for page in found}) == len(names)
    assert all(re.fullmatch(r"rule-[a-z0-9-]+\.html", page) and len(page) < 120 for page in found)
    assert links.to("RunProfile", "daily") == ""


def test_everything_has_words() -> None:
    for operator in Operator:
        assert words.question(operator)
    for direction in Direction:
        for link in LinkType:
            assert words.link(SyncRule("r", direction, "c", "o", "p", 1, link))


@pytest.mark.parametrize(
    ("guard", "said"),
    [
        (Guard(10, 0.05), "more than 10 and more than 5% of all"),
        (Guard(500, 0), "more than 500"),
        (Guard(0, 0.125), "more than 12.5% of all"),
        (Guard(0, 0), "more than 0"),
    ],
)
def test_a_guard_says_no_more_than_it_asks(guard: Guard, said: str) -> None:
    assert words.guard(guard) == said


def test_a_second_description_takes_the_place_of_the_first(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    write(Site(company(), "Example", "1.0").pages(), folder)
    some = [one for one in company() if one.name != "Out to directory"]
    written = write(Site(some, "Example", "1.0").pages(), folder)
    assert set(folder.iterdir()) == set(written)
    assert not (folder / "rule-out-to-directory.html").exists()


@pytest.mark.parametrize("name", ["notes.txt", "index.html", "sub/x.html"])
def test_files_of_others_are_left_alone(name: str, tmp_path: Path) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("<h1>Mine</h1>")
    with pytest.raises(FileExistsError, match=name.partition("/")[0]):
        write(Site(company(), "Example", "1.0").pages(), tmp_path)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [tmp_path / name]


def test_documents_with_mistakes_are_not_described() -> None:
    with pytest.raises(ConfigurationError, match="jon"):
        Site(documents("kind: SyncRule\nname: r\nlink: jon\n"), "Example", "1.0")


def test_what_check_would_not_let_pass_is_described_all_the_same() -> None:
    text = """\
kind: SyncRule
name: lost
direction: inbound
connector: nobody
object: o
resource: nothing
precedence: 1
scope: [a EQUAL =Trim(]
join: [b = c]
flows: {d: "=Trm([e])", f: "=["}
"""
    assert "nobody: o" in Read(pages(documents(text))["rule-lost.html"]).text


POLICY = """\
kind: Set
name: Everybody
ObjectID: 11111111-2222-3333-4444-555555555555
Description: All there are
Filter: /person[name = '<b>']
---
kind: ManagementPolicyRule
name: Sees
GrantRight: true
Disabled: true
ActionType: [Read, Modify]
ActionParameter: ["*"]
PrincipalRelativeToResource: boss
ResourceCurrentSet: 11111111-2222-3333-4444-555555555555
ActionWorkflowDefinition: Tell
---
kind: WorkflowDefinition
name: Tell
RequestPhase: Action
"""


def test_policy_has_a_page_where_there_is_any() -> None:
    found = pages(read(POLICY)[0])
    text = found["policy.html"]
    for words_ in ("All there are", "Read, Modify (switched off)", "whoever its boss refers to", "<code>all</code>"):
        assert words_ in text
    assert "<code>/person[name = &#39;&lt;b&gt;&#39;]</code>" in text
    assert text.count("Everybody") == 2
    assert text.count("Tell") == 2
    assert "policy.html" in found["index.html"]
    assert "policy.html" not in pages(read(LARGE)[0])
