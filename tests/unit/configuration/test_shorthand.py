"""The short forms of what was read mean what was read."""

import pytest
from small_company import FILES
from test_export import EVERY_KIND, HOMES

from mimas.configuration.canonical import digest
from mimas.configuration.documents import KINDS, parse
from mimas.configuration.reading import Document, read, read_folder
from mimas.configuration.shorthand import short, tree


def again(document: Document, body: dict[str, object]) -> Document:
    return Document(document.kind, document.name, body)


def documents() -> list[Document]:
    shipped = [document for home in HOMES for document in read_folder(home)[0]]
    return [*shipped, *read(EVERY_KIND)[0], *(one for text in FILES.values() for one in read(text)[0])]


def test_read_again_every_document_means_the_same() -> None:
    some = [one for one in documents() if one.kind in KINDS]  # the others are resources, and have no short forms
    assert {one.kind for one in some} == set(KINDS)
    for document in some:
        body, problems = parse(document)
        assert body is not None, problems
        assert digest(again(document, short(body))) == digest(document)
        assert digest(again(document, tree(body))) == digest(document)


RULE = {"direction": "inbound", "connector": "c", "object": "o", "resource": "p", "precedence": 1}


def shortened(**keys: object) -> dict[str, object]:
    document = Document("SyncRule", "r", {**RULE, **keys})
    body, problems = parse(document)
    assert body is not None, problems
    found: dict[str, object] = short(body)
    assert digest(again(document, found)) == digest(document)
    return {key: found[key] for key in keys if key in found}


@pytest.mark.parametrize(
    ("key", "long", "expected"),
    [
        ("flows", {"a": {"attribute": "b"}}, {"a": "b"}),
        ("flows", {"a": {"attribute": "=b"}}, {"a": {"attribute": "=b"}}),
        ("flows", {"a": {"attribute": " b"}}, {"a": {"attribute": " b"}}),
        ("flows", {"a": {"expression": "Trim([b])"}}, {"a": "=Trim([b])"}),
        ("flows", {"a": {"attribute": "b", "once": True}}, {"a": {"attribute": "b", "once": True}}),
        ("flows", {"a": {"attribute": "b", "once": False, "merge": "update"}}, {"a": "b"}),
        ("flows", {"a": {"constant": "0042"}}, {"a": {"constant": "0042"}}),
        ("flows", {"a": {"unique": ["b"]}}, {"a": {"unique": ["=[b]"]}}),
        ("scope", [[{"attribute": "a", "operator": "EQUAL", "value": "b c"}]], ["a EQUAL b c"]),
        ("scope", [[{"attribute": "a", "operator": "EQUAL", "value": ""}]], ['a EQUAL ""']),
        ("scope", [[{"attribute": "a", "operator": "EQUAL", "value": " b"}]], ['a EQUAL " b"']),
        ("scope", [[{"attribute": "a", "operator": "EQUAL", "value": '"b"'}]], ['a EQUAL ""b""']),
        ("scope", [[{"attribute": "a", "operator": "ISNULL"}]], ["a ISNULL"]),
        ("scope", [["a ISNULL"], ["b ISNULL"]], [["a ISNULL"], ["b ISNULL"]]),
        (
            "scope",
            [[{"attribute": "a EQUAL b", "operator": "EQUAL", "value": "c"}]],
            [{"attribute": "a EQUAL b", "value": "c"}],
        ),
        ("join", [[{"left": "a", "right": "b"}, {"left": "c", "right": "d"}]], ["a = b and c = d"]),
        ("join", [[{"left": "=[a] = 1", "right": "b"}]], ["=[a] = 1 = b"]),
        ("join", [[{"left": "=[a]", "right": "b"}, "c = d"]], [["=[a] = b", "c = d"]]),
        ("join", [[{"left": "a and b", "right": "c"}]], [["a and b = c"]]),
        ("deprovision", {"what": "delete"}, "delete"),
        ("deprovision", {"what": "keep", "flows": {"a": "b"}}, {"what": "keep", "flows": {"a": "b"}}),
    ],
)
def test_each_form_is_the_shortest_that_means_the_same(key: str, long: object, expected: object) -> None:
    assert shortened(**{key: long}) == {key: expected}


@pytest.mark.parametrize(
    ("kind", "body", "key"),
    [
        ("ObjectType", {"attributes": {"a": "string", "b": "reference to p, multivalued, indexed"}}, "attributes"),
        ("ObjectType", {"attributes": {"a": {"type": "string", "choose": "m:f"}}}, "attributes"),
        ("ObjectType", {"attributes": {"a": "integer, required"}}, "attributes"),
        ("ObjectType", {"attributes": {"a": {"type": "string", "pattern": "^x$", "label": "A"}}}, "attributes"),
        ("ObjectType", {"attributes": {"a": {"type": "string", "label": {"de": "A"}}}}, "attributes"),
        ("ObjectType", {"attributes": {"a": {"type": "integer", "minimum": 0, "maximum": 9}}}, "attributes"),
        ("ObjectType", {"attributes": {}, "deletion": "never"}, "deletion"),
        ("ObjectType", {"attributes": {}, "deletion": {"any": ["hr"]}}, "deletion"),
        ("Connector", {"type": "t", "objects": {}, "guards": {"missing": {"count": 3, "share": "12.5%"}}}, "guards"),
        ("RunProfile", {"steps": ["import hr", "sync full", "sync hr", "export hr"]}, "steps"),
        ("Schedule", {"profile": "p", "every": "90 minutes"}, "every"),
        ("Schedule", {"profile": "p", "every": "1 day"}, "every"),
        ("Schedule", {"profile": "p", "every": "1 day", "closed": [{"days": "mon-wed, sat-sun"}]}, "closed"),
        ("Schedule", {"profile": "p", "every": "1 day", "closed": [{"from": "22:00", "until": "04:00"}]}, "closed"),
        ("Mail", {"host": "h", "from": "a@b.c", "user": "u", "password": {"env": "X"}}, "password"),
    ],
)
def test_what_people_write_stays_as_they_wrote_it(kind: str, body: dict[str, object], key: str) -> None:
    parsed, problems = parse(Document(kind, "n", body))
    assert parsed is not None, problems
    assert short(parsed)[key] == body[key]


def test_the_whole_form_tells_what_is_usual_too() -> None:
    body, _ = parse(Document("SyncRule", "r", RULE))
    assert body is not None
    assert tree(body)["link"] == "join"
    assert tree(body)["deprovision"] == "disconnect"
    assert "link" not in short(body)
