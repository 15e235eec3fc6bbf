"""An office with people, groups and policy, whose requests are done on both databases."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mimas.configuration.build import setup
from mimas.configuration.reading import read
from mimas.requests.assignments import changes
from mimas.requests.owners import owners
from mimas.requests.processing import Outcome, Requests
from mimas.requests.viewing import View, Viewer
from mimas.requests.wishes import Change, Mode, Operation, Wish
from mimas.runs.engine import Engine
from mimas.store.database import Row
from mimas.store.store import Store
from tests.world import Clock

TYPES = """
kind: ObjectType
name: person
attributes:
  displayName: string, indexed
  department: string, indexed
  mobile: string
  skills: string, multivalued
  grade: {type: integer, minimum: 1, maximum: 9}
  manager: reference to person
  ExpirationTime: datetime
---
kind: ObjectType
name: group
attributes:
  displayName: string, indexed, required
  joining: string, indexed
  Owner: reference, multivalued
  ExplicitMember: reference, multivalued
  Filter: string
  ComputedMember: reference, multivalued
"""


class Office:
    """What tests do: make resources as the owner of the machine, ask as somebody, look."""

    def __init__(self, store: Store, types: str = TYPES) -> None:
        documents, problems = read(types, "types.yaml")
        assert not problems
        self.store = store
        self.engine = Engine(store, setup(Path(), documents), clock=Clock())
        self.requests = Requests(store, self.engine.symbols, owners(self.engine.setup.rules))
        self.ids: dict[str, int] = {}

    def make(self, type_: str, name: str, **values: Any) -> int:
        """A resource of this name, without any rule being asked."""
        shown = "DisplayName" if "DisplayName" in self.store.catalogue[type_] else "displayName"
        outcome = self.create(None, type_, **{shown: name, **values})
        assert outcome.status.done, outcome.message
        assert outcome.target is not None
        self.ids[name] = outcome.target
        return outcome.target

    def set(self, name: str, text: str = "", **values: Any) -> int:
        """A set by a filter, or by its members."""
        return self.make("Set", name, **({"Filter": text} if text else {}), **values)

    def rule(self, name: str, actions: str, attributes: str = "*", **values: Any) -> int:
        """A policy rule: who (`by` a set, or `relative`), `before`, `after`."""
        places = {
            "by": "PrincipalSet",
            "relative": "PrincipalRelativeToResource",
            "before": "ResourceCurrentSet",
            "after": "ResourceFinalSet",
        }
        named = {places.get(key, key): value for key, value in values.items()}
        return self.make(
            "ManagementPolicyRule",
            name,
            **{"GrantRight": True, "ActionType": actions.split(), "ActionParameter": attributes.split(), **named},
        )

    def create(self, who: str | None, type_: str, **values: Any) -> Outcome:
        """A wish to make a resource."""
        made = tuple(self._change(type_, name, value) for name, value in values.items())
        return self._submit(who, Wish(Operation.CREATE, type_, None, made))

    def modify(self, who: str | None, name: str, *texts: str, type_: str = "person") -> Outcome:
        """A wish to change one, in the form that people write."""
        return self._submit(who, self.wish(name, *texts, type_=type_))

    def wish(self, name: str, *texts: str, type_: str = "person") -> Wish:
        """The same, not submitted yet."""
        attributes = self.store.catalogue[type_]
        made = changes(texts, type_, attributes, lambda _, text: self.ids[text])
        return Wish(Operation.PUT, type_, self.ids[name], made)

    def delete(self, who: str | None, name: str, type_: str = "person") -> Outcome:
        """A wish to end one."""
        return self._submit(who, Wish(Operation.DELETE, type_, self.ids[name]))

    def see(self, who: str | None, name: str) -> View | None:
        """A resource as somebody sees it."""
        viewer = Viewer(self.store, self.requests.policies, None if who is None else self.ids[who])
        with self.store.reading() as tx:
            return next(iter(viewer.see(tx, [self.ids[name]])), None)

    def values(self, name: str) -> dict[str, Any]:
        """All that a resource has."""
        view = self.see(None, name)
        assert view is not None
        return {**view.values, **view.references}

    def rows(self, sql: str, *parameters: Any) -> list[Row]:
        """A question to the database."""
        with self.store.reading() as tx:
            return tx.rows(sql, *parameters)

    def _change(self, type_: str, name: str, value: Any) -> Change:
        several = value if isinstance(value, list) else [value]
        attribute = self.store.catalogue[type_].get(name)
        if attribute is not None and attribute.kind == "reference":
            several = [self.ids[one] if isinstance(one, str) else one for one in several]
        return Change(name, Mode.REPLACE, tuple(several))

    def _submit(self, who: str | None, wish: Wish) -> Outcome:
        (outcome,) = self.requests.submit(None if who is None else self.ids[who], wish)
        return outcome


@pytest.fixture
def office(database_url: str) -> Iterator[Office]:
    """Ann and Bob work for Max; Ada administers."""
    store = Store(database_url)
    made = Office(store)
    made.make("person", "Max", department="Sales")
    made.make("person", "Ann", department="Sales", manager="Max", mobile="1")
    made.make("person", "Bob", department="Buying", manager="Max", mobile="2")
    made.make("person", "Ada", department="IT")
    made.set("Everybody", "/person")
    made.set("Administrators", ExplicitMember=["Ada"])
    yield made
    store.close()
