"""Functions on X.509 certificates, binary or base64 of DER, as ``userCertificate`` holds them (Entra Connect: Cert…).

Source: learn.microsoft.com, "Microsoft Entra Connect Sync: Functions Reference"; what is printed follows .NET's
X509Certificate2, whose properties the functions name. Names are written as .NET writes them but for quotation marks
around values with special characters: those are escaped by a backslash (RFC 4514).
"""

from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from mimas.language.coercion import as_binary
from mimas.language.errors import FlowError
from mimas.language.functions.registry import function

if TYPE_CHECKING:
    from cryptography.x509 import Certificate, Extensions, Name

_KEPT = 256
"""So many certificates are kept parsed: rules ask several things of one."""


@lru_cache(maxsize=_KEPT)
def _certificate(data: bytes) -> "Certificate":
    # Imported when the first certificate is read: it takes a tenth of a second.
    from cryptography.x509 import InvalidVersion, load_der_x509_certificate

    try:
        return load_der_x509_certificate(data)
    except (ValueError, InvalidVersion):
        raise FlowError("this is no certificate in DER form; IsCert() tells beforehand") from None


def _extensions(certificate: bytes) -> "Extensions":
    from cryptography.x509 import DuplicateExtension, UnsupportedGeneralNameType

    try:
        return _certificate(certificate).extensions
    except (ValueError, DuplicateExtension, UnsupportedGeneralNameType) as error:
        raise FlowError(f"the extensions of the certificate cannot be read: {error}") from None


@function("IsCert")
def is_cert(value: Any) -> bool:
    """The binary, or base64 text, is a certificate.

    ``IsCert("MAA=")`` -> ``False``
    ``IsCert(NULL)`` -> ``False``
    """
    try:
        _certificate(as_binary(value))
    except (FlowError, TypeError):
        return False
    return True


@function("CertVersion")
def cert_version(certificate: bytes) -> str:
    """The version of the certificate's format, ``3`` as a rule.

    ``CertVersion(NULL)`` -> ``NULL``
    """
    return str(_certificate(certificate).version.value + 1)


@function("CertFormat")
def cert_format(certificate: bytes) -> str:
    """The name of the format, which is always ``X509``.

    ``CertFormat(NULL)`` -> ``NULL``
    """
    _certificate(certificate)
    return "X509"


