"""Functions on certificates, with certificates made for the test."""

from base64 import b64encode
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from mimas.language.context import Context
from mimas.language.errors import FlowError
from mimas.language.expressions.codegen import compiled
from mimas.language.expressions.parser import parse
from mimas.language.functions.certificates import _principal

FROM, UNTIL = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def certificate() -> x509.Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    oid = x509.NameOID
    names = ((oid.COUNTRY_NAME, "GB"), (oid.STATE_OR_PROVINCE_NAME, "Kent"), (oid.COMMON_NAME, "Lee, Ann"))
    upn = x509.OtherName(x509.ObjectIdentifier("1.3.6.1.4.1.311.20.2.3"), b"\x0c\x05ann@x")
    alternatives = [x509.RFC822Name("ann@example.com"), x509.DNSName("ann.example"), upn]
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(*part) for part in names]))
        .issuer_name(x509.Name([x509.NameAttribute(oid.COMMON_NAME, "Issuing CA")]))
        .serial_number(0xF00D)
        .not_valid_before(FROM)
        .not_valid_after(UNTIL)
        .public_key(key.public_key())
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, SHA256())
    )


def run(text: str, certificate: x509.Certificate) -> object:
    values = {"cert": b64encode(certificate.public_bytes(Encoding.DER)).decode()}
    return compiled(parse(text))(values, Context(FROM))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("IsCert([cert])", True),
        ("CertVersion([cert])", "3"),
        ("CertFormat([cert])", "X509"),
        ("CertSerialNumber([cert])", "00F00D"),
        ("CertNotBefore([cert])", FROM),
        ("CertNotAfter([cert])", UNTIL),
        ("CertSubject([cert])", "CN=Lee\\, Ann, S=Kent, C=GB"),
        ("CertIssuer([cert])", "CN=Issuing CA"),
        ("CertSignatureAlgorithmOid([cert])", "1.2.840.10045.4.3.2"),
        ("CertKeyAlgorithm([cert])", "1.2.840.10045.2.1"),
        ("CertExtensionOids([cert])", ["2.5.29.19"]),
        ('CertNameInfo([cert], "SimpleName", False)', "Lee, Ann"),
        ('CertNameInfo([cert], "EmailName", False)', "ann@example.com"),
        ('CertNameInfo([cert], "UpnName", False)', "ann@x"),
        ('CertNameInfo([cert], "DnsName", False)', "ann.example"),
        ('CertNameInfo([cert], "DnsFromAlternativeName", True)', None),
        ('CertNameInfo([cert], "SimpleName", True)', "Issuing CA"),
    ],
)
def test_what_a_certificate_says(certificate: x509.Certificate, text: str, expected: object) -> None:
    assert run(text, certificate) == expected


def test_the_thumbprint_is_the_hash_that_windows_shows(certificate: x509.Certificate) -> None:
    assert run("CertThumbprint([cert])", certificate) == certificate.fingerprint(SHA1()).hex().upper()


def test_what_is_no_certificate_is_told(certificate: x509.Certificate) -> None:
    with pytest.raises(FlowError, match=r"^this is no certificate in DER form; IsCert\(\) tells beforehand$"):
        run('CertSubject("MAA=")', certificate)
    kinds = "SimpleName, EmailName, UpnName, DnsName, DnsFromAlternativeName, UrlName"
    with pytest.raises(FlowError, match=f"^CertNameInfo: 'NickName' is no kind of name; there is {kinds}$"):
        run('CertNameInfo([cert], "NickName", False)', certificate)


def made(
    subject: list[tuple[x509.ObjectIdentifier, str]],
    *alternatives: x509.GeneralName,
    issuer: bool = False,
    serial: int = 0x1234,
) -> x509.Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    kind = x509.IssuerAlternativeName if issuer else x509.SubjectAlternativeName
    builder = x509.CertificateBuilder().subject_name(x509.Name([x509.NameAttribute(*part) for part in subject]))
    builder = builder.issuer_name(x509.Name([x509.NameAttribute(*part) for part in subject]))
    builder = builder.serial_number(serial).not_valid_before(FROM).not_valid_after(UNTIL).public_key(key.public_key())
    return (builder.add_extension(kind(alternatives), critical=False) if alternatives else builder).sign(key, SHA256())


OID = x509.NameOID
UPN = x509.ObjectIdentifier("1.3.6.1.4.1.311.20.2.3")


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("simplename", "Ann"),
        ("EmailName", "ann@x"),
        ("UpnName", None),
        ("DnsName", "Ann"),
        ("DnsFromAlternativeName", None),
        ("UrlName", None),
    ],
)
def test_without_alternative_names_the_distinguished_name_is_asked(kind: str, expected: str | None) -> None:
    certificate = made([(OID.COMMON_NAME, "Ann"), (OID.EMAIL_ADDRESS, "ann@x")])
    assert run(f'CertNameInfo([cert], "{kind}", False)', certificate) == expected
    assert run("CertSubject([cert])", certificate) == "E=ann@x, CN=Ann"
    assert run("CertSerialNumber([cert])", certificate) == "1234"
    assert run("CertExtensionOids([cert])", certificate) == []


@pytest.mark.parametrize(("serial", "shown"), [(0x7F, "7F"), (0x80, "0080"), (1, "01")])
def test_a_serial_number_has_as_many_digits_as_its_bytes(serial: int, shown: str) -> None:
    assert run("CertSerialNumber([cert])", made([(OID.COMMON_NAME, "Ann")], serial=serial)) == shown


def test_alternative_names_of_the_issuer_are_its_own() -> None:
    url = x509.UniformResourceIdentifier("https://ca.example")
    certificate = made([(OID.EMAIL_ADDRESS, "ca@x")], url, issuer=True)
    assert run('CertNameInfo([cert], "UrlName", True)', certificate) == "https://ca.example"
    assert run('CertNameInfo([cert], "UrlName", False)', certificate) is None
    assert run('CertNameInfo([cert], "SimpleName", True)', certificate) == "ca@x"
    assert run('CertNameInfo([cert], "DnsName", True)', certificate) is None


@pytest.mark.parametrize(
    ("der", "expected"),
    [
        (b"\x0c\x01a", "a"),
        (b"\x0c\x00", ""),
        (b"\x0c", None),
        (b"", None),
        (b"\x0c\x02a", None),
        (b"\x13\x01a", None),
        (b"\x0c\x01\xff", "\ufffd"),
    ],
)
def test_a_principal_name_is_a_short_text_or_none(der: bytes, expected: str | None) -> None:
    assert _principal(x509.OtherName(UPN, der)) == expected
    assert _principal(x509.OtherName(x509.ObjectIdentifier("1.2.3"), der)) is None
    assert _principal(x509.DNSName("a")) is None
