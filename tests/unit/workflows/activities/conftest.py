"""The office of the workflows' tests, whose people have addresses and accounts, and whose groups are a directory's."""

from collections.abc import Iterator
from typing import Any

import pytest

from mimas.store import letters
from mimas.store.letters import Kept, State
from mimas.store.store import Store
from tests.unit.workflows.conftest import Works, staff

TYPES = """
kind: ObjectType
name: person
attributes:
  displayName: string, indexed
  accountName: string, indexed
  mail: string
  preferredLanguage: string
  department: string, indexed
  mobile: string
  skills: string, multivalued
  grade: {type: integer, minimum: 1, maximum: 9}
  manager: reference to person
  starts: datetime
  ExpirationTime: datetime
---
kind: ObjectType
name: group
attributes:
  displayName: string, indexed, required
  AccountName: string
  Domain: string
  Scope: string
  Type: string
  Email: string
  MembershipAddWorkflow: string
  MembershipLocked: boolean
  Owner: reference, multivalued
  DisplayedOwner: reference
  ExplicitMember: reference, multivalued
  Filter: string
  ComputedMember: reference, multivalued
"""


class Staffed(Works):
    """What tests of activities do besides."""

    def follow(self, *activities: dict[str, Any]) -> None:
        """What follows when Max changes somebody of his."""
        self.workflow("after", "Action", *activities)
        named = {"before": "Everybody", "after": "Everybody", "GrantRight": False, "ActionWorkflowDefinition": "after"}
        self.rule("then", "Modify", "mobile", relative="manager", **named)

    def happen(self, *activities: dict[str, Any]) -> None:
        """Have them follow, and let Max change Ann."""
        self.follow(*activities)
        self.modify("Max", "Ann", "mobile=7")
        self.worker.work()

    def guard(self, *activities: dict[str, Any], phase: str = "Authorization") -> None:
        """What has to let through whatever Max changes of his."""
        self.workflow("first", phase, *activities)
        named: dict[str, Any] = {"before": "Everybody", "after": "Everybody", "GrantRight": False}
        named[f"{phase}WorkflowDefinition"] = "first"
        self.rule("only if", "Modify", relative="manager", **named)

    def letters(self) -> list[Kept]:
        """Those that are to be sent, the first that was written first."""
        with self.store.reading() as tx:
            return letters.listed(tx, [State.WAITING], 100)[::-1]

    def detail(self) -> str:
        """What the last workflow has to tell of itself."""
        return "; ".join(self.instances()[-1].get("WorkflowStatusDetail", []))

    def notes(self) -> list[str]:
        """What the activities of the last workflow have told of themselves."""
        return [note for (note,) in self.rows("SELECT note FROM workflow_step ORDER BY instance, place")]


@pytest.fixture
def office(database_url: str) -> Iterator[Staffed]:
    """Ann and Bob work for Max, whom only policy lets change them."""
    made = opened(database_url)
    yield made
    made.store.close()


def opened(url: str) -> Staffed:
    """The office in a store."""
    made = Staffed(Store(url), TYPES)
    staff(made)
    made.set("Groups", "/group")
    for seen in ("Everybody", "Groups"):
        made.rule(f"reading {seen}", "Read", by="Everybody", before=seen)
    for name in ("Ann", "Bob", "Max"):
        made.modify(None, name, f"mail={name.lower()}@example.com", f"accountName={name.lower()}")
    return made
