"""Secret attributes are written and read by nobody."""

from collections.abc import Iterator

import pytest

from mimas.requests.journal import Status
from mimas.requests.owners import owners
from mimas.requests.processing import Requests
from mimas.secrets.sealing import Keys
from mimas.store import sealed
from mimas.store.store import Store
from tests.unit.requests.conftest import Office

TYPES = """
kind: ObjectType
name: person
attributes: {displayName: "string, indexed", pin: "string, secret"}
"""
KEYS = Keys([bytes(range(32))], "a test")


@pytest.fixture
def office(database_url: str) -> Iterator[Office]:
    store = Store(database_url)
    made = Office(store, TYPES)
    made.requests = Requests(store, made.engine.symbols, owners(made.engine.setup.rules), KEYS.seal)
    yield made
    store.close()


def test_it_stands_nowhere_but_sealed(office: Office) -> None:
    ann = office.make("person", "Ann", pin="123456789")
    assert "pin" not in office.values("Ann")
    for table in ("resource", "past_resource", "resource_key", "document"):
        assert "123456789" not in str(office.rows(f'SELECT * FROM "{table}"'))
    with office.store.reading() as tx:
        kept = sealed.everything(tx)
    assert KEYS.open(f"resource/{ann}/pin", kept[f"resource/{ann}/pin"]) == "123456789"


def test_it_is_changed_and_cleared(office: Office) -> None:
    ann = office.make("person", "Ann", pin="1")
    assert office.modify(None, "Ann", "pin=2").status is Status.COMPLETED
    with office.store.reading() as tx:
        assert KEYS.open(f"resource/{ann}/pin", sealed.everything(tx)[f"resource/{ann}/pin"]) == "2"
    office.modify(None, "Ann", "pin=")
    with office.store.reading() as tx:
        assert sealed.everything(tx) == {}


def test_without_a_key_nothing_is_kept(office: Office) -> None:
    office.requests = Requests(office.store, office.engine.symbols, owners(office.engine.setup.rules))
    assert office.create(None, "person", displayName="Ann", pin="1").status is Status.FAILED
