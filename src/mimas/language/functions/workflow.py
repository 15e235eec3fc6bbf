"""Functions that MIMWAL, a library of workflow activities for MIM, adds about values; some of its names are aliases.

Source: the function reference of microsoft/MIMWAL. Names that MIM and MIMWAL share follow MIM.
"""

import re
import secrets
import string
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from mimas.language.coercion import LONGEST, as_condition, as_text, fits, gathered, joined, sized
from mimas.language.errors import FlowError
from mimas.language.functions.dates import c_date
from mimas.language.functions.registry import function
from mimas.language.functions.text import replaced
from mimas.language.regexes import pattern, replacement

_TIMESPAN = re.compile(r"(?P<sign>-?)(?:(?P<d>\d+)(?:\.|$))?(?:(?P<h>\d{1,2}):(?P<m>\d{1,2})(?::(?P<s>\d{1,2}))?)?")


@function("And")
def and_(first: Any, second: Any) -> bool:
    """Both conditions hold; an absent one does not. Inside one expression ``&&`` does the same.

    ``And(1 < 2, NULL)`` -> ``False``
    """
    return as_condition(first) and as_condition(second)


@function("Or")
def or_(first: Any, second: Any) -> bool:
    """One of the conditions holds. Inside one expression ``||`` does the same.

    ``Or(1 > 2, True)`` -> ``True``
    """
    return as_condition(first) or as_condition(second)


@function("After")
def after(first: datetime, second: datetime) -> bool:
    """The first date is later than the second.

    ``After("2026-11-24", "2026-11-23")`` -> ``True``
    """
    return first > second


@function("Before")
def before(first: datetime, second: datetime) -> bool:
    """The first date is earlier than the second.

    ``Before("2026-11-24", "2026-11-23")`` -> ``False``
    """
    return first < second


@function("Add")
def add(first: int, second: int) -> int:
    """The sum of two whole numbers.

    ``Add(40, "2")`` -> ``42``
    """
    return int(sized(first + second))


@function("Subtract")
def subtract(first: int, second: int) -> int:
    """The first number less the second.

    ``Subtract(44, 2)`` -> ``42``
    """
    return int(sized(first - second))


@function("Multiply")
def multiply(first: int, second: int) -> int:
    """The product of two whole numbers.

    ``Multiply(6, 7)`` -> ``42``
    """
    return int(sized(first * second))


@function("Divide")
def divide(first: int, second: int) -> int:
    """The quotient of two whole numbers, without its fraction, as .NET divides them.

    ``Divide(-7, 2)`` -> ``-3``
    """
    return abs(first) // abs(second) * (1 if (first < 0) == (second < 0) else -1)


@function("Mod")
def mod(first: int, second: int) -> int:
    """What a division leaves over; it has the sign of the first number, as in .NET.

    ``Mod(-7, 2)`` -> ``-1``
    """
    return abs(first) % abs(second) * (1 if first >= 0 else -1)


@function("BitNot")
def bit_not(mask: int) -> int:
    """Every bit the other way round, in 64 bits.

    ``BitAnd(BitNot(2), 7)`` -> ``5``
    """
    return ~mask


@function("First")
def first_of(values: list[Any]) -> Any:
    """The first value; absent when there is none.

    ``First(Split("a,b", ","))`` -> ``"a"``
    """
    return values[0] if values else None


@function("Last")
def last_of(values: list[Any]) -> Any:
    """The last value; absent when there is none.

    ``Last(Split("a,b", ","))`` -> ``"b"``
    """
    return values[-1] if values else None


@function("SortList")
def sort_list(values: list[Any]) -> list[Any]:
    """The values in the order of their texts, without regard to case. What is stored is in its own order again.

    ``Join(SortList(Split("b,A,c", ",")), "")`` -> ``"Abc"``
    """
    return sorted(values, key=lambda value: (as_text(value).casefold(), as_text(value)))


@function("ValueByIndex")
def value_by_index(values: list[Any], index: int) -> Any:
    """The value of this number, counted from 0; absent when there is none. `Item` counts from 1.

    ``ValueByIndex(Split("a,b", ","), 1)`` -> ``"b"``
    """
    return values[index] if 0 <= index < len(values) else None


