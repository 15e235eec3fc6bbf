"""How a reading goes: what it is made of, and when it is no evidence."""

from collections.abc import Iterator
from itertools import islice

from mimas.connectors.contract import ConnectorError, End, Page
from mimas.connectors.testing.check import UntriedError, check, ensure, listed, same
from mimas.connectors.testing.listing import Listing, taken_down
from mimas.connectors.testing.trial import Trial


@check("read")
def readings_keep_the_contract(trial: Trial) -> None:
    """Pages have a key and a fingerprint for each record, entries are canonical, and an `End` comes last."""
    people = trial.persons(3)
    trial.fill(*people)
    first = trial.read()
    _right(first)
    ensure(first.whole, f"expected a complete reading, saw {first.end}")
    ensure(not first.problems and not first.errors, f"saw errors: {listed([*first.problems, *first.errors.values()])}")
    shown = [key for key, _ in first.shown]
    ensure(len(set(shown)) == len(shown), "an object comes twice in a full reading")
    told = first.watermark is not None
    ensure(
        told is trial.capabilities.delta, f"'delta' is {trial.capabilities.delta}; the watermark is {first.watermark}"
    )
    if trial.capabilities.delta:
        trial.must((people[0], None), by=trial.other)
        _right(trial.read(first.watermark))


def _right(listing: Listing) -> None:
    ensure(not listing.faults, listed(listing.faults))


@check("read", offers="text")
def fingerprints_follow_the_entries(trial: Trial) -> None:
    """A fingerprint stays while nothing has changed, and changes with its own entry only."""
    anna, *others = trial.persons(4)
    trial.fill(anna, *others)
    first = trial.read()
    same(trial.read().prints, first.prints, "the fingerprints of two readings of the same")
    trial.must((anna, anna.having(trial.subject.text, "another")), by=trial.other)
    second = trial.read()
    changed = {key for key in first.prints if second.prints.get(key) != first.prints[key]}
    same(changed, {trial.anchor(anna)}, "the fingerprints that changed")


@check("read")
def fingerprints_are_salted(trial: Trial) -> None:
    """Another salt, which stands for another configuration, makes other fingerprints."""
    trial.fill(*trial.persons(2))
    one = trial.connector
    other = trial.opened(type(one)(one.name, one.settings, one.schema, one.folder, one.salt + 1))
    first, second = trial.read().prints, trial.read(by=other).prints
    alike = [key for key in first if first[key] == second.get(key)]
    ensure(not alike, f"expected other fingerprints with another salt, saw the same for {listed(alike)}")


@check("read")
def a_cut_reading_is_not_complete(trial: Trial) -> None:
    """When the line breaks in the middle of a reading, no `End` says that it was complete."""
    people = trial.persons(40)
    trial.fill(*people)
    broken = trial.subject.cut()
    if broken is None:
        raise UntriedError("the subject cannot cut a reading ('cut')")
    trial.opened(broken)
    try:
        listing = trial.read(by=broken)
    except ConnectorError as error:
        ensure(bool(error.message and error.advice), "the error does not say what happened and what to do")
        return
    if {trial.anchor(one) for one in people} <= listing.images.keys():
        raise UntriedError("the subject's 'cut' let a whole reading through")
    ensure(not listing.whole, f"saw {len(listing.images)} of 40 objects, and an End that says they are all")


@check("read")
def a_dropped_reading_does_no_harm(trial: Trial) -> None:
    """A reading of which nobody wants the rest can be dropped; the next one is whole."""
    trial.fill(*trial.persons(30))
    before = trial.read()
    reading: Iterator[Page | End] = trial.connector.read()
    list(islice(reading, 1))
    del reading
    again = taken_down(trial.connector.read())
    ensure(again.whole, f"expected a complete reading, saw {again.end}")
    same(again.images, before.images, "the reading after a dropped one")


@check("read")
def deleted_objects_are_left_out(trial: Trial) -> None:
    """A full reading does not show what was deleted, and shows the rest."""
    anna, bob, cid = trial.persons(3)
    trial.fill(anna, bob, cid)
    trial.must((bob, None), by=trial.other)
    listing = trial.read()
    ensure(trial.anchor(bob) not in listing.images, f"{bob} was deleted and is shown")
    trial.shown(listing, anna, cid)
