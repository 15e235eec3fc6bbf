"""The table of what the stock rules of Entra Connect are expected to make of some objects, and a domain that has them.

See ``tests/data/entra-connect/README.md``: the table was written from the rules' text, before any engine was run.
"""

import base64
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import ldap
from ruamel.yaml import YAML

from mimas.migrate.dsml import Dsml
from mimas.migrate.elements import read
from mimas.schema.attributes import Attribute, Kind
from tests.servers.samba import PASSWORD, Samba

DATA = Path(__file__).parents[1] / "data" / "entra-connect"
EXPORT = DATA / "export"
TOP = "OU=CORP"
_FOREIGN = "CN=ForeignSecurityPrincipals"
_LATER = ("ref", "sid")
_OID = "1.3.6.1.4.1.55555.1"
"""An arc that nobody has been given; the schema is thrown away with its server."""
_SYNTAXES = {
    Kind.STRING: ("2.5.5.12", 64),
    Kind.BOOLEAN: ("2.5.5.8", 1),
    Kind.INTEGER: ("2.5.5.16", 65),
    Kind.BINARY: ("2.5.5.10", 4),
    Kind.REFERENCE: ("2.5.5.1", 127),
}
"""Kinds as Active Directory has them (MS-ADTS 3.1.1.2.2.2)."""


def table() -> dict[str, Any]:
    """The whole table."""
    found: dict[str, Any] = YAML(typ="safe", pure=True).load((DATA / "expected.yaml").read_text())
    return found


def called(one: Mapping[str, Any]) -> str:
    """What an object of the table is called in it."""
    return str(one.get("label", one["name"]))


def schema() -> dict[str, Attribute]:
    """The attributes of the exported connector of Active Directory."""
    (file,) = [path for path in (EXPORT / "Connectors").iterdir() if read(path).first("category").text == "AD"]  # type: ignore[union-attr]
    return {one.attribute.name: one.attribute for one in Dsml(read(file).first("schema")).types.values()}


class Corp:
    """A domain with the objects of the table, and a few thousand more."""

    def __init__(self, folder: Path) -> None:
        self.samba = Samba(folder, "CONTOSO.COM")
        self.base = self.samba.base
        self.objects = table()["objects"]
        self.names: dict[str, str] = {}
        """What an object is called → its distinguished name."""
        self._shown: dict[str, Mapping[str, list[bytes]]] = {}
        self._extend()

    def fill(self, more: int) -> None:
        """Put them there, with so many people, and a group for every tenth and a contact for every eighth of them."""
        units = [f"{TOP},{self.base}", *(f"OU={unit},{TOP},{self.base}" for unit in _UNITS)]
        self.samba.load("".join(f"dn: {name}\nobjectClass: organizationalUnit\n\n" for name in units))
        self.samba.load("".join(_many(more, f"{TOP},{self.base}")))
        plain: list[str] = []
        critical: list[str] = []
        foreign: list[str] = []
        for one in self.objects:
            if isinstance(one["name"], str):
                self.names[called(one)] = self._place(one, one["name"])
                which = foreign if one["type"].startswith("foreign") else plain
                which = critical if "isCriticalSystemObject" in one["attributes"] else which
                which.append(self._added(one))
        self.samba.load("".join(plain))
        self.samba.load("".join(critical), "ldbadd", "--controls=relax:0")
        for one in self.objects:
            if not isinstance(one["name"], str):
                self.names[called(one)] = self._place(one, sid_text(self.raw(one["name"]["sid"], "objectSid")))
                foreign.append(self._added(one))
        self.samba.load("".join(foreign), "ldbadd", "--controls=provision:0")
        self.samba.load("".join(filter(None, map(self._referring, self.objects))), "ldbmodify")

    def raw(self, name: str, attribute: str) -> bytes:
        """The value that the server has given an object."""
        found: bytes = self.shown(name)[attribute][0]
        return found

    def shown(self, name: str) -> Mapping[str, list[bytes]]:
        """An object as the server shows it."""
        if name not in self._shown:
            link = ldap.initialize(self.samba.plain_uri)
            link.simple_bind_s(self.samba.user, PASSWORD)
            self._shown[name] = link.search_s(self.names[name], ldap.SCOPE_BASE)[0][1]
            link.unbind_s()
        return self._shown[name]

    def _place(self, one: Mapping[str, Any], rdn: str) -> str:
        escaped = rdn.replace("\\0A", "\n").replace("\n", "\\0A")
        escaped = "".join(f"\\{sign}" if sign in ',+"<>;=' else sign for sign in escaped)
        if one["ou"].startswith("Foreign"):
            return f"CN={escaped},{_FOREIGN},{self.base}"
        return f"CN={escaped},OU={one['ou']},{TOP},{self.base}"

    def _added(self, one: Mapping[str, Any]) -> str:
        lines = [_line("dn", self.names[called(one)]), f"objectClass: {one['type']}"]
        for key, given in one["attributes"].items():
            values = given if isinstance(given, list) else [given]
            if not any(isinstance(value, dict) and set(_LATER) & value.keys() for value in values):
                lines += [_line(key, value) for value in values]
        return "\n".join(lines) + "\n\n"

    def _referring(self, one: Mapping[str, Any]) -> str:
        """What refers to others, when all are there."""
        lines = []
        for key, given in one["attributes"].items():
            values = given if isinstance(given, list) else [given]
            if any(isinstance(value, dict) and set(_LATER) & value.keys() for value in values):
                lines += [f"add: {key}", *(_line(key, self._resolved(value)) for value in values), "-"]
        if not lines:
            return ""
        return "\n".join([_line("dn", self.names[called(one)]), "changetype: modify", *lines]) + "\n\n"

    def _resolved(self, value: Any) -> Any:
        if isinstance(value, dict) and "sid" in value:
            return self.raw(value["sid"], "objectSid")
        return self.names[value["ref"]] if isinstance(value, dict) and "ref" in value else value

    def _extend(self) -> None:
        """The attributes of Exchange and Lync, which Samba has not: as the exported schema says."""
        self.samba.start()
        link = ldap.initialize(self.samba.plain_uri)
        link.simple_bind_s(self.samba.user, PASSWORD)
        place = f"CN=Schema,CN=Configuration,{self.base}"
        found = link.search_s(place, ldap.SCOPE_ONELEVEL, "(objectClass=attributeSchema)", ["lDAPDisplayName"])
        link.unbind_s()
        known = {entry["lDAPDisplayName"][0].decode().lower() for _, entry in found}
        used = {key for one in self.objects for key in one["attributes"]}
        lacking = sorted(key for key in used if key.lower() not in known)
        of = schema()
        update = ("--option=dsdb:schema update allowed=yes",)
        self.samba.load(
            "".join(_attribute_schema(n, of[n], at, place) for at, n in enumerate(lacking, 1)), "ldbadd", *update
        )
        may = "".join(f"mayContain: {name}\n" for name in lacking)
        change = f"dn: CN=Mail-Recipient,{place}\nchangetype: modify\nadd: mayContain\n{may}\n"
        self.samba.load(change, "ldbmodify", *update)
        # A server reads its schema when it starts.
        self.samba.stop()
        self.samba.start()


