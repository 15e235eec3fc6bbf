"""Which way of telling changes is used: the best of those that a directory has and the account may read."""

from contextlib import suppress
from typing import TYPE_CHECKING

import ldap

from mimas.connectors.contract import OutdatedError
from mimas.connectors.ldap.deltas.accesslog import Accesslog
from mimas.connectors.ldap.deltas.changelog import Changelog
from mimas.connectors.ldap.deltas.delta import Delta
from mimas.connectors.ldap.deltas.syncrepl import Syncrepl
from mimas.connectors.ldap.deltas.timestamps import Timestamps
from mimas.connectors.ldap.failures import LOST
from mimas.connectors.ldap.session import Session

if TYPE_CHECKING:
    from mimas.connectors.ldap.reading import Reader

_WAYS = (Changelog, Syncrepl, Accesslog)
"""389 Directory Server has the first two, and makes the second of the first, without a word when that was trimmed."""


def choose(session: Session, reader: "Reader") -> Delta:
    """The first way that gives a watermark. Raises ``ldap.LDAPError`` when the directory is out of reach."""
    for way in _WAYS:
        delta = way(session, reader)
        try:
            with suppress(OutdatedError):
                if delta.mark() is not None:
                    return delta
        except LOST:
            raise
        except ldap.LDAPError:  # Whatever it has against it: this account cannot use it.
            continue
    return Timestamps(session, reader)
