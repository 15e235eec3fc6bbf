"""The subjects by which Mimas's own connectors are graded."""

import os
import sqlite3
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from sqlalchemy import create_engine, make_url

from mimas.connectors.active_directory import ActiveDirectoryConnector
from mimas.connectors.avp import AvpConnector
from mimas.connectors.contract import Additions, Export, Operation
from mimas.connectors.delimited import DelimitedConnector
from mimas.connectors.dsml import DsmlConnector
from mimas.connectors.fixed_width import FixedWidthConnector
from mimas.connectors.ldap import LdapConnector
from mimas.connectors.ldif import LdifConnector
from mimas.connectors.registry import AnyConnector
from mimas.connectors.scim import ScimConnector
from mimas.connectors.sql import SqlConnector
from mimas.connectors.testing import Subject
from mimas.schema import names
from mimas.schema.attributes import Attribute, Kind, ObjectType
from mimas.schema.values import Values
from tests.servers.conftest import SCIM_TOKEN
from tests.servers.proxy import BreakingProxy
from tests.servers.samba import PASSWORD as DOMAIN_PASSWORD
from tests.servers.samba import Samba
from tests.servers.slapd import ADMIN, PASSWORD, SUFFIX, Slapd


def object_type(name: str, *attributes: Attribute, anchor: tuple[str, ...] = ()) -> ObjectType:
    return ObjectType(name, {one.name: one for one in attributes}, anchor)


def several(name: str, kind: Kind = Kind.STRING, to: str | None = None) -> Attribute:
    return Attribute(name, kind, multivalued=True, to=to)


STAFF = {
    "person": object_type(
        "person",
        Attribute("id"),
        Attribute("title"),
        several("mails"),
        Attribute("age", Kind.INTEGER),
        Attribute("active", Kind.BOOLEAN),
        Attribute("born", Kind.DATETIME),
        Attribute("photo", Kind.BINARY),
        Attribute("manager", Kind.REFERENCE),
        several("reports", Kind.REFERENCE),
        anchor=("id",),
    )
}