@function("IndexByValue")
def index_by_value(values: list[Any], sought: str) -> int:
    """The number of the first value that is equal, counted from 0 and without regard to case; -1: none is.

    ``IndexByValue(Split("a,b", ","), "B")`` -> ``1``
    """
    key = as_text(sought).casefold()
    return next((index for index, value in enumerate(values) if as_text(value).casefold() == key), -1)


@function("ConcatenateMultivaluedString", aliases=("ConcatinateMultivaluedString",))
def concatenate_multivalued_string(values: list[Any], separator: str | None) -> str:
    """All values as one text, with a separator between them.

    ``ConcatenateMultivaluedString(Split("a,b", ","), "; ")`` -> ``"a; b"``
    """
    return joined(separator or "", map(as_text, values))


@function("FormatMultivaluedList")
def format_multivalued_list(form: str, *lists: Any) -> list[str]:
    """A text for each place of the lists: ``{0}`` stands for the value of the first list, ``{1}`` of the second.

    ``Join(FormatMultivaluedList("{0}={1}", Split("a,b", ","), Split("1,2", ",")), " ")`` -> ``"a=1 b=2"``
    """
    columns = [given if isinstance(given, list) else [given] for given in lists]
    count = max(map(len, columns), default=0)
    if any(len(column) != count for column in columns):
        raise FlowError(f"FormatMultivaluedList: the lists have {', '.join(str(len(c)) for c in columns)} values")
    texts = [[as_text(value) for value in column] for column in columns]
    parts = re.split(r"\{([0-9]{1,3})\}", form)
    return gathered(_filled(parts, row) for row in zip(*texts, strict=True))


def _filled(parts: Sequence[str], row: Sequence[str]) -> str:
    """Every second part is the number of a list."""
    return joined("", (row[int(part)] if number % 2 else part for number, part in enumerate(parts)))


@function("TitleCase")
def title_case(text: str) -> str:
    """The first letter of each word in upper case, the others in lower; a word in capitals only stays (.NET).

    ``TitleCase("anna MARIA o'neil")`` -> ``"Anna MARIA O'neil"``
    """
    return re.sub(r"[^\W\d_][\w']*", lambda m: m[0] if m[0].isupper() else m[0][0].upper() + m[0][1:].lower(), text)


@function("NormalizeString")
def normalize_string(text: str, pairs: str | None = None) -> str:
    """The text without diacritics; ``pairs``, such as ``"ä:ae|ß:ss"``, say what stands for a character before that.

    ``NormalizeString("Käthe Groß", "ä:ae|ß:ss")`` -> ``"Kaethe Gross"``
    ``NormalizeString("Zoë")`` -> ``"Zoe"``
    """
    for pair in (pairs or "").split("|") if pairs else ():
        old, colon, new = pair.partition(":")
        if not (old and colon):
            raise FlowError(f"NormalizeString: {pair!r} is no pair; write old:new, and | between pairs")
        text = replaced(text, old, new)
    return "".join(char for char in unicodedata.normalize("NFD", text) if not unicodedata.combining(char))


@function("RegexMatch")
def regex_match(text: str | None, expression: str) -> bool:
    """A regular expression of .NET is found somewhere in the text; False when absent.

    ``RegexMatch("A-1023", "^A-[0-9]+$")`` -> ``True``
    ``RegexMatch(NULL, ".*")`` -> ``False``
    """
    return text is not None and pattern(expression, text).search(text) is not None


@function("RegexReplace")
def regex_replace(text: str, expression: str, new: str) -> str:
    """Whatever a regular expression of .NET finds is replaced; ``$1`` and ``${name}`` stand for its groups.

    ``RegexReplace("Lee, Ann", "([a-z]+), (?<given>[a-z]+)", "${given} $1")`` -> ``"Lee, Ann"``
    ``RegexReplace("Lee, Ann", "(?i)([a-z]+), (?<given>[a-z]+)", "${given} $1")`` -> ``"Ann Lee"``
    """
    compiled = pattern(expression, text)
    new = replacement(new, compiled)
    if (len(text) + 1) * (len(new) + new.count("\\g") * len(text)) <= 16 * LONGEST:
        made = compiled.sub(new, text)
        fits(len(made))
        return made
    size = 0

    def expanded(found: re.Match[str]) -> str:
        nonlocal size
        part = found.expand(new)
        size += len(part)
        fits(size)
        return part

    return compiled.sub(expanded, text)


