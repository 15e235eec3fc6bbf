"""Letters to people: written in the transaction of what causes them, so that none is lost and none comes twice.

Whoever sends takes some that are due, sends them, and writes down what became of each. If that process dies between the
two, the letter is sent again, with the same Message-ID: a mailbox that knows it shows one letter.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from uuid import uuid4

import msgspec

from mimas.store import tables
from mimas.store.database import Row, Transaction
from mimas.store.instants import stamp

LEASE = timedelta(minutes=10)
"""So long others leave alone what somebody is sending."""


class State(StrEnum):
    """How far a letter has come."""

    WAITING = "waiting"
    """It is to be sent, when it is due."""
    SENT = "sent"
    """The mail server has taken it."""
    REFUSED = "refused"
    """The mail server does not take it, so it is not sent before a person says so."""
    BOUNCED = "bounced"
    """It was taken, and has come back."""


def new_mark() -> str:
    """What a letter is known by, which nobody can guess: the left side of its Message-ID."""
    return uuid4().hex


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter to be sent.

    ``about``: the resource that it tells of; ``asked``: who is asked by it to decide over that (an approval) ``until``
    an instant; ``follows``: the mark of the letter that it belongs to in a mail program. Where ``mark`` stands in the
    text behind ``/decide/``, the letter gets the link with which the one who is asked decides, when it is sent.
    """

    to: tuple[str, ...]
    subject: str
    text: str
    html: str | None = None
    about: int | None = None
    asked: int | None = None
    until: datetime | None = None
    follows: str | None = None
    mark: str = field(default_factory=new_mark)


class Kept(NamedTuple):
    """A letter and what became of it; instants as text, ``due`` the one at which it is tried next."""

    id: int
    mark: str
    to: tuple[str, ...]
    subject: str
    text: str
    html: str | None
    follows: str | None
    about: int | None
    asked: int | None
    until: str | None
    made: str
    state: str
    due: str | None
    attempts: int
    sent: str | None
    problem: str


_COLUMNS = (
    "id, mark, recipients, subject, text, html, follows, about, asked, until, made, state, due, attempts, sent, problem"
)


def put(tx: Transaction, letters: Iterable[Letter], now: datetime, *, due: datetime | None = None) -> None:
    """Have some sent, now or at an instant; in the transaction of whatever causes them."""
    some = list(letters)
    if not some:
        return
    first, made, when = tx.allocate("letter", len(some)), stamp(now), stamp(due or now)
    rows = [
        (
            *(number, one.mark, msgspec.json.encode(one.to).decode(), one.subject, one.text, one.html, one.follows),
            *(one.about, one.asked, stamp(one.until) if one.until else None),
            *(made, State.WAITING.value, when, 0, None, ""),
        )
        for number, one in enumerate(some, first)
    ]
    tx.insert(tables.letter, _COLUMNS, rows)


def take(tx: Transaction, now: datetime, some: int) -> list[Kept]:
    """Take what is due, the earliest first, so that others leave it alone; to be committed before it is sent."""
    lock = " FOR UPDATE SKIP LOCKED" if tx.postgresql else ""
    rows = tx.rows(
        "UPDATE letter SET attempts = attempts + 1, due = ? WHERE id IN (SELECT id FROM letter"
        f" WHERE state = ? AND due <= ? ORDER BY due, id LIMIT ?{lock}) RETURNING {_COLUMNS}",
        stamp(now + LEASE),
        State.WAITING.value,
        stamp(now),
        some,
    )
    return sorted(map(_kept, rows), key=lambda one: one.id)


def sent(tx: Transaction, letter: Kept, now: datetime, problem: str = "") -> None:
    """The mail server has taken it; ``problem`` tells of addresses that it has refused meanwhile."""
    sql = "UPDATE letter SET state = ?, due = NULL, sent = ?, problem = ? WHERE id = ? AND state = ?"
    tx.run(sql, State.SENT.value, stamp(now), problem, letter.id, State.WAITING.value)


def refused(tx: Transaction, letter: Kept, problem: str) -> None:
    """The mail server does not take it."""
    sql = "UPDATE letter SET state = ?, due = NULL, problem = ? WHERE id = ? AND state = ?"
    tx.run(sql, State.REFUSED.value, problem, letter.id, State.WAITING.value)


