"""Watching connected systems: whatever changes in one goes through the rules to the others at once.

That something has changed is only a hint. What it is, the next delta import says, and a hint that is lost costs
nothing but time: a schedule, or the next hint, finds the change just as well.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Condition, Thread
from time import sleep

from mimas.connectors.contract import ConnectorError
from mimas.runs.engine import Course, Engine
from mimas.runs.pending import has_work
from mimas.runs.setup import Step
from mimas.schedules.scheduler import Surroundings
from mimas.store.database import BusyError

_PATIENCE = 5.0
"""Seconds for which a system is waited for at once; after so many it is seen whether to stop."""
_AWAY = 10.0
"""Seconds until a system that was out of reach is tried again."""
_BUSY = 1.0
"""Seconds until it is tried again when another run is under way."""


@dataclass(slots=True)
class Hints:
    """The connectors of which it was told that something has changed. Threads may tell; one takes."""

    _names: set[str] = field(default_factory=set)
    _told: Condition = field(default_factory=Condition)

    def tell(self, name: str) -> None:
        """Something may have changed there."""
        with self._told:
            self._names.add(name)
            self._told.notify()

    def take(self, seconds: float) -> set[str]:
        """Whatever was told, or nothing after so long."""
        with self._told:
            self._told.wait_for(lambda: self._names, seconds)
            names, self._names = self._names, set()
        return names


class Watching:
    """Watches some connected systems of an installation."""

    def __init__(self, around: Surroundings, names: Sequence[str]) -> None:
        self.around = around
        self.names = names
        self.hints = Hints()

    def run(self) -> None:
        """Go on until it is to stop."""
        for name in self.names:
            Thread(target=self._watch, args=(name,), name=f"watch {name}", daemon=True).start()
        while not self.around.stops():
            if told := self.hints.take(0.5):
                self._follow(told)

    def _watch(self, name: str) -> None:
        """Wait for one system, on a connection of its own."""
        said = ""
        while not self.around.stops():
            try:
                with self.around.open() as engine, engine.connector(name) as connector:
                    connector.wait(0)
                    # What changed before it was waited for is found by an import like everything else.
                    self.hints.tell(name)
                    said = ""
                    while not self.around.stops():
                        if connector.wait(_PATIENCE):
                            self.hints.tell(name)
            except Exception as error:  # noqa: BLE001 - whatever it is, the next try may find it gone
                if (explained := self.around.explains(error)) != said:
                    self.around.says(explained)
                said = explained
                sleep(_AWAY)

    def _follow(self, told: set[str]) -> None:
        """Import what has changed, sync, and export to whoever is to have it."""
        try:
            with self.around.open() as engine:
                course = Course(lambda step: has_work(engine.store, step, engine.clock()), self.around.stops)
                engine.run("watch", _steps(engine, told), self.around.watches(engine), course)
        except BusyError:
            sleep(_BUSY)
            self._again(told)
        except Exception as error:  # noqa: BLE001 - the database may be away; what was told is not forgotten
            self.around.says(self.around.explains(error))
            sleep(_AWAY)
            self._again(told)

    def _again(self, told: set[str]) -> None:
        for name in told:
            self.hints.tell(name)


def _steps(engine: Engine, told: set[str]) -> list[Step]:
    imports = [Step("delta-import", name) for name in sorted(told)]
    return [*imports, Step("delta-sync"), *(Step("export", name) for name in sorted(engine.setup.connectors))]


def watchable(engine: Engine) -> list[str]:
    """The connectors whose systems can be waited for."""
    found = []
    for name in sorted(engine.setup.connectors):
        try:
            with engine.connector(name) as connector:
                if connector.capabilities.live:
                    found.append(name)
        except ConnectorError:
            continue
    return found