_UNITS = ("People", "Groups", "Disabled", "Contacts", "Computers", "ForeignSecurityPrincipals")


def _many(count: int, top: str) -> Iterator[str]:
    for number in range(count):
        key = f"{number:04}"
        person = {"objectClass": "user", "sAMAccountName": f"u{key}", "displayName": f"User {key}"}
        person |= {"userAccountControl": "512" if number % 9 else "514", "givenName": "User", "sn": key}
        person |= {"mail": f"u{key}@example.test", "userPrincipalName": f"u{key}@example.test"}
        yield _entry(f"CN=User {key},OU=People,{top}", person | {"proxyAddresses": f"SMTP:u{key}@example.test"})
        if number % 8 == 0:
            contact = {"objectClass": "contact", "displayName": f"Contact {key}", "mail": f"c{key}@partner.test"}
            yield _entry(f"CN=Contact {key},OU=Contacts,{top}", contact)
        if number % 10 == 9:
            members = [f"CN=User {one:04},OU=People,{top}" for one in range(number - 9, number + 1)]
            group = {"objectClass": "group", "sAMAccountName": f"g{key}", "displayName": f"Group {key}"}
            yield _entry(f"CN=Group {key},OU=Groups,{top}", group, *members)


def _entry(name: str, values: Mapping[str, str], *members: str) -> str:
    lines = [f"dn: {name}", *(f"{key}: {value}" for key, value in values.items())]
    return "\n".join([*lines, *(f"member: {member}" for member in members), "", ""])


def _attribute_schema(name: str, attribute: Attribute, number: int, place: str) -> str:
    kind = attribute.kind
    syntax, om = ("2.5.5.17", 4) if name.lower().endswith("sid") and kind is Kind.BINARY else _SYNTAXES[kind]
    lines = [
        f"dn: CN={name},{place}",
        "objectClass: attributeSchema",
        f"lDAPDisplayName: {name}",
        f"attributeID: {_OID}.{number}",
        f"attributeSyntax: {syntax}",
        f"oMSyntax: {om}",
        f"isSingleValued: {'FALSE' if attribute.multivalued else 'TRUE'}",
    ]
    if om == 127:
        lines.append("oMObjectClass:: KwwCh3McAIVK")
    return "\n".join(lines) + "\n\n"


def _line(key: str, value: Any) -> str:
    if key.lower().endswith("sid"):
        # Samba's tools take identifiers as text only.
        return f"{key}: {sid_text(base64.b64decode(value['base64']) if isinstance(value, dict) else value)}"
    if isinstance(value, dict):
        return f"{key}:: {value['base64']}"
    if isinstance(value, bool):
        return f"{key}: {'TRUE' if value else 'FALSE'}"
    raw = value if isinstance(value, bytes) else str(value).encode()
    return f"{key}:: {base64.b64encode(raw).decode()}"


def sid_text(raw: bytes) -> str:
    """A security identifier as people write it."""
    count = raw[1]
    return "-".join(["S-1", str(int.from_bytes(raw[2:8], "big")), *map(str, struct.unpack(f"<{count}I", raw[8:]))])


def guid_text(raw: bytes) -> str:
    """A GUID as people write it."""
    return str(UUID(bytes_le=raw))
