"""Content synchronisation (RFC 4533), asked for what has changed and no longer (refreshOnly)."""

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

import ldap
from ldap.syncrepl import SyncDoneControl, SyncInfoMessage, SyncRequestControl, SyncStateControl

from mimas.connectors.contract import End, OutdatedError, Page
from mimas.connectors.ldap import failures
from mimas.connectors.ldap.deltas.containers import HOLDS, below
from mimas.connectors.ldap.deltas.touched import Touched
from mimas.connectors.ldap.session import Session

if TYPE_CHECKING:
    from mimas.connectors.ldap.pages import LdapPage, Raw
    from mimas.connectors.ldap.reading import Reader

_REFRESH_REQUIRED = 4096
"""The result e-syncRefreshRequired (RFC 4533 section 2.6)."""

_NOT_SO = (ldap.UNWILLING_TO_PERFORM, ldap.PROTOCOL_ERROR, *failures.CUT)
"""What servers answer to a cookie that is none of theirs, or newer than they are; and to an account with limits."""


class Syncrepl:
    """A delta by a cookie for each base.

    389 Directory Server answers from its change log: its entries come without what was asked for and with what was not,
    so they are read again as they are now.
    """

    name: ClassVar[str] = "syncrepl"

    def __init__(self, session: Session, reader: "Reader") -> None:
        self._session = session
        self._reader = reader
        self._from_log = session.anchor == "nsUniqueId"
        # There a cookie is bound to its filter, and what no longer matches it is not told.
        self._filter = "(objectClass=*)" if self._from_log else reader.filter

    def mark(self) -> str | None:
        """The cookies of now, by base: of a search for the base alone, which sends one entry at most."""
        offered = SyncRequestControl.controlType.encode() in self._session.root.get("supportedcontrol", [])
        if not offered or self._session.anchor not in ("entryUUID", "nsUniqueId"):
            return None
        cookies = {}
        for base in self._reader.bases:
            search = _Search(self._session, base, self._filter, ["1.1"], None)
            for _ in search:
                pass
            cookies[base] = search.cookie
        return json.dumps(cookies) if all(cookies.values()) else None

    def changes(self, watermark: str) -> Iterator[Page | End]:
        """What was changed since the cookies."""
        cookies: dict[str, str] = json.loads(watermark)
        if cookies.keys() != set(self._reader.bases):
            raise OutdatedError(f"{self._session.name} is read below other names than before")
        try:
            yield from self._from_a_log(cookies) if self._from_log else self._in_pages(cookies)
        except ldap.LDAPError as error:
            details: dict[str, Any] = error.args[0] if error.args and isinstance(error.args[0], dict) else {}
            if isinstance(error, _NOT_SO) or details.get("result") == _REFRESH_REQUIRED:
                raise OutdatedError(f"The directory does not tell what has changed ({failures.told(error)})") from error
            raise
        yield self._reader.end(json.dumps(cookies))

    def _in_pages(self, cookies: dict[str, str]) -> Iterator["LdapPage"]:
        reader, size, names = self._reader, self._session.settings.page_size, list[str]()
        for base, cookie in cookies.items():
            if "csn=" not in cookie:  # It would be taken for none, and everything be told but the deletes.
                raise OutdatedError("The cookie is of another directory")
            records: list[Raw] = []
            gone: list[str] = []
            search = _Search(self._session, base, self._filter, reader.wanted, cookie)
            for identity, record in search:
                if record is None:
                    gone.append(identity)
                else:
                    records.append(record)
                if len(records) + len(gone) >= size:
                    yield reader.parser.page(records, gone)
                    records, gone = [], []
            yield reader.parser.page(records, gone)
            cookies[base] = search.cookie or cookie
            names += [record[0] for _, record in _Search(self._session, base, HOLDS, ["1.1"], cookie) if record]
        yield from below(reader, names)

    def _from_a_log(self, cookies: dict[str, str]) -> Iterator["LdapPage"]:
        first = (self._session.look("", ["firstChangeNumber"]) or {}).get("firstchangenumber", [b""])[0].decode()
        touched = Touched(self._session, self._reader)
        for base, cookie in cookies.items():
            number = cookie.rpartition("#")[2]
            # The server does not notice when its log was trimmed.
            if not (number.isdecimal() and first.isdecimal() and int(first) <= int(number) + 1):
                raise OutdatedError(f"The change log of the directory does not reach back to change {number}")
            search = _Search(self._session, base, self._filter, ["1.1"], cookie)
            for identity, _ in search:
                plain = identity.replace("-", "")
                touched.add("-".join(plain[start : start + 8] for start in range(0, 32, 8)))
            cookies[base] = search.cookie or cookie
        yield from touched.pages()


class _Search:
    """One search: the identity of each object that was changed, and its record; none where it is gone.

    Without a cookie, only the base. ``cookie`` is the next one once the search has come to its end. Raises
    ``ldap.LDAPError``, and `OutdatedError` when the server begins to tell what is still there (the present phase) in
    place of what has changed.
    """

    def __init__(self, session: Session, base: str, condition: str, attributes: list[str], cookie: str | None) -> None:
        self._session = session
        self._asked = (base, condition, attributes)
        self._begin = self.cookie = cookie
        self._tells_deletes = session.anchor == "nsUniqueId"  # It says that it does not, and does.

    def __iter__(self) -> Iterator[tuple[str, "Raw | None"]]:
        link, (base, condition, attributes) = self._session.link, self._asked
        scope = ldap.SCOPE_BASE if self._begin is None else ldap.SCOPE_SUBTREE
        control = SyncRequestControl(cookie=self._begin)
        asked = link.search_ext(base, scope, condition, attributes, serverctrls=[control])
        kind = None
        try:
            while kind != ldap.RES_SEARCH_RESULT:
                kind, messages, _, controls, *_ = link.result4(
                    asked, all=0, timeout=self._session.settings.timeout, add_ctrls=1, add_intermediates=1
                )
                if kind == ldap.RES_INTERMEDIATE:
                    for name, value, _ in messages:
                        if name == SyncInfoMessage.responseName:
                            yield from self._told(SyncInfoMessage(value))
                elif kind == ldap.RES_SEARCH_ENTRY:
                    for name, attributes, states in messages:
                        yield from self._shown(name, attributes, states)
            self._end(controls)
        finally:
            if kind != ldap.RES_SEARCH_RESULT:
                with suppress(ldap.LDAPError):
                    link.abandon_ext(asked)

    def _told(self, info: SyncInfoMessage) -> Iterator[tuple[str, None]]:
        if info.refreshPresent is not None or (info.syncIdSet is not None and not info.syncIdSet["refreshDeletes"]):
            self._is_outdated()
        if info.syncIdSet is not None:
            yield from ((identity, None) for identity in info.syncIdSet["syncUUIDs"])

    def _shown(self, name: str, attributes: Any, states: list[Any]) -> Iterator[tuple[str, "Raw | None"]]:
        for state in states:
            if isinstance(state, SyncStateControl):
                if state.state == "present":
                    self._is_outdated()
                yield str(UUID(state.entryUUID)), None if state.state == "delete" else (name, attributes)

    def _end(self, controls: list[Any]) -> None:
        for done in controls:
            if isinstance(done, SyncDoneControl):
                if not done.refreshDeletes and not self._tells_deletes:
                    self._is_outdated()
                self.cookie = done.cookie or self.cookie

    def _is_outdated(self) -> None:
        if self._begin is not None:
            raise OutdatedError("The directory does not know any more what has changed since then")
