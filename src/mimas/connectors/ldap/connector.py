"""The LDAP connector: reads by paged search, writes entry by entry, knows objects by the directory's own identity."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from mimas.connectors.contract import (
    Capabilities,
    Connector,
    End,
    Export,
    Page,
    Result,
    Schema,
    Sought,
)
from mimas.connectors.ldap.extra import needs_ldap
from mimas.connectors.ldap.settings import LdapSettings

if TYPE_CHECKING:
    from mimas.connectors.ldap.session import Session
    from mimas.connectors.ldap.waiting import Wait


class LdapConnector(Connector[LdapSettings]):
    """An LDAP directory.

    An object's type is its structural object class; its anchor ``entryUUID`` (RFC 4530), ``objectGUID`` in Active
    Directory, ``nsUniqueId`` in 389 Directory Server, or else its name. Deltas come in the best way that the
    directory has and the account may read: see `mimas.connectors.ldap.deltas`.
    """

    kind: ClassVar[str] = "ldap"
    summary: ClassVar[str] = "LDAP directories: OpenLDAP, 389 Directory Server, Active Directory"
    model: ClassVar[type[LdapSettings]] = LdapSettings

    _opened: "Session | None" = None
    _waits: "Wait | None" = None

    @property
    def capabilities(self) -> Capabilities:
        """Named objects."""
        return Capabilities(delta=True, named=True, references="name", fetch=True, passwords=True, live=True)

    def _session(self) -> "Session":
        with needs_ldap(self.name):
            from mimas.connectors.ldap.session import Session
        if self._opened is None:
            self._opened = Session(self.name, self.settings, self.folder, self.reveal)
        return self._opened

    def discover(self) -> Schema:
        """The structural object classes. Raises `ConnectorError`."""
        session = self._session()
        from mimas.connectors.ldap.discovery import discover

        return discover(session)

    def read(self, watermark: str | None = None) -> Iterator[Page | End]:
        """Everything below ``base`` of the configured types. Raises `ConnectorError`."""
        session = self._session()
        from mimas.connectors.ldap.reading import Reader

        yield from Reader(session, self.schema, self.salt).pages(watermark)

    def fetch(self, objects: Sequence[Sought]) -> Iterator[Page]:
        """These objects, by their names. Raises `ConnectorError`."""
        session = self._session()
        from mimas.connectors.ldap.reading import Reader

        yield Reader(session, self.schema, self.salt).fetch([one.name for one in objects if one.name])

    def wait(self, seconds: float) -> bool:
        """Whether the directory has told that something has changed. Raises `ConnectorError`."""
        session = self._session()
        from mimas.connectors.ldap.failures import unreachable_instead
        from mimas.connectors.ldap.reading import Reader
        from mimas.connectors.ldap.waiting import waiting

        with unreachable_instead(session.name, session.settings):
            if self._waits is None:
                self._waits = waiting(session, Reader(session, self.schema, self.salt))
            return self._waits(seconds)

    def write(self, exports: Iterable[Export]) -> Iterator[Result]:
        """As few requests an object as can be. Raises `ConnectorError`."""
        session = self._session()
        from mimas.connectors.ldap.pipeline import Pipeline
        from mimas.connectors.ldap.writing import Writer

        yield from Pipeline(session, Writer(session, self.schema)).write(exports)

    def set_password(self, object_: Sought, password: str, old: str | None = None) -> None:
        """By the password modify operation (RFC 3062). Raises `ConnectorError`."""
        session = self._session()
        from mimas.connectors.ldap.passwords import set_password

        set_password(session, object_.name or "", password, old)

    def verifies(self, object_: Sought, password: str) -> bool:
        """By signing in as the object. Raises `ConnectorError`."""
        session = self._session()
        from mimas.connectors.ldap.passwords import verifies

        return verifies(session, object_.name or "", password)

    def test(self) -> str:
        """Sign in and look at the base. Raises `ConnectorError`."""
        session = self._session()
        from mimas.connectors.ldap.reading import Reader

        reader = Reader(session, self.schema or self.discover(), self.salt)
        next(reader.pages(None))
        vendor = "Active Directory" if session.is_active_directory else session.vendor
        known = f"objects are known by {session.anchor or 'their names'}, changes by {reader.delta.name}"
        return f"reached {self.settings.uri}: {vendor}; {known}"

    def close(self) -> None:
        """Sign out."""
        if self._opened is not None:
            self._opened.close()
            self._opened = self._waits = None
