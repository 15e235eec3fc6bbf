"""Regular expressions of .NET, as MIM's and MIMWAL's rules have them, in Python's dialect; or refused, with the reason.

Source: learn.microsoft.com, "Regular Expression Language - Quick Reference", and Python's ``re``.
"""

import re
from functools import lru_cache

from mimas.language.errors import FlowError

_TOKEN = re.compile(
    r"\\k<(?P<back>\w+)>|\\(?P<escape>[pPzZGKRX])|\(\?(?P<group><[^=!][^>]*>|'[^']*'|[a-zA-Z-]+[:)])|\\.", re.DOTALL
)
_FLAGS = frozenset("imsx")
_REFERENCE = re.compile(r"\$(?:(?P<dollar>\$)|(?P<whole>&)|(?P<number>\d+)|\{(?P<name>\w+)\}|(?P<other>[`'+_]))")


@lru_cache(maxsize=1024)
def pattern(text: str) -> re.Pattern[str]:
    """The pattern. Raises `FlowError` for what Python cannot match as .NET does, naming the construct."""
    try:
        return re.compile(_TOKEN.sub(_translated, text))
    except (re.error, OverflowError) as error:
        raise FlowError(f"the regular expression {text!r} is wrong: {error}") from None


def _translated(token: re.Match[str]) -> str:
    if token["back"]:
        return f"(?P={token['back']})"
    if token["escape"]:
        return _escape(token["escape"])
    if token["group"]:
        return _group(token["group"])
    return token[0]


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


def replacement(text: str) -> str:
    """A .NET replacement, with ``$1``, ``${name}``, ``$&`` and ``$$``, as Python's. Raises `FlowError`."""
    parts, end = [], 0
    for found in _REFERENCE.finditer(text):
        parts.append(text[end : found.start()].replace("\\", "\\\\"))
        end = found.end()
        if found["other"]:
            raise FlowError(f"replacements here do not have {found[0]}")
        parts.append(
            "$" if found["dollar"] else r"\g<0>" if found["whole"] else f"\\g<{found['number'] or found['name']}>"
        )
    return "".join([*parts, text[end:].replace("\\", "\\\\")])
