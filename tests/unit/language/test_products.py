"""Every function of the products that people come from is there, or is refused with a reason."""

import pytest

from mimas.language.errors import ExpressionError
from mimas.language.expressions.parser import parse
from mimas.language.functions import find
from mimas.language.functions.refused import REFUSED

PRODUCTS = {
    "MIM": """
        Concatenate UpperCase LowerCase ProperCase LTrim RTrim Trim LeftPad RightPad BitAnd BitOr
        DateTimeFormat ConvertSidToString ConvertStringToGuid ReplaceString Word Left Right Mid RandomNum
        EscapeDNComponent IIF IsPresent
    """,
    "Entra Connect": """
        CertExtensionOids CertFormat CertHashString CertIssuer CertIssuerDN CertKeyAlgorithm CertNameInfo
        CertNotAfter CertNotBefore CertPublicKeyOid CertPublicKeyParametersOid CertSerialNumber
        CertSignatureAlgorithmOid CertSubject CertSubjectNameDN CertThumbprint CertVersion IsCert CBool CDate
        CGuid CNum CRef CStr ConvertFromBase64 ConvertToBase64 ConvertFromUTF8Hex ConvertToUTF8Hex
        StringFromGuid StringFromSid CBin Thumbprint ValueCount DateAdd DateFromNum NumFromDate FormatDateTime
        Now DNComponent DNComponentRev IsBitSet IsDate IsEmpty IsGuid IsNull IsNullOrEmpty IsNumeric IsString
        Contains Count Item ItemOrNull Join RemoveDuplicates Split Error Switch Select Where With Guid InStr
        InStrRev LCase UCase PCase Len PadLeft PadRight Replace ReplaceChars ImportedValue
    """,
    "cloud provisioning": """
        Append Coalesce DateDiff IgnoreFlowIfNullOrEmpty NormalizeDiacritics Not RandomString Redact
        StripSpaces ToLower ToUpper
    """,
    "MIMWAL": """
        After And Before Or RegexMatch Add Subtract Multiply Divide Mod BitNot ConvertToNumber
        ConcatenateMultivaluedString ConcatinateMultivaluedString FormatMultivaluedList Length TitleCase
        NormalizeString RegexReplace SplitString CR GenerateRandomPassword DateTimeNow DateTimeAdd
        DateTimeSubtract DateTimeFromString DateTimeFromFileTimeUtc DateTimeToFileTimeUtc
        DateTimeUtcToLocalTime First Last SortList ValueByIndex IndexByValue ConvertToBoolean ConvertToString
        ConvertToUniqueIdentifier ConvertToGuid ValueType
    """,
}


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_a_function_that_is_left_out_is_refused_with_what_to_do(name: str) -> None:
    assert find(name) is None
    with pytest.raises(ExpressionError, match=f"There is no function {name} here: ") as caught:
        parse(f"1 & {name}(1)")
    assert caught.value.position == 4


@pytest.mark.parametrize(("product", "name"), [(p, name) for p, names in PRODUCTS.items() for name in names.split()])
def test_every_function_of_the_products_is_there(product: str, name: str) -> None:
    assert find(name) is not None, product
