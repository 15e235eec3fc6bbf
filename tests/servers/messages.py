"""LDAP's messages (RFC 4511) as pyasn1 reads and writes them, for a stub of a directory."""

import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from pyasn1.codec.ber import decoder, encoder
from pyasn1.error import SubstrateUnderrunError
from pyasn1.type.namedtype import NamedType, NamedTypes, OptionalNamedType
from pyasn1.type.tag import Tag, tagClassApplication, tagClassContext, tagFormatConstructed, tagFormatSimple
from pyasn1.type.univ import Any as AnyValue
from pyasn1.type.univ import Choice, Integer, Null, Sequence, SetOf
from pyasn1_modules import rfc2251

Values = Mapping[str, list[bytes]]


def _tagged(type_: Any, number: int) -> Any:
    return type_.subtype(implicitTag=Tag(tagClassContext, tagFormatConstructed, number))


class _Filter(Choice):  # type: ignore[misc] # pyasn1 has no types
    """A filter of any depth; that of rfc2251 ends at the third."""

    componentType = NamedTypes(  # noqa: N815 - pyasn1's name
        NamedType("and", _tagged(SetOf(componentType=AnyValue()), 0)),
        NamedType("or", _tagged(SetOf(componentType=AnyValue()), 1)),
        NamedType("not", AnyValue().subtype(explicitTag=Tag(tagClassContext, tagFormatConstructed, 2))),
        *(rfc2251.Filter.componentType[at] for at in range(3, len(rfc2251.Filter.componentType))),
    )


class _Search(Sequence):  # type: ignore[misc] # pyasn1 has no types
    tagSet = rfc2251.SearchRequest.tagSet  # noqa: N815 - pyasn1's name
    componentType = NamedTypes(  # noqa: N815 - pyasn1's name
        *(rfc2251.SearchRequest.componentType[at] for at in range(6)),
        NamedType("filter", AnyValue()),
        NamedType("attributes", rfc2251.AttributeDescriptionList()),
    )


class _Delete(rfc2251.LDAPDN):  # type: ignore[misc] # pyasn1 has no types
    """A name alone, which rfc2251 takes for something that has parts."""

    tagSet = rfc2251.LDAPDN.tagSet.tagImplicitly(Tag(tagClassApplication, tagFormatSimple, 10))  # noqa: N815


class _Question(Sequence):  # type: ignore[misc] # pyasn1 has no types
    componentType = NamedTypes(  # noqa: N815 - pyasn1's name
        NamedType("messageID", Integer()),
        NamedType(
            "protocolOp",
            Choice(
                componentType=NamedTypes(
                    NamedType("bind", rfc2251.BindRequest()),
                    NamedType("unbind", rfc2251.UnbindRequest()),
                    NamedType("search", _Search()),
                    NamedType("modify", rfc2251.ModifyRequest()),
                    NamedType("add", rfc2251.AddRequest()),
                    NamedType("delete", _Delete()),
                    NamedType("rename", rfc2251.ModifyDNRequest()),
                    NamedType("abandon", Null()),
                )
            ),
        ),
        OptionalNamedType("controls", _tagged(rfc2251.Controls(), 0)),
    )


_ANSWERS = {"bind": "bindResponse", "search": "searchResDone", "modify": "modifyResponse", "add": "addResponse"}
_ANSWERS |= {"delete": "delResponse", "rename": "modDNResponse"}


class Question:
    """One request: its operation, what it says, and the values of its controls."""

    def __init__(self, message: Any) -> None:
        self.number = int(message["messageID"])
        self.operation: str = message["protocolOp"].getName()
        self.content: Any = message["protocolOp"].getComponent()
        given = message["controls"] if message["controls"].isValue else []
        self.controls = {
            str(one["controlType"]): bytes(one["controlValue"]) if one["controlValue"].isValue else b"" for one in given
        }


def questions(wire: socket.socket) -> Iterator[Question]:
    """What a client asks, until it leaves."""
    received = b""
    while data := wire.recv(65_536):
        received += data
        with suppress(SubstrateUnderrunError):  # There is more to come.
            while received:
                whole, received = decoder.decode(received, asn1Spec=AnyValue())
                yield Question(decoder.decode(bytes(whole), asn1Spec=_Question())[0])


def entry(question: Question, name: str, attributes: Values) -> bytes:
    """An entry that was found."""
    message = rfc2251.LDAPMessage()
    message["messageID"] = question.number
    found = message["protocolOp"]["searchResEntry"]
    found["objectName"] = name.encode()
    found["attributes"].clear()
    for at, (key, values) in enumerate(attributes.items()):
        found["attributes"][at]["type"] = key.encode()
        found["attributes"][at]["vals"].extend(values)
    encoded: bytes = encoder.encode(message)
    return encoded


def done(question: Question, code: int = 0, text: str = "", referral: str = "", **controls: bytes) -> bytes:
    """The result; the names of controls are written with underscores."""
    message = rfc2251.LDAPMessage()
    message["messageID"] = question.number
    result = message["protocolOp"][_ANSWERS[question.operation]]
    result["resultCode"], result["matchedDN"], result["errorMessage"] = code, b"", text.encode()
    if referral:
        result["referral"][0] = referral.encode()
    for at, (name, value) in enumerate(controls.items()):
        message["controls"][at]["controlType"] = name.replace("_", ".").strip(".").encode()
        message["controls"][at]["controlValue"] = value
    encoded: bytes = encoder.encode(message)
    return encoded


_BITS = b"1.2.840.113556.1.4.803"

Condition = Callable[[Values], bool]
"""Whether attributes, their names in lower case, fulfil a filter."""


def condition(encoded: Any) -> Condition:
    """A filter of and, or, not, equality, presence, and of bits that are set."""
    one = decoder.decode(bytes(encoded), asn1Spec=_Filter())[0]
    kind, inner = one.getName(), one.getComponent()
    if kind in ("and", "or"):
        parts, together = [condition(part) for part in inner], all if kind == "and" else any
        return lambda found: together(part(found) for part in parts)
    if kind == "not":
        part = condition(inner)
        return lambda found: not part(found)
    if kind == "present":
        name = bytes(inner).decode().lower()
        return lambda found: name in found
    if kind == "extensibleMatch" and bytes(inner["matchingRule"]) == _BITS:
        name, bits = bytes(inner["type"]).decode().lower(), int(bytes(inner["matchValue"]))
        return lambda found: any(int(value) & bits == bits for value in found.get(name, []))
    if kind != "equalityMatch":
        raise NotImplementedError(f"the stub knows no filter of the kind {kind}")
    name, wanted = bytes(inner["attributeDesc"]).decode().lower(), bytes(inner["assertionValue"])
    return lambda found: any(wanted.lower() == value.lower() for value in found.get(name, []))
