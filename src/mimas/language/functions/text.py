"""Functions on text: MIM's function library, Entra Connect's text functions and those of cloud provisioning.

Sources: learn.microsoft.com, "Functions Reference for Microsoft Identity Manager 2016" and "Microsoft Entra Connect
Sync: Functions Reference". Where MIM and Entra Connect differ, the docstring says which one is followed.
"""

import re
import secrets
import string
import unicodedata
import uuid
from typing import Any

from mimas.language.coercion import LONGEST, fits
from mimas.language.errors import FlowError
from mimas.language.functions.registry import function
from mimas.language.operations import concatenate

_MONIKERS = re.compile(r"\\([nrt])")
_MONIKER_VALUES = {"n": "\n", "r": "\r", "t": "\t"}
_LONGEST = 65_536
"""No text is padded or made up beyond this length: it would be a mistake in the rule, and costs memory."""


@function("Trim", inline="{0}.strip()")
def trim(text: str) -> str:
    """The text without white space at both ends.

    ``Trim("  a ")`` -> ``"a"``
    """
    return text.strip()


@function("LTrim", inline="{0}.lstrip()")
def ltrim(text: str) -> str:
    """The text without white space at its beginning.

    ``LTrim(" Test ")`` -> ``"Test "``
    """
    return text.lstrip()


@function("RTrim", inline="{0}.rstrip()")
def rtrim(text: str) -> str:
    """The text without white space at its end.

    ``RTrim(" Test ")`` -> ``" Test"``
    """
    return text.rstrip()


@function("UCase", aliases=("UpperCase", "ToUpper"), inline="{0}.upper()")
def ucase(text: str) -> str:
    """The text in upper case. Also MIM's UpperCase and cloud provisioning's ToUpper.

    ``UCase("TeSt")`` -> ``"TEST"``
    """
    return text.upper()


@function("LCase", aliases=("LowerCase", "ToLower"), inline="{0}.lower()")
def lcase(text: str) -> str:
    """The text in lower case. Also MIM's LowerCase and cloud provisioning's ToLower.

    ``LCase("TeSt")`` -> ``"test"``
    """
    return text.lower()


@function("PCase", aliases=("ProperCase",))
def pcase(text: str) -> str:
    """The first letter of each word in upper case, the others in lower; a word that begins otherwise stays as it is.

    Words are divided by single spaces, as in MIM's ProperCase.

    ``PCase("TEsT")`` -> ``"Test"``
    ``PCase("anna-maria 3rd VON")`` -> ``"Anna-maria 3rd Von"``
    """
    return " ".join(word[0].upper() + word[1:].lower() if word[:1].isalpha() else word for word in text.split(" "))


@function("Left")
def left(text: str | bytes | None, count: int) -> str | bytes:
    """The first characters. 0 gives the empty text, a negative number all of it; absent gives the empty text.

    ``Left("John Doe", 3)`` -> ``"Joh"``
    ``Left("John Doe", -1)`` -> ``"John Doe"``
    """
    if text is None:
        return ""
    return text if count < 0 else text[:count]


@function("Right")
def right(text: str | bytes | None, count: int) -> str | bytes:
    """The last characters. 0 gives the empty text, a negative number all of it; absent gives the empty text.

    ``Right("John Doe", 3)`` -> ``"Doe"``
    ``Right("John Doe", 0)`` -> ``""``
    """
    if text is None:
        return ""
    return text if count < 0 else text[max(len(text) - count, 0) :]


@function("Mid")
def mid(text: str | bytes | None, start: int, count: int | None = None) -> str | bytes:
    """Characters from a position, counted from 1; without a count, to the end.

    A count of 0 or less gives the empty text (MIM; Entra Connect gives the input for less than 0), a start outside the
    text the input, absent the empty text.

    ``Mid("John Doe", 3, 5)`` -> ``"hn Do"``
    ``Mid("John Doe", 6, 999)`` -> ``"Doe"``
    ``Mid("John Doe", 0, 2)`` -> ``"John Doe"``
    ``Mid("SMTP:ann@example.com", 6)`` -> ``"ann@example.com"``
    """
    if text is None:
        return ""
    if count is not None and count <= 0:
        return text[:0]
    if start <= 0 or start > len(text):
        return text
    return text[start - 1 :] if count is None else text[start - 1 : start - 1 + count]