class Delimited(Subject):
    """A file that is replaced as a whole; its people have people below them."""

    title = "delimited"
    person = group = "person"
    text, texts, manager, member = "title", "mails", "manager", "reports"
    bad = ("mails", ["a|b"])
    schema = STAFF

    def open(self) -> AnyConnector:
        return self.connect(DelimitedConnector, path="people.csv", export="listing")

    def values(self, type_: str, key: str) -> Values:
        return {"id": key, "age": 41, "active": True, "born": "1985-02-28", "photo": "AAH/"}

    def cut(self) -> AnyConnector:
        path = self.folder / "people.csv"
        (self.folder / "half.csv").write_bytes(path.read_bytes()[: path.stat().st_size // 2 + 3])
        return self.connect(DelimitedConnector, path="half.csv")


class DelimitedChanges(Delimited):
    """A file to which changes are appended, for somebody else to read."""

    title = "delimited: change file"

    def open(self) -> AnyConnector:
        return self.connect(DelimitedConnector, changes="changes.csv", export="changes")


class FixedWidth(Delimited):
    """A file whose values have places; a list of members needs a wide one, so it is a shorter one."""

    title = "fixed-width"
    size = 300
    widths = MappingProxyType(
        {"id": 40, "title": 400, "mails": 3_000, "age": 9, "active": 5, "born": 20, "photo": 20, "manager": 40}
    )

    def _connect(self, path: str, **settings: Any) -> AnyConnector:
        columns = [{"name": name, "width": width} for name, width in {**self.widths, "reports": 3_000}.items()]
        return self.connect(FixedWidthConnector, path=path, columns=columns, header=True, **settings)

    def open(self) -> AnyConnector:
        return self._connect("people.txt", export="listing")

    def cut(self) -> AnyConnector:
        path = self.folder / "people.txt"
        (self.folder / "half.txt").write_bytes(path.read_bytes()[: path.stat().st_size // 2 + 3])
        return self._connect("half.txt")


class Avp(Delimited):
    """A file of attribute-value pairs that is replaced as a whole."""

    title = "avp"
    bad = ("mails", ["a\nb"])

    def open(self) -> AnyConnector:
        return self.connect(AvpConnector, path="people.txt", export="listing")

    def cut(self) -> AnyConnector:
        whole = (self.folder / "people.txt").read_bytes()
        (self.folder / "half.txt").write_bytes(whole[: whole.index(b"\n", len(whole) // 2) - 1])
        return self.connect(AvpConnector, path="half.txt")


ENTRIES = {
    "inetOrgPerson": object_type(
        "inetOrgPerson",
        *map(Attribute, ("uid", "cn", "sn", "title")),
        several("description"),
        Attribute("jpegPhoto", Kind.BINARY),
        Attribute("manager", Kind.REFERENCE),
    ),
    "groupOfNames": object_type("groupOfNames", Attribute("cn"), several("member", Kind.REFERENCE)),
}


class Named(Subject):
    """People and groups as directories have them."""

    person, group = "inetOrgPerson", "groupOfNames"
    text, texts, manager, member = "title", "description", "manager", "member"
    base = "dc=example"
    schema = ENTRIES

    def values(self, type_: str, key: str) -> Values:
        return {"cn": key, "sn": "Muster", "uid": key, "jpegPhoto": "AAH/"} if type_ == self.person else {"cn": key}

    def name(self, type_: str, key: str) -> str:
        place = "people" if type_ == self.person else "groups"
        return f"cn={names.escape(key)},ou={place},{self.base}"

    def elsewhere(self, name: str) -> str:
        return name.replace(",ou=people,", ",ou=others,")


CONTENT = ENTRIES | {"inetOrgPerson": ObjectType("inetOrgPerson", ENTRIES["inetOrgPerson"].attributes, ("uid",))}


class Ldif(Named):
    """A file of content records; people are known by their uid."""

    title = "ldif"
    bad = ("title", "half a character: \ud800")
    schema = CONTENT

    def open(self) -> AnyConnector:
        return self.connect(LdifConnector, path="all.ldif", export="listing")

    def cut(self) -> AnyConnector:
        path = self.folder / "all.ldif"
        (self.folder / "half.ldif").write_bytes(path.read_bytes()[: path.stat().st_size // 2 + 3])
        return self.connect(LdifConnector, path="half.ldif")


class Dsml(Named):
    """A file of the entries of a search; people are known by their uid."""

    title = "dsml"
    bad = ("title", "half a character: \ud800")
    schema = CONTENT

    def open(self) -> AnyConnector:
        return self.connect(DsmlConnector, path="all.xml", export="listing")

    def cut(self) -> AnyConnector:
        path = self.folder / "all.xml"
        (self.folder / "half.xml").write_bytes(path.read_bytes()[: path.stat().st_size // 2 + 3])
        return self.connect(DsmlConnector, path="half.xml")


class DsmlChanges(Dsml):
    """A batch of requests, for somebody else to carry out."""

    title = "dsml: change file"
    schema = ENTRIES

    def open(self) -> AnyConnector:
        return self.connect(DsmlConnector, changes="changes.xml", export="changes")


DIRECTORY = ENTRIES | {
    "inetOrgPerson": object_type(
        "inetOrgPerson",
        *ENTRIES["inetOrgPerson"].attributes.values(),
        Attribute("userPassword", secret=True),
    )
}


class Ldap(Named):
    """A part of an OpenLDAP directory that nobody else uses."""

    proxy: BreakingProxy | None = None
    title = "ldap: OpenLDAP"
    bad = ("jpegPhoto", "no base64")
    secret, secrets = "userPassword", (PASSWORD,)
    schema = DIRECTORY

    def __init__(self, folder: Path, server: Slapd) -> None:
        super().__init__(folder)
        os.environ["LDAP_PASSWORD"] = PASSWORD
        self.server = server
        self.base = f"ou=grade-{uuid4().hex},{SUFFIX}"
        with self._connect(server.uri, SUFFIX) as connector:
            self._make_base(connector)

    def _make_base(self, connector: AnyConnector) -> None:
        """The connector makes the containers of a new object."""
        name, values = f"cn=first,ou=people,{self.base}", self.values(self.person, "first")
        first = Export(1, Operation.ADD, self.person, None, name, None, Additions(values), values)
        done = list(connector.write([first, Export(2, Operation.DELETE, self.person, None, name)]))
        assert not any(result.error for result in done), done

    def _connect(self, uri: str, base: str) -> AnyConnector:
        settings: dict[str, Any] = {"bind_dn": ADMIN, "password": {"env": "LDAP_PASSWORD"}, "page_size": 500}
        return self.connect(LdapConnector, uri=uri, base=base, empty_member=f"cn=nobody,{SUFFIX}", **settings)

    def open(self) -> AnyConnector:
        return self._connect(self.server.uri, self.base)

    def cut(self) -> AnyConnector:
        self.proxy = BreakingProxy(self.server.port)
        connector = self._connect(f"ldap://127.0.0.1:{self.proxy.port}", self.base)
        list(connector.fetch([]))  # signs in
        self.proxy.break_after(4_000)
        return connector

    def close(self) -> None:
        if self.proxy:
            self.proxy.close()


ACCOUNTS = {
    "user": object_type(
        "user",
        *map(Attribute, ("sAMAccountName", "title")),
        several("otherTelephone"),
        Attribute("accountExpires", Kind.DATETIME),
        Attribute("manager", Kind.REFERENCE),
    ),
    "group": object_type("group", Attribute("sAMAccountName"), several("member", Kind.REFERENCE)),
}


class ActiveDirectory(Named):
    """A container of Samba's domain that nobody else uses."""

    title = "active-directory: Samba"
    person, group = "user", "group"
    text, texts = "title", "otherTelephone"
    bad = ("accountExpires", "soon")
    size = 200
    secrets = (DOMAIN_PASSWORD,)
    schema = ACCOUNTS

    def __init__(self, folder: Path, server: Samba) -> None:
        super().__init__(folder)
        os.environ["AD_PASSWORD"] = DOMAIN_PASSWORD
        self.server = server
        self.mark = uuid4().hex[:6]
        self.base = f"OU=grade-{self.mark},{server.base}"
        for name in (self.base, *(f"ou={one},{self.base}" for one in ("people", "groups", "others"))):
            server.load(f"dn: {name}\nobjectClass: organizationalUnit\n")

    def open(self) -> AnyConnector:
        domain = {"name": self.server.domain, "servers": self.server.address, "containers": self.base}
        account = {"user": self.server.user, "password": {"env": "AD_PASSWORD"}}
        return self.connect(ActiveDirectoryConnector, domains=[domain], ca_file=self.server.certificate, **account)

    def values(self, type_: str, key: str) -> Values:
        return {"sAMAccountName": f"{'' if type_ == self.person else 'g'}{key}-{self.mark}"}


ROWS = {
    "person": object_type(
        "person",
        Attribute("login"),
        Attribute("title"),
        Attribute("age", Kind.INTEGER),
        Attribute("active", Kind.BOOLEAN),
        Attribute("born", Kind.DATETIME),
        Attribute("photo", Kind.BINARY),
        Attribute("boss", Kind.REFERENCE),
        anchor=("login",),
    ),
    "team": object_type("team", Attribute("code"), several("members", Kind.REFERENCE, "person"), anchor=("code",)),
}


class Sql(Subject):
    """Tables of an SQLite file; triggers number the changes, those of members too."""

    title = "sql: SQLite"
    person, group = "person", "team"
    text, manager, member = "title", "boss", "members"
    bad = ("born", "soon")
    shortfalls = MappingProxyType({"deltas-show-deletes": "a row that is gone has no column that says when"})
    schema = ROWS
    tables = """
CREATE TABLE person (login VARCHAR(200) PRIMARY KEY, title VARCHAR(200), age INTEGER, active BOOLEAN, born DATE,
  photo {bytes}, boss VARCHAR(200) REFERENCES person (login), changed INTEGER DEFAULT 0);
CREATE TABLE team (code VARCHAR(200) PRIMARY KEY, changed INTEGER DEFAULT 0);
CREATE TABLE team_person (team VARCHAR(200) NOT NULL REFERENCES team (code),
  person VARCHAR(200) NOT NULL REFERENCES person (login), PRIMARY KEY (team, person));
"""
    stamps = "CREATE TABLE turn (number INTEGER); INSERT INTO turn VALUES (0);" + "".join(
        f"""
CREATE TRIGGER {table}_{event} AFTER {event} ON {table} BEGIN
  UPDATE turn SET number = number + 1;
  UPDATE {changed} SET changed = (SELECT number FROM turn) WHERE {key} = {row};
END;"""
        for table, event, changed, key, row in (
            ("person", "INSERT", "person", "login", "NEW.login"),
            ("person", "UPDATE", "person", "login", "NEW.login"),
            ("team", "INSERT", "team", "code", "NEW.code"),
            ("team_person", "INSERT", "team", "code", "NEW.team"),
            ("team_person", "DELETE", "team", "code", "OLD.team"),
        )
    )

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        with sqlite3.connect(folder / "app.db") as file:
            file.executescript(self.tables.format(bytes="BLOB") + self.stamps)
        file.close()

    def open(self) -> AnyConnector:
        return self._connect("sqlite:///app.db")

    def _connect(self, url: str, **settings: Any) -> AnyConnector:
        link = {"table": "team_person", "owner": "team", "member": "person"}
        return self.connect(SqlConnector, url=url, links={"members": link}, changed_at="changed", **settings)

    def values(self, type_: str, key: str) -> Values:
        if type_ == self.group:
            return {"code": key}
        return {"login": key, "age": 41, "active": True, "born": "1985-02-28", "photo": "AAH/"}


class PostgreSql(Sql):
    """The same tables in a PostgreSQL database, in a schema for each check."""

    proxy: BreakingProxy | None = None
    title = "sql: PostgreSQL"
    secrets = ("hush-database",)
    stamps = """
CREATE SEQUENCE turn;
CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN NEW.changed := nextval('turn'); RETURN NEW; END $$;
CREATE FUNCTION stamp_team() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN UPDATE team SET changed = 0 WHERE code = coalesce(NEW.team, OLD.team); RETURN NULL; END $$;
CREATE TRIGGER person_stamp BEFORE INSERT OR UPDATE ON person FOR EACH ROW EXECUTE FUNCTION stamp();
CREATE TRIGGER team_stamp BEFORE INSERT OR UPDATE ON team FOR EACH ROW EXECUTE FUNCTION stamp();
CREATE TRIGGER member_stamp AFTER INSERT OR DELETE ON team_person FOR EACH ROW EXECUTE FUNCTION stamp_team();
"""

    def __init__(self, folder: Path, url: str) -> None:
        Subject.__init__(self, folder)
        os.environ["DATABASE_PASSWORD"] = "hush-database"
        self.database = url
        self.space = f"grade_{uuid4().hex}"
        self._run(f"CREATE SCHEMA {self.space}; SET search_path TO {self.space};"
                  f"{self.tables.format(bytes='BYTEA')} {self.stamps}")  # fmt: skip

    def _run(self, statements: str) -> None:
        engine = create_engine(self.database)
        with engine.begin() as connection:
            connection.exec_driver_sql(statements)
        engine.dispose()

    def open(self) -> AnyConnector:
        return self._reach(self.database)

    def _reach(self, url: str) -> AnyConnector:
        password = {"env": "DATABASE_PASSWORD"}
        return self._connect(f"{url}?options=-csearch_path%3D{self.space}", password=password)

    def cut(self) -> AnyConnector:
        port = str(make_url(self.database).port)
        self.proxy = BreakingProxy(int(port))
        connector = self._reach(self.database.replace(port, str(self.proxy.port), 1))
        list(connector.fetch([]))  # looks at the tables
        self.proxy.break_after(1_500)
        return connector

    def close(self) -> None:
        if self.proxy:
            self.proxy.close()
        self._run(f"DROP SCHEMA {self.space} CASCADE")


MANAGER = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager"
RESOURCES = {
    "User": object_type(
        "User",
        *map(Attribute, ("userName", "title", "name.familyName")),
        Attribute("active", Kind.BOOLEAN),
        several("phoneNumbers.value"),
        Attribute(MANAGER, Kind.REFERENCE),
    ),
    "Group": object_type("Group", Attribute("displayName"), several("members", Kind.REFERENCE)),
}


class Scim(Subject):
    """A tenant of a scim2-server."""

    proxy: BreakingProxy | None = None
    title = "scim: scim2-server"
    person, group, member = "User", "Group", "members"
    text, texts, manager = "title", "phoneNumbers.value", MANAGER
    bad = ("active", "perhaps")
    size = 200  # 5,000 were tried once: the server needs several minutes
    secrets = (SCIM_TOKEN,)
    schema = RESOURCES

    def __init__(self, folder: Path, root: str) -> None:
        super().__init__(folder)
        os.environ["SCIM_TOKEN"] = SCIM_TOKEN
        self.url = f"{root}/t{uuid4().hex}"

    def open(self) -> AnyConnector:
        return self._reach(self.url, 50)

    def _reach(self, url: str, page_size: int) -> AnyConnector:
        return self.connect(ScimConnector, url=url, token={"env": "SCIM_TOKEN"}, page_size=page_size)

    def cut(self) -> AnyConnector:
        port = str(urlsplit(self.url).port)
        self.proxy = BreakingProxy(int(port))
        self.proxy.break_after(4_000)
        return self._reach(self.url.replace(port, str(self.proxy.port), 1), 10)

    def close(self) -> None:
        if self.proxy:
            self.proxy.close()

    def values(self, type_: str, key: str) -> Values:
        if type_ == self.group:
            return {"displayName": key}
        return {"userName": key, "active": True, "name.familyName": "Muster"}
