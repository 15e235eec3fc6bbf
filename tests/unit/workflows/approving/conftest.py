"""An office in which changes of people wait for somebody's consent."""

from collections.abc import Iterator
from typing import Any

import pytest

from mimas.requests.processing import Outcome
from mimas.store import letters
from mimas.store.letters import Kept, State
from mimas.store.store import Store
from mimas.workflows.approving.approvals import Approval, Decision, load
from mimas.workflows.approving.deciding import Decided, decide, decide_over
from tests.unit.requests.conftest import TYPES
from tests.unit.workflows.conftest import Works

_TYPES = TYPES.replace("  department: string, indexed\n", "  department: string, indexed\n  mail: string\n", 1)


class Consenting(Works):
    """What tests do besides: ask for consent, decide, read letters."""

    def approval(self, approvers: str, **settings: Any) -> None:
        """From now on somebody has to consent when Max changes somebody of his."""
        self.workflow("consent", "Authorization", {"activity": "Approval", "approvers": approvers, **settings})
        self.rule(
            "only with consent",
            "Modify",
            relative="manager",
            before="Everybody",
            after="Everybody",
            GrantRight=False,
            AuthorizationWorkflowDefinition="consent",
        )

    def ask(self, who: str = "Max", whom: str = "Ann", text: str = "mobile=7") -> Outcome:
        """Somebody asks for a change, and whoever has to consent is asked."""
        outcome = self.modify(who, whom, text)
        self.worker.work()
        return outcome

    def kept(self) -> list[Approval]:
        """All approvals."""
        rows = self.rows("SELECT id FROM resource WHERE type = ? ORDER BY id", self.store.symbol("Approval"))
        with self.store.reading() as tx:
            return load(tx, self.store, [row[0] for row in rows])

    @property
    def last(self) -> Approval:
        """The approval that was asked for last."""
        return self.kept()[-1]

    def decide(self, who: str, decision: str = "Approved", reason: str = "", approval: int | None = None) -> str:
        """What somebody decides; empty, or why they cannot."""
        number = self.last.id if approval is None else approval
        return decide(self.requests, number, self.ids[who], decision, reason)

    def decided(self, who: str, decision: Decision = Decision.APPROVED, reason: str = "") -> Decided:
        """The same, with what has become of it."""
        return decide_over(self.requests, [self.last.id], self.ids[who], decision, reason)[0]

    def letters(self, state: State = State.WAITING) -> list[Kept]:
        """The letters that wait, the oldest first."""
        with self.store.reading() as tx:
            return sorted(letters.listed(tx, [state], 1_000))

    def posted(self) -> list[tuple[str, str]]:
        """(to whom, subject) of the letters that wait; from now on they do not any more."""
        found = self.letters()
        with self.store.transaction() as tx:
            for letter in found:
                letters.sent(tx, letter, self.store.clock())
        return [(letter.to[0].partition("@")[0], letter.subject) for letter in found]

    def away(self, who: str, deputy: str, **values: Any) -> None:
        """Somebody stands in for somebody."""
        self.make("Delegation", f"{deputy} for {who}", Delegator=who, Delegate=deputy, **values)

    def again(self) -> "Consenting":
        """The same installation as another process opens it."""
        other = Consenting(Store(self.store.database.url.render_as_string(hide_password=False)), _TYPES)
        other.engine.clock = other.store.clock = self.engine.clock
        other.ids = dict(self.ids)
        return other


@pytest.fixture
def office(database_url: str) -> Iterator[Consenting]:
    """Ann works for Max. Ada and Eve may be asked, and so may whoever is in the group Board."""
    store = Store(database_url)
    made = Consenting(store, _TYPES)
    made.make("person", "Max", department="Sales", mail="max@example.com")
    made.make("person", "Ann", department="Sales", manager="Max", mobile="1", mail="ann@example.com")
    made.make("person", "Ada", department="IT", mail="ada@example.com")
    made.make("person", "Eve", department="IT", mail="eve@example.com")
    made.make("person", "Tom", department="IT", mail="tom@example.com")
    made.set("Everybody", "/person")
    made.rule("team", "Modify Add Remove", relative="manager", before="Everybody", after="Everybody")
    yield made
    store.close()
