"""What consent would bring about is shown before, and nothing of it happens."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mimas.runs.setup import Step
from mimas.store.store import Store
from mimas.workflows.approving.consents import Consents
from mimas.workflows.approving.effect import Effect, effect, seen
from tests.unit.requests.conftest import TYPES
from tests.unit.workflows.approving.conftest import Consenting

_SYSTEMS = """
---
kind: Connector
name: directory
type: ldif
settings: {path: FOLDER/directory.ldif, export: listing}
objects:
  user: {attributes: {cn: string, ou: string, boss: reference to user}}
  team: {attributes: {cn: string, member: "reference to user, multivalued"}}
---
kind: SyncRule
name: accounts
direction: outbound
connector: directory
object: user
resource: person
precedence: 200
link: provision
scope: [department NOTEQUAL Gone]
flows:
  dn: ="cn=" & [displayName] & ",o=x"
  cn: displayName
  ou: department
  boss: manager
deprovision: delete
---
kind: SyncRule
name: teams
direction: outbound
connector: directory
object: team
resource: group
precedence: 200
link: provision
flows: {dn: '="cn=" & [displayName] & ",o=teams"', cn: displayName, member: ComputedMember}
"""


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[Consenting]:
    """Everybody has an account, but for those whose department is Gone, and so have groups. Ada is asked."""
    store = Store(database_url)
    made = Consenting(store, TYPES + _SYSTEMS.replace("FOLDER", str(tmp_path)))
    made.make("person", "Max", department="Sales")
    made.make("person", "Ann", department="Sales", manager="Max")
    made.make("person", "Ada", department="IT")
    made.make("group", "Sellers", Filter="/person[department = 'Sales']")
    made.set("Everybody", "/person")
    made.set("Buyers", "/person[department = 'Buying']")
    made.rule("team", "Modify Add Remove Delete", relative="manager", before="Everybody", after="Everybody")
    made.rule("new", "Create", by="Everybody", after="Everybody")
    made.workflow("consent", "Authorization", {"activity": "Approval", "approvers": str(made.ids["Ada"])})
    named: dict[str, Any] = {"GrantRight": False, "AuthorizationWorkflowDefinition": "consent"}
    made.rule("asked", "Modify Delete", relative="manager", before="Everybody", after="Everybody", **named)
    made.rule("asked too", "Create", by="Everybody", after="Everybody", **named)
    _sync(made)
    yield made
    store.close()


def _sync(office: Consenting) -> None:
    """Everybody's accounts are made, and seen."""
    steps = [Step("delta-sync"), Step("export", "directory"), Step("full-import", "directory"), Step("delta-sync")]
    office.engine.run("all", steps)


def _would(office: Consenting) -> Effect:
    """What would come of the last request; nothing is changed by asking."""
    tables = ("resource", "resource_reference", "member", "pending_export", "object", "link", "outbox", "dirty")
    before = [sorted(office.rows(f"SELECT * FROM {table}"), key=str) for table in tables]
    assert office.last.request is not None
    found = effect(office.requests, office.last.request, office.engine.setup)
    assert [sorted(office.rows(f"SELECT * FROM {table}"), key=str) for table in tables] == before
    return found


def test_accounts_and_memberships_are_foreseen(office: Consenting) -> None:
    office.ask(text="department=Buying")
    lines = _would(office).lines()
    assert "Ann leaves the group Sellers" in lines
    assert "Ann comes into the set Buyers" in lines
    assert "directory: user cn=Ann,o=x of Ann is changed: ou Sales → Buying" in lines
    assert "directory: team cn=Sellers,o=teams of Sellers is changed: member - cn=Ann,o=x" in lines


def test_what_others_have_left_for_the_next_sync_is_no_part_of_it(office: Consenting) -> None:
    office.make("person", "Bob", department="Sales")
    office.modify(None, "Ada", "department=Gone")
    office.ask(text="department=Buying")
    assert not [line for line in _would(office).lines() if "Bob" in line or "Ada" in line]


def test_an_account_would_end_or_be_made(office: Consenting) -> None:
    office.ask(text="department=Gone")
    assert "directory: user cn=Ann,o=x of Ann is deleted" in _would(office).lines()
    office.create("Max", "person", displayName="Zoe", department="Buying")
    office.worker.work()
    lines = _would(office).lines()
    assert "Zoe comes into the set Buyers" in lines
    assert "directory: user cn=Zoe,o=x of Zoe is made: cn Zoe; ou Buying" in lines


def test_a_resource_would_end(office: Consenting) -> None:
    office.delete("Max", "Ann")
    office.worker.work()
    lines = _would(office).lines()
    assert any(line.startswith("directory: user cn=Ann,o=x") and "is deleted" in line for line in lines)
    assert "Ann leaves the group Sellers" in lines


def test_what_stands_against_it_is_told(office: Consenting) -> None:
    office.ask(text="department=Buying")
    office.delete(None, "Ann")
    assert _would(office).problem.startswith("It could not be done:")


def test_errors_of_the_sync_are_told(office: Consenting) -> None:
    office.make("person", "Zoe", department="Sales")
    _sync(office)
    office.create("Max", "person", displayName="Zoe", department="Buying")
    office.worker.work()
    assert any(line.startswith("! ") for line in _would(office).lines())


def test_nobody_sees_more_of_it_than_policy_lets_them(office: Consenting) -> None:
    office.ask(text="department=Buying")
    what = _would(office)
    lines = seen(office.requests, what, office.ids["Ada"]).lines()
    assert "directory: user cn=Ann,o=x of Ann is changed: ou" in lines
    assert not [line for line in lines if "set" in line or "→" in line]
    office.rule("all of people", "Read", by="Everybody", before="Everybody")
    assert (
        "directory: user cn=Ann,o=x of Ann is changed: ou Sales → Buying"
        in seen(office.requests, what, office.ids["Ada"]).lines()
    )


def test_it_stands_in_the_letter_and_on_the_page(office: Consenting) -> None:
    office.rule("all of people", "Read", by="Everybody", before="Everybody")
    office.ask(text="department=Buying")
    matter = Consents(office.requests).describe(office.last.id, office.ids["Ada"])
    assert matter is not None
    assert (matter.requestor, matter.target, matter.over) == ("Max", "Ann", "")
    assert [(one.label, one.before, one.after) for one in matter.changes] == [("department", ["Sales"], ["Buying"])]
    assert "directory: user cn=Ann,o=x of Ann is changed: ou Sales → Buying" in matter.effects
    assert Consents(office.requests).describe(office.last.id, office.ids["Ann"]) is None
    assert Consents(office.requests).decide(office.last.id, office.ids["Ada"], "approve", "fine") == ""
    after = Consents(office.requests).describe(office.last.id, office.ids["Ada"])
    assert after is not None
    assert (after.over, after.effects) == ("You have decided over it already, or your deputy has.", ())
