"""What stands in a mail: what happened, to what, what to do; and never more than a screenful."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec import structs

from mimas.runs.setup import Schedule, Step
from mimas.schedules.lateness import Progress
from mimas.schedules.letters import Matter, bad, good, late
from mimas.store.schedules import Memory

NOW = datetime(2026, 7, 1, 8, tzinfo=UTC)
SCHEDULE = Schedule("nightly", "full", "0 6 * * *", zone="Europe/Berlin")


def step(number: int, notes: int, **more: Any) -> dict[str, Any]:
    told = [
        {"code": "c", "connector": "hr", "name": f"person {n}", "message": "division by zero", "advice": "look"}
        for n in range(notes)
    ]
    kind = {"kind": "full-import", "connector": f"hr{number}", "result": "success", "message": ""}
    return {**kind, "notes": told, **more}


def matter(steps: list[dict[str, Any]], holds: list[dict[str, Any]], result: str = "failed") -> Matter:
    times = {"started": "2026-07-01T04:00:00.000Z", "ended": "2026-07-01T04:10:00.000Z"}
    run = {"id": 7, **times, "result": result, "steps": steps}
    return Matter("Example", SCHEDULE, Memory("", NOW, run=7, result=result), run, holds)


def hold(number: int, kind: str = "missing") -> dict[str, Any]:
    return {"id": number, "connector": "hr", "kind": kind, "reason": "5 of 9 objects are no longer shown"}


def test_what_happened_to_what_and_what_to_do() -> None:
    steps = [
        step(1, 0),
        step(2, 1, result="stopped-connectivity", message="hr2 does not answer. Start it."),
        step(3, 5),
    ]
    subject, text = bad(
        matter(steps, [hold(3), hold(4, "ambiguous")]), ["failed import hr2", "held hr missing", "errors export ad"]
    )
    assert subject == "Example: nightly: failed, something is held, errors at single objects"
    assert (
        text
        == """\
Schedule nightly, run profile full
Run 7, 2026-07-01 06:00:00 to 2026-07-01 06:10:00 Europe/Berlin: failed

import hr2: stopped-connectivity
  hr2 does not answer. Start it.
  hr person 0: division by zero
    look

import hr3: success
  hr person 0: division by zero
    look
  hr person 1: division by zero
    look
  hr person 2: division by zero
    look
  … and 2 more

Hold 3, hr: 5 of 9 objects are no longer shown.
  who it is:         mimas holds show 3
  let them through:  mimas holds release 3
  do not:            mimas holds refuse 3

Hold 4, hr: 5 of 9 objects are no longer shown.
  who it is:         mimas holds show 4
  say whose one is:  mimas join CONNECTOR KEY TYPE RESOURCE

The whole run: mimas runs 7
Reach the system by hand: mimas connector test hr2
Try again what has failed: mimas export ad --retry

You are told this once, once a day while it lasts, and when it is over.
"""
    )


def test_it_is_a_screenful_at_most() -> None:
    steps = [step(n, 500, result="stopped-connectivity", message="x" * 10_000) for n in range(50)]
    _, text = bad(matter(steps, [hold(n) for n in range(50)]), ["failed import hr", "errors sync", "held hr missing"])
    lines = text.splitlines()
    assert len(lines) < 62
    assert max(map(len, lines)) <= 300
    assert "… and 47 more steps" in lines
    assert "… and 47 more: mimas holds" in lines


def test_what_is_over() -> None:
    subject, text = good(matter([step(1, 500)], [], "success"))
    assert subject == "Example: nightly: well again"
    assert "finished" in text
    assert "person" not in text


def test_a_run_has_its_own_result_whatever_came_of_later_times_with_nothing_to_do() -> None:
    later = matter([step(1, 0)], [], "errors")
    later = replace(later, memory=structs.replace(later.memory, result="success"))
    assert "Europe/Berlin: finished, with errors\n" in good(later)[1]


def test_commands_can_be_typed_as_they_stand() -> None:
    named = {"connector": "HR people", "result": "stopped-connectivity"}
    _, text = bad(matter([step(1, 0, **named)], []), ["failed import HR people", "errors export my app"])
    assert "mimas connector test 'HR people'\n" in text
    assert "mimas export 'my app' --retry\n" in text
    progress = Progress(Step("full-import", "HR people"), NOW)
    assert "mimas connector test 'HR people'\n" in late("Example", SCHEDULE, NOW, progress, NOW)[1]


def test_a_run_that_is_still_under_way() -> None:
    progress = Progress(Step("full-import", "hr"), NOW + timedelta(minutes=5), 12_000)
    subject, text = late("Example", SCHEDULE, NOW, progress, NOW + timedelta(hours=1))
    assert subject == "Example: nightly: takes too long"
    assert (
        text
        == """\
Schedule nightly, run profile full
Begun 2026-07-01 10:00:00, and not ended 2026-07-01 11:00:00 Europe/Berlin.
Meanwhile no other schedule is run.

import hr: since 2026-07-01 10:05:00, 12,000 objects so far

Reach the system by hand: mimas connector test hr
Stop the run after its batch: mimas cancel
If it does not stop, the system does not answer: restart the process that runs the schedules. The run is then
begun again, and nothing is lost or sent twice.
If it always takes longer than 1 hour: write another `late_after` in the schedule.

You are told this once, and when it is over.
"""
    )
    assert "sync: since" in late("Example", SCHEDULE, NOW, Progress(Step("delta-sync"), NOW), NOW)[1]
    for far in (Progress(Step("delta-sync"), NOW), None):
        text = late("Example", SCHEDULE, NOW, far, NOW)[1]
        assert "connector test" not in text
        assert "so far" not in text
