"""What a connector says of its system."""

from mimas.connectors.testing.check import check, ensure, listed
from mimas.connectors.testing.trial import Trial
from mimas.schema.attributes import NAME


@check("read")
def discovery_names_the_types(trial: Trial) -> None:
    """`discover` names the configured object types, and the attributes that objects have."""
    things = [trial.person()]
    trial.fill(*things)
    if trial.subject.group and trial.subject.member:
        things.append(trial.group(things[0]))
        trial.fill(things[1])
    found = trial.connector.discover()
    missing = sorted(trial.subject.schema.keys() - found.keys())
    ensure(not missing, f"expected the types {listed(missing)}, saw {listed(found)}")
    for thing in things:
        absent = sorted(thing.values.keys() - found[thing.type].attributes.keys() - {NAME})
        ensure(
            not absent, f"expected {thing.type} to have {listed(absent)}, saw {listed(found[thing.type].attributes)}"
        )


@check("")
def a_test_says_what_was_reached(trial: Trial) -> None:
    """`test` reaches the system and says so in one line."""
    if trial.capabilities.write:
        trial.must((None, trial.person()))
    said = trial.connector.test()
    ensure(bool(said.strip()) and "\n" not in said, f"expected one line, saw {said!r}")
