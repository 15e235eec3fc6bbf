"""`letters`: what waits, was refused or came back; sending again, forgetting, and the templates as documents."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from mimas.store import letters
from mimas.store.database import Transaction
from mimas.store.letters import Letter
from mimas.store.store import Store
from tests.unit.cli.shell import Shell

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


@contextmanager
def inside(shell: Shell) -> Iterator[Transaction]:
    store = Store(f"sqlite:///{shell.home / 'mimas.db'}")
    with store.transaction() as tx:
        yield tx
    store.close()


def written(shell: Shell) -> None:
    """Three letters: one waits, one was refused, one was sent."""
    with inside(shell) as tx:
        some = [Letter((f"{name}@example.com",), f"About {name}", f"Dear {name}") for name in ("ann", "bob", "cid")]
        letters.put(tx, some, NOW)
        _, bob, cid = letters.take(tx, NOW, 10)
        letters.refused(tx, bob, "550 nobody of that name")
        letters.sent(tx, cid, NOW)


def test_letters_are_shown_sent_again_and_forgotten(used: Shell) -> None:
    assert used.done("letters").strip() == "No letter has been written."
    written(used)
    said = used.done("letters")
    assert "550 nobody of that name" in said
    assert "cid@example.com" not in said
    assert "1 waiting, 1 refused, 1 sent." in said
    assert "no document of kind Mail is in force" in said
    assert [one["to"] for one in used("letters", "--all", "--json").json] == [
        ["cid@example.com"], ["bob@example.com"], ["ann@example.com"],
    ]  # fmt: skip
    assert "Dear bob" in used.done("letters", "show", "2")
    assert used("letters", "show", "2", "--json").json["text"] == "Dear bob"
    assert used("letters", "show", "9").code != 0
    said = used.done("letters", "again", "2", "3")
    assert "1 of them were sent" in said
    assert "1 sent again" in said
    assert used("letters", "again", "3").code != 0
    assert used.done("letters", "drop", "1", "2", "9") == "2 forgotten.\n"
    assert "no such letters" in used("letters", "drop", "9").err


def test_a_template_is_a_document_that_can_be_applied(used: Shell) -> None:
    assert "timed-out" in used.done("letters", "templates")
    for name in ("approval", "timed-out"):
        used.write(f"documents/{name}.yaml", used.done("letters", "templates", name))
    used.done("config", "apply")
    used.done("check")
    assert "Approval wanted" in used.done("search", "/EmailTemplate[EmailTemplateType = 'Approval']")
    assert "There is: approval" in used("letters", "templates", "nothing").err