@function("CertSerialNumber")
def cert_serial_number(certificate: bytes) -> str:
    """The serial number in hexadecimal, highest byte first.

    ``CertSerialNumber(NULL)`` -> ``NULL``
    """
    number = _certificate(certificate).serial_number
    return number.to_bytes((number.bit_length() + 8) // 8, "big").hex().upper()


@function("CertThumbprint", aliases=("CertHashString",))
def cert_thumbprint(certificate: bytes) -> str:
    """The SHA-1 hash of the certificate in hexadecimal, by which Windows names it.

    ``CertThumbprint(NULL)`` -> ``NULL``
    """
    from cryptography.hazmat.primitives.hashes import SHA1

    return _certificate(certificate).fingerprint(SHA1()).hex().upper()  # noqa: S303 - a name, not a protection


@function("CertNotBefore")
def cert_not_before(certificate: bytes) -> datetime:
    """The instant from which the certificate is valid.

    ``CertNotBefore(NULL)`` -> ``NULL``
    """
    return _certificate(certificate).not_valid_before_utc


@function("CertNotAfter")
def cert_not_after(certificate: bytes) -> datetime:
    """The instant until which the certificate is valid.

    ``CertNotAfter(NULL)`` -> ``NULL``
    """
    return _certificate(certificate).not_valid_after_utc


@function("CertSubject", aliases=("CertSubjectNameDN",))
def cert_subject(certificate: bytes) -> str:
    """The distinguished name of the subject: ``CN=Ann Lee, O=Example, C=GB``.

    ``CertSubject(NULL)`` -> ``NULL``
    """
    return _name(_certificate(certificate).subject)


@function("CertIssuer", aliases=("CertIssuerDN",))
def cert_issuer(certificate: bytes) -> str:
    """The distinguished name of the issuer.

    ``CertIssuer(NULL)`` -> ``NULL``
    """
    return _name(_certificate(certificate).issuer)


@function("CertSignatureAlgorithmOid")
def cert_signature_algorithm_oid(certificate: bytes) -> str:
    """The algorithm of the signature as an object identifier.

    ``CertSignatureAlgorithmOid(NULL)`` -> ``NULL``
    """
    return _certificate(certificate).signature_algorithm_oid.dotted_string


@function("CertKeyAlgorithm", aliases=("CertPublicKeyOid", "CertPublicKeyParametersOid"))
def cert_key_algorithm(certificate: bytes) -> str:
    """The algorithm of the public key as an object identifier.

    ``CertKeyAlgorithm(NULL)`` -> ``NULL``
    """
    return _certificate(certificate).public_key_algorithm_oid.dotted_string


@function("CertExtensionOids")
def cert_extension_oids(certificate: bytes) -> list[str]:
    """The object identifiers of the extensions that are marked as critical.

    ``CertExtensionOids(NULL)`` -> ``NULL``
    """
    return [extension.oid.dotted_string for extension in _extensions(certificate) if extension.critical]


@function("CertNameInfo")
def cert_name_info(certificate: bytes, kind: str, issuer: bool) -> str | None:
    """A name of the subject or the issuer: ``SimpleName``, ``EmailName``, ``UpnName``, ``DnsName``, ``UrlName``.

    Alternative names go before those in the distinguished name; ``SimpleName`` is the common name.

    ``CertNameInfo(NULL, "SimpleName", False)`` -> ``NULL``
    """
    from cryptography import x509

    found = _certificate(certificate)
    wanted = kind.casefold()
    if wanted not in _OTHER_NAMES:
        raise FlowError(f"CertNameInfo: {kind!r} is no kind of name; there is {', '.join(_OTHER_NAMES.values())}")
    alternatives: list[Any] = []
    for extension in _extensions(certificate):
        if isinstance(extension.value, x509.IssuerAlternativeName if issuer else x509.SubjectAlternativeName):
            alternatives += extension.value
    name = found.issuer if issuer else found.subject
    common = [str(part.value) for part in name.get_attributes_for_oid(x509.NameOID.COMMON_NAME)]
    if wanted == "upnname":
        return next(filter(None, map(_principal, alternatives)), None)
    classes = {"emailname": x509.RFC822Name, "urlname": x509.UniformResourceIdentifier}
    given = [str(n.value) for n in alternatives if isinstance(n, classes.get(wanted, x509.DNSName))]
    mail = [str(part.value) for part in name.get_attributes_for_oid(x509.NameOID.EMAIL_ADDRESS)]
    order = {"simplename": [*common, *mail], "emailname": [*given, *mail], "urlname": given}
    return next(iter(order.get(wanted, [*given, *([] if wanted == "dnsfromalternativename" else common)])), None)


_OTHER_NAMES = {
    name.casefold(): name
    for name in ("SimpleName", "EmailName", "UpnName", "DnsName", "DnsFromAlternativeName", "UrlName")
}
_UPN = "1.3.6.1.4.1.311.20.2.3"
_UTF8_STRING = 0x0C


def _principal(name: Any) -> str | None:
    """The user principal name that Windows keeps as an "other name": a UTF8String in DER, of less than 128 bytes."""
    from cryptography.x509 import OtherName

    if not isinstance(name, OtherName) or name.type_id.dotted_string != _UPN:
        return None
    value = name.value
    short = len(value) > 1 and value[0] == _UTF8_STRING and value[1] == len(value) - 2
    return value[2:].decode("utf-8", "replace") if short else None


def _name(name: "Name") -> str:
    from cryptography.x509 import NameOID

    forms = {NameOID.STATE_OR_PROVINCE_NAME: "S", NameOID.EMAIL_ADDRESS: "E"}
    return ", ".join(part.rfc4514_string(forms) for part in reversed(name.rdns))
