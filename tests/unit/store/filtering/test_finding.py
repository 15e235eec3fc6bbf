"""Pages of what a filter takes: what the law of the filters does not ask."""

from collections.abc import Iterator, Mapping

import pytest

from mimas.language.filters import tree
from mimas.language.filters.binding import understood
from mimas.language.keys import normals
from mimas.schema.attributes import Attribute, Kind
from mimas.schema.values import Value, encode
from mimas.store import tables
from mimas.store.filtering.bounds import Bounds
from mimas.store.filtering.conditions import FALSE
from mimas.store.filtering.finding import OrderError, Page, count, find
from mimas.store.filtering.narrowing import FEW, narrowest
from mimas.store.filtering.readable import Readable, ReadGrant
from mimas.store.resources import LIVE
from mimas.store.store import Store
from tests.laws.selections import NOW

PERSON = {
    "name": Attribute("name", indexed=True),
    "mail": Attribute("mail"),
    "tags": Attribute("tags", multivalued=True, indexed=True),
    "age": Attribute("age", Kind.INTEGER, indexed=True),
    "manager": Attribute("manager", Kind.REFERENCE),
}


class People:
    """People with the ids 1, 2, 3 …; everybody's manager is 1."""

    def __init__(self, url: str) -> None:
        self.store = Store(url)
        self.store.catalogue = {"person": PERSON, "group": {"name": Attribute("name")}}

    def hire(self, *people: Mapping[str, Value]) -> None:
        type_, name, manager = self.store.symbols(["person", "person.name", "manager"])
        with self.store.transaction() as tx:
            rows = list(enumerate(people, 1))
            tx.insert(
                tables.resource, "id, type, doc, pattern, state", [(n, type_, encode(v), 0, LIVE) for n, v in rows]
            )
            keys = [(name, key, n) for n, v in rows for key in normals(v.get("name"))]
            tx.insert(tables.resource_key, "attribute, value, resource", keys)
            refs = [(n, manager, 1, 0) for n, _ in rows if n > 1]
            tx.insert(tables.resource_reference, "resource, attribute, target, origin", refs)

    def filter(self, text: str) -> tree.Filter:
        return understood(text, self.store.catalogue, int)

    def find(self, text: str, readable: Readable | None = None, **how: object) -> Page:
        with self.store.reading() as tx:
            return find(tx, self.store, self.filter(text), now=NOW, readable=readable, **how)  # type: ignore[arg-type] # as find has them


@pytest.fixture
def people(database_url: str) -> Iterator[People]:
    made = People(database_url)
    yield made
    made.store.close()


@pytest.mark.parametrize(
    ("text", "order", "words"),
    [
        ("/person", "mail", "no index. Write `indexed` behind its type in the document ObjectType person"),
        ("/person", "nme", "person has no attribute 'nme'"),
        ("/person", "tags", "holds one text or date"),
        ("/person", "age", "holds one text or date"),
        ("/person | /group", "name", "several types"),
        ("/*", "name", "several types"),
    ],
)
def test_what_cannot_be_sorted_says_why(people: People, text: str, order: str, words: str) -> None:
    with pytest.raises(OrderError, match=words):
        people.find(text, order=order)


def test_a_page_begins_behind_a_place_and_ends_with_one(people: People) -> None:
    people.hire(*({"name": name} for name in ("Cy", "Ann", "Bea", "ann")))
    first = people.find("/person", order="name", limit=2)
    assert first == Page((2, 4), ("ann", 4))
    assert people.find("/person", order="name", limit=2, after=list(first.next or ())) == Page((3, 1), None)
    with pytest.raises(OrderError, match="first page"):
        people.find("/person", after=["x"])


def test_what_may_not_be_read_is_not_there(people: People) -> None:
    people.hire(
        {"name": "Boss", "mail": "secret"}, {"name": "Ann", "mail": "secret"}, {"name": "Bea", "mail": "secret"}
    )
    seen = Readable(3, (ReadGrant(frozenset({"name", "manager"})), ReadGrant(None, None, "ObjectID")))
    assert people.find("/person[mail = 'secret']", seen).ids == (3,)
    assert people.find("/person[not(mail = 'secret')]", seen).ids == (1, 2)
    assert people.find("/person[manager = /person[mail = 'secret']]", seen).ids == ()
    assert people.find("/person[manager = /person[name = 'boss']]", seen).ids == (2, 3)
    assert people.find("/person", Readable(3, ())).ids == ()
    with people.store.reading() as tx:
        wanted = people.filter("/person[is-present(mail)]")
        assert count(tx, people.store, wanted, now=NOW, readable=seen) == (1, False)
        assert count(tx, people.store, wanted, now=NOW, limit=2) == (2, True)


def test_plain_text_is_decided_by_the_database_alone(people: People) -> None:
    people.hire({"mail": "ANN@x"}, {"mail": "bea@x"}, {"mail": "änn@x"}, {"mail": "ann\n@x"})
    with people.store.reading() as tx:
        bounds = Bounds(people.store, NOW).of(people.filter("/person[starts-with(mail, 'ann@')]"))
        sure, possible = ({id_ for (id_,) in tx.rows(f"SELECT r.id FROM resource r WHERE {c.text}", *c.parameters)}
                          for c in bounds)  # fmt: skip
    assert (sure, possible) == ({1}, {1, 3, 4})


def test_an_index_leads_to_the_few(people: People) -> None:
    people.hire(*({"name": f"p{number}"} for number in range(FEW + 1)))
    with people.store.reading() as tx:
        for text, number in (
            ("/person[name = 'p7' and mail = 'x']", 1),
            ("/person[name = 'p7'] | /person[starts-with(name, 'P99')]", 12),
            ("/person[manager = /person[name = 'p0']]", FEW),
            ("/person[ObjectID = '3']", 1),
        ):
            narrow, size = narrowest(tx, people.store, people.filter(text))
            assert narrow is not None
            assert size == number, text
        assert narrowest(tx, people.store, people.filter("/person[not(name = 'p7')]"))[0] is None


@pytest.mark.parametrize("word", ["and", "or"])
def test_very_many_conditions(people: People, word: str) -> None:
    people.hire({"name": "n3"}, {"name": "n5"}, {"name": "other"})
    text = f" {word} ".join(f"{'not' if word == 'and' else ''}(name = 'n{number}')" for number in range(1_500))
    assert people.find(f"/person[{text}]").ids == ((3,) if word == "and" else (1, 2))
    text = f" {word} ".join(f"{'not' if word == 'and' else ''}(name = 'n{number}')" for number in range(5_000))
    wanted = people.filter(f"/person[{text}]")
    assert Bounds(people.store, NOW).of(wanted)[0] == FALSE, "of so many no SQL is made"
    assert people.find(f"/person[{text}]").ids == ((3,) if word == "and" else (1, 2))


def test_very_deep_conditions(people: People) -> None:
    people.hire({"name": "boss"}, {"name": "ann"})
    deep = "name = 'ann'"
    for _ in range(35):
        deep = f"not(not({deep}) and not(name = 'x'))"
    assert people.find(f"/person[{deep}]").ids == (2,)
    hops = "/person[name = 'boss']"
    for _ in range(14):
        hops = f"/person[manager = {hops} or name = 'boss']"
    assert people.find(hops).ids == (1, 2)
