import pytest

from mimas.connectors.contract import EntryError
from mimas.schema.attributes import Kind

syntax = pytest.importorskip("mimas.connectors.ldap.syntax", reason="python-ldap is not installed")


@pytest.mark.parametrize(
    ("raw", "kind", "value"),
    [
        (b"20261123080000Z", Kind.DATETIME, "2026-11-23T08:00:00Z"),
        (b"20261123080000.0Z", Kind.DATETIME, "2026-11-23T08:00:00Z"),
        (b"202611230800Z", Kind.DATETIME, "2026-11-23T08:00:00Z"),
        (b"20261123093000+0130", Kind.DATETIME, "2026-11-23T08:00:00Z"),
        (b"TRUE", Kind.BOOLEAN, True),
        (b"false", Kind.BOOLEAN, False),
        (b"-17", Kind.INTEGER, -17),
        (b"\x00\xff", Kind.BINARY, "AP8="),
        ("Анна".encode(), Kind.STRING, "Анна"),
    ],
)
def test_decode(raw: bytes, kind: Kind, value: object) -> None:
    decoded = syntax.decode(raw, kind, "a")
    assert decoded == value
    assert syntax.decode(syntax.encode(decoded, kind), kind, "a") == value


@pytest.mark.parametrize(
    ("raw", "kind", "code"),
    [
        (b"soon", Kind.DATETIME, "invalid-attribute-value"),
        (b"maybe", Kind.BOOLEAN, "invalid-boolean-value"),
        (b"1.5", Kind.INTEGER, "invalid-numeric-value"),
        (b"\xe4", Kind.STRING, "parse-error"),
    ],
)
def test_what_does_not_fit_is_told(raw: bytes, kind: Kind, code: str) -> None:
    with pytest.raises(EntryError) as caught:
        syntax.decode(raw, kind, "a")
    assert (caught.value.code, bool(caught.value.advice)) == (code, True)


@pytest.mark.parametrize(("value", "kind"), [("***", Kind.BINARY), ("soon", Kind.DATETIME)])
def test_what_cannot_be_sent_is_told(value: str, kind: Kind) -> None:
    with pytest.raises(ValueError, match="is no"):
        syntax.encode(value, kind)


def test_an_object_guid_is_written_as_people_know_it() -> None:
    raw = bytes.fromhex("33221100554477668899aabbccddeeff")
    assert syntax.anchor(raw, "objectGUID") == "00112233-4455-6677-8899-aabbccddeeff"
