"""What is told of two configurations that differ: the key, both values, the line."""

from typing import Any

import pytest
from small_company import FILES

from mimas.configuration.canonical import digest
from mimas.configuration.differences import Alteration, compare, differences
from mimas.configuration.reading import Document, read
from mimas.configuration.secret import HIDDEN

HEAD = "kind: SyncRule\nname: r\ndirection: inbound\nconnector: c\nobject: o\nresource: p\nprecedence: 1\n"


def documents(text: str) -> list[Document]:
    found, problems = read(text, "documents/a.yaml")
    assert problems == []
    return found


def found(before: str, after: str, head: str = HEAD) -> list[tuple[str, Any, Any, int]]:
    (old,), (new,) = documents(head + before), documents(head + after)
    return [
        (".".join(map(str, one.path)), one.old, one.new, one.place.line - head.count("\n"))
        for one in differences(old, new)
    ]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param("link: join", "link: sticky", [("link", "join", "sticky", 1)], id="changed"),
        pytest.param("", "link: sticky", [("link", "join", "sticky", 1)], id="from what is usual"),
        pytest.param("", "link: join", [], id="to what is usual"),
        pytest.param("flows: {a: b}", "flows:\n  a: =[b]", [("flows.a", "b", "=[b]", 2)], id="a flow"),
        pytest.param("flows: {a: b}", "flows: {a: {attribute: b, once: false}}", [], id="another spelling"),
        pytest.param("flows: {a: b, c: d}", "flows:\n  c: d\n  a: b", [], id="another order of keys"),
        pytest.param("flows: {a: b}", "flows:\n  a: b\n  c: d", [("flows.c", None, "d", 3)], id="added"),
        pytest.param("flows: {a: b, c: d}", "flows:\n  a: b", [("flows.c", "d", None, 1)], id="removed"),
        pytest.param("", "flows: {a: {constant: 1}}", [("flows.a", None, {"constant": 1}, 1)], id="the first flow"),
        pytest.param(
            "flows: {a: {constant: 1}}",
            "flows: {a: {constant: true}}",
            [("flows.a.constant", 1, True, 1)],
            id="a number and a truth that Python takes for the same",
        ),
        pytest.param(
            "flows: {a: {constant: 1}}", 'flows: {a: {constant: "1"}}', [("flows.a.constant", 1, "1", 1)], id="a type"
        ),
        pytest.param(
            "scope: [a ISNULL, b ISNULL]",
            "scope:\n  - a ISNULL\n  - c ISNULL\n  - b ISNULL",
            [("scope.1", None, "c ISNULL", 3)],
            id="a clause between two",
        ),
        pytest.param("scope: [a ISNULL, b ISNULL]", "scope: [b ISNULL]", [("scope", "a ISNULL", None, 1)], id="out"),
        pytest.param(
            "scope:\n  - [a ISNULL]\n  - [b ISNULL]",
            "scope:\n  - [a ISNULL]\n  - [b ISNULL, c ISNULL]",
            [("scope.1.1", None, "c ISNULL", 3)],
            id="a clause of a list",
        ),
        pytest.param(
            "join: [a = b]", "join: [a = b and c = d]", [("join.0", "a = b", "a = b and c = d", 1)], id="join"
        ),
        pytest.param("description: a", "", [("description", "a", None, -5)], id="a description is taken away"),
    ],
)
def test_keys_that_differ(before: str, after: str, expected: list[tuple[str, Any, Any, int]]) -> None:
    assert found(before, after) == expected


def test_a_document_with_a_mistake_is_compared_as_it_was_written() -> None:
    assert found("link: jon", "link: join") == [("link", "jon", "join", 1)]


def test_whatever_changes_the_hash_is_told() -> None:
    """Every key of every document, taken away."""
    told = 0
    for document in (one for text in FILES.values() for one in documents(text)):
        for key in document.body:
            other = Document(document.kind, document.name, {k: v for k, v in document.body.items() if k != key})
            if digest(other) != digest(document):
                assert next(differences(document, other)).path[0] == key
                told += 1
    assert told > 30


CONNECTOR = "kind: Connector\nname: c\ntype: t\nobjects: {}\n"


def test_secrets_are_hidden_and_references_to_them_are_not() -> None:
    before = (
        "settings: {url: 'https://me:hunter2@host', token: hunter2, password: {env: OLD}, deep: {api_key: hunter2}}"
    )
    after = (
        "settings: {url: 'https://me:hunter3@host', token: hunter3, password: {env: NEW}, more: {secret: [hunter2]}}"
    )
    told = found(before, after, CONNECTOR)
    assert "hunter" not in str(told)
    assert ("settings.password.env", "OLD", "NEW", 1) in told
    assert ("settings.token", HIDDEN, HIDDEN, 1) in told
    assert ("settings.deep", {"api_key": HIDDEN}, None, 1) in told


def test_documents_are_added_changed_and_removed() -> None:
    (old, other), (new, more) = (
        documents(HEAD + "---\nkind: RunProfile\nname: a\nsteps: [sync]\n"),
        documents(HEAD + "link: sticky\n---\nkind: RunProfile\nname: b\nsteps: [sync]\n"),
    )
    told = compare([old, other], [new, more])
    assert [(one.change.action, one.change.name, one.place.line, len(one.differences)) for one in told] == [
        ("changed", "r", 2, 1),
        ("removed", "a", 10, 0),
        ("added", "b", 11, 0),
    ]
    assert compare([old, other], [other, old]) == []
    assert isinstance(told[0], Alteration)
