"""Reading a domain: as any directory, but for values that come in ranges and for containers known by their GUIDs."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from uuid import UUID

import ldap

from mimas.connectors.active_directory import values
from mimas.connectors.active_directory.dirsync import DirSync
from mimas.connectors.active_directory.flags import FLAGS, Zero
from mimas.connectors.active_directory.settings import Container, DomainSettings
from mimas.connectors.contract import EntryError, Schema, Sought
from mimas.connectors.ldap.failures import unreachable
from mimas.connectors.ldap.pages import LdapPage, Parser, Raw
from mimas.connectors.ldap.reading import Reader
from mimas.connectors.ldap.session import Session
from mimas.schema.attributes import Attribute, Kind
from mimas.schema.names import within
from mimas.schema.values import Scalar

_AT_ONCE = 100
"""So many objects are asked for in one search by their GUIDs."""


class DomainParser(Parser):
    """Knows security identifiers, GUIDs, FILETIMEs and flags."""

    besides = frozenset(flag.source for flag in FLAGS.values())

    def is_text(self, attribute: Attribute) -> bool:
        """Whether an attribute holds one text, which is taken as it comes."""
        return super().is_text(attribute) and not (
            attribute.name in FLAGS or attribute.name.lower() in values.SIDS | values.GUIDS
        )

    def decoded(self, attribute: Attribute, found: Mapping[str, list[bytes]]) -> list[Scalar]:
        """The values of an attribute of an entry. Raises `EntryError`."""
        name = attribute.name.lower()
        raw = [one for one in found.get(attribute.name, ()) if one]
        if flag := FLAGS.get(attribute.name):
            source = found.get(flag.source) or ([b"0"] if isinstance(flag, Zero) else [])
            return [flag.read(_number(source[0], flag.source))] if source else []
        if attribute.kind is Kind.STRING and name in values.SIDS:
            return [values.sid(one) for one in raw]
        if attribute.kind is Kind.STRING and name in values.GUIDS:
            return [values.guid(one) for one in raw]
        if attribute.kind is Kind.DATETIME and name in values.FILETIMES:
            return [moment for one in raw if (moment := values.instant(one, attribute.name))]
        return super().decoded(attribute, found)


class DomainReader(Reader):
    """Reads what is in the chosen containers of a domain."""

    def __init__(self, session: Session, domain: DomainSettings, schema: Schema, salt: int) -> None:
        """Raises `ConnectorError`."""
        self._look_up(session, domain)
        super().__init__(session, schema, salt)
        self.parser = DomainParser(schema, salt, session.anchor)
        sources = {flag.source for name, flag in FLAGS.items() if name in self.wanted}
        self.wanted = sorted(set(self.wanted).difference(FLAGS) | sources)
        self.root = domain.root
        self.delta = DirSync(session, self)

    def _look_up(self, session: Session, domain: DomainSettings) -> None:
        """What the chosen containers are called now. Raises `ConnectorError`."""
        try:
            named = {one: _named(session, one) for one in (*domain.containers, *domain.excluded)}
        except ldap.LDAPError as error:
            raise unreachable(session.name, session.settings, error) from error
        bases = [named[one] for one in domain.containers] or [domain.root]
        self._excluded = [named[one] for one in domain.excluded]
        session.settings = session.settings.model_copy(update={"base": bases})

    def covers(self, name: str) -> bool:
        """Whether an object stands where we read."""
        bases = self._session.settings.base
        return any(within(name, one) for one in bases) and not any(within(name, one) for one in self._excluded)

    def search(self, base: str, condition: str) -> Iterator[list[Raw] | str]:
        """Pages of entries below a name, with all their values, without those of excluded containers."""
        for records in super().search(base, condition):
            if isinstance(records, str):
                yield records
            else:
                yield [self.whole(name, found) for name, found in records if not self._excluded or self.covers(name)]

    def whole(self, name: str, found: Mapping[str, list[bytes]]) -> Raw:
        """An entry with the values that the server sends only when asked again (MS-ADTS 3.1.1.3.1.3.3).

        Raises ``ldap.LDAPError``.
        """
        cut = [key for key in found if ";range=" in key.lower()]
        if not cut:
            return name, found
        entry = {key: list(one) for key, one in found.items() if key not in cut}
        for key in cut:
            attribute, _, option = key.partition(";")
            read, (_, _, last) = list(found[key]), option.partition("-")
            while last != "*":
                answer: Mapping[str, list[bytes]] = {}
                with suppress(ldap.OPERATIONS_ERROR):  # It has not so many any more.
                    answer = self._session.look(name, [f"{attribute};range={int(last) + 1}-*"]) or {}
                part = next((one for one in answer if one.startswith(f"{attribute.lower()};range=")), None)
                if part is None:
                    # As it is, the parser says that this is only a part.
                    return name, found
                read += answer[part]
                last = part.rpartition("-")[2]
            entry[attribute] = read
        return name, entry

    def by_guid(self, guids: Sequence[str], condition: str, wanted: list[str] | None = None) -> Iterator[Raw]:
        """The objects of these GUIDs, wherever they are in the domain, that fulfil a condition.

        Raises ``ldap.LDAPError``.
        """
        for start in range(0, len(guids), _AT_ONCE):
            some = "".join(f"(objectGUID={_escaped(guid)})" for guid in guids[start : start + _AT_ONCE])
            found = self._session.link.search_s(
                self.root, ldap.SCOPE_SUBTREE, f"(&(|{some}){condition})", wanted or self.wanted
            )
            yield from ((name, attributes) for name, attributes, *_ in found if name is not None)

    def read_again(self, objects: Sequence[Sought]) -> LdapPage:
        """These objects as they are now. Raises `ConnectorError`."""
        try:
            found = list(self.by_guid([one.anchor for one in objects if one.anchor], self.filter))
            return self.parser.page([self.whole(*one) for one in found if self.covers(one[0])])
        except ldap.LDAPError as error:
            raise unreachable(self._session.name, self._session.settings, error) from error


def _named(session: Session, container: str | Container) -> str:
    if isinstance(container, str):
        return container
    place = f"<GUID={container.guid}>"
    with suppress(ldap.NO_SUCH_OBJECT):
        found = session.link.search_s(place, ldap.SCOPE_BASE, "(objectClass=*)", ["1.1"])
        if found:
            name: str = found[0][0]
            return name
    return place


def _escaped(guid: str) -> str:
    return "".join(f"\\{byte:02x}" for byte in UUID(guid).bytes_le)


def _number(raw: bytes, attribute: str) -> int:
    try:
        return int(raw)
    except ValueError:
        text = f"{attribute} is no integer: {raw[:40]!r}"
        raise EntryError("invalid-numeric-value", text, "Look at what the directory sends.") from None
