"""Functions that turn one kind of value into another. Binary values come as ``bytes`` or as base64 text."""

import base64
import hashlib
import uuid
from typing import Any

from mimas.language.coercion import absent, as_binary, as_boolean, as_number, as_text, fits, one, sized
from mimas.language.errors import FlowError
from mimas.language.functions.registry import function

_ENCODINGS = {"unicode": "utf-16-le", "ascii": "ascii", "utf8": "utf-8"}


@function("CStr", aliases=("ConvertToString",))
def c_str(value: Any) -> Any:
    """Text of a number, a reference, a boolean, a date or binary (base64), for each value of a list.

    ``CStr(1.50)`` -> ``"1.5"``
    ``CStr(True)`` -> ``"True"``
    """
    if type(value) is list:
        return [as_text(part) for part in value]
    return None if value is None else as_text(value)


@function("CBool", aliases=("ConvertToBoolean",))
def c_bool(value: Any) -> bool | None:
    """False for 0 and ``"False"``, True for other numbers and ``"True"``; absent stays absent.

    ``CBool(BitAnd(6, 2))`` -> ``True``
    ``CBool("false")`` -> ``False``
    """
    value = one(value)
    if absent(value):
        return None
    if isinstance(value, bool) or (isinstance(value, str) and value.casefold() in ("true", "false")):
        return as_boolean(value)
    return as_number(value) != 0


@function("CNum", aliases=("ConvertToNumber",))
def c_num(value: Any) -> int | float | None:
    """The number that a text spells, or that binary holds with its lowest byte first.

    ``CNum("42")`` -> ``42``
    """
    value = one(value)
    if absent(value):
        return None
    return sized(int.from_bytes(value, "little") if isinstance(value, bytes) else as_number(value))


@function("CBin")
def c_bin(number: int, length: int) -> bytes:
    """A number as binary of a length, lowest byte first (Entra Connect, used in its stock rules).

    ``ConvertToBase64(CBin(258, 2))`` -> ``"AgE="``
    """
    if not 0 < length <= 1024 or number < 0:
        raise FlowError("CBin: takes numbers from 0 and 1 to 1024 bytes")
    return number.to_bytes(length, "little")


@function("CRef")
def c_ref(text: str) -> str:
    """A reference: the text is the name of an object.

    ``CRef("cn=Joe,dc=example")`` -> ``"cn=Joe,dc=example"``
    """
    return text


@function(
    "CGuid",
    aliases=(
        "ConvertStringToGuid",
        "ConvertToGuid",
        "ConvertToUniqueIdentifier",
    ),
)
def c_guid(text: str) -> bytes:
    """The 16 bytes of a GUID, in Windows' order. MIM: ConvertStringToGuid.

    ``StringFromGuid(CGuid("{6a2f1b8e-0c4d-4f7a-9b1e-2d3c4b5a6978}"))`` -> ``"6a2f1b8e-0c4d-4f7a-9b1e-2d3c4b5a6978"``
    """
    return uuid.UUID(text).bytes_le


@function("StringFromGuid")
def string_from_guid(value: bytes) -> str:
    """The text of a GUID of 16 bytes.

    ``StringFromGuid("jhsvak0Mek+bHi08S1ppeA==")`` -> ``"6a2f1b8e-0c4d-4f7a-9b1e-2d3c4b5a6978"``
    """
    return str(uuid.UUID(bytes_le=value))


@function("StringFromSid", aliases=("ConvertSidToString",))
def string_from_sid(value: bytes) -> str:
    """The text of a security identifier ([MS-DTYP] 2.4.2). MIM: ConvertSidToString.

    ``StringFromSid("AQIAAAAAAAUgAAAAIAIAAA==")`` -> ``"S-1-5-32-544"``
    """
    if len(value) < 8 or len(value) != 8 + 4 * value[1]:
        raise FlowError("StringFromSid: this is no security identifier")
    parts = [int.from_bytes(value[start : start + 4], "little") for start in range(8, len(value), 4)]
    return "-".join(map(str, ["S", value[0], int.from_bytes(value[2:8], "big"), *parts]))


@function("ConvertToBase64")
def convert_to_base64(value: str | bytes) -> str:
    """Base64 of binary, or of text in UTF-16 with its low bytes first.

    ``ConvertToBase64("Hello world!")`` -> ``"SABlAGwAbABvACAAdwBvAHIAbABkACEA"``
    """
    data = value if isinstance(value, bytes) else value.encode("utf-16-le")
    fits(len(data) * 4 // 3)
    return base64.b64encode(data).decode()


@function("ConvertFromBase64")
def convert_from_base64(value: bytes, encoding: str = "Unicode") -> str:
    """The text that base64 holds in an encoding: Unicode (UTF-16, the default), ASCII or UTF8.

    ``ConvertFromBase64("SABlAGwAbABvACAAdwBvAHIAbABkACEA")`` -> ``"Hello world!"``
    ``ConvertFromBase64("SGVsbG8gd29ybGQh", UTF8)`` -> ``"Hello world!"``
    """
    if encoding.casefold() not in _ENCODINGS:
        raise FlowError(f"ConvertFromBase64: {encoding!r} is none of Unicode, ASCII, UTF8")
    return value.decode(_ENCODINGS[encoding.casefold()])


@function("ConvertToUTF8Hex")
def convert_to_utf8_hex(text: str) -> str:
    """The bytes of the text in UTF-8 as hexadecimal digits.

    ``ConvertToUTF8Hex("Hello world!")`` -> ``"48656C6C6F20776F726C6421"``
    """
    data = text.encode()
    fits(2 * len(data))
    return data.hex().upper()


@function("ConvertFromUTF8Hex")
def convert_from_utf8_hex(text: str) -> str:
    """The text whose bytes in UTF-8 these hexadecimal digits are.

    ``ConvertFromUTF8Hex("48656C6C6F20776F726C6421")`` -> ``"Hello world!"``
    """
    return bytes.fromhex(text).decode()


@function("Thumbprint")
def thumbprint(value: bytes) -> bytes:
    """SHA-256 of binary (Entra Connect, undocumented; the hash that a key credential needs, [MS-ADTS] 2.2.20.6).

    ``ConvertToBase64(Thumbprint("AA=="))`` -> ``"bjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0="``
    """
    return hashlib.sha256(value).digest()


def stored_as_binary(value: Any) -> Any:
    """The value of a binary attribute as ``bytes``, so that Mid, Len and ConvertToBase64 count bytes, not base64.

    Code that reads binary attributes wraps its reading in this: ``names["b"] = stored_as_binary``.
    """
    if type(value) is list:
        return [as_binary(part) for part in value]
    return None if value is None else as_binary(value)
