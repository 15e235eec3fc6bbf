"""Checks of schedules: what they name, whether they can ever start, whether anybody can be told."""

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

from mimas.configuration.problem import Problem
from mimas.configuration.reading import Document
from mimas.configuration.world import World
from mimas.mail.server import ROOM
from mimas.runs.setup import Schedule
from mimas.schedules.timing import always_closed


def check_schedules(world: World) -> Iterator[Problem]:
    """Problems of all schedules, and of the documents of kind Mail."""
    for name, schedule in world.setup.schedules.items():
        document = world.documents["Schedule", name]
        yield from world.named(document, ("profile",), "RunProfile", schedule.profile)
        yield from _waits(world, document, schedule)
        if always_closed(schedule.closed):
            yield document.problem(("closed",), "is closed at all times, and never starts", "leave some time open")
        if schedule.told.to and not any(kind == "Mail" for kind, _ in world.documents):
            hint = "write one, with the keys `host` and `from`"
            yield document.problem(("mail",), "nobody can be told: there is no document of kind Mail", hint)
    yield from _circles(world)
    servers = [document for (kind, _), document in world.documents.items() if kind == "Mail"]
    for document in sorted(servers, key=lambda one: (one.place.file, one.place.line))[1:]:
        yield document.problem(("kind",), "is a second document of kind Mail", "keep one of them")
    if servers and world.setup.mail is not None and (inbox := world.setup.mail.inbox) is not None:
        name = inbox.address.partition("@")[0]
        if inbox.plus and len(name) > ROOM:
            message = f"'{name}' leaves no room for the word by which an answer is known, so answers have to quote it"
            yield servers[0].warning(("inbox",), message, f"take an address of at most {ROOM} characters before the @")


def _waits(world: World, document: Document, schedule: Schedule) -> Iterator[Problem]:
    run = {one.profile for one in world.setup.schedules.values()}
    for index, profile in enumerate(schedule.after):
        path = ("after", index)
        other = world.setup.schedules.get(profile)
        if profile == schedule.profile:
            yield document.problem(path, "waits for its own run profile, and never starts", "leave it out")
        elif ("RunProfile", profile) not in world.documents and other is not None:
            message = f"'{profile}' is a schedule; what is waited for is a run profile"
            yield document.problem(path, message, f"write its run profile, '{other.profile}'")
        elif ("RunProfile", profile) not in world.documents:
            yield from world.named(document, path, "RunProfile", profile)
        elif profile not in run:
            message = f"waits for the run profile '{profile}', which no schedule runs"
            yield document.warning(path, message, f"it starts only after somebody has typed `mimas run {profile}`")


def _circles(world: World) -> Iterator[Problem]:
    schedules = world.setup.schedules
    waits = {
        name: [other.name for other in schedules.values() if other.profile in one.after and other is not one]
        for name, one in schedules.items()
    }
    try:
        TopologicalSorter(waits).prepare()
    except CycleError as error:
        circle = error.args[1]
        document = world.documents["Schedule", circle[0]]
        message = f"schedules wait for one another, and none starts: {' → '.join(reversed(circle))}"
        yield document.problem(("after",), message, "take one `after` away")
