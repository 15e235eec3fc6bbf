"""DSML: listings and batches of changes, whole and cut off, read and written."""

import re
from base64 import b64encode
from functools import cache
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from mimas.connectors.contract import Additions, Entry, Export, Operation
from mimas.connectors.dsml import DsmlConnector
from mimas.connectors.dsml.connector import DsmlSettings
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
def _connector(anchor: str = "") -> DsmlConnector:
    types = [
        ObjectType(name, {one.name: one for one in _ATTRIBUTES}, (anchor,) if anchor else ())
        for name in ("person", "groupOfNames")
    ]
    schema = {one.name: one for one in types}
    return DsmlConnector("ad", DsmlSettings.model_validate({"path": "in", "changes": "in"}), schema, folder(), 7)


def _check(case: bytes) -> str:
    connector = _connector()
    whole = of_bytes(connector, case)
    text = case.rstrip(b" \t\r\n\0")
    if whole.complete and text.endswith(b">"):
        cut = text[: len(text) - 1 - (sum(text[-50:]) * 31) % max(len(text) - 1, 1)]
        part = of_bytes(connector, cut)
        assert not part.complete or _is_over(text[len(cut) :]), "cut off, and complete"
        assert part.entries == whole.entries[: len(part.entries)], "what stands before the cut is another one"
    written(connector, whole, _export)
    written(connector, of_bytes(connector, _of_pieces(case)), _export)
    anchored = of_bytes(_connector("uid"), case)
    changes = of_bytes(connector, case, delta=True)
    return f"{whole}, {anchored.complete}, {changes}, {discovered(connector, case)}"


def _of_pieces(case: bytes) -> bytes:
    """A document that is XML, with parts of the case as names and values: most cases are no XML any more."""
    pieces = [_NO_XML.sub("", one) for one in case[:3_000].decode(errors="replace").split("<")]
    entries = []
    for begin in range(0, len(pieces), 6):
        name, *values = pieces[begin : begin + 6]
        some = "".join(
            f"<attr name={quoteattr(attribute)}><value>{escape(value)}</value></attr>"
            for attribute, value in zip(_TEXTS, values, strict=False)
        )
        some += f'<attr name="photo"><value{_BASE64}>{b64encode(name.encode()).decode()}</value></attr>'
        entries.append(f"<searchResultEntry dn={quoteattr(f'cn={name}')}>{_PERSON}{some}</searchResultEntry>")
    return (
        f"<batchResponse {_SPACES}><searchResponse>{''.join(entries)}{_DONE}</searchResponse></batchResponse>".encode()
    )


def _is_over(rest: bytes) -> bool:
    """Whether what was cut off says nothing: comments and instructions behind the end."""
    rest = rest.lstrip(b"\0 \t\r\n")
    return rest.startswith((b"<!", b"<?", b"<\0!", b"<\0?"))


def _export(number: int, entry: Entry) -> Export:
    values: dict[str, Any] = {name: value for name, value in entry.values.items() if name != NAME}
    for name, several in entry.references.items():
        values[name] = several if name == "member" else several[0]
    return Export(number, Operation.ADD, entry.type, entry.anchor, entry.name, changes=Additions(values), values=values)


