"""Values as Active Directory keeps them (MS-DTYP), and as people read them."""

import pytest

from mimas.connectors.active_directory.values import filetime, guid, instant, password, sid
from mimas.connectors.contract import EntryError

DOMAIN = bytes.fromhex("0105000000000005150000001d2e4f8a55667788aabbccdd50040000")


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (bytes.fromhex("010100000000000512000000"), "S-1-5-18"),
        (bytes.fromhex("01020000000000052000000020020000"), "S-1-5-32-544"),
        (bytes.fromhex("0100000000000001"), "S-1-1"),
        (DOMAIN, "S-1-5-21-2320444957-2289526357-3721182122-1104"),
        (b"\x01\x01\x12\x34\x56\x78\x9a\xbc\xff\xff\xff\xff", "S-1-20015998343868-4294967295"),
    ],
)
def test_a_sid_is_read(raw: bytes, text: str) -> None:
    assert sid(raw) == text


@pytest.mark.parametrize(
    "raw", [b"", b"\x01", b"\x02" + DOMAIN[1:], DOMAIN[:-1], DOMAIN + b"\0", b"\x01\x01" + bytes(6)]
)
def test_a_damaged_sid_is_said(raw: bytes) -> None:
    with pytest.raises(EntryError, match="a security identifier is damaged"):
        sid(raw)


def test_a_guid_is_read_as_windows_shows_it() -> None:
    assert guid(bytes(range(16))) == "03020100-0504-0706-0809-0a0b0c0d0e0f"
    with pytest.raises(EntryError, match="a GUID is damaged"):
        guid(bytes(15))


@pytest.mark.parametrize(
    ("ticks", "text"),
    [
        (132539328000000000, "2021-01-01T00:00:00Z"),
        (132539328009999999, "2021-01-01T00:00:00Z"),
        (1, "1601-01-01T00:00:00Z"),
        (2650467743999999999, "9999-12-31T23:59:59Z"),
        (0, None),
        (-1, None),
        (0x7FFF_FFFF_FFFF_FFFF, None),
        (-0x8000_0000_0000_0000, None),
    ],
)
def test_an_instant_is_read_unless_it_stands_for_never(ticks: int, text: str | None) -> None:
    assert instant(b"%d" % ticks, "accountExpires") == text


@pytest.mark.parametrize("raw", [b"soon", b"", b"2650467744000000000", b"1.5"])
def test_what_is_no_instant_is_said(raw: bytes) -> None:
    with pytest.raises(EntryError, match="accountExpires is no FILETIME"):
        instant(raw, "accountExpires")


@pytest.mark.parametrize(
    ("text", "ticks"),
    [
        ("2021-01-01T00:00:00Z", 132539328000000000),
        ("2021-01-01T02:00:00+02:00", 132539328000000000),
        ("2021-01-01", 132539328000000000),
        ("1601-01-01T00:00:00Z", 0),
        ("9999-12-31T23:59:59Z", 2650467743990000000),
    ],
)
def test_an_instant_is_written(text: str, ticks: int) -> None:
    assert filetime(text) == b"%d" % ticks


@pytest.mark.parametrize("text", ["", "soon", "2021-13-01", "132539328000000000"])
def test_what_is_no_instant_is_not_written(text: str) -> None:
    with pytest.raises(ValueError, match="is no instant"):
        filetime(text)


def test_a_password_goes_in_quotes_and_sixteen_bits() -> None:
    assert password('a"ü😀') == b'"\x00a\x00"\x00\xfc\x00=\xd8\x00\xde"\x00'
