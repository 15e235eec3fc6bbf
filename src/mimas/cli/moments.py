"""Instants as they are typed."""

from datetime import date, datetime, time, timedelta

from mimas.cli.failing import CommandError


def moment(text: str, *, last: bool = False) -> datetime:
    """An instant, or a day: its beginning, or its end where that is meant. In the time zone of this machine.

    Raises `CommandError`.
    """
    try:
        if len(text) == len("2026-12-31"):
            day = date.fromisoformat(text) + timedelta(days=last)
            return datetime.combine(day, time()).astimezone()
        return datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError):
        raise CommandError(f"'{text}' is no date. Write 2026-12-31, or 2026-12-31T18:00.") from None