_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BASE64 = ' xsi:type="xsd:base64Binary"'
_TEXTS = ("cn", "sn", "mail", "manager", "member")
_PERSON = '<attr name="objectClass"><value>person</value></attr>'
_SPACES = 'xmlns="urn:oasis:names:tc:DSML:2:0:core" xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
_DONE = '<searchResultDone><resultCode code="0" descr="success"/></searchResultDone>'
_LISTING = f"""<?xml version="1.0" encoding="UTF-8"?>
<!-- made by hand --><batchResponse {_SPACES}><searchResponse requestID="1">
<searchResultEntry dn="cn=Ann,dc=x"><attr name="objectClass"><value>top</value><value>Person</value></attr>
<attr name="CN"><value>Ann</value></attr><attr name="sn"><value xsi:type="xsd:base64Binary">TcO8bGxlcg==</value></attr>
<attr name="mail"><value>b@x</value><value>a&amp;&#64;x</value></attr><attr name="number"><value>7</value></attr>
<attr name="active"><value>TRUE</value></attr><attr name="start"><value>20261123080000Z</value></attr>
<attr name="photo"><value xsi:type="xsd:base64Binary">AAH/</value></attr><attr name="manager"><value>cn=Bo,dc=x</value></attr>
<attr name="uid"><value>1</value></attr></searchResultEntry>
<searchResultEntry dn="cn=Jörg, ou=x,dc=x"><attr name="objectClass"><value>groupOfNames</value></attr>
<attr name="member"><value>cn=Ann,dc=x</value></attr><attr name="uid"><value><![CDATA[2]]></value></attr></searchResultEntry>
{_DONE}</searchResponse></batchResponse>
"""
_CHANGES = f"""<batchRequest {_SPACES}><modifyRequest dn="cn=Bo,dc=x">
<modification name="mail" operation="replace"><value>a@x</value><value>b@x</value></modification>
<modification name="member" operation="add"><value>cn=Ann,dc=x</value></modification><modification name="sn" operation="delete"/></modifyRequest>
<delRequest dn="cn=Ann,dc=x"/><addRequest dn="cn=Cy,dc=x"><attr name="objectClass"><value>person</value></attr><attr name="cn"><value>Cy</value></attr></addRequest>
<modDNRequest dn="cn=Cy,dc=x" newrdn="cn=Di" deleteoldrdn="true" newSuperior="dc=y"/></batchRequest>
"""
_FIRST = """<dsml:dsml xmlns:dsml="http://www.dsml.org/DSML"><dsml:directory-entries><dsml:entry dn="cn=Ann,dc=x"><dsml:objectclass>
<dsml:oc-value>person</dsml:oc-value></dsml:objectclass><dsml:attr name="photo"><dsml:value encoding="base64">AAH/</dsml:value></dsml:attr>
</dsml:entry></dsml:directory-entries></dsml:dsml>"""

TARGETS = (
    Target(
        "dsml",
        _check,
        (
            _LISTING.encode(),
            _CHANGES.encode(),
            _FIRST.encode(),
            _LISTING.replace("UTF-8", "ISO-8859-1").encode("latin-1"),
            _LISTING.replace("UTF-8", "UTF-16").encode("utf-16"),
            f'<searchResponse {_SPACES}><searchResultEntry dn="cn=A,dc=x"><attr name="objectClass"><value>person</value></attr></searchResultEntry>{_DONE}</searchResponse>'.encode(),
            f'<batchResponse {_SPACES}><searchResponse><searchResultDone><resultCode code="4" descr="sizeLimitExceeded"/></searchResultDone></searchResponse><errorResponse type="other"/></batchResponse>'.encode(),
        ),
        ('<searchResultEntry dn="cn=B,dc=x">', "</searchResultEntry>", '<attr name="mail">', "</attr>", "<value>", "</value>", "<value/>",
         ' xsi:type="xsd:base64Binary"', ' xsi:type="xsd:anyURI"', ' encoding="base64"', ' name="number"', ' dn="cn=C"', ' operation="add"',
         "<modification", "<delRequest", "<searchResponse>", "</searchResponse>", "</batchResponse>", "</batchRequest>", _DONE, "<![CDATA[", "]]>",
         "<!--", "-->", "<?x ?>", "&#0;", "&#13;", "&#xD800;", "&lt;", "&x;", '<!DOCTYPE a [<!ENTITY x "y">]>', ' xmlns=""', "objectClass", "person",
         "\0", '"', ">", "/>", "=", ",", "AA==", "\xc3"),
        (("<value>", "</value>"), ('<attr name="mail">', "</attr>"), ("<a>", "</a>"), ("<searchResponse>", "</searchResponse>"),
         ("<![CDATA[", "]]>"), ("<!--", "-->"), ("cn=a,", "")),
        longest=30_000,  # a case is read several times
        quick=300,
    ),
)  # fmt: skip
