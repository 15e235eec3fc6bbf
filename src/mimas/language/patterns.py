"""The date formats of .NET: custom patterns such as ``yyyy-MM-dd HH:mm``, in English.

Source: learn.microsoft.com, "Custom date and time format strings".
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache

from mimas.language.errors import FlowError

_TOKENS = re.compile(
    r"yyyy|yy|MMMM|MMM|MM|M|dddd|ddd|dd|d|HH|H|hh|h|mm|m|ss|s|f{1,6}|tt|zzz|K|'[^']*'|\"[^\"]*\"|\\.|.", re.DOTALL
)
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_WRITE: dict[str, Callable[[datetime], str]] = {
    "yyyy": lambda date: f"{date.year:04}",
    "yy": lambda date: f"{date.year % 100:02}",
    "MMMM": lambda date: _MONTHS[date.month - 1],
    "MMM": lambda date: _MONTHS[date.month - 1][:3],
    "MM": lambda date: f"{date.month:02}",
    "M": lambda date: str(date.month),
    "dddd": lambda date: _DAYS[date.weekday()],
    "ddd": lambda date: _DAYS[date.weekday()][:3],
    "dd": lambda date: f"{date.day:02}",
    "d": lambda date: str(date.day),
    "HH": lambda date: f"{date.hour:02}",
    "H": lambda date: str(date.hour),
    "hh": lambda date: f"{(date.hour + 11) % 12 + 1:02}",
    "h": lambda date: str((date.hour + 11) % 12 + 1),
    "mm": lambda date: f"{date.minute:02}",
    "m": lambda date: str(date.minute),
    "ss": lambda date: f"{date.second:02}",
    "s": lambda date: str(date.second),
    "tt": lambda date: "AM" if date.hour < 12 else "PM",
    "zzz": lambda _: "+00:00",
    "K": lambda _: "Z",
}
_READ = {
    "yyyy": "%Y", "yy": "%y", "MMMM": "%B", "MMM": "%b", "MM": "%m", "M": "%m", "dddd": "%A", "ddd": "%a", "dd": "%d",
    "d": "%d", "HH": "%H", "H": "%H", "hh": "%I", "h": "%I", "mm": "%M", "m": "%M", "ss": "%S", "s": "%S", "tt": "%p",
    "zzz": "%z", "K": "%z",
}  # fmt: skip
_STANDARD = {
    "d": "MM/dd/yyyy", "D": "dddd, dd MMMM yyyy", "s": "yyyy-MM-ddTHH:mm:ss", "u": "yyyy-MM-dd HH:mm:ssZ",
    "o": "yyyy-MM-ddTHH:mm:ss.ffffff0K", "t": "HH:mm",
    "T": "HH:mm:ss", "g": "MM/dd/yyyy HH:mm", "G": "MM/dd/yyyy HH:mm:ss",
}  # fmt: skip


@lru_cache(maxsize=256)
def _tokens(pattern: str) -> list[str]:
    pattern = _STANDARD.get(pattern, pattern).removeprefix("%")
    if len(pattern) == 1 and pattern.isalpha() and pattern not in _WRITE:
        raise FlowError(f"{pattern!r} is no date format that is known here")
    return _TOKENS.findall(pattern)


def _literal(token: str) -> str:
    return token[1:-1] if len(token) > 1 and token[0] in "'\"" else token.removeprefix("\\") or token


def format_date(date: datetime, pattern: str) -> str:
    """The date in this format, in UTC. Raises `FlowError` for a format that is not known."""
    return "".join(
        _WRITE[token](date)
        if token in _WRITE
        else f"{date.microsecond:06}"[: len(token)]
        if token[0] == "f"
        else _literal(token)
        for token in _tokens(pattern)
    )


def parse_date(text: str, pattern: str) -> datetime:
    """The date that a text in this format spells. Raises `FlowError`."""
    directives = [
        _READ.get(token) or ("%f" if token[0] == "f" else _literal(token).replace("%", "%%"))
        for token in _tokens(pattern)
    ]
    try:
        date = datetime.strptime(text.strip(), "".join(directives))  # noqa: DTZ007 - %z only where the format has it
        return date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
    except (ValueError, OverflowError):
        raise FlowError(f"{text!r} is not a date of the form {pattern!r}") from None
    except re.error:
        raise FlowError(f"the date format {pattern!r} has a part twice") from None
