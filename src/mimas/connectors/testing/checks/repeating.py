"""After a lost answer the same is written again, and must come to the same."""

from dataclasses import replace

from mimas.connectors.contract import Result
from mimas.connectors.testing.check import InapplicableError, UntriedError, check, ensure
from mimas.connectors.testing.terms import TERMS
from mimas.connectors.testing.trial import Request, Trial


def _again(trial: Trial, request: Request) -> Result:
    """Write once more by a new connector, as a new process does; the second result."""
    thing = request[1] or request[0]
    assert thing is not None
    held, anchors = dict(trial.held), dict(trial.anchors)
    result = trial.send(request, by=trial.opened(trial.subject.open()))[thing.id]
    trial.held, trial.anchors = held, anchors
    return result


@check()
def an_add_may_be_repeated(trial: Trial) -> None:
    """An add that is written again makes no second object: it ends well, or with `cd-existing-object`."""
    anna = trial.person()
    trial.make(anna)
    before = trial.read().images
    result = _again(trial, (None, anna))
    listing = trial.read()
    twins = len(listing.images) - len(before)
    if twins and not trial.capabilities.named and not trial.types[anna.type].anchor:
        raise InapplicableError("the system gives the anchors; Mimas looks for an object before it adds it again")
    ensure(not twins, f"a second object was made of {anna}")
    ensure(result.error in ("", "cd-existing-object"), f"expected cd-existing-object, saw {result.error}")
    trial.shown(listing, anna)


@check()
def an_update_may_be_repeated(trial: Trial) -> None:
    """Values that are added again are there once, and values that are removed again are no error."""
    subject = trial.subject
    anna, bob, cid = trial.persons(3)
    if subject.texts:
        anna = anna.having(subject.texts, ["one", "two"])
    trial.make(anna, bob, cid)
    changes: list[Request] = []
    if subject.group and subject.member:
        team = trial.group(bob)
        trial.make(team)
        changes.append((team, team.referring(subject.member, cid)))
    after = anna.having(subject.text, "after") if subject.text else anna
    after = after.having(subject.texts, ["two", "three"]) if subject.texts else after
    if after != anna:
        changes.append((anna, after))
    if not changes:
        raise UntriedError("the subject names nothing that can change")
    for request in changes:
        trial.must(request)
        result = _again(trial, request)
        ensure(not result.error, f"the second time it was refused with {result.error}: {result.message}")
    trial.shown(trial.read(), *(one for _, one in changes if one is not None))


@check("read write named")
def a_rename_may_be_repeated(trial: Trial) -> None:
    """A rename that is written again ends well or with a term of the catalogue, and the object has its new name."""
    anna = trial.person()
    trial.make(anna)
    after = replace(anna, name=trial.subject.name(anna.type, f"{anna.key}0"))
    trial.must((anna, after))
    before = trial.read().images
    result = _again(trial, (anna, after))
    ensure(not result.error or result.error in TERMS, f"expected a term of the catalogue, saw {result.error!r}")
    ensure(trial.read().images == before, "the objects are others after the same rename was written again")


@check()
def a_delete_may_be_repeated(trial: Trial) -> None:
    """A delete that is written again ends well, or with `cd-missing-object`."""
    anna, bob = trial.persons(2)
    trial.make(anna, bob)
    trial.must((anna, None))
    result = _again(trial, (anna, None))
    ensure(result.error in ("", "cd-missing-object"), f"expected cd-missing-object, saw {result.error}")
    listing = trial.read()
    ensure(trial.anchor(anna) not in listing.images, f"{anna} was deleted and is shown")
    trial.shown(listing, bob)
