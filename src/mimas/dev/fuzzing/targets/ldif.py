"""LDIF: content and change records, whole and cut off, read and written."""

from functools import cache
from typing import Any

from mimas.connectors.contract import Additions, Entry, Export, Operation
from mimas.connectors.ldif import LdifConnector
from mimas.connectors.ldif.connector import LdifSettings
from mimas.dev.fuzzing.target import Target
from mimas.dev.fuzzing.targets.corpus import folder
from mimas.dev.fuzzing.targets.reading import discovered, of_bytes, written
from mimas.schema.attributes import NAME, Attribute, Kind, ObjectType

_ATTRIBUTES = (
    Attribute("cn"),
    Attribute("sn"),
    Attribute("uid"),
    Attribute("mail", multivalued=True),
    Attribute("objectClass", multivalued=True),
    Attribute("number", Kind.INTEGER),
    Attribute("active", Kind.BOOLEAN),
    Attribute("start", Kind.DATETIME),
    Attribute("photo", Kind.BINARY),
    Attribute("manager", Kind.REFERENCE),
    Attribute("member", Kind.REFERENCE, multivalued=True),
)


@cache
def _connector(anchor: str = "") -> LdifConnector:
    types = [
        ObjectType(name, {one.name: one for one in _ATTRIBUTES}, (anchor,) if anchor else ())
        for name in ("person", "groupOfNames")
    ]
    schema = {one.name: one for one in types}
    return LdifConnector("ad", LdifSettings.model_validate({"path": "in", "changes": "in"}), schema, folder(), 7)


def _check(case: bytes) -> str:
    connector = _connector()
    whole = of_bytes(connector, case)
    cut = case[: len(case) - 1 - (sum(case[-50:]) * 31) % max(len(case), 1)]
    part = of_bytes(connector, cut)
    assert not (part.complete and cut.strip() and not cut.endswith(b"\n") and part.entries), "cut off, and complete"
    written(connector, whole, _export)
    anchored = of_bytes(_connector("uid"), case)
    changes = of_bytes(connector, case, delta=True)
    return f"{whole}, {anchored.complete}, {changes}, {discovered(connector, case)}"


def _export(number: int, entry: Entry) -> Export:
    values: dict[str, Any] = {name: value for name, value in entry.values.items() if name != NAME}
    for name, several in entry.references.items():
        values[name] = several if name == "member" else several[0]
    return Export(number, Operation.ADD, entry.type, entry.anchor, entry.name, changes=Additions(values), values=values)


TARGETS = (
    Target(
        "ldif",
        _check,
        (
            b"version: 1\n\n# made by hand\ndn: cn=Ann,dc=x\nobjectClass: top\nobjectclass: Person\nCN: Ann\nsn:: TcO8bGxlcg==\n"
            b"mail: b@x\nmail: a@x\ndescription: fol\n ded\nnumber: 7\nactive: TRUE\nstart: 20261123080000Z\nphoto:: AAH/\n"
            b"manager: cn=B\n o,dc=x\nuid: 1\n\n\ndn:: Y249SsO2cmcsIG91PXgsZGM9eA==\nobjectClass:: Z3JvdXBPZk5hbWVz\n"
            b"member: cn=Ann,dc=x\nuid: 2\n",
            b"dn: cn=Bo,dc=x\nchangetype: modify\nreplace: mail\nmail: a@x\nmail: b@x\n-\nadd: member\nmember: cn=Ann,dc=x\n-\n"
            b"delete: sn\n-\n\ndn: cn=Ann,dc=x\nchangetype: delete\n\ndn: cn=Cy,dc=x\nchangetype: add\nobjectClass: person\ncn: Cy\n\n"
            b"dn: cn=Cy,dc=x\nchangetype: modrdn\nnewrdn: cn=Di\ndeleteoldrdn: 1\n",
            b"\xef\xbb\xbfdn: cn=x\r\nobjectClass: person\r\ncn;lang-de: y\r\nuserCertificate;binary:: AAEC\r\nurl:< file:///etc/passwd\r\n",
        ),
        ("dn: cn=Ann,dc=x\n", "dn:: ", "objectClass: person\n", "objectClass:: cGVyc29u\n", "changetype: modify\n", "changetype: ",
         "add: mail\n", "replace: number\n", "delete: member\n", "-\n", "\n", "\n\n", "\n ", ": ", ":: ", ":< ", "#", "AA==", "=", ",", "\\2C",
         "number: ", "uid: 1\n", "mail: ", "\0", "control: 1.2.3 true\n", "version: 1\n"),
        (("\n ", ""), ("\n", ""), ("#", "\n"), ("-\n", ""), ("dn: cn=a\n", ""), ("cn=a,", "")),
        longest=30_000,  # a case is read several times
        quick=300,
    ),
)  # fmt: skip
