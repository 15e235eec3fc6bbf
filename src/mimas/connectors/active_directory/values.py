"""Values as Active Directory keeps them, and as people read them."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from mimas.connectors.contract import EntryError
from mimas.connectors.texts import in_utc

PASSWORD = "unicodePwd"  # noqa: S105 - the name of the attribute
"""The password of an account: written, never read (MS-ADTS 3.1.1.3.1.5)."""

SIDS = frozenset({"objectsid", "sidhistory", "securityidentifier", "tokengroups"})
GUIDS = frozenset({"objectguid", "ms-ds-consistencyguid", "parentguid"})

FILETIMES = frozenset(
    {
        "accountexpires",
        "badpasswordtime",
        "lastlogoff",
        "lastlogon",
        "lastlogontimestamp",
        "lockouttime",
        "ms-mcs-admpwdexpirationtime",
        "msds-lastfailedinteractivelogontime",
        "msds-lastsuccessfulinteractivelogontime",
        "msds-userpasswordexpirytimecomputed",
        "mslaps-passwordexpirationtime",
        "pwdlastset",
    }
)
"""Attributes whose whole numbers are instants (MS-DTYP 2.3.3)."""

_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_NEVER = 0x7FFF_FFFF_FFFF_FFFF


def sid(raw: bytes) -> str:
    """A security identifier in its text form (MS-DTYP 2.4.2). Raises `EntryError`."""
    count = raw[1] if len(raw) > 1 else -1
    if raw[:1] != b"\x01" or len(raw) != 8 + 4 * count:
        raise EntryError("invalid-attribute-value", "a security identifier is damaged", "Declare it as binary.")
    parts = [int.from_bytes(raw[at : at + 4], "little") for at in range(8, len(raw), 4)]
    return "-".join(("S-1", str(int.from_bytes(raw[2:8], "big")), *map(str, parts)))


def guid(raw: bytes) -> str:
    """A GUID in its text form (MS-DTYP 2.3.4.2). Raises `EntryError`."""
    if len(raw) != 16:
        raise EntryError("invalid-attribute-value", "a GUID is damaged", "Declare it as binary.")
    return str(UUID(bytes_le=raw))


def instant(raw: bytes, attribute: str) -> str | None:
    """A FILETIME as an instant; none for those that stand for *never* or *not yet*. Raises `EntryError`."""
    try:
        ticks = int(raw)
        moment = _EPOCH + timedelta(microseconds=ticks // 10)
    except (ValueError, OverflowError):
        if raw in (b"%d" % _NEVER, b"-1", b"%d" % (-_NEVER - 1)):
            return None
        text = f"{attribute} is no FILETIME: {raw[:40]!r}"
        raise EntryError("invalid-attribute-value", text, "Declare it as integer.") from None
    return moment.replace(microsecond=0, tzinfo=None).isoformat() + "Z" if ticks > 0 else None


def filetime(value: str) -> bytes:
    """An instant as a FILETIME. Raises `ValueError` with the reason."""
    try:
        moment = in_utc(datetime.fromisoformat(value))
    except ValueError:
        raise ValueError(f"is no instant: {value!r}") from None
    return b"%d" % ((moment - _EPOCH) // timedelta(microseconds=1) * 10)


def password(value: str) -> bytes:
    """A password as ``unicodePwd`` takes it: in quotes, UTF-16 (MS-ADTS 3.1.1.3.1.5)."""
    return f'"{value}"'.encode("utf-16-le")
