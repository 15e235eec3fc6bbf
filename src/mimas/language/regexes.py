"""Regular expressions of .NET, as MIM's and MIMWAL's rules have them, in Python's dialect; or refused, with the reason.

Source: learn.microsoft.com, "Regular Expression Language - Quick Reference", and Python's ``re``.
"""

import re
from functools import lru_cache

from mimas.language.backtracking import TooManyWaysError, longest_text
from mimas.language.errors import FlowError

LONGEST = 2_000
"""Characters of an expression."""
_LONGEST_TEXT = 1 << 20

_TOKEN = re.compile(
    r"\(\?#[^)]*\)|(?P<set>\[\^?\]?(?:\\.|[^\]\\])*\]?)|\\k<(?P<back>\w+)>|\\(?P<escape>[pPzZGKRX])"
    r"|\(\?(?P<group><[^=!][^>]*>|'[^']*'|[a-zA-Z-]+[:)])|\\.",
    re.DOTALL,
)
_FLAGS = frozenset("imsx")
_SIGNS = re.compile(r"\\.|([-&~|])(?=\1)|\[", re.DOTALL)
"""What Python may take for operations on sets one day; .NET knows none of them."""
_NUMBER = re.compile(r"[0-9]{1,9}")
_REFERENCE = re.compile(r"\$(?:(?P<dollar>\$)|(?P<whole>&)|(?P<number>[0-9]{1,9})|\{(?P<name>\w+)\}|(?P<other>[`'+_]))")


def pattern(expression: str, text: str = "") -> re.Pattern[str]:
    """The pattern of an expression, to be tried on this text.

    Raises `FlowError` for what Python cannot match as .NET does, naming the construct, and what could take for ever.
    """
    compiled, longest = _compiled(expression)
    if len(text) > longest:
        raise FlowError(
            f"the regular expression {expression!r} could take for ever on a text of {len(text):,} characters; it is "
            f"for {longest:,} at most: begin it with ^, or write what stands between its * and + more exactly"
        )
    return compiled


@lru_cache(maxsize=1024)
def _compiled(text: str) -> tuple[re.Pattern[str], int]:
    """The pattern, and how long a text may be that it is tried on."""
    if len(text) > LONGEST:
        raise FlowError(f"a regular expression has at most {LONGEST:,} characters, not {len(text):,}")
    try:
        translated = _TOKEN.sub(_translated, text)
        return re.compile(translated), longest_text(translated, _LONGEST_TEXT)
    except (re.error, OverflowError) as error:
        raise FlowError(f"the regular expression {text!r} is wrong: {error}") from None
    except RecursionError:
        raise FlowError(f"the regular expression {text!r} is nested too deep") from None
    except TooManyWaysError:
        raise FlowError(
            f"the regular expression {text!r} could take for ever, because something repeated stands within something "
            "repeated, as in (a+)+: let each repetition begin with a sign that nothing else in it takes"
        ) from None


def _translated(token: re.Match[str]) -> str:
    if token["set"]:
        return _set(token["set"])
    if token["back"]:
        return f"(?P={token['back']})"
    if token["escape"]:
        return _escape(token["escape"])
    if token["group"]:
        return _group(token["group"])
    return token[0]


def _set(text: str) -> str:
    if "-[" in text[1:]:
        raise FlowError(f"regular expressions here cannot take sets from sets: {text}")
    for letter in re.findall(r"\\(.)", text, re.DOTALL):
        if letter in "pP":
            _escape(letter)
    return "[" + _SIGNS.sub(lambda sign: f"{sign[0]}\\" if sign[1] else r"\[" if sign[0] == "[" else sign[0], text[1:])


def _escape(letter: str) -> str:
    if letter == "z":
        return r"\Z"
    if letter == "Z":
        return r"(?=\n?\Z)"
    reason = "Unicode categories; write the characters, or \\w" if letter in "pP" else f"the escape \\{letter}"
    raise FlowError(f"regular expressions here do not have {reason}")


def _group(opening: str) -> str:
    if opening[0] in "<'":
        name = opening[1:-1]
        if "-" in name:
            raise FlowError(f"regular expressions here have no balancing groups: (?{opening}")
        return f"(?P<{name}>"
    flags = opening[:-1]
    if not set(flags.replace("-", "")) <= _FLAGS:
        raise FlowError(f"regular expressions here do not have the options (?{opening}: only i, m, s and x")
    return f"(?{opening}"


def replacement(text: str, of: re.Pattern[str]) -> str:
    """A .NET replacement, with ``$1``, ``${name}``, ``$&`` and ``$$``, as Python's. Raises `FlowError`.

    What names no group of the pattern stands for itself, and a name of digits is a number, as in .NET.
    """
    parts, end = [], 0
    for found in _REFERENCE.finditer(text):
        parts.append(text[end : found.start()].replace("\\", "\\\\"))
        end = found.end()
        if found["other"]:
            raise FlowError(f"replacements here do not have {found[0]}")
        name = found["number"] or found["name"]
        known = name in of.groupindex or (_NUMBER.fullmatch(name or "") and int(name) <= of.groups)
        parts.append("$" if found["dollar"] else r"\g<0>" if found["whole"] else f"\\g<{name}>" if known else found[0])
    return "".join([*parts, text[end:].replace("\\", "\\\\")])
