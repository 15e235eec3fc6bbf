"""References: as anchors or names, as the capabilities say."""

from mimas.connectors.testing.check import InapplicableError, UntriedError, check
from mimas.connectors.testing.trial import Trial


@check()
def references_lead_to_their_targets(trial: Trial) -> None:
    """References are read as the anchors or names of their targets, as declared; members are added and removed."""
    anna, bob, cid = trial.persons(3)
    team = trial.group(anna, bob)
    trial.make(anna, bob, cid)
    trial.make(team)
    trial.shown(trial.read(), team)
    after = team.referring(trial.subject.member, bob, cid)
    trial.must((team, after))
    trial.shown(trial.read(), after)


@check(offers="manager")
def a_single_reference_is_changed_and_cleared(trial: Trial) -> None:
    """A single reference can be set, pointed elsewhere, and cleared."""
    anna, bob, cid = trial.persons(3)
    trial.make(anna, bob)
    cid = cid.referring(trial.subject.manager, anna)
    trial.make(cid)
    trial.shown(trial.read(), cid)
    for targets in ([bob], []):
        after = cid.referring(trial.subject.manager, *targets)
        trial.must((cid, after))
        trial.shown(trial.read(), after)
        cid = after


@check()
def all_members_are_cleared(trial: Trial) -> None:
    """A group can lose all its members, and get one again."""
    anna, bob = trial.persons(2)
    full = trial.group(anna, bob)
    trial.make(anna, bob)
    trial.make(full)
    empty = full.referring(trial.subject.member)
    trial.must((full, empty))
    trial.shown(trial.read(), empty)
    again = empty.referring(trial.subject.member, bob)
    trial.must((empty, again))
    trial.shown(trial.read(), again)


@check()
def references_may_come_before_their_targets(trial: Trial) -> None:
    """An object may refer to one that is made later in the same batch."""
    (anna,) = trial.persons(1)
    team = trial.group(anna)
    try:
        trial.export(None, team)
    except UntriedError as reason:
        raise InapplicableError(str(reason)) from None
    trial.make(team, anna)
    trial.shown(trial.read(), team, anna)
