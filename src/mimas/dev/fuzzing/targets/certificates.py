"""Certificates: every function about them, on damaged ones."""

from datetime import UTC, datetime
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding

from mimas.dev.fuzzing.target import Target, told
from mimas.language.errors import FlowError
from mimas.language.functions import REGISTRY
from mimas.language.results import to_value

_FUNCTIONS = [function for function in REGISTRY.values() if function.family == "certificates"]
_KINDS = ("SimpleName", "EmailName", "UpnName", "DnsName", "DnsFromAlternativeName", "UrlName")


def _check(case: bytes) -> str:
    outcomes = set()
    for function in _FUNCTIONS:
        more = [[kind, issuer] for kind in _KINDS for issuer in (True, False)] if function.fewest == 3 else [[]]
        for rest in more:
            try:
                outcomes.add(type(to_value(function.call(case, *rest))).__name__)
            except FlowError as error:
                outcomes.add(told(error))
    return " ".join(sorted(outcomes))


def _self_signed() -> bytes:
    """A certificate with names of every kind: the same one each time."""
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    oid = x509.NameOID
    parts = ((oid.COUNTRY_NAME, "GB"), (oid.STATE_OR_PROVINCE_NAME, "Kent"), (oid.COMMON_NAME, "Lee, Ann"))
    name = x509.Name([x509.NameAttribute(*part) for part in (*parts, (oid.EMAIL_ADDRESS, "ann@example.com"))])
    principal = x509.OtherName(x509.ObjectIdentifier("1.3.6.1.4.1.311.20.2.3"), b"\x0c\x05ann@x")
    others = [x509.RFC822Name("ann@example.com"), x509.DNSName("ann.example"), x509.DirectoryName(name), principal]
    others += [x509.UniformResourceIdentifier("https://example.com"), x509.IPAddress(ip_address("192.0.2.1"))]
    builder = x509.CertificateBuilder(name, name, key.public_key(), 0xF00D)
    builder = builder.not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
    builder = builder.not_valid_after(datetime(2057, 1, 1, tzinfo=UTC))
    builder = builder.add_extension(x509.SubjectAlternativeName(others), critical=False)
    builder = builder.add_extension(x509.IssuerAlternativeName(others[:2]), critical=False)
    builder = builder.add_extension(x509.KeyUsage(*[True] * 9), critical=True)
    return builder.sign(key, None).public_bytes(Encoding.DER)


TARGETS = (
    Target(
        "certificates",
        _check,
        (_self_signed(),),
        ("\x30\x82", "\x06\x03U\x04\x03", "\x0c\x05", "\x02\x01", "\xa0\x03\x02\x01\x03", "\x17\x0d", "\x18\x0f", "\xa3", "\x00", "\xff", "\x80"),
        (("\x30\x80", "\x00\x00"), ("\x30\x82\x01\x00", ""), ("\xa3\x82", "")),
        longest=10_000,
        quick=300,
    ),
)  # fmt: skip