@function("Len", aliases=("Length",))
def length(text: str | bytes | None) -> int:
    """The number of characters; of binary, of bytes; 0 when absent.

    ``Len("John Doe")`` -> ``8``
    """
    return 0 if text is None else len(text)


def _pad(text: str, count: int, character: str) -> str:
    if len(character) != 1:
        raise FlowError("the character to pad with must be exactly one")
    if count > _LONGEST:
        raise FlowError(f"padding ends at {_LONGEST} characters")
    return character * (count - len(text))


@function("PadLeft", aliases=("LeftPad",))
def pad_left(text: str | None, count: int, character: str) -> str:
    """The text filled up at its beginning; longer text stays as it is, absent gives the empty text. MIM: LeftPad.

    ``PadLeft("User", 10, "0")`` -> ``"000000User"``
    """
    return "" if text is None else _pad(text, count, character) + text


@function("PadRight", aliases=("RightPad",))
def pad_right(text: str | None, count: int, character: str) -> str:
    """The text filled up at its end; longer text stays as it is, absent gives the empty text. MIM: RightPad.

    ``PadRight("User", 10, "0")`` -> ``"User000000"``
    """
    return "" if text is None else text + _pad(text, count, character)


@function("Replace", aliases=("ReplaceString",))
def replace(text: str, old: str, new: str | None) -> str:
    r"""Every occurrence replaced; ``\n``, ``\r`` and ``\t`` stand for line feed, return and tab. MIM: ReplaceString.

    ``Replace("a-b-c", "-", "")`` -> ``"abc"``
    ``Replace("One Way" & CRLF & "Redmond", "\r\n", ", ")`` -> ``"One Way, Redmond"``
    """
    if not old:
        return text
    return replaced(text, _monikers(old), _monikers(new or ""))


def replaced(text: str, old: str, new: str) -> str:
    """``str.replace``. Raises `FlowError` where the result is larger than may be, before it is made."""
    if len(text) // len(old) * len(new) > LONGEST:
        fits(len(text) + text.count(old) * (len(new) - len(old)))
    return text.replace(old, new)


def _monikers(text: str) -> str:
    return _MONIKERS.sub(lambda match: _MONIKER_VALUES[match[1]], text) if "\\" in text else text


@function("ReplaceChars")
def replace_chars(text: str, pattern: str) -> str:
    """Single characters replaced by a table ``a:b,c:d``; white space in it is ignored, a target may be empty or long.

    Comma and colon cannot be replaced.

    ``ReplaceChars("Räksmörgås", "å:a,ä:a,ö:o")`` -> ``"Raksmorgas"``
    ``ReplaceChars("O’Neil", "’:")`` -> ``"ONeil"``
    """
    table = {}
    for pair in "".join(pattern.split()).split(","):
        source, colon, target = pair.partition(":")
        if len(source) != 1 or not colon:
            raise FlowError(f"ReplaceChars: {pair!r} is not of the form a:b with one character before the colon")
        table[ord(source)] = target
    longest = max(map(len, table.values()))
    if longest > 1 and longest * len(text) > LONGEST:
        fits(sum(len(table.get(ord(one), one)) for one in text))
    return text.translate(table)


@function("Word")
def word(text: str | None, number: int, delimiters: str) -> str:
    """The word of this number, counted from 1; each character of the delimiters divides, empty words count.

    A number below 1, a missing word and absent text give the empty text.

    ``Word("The quick brown fox", 3, " ")`` -> ``"brown"``
    ``Word("This,string!has&many separators", 3, ",!&#")`` -> ``"has"``
    """
    if text is None or number < 1:
        return ""
    if len(delimiters) == 1:
        words = text.split(delimiters)
    else:
        words = re.split(f"[{re.escape(delimiters)}]", text) if delimiters else [text]
    return words[number - 1] if number <= len(words) else ""


def _folded(text: str, sought: str, compare: str) -> tuple[str, str]:
    if compare.casefold() == "vbtextcompare":
        return text.lower(), sought.lower()
    if compare.casefold() == "vbbinarycompare":
        return text, sought
    raise FlowError(f"{compare!r} is neither vbTextCompare nor vbBinaryCompare")


