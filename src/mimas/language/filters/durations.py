"""The durations of XML Schema that filters add to the present: days, hours, minutes and seconds.

Source: XML Schema Part 2, ``xs:dayTimeDuration`` (XPath 2.0 data model, section 10).
"""

import re
from datetime import timedelta

_FORM = re.compile(
    r"(?P<sign>-?)P(?:(?P<days>\d+)D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d{1,6})?)S)?)?"
)


def duration(text: str) -> timedelta | None:
    """The duration of a text like ``P14DT0H0M`` or ``-PT5M``; None where it is no such text, or beyond the calendar."""
    found = _FORM.fullmatch(text) if len(text) <= 100 and text.isascii() else None
    if found is None or text.endswith("P"):
        return None
    parts = {name: float(part) if name == "seconds" else int(part) for name, part in found.groupdict().items()
             if part and name != "sign"}  # fmt: skip
    try:
        whole = timedelta(**parts)
    except OverflowError:
        return None
    return -whole if found["sign"] else whole


def written(whole: timedelta) -> str:
    """The text of a duration, which `duration` reads again."""
    positive = abs(whole)
    seconds = f"{positive.seconds % 60}" + (f".{positive.microseconds:06}".rstrip("0") if positive.microseconds else "")
    hours, minutes = positive.seconds // 3600, positive.seconds // 60 % 60
    times = [f"{n}{unit}" for n, unit in ((hours, "H"), (minutes, "M")) if n] + [f"{seconds}S"] * (seconds != "0")
    days = f"{positive.days}D" if positive.days or not times else ""
    return f"{'-' if whole < timedelta() else ''}P{days}{'T' if times else ''}{''.join(times)}"
