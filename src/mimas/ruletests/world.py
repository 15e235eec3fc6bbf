"""One rule test under way: an engine over an empty store, its connected systems, and the time."""

from collections.abc import Callable, Iterable
from typing import Any

from mimas.connectors.contract import Connector
from mimas.ruletests.case import Case, Named
from mimas.ruletests.form import START
from mimas.ruletests.systems import Known, Systems
from mimas.runs.engine import Engine
from mimas.runs.pending import has_work
from mimas.runs.setup import Setup, Step
from mimas.schema.places import Place
from mimas.store import looking
from mimas.store.memory import in_memory
from mimas.store.store import Store
from mimas.sync.compiling import Compiled
from mimas.testing import RefusalError

ROUNDS = 6
"""How often what has been exported is imported and synced again, until it comes to rest."""

_NO_ERRORS = ("drift", "learned-normalisation", "join-by-hand")
"""What is told and is no error."""


class _Engine(Engine):
    """Connects to the systems of the test."""

    systems: Systems

    def connector(self, name: str) -> Connector[Any]:
        self.setup_of(name)
        return self.systems.connector(name)


class World:
    """What a test lives in, and those that go on from it."""

    def __init__(
        self,
        setup: Setup,
        compiled: Compiled,
        extensions: Callable[[str], object],
        systems: Systems,
        like: Store | None = None,
    ) -> None:
        self.store = in_memory(like)
        self.systems = systems
        self.now = START
        self.engine = _Engine(self.store, setup, clock=lambda: self.now)
        self.engine.systems = systems
        self.engine.extensions = extensions
        self.engine.compiled = compiled
        self.sinks = sorted({target.connector for some in compiled.targets.values() for target in some})
        self.notes: list[dict[str, Any]] = []
        """What was said of single objects while the last case was lived through, each once."""
        self.troubles: list[str] = []
        """What went wrong with it as a whole."""
        self.refused: list[tuple[str, str, Place]] = []
        """What could not be given: which object, why, and where it stands."""
        self.sent: dict[str, dict[str, str]] = {}
        """Connector → anchor → what was done to the object."""
        self.called: dict[tuple[str, str], Known] = {}
        """(connector, anchor) → what the object is or was called, of all there have been."""

    def copy(self) -> "World":
        """The same once more, to be gone on from in another way."""
        engine = self.engine
        other = World(engine.setup, engine.compiled, engine.extensions, self.systems.copy(), self.store)
        other.called = dict(self.called)
        return other

    def close(self) -> None:
        """Forget everything."""
        self.store.close()
        self.systems.close()

    def live(self, case: Case) -> None:
        """What is given happens, and then whatever follows, until nothing follows any more."""
        self.now, self.sent = case.now, {}
        self.notes, self.troubles, self.refused = [], [], []
        changed = self._show(case)
        before = {name: len(self.systems[name].asked()) for name in self.sinks}
        steps = _looked_at(changed)
        for _ in range(ROUNDS):
            self._run(steps)
            self._remember()
            changed = [name for name in self.sinks if has_work(self.store, Step("export", name), self.now)]
            if not changed:
                break
            steps = [Step("export", name) for name in changed] + _looked_at(changed)
        else:
            self.troubles.append(
                f"after {ROUNDS} exports and imports there is still something to send to {', '.join(changed)}: "
                "rules go round in a circle, or a system is never as they want it"
            )
        for name in self.sinks:
            self._account(name, before[name])

    def unexpected(self) -> Iterable[dict[str, Any]]:
        """What was said that is an error."""
        return [note for note in self.notes if note["code"] not in _NO_ERRORS]

    def _show(self, case: Case) -> list[str]:
        shown: list[tuple[str, str, Named]] = []
        for connector, rows in case.given.items():
            for type_, key, row in [(type_, key, row) for type_, some in rows.items() for key, row in some.items()]:
                try:
                    anchor = self.systems.show(connector, type_, key, row)
                    shown += [(connector, anchor, row)] if anchor is not None and row is not None else []
                except RefusalError as error:
                    place = case.document.at("given", connector, type_, key)
                    self.refused.append((f"{connector} {key}", str(error), place))
        for object_ in shown:
            self.systems.refer(*object_)
        return list(case.given)

    def _run(self, steps: list[Step]) -> None:
        for report in self.engine.run("rule test", steps).steps:
            outcome = report.outcome
            if outcome.message and outcome.result.startswith(("stopped", "no-start")):
                self.troubles.append(f"{report.step.title}: {outcome.message}")
            for note in looking.notes(self.store, report.number, 1_000):
                same = [one for one in self.notes if one["code"] == note["code"] and one["name"] == note["name"]]
                self.notes += [] if same else [note]

    def _remember(self) -> None:
        for name in self.sinks:
            self.called |= {(name, anchor): known for anchor, known in self.systems.everything(name).items()}

    def _account(self, name: str, before: int) -> None:
        """What was done to each object, taken together: what was added and then changed was added."""
        done: dict[str, list[str]] = {}
        for write, outcome in self.systems[name].asked()[before:]:
            if outcome == "done" and write.anchor is not None:
                done.setdefault(write.anchor, []).append("rename" if write.new_name else write.operation)
        self.sent[name] = {anchor: _together(operations) for anchor, operations in done.items()}


def _looked_at(connectors: list[str]) -> list[Step]:
    return [*(Step("full-import", name) for name in connectors), Step("delta-sync")]


def _together(operations: list[str]) -> str:
    part_of = {"update", "rename"} if "add" in operations else {"update"} if "rename" in operations else set()
    return ", ".join(one for one in dict.fromkeys(operations) if one not in part_of)