@function("InStr")
def in_str(text: str, sought: str, start: int = 1, compare: str = "vbBinaryCompare") -> int:
    """Where text stands first in other text, counted from 1 and looked for from ``start``; 0: nowhere.

    ``InStr("The quick brown fox", "quick")`` -> ``5``
    ``InStr("repEated", "e", 3, vbBinaryCompare)`` -> ``7``
    ``InStr("repEated", "e", 3, vbTextCompare)`` -> ``4``
    """
    text, sought = _folded(text, sought, compare)
    return text.find(sought, max(start, 1) - 1) + 1


@function("InStrRev")
def in_str_rev(text: str, sought: str, start: int = -1, compare: str = "vbBinaryCompare") -> int:
    """Where text stands last in other text, counted from 1; looked for back from ``start``, -1 being the end.

    ``InStrRev("abbcdbbbef", "bb")`` -> ``7``
    ``InStrRev("abbcdbbbef", "bb", 6)`` -> ``2``
    """
    text, sought = _folded(text, sought, compare)
    return text.rfind(sought, 0, start if start > 0 else len(text)) + 1


@function("Concatenate")
def concatenate_all(*parts: Any) -> Any:
    """Text in order, absent parts adding nothing; the same as ``&`` (MIM).

    ``Concatenate("a", NULL, "b", 1)`` -> ``"ab1"``
    """
    return concatenate(*parts)


@function("Append")
def append(text: Any, suffix: Any) -> Any:
    """The text with the other behind it (cloud provisioning).

    ``Append("ann", "@example.com")`` -> ``"ann@example.com"``
    """
    return concatenate(text, suffix)


@function("StripSpaces")
def strip_spaces(text: str) -> str:
    """The text without any spaces (cloud provisioning).

    ``StripSpaces(" a b  c")`` -> ``"abc"``
    """
    return text.replace(" ", "")


_LETTERS = str.maketrans({"ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "ø": "o", "Ø": "O", "œ": "oe", "Œ": "OE"})
_LETTERS |= str.maketrans({"đ": "d", "Đ": "D", "ł": "l", "Ł": "L", "ı": "i", "þ": "th", "Þ": "TH", "ð": "d", "Ð": "D"})


@function("NormalizeDiacritics")
def normalize_diacritics(text: str) -> str:
    """Latin letters without their marks (cloud provisioning); other scripts stay as they are.

    ``NormalizeDiacritics("Łukasz Žižek-Müller")`` -> ``"Lukasz Zizek-Muller"``
    """
    if text.isascii():
        return text
    parts = unicodedata.normalize("NFD", text)
    bare: list[str] = []
    for character in parts:
        if not unicodedata.combining(character) or not (bare and bare[-1].isascii()):
            bare.append(character)
    return unicodedata.normalize("NFC", "".join(bare)).translate(_LETTERS)


@function("Redact")
def redact() -> str:
    """A fixed text in place of a value (cloud provisioning).

    ``Redact()`` -> ``"[Redact]"``
    """
    return "[Redact]"


@function("Guid", pure=False)
def guid() -> str:
    """A new random GUID each time: for once-only flows."""
    return str(uuid.uuid4())


@function("RandomString", pure=False)
def random_string(
    length: int, numbers: int = 0, specials: int = 0, capitals: int = 0, small: int = 0, avoid: str = ""
) -> str:
    """Random text of a length, with at least so many characters of each class: for once-only flows."""
    classes = [
        (string.digits, numbers),
        ("!#$%*+-=?@_", specials),
        (string.ascii_uppercase, capitals),
        (string.ascii_lowercase, small),
    ]
    alphabets = ["".join(character for character in every if character not in avoid) for every, _ in classes]
    if any(least < 0 for _, least in classes):
        raise FlowError("RandomString: no class can have less than 0 characters")
    minimum = sum(least for _, least in classes)
    if not minimum <= length <= _LONGEST:
        raise FlowError(f"RandomString: {length} characters cannot hold the {minimum} asked for")
    everything = "".join(alphabets[:1] + alphabets[2:])
    chosen = [
        secrets.choice(alphabet) for alphabet, (_, least) in zip(alphabets, classes, strict=True) for _ in range(least)
    ]
    chosen += [secrets.choice(everything) for _ in range(length - minimum)]
    secrets.SystemRandom().shuffle(chosen)
    return "".join(chosen)
