"""A changed rule: looking at what it can reach ends where looking at everything does."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mimas.configuration.apply import apply, in_force
from mimas.configuration.build import setup
from mimas.configuration.reading import read
from mimas.runs import reaching
from mimas.runs.engine import Engine
from mimas.runs.reaching import look_at_all
from tests.laws.days import LAW, Day, days, deliver
from tests.world import World

SYSTEMS = """\
kind: ObjectType
name: person
attributes:
  employeeId: string, indexed
  name: string, indexed
  mail: string, indexed
  title: string
  dept: string
  manager: reference to person
---
kind: ObjectType
name: group
attributes:
  name: string, indexed
  dept: string
  member: reference to person, multivalued
---
kind: Membership
name: departments
resource: group
attribute: member
of: person
match: dept = dept
"""

CONNECTOR = """\
---
kind: Connector
name: {name}
type: delimited
settings: {{{settings}}}
guards: {{missing: {{count: 1000, share: 100%}}, deletes: {{count: 1000, share: 100%}}}}
objects:
  {type}: {{anchor: [id], attributes: {{{attributes}}}}}
"""


def connector(name: str, type_: str, attributes: str, settings: str = "") -> str:
    """A delimited file."""
    return CONNECTOR.format(name=name, type=type_, attributes=attributes, settings=f"path: {name}.csv{settings}")


PERSON = "id: string, name: string, mail: string, dept: string, manager: reference to person"
ACCOUNT = "id: string, name: string, mail: string, note: string, boss: reference to person"
TARGET = ", export: listing"
SYSTEMS += (
    connector("hr", "person", PERSON)
    + connector("ext", "person", PERSON)
    + connector("org", "unit", "id: string, dept: string")
    + connector("app", "person", ACCOUNT, TARGET)
    + connector("list", "team", "id: string, note: string, member: reference to user", TARGET)
)

RULE = """\
---
kind: SyncRule
name: {name}
connector: {connector}
object: {object}
resource: {resource}
direction: {direction}
precedence: {precedence}
link: {link}
{more}
flows: {{{flows}}}
"""

INBOUND_FLOWS = (
    "employeeId: id, name: name, mail: mail, dept: dept, manager: manager",
    "employeeId: id, name: '=Trim([name])', dept: dept, manager: manager",
    "employeeId: id, name: name, mail: '=[name] & [dept]'",
)
OUTBOUND_FLOWS = (
    "id: employeeId, name: name, mail: mail, boss: manager",
    "id: employeeId, mail: '=[name] & [dept]'",
    "id: employeeId, name: {attribute: name, once: true}, note: dept, boss: manager",
)


def rule(name: str, place: str, **keys: Any) -> str:
    """A rule as a document."""
    connector, object_, resource, direction = place.split()
    more = "\n".join(f"{key}: {value}" for key, value in keys.pop("more", {}).items() if value)
    return RULE.format(
        name=name, connector=connector, object=object_, resource=resource, direction=direction, more=more, **keys
    )


@st.composite
def inbound(draw: st.DrawFn, connector: str) -> str:
    """People from a source, in one way or another; or not at all."""
    if draw(st.integers(0, 5)) == 0:
        return ""
    return rule(
        connector,
        f"{connector} person person inbound",
        precedence=draw(st.sampled_from([10, 20, 30] if connector == "hr" else [15, 25])),
        link=draw(st.sampled_from(["provision", "provision", "join"])),
        flows=draw(st.sampled_from(INBOUND_FLOWS)),
        more={
            "scope": draw(st.sampled_from(["", "[dept NOTEQUAL out]", "[mail ISNOTNULL]"])),
            "join": draw(st.sampled_from(["", "[id = employeeId]", "[name = name]"])),
        },
    )


@st.composite
def outbound(draw: st.DrawFn) -> str:
    """Accounts in the application; or none."""
    if draw(st.integers(0, 5)) == 0:
        return ""
    return rule(
        "accounts",
        "app person person outbound",
        precedence=100,
        link="provision",
        flows=draw(st.sampled_from(OUTBOUND_FLOWS)),
        more={
            "scope": draw(st.sampled_from(["", "[dept NOTEQUAL out]", "[name ISNOTNULL]"])),
            "join": draw(st.sampled_from(["", "", "[id = employeeId]"])),
            "deprovision": draw(st.sampled_from(["delete", "disconnect", "keep"])),
        },
    )


BACK = rule(
    "back",
    "app person person inbound",
    precedence=50,
    link="join",
    flows="title: note, mail: mail",
    more={"join": "[id = employeeId]"},
)
UNITS = rule(
    "units",
    "org unit group inbound",
    precedence=40,
    link="provision",
    flows="name: id, dept: dept",
    more={"join": "[id = name]"},
)
TEAMS = rule(
    "teams",
    "list team group outbound",
    precedence=60,
    link="provision",
    flows="id: name, note: dept",
    more={"deprovision": "delete"},
)

configurations = st.tuples(
    inbound("hr"), inbound("ext"), outbound(), st.sampled_from(["", BACK]), st.just(UNITS), st.sampled_from(["", TEAMS])
).map(lambda rules: SYSTEMS + "".join(rules))

STEPS = (
    "import hr",
    "import ext",
    "import org",
    "sync",
    "export app",
    "export list",
    "import app",
    "import list",
    "sync",
)


@pytest.fixture
def make(sqlite_store: Path) -> Any:
    """Gives a new world."""

    @contextmanager
    def new() -> Iterator[World]:
        with TemporaryDirectory() as folder:
            path = Path(folder)
            world = World(path, f"sqlite:///{shutil.copy(sqlite_store, path / 'mimas.db')}")
            world.write("app.csv", columns="id name mail note boss")
            world.write("list.csv", columns="id note member")
            yield world
            world.close()

    return new


def put_into_force(world: World, text: str, *, everything: bool) -> None:
    documents, wrong = read(text, "documents/all.yaml")
    assert wrong == []
    apply(world.store, documents)
    if everything:
        with world.store.transaction() as tx:
            look_at_all(tx, resolve=True)
    world.engine = Engine(world.store, setup(world.folder, in_force(world.store)), clock=world.clock)


def whole(world: World) -> dict[str, Any]:
    """Everything but what was only ever a placeholder."""
    return {**world.shape(), "app": world.read("app.csv"), "list": world.read("list.csv")}


@LAW
@given(st.lists(st.tuples(configurations, days), min_size=2, max_size=4))
def test_what_a_changed_rule_reaches_is_all_that_changes(make: Any, history: Sequence[tuple[str, Day]]) -> None:
    with pytest.MonkeyPatch.context() as patch, make() as marked, make() as swept:
        patch.setattr(reaching, "MANY", 1_000)
        for text, day in history:
            for world in (marked, swept):
                deliver(world, day)
                put_into_force(world, text, everything=world is swept)
                world.run(*STEPS)
            assert whole(marked) == whole(swept)
