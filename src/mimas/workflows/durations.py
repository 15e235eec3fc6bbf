"""How long something is to take: ``3 days``, ``2 hours``, or as MIMWAL writes it, ``3.00:00:00``."""

import re
from datetime import timedelta

from mimas.language.errors import FlowError
from mimas.language.functions.workflow import timespan

_FORM = re.compile(r"([0-9]{1,6}) *(second|minute|hour|day|week)s?", re.IGNORECASE)


def duration(text: str) -> timedelta:
    """The time that is meant. Raises `FlowError`."""
    text = text.strip()
    if form := _FORM.fullmatch(text):
        return timedelta(**{f"{form[2].lower()}s": int(form[1])})
    try:
        return timespan(text)
    except FlowError:
        raise FlowError(f"'{text}' is no duration: write `3 days`, `2 hours`, or days.hours:minutes:seconds") from None
