"""Delta readings: what changed since a watermark, and nothing less."""

from dataclasses import replace

from mimas.connectors.testing.check import UntriedError, check, ensure, same
from mimas.connectors.testing.listing import Listing
from mimas.connectors.testing.trial import Request, Trial

_SOON = 10.0
"""Seconds in which whoever waits hears of a change."""


@check("read delta", offers="text")
def deltas_show_adds_and_changes(trial: Trial) -> None:
    """A full reading and the delta after it show together what a new full reading shows: adds and changes."""
    anna, bob, cid = trial.persons(3)
    trial.fill(anna, bob)
    _followed(trial, trial.read(), (None, cid), (bob, bob.having(trial.subject.text, "another")))


@check("read delta")
def deltas_show_deletes(trial: Trial) -> None:
    """A delta says which objects are gone."""
    anna, bob = trial.persons(2)
    trial.fill(anna, bob)
    _followed(trial, trial.read(), (bob, None))


@check("read delta named")
def deltas_show_renames(trial: Trial) -> None:
    """A delta shows renamed objects, under the anchors they had."""
    anna, bob = trial.persons(2)
    name = trial.subject.name(bob.type, f"{bob.key}0")
    trial.fill(anna, bob)
    _followed(trial, trial.read(), (bob, replace(bob, name=name)))


@check("read delta")
def deltas_show_members(trial: Trial) -> None:
    """A delta shows members that came and went, of groups in which nothing else changed."""
    anna, bob, cid = trial.persons(3)
    trial.fill(anna, bob, cid)
    team = trial.group(anna, bob)
    trial.fill(team)
    _followed(trial, trial.read(), (team, team.referring(trial.subject.member, bob, cid)))


def _followed(trial: Trial, first: Listing, *requests: Request) -> None:
    """Somebody else changes the system; the delta tells it."""
    trial.must(*requests, by=trial.other)
    delta, full = trial.read(first.watermark), trial.read()
    ensure(full.images != first.images, "a full reading does not show what somebody else has changed")
    ensure(delta.whole, f"expected a complete delta, saw {delta.end}")
    same(delta.after(first.images), full.images, "a full reading and the delta after it")


@check("read delta")
def a_quiet_delta_changes_nothing(trial: Trial) -> None:
    """When nothing has happened, a delta shows nothing else than is known, and its watermark stays."""
    trial.fill(*trial.persons(3))
    full = trial.read()
    first = trial.read(full.watermark)
    second = trial.read(first.watermark)
    for delta in (first, second):
        same(delta.after(full.images), full.images, "what a quiet delta comes to")
    same(second.watermark, first.watermark, "the watermark after nothing has happened")


@check("read delta", offers="text")
def an_old_watermark_is_still_right(trial: Trial) -> None:
    """A delta since an old watermark, read again after newer ones, shows everything since then."""
    anna, bob, cid = trial.persons(3)
    trial.fill(anna, bob)
    old = trial.read()
    trial.must((None, cid), by=trial.other)
    newer = trial.read(old.watermark)
    trial.must((anna, anna.having(trial.subject.text, "another")), by=trial.other)
    trial.read(newer.watermark)
    if old.watermark is None:
        raise UntriedError("the reading had no watermark")
    same(trial.read(old.watermark).after(old.images), trial.read().images, "what came since the old watermark")


@check("read live", offers="text")
def a_change_is_told_at_once(trial: Trial) -> None:
    """Whoever waits for changes is told of one within seconds."""
    anna = trial.person()
    trial.fill(anna)
    trial.read()
    trial.connector.wait(0)
    trial.must((anna, anna.having(trial.subject.text, "another")), by=trial.other)
    ensure(trial.connector.wait(_SOON), f"somebody changed {anna}, and {_SOON} seconds later nothing is told")
