"""Directories of several products, each of which tells its changes in a way of its own, and what happens in them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import ldap
import pytest

from mimas.connectors.ldap import LdapConnector, LdapSettings
from mimas.schema.attributes import Attribute, Kind, ObjectType
from tests.servers import dirsrv as dirsrv_server
from tests.servers import slapd as slapd_server
from tests.servers.slapd import PASSWORD, SUFFIX

_PERSON = [
    Attribute("uid"),
    Attribute("cn"),
    Attribute("sn"),
    Attribute("manager", Kind.REFERENCE),
    Attribute("createTimestamp", Kind.DATETIME),
]
_GROUP = [Attribute("cn"), Attribute("member", Kind.REFERENCE, multivalued=True)]
SCHEMA = {
    name: ObjectType(name, {one.name: one for one in attributes})
    for name, attributes in {"inetOrgPerson": _PERSON, "groupOfNames": _GROUP}.items()
}


_OVERLAYS = {
    "openldap-syncrepl": (slapd_server.SYNCPROV, slapd_server.POLICY, *slapd_server.REPAIRS),
    "openldap-accesslog": (slapd_server.ACCESSLOG, *slapd_server.REPAIRS),
    "openldap-timestamps": slapd_server.REPAIRS,
}
_PLUGINS = (dirsrv_server.SYNCREPL, dirsrv_server.CHANGELOG)
EVERY = (*_OVERLAYS, "389-changelog", "389-syncrepl")
TELL_DELETES = tuple(name for name in EVERY if "timestamps" not in name)


class Servers:
    """Servers by what they are and how they tell their changes, each started when it is asked for first."""

    def __init__(self, folder: Callable[[str], Path]) -> None:
        self._folder = folder
        self._started: dict[str, slapd_server.Slapd | dirsrv_server.Dirsrv] = {}

    def of(self, kind: str) -> slapd_server.Slapd | dirsrv_server.Dirsrv:
        """The running server."""
        name = kind if kind in _OVERLAYS else "389"
        if name not in self._started:
            self._started[name] = self._slapd(name) if name in _OVERLAYS else self._dirsrv()
        return self._started[name]

    def _slapd(self, name: str) -> slapd_server.Slapd:
        if slapd_server.program() is None:
            pytest.skip("slapd is not installed: apt-get install slapd")
        return slapd_server.Slapd(self._folder("slapd"), *_OVERLAYS[name]).start()

    def _dirsrv(self) -> dirsrv_server.Dirsrv:
        if reason := dirsrv_server.missing():
            pytest.skip(reason)
        return dirsrv_server.Dirsrv(self._folder("dirsrv"), *_PLUGINS).start()

    def stop(self) -> None:
        """End them all."""
        for one in self._started.values():
            one.stop()


@dataclass
class Place:
    """A container of a directory that nobody else uses, and what an administrator does there."""

    server: slapd_server.Slapd | dirsrv_server.Dirsrv
    way: str
    admin: str
    reader: str
    """Who the connector signs in as."""
    top: str = ""
    link: Any = None
    made: list[LdapConnector] = field(default_factory=list)

    @classmethod
    def of(cls, servers: Servers, kind: str) -> "Place":
        """In a directory of that kind."""
        admin = slapd_server.ADMIN if kind.startswith("openldap") else dirsrv_server.ADMIN
        # Nobody but the administrator may read the change log.
        reader = dirsrv_server.READER if kind == "389-syncrepl" else admin
        place = cls(servers.of(kind), kind.partition("-")[2], admin, reader)
        place.enter()
        return place

    def sign_in(self) -> None:
        self.link = ldap.initialize(self.server.uri)
        self.link.simple_bind_s(self.admin, PASSWORD)

    def enter(self) -> None:
        self.sign_in()
        self.top = self.unit(f"ou=t{uuid4().hex},{SUFFIX}")

    def connector(self, **settings: Any) -> LdapConnector:
        given = {"uri": self.server.uri, "base": self.top, "bind_dn": self.reader, "password": {"env": "LDAP_PASSWORD"}}
        made = LdapConnector("directory", LdapSettings.model_validate(given | settings), SCHEMA, Path())
        self.made.append(made)
        return made

    def unit(self, name: str) -> str:
        self.link.add_s(name, [("objectClass", [b"organizationalUnit"])])
        return name

    def person(self, uid: str, container: str = "") -> str:
        name = f"uid={uid},{container or self.top}"
        values = [(key, [uid.encode()]) for key in ("uid", "cn", "sn")]
        self.link.add_s(name, [("objectClass", [b"inetOrgPerson"]), *values])
        return name

    def group(self, *members: str) -> str:
        name = f"cn=group,{self.top}"
        self.link.add_s(name, [("objectClass", [b"groupOfNames"]), ("member", [one.encode() for one in members])])
        return name

    def rename(self, name: str, rdn: str, container: str | None = None) -> None:
        self.link.rename_s(name, rdn, container, delold=1)

    def change(self, name: str, **values: str) -> None:
        self.link.modify_s(name, [(ldap.MOD_REPLACE, key, [value.encode()]) for key, value in values.items()])


def places(*kinds: str) -> pytest.MarkDecorator:
    """The kinds of directories that a test is run with: all of them, or some."""
    return pytest.mark.parametrize("kind", kinds or EVERY)
