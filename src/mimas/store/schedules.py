"""What is remembered of schedules, so that whoever goes on after a restart knows it: rows of `meta`."""

from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar

import msgspec

from mimas.store import runs, tables
from mimas.store.database import Transaction
from mimas.store.runs import WHOLE


class Memory(msgspec.Struct, frozen=True, omit_defaults=True):
    """When a schedule was run, and how that went."""

    timing: str
    """What ``since`` belongs to: its times as text. Other times count from when they were first seen."""
    since: datetime
    """From where its next time counts: the start of its last whole run, or when it was first seen."""
    started: datetime | None = None
    """The start of a run that has not ended: it is under way, or was cut off."""
    ended: datetime | None = None
    """The end of its last whole run."""
    run: int = 0
    """The number of its last run; 0 when there is none to look at."""
    result: str = ""
    trouble: tuple[str, ...] = ()
    """What a person should know of: see `mimas.schedules.trouble`."""
    note: str = ""
    """What no step of the run could say."""


class Notice(msgspec.Struct, frozen=True, omit_defaults=True):
    """What people have been told of a schedule."""

    open: tuple[str, ...] = ()
    """The trouble they know of, and believe to last."""
    told: dict[str, datetime] = {}
    """When they were last told of which trouble."""


Row = TypeVar("Row", Memory, Notice)
_KEYS: dict[type[Memory] | type[Notice], str] = {Memory: "schedule:", Notice: "notice:"}


def load(tx: Transaction, kind: type[Row]) -> dict[str, Row]:
    """What is remembered, by the names of the schedules."""
    key = _KEYS[kind]
    rows = tx.rows("SELECT key, value FROM meta WHERE key LIKE ?", f"{key}%")
    return {name.removeprefix(key): msgspec.json.decode(value, type=kind) for name, value in rows}


def save(tx: Transaction, name: str, row: Memory | Notice) -> None:
    """Remember it in place of what was."""
    value = msgspec.json.encode(row).decode()
    tx.upsert(tables.meta, "key, value", [(_KEYS[type(row)] + name, value)], "value = excluded.value")


def forget(tx: Transaction, names: Iterable[str]) -> None:
    """These schedules are no more."""
    tx.delete(tables.meta, "key", [(key + name,) for name in sorted(names) for key in _KEYS.values()])


def ends(tx: Transaction, profiles: Iterable[str], now: datetime) -> dict[str, datetime]:
    """When run profiles last came to their end, whoever ran them; errors and holds of single objects do not count.

    Nor does an end that lies ahead, by a clock that was wrong.
    """
    rows = tx.rows(
        f"SELECT profile, max(ended) FROM run WHERE result IN {WHOLE} AND profile IN TEXTS AND ended <= ?"
        " GROUP BY profile",
        sorted(set(profiles)),
        runs.moment(now),
    )
    return {profile: datetime.fromisoformat(ended) for profile, ended in rows}


def under_way(tx: Transaction) -> str:
    """What is being run, or was cut off and not taken up since; empty for nothing."""
    row = tx.row("SELECT id, profile FROM run WHERE result IS NULL ORDER BY id DESC LIMIT 1")
    return f"run {row[0]} ({row[1]})" if row else ""
