"""DirSync: what has changed in a domain since a cookie (MS-ADTS 3.1.1.3.4.1.3).

It tells changed attributes, and of groups the members that came and went; deletes as tombstones; of a renamed container
nothing about what stands in it. So it is taken for what it surely is, the list of the objects that changed: they are
read as they are now. Only where nothing but members came and went are these taken as told, since reading a group of
100,000 members for one of them would be a waste.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

import ldap

from mimas.connectors.active_directory.control import OID, Answer, Request
from mimas.connectors.active_directory.links import ADDED, REMOVED, LinkPage, Links
from mimas.connectors.active_directory.values import guid
from mimas.connectors.contract import ConnectorError, End, EntryError, OutdatedError, Page
from mimas.connectors.ldap.failures import told
from mimas.connectors.ldap.pages import Raw
from mimas.connectors.ldap.session import Session

if TYPE_CHECKING:
    from mimas.connectors.active_directory.reading import DomainReader

_NOBODY = "(!(objectClass=*))"
_NO_RIGHT = (ldap.INSUFFICIENT_ACCESS, ldap.UNAVAILABLE_CRITICAL_EXTENSION, ldap.UNWILLING_TO_PERFORM)
_FORGOTTEN = (
    ldap.PROTOCOL_ERROR,
    ldap.UNWILLING_TO_PERFORM,
    ldap.OPERATIONS_ERROR,
    ldap.UNAVAILABLE_CRITICAL_EXTENSION,
)
"""What controllers answer to a cookie that they cannot use: damaged, or of a time before a restored backup."""
_LEAVES = "(!(objectClass=user))(!(objectClass=group))(!(objectClass=contact))(!(objectClass=foreignSecurityPrincipal))"
_ALWAYS = frozenset({"objectguid", "instancetype"})


class DirSync:
    """A delta by the DirSync control. It needs the right *Replicating Directory Changes* on the domain."""

    name: ClassVar[str] = "DirSync"

    def __init__(self, session: Session, reader: "DomainReader") -> None:
        self._session = session
        self._reader = reader

    def mark(self) -> str | None:
        """The cookie of now; none where the account has no right to replicate changes."""
        mark = b""
        try:
            for _, cookie in self._ask(_NOBODY, ["name"], mark):
                mark = cookie
        except _NO_RIGHT:
            return None
        return mark.hex()

    def changes(self, watermark: str) -> Iterator[Page | End]:
        """What has changed since the cookie, and the `End` with the next one. Raises as `Delta.changes`."""
        mark = bytes.fromhex(watermark)
        wanted = sorted({*self._reader.wanted, "name", "objectGUID", "objectClass", "isDeleted", "parentGUID"})
        try:
            for found, cookie in self._ask("(objectClass=*)", wanted, mark):
                mark = cookie
                yield from self._told(_sorted(found), cookie)
        except ldap.INSUFFICIENT_ACCESS as error:
            where = f"Connector {self._session.name}: {self._session.settings.uri}"
            raise ConnectorError(
                f"{where} does not tell its changes: {told(error)}.",
                f"Give the account the right Replicating Directory Changes on {self._reader.root}, or import in full.",
            ) from error
        except _FORGOTTEN as error:
            text = f"{self._session.settings.uri} does not know any more what changed ({told(error)})"
            raise OutdatedError(text) from error
        yield self._reader.end(mark.hex())

    def _ask(self, condition: str, wanted: list[str], cookie: bytes) -> Iterator[tuple[list[Raw], bytes]]:
        """Rounds of changed entries, each with the cookie after it. Raises ``ldap.LDAPError``."""
        link, more = self._session.link, True
        while more:
            control = Request(cookie)
            asked = link.search_ext(self._reader.root, ldap.SCOPE_SUBTREE, condition, wanted, serverctrls=[control])
            _, found, _, controls = link.result3(
                asked, timeout=self._session.settings.timeout, resp_ctrl_classes={OID: Answer}
            )
            answer = next((one for one in controls if isinstance(one, Answer)), None)
            if answer is None:
                raise ConnectorError(
                    f"Connector {self._session.name}: {self._session.settings.uri} does not answer DirSync searches.",
                    "Name a domain controller; a global catalogue tells no changes. Or import in full.",
                )
            cookie, more = answer.cookie, answer.more
            yield [(_plain(name), attributes) for name, attributes, *_ in found if name is not None], cookie

    def _told(self, changed: "_Changed", cookie: bytes) -> Iterator[Page]:
        reader = self._reader
        yield from self._below(changed.renamed)
        gone, here = list(changed.gone), set[str]()
        whole = []
        for name, attributes in reader.by_guid(changed.touched, reader.filter):
            if reader.covers(name):
                whole.append(reader.whole(name, attributes))
                here.add(guid(attributes["objectGUID"][0]))
        gone += [one for one in changed.touched if one not in here]
        if whole or gone:
            yield reader.parser.page(whole, gone)
        if changed.links:
            known = reader.by_guid(list(changed.links), reader.filter, ["objectGUID", "objectClass"])
            places = [(name, found) for name, found in known if reader.covers(name)]
            yield LinkPage.of(places, changed.links, reader.parser, cookie)

    def _below(self, renamed: list[str]) -> Iterator[Page]:
        """What stands in containers that were renamed or moved: it has other names now, or is out of our reach."""
        reader = self._reader
        for container, _ in list(reader.by_guid(renamed, f"(&{_LEAVES})", ["1.1"])):
            for records in reader.search(container, reader.filter):
                if isinstance(records, str):
                    raise ConnectorError(f"Connector {self._session.name}: {container}: {records}.")
                inside = [one for one in records if reader.covers(one[0])]
                outside = [guid(found["objectGUID"][0]) for name, found in records if not reader.covers(name)]
                yield reader.parser.page(inside, outside)


@dataclass(slots=True)
class _Changed:
    """One round of DirSync, by GUID."""

    gone: list[str] = field(default_factory=list)
    touched: list[str] = field(default_factory=list)
    renamed: list[str] = field(default_factory=list)
    links: dict[str, Links] = field(default_factory=dict)


def _sorted(found: list[Raw]) -> _Changed:
    changed = _Changed()
    for _, attributes in found:
        lowered = {name.lower(): values for name, values in attributes.items()}
        try:
            key = guid(lowered.get("objectguid", [b""])[0])
        except EntryError:
            continue
        if lowered.get("isdeleted") == [b"TRUE"]:
            changed.gone.append(key)
            continue
        news = lowered.keys() - _ALWAYS
        if news and all(name.endswith((ADDED, REMOVED)) for name in news):
            changed.links[key] = {name: [_plain(v.decode("utf-8", "replace")) for v in lowered[name]] for name in news}
            continue
        changed.touched.append(key)
        if "name" in news and "objectclass" not in news:
            changed.renamed.append(key)
    return changed


def _plain(name: str) -> str:
    """A name without the GUID and SID that Windows puts before it (MS-ADTS 3.1.1.3.4.1.5)."""
    return name.rpartition(">;")[2] if name.startswith("<") else name
