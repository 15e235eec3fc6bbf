"""What every way of telling changes has in common."""

from collections.abc import Iterator
from typing import ClassVar, Protocol

from mimas.connectors.contract import End, Page


class Delta(Protocol):
    """One way. Its watermarks begin with its ``name`` and a colon, so that no other way takes them for its own."""

    name: ClassVar[str]

    def mark(self) -> str | None:
        """The watermark of now, asked for before everything is read; none: there can be no delta after that.

        Raises ``ldap.LDAPError``, `ConnectorError`.
        """

    def changes(self, watermark: str) -> Iterator[Page | End]:
        """What changed since the watermark, and the `End` with the next one.

        Raises ``ldap.LDAPError``, `ConnectorError`; `OutdatedError` where the directory does not know any more.
        """
