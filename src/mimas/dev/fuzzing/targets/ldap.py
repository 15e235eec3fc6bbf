"""LDAP: entries that a hostile directory sends, and the schema that it publishes."""

from types import SimpleNamespace
from typing import Any

from mimas.connectors.contract import ConnectorError
from mimas.connectors.ldap.discovery import discover
from mimas.connectors.ldap.reading import Reader
from mimas.connectors.ldap.settings import LdapSettings
from mimas.dev.fuzzing.target import Target, told
from mimas.dev.fuzzing.targets.reading import reading
from mimas.schema.attributes import NAME, Attribute, Kind, ObjectType

_ATTRIBUTES = (
    Attribute(NAME),
    Attribute("cn"),
    Attribute("mail", multivalued=True),
    Attribute("number", Kind.INTEGER),
    Attribute("active", Kind.BOOLEAN),
    Attribute("start", Kind.DATETIME),
    Attribute("photo", Kind.BINARY),
    Attribute("manager", Kind.REFERENCE),
    Attribute("member", Kind.REFERENCE, multivalued=True),
)
_SCHEMA = {name: ObjectType(name, {one.name: one for one in _ATTRIBUTES}) for name in ("person", "group")}


class _Session(SimpleNamespace):
    """A directory that sends these entries in one page; nothing else of a session is asked for."""

    def __init__(self, anchor: str | None, found: list[Any]) -> None:
        settings = LdapSettings(uri="ldap://x", base=["dc=x"], empty_member="cn=nobody")
        control = SimpleNamespace(controlType="1.2.840.113556.1.4.319", cookie=b"")
        link = SimpleNamespace(search_ext=lambda *_, **__: 1, result3=lambda *_, **__: (0, found, 1, [control]))
        super().__init__(
            name="ad",
            is_active_directory=False,
            settings=settings,
            root={},
            anchor=anchor,
            link=link,
            look=lambda *_: {"contextcsn": [b"20261123080000.0Z#0"]},
        )


def _entries(case: bytes) -> str:
    """A line begins with the name of an attribute, or with ``dn``; what stands behind the colon are the bytes sent."""
    found: list[Any] = []
    for line in case.split(b"\n"):
        name, _, value = line.partition(b":")
        if name == b"dn":
            found.append((value.decode("utf-8", "replace"), {}))
        elif found:
            # python-ldap gives names as text, and values as they came.
            found[-1][1].setdefault(name.decode("utf-8", "replace"), []).append(value)
    outcome = ""
    for anchor in ("entryUUID", "objectGUID", None):
        session: Any = _Session(anchor, found)
        outcome = f"{reading(Reader(session, _SCHEMA, 7).pages(None), _SCHEMA)}"
    return outcome


def _published(case: bytes) -> str:
    """A line is a description; those that speak of SUP, MUST, MAY or a kind are taken for object classes."""
    classes = [
        line for line in case.split(b"\n") if any(w in line for w in (b"MUST", b"MAY", b"STRUCTURAL", b"ABSTRACT"))
    ]
    types = [line for line in case.split(b"\n") if line not in classes]
    session: Any = SimpleNamespace(
        name="ad", settings=SimpleNamespace(uri="ldap://x"),
        subschema=lambda _: {"objectclasses": classes, "attributetypes": types},
    )  # fmt: skip
    try:
        return f"{[len(one.attributes) for one in discover(session).values()][:3]}"
    except ConnectorError as error:
        return told(error, error.message, error.advice)


TARGETS = (
    Target(
        "ldap",
        _entries,
        (
            b"dn:cn=Ann,dc=x\nobjectClass:top\nobjectClass:person\nstructuralObjectClass:person\nentryUUID:7c1e\ncn:Ann\nmail:a@x\nmail:b@x\n"
            b"number:7\nactive:TRUE\nstart:20261123080000.5Z\nphoto:\x00\xff\nmanager:cn=Bo,dc=x\nobjectGUID:0123456789abcdef\n"
            b"dn:cn=all,dc=x\nobjectClass:group\nentryUUID:8\nmember:cn=Ann,dc=x\nmember:cn=nobody\nobjectGUID:0123456789abcdeg",
            b"dn:cn=x\nobjectclass:PERSON\nmember;range=0-1499:cn=a\nphoto;binary:\x01\nentryuuid:9\nobjectGUID:0123456789abcdee\ncn;lang-de:x",
        ),
        ("dn:", "\ndn:cn=x\n", "objectClass:person\n", "entryUUID:", "objectGUID:", "structuralObjectClass:", ";binary:", ";range=0-1:",
         "number:", "active:", "start:", "member:", "cn:", "TRUE", "0001010100Z", "99991231235959-0100", "+0100", "\0", "\n", ":", "\xff"),
        (("\n", ""), ("member:cn=", "\n"), ("cn=a,", "")),
        longest=20_000,  # a case is read three times
        quick=300,
    ),
    Target(
        "ldap-schemas",
        _published,
        (
            b"( 2.5.4.3 NAME ( 'cn' 'commonName' ) DESC 'RFC 4519' SUP name EQUALITY caseIgnoreMatch )\n"
            b"( 2.5.4.41 NAME 'name' SYNTAX 1.3.6.1.4.1.1466.115.121.1.15{32768} )\n"
            b"( 2.5.4.31 NAME 'member' SYNTAX 1.3.6.1.4.1.1466.115.121.1.12 SINGLE-VALUE USAGE userApplications )\n"
            b"( 2.5.6.0 NAME 'top' ABSTRACT MUST objectClass )\n"
            b"( 2.5.6.6 NAME 'person' SUP top STRUCTURAL MUST ( sn $ cn ) MAY ( member $ description ) X-ORIGIN 'a' )",
        ),
        ("(", ")", "'", "$", "{", "}", " NAME ", " SUP ", " MUST ", " MAY ", " SYNTAX ", " STRUCTURAL", " ABSTRACT", " DESC ", "\\27", "\\",
         " SINGLE-VALUE", " X-A ", "top", "cn", "2.5.6.6", "\n", " USAGE "),
        (("(", ")"), ("'", "'"), ("( ", " )"), ("SUP ", "")),
        longest=20_000,
        quick=200,
    ),
)  # fmt: skip
