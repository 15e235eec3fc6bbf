"""When people are told: once, then once a day, then when it is over; however often a run fails."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from mimas.runs.setup import Step
from mimas.schedules.trouble import News, concerning, news, noted
from mimas.store.schedules import Notice

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def mails(current: Callable[[int], tuple[str, ...]], minutes: int) -> list[tuple[int, News]]:
    """What is sent when a run a minute comes to that end: (minute, what)."""
    notice = Notice()
    sent: list[tuple[int, News]] = []
    for minute in range(minutes):
        now = NOW + minute * MINUTE
        told = news(notice, current(minute), now)
        notice = noted(notice, current(minute), told, now)
        if told:
            sent.append((minute, told))
    return sent


def test_nothing_is_told_of_what_is_well() -> None:
    assert mails(lambda _: (), 10_000) == []


def test_what_repeats_every_minute_is_told_once_a_day_and_when_it_is_over() -> None:
    sent = mails(lambda minute: ("failed sync",) if minute < 2 * 1440 + 10 else (), 4 * 1440)
    assert sent == [(0, "trouble"), (1440, "trouble"), (2880, "trouble"), (2890, "well")]


def test_what_was_told_by_a_clock_that_was_ahead_is_told_again() -> None:
    notice = noted(Notice(), ("failed sync",), "trouble", NOW + 400 * DAY)
    assert news(notice, ("failed sync",), NOW) == "trouble"
    notice = noted(notice, ("failed sync",), "trouble", NOW)
    assert news(notice, ("failed sync",), NOW + MINUTE) == ""


def test_something_else_is_told_at_once() -> None:
    sent = mails(lambda minute: ("held hr missing",) if minute < 5 else ("held hr missing", "failed export ad"), 100)
    assert sent == [(0, "trouble"), (5, "trouble")]


def test_that_a_part_is_over_is_no_news() -> None:
    assert mails(lambda minute: ("a 1", "b 2") if minute < 5 else ("a 1",), 100) == [(0, "trouble")]


def test_one_trouble_after_another() -> None:
    sent = mails(lambda minute: ("failed import hr",) if minute < 5 else ("held hr missing",) if minute < 9 else (), 50)
    assert sent == [(0, "trouble"), (5, "trouble"), (9, "well")]


def test_what_comes_and_goes_every_minute_fills_no_mailbox() -> None:
    sent = mails(lambda minute: ("failed sync",) if minute % 2 == 0 else (), 1440)
    assert len(sent) == 48, "two an hour: bad, and good again"
    assert sent[:4] == [(0, "trouble"), (1, "well"), (60, "trouble"), (61, "well")]


def test_a_day_later_it_is_news_again() -> None:
    sent = mails(lambda minute: ("failed sync",) if minute in (0, 3000) else (), 4000)
    assert sent == [(0, "trouble"), (1, "well"), (3000, "trouble"), (3001, "well")]


def test_whose_holds_a_schedule_tells() -> None:
    holds = [
        {"connector": connector, "kind": kind}
        for connector in ("hr", "ad")
        for kind in ("missing", "grace", "ambiguous")
    ]

    def told(*steps: Step) -> list[str]:
        return [f"{hold['connector']} {hold['kind']}" for hold in concerning(holds, steps)]

    assert told(Step("full-import", "hr")) == ["hr missing", "hr ambiguous"], "a grace ends by itself"
    assert told(Step("delta-sync")) == ["hr ambiguous", "ad ambiguous"]
    assert told(Step("delta-sync", "ad")) == ["ad missing", "ad ambiguous"]
    assert told(Step("export", "ad"), Step("delta-sync")) == ["hr ambiguous", "ad missing", "ad ambiguous"]