def delayed(tx: Transaction, letters: Sequence[Kept], until: datetime, problem: str) -> None:
    """These could not be sent, and are tried again at an instant."""
    sql = "UPDATE letter SET due = ?, problem = ? WHERE id IN IDS AND state = ?"
    tx.run(sql, stamp(until), problem, [one.id for one in letters], State.WAITING.value)


def untried(tx: Transaction, letters: Sequence[Kept], until: datetime) -> None:
    """These have been taken and not been tried: as `delayed`, and nothing is to be told of them."""
    sql = "UPDATE letter SET due = ?, attempts = attempts - 1 WHERE id IN IDS AND state = ?"
    tx.run(sql, stamp(until), [one.id for one in letters], State.WAITING.value)


def postponed(tx: Transaction, until: datetime) -> None:
    """Nothing is sent before an instant: the server is away, for all that is due before."""
    sql = "UPDATE letter SET due = ? WHERE state = ? AND due < ?"
    tx.run(sql, stamp(until), State.WAITING.value, stamp(until))


def bounced(tx: Transaction, mark: str, problem: str) -> bool:
    """A letter has come back; whether it is one of ours."""
    sql = "UPDATE letter SET state = ?, due = NULL, problem = ? WHERE mark = ?"
    return tx.run(sql, State.BOUNCED.value, problem, mark) > 0


def again(tx: Transaction, ids: Sequence[int], now: datetime) -> int:
    """Send letters that were not sent, or have come back, (again) now; how many."""
    sql = "UPDATE letter SET state = ?, due = ?, attempts = 0 WHERE id IN IDS AND state <> ?"
    return tx.run(sql, State.WAITING.value, stamp(now), list(ids), State.SENT.value)


def drop(tx: Transaction, ids: Sequence[int]) -> int:
    """Forget some; how many there were."""
    return tx.run("DELETE FROM letter WHERE id IN IDS", list(ids))


def withdraw(tx: Transaction, about: Sequence[int]) -> int:
    """What these resources were to be told of is over: forget the letters about them that still wait; how many."""
    sql = "DELETE FROM letter WHERE about IN IDS AND state = ?"
    return tx.run(sql, list(about), State.WAITING.value)


def listed(tx: Transaction, states: Sequence[State], limit: int) -> list[Kept]:
    """Those in some states, the newest first."""
    sql = f"SELECT {_COLUMNS} FROM letter WHERE state IN TEXTS ORDER BY id DESC LIMIT ?"
    return [_kept(row) for row in tx.rows(sql, [str(state) for state in states], limit)]


def load(tx: Transaction, number: int) -> Kept | None:
    """One of them."""
    row = tx.row(f"SELECT {_COLUMNS} FROM letter WHERE id = ?", number)
    return _kept(row) if row else None


def marked(tx: Transaction, mark: str) -> Kept | None:
    """One of them, by what it is known by."""
    row = tx.row(f"SELECT {_COLUMNS} FROM letter WHERE mark = ?", mark)
    return _kept(row) if row else None


def asking(tx: Transaction, approval: int, approver: int) -> Kept | None:
    """The last one that asked somebody to decide over an approval."""
    row = tx.row(
        f"SELECT {_COLUMNS} FROM letter WHERE about = ? AND asked = ? ORDER BY id DESC LIMIT 1", approval, approver
    )
    return _kept(row) if row else None


def counts(tx: Transaction) -> dict[str, int]:
    """How many there are in each state."""
    return {state: int(count) for state, count in tx.rows("SELECT state, count(*) FROM letter GROUP BY state")}


def next_due(tx: Transaction) -> str | None:
    """When the next one is to be sent."""
    found = tx.value("SELECT min(due) FROM letter WHERE state = ?", State.WAITING.value)
    return None if found is None else str(found)


def forget(tx: Transaction, before: datetime, some: int) -> int:
    """Forget some of those that were made before an instant, and no longer wait; how many."""
    return tx.run(
        "DELETE FROM letter WHERE id IN (SELECT id FROM letter WHERE made < ? AND state <> ? ORDER BY id LIMIT ?)",
        stamp(before),
        State.WAITING.value,
        some,
    )


def _kept(row: Row) -> Kept:
    number, mark, to, *rest = row
    return Kept(number, mark, tuple(msgspec.json.decode(to)), *rest)
