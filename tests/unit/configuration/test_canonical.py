"""One form for every spelling; drift."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_company import FILES, HR

from mimas.configuration.canonical import Change, diff, digest, dump, normalise
from mimas.configuration.reading import Document, read


def one(text: str) -> Document:
    (document,), problems = read(text)
    assert problems == []
    return document


SHORT = """\
kind: SyncRule
name: r
direction: inbound
connector: c
object: o
resource: p
precedence: 1
scope: [a EQUAL "b c"]
join: [x = y]
flows:
  m: =Trim([a])
  n: b
"""
LONG = """\
# The same, as a machine would write it.
name: "r"
kind: SyncRule
precedence: 1
link: join
flows:
  n: {attribute: b, once: false}
  m:
    expression: 'Trim([a])'   # without the sign
resource: p
connector: c
object: "o"
direction: inbound
join:
  - - left: x
      right: y
scope:
  - - {value: b c, attribute: a, operator: EQUAL}
"""


def test_spelling_order_and_comments_do_not_change_the_hash() -> None:
    assert normalise(one(SHORT)) == normalise(one(LONG))
    assert digest(one(SHORT)) == digest(one(LONG))


def test_meaning_changes_the_hash() -> None:
    changes = [
        ("precedence: 1", "precedence: 2"),
        ("name: r", "name: s"),
        ("EQUAL", "NOTEQUAL"),
        ("n: b", "n: {attribute: b, once: true}"),
        ("n: b", "n: {constant: b}"),
        ("object: o", "object: o\ndescription: why"),
    ]
    hashes = {digest(one(SHORT.replace(*change))) for change in changes}
    assert len(hashes | {digest(one(SHORT))}) == len(changes) + 1


def test_constants_of_different_types_differ() -> None:
    texts = [SHORT.replace("n: b", f"n: {{constant: {value}}}") for value in ("1", '"1"', "true", "false", "0")]
    assert len({digest(one(text)) for text in texts}) == len(texts)


def test_written_documents_mean_the_same() -> None:
    for text in FILES.values():
        for document in read(text)[0]:
            assert digest(one(dump(document))) == digest(document)


def test_written_documents_have_the_usual_order() -> None:
    lines = [line.split(":")[0] for line in dump(one(LONG)).splitlines() if line[0].isalpha()]
    assert " ".join(lines) == "kind name direction connector object resource precedence link scope join flows"


def test_a_key_with_another_name_in_the_model_has_its_place() -> None:
    (mail,), _ = read("kind: Mail\nname: m\npassword: {env: X}\nuser: u\nfrom: a@b.c\nhost: h\n")
    assert [line.split(":")[0] for line in dump(mail).splitlines()] == [
        "kind", "name", "host", "from", "user", "password", "  env"
    ]  # fmt: skip


TEXTS = [
    "", " ", "a ", " a", "a\nb", "a\nb\n", "a\n\nb\n\n", "\n", "\na", "a \nb", "  a\n b", "a\n\tb", "\t", "a\r\nb",
    "a\rb", "a\x85b", "\x85", "a\u2028b", "a\u2029b", "\x85" * 100, "a\nb\x85c", "\ufeffa", "\x00", "\x07", "\x7f",
    "\x80", "\xa0", "\ufffe", "on", "off", "yes", "No", "y", "true", "TRUE", "null", "~", "0042", "42", "-1", "+1",
    "1.10", "1e3", "0x1F", "0o17", "1_000", ".inf", "12345678901234567890", "2026-11-23", "2026-11-23T08:00:00Z",
    "22:00", "5%", "=", "=Trim([a])", "<<", "---", "...", "--- a", "a\n---\nb", "- a", "-", "? a", ": a", "a: b",
    "a:", "a #b", "#a", "&a", "*a", "!a", "!!int 7", "%YAML 1.1", "@a", "`a", "|", ">-", "[a]", "{a}", "'", '"',
    "it's", 'a "b"', "a\\b", "😀", "מִימַס", "x" * 5_000, "word " * 2_000, "word " * 2_000 + "end",
    "a  b " * 50 + "c", "é\n" * 300, "=IIF(IsPresent([mail]), 'x: y' & \"# no comment\", [mail])" * 5,
    "a\n" + "b c " * 60 + "d", "# a\n# b\n" + "- c " * 40 + "d",
]  # fmt: skip


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: ascii(text[:20]))
def test_every_text_comes_back_as_it_was(text: str) -> None:
    body = {"one": text, "list": [text, [text]], "map": {text: "key", "deep": {"list": [{"a": text, text: text}]}}}
    document = Document("X", "n", body)
    assert one(dump(document)).body == body


WORD = "uid=ghopper,ou=People,dc=example,d"
EXPRESSION = ":ipSpaces(ReplaceChars(LCase(Left(NormalizeDiacritics(Coalesce([latinGivenName], [givenName])"


@pytest.mark.parametrize(
    "body",
    [
        {"guid=alovelace,ou=People,dc=example,dc=com": f"absent9223372036854775808{' ' * 8}{WORD}"},
        {"": {"": f"{EXPRESSION}{' ' * 6}\ufeff& N"}},
        {"EmailT\u012cmplateType": "NotificatFFF" + "\\U0011FFFF" * 5 + "\u200d" + "\\U0011FFFF" * 2 + "\\o ater."},
    ],
    ids=["words", "escapes", "quotes"],
)  # fmt: skip
def test_no_blank_is_lost_or_made_at_the_end_of_a_line(body: dict[str, Any]) -> None:
    assert one(dump(Document("X", "n", body))).body == body


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(codec="utf-8") | st.sampled_from("\n\n  \t\x85\u2028-:#'\""), max_size=200))
def test_any_text_comes_back_as_it_was(text: str) -> None:
    assert one(dump(Document("X", "n", {"a": text, "b": [text]}))).body == {"a": text, "b": [text]}


def test_what_is_long_or_has_lines_is_a_block() -> None:
    expression = "=" + " & ".join(f"Trim([attribute{number}])" for number in range(20))
    written = dump(Document("X", "n", {"flows": {"a": expression}, "description": "Two lines.\n\nAnd one more.\n"}))
    assert "description: |\n  Two lines.\n\n  And one more.\n" in written
    assert "  a: >-\n    =Trim([attribute0]) & " in written
    assert max(map(len, written.splitlines())) < 140


def test_drift() -> None:
    connector, rule = read(HR)[0]
    applied = {("SyncRule", "In from HR"): rule.body, ("RunProfile", "old"): {"steps": ["sync"]}}
    changed = Document(rule.kind, rule.name, {**rule.body, "precedence": 7})
    assert diff(applied, [changed, connector]) == [
        Change("added", "Connector", "hr"),
        Change("changed", "SyncRule", "In from HR"),
        Change("removed", "RunProfile", "old"),
    ]
    assert diff({(d.kind, d.name): d.body for d in (connector, rule)}, [rule, connector]) == []