@function("CR")
def cr() -> str:
    """A carriage return.

    ``Len(CR())`` -> ``1``
    """
    return "\r"


@function("GenerateRandomPassword", pure=False)
def generate_random_password(length: int) -> str:
    """A random password with capitals, small letters, digits and signs: for once-only flows."""
    if not 8 <= length <= 256:
        raise FlowError(f"GenerateRandomPassword: {length} characters; a password has 8 to 256")
    kinds = [string.ascii_uppercase, string.ascii_lowercase, string.digits, "!#$%&*+-=?@_"]
    some = [secrets.choice(kind) for kind in kinds]
    some += [secrets.choice("".join(kinds)) for _ in range(length - len(kinds))]
    secrets.SystemRandom().shuffle(some)
    return "".join(some)


@function("DateTimeAdd")
def date_time_add(date: datetime, span: str) -> datetime:
    """A date moved by a span of time, ``days.hours:minutes:seconds``, forwards or with ``-`` backwards.

    ``DateTimeAdd("2026-11-23", "1.12:00:00") = CDate("2026-11-24 12:00:00")`` -> ``True``
    ``DateTimeAdd("2026-11-23", "-30") = CDate("2026-10-24")`` -> ``True``
    """
    try:
        return date + timespan(span)
    except FlowError as error:
        raise FlowError(f"DateTimeAdd: {error}") from None


def timespan(text: str) -> timedelta:
    """A span of time as .NET writes it, ``days.hours:minutes:seconds``. Raises `FlowError`."""
    found = _TIMESPAN.fullmatch(text.strip())
    if found is None or not any(found[part] for part in "dhms"):
        raise FlowError(f"{text!r} is no span of time; write days.hours:minutes:seconds")
    days, hours, minutes, seconds = (int(found[part] or 0) for part in "dhms")
    span = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    return -span if found["sign"] else span


@function("DateTimeSubtract")
def date_time_subtract(end: datetime, start: datetime) -> str:
    """The time from one date to another, as ``days.hours:minutes:seconds``.

    ``DateTimeSubtract("2026-11-24 12:30:00", "2026-11-23")`` -> ``"1.12:30:00"``
    """
    seconds = int(abs((end - start).total_seconds()))
    days, rest = divmod(seconds, 86400)
    hours, rest = divmod(rest, 3600)
    sign = "-" if end < start else ""
    return f"{sign}{f'{days}.' if days else ''}{hours:02}:{rest // 60:02}:{rest % 60:02}"


@function("DateTimeFromString")
def date_time_from_string(text: str, culture: str | None = None) -> datetime:
    """The date that a text spells; with a culture other than ``en-US`` the day goes before the month.

    ``FormatDateTime(DateTimeFromString("23/11/2026", "en-GB"), "yyyy-MM-dd")`` -> ``"2026-11-23"``
    ``FormatDateTime(DateTimeFromString("11/23/2026"), "yyyy-MM-dd")`` -> ``"2026-11-23"``
    """
    found = re.fullmatch(r"\s*(\d{1,2})/(\d{1,2})/(\d{4}.*)", text, re.DOTALL)
    if found and culture and culture.casefold() != "en-us":
        return c_date(f"{found[2]}/{found[1]}/{found[3]}")
    return c_date(text)


@function("DateTimeUtcToLocalTime")
def date_time_utc_to_local_time(date: datetime, zone: str) -> datetime:
    """The date that the clocks of a time zone show, named as IANA does: ``Europe/Berlin``.

    ``FormatDateTime(DateTimeUtcToLocalTime("2026-07-01 10:00:00", "Europe/Berlin"), "HH:mm")`` -> ``"12:00"``
    """
    try:
        zone = zone[:100]  # Python looks for it along its parts, one within the other; none is so long
        return date.astimezone(ZoneInfo(zone)).replace(tzinfo=UTC)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise FlowError(f"{zone!r} is no time zone that is known here; write one like Europe/Berlin") from None


@function("ValueType")
def value_type(value: Any) -> str | None:
    """What a value is: ``String``, ``Int64``, ``Double``, ``Boolean``, ``DateTime``, ``Byte[]`` or ``List``.

    ``ValueType("a")`` -> ``"String"``
    """
    names = {str: "String", int: "Int64", float: "Double", bool: "Boolean", datetime: "DateTime", bytes: "Byte[]"}
    return None if value is None else names.get(type(value), "List")
