"""Modify timestamps: what every directory has. They do not show deletes."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, ClassVar

from ldap.filter import escape_filter_chars

from mimas.connectors.contract import End, Page
from mimas.connectors.ldap.deltas.containers import below, containers
from mimas.connectors.ldap.session import Session

if TYPE_CHECKING:
    from mimas.connectors.ldap.reading import Reader

_CLOCKS_APART = timedelta(minutes=10)
"""How far a server's clock may be behind ours where the server does not tell its time."""


class Timestamps:
    """A delta of what has a newer ``modifyTimestamp`` (RFC 4512 section 3.4.2).

    Active Directory tells its time, a directory with replication its newest change of each server (the oldest of these
    counts). Otherwise it is our clock, ten minutes back: entries read twice are recognised as unchanged.
    """

    name: ClassVar[str] = "timestamps"

    def __init__(self, session: Session, reader: "Reader") -> None:
        self._session = session
        self._reader = reader

    def mark(self) -> str:
        """An instant, as generalised time, up to which every change is visible now."""
        session = self._session
        if session.is_active_directory:
            return session.root["currenttime"][0].decode()
        changes = [(session.look(base, ["contextCSN"]) or {}).get("contextcsn", []) for base in session.settings.base]
        if all(changes):
            return min(change for of_base in changes for change in of_base).decode().partition(".")[0] + "Z"
        return (datetime.now(UTC) - _CLOCKS_APART).strftime("%Y%m%d%H%M%SZ")

    def changes(self, watermark: str) -> Iterator[Page | End]:
        """What was modified at the watermark or later."""
        mark = self.mark()
        condition = f"(modifyTimestamp>={escape_filter_chars(watermark)})"
        yield from below(self._reader, containers(self._reader, condition))
        yield from self._reader.listing(mark, condition)
