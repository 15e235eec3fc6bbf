"""The workforce of the benchmark of requests: people, groups, sets and policy rules, and what clients ask for.

Its measure is the largest installation that Microsoft has published figures of (TechNet ff934585): 200,000 people, 132
rules, 121 sets; there 1,853 operations an hour were the load.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from mimas.configuration.build import setup
from mimas.configuration.reading import read
from mimas.requests.owners import owners
from mimas.requests.processing import Requests
from mimas.requests.wishes import Change, Mode, Operation, Wish
from mimas.requests.writing import Writer
from mimas.runs.engine import Engine
from mimas.runs.setup import Setup
from mimas.store.store import Store

GROUPS = 5_000
SETS, RULES = 121, 132
DEPARTMENTS = 80
TITLES = ("Engineer", "Clerk", "Head", "Assistant", "Buyer", "Analyst", "Driver", "Nurse", "Teacher", "Guard")

DOCUMENTS = """
kind: ObjectType
name: person
attributes:
  displayName: string, indexed
  accountName: string, indexed
  department: string, indexed
  title: string, indexed
  city: string, indexed
  mobile: string
  office: string
  costCentre: string
  mail: string, indexed
  employeeType: string, indexed
  manager: reference to person
---
kind: ObjectType
name: group
attributes:
  displayName: string, indexed
  MembershipAddWorkflow: string, indexed
  Owner: reference, multivalued
  ExplicitMember: reference, multivalued
"""


def installed() -> Setup:
    """How the installation is set up."""
    from pathlib import Path

    documents, _ = read(DOCUMENTS, "documents.yaml")
    return setup(Path(), documents)


def opened(database: str) -> Requests:
    """What does requests on a database."""
    store = Store(database)
    store.prepare()
    engine = Engine(store, installed())
    return Requests(store, engine.symbols, owners(engine.setup.rules))


def person(number: int) -> dict[str, Any]:
    """The values of a person."""
    return {
        "displayName": f"Person {number:07}",
        "accountName": f"p{number:07}",
        "department": f"Department {number % DEPARTMENTS}",
        "title": TITLES[number // 7 % len(TITLES)],
        "city": f"City {number % 400}",
        "mobile": f"+49 171 {number:07}",
        "office": f"{number % 30}.{number % 97}",
        "costCentre": str(4000 + number % 300),
        "mail": f"p{number:07}@example.com",
        "employeeType": "Contractor" if number % 11 == 0 else "Employee",
    }


def people(requests: Requests, count: int) -> list[int]:
    """Make the people, each with a manager; their ids."""
    ids: list[int] = []
    store = requests.store
    for first in range(0, count, 5_000):
        with store.transaction() as tx:
            writer = Writer(tx, requests.symbols)
            some = [person(number) for number in range(first, min(first + 5_000, count))]
            made = writer.create_many("person", some)
            ids += made
            heads = [ids[index // 20] for index in range(first, first + len(made))]
            writer.refer_many("manager", list(zip(made, heads, strict=True)))
    return ids


def groups(requests: Requests, members: Sequence[int]) -> list[int]:
    """Make the groups, each with an owner and twenty members."""
    values = [
        {"displayName": f"Group {n:05}", "MembershipAddWorkflow": "None" if n % 2 else "Owner Approval"}
        for n in range(GROUPS)
    ]
    with requests.store.transaction() as tx:
        writer = Writer(tx, requests.symbols)
        made = writer.create_many("group", values)
        writer.refer_many("Owner", [(id_, members[n * 37 % len(members)]) for n, id_ in enumerate(made)])
        some = [(id_, members[(n * 41 + k * 997) % len(members)]) for n, id_ in enumerate(made) for k in range(20)]
        writer.refer_many("ExplicitMember", sorted(set(some)))
    return made


def filters() -> Iterator[tuple[str, str]]:
    """The sets: what they are called, and their filters."""
    yield "All people", "/person"
    yield "All groups", "/group"
    yield "Open groups", "/group[MembershipAddWorkflow = 'None']"
    yield "Contractors", "/person[employeeType = 'Contractor']"
    for number in range(DEPARTMENTS):
        yield f"Department {number}", f"/person[department = 'Department {number}']"
    for title in TITLES:
        yield f"{title}s", f"/person[title = '{title}']"
        yield f"Reports of a {title}", f"/person[manager = /person[title = '{title}']]"
    yield "Heads who are no contractors", "/person[title = 'Head' and not(employeeType = 'Contractor')]"
    for number in range(SETS - 5 - DEPARTMENTS - 2 * len(TITLES)):
        yield f"Region {number}", f"/person[starts-with(city, 'City {number + 1}')]"


def policy(requests: Requests) -> None:
    """Make the sets and the rules."""
    sets = {name: _make(requests, "Set", {"DisplayName": name, "Filter": text}) for name, text in filters()}
    names = list(sets)
    everybody, groups_, open_ = sets["All people"], sets["All groups"], sets["Open groups"]
    both: dict[str, Any] = {"GrantRight": True}
    rules: list[dict[str, Any]] = [
        {"ActionType": ["Read"], "PrincipalSet": everybody, "ResourceCurrentSet": everybody, "ActionParameter": ["*"]},
        {"ActionType": ["Read"], "PrincipalSet": everybody, "ResourceCurrentSet": groups_, "ActionParameter": ["*"]},
        {
            "ActionType": ["Modify"],
            "PrincipalRelativeToResource": "ObjectID",
            "ResourceCurrentSet": everybody,
            "ResourceFinalSet": everybody,
            "ActionParameter": ["mobile", "office"],
        },
        {
            "ActionType": ["Modify"],
            "PrincipalRelativeToResource": "manager",
            "ResourceCurrentSet": everybody,
            "ResourceFinalSet": everybody,
            "ActionParameter": ["department", "title", "city", "costCentre"],
        },
        {
            "ActionType": ["Add", "Remove"],
            "OnlyRequestor": True,
            "PrincipalSet": everybody,
            "ResourceCurrentSet": open_,
            "ResourceFinalSet": open_,
            "ActionParameter": ["ExplicitMember"],
        },
    ]
    for number in range(RULES - len(rules)):
        who, what = sets[names[4 + number % (SETS - 4)]], sets[names[4 + number * 7 % (SETS - 4)]]
        rules.append(
            {
                "ActionType": ["Modify"],
                "PrincipalSet": who,
                "ResourceCurrentSet": what,
                "ResourceFinalSet": everybody,
                "ActionParameter": ["office", "costCentre"],
            }
        )
    for number, rule in enumerate(rules):
        _make(requests, "ManagementPolicyRule", {"DisplayName": f"Rule {number}", **both, **rule})


def _make(requests: Requests, type_: str, values: dict[str, Any]) -> int:
    changes = tuple(
        Change(name, Mode.REPLACE, tuple(value) if isinstance(value, list) else (value,))
        for name, value in values.items()
    )
    (outcome,) = requests.submit(None, Wish(Operation.CREATE, type_, None, changes))
    if outcome.target is None:
        raise RuntimeError(outcome.message)
    return outcome.target
