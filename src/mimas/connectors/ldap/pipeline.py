"""Many requests under way at once on one connection (RFC 4511 section 3.1), none waiting for the answers before it.

Whatever is not plain (a rename, an error, a lost connection) is done one by one, when all before it has been answered.
"""

from collections import deque
from collections.abc import Iterable, Iterator

import ldap

from mimas.connectors.contract import Export, Result
from mimas.connectors.ldap.failures import LOST
from mimas.connectors.ldap.session import Session
from mimas.connectors.ldap.writing import Writer
from mimas.schema.names import key as name_key
from mimas.schema.names import parent

_UNDER_WAY = 32


class Pipeline:
    """Sends exports through a writer."""

    def __init__(self, session: Session, writer: Writer) -> None:
        self._session = session
        self._writer = writer
        self._open: deque[tuple[Export, int, str]] = deque()
        """What is under way: the export, the number of the request, the key of the name."""

    def write(self, exports: Iterable[Export]) -> Iterator[Result]:
        """Send; a result for each. Raises `ConnectorError` when the directory is out of reach."""
        for export in exports:
            key = name_key(export.name or "")
            container = parent(key)
            # Whoever takes a freed name, or stands in a new container, comes after it.
            if any(name in (key, container) for _, _, name in self._open):
                yield from self._answers()
            yield from self._begin(export, key)
            if len(self._open) >= _UNDER_WAY:
                yield from self._answer()
        yield from self._answers()

    def _begin(self, export: Export, key: str) -> Iterator[Result]:
        try:
            sent = self._writer.send(export)
        except LOST:
            self._open.append((export, 0, key))
            yield from self._recovered()
            return
        except ldap.LDAPError:
            sent = None
        if isinstance(sent, Result):
            yield sent
        elif sent is not None:
            self._open.append((export, sent, key))
        else:
            yield from self._answers()
            yield self._writer.once(export)

    def _answers(self) -> Iterator[Result]:
        while self._open:
            yield from self._answer()

    def _answer(self) -> Iterator[Result]:
        """The answer to the first request that is under way."""
        export, number, _ = self._open[0]
        try:
            anchor = self._writer.answered(export, self._writer.answer(number))
        except LOST:
            yield from self._recovered()
        except ldap.LDAPError:
            self._open.popleft()
            yield from self._answers()
            yield self._writer.once(export)
        else:
            self._open.popleft()
            yield Result(export.id, anchor=anchor)

    def _recovered(self) -> Iterator[Result]:
        """The connection is lost, and what became of the requests under way is not known: each is looked at."""
        self._session.reconnect()
        while self._open:
            export, _, _ = self._open.popleft()
            yield self._writer.once(export, again=True)
