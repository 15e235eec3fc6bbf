"""Reading YAML: lines, what is refused, and that one mistake hides no other."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mimas.configuration.canonical import dump
from mimas.configuration.reading import LARGEST, Document, pack, read, read_folder, unpack


def messages(text: str) -> list[str]:
    return [str(problem) for problem in read(text, "documents/a.yaml")[1]]


def test_every_key_and_item_knows_its_line() -> None:
    text = "# a comment\nkind: X\nname: first\nflows:\n  a: b\n---\nkind: X\nname: second\nscope:\n  - a\n  - b\n"
    (first, second), problems = read(text, "documents/a.yaml")
    assert problems == []
    assert str(first.place) == "documents/a.yaml:3"
    assert str(first.at("flows", "a")) == "documents/a.yaml:5"
    assert str(second.place) == "documents/a.yaml:8"
    assert str(second.at("scope", 1)) == "documents/a.yaml:11"
    assert second.at("scope", 1, "value") == second.at("scope", 1), (
        "a part without a line has that of what is around it"
    )
    assert second.at("nothing") == second.place


def test_scalars_are_what_was_written() -> None:
    text = 'kind: X\nname: n\na: 0042\nb: 42\nc: "42"\nd: true\ne: 2026-11-23\nf: 1.10\ng: ~\nh: yes\ni: 1_000\n'
    body = read(text)[0][0].body
    assert body == {
        "a": "0042", "b": 42, "c": "42", "d": True, "e": "2026-11-23", "f": "1.10", "g": None, "h": "yes", "i": "1_000"
    }  # fmt: skip


def test_a_name_may_be_a_number_and_may_span_lines() -> None:
    assert read("kind: X\nname: 5\n")[0][0].name == "5"
    assert read("kind: X\nname: >\n  In from\n  HR\n")[0][0].name == "In from HR"


def test_syntax_error_tells_file_line_and_cure() -> None:
    (quotes,) = messages("kind: X\nname: n\nflows:\n  mail: a: b\n")
    assert quotes == (
        "documents/a.yaml:4: cannot be read as YAML: mapping values are not allowed here; "
        "put quotes around a value that contains ': '"
    )
    (tab,) = messages("kind: X\nname: n\nflows:\n\tmail: a\n")
    assert tab.startswith("documents/a.yaml:4:")
    assert "not tabs" in tab
    (colon,) = messages("kind: X\nname: n\nflows\nlink: join\n")
    assert colon.startswith("documents/a.yaml:3:")
    (quote,) = messages('kind: X\nname: "n\nlink: join\n')
    assert quote.startswith("documents/a.yaml:2:")
    assert "close the quotation mark" in quote


def test_a_broken_document_does_not_hide_its_neighbours() -> None:
    documents, problems = read("kind: A\nname: one\n---\nkind: [\n---\nkind: A\nname: three\n---\n{\n")
    assert [document.name for document in documents] == ["one", "three"]
    assert documents[1].place.line == 7
    assert len(problems) == 2


def test_every_duplicate_key_is_told_with_both_lines() -> None:
    assert messages("kind: X\nname: n\nflows:\n  mail: a\n  mail: b\nlink: join\nlink: join\n") == [
        "documents/a.yaml:5: the key 'mail' stands twice; the first is in line 4; remove one of them",
        "documents/a.yaml:7: the key 'link' stands twice; the first is in line 6; remove one of them",
    ]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("kind: X\nname: n\na: &a [1]\nb: *a\n", 3, "anchors and aliases"),
        ("kind: X\nname: n\nb: *nobody\n", 3, "anchors and aliases"),
        ("kind: X\nname: n\na: !!python/object/apply:os.system [ls]\n", 3, "python/object/apply:os.system is not read"),
        ("kind: X\nname: n\na: !secret x\n", 3, "the tag !secret is not read"),
        ("!!map {kind: X, name: n}\n", 1, "is not read"),
        ("kind: X\nname: n\na: " + "[" * 100_000 + "\n", 3, "nested deeper"),
        ("kind: X\nname: n\n? [a, b]\n: c\n", 3, "a key must be a text"),
        ("kind: X\nname: n\na: \x00\n", 3, "a character that text cannot have"),
    ],
)
def test_hostile_yaml_is_refused(text: str, line: int, words: str) -> None:
    documents, problems = read(text, "documents/a.yaml")
    assert documents == []
    assert [problem.place.line for problem in problems] == [line]
    assert words in problems[0].message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- a\n- b\n", "documents/a.yaml:1: is not a document"),
        ("just words\n", "documents/a.yaml:1: is not a document"),
        ("# c\nname: n\n", "documents/a.yaml:2: the document has no `kind`"),
        ("kind: X\nname:\n", "documents/a.yaml:2: the document has no `name`"),
        ("a: b\n---\nkind: X\nname: [a]\n", "documents/a.yaml:4: the document has no `name`"),
    ],
)
def test_what_is_no_document_is_told(text: str, expected: str) -> None:
    assert any(message.startswith(expected) for message in messages(text))


def test_empty_documents_are_none() -> None:
    assert read("") == ([], [])
    assert read("---\n# nothing\n---\n") == ([], [])


def test_folder_is_read_in_order_with_relative_names(tmp_path: Path) -> None:
    (tmp_path / "documents" / "rules").mkdir(parents=True)
    (tmp_path / "documents" / "b.yml").write_text("kind: X\nname: b\n")
    (tmp_path / "documents" / "rules" / "a.yaml").write_bytes("\ufeffkind: X\r\nname: ä\r\n".encode())
    (tmp_path / "documents" / ".draft.yaml").write_text("[")
    (tmp_path / "documents" / "notes.txt").write_text("[")
    documents, problems = read_folder(tmp_path)
    assert problems == []
    assert [(d.name, str(d.place)) for d in documents] == [
        ("b", "documents/b.yml:2"),
        ("ä", "documents/rules/a.yaml:2"),
    ]


def test_files_that_cannot_be_read_are_told_and_the_others_read(tmp_path: Path) -> None:
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "a.yaml").write_bytes(b"kind: X\nname: M\xfcller\n")
    (tmp_path / "documents" / "b.yaml").write_text("#" * (LARGEST + 1))
    (tmp_path / "documents" / "c.yaml").write_text("kind: X\nname: c\n")
    documents, problems = read_folder(tmp_path)
    assert [document.name for document in documents] == ["c"]
    assert [str(problem.place) for problem in problems] == ["documents/a.yaml:2", "documents/b.yaml"]
    assert "UTF-8" in problems[0].message


def test_a_folder_without_documents_says_what_to_do(tmp_path: Path) -> None:
    documents, (problem,) = read_folder(tmp_path)
    assert documents == []
    assert "mimas init" in problem.hint


texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\t"), max_size=20)
values = st.recursive(
    texts | st.booleans() | st.none() | st.integers(-(10**17), 10**17),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(texts.filter(lambda key: key not in ("kind", "name")), values, max_size=4))
def test_what_is_written_out_reads_the_same(body: dict[str, object]) -> None:
    documents, problems = read(dump(Document("X", "n", body)))
    assert problems == []
    assert [document.body for document in documents] == [body]


def test_the_stored_form_keeps_lines() -> None:
    (document,), _ = read("kind: X\nname: n\nflows:\n  a: b\n", "documents/a.yaml")
    assert unpack("X", "n", pack(document), "documents/a.yaml") == document


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('kind: X\nname: "\\ud83d"\n', "documents/a.yaml:2: holds half a character"),
        ('kind: X\n"\\ud83d": x\n', "documents/a.yaml:2: holds half a character"),
        ('kind: X\nname: "\\U00110000"\n', "documents/a.yaml:2: holds an escape that is no character"),
        (
            "kind: X\nname: x\n---\n%YAML 1.0\n---\nkind: Y\n",
            "documents/a.yaml:4: cannot be read as YAML: %YAML asks for another version",
        ),
    ],
)
def test_escapes_and_versions_that_are_none(text: str, message: str) -> None:
    assert any(found.startswith(message) for found in messages(text)), messages(text)


def test_many_documents_take_no_time_for_counting_lines() -> None:
    text = "---\n" * 3_000 + "kind: X\n"
    assert messages(text)[0].startswith("documents/a.yaml:3001: the document has no `name`")
