"""Waiting for a directory to tell that something has changed: a search that goes on, or a question asked again."""

import json
import time
from collections.abc import Callable

import ldap
from ldap.syncrepl import SyncInfoMessage, SyncRequestControl

from mimas.connectors.contract import ConnectorError
from mimas.connectors.ldap.deltas.syncrepl import Syncrepl
from mimas.connectors.ldap.deltas.timestamps import Timestamps
from mimas.connectors.ldap.reading import Reader
from mimas.connectors.ldap.session import Session
from mimas.connectors.polling import Polling

_GLANCE = 0.01
"""Seconds; python-ldap stumbles over what has not come yet when it is to wait for none."""

Wait = Callable[[float], bool]
"""Seconds → whether something may have changed: see `Connector.wait`."""


def waiting(session: Session, reader: Reader) -> Wait:
    """The way that goes with how the directory tells changes. Raises ``ldap.LDAPError``, `ConnectorError`."""
    delta = reader.delta
    if isinstance(delta, Timestamps):
        raise ConnectorError(
            f"Connector {session.name} cannot be watched: {session.settings.uri} tells changes by timestamps only.",
            "Import it by a schedule, or let the directory keep a log of its changes (syncprov, accesslog, changelog).",
        )
    return Persistent(session, delta).wait if isinstance(delta, Syncrepl) else Polling(delta.mark).wait


class Persistent:
    """A search for each base that does not end (RFC 4533, refreshAndPersist)."""

    def __init__(self, session: Session, delta: Syncrepl) -> None:
        self._session = session
        self._delta = delta
        self._begun = False

    def wait(self, seconds: float) -> bool:
        """Whether something was told. Raises ``ldap.LDAPError``."""
        if not self._begun:
            self._begin()
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if self._hears(left):
                while self._hears(0):
                    pass
                return True
        return self._hears(0)

    def _begin(self) -> None:
        cookies: dict[str, str] = json.loads(self._delta.mark() or "{}")
        for base, cookie in cookies.items():
            control = SyncRequestControl(cookie=cookie, mode="refreshAndPersist")
            # What is filtered out may hold what is not: a container that is renamed.
            self._session.link.search_ext(base, ldap.SCOPE_SUBTREE, "(objectClass=*)", ["1.1"], serverctrls=[control])
        self._begun = True

    def _hears(self, seconds: float) -> bool:
        """Whether the next message comes in time, and is one about an object."""
        try:
            kind, messages, *_ = self._session.link.result4(
                ldap.RES_ANY, all=0, timeout=max(seconds, _GLANCE), add_ctrls=1, add_intermediates=1
            )
        except ldap.TIMEOUT:
            return False
        if kind != ldap.RES_INTERMEDIATE:
            return kind is not None
        infos = (SyncInfoMessage(value) for name, value, _ in messages if name == SyncInfoMessage.responseName)
        return any(info.syncIdSet is not None for info in infos)
