"""By what objects are known again."""

from dataclasses import replace

from mimas.connectors.contract import Sought
from mimas.connectors.testing.check import InapplicableError, UntriedError, check, ensure, same
from mimas.connectors.testing.listing import taken_down
from mimas.connectors.testing.trial import Thing, Trial
from mimas.schema import names
from mimas.schema.attributes import NAME


@check("read")
def anchors_are_stable(trial: Trial) -> None:
    """Each object has an anchor of its own, the same in every reading, whatever becomes of it and of others."""
    people = trial.persons(5)
    trial.fill(*people)
    first = trial.found(trial.read().images, *people)
    ensure(len(set(first)) == len(people), f"expected {len(people)} different anchors, saw {first}")
    if text := trial.subject.text:
        trial.must((people[0], people[0].having(text, "another")), by=trial.other)
    trial.must((people[-1], None), by=trial.other)
    again = trial.found(trial.read(by=trial.opened(trial.subject.open())).images, *people[:-1])
    same(again, first[:-1], "the anchors that another connector shows later")


@check("read write", no="listing")
def a_write_tells_the_anchor(trial: Trial) -> None:
    """The anchor that the result of an add tells is the one under which the object is read."""
    people = trial.persons(3)
    done = trial.send(*((None, one) for one in people))
    read = dict(zip((one.id for one in people), trial.found(trial.read().images, *people), strict=True))
    told = {id_: result.anchor for id_, result in done.items() if result.anchor is not None}
    same(told, {id_: read[id_] for id_ in told}, "the anchors that were told")


@check("read fetch")
def fetched_objects_are_as_in_a_reading(trial: Trial) -> None:
    """`fetch` shows the objects that are asked for as a full reading does, and leaves out what is not there."""
    gone, *people = trial.persons(5)
    trial.fill(gone, *people)
    trial.must((gone, None), by=trial.other)
    asked = people[:2]
    full = trial.read()
    found = taken_down(trial.connector.fetch([_sought(trial, one) for one in (asked[0], gone, asked[1])]))
    anchors = {trial.anchor(one) for one in asked}
    same(found.images, {key: image for key, image in full.images.items() if key in anchors}, "what was fetched")
    same(found.prints, {key: one for key, one in full.prints.items() if key in anchors}, "their fingerprints")


def _sought(trial: Trial, thing: Thing) -> Sought:
    return Sought(thing.type, trial.anchor(thing), thing.name)


@check("read write named")
def a_rename_keeps_the_anchor(trial: Trial) -> None:
    """An object that is renamed is the same one: its anchor and its values stay, its name is the new one."""
    (anna,) = trial.persons(1)
    _renamed(trial, anna, trial.subject.name(anna.type, f"{anna.key}0"))


@check("read write named")
def a_move_keeps_the_anchor(trial: Trial) -> None:
    """An object that is moved to another container is the same one."""
    (anna,) = trial.persons(1)
    _renamed(trial, anna, trial.subject.elsewhere(anna.name or ""))


def _renamed(trial: Trial, anna: Thing, name: str | None) -> None:
    if name is None or anna.name is None:
        raise UntriedError("the subject does not say how an object is called then")
    trial.make(anna)
    if trial.anchor(anna) == names.key(anna.name):
        raise InapplicableError("the anchor is the name")
    before = trial.read().images[trial.anchor(anna)]
    trial.must((anna, replace(anna, name=name)))
    after = trial.read().images
    image = after.get(trial.anchor(anna))
    if image is None:
        raise_gone = trial.found(after, replace(anna, name=name))
        ensure(False, f"expected the anchor {trial.anchor(anna)}, saw {raise_gone[0] or 'nobody of the new name'}")
        return
    same(names.key(image.name or ""), names.key(name), "the name")
    naming = {NAME, *(part.partition("=")[0] for one in (anna.name, name) for part in names.split(one)[0].split("+"))}
    kept = {key: value for key, value in before.values.items() if key not in naming}
    same({key: value for key, value in image.values.items() if key in kept}, kept, "the values of the renamed object")
