"""The DirSync control (MS-ADTS 3.1.1.3.4.1.3), which python-ldap does not bring."""

from typing import Any

from ldap.controls import LDAPControl, ResponseControl
from pyasn1.codec.ber import decoder, encoder
from pyasn1.error import PyAsn1Error
from pyasn1.type.namedtype import NamedType, NamedTypes
from pyasn1.type.univ import Integer, OctetString, Sequence

from mimas.connectors.contract import OutdatedError

OID = "1.2.840.113556.1.4.841"
_INCREMENTAL_VALUES = -0x8000_0000


class _Value(Sequence):  # type: ignore[misc] # pyasn1 has no types
    componentType = NamedTypes(  # noqa: N815 - pyasn1's name
        NamedType("flags", Integer()), NamedType("bytes", Integer()), NamedType("cookie", OctetString())
    )


class Request(LDAPControl):  # type: ignore[misc] # python-ldap has no types
    """The control of the question."""

    controlType = OID  # noqa: N815 - python-ldap's name
    criticality = True

    def __init__(self, cookie: bytes) -> None:
        self._cookie = cookie

    def encodeControlValue(self) -> bytes:  # noqa: N802 - python-ldap's name
        """The cookie, with changed members told one by one, in rounds of the size that the server likes."""
        value = _Value()
        for name, part in (("flags", _INCREMENTAL_VALUES), ("bytes", 0), ("cookie", self._cookie)):
            value[name] = part
        encoded: bytes = encoder.encode(value)
        return encoded


class Answer(ResponseControl):  # type: ignore[misc] # python-ldap has no types
    """The control of the answer: the next cookie, and whether there is more."""

    controlType = OID  # noqa: N815 - python-ldap's name
    cookie = b""
    more = False

    def decodeControlValue(self, encodedControlValue: bytes) -> None:  # noqa: N802, N803 - python-ldap's names
        """Raises `OutdatedError` when the server sends no cookie that could be understood."""
        try:
            value: Any = decoder.decode(encodedControlValue, asn1Spec=_Value())[0]
        except PyAsn1Error as error:
            raise OutdatedError("The directory sends a DirSync cookie that cannot be understood") from error
        self.cookie, self.more = bytes(value["cookie"]), bool(int(value["flags"]))
