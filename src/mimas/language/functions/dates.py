"""Functions on dates. Dates are instants in UTC; ISO text is read wherever a date is taken."""

from datetime import UTC, datetime, timedelta
from typing import Any

from mimas.language import instants
from mimas.language.coercion import as_date
from mimas.language.errors import FlowError
from mimas.language.functions.registry import function
from mimas.language.patterns import format_date, parse_date

_FORMS = (
    "%m/%d/%Y", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %H:%M", "%d.%m.%Y", "%d.%m.%Y %H:%M:%S",
    "%Y/%m/%d", "%Y/%m/%d %H:%M:%S", "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%Y%m%d%H%M%SZ",
    "%Y%m%d%H%M%S.%fZ",
)  # fmt: skip
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)


@function("Now", aliases=("DateTimeNow",), special=True)
def now() -> datetime:
    """The instant of the run. A rule that uses it is evaluated again when its result may change."""
    raise FlowError("Now() is known to the generator only")


@function("CDate")
def c_date(text: str) -> datetime:
    """The date that a text spells: ISO 8601, month/day/year, day.month.year, ``24 Dec 2026``, LDAP's generalised time.

    ``FormatDateTime(CDate("12/25/2007"), "yyyy-MM-dd")`` -> ``"2007-12-25"``
    """
    try:
        return as_date(text)
    except FlowError:
        for form in _FORMS:
            try:
                return datetime.strptime(text.strip(), form).replace(tzinfo=UTC)
            except ValueError:
                continue
    raise FlowError(f"CDate: {text!r} is not a date in any form it knows")


@function("IsDate")
def is_date(value: Any) -> bool:
    """CDate can read it.

    ``IsDate("2026-11-23")`` -> ``True``
    ``IsDate("soon")`` -> ``False``
    """
    if isinstance(value, str):
        try:
            c_date(value)
        except FlowError:
            return False
        return True
    return isinstance(value, datetime)


@function("DateAdd")
def date_add(interval: str, amount: int, date: datetime) -> datetime:
    """A date moved by years (yyyy), quarters (q), months (m), days (d, y, w), weeks (ww), hours, minutes (n), seconds.

    ``DateAdd("m", 3, CDate("2001-01-01")) = CDate("2001-04-01")`` -> ``True``
    ``FormatDateTime(DateAdd("m", 1, "2026-01-31"), "yyyy-MM-dd")`` -> ``"2026-02-28"``
    """
    return instants.shift(interval, amount, date)


@function("DateDiff")
def date_diff(interval: str, first: datetime, second: datetime) -> int:  # noqa: PLR0911 - one for each interval
    """How many borders of an interval lie between two dates, as VBA counts them (cloud provisioning).

    ``DateDiff("d", "2026-11-01", "2026-11-23")`` -> ``22``
    ``DateDiff("yyyy", "2025-12-31", "2026-01-01")`` -> ``1``
    """
    match interval.casefold():
        case "yyyy":
            return second.year - first.year
        case "q":
            return (second.year - first.year) * 4 + (second.month - 1) // 3 - (first.month - 1) // 3
        case "m":
            return (second.year - first.year) * 12 + second.month - first.month
        case "d" | "y":
            return second.toordinal() - first.toordinal()
        case "w":
            return int((second.toordinal() - first.toordinal()) / 7)
        case "ww":
            return second.toordinal() // 7 - first.toordinal() // 7
        case "h" | "n" | "s":
            size = timedelta(seconds={"h": 3600, "n": 60, "s": 1}[interval.casefold()])
            return (second - _EPOCH) // size - (first - _EPOCH) // size
    raise FlowError(f"DateDiff: {interval!r} is no interval: {', '.join(instants.INTERVALS)}")


@function("DateFromNum", aliases=("DateTimeFromFileTimeUtc",))
def date_from_num(number: int) -> datetime:
    """The date of Active Directory's numbers: 100 nanoseconds since 1601.

    ``DateFromNum(129699324000000000) = CDate("2012-01-01 23:00:00")`` -> ``True``
    """
    return _EPOCH + timedelta(microseconds=number // 10)


@function("NumFromDate", aliases=("DateTimeToFileTimeUtc",))
def num_from_date(date: datetime) -> int:
    """Active Directory's number of a date: 100 nanoseconds since 1601.

    ``NumFromDate(CDate("2012-01-01 23:00:00"))`` -> ``129699324000000000``
    """
    return (date - _EPOCH) // timedelta(microseconds=1) * 10


@function("FormatDateTime", aliases=("DateTimeFormat",))
def format_date_time(date: str, first: str | None, second: str | None = None, third: str | None = None) -> str:
    """A date in a .NET format. MIM: DateTimeFormat.

    With four arguments it is cloud provisioning's form: text, styles (not used), the format it has, the one wanted.

    ``FormatDateTime(DateFromNum(130543784930000000), "yyyyMMddHHmmss.0Z")`` -> ``"20140905081453.0Z"``
    ``FormatDateTime("23.11.2026", "", "dd.MM.yyyy", "yyyy-MM-dd")`` -> ``"2026-11-23"``
    """
    if third is not None:
        return format_date(parse_date(date, second) if second else c_date(date), third)
    if first is None:
        raise FlowError("FormatDateTime: there is no format")
    return format_date(c_date(date), first)
