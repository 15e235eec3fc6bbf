"""Reading a directory: paged searches (RFC 2696) for everything of the configured types."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cached_property

import ldap
from ldap.controls.libldap import SimplePagedResultsControl
from ldap.filter import escape_filter_chars

from mimas.connectors.contract import ConnectorError, End, OutdatedError, Page, Schema
from mimas.connectors.ldap.deltas.choosing import choose
from mimas.connectors.ldap.deltas.delta import Delta
from mimas.connectors.ldap.failures import CUT, told, unreachable
from mimas.connectors.ldap.pages import STRUCTURAL, LdapPage, Parser, Raw
from mimas.connectors.ldap.session import Session
from mimas.schema.attributes import NAME


class Reader:
    """Reads what is of the configured types, below the configured bases, and matches the configured filter."""

    def __init__(self, session: Session, schema: Schema, salt: int) -> None:
        self._session = session
        self._salt = f"{salt:x}"
        self.bases = session.settings.base
        self.parser = Parser(schema, salt, session.anchor, session.settings.empty_member)
        every = (attribute for one in schema.values() for attribute in one.attributes.values())
        names = {attribute.name for attribute in every if attribute.name != NAME and not attribute.secret}
        self.wanted = sorted(names | {"objectClass", STRUCTURAL} | ({session.anchor} if session.anchor else set()))
        """The attributes to ask for."""
        types = "".join(f"(objectClass={escape_filter_chars(one)})" for one in schema)
        own = session.settings.filter
        self.filter = f"(&(|{types}){own if not own or own.startswith('(') else f'({own})'})"
        """What is of a configured type and matches the configured filter."""

    @cached_property
    def delta(self) -> Delta:
        """How the directory tells what has changed. Raises ``ldap.LDAPError``."""
        return choose(self._session, self)

    def pages(self, watermark: str | None) -> Iterator[Page | End]:
        """Everything, or what was changed since ``watermark``. Raises `ConnectorError`."""
        try:
            if watermark is None:
                yield from self.listing(self.delta.mark())
                return
            name, salt, mark = (*watermark.split(":", 2), "", "")[:3]
            if name != self.delta.name:
                raise OutdatedError(f"{self._session.settings.uri} tells its changes in another way than before")
            if salt != self._salt:
                # What has come within our reach with that may have changed long ago.
                raise OutdatedError(f"Connector {self._session.name} is configured in another way than before")
            yield from self.delta.changes(mark)
        except ldap.LDAPError as error:
            raise unreachable(self._session.name, self._session.settings, error) from error

    def listing(self, mark: str | None, condition: str = "") -> Iterator[Page | End]:
        """What there is, or that of it that fulfils a condition. Raises ``ldap.LDAPError``, `ConnectorError`."""
        reasons: dict[str, str] = {}
        bases = self.bases
        for base in bases:
            for records in self.search(base, f"(&{self.filter}{condition})" if condition else self.filter):
                if isinstance(records, str):
                    reasons[base] = records
                else:
                    yield self.parser.page(records)
        reason = "; ".join(f"{base}: {why}" if len(bases) > 1 else why for base, why in reasons.items())
        yield self.end(mark, reason, tuple(base for base in bases if base not in reasons))

    def end(self, mark: str | None, reason: str = "", parts: Sequence[str] = ()) -> End:
        """The end of a reading; ``reason`` says why it is not complete."""
        return End(not reason, None if mark is None else f"{self.delta.name}:{self._salt}:{mark}", reason, parts)

    def fetch(self, names: Sequence[str]) -> LdapPage:
        """The entries of these names, without those that are not there. Raises `ConnectorError`."""
        found: list[Raw] = []
        try:
            for name in names:
                with suppress(ldap.NO_SUCH_OBJECT):
                    found += self._session.link.search_s(name, ldap.SCOPE_BASE, self.filter, self.wanted)
        except ldap.LDAPError as error:
            raise unreachable(self._session.name, self._session.settings, error) from error
        return self.parser.page(found)

    def told(self, base: str, condition: str, attributes: list[str] | None = None) -> Iterator[list[Raw]]:
        """As `search`, or with other attributes. Where a part is of no use: raises `OutdatedError` if there is more."""
        found = paged(self._session, base, condition, attributes) if attributes else self.search(base, condition)
        for records in found:
            if isinstance(records, str):
                raise OutdatedError(f"What has changed could not be read ({base}: {records})")
            yield records

    def search(self, base: str, condition: str) -> Iterator[list[Raw] | str]:
        """Pages of entries below a name; a text in the end says why they are not all. Raises ``ldap.LDAPError``."""
        return paged(self._session, base, condition, self.wanted)


def paged(session: Session, base: str, condition: str, wanted: list[str]) -> Iterator[list[Raw] | str]:
    """Pages of entries below a name; a text in the end says why they are not all.

    Raises ``ldap.LDAPError``; `ConnectorError` where the directory does not answer in pages.
    """
    link, settings = session.link, session.settings
    control = SimplePagedResultsControl(True, size=settings.page_size, cookie="")

    def ask() -> int:
        number: int = link.search_ext(base, ldap.SCOPE_SUBTREE, condition, wanted, serverctrls=[control])
        return number

    asked, more = ask(), True
    while more:
        try:
            _, found, _, controls = link.result3(asked, timeout=settings.timeout)
        except ldap.NO_SUCH_OBJECT:
            if len(settings.base) == 1:
                raise
            yield "it is not there, or may not be read"
            return
        except CUT as error:
            who = settings.bind_dn or "anonymous"
            advice = f"raise the limits of {who}, or make page_size smaller than them"
            yield f"the directory cut the listing short: {told(error)}; {advice}"
            return
        answer = next((one for one in controls if one.controlType == control.controlType), None)
        if answer is not None and answer.cookie:
            # The directory looks for the next page while this one is worked on.
            control.cookie = answer.cookie
            asked = ask()
        else:
            more = False
        # References to other servers come without a name.
        yield [(name, attributes) for name, attributes, *_ in found if name is not None]
        if answer is None:
            raise ConnectorError(
                f"Connector {session.name}: {settings.uri} does not answer in pages (RFC 2696), so whether the listing "
                "is complete cannot be known.",
                "Allow the simple paged results control.",
            )
