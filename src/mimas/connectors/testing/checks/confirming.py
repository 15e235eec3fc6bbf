"""What was written is there: every kind of change, read back."""

from mimas.connectors.testing.check import check, ensure, same
from mimas.connectors.testing.trial import Trial


@check()
def what_was_written_is_read_back(trial: Trial) -> None:
    """New objects are read back with every value they were written with, each in its attribute's type."""
    anna, bob = trial.persons(2)
    if trial.subject.text:
        anna = anna.having(trial.subject.text, "Anna")
    if trial.subject.texts:
        anna = anna.having(trial.subject.texts, ["one", "two", "three"])
    trial.make(anna, bob)
    trial.shown(trial.read(), anna, bob)


@check(offers="text")
def an_update_changes_only_what_it_says(trial: Trial) -> None:
    """An update changes its attribute, and neither another one nor another object."""
    anna, bob = trial.persons(2)
    anna = anna.having(trial.subject.text, "before")
    trial.make(anna, bob)
    before = trial.read().images
    trial.must((anna, anna.having(trial.subject.text, "after")))
    after = trial.read().images
    before[trial.anchor(anna)].values[trial.subject.text] = "after"
    same(after, before, "the objects after the update")


@check(offers="text")
def a_single_value_is_cleared(trial: Trial) -> None:
    """A single value can be cleared; then it is absent."""
    anna = trial.person().having(trial.subject.text, "something")
    trial.make(anna)
    trial.must((anna, anna.having(trial.subject.text, None)))
    trial.shown(trial.read(), anna.having(trial.subject.text, None))


@check(offers="texts")
def several_values_are_changed_one_by_one(trial: Trial) -> None:
    """Of several values one can be added and one removed, and all of them cleared."""
    several = trial.subject.texts
    anna = trial.person().having(several, ["one", "two", "three"])
    trial.make(anna)
    after = anna.having(several, ["two", "three", "four"])
    trial.must((anna, after))
    trial.shown(trial.read(), after)
    trial.must((after, after.having(several, None)))
    trial.shown(trial.read(), after.having(several, None))


@check("write")
def each_export_has_one_result(trial: Trial) -> None:
    """Each object that is written gets one result: not none, and not two."""
    people = trial.persons(7)
    exports = [trial.export(None, one) for one in people]
    results = []
    step = len(exports) if trial.capabilities.listing else trial.capabilities.batch
    for start in range(0, len(exports), step):
        results += [result.id for result in trial.connector.write(exports[start : start + step])]
    same(sorted(results), [one.id for one in people], "the objects that got a result")
    ensure(list(trial.connector.write(exports[:0])) == [] or trial.capabilities.listing, "results for nothing written")
