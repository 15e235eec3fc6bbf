"""One form for every spelling; drift."""

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
