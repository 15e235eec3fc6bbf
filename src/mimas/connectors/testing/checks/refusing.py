"""Errors are per object: one that fails, fails alone, and says why."""

from contextlib import suppress

from mimas.connectors.contract import Result
from mimas.connectors.testing.check import FailedError, InapplicableError, check, ensure
from mimas.connectors.testing.terms import TERMS
from mimas.connectors.testing.trial import Request, Thing, Trial


@check("write", offers="bad")
def a_bad_value_fails_alone(trial: Trial) -> None:
    """An object with a value that is refused gets a term of the error catalogue; the others are written."""
    _bad(trial)


def _bad(trial: Trial) -> tuple[Thing, Result]:
    assert trial.subject.bad is not None
    attribute, value = trial.subject.bad
    before, after = trial.persons(2)
    wrong = trial.person().having(attribute, value)
    return wrong, _alone(trial, before, (None, wrong), after)


def _alone(trial: Trial, before: Thing, wrong: Request, after: Thing, *terms: str) -> Result:
    """Write something wrong between two good objects; how it was refused."""
    thing = wrong[1] or wrong[0]
    assert thing is not None
    done = trial.send((None, before), wrong, (None, after))
    result = done.pop(thing.id)
    told = "; ".join(f"{one.error}: {one.message}" for one in done.values() if one.error)
    ensure(not told, f"objects beside the wrong one were refused: {told}")
    if trial.capabilities.read:
        listing = trial.read()
        trial.learn(listing, before, after)
        trial.shown(listing, before, after)
    if not result.error:
        return result
    allowed = terms or tuple(sorted(TERMS))
    ensure(result.error in allowed, f"expected {' or '.join(terms) or 'a term of the catalogue'}, saw {result.error!r}")
    return result


def _missing(trial: Trial) -> list[tuple[Thing, Result]]:
    """An update and a delete of objects that somebody else has deleted."""
    gone, also = trial.persons(2)
    trial.make(gone, also)
    trial.must((gone, None), (also, None), by=trial.other)
    asked: list[Request] = [(also, None)]
    if text := trial.subject.text:
        asked.append((gone, gone.having(text, "another")))
    found = []
    for request in asked:
        before, after = trial.persons(2)
        result = _alone(trial, before, request, after, "cd-missing-object")
        thing = request[0]
        assert thing is not None
        ensure(bool(result.error) or request[1] is None, f"{thing} is not there, and its update is said to be done")
        found.append((thing, result))
    return found


def _existing(trial: Trial) -> tuple[Thing, Result]:
    """An object whose name, or what tells it apart, another one has."""
    anna = trial.person()
    trial.make(anna)
    double = trial.person(key=anna.key)
    before, after = trial.persons(2)
    result = _alone(trial, before, (None, double), after, "cd-existing-object")
    if not result.error:
        images = trial.read().images.values()
        twins = [one for one in images if one.type == anna.type and anna.values.items() <= one.values.items()]
        is_one_of_its_kind = trial.capabilities.named or bool(trial.types[anna.type].anchor)
        ensure(
            len(twins) > 1 and not is_one_of_its_kind, f"{anna} was there, and another of its name is said to be made"
        )
        raise InapplicableError("the system lets two objects have the same values")
    return double, result


@check(no="listing")
def a_missing_object_fails_alone(trial: Trial) -> None:
    """An update of an object that is gone ends with `cd-missing-object`, a delete so or well; the others go through."""
    _missing(trial)


@check(no="listing")
def an_existing_object_fails_alone(trial: Trial) -> None:
    """An add of an object that is there ends with `cd-existing-object`, and the others go through."""
    _existing(trial)


@check("write")
def errors_name_their_object(trial: Trial) -> None:
    """What is said of an object that failed names it, says what happened, and what to do."""
    found: list[tuple[Thing, Result]] = []
    if trial.subject.bad:
        with suppress(FailedError):  # which other checks tell
            found.append(_bad(trial))
    if trial.capabilities.read and not trial.capabilities.listing:
        with suppress(FailedError):
            found += _missing(trial)
        with suppress(FailedError, InapplicableError):
            found.append(_existing(trial))
    found = [(thing, result) for thing, result in found if result.error]
    if not found:
        raise InapplicableError("nothing could be refused")
    for thing, result in found:
        called = [thing.key, thing.name, trial.anchors.get(thing.id)]
        ensure(bool(result.message), f"{result.error} comes without a message")
        named = any(one and one in result.message for one in called)
        ensure(named, f"the message does not name {thing}: {result.message!r}")
        ensure(bool(result.advice), f"the message does not say what to do: {result.message!r}")
