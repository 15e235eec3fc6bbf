"""Values between the wire's bytes and the vocabulary's kinds (RFC 4517)."""

import base64
import binascii
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from mimas.connectors.contract import EntryError
from mimas.connectors.texts import as_key, in_utc, integer
from mimas.schema.attributes import Kind
from mimas.schema.values import Scalar

_BOOLEANS = {b"TRUE": True, b"FALSE": False}
_NUMBER, _BOOLEAN, _TIME = "invalid-numeric-value", "invalid-boolean-value", "invalid-attribute-value"


def decode(raw: bytes, kind: Kind, attribute: str) -> Scalar:
    """One value off the wire. Raises `EntryError`."""
    if kind is Kind.BINARY:
        return base64.b64encode(raw).decode()
    if kind is Kind.BOOLEAN:
        if (truth := _BOOLEANS.get(raw.upper())) is None:
            raise EntryError(_BOOLEAN, f"{attribute} is neither TRUE nor FALSE: {raw[:40]!r}", "Declare it as string.")
        return truth
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise EntryError("parse-error", f"{attribute} is not UTF-8 text", "Declare it as binary.") from None
    if kind is Kind.INTEGER:
        try:
            return integer(text)
        except ValueError:
            raise EntryError(_NUMBER, f"{attribute} is no integer: {text[:40]!r}", "Declare it as string.") from None
    if kind is Kind.REFERENCE:
        return as_key(text, attribute)
    return _instant(text, attribute) if kind is Kind.DATETIME else text


def _instant(text: str, attribute: str) -> str:
    with suppress(ValueError):
        # Generalised time is ISO 8601's basic format but for the T (RFC 4517 section 3.3.13).
        moment = datetime.fromisoformat(f"{text[:8]}T{text[8:]}")
        if moment.tzinfo:
            return in_utc(moment).replace(microsecond=0, tzinfo=None).isoformat() + "Z"
    raise EntryError(_TIME, f"{attribute} is no generalised time: {text[:40]!r}", "Declare it as string.")


def encode(value: Scalar, kind: Kind) -> bytes:
    """One value for the wire. Raises `ValueError` with the reason."""
    if kind is Kind.BINARY:
        try:
            return base64.b64decode(str(value), validate=True)
        except binascii.Error:
            raise ValueError("is not base64") from None
    if isinstance(value, bool):
        return b"TRUE" if value else b"FALSE"
    if kind is Kind.DATETIME:
        try:
            moment = in_utc(datetime.fromisoformat(str(value)))
        except ValueError:
            raise ValueError(f"is no instant: {value!r}") from None
        return moment.strftime("%Y%m%d%H%M%SZ").encode()
    return str(value).encode()


def anchor(raw: bytes, attribute: str) -> str:
    """The system's own identifier as text; Active Directory's is 16 bytes, little-endian (MS-DTYP 2.3.4.2).

    Raises `EntryError`.
    """
    try:
        return str(UUID(bytes_le=raw)) if attribute == "objectGUID" else as_key(raw.decode(), attribute)
    except ValueError:
        advice = "Look at what the directory gives its objects."
        raise EntryError("invalid-attribute-value", f"{attribute} is no identifier: {raw[:40]!r}", advice) from None
