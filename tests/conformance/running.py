"""Running a case in one way, and judging what came of it. Of the engine it knows an `Engine` only: the adapter."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from tests.conformance.suite import Case, Row, value
from tests.conformance.system import System

PROFILE = ""
"""The product whose documented ways the engine under test says it follows: a name under ``profiles`` in the cases."""


class Adapter(Protocol):
    """What has to be written for an engine."""

    systems: dict[str, System]

    def change_rules(self, changes: Mapping[str, Any]) -> None: ...
    def wait(self, days: float) -> None: ...
    def do(self, step: str) -> None: ...
    def link(self, system: str, key: str, label: str) -> None: ...
    def unlink(self, system: str, key: str, *, forget: bool = False) -> None: ...
    def decide(self, system: str, *, release: bool) -> None: ...
    def hub(self, type_: str) -> list[Row]: ...
    def links(self, system: str) -> dict[str, str | None]: ...
    def pending(self, system: str) -> dict[str, str]: ...
    def held(self, system: str) -> dict[str, int]: ...
    def told(self) -> set[str]: ...


class Run:
    """One case in one way."""

    def __init__(self, case: Case, adapter: Adapter, way: str) -> None:
        self.case = case
        self.adapter = adapter
        self.way = way
        self._read: set[str] = set()
        for name, rows in case.given.items():
            adapter.systems[name].shows(rows)
            self._sent(name)

    def differences(self) -> Iterator[str]:
        """What is not as expected, until the first step with a difference."""
        for number, step in enumerate(self.case.steps, 1):
            try:
                self._carry_out(step)
            except LookupError as error:
                yield f"step {number}: {error}"
                return
            if "expect" in step:
                expected = {**step["expect"], **step.get("profiles", {}).get(PROFILE, {})}
                found = [f"step {number}: {line}" for line in self._judge(expected)]
                if found:
                    yield from found
                    return
        if self.case.ends != "restless":
            yield from self._once_more()

    # Steps.

    def _carry_out(self, step: Mapping[str, Any]) -> None:
        if "rules" in step:
            self.adapter.change_rules(step["rules"])
        self.adapter.wait(step.get("wait", 0))
        self._happens(step)
        self._is_decided(step)
        done = step.get("do", [])
        for one in [done] if isinstance(done, str) else done:
            self._do(one)

    def _happens(self, step: Mapping[str, Any]) -> None:
        """What happens in the systems."""
        for name, behaves in step.get("behave", {}).items():
            self.adapter.systems[name].behaves = behaves
        for verb in ("shows", "put", "remove", "rename"):
            for name, given in step.get(verb, {}).items():
                getattr(self.adapter.systems[name], verb)(given)

    def _is_decided(self, step: Mapping[str, Any]) -> None:
        """What a person decides."""
        for name, links in step.get("link", {}).items():
            for key, label in links.items():
                self.adapter.link(name, str(key), str(label))
        for verb in ("unlink", "forget"):
            for name, keys in step.get(verb, {}).items():
                for key in keys:
                    self.adapter.unlink(name, str(key), forget=verb == "forget")
        for verb in ("release", "refuse"):
            if verb in step:
                self.adapter.decide(step[verb], release=verb == "release")

    def _do(self, step: str) -> None:
        if step == "cycle":
            written = [name for name in self.case.systems if self._is_written(name)]
            for name in self.case.systems:
                self._do(f"import {name}")
            self._do("sync")
            for name in written:
                self._do(f"export {name}")
            for name in written:
                self._do(f"import {name}")
            self._do("sync")
            return
        verb, *rest = step.split()
        if verb == "sync" and self.way == "full":
            step = "sync full"
        if verb == "import":
            again = rest[0] in self._read and self.way == "delta imports" and len(rest) == 1
            step = f"import {rest[0]} delta" if again else step.removesuffix(" full")
            self._read.add(rest[0])
        self.adapter.do(step)

    def _is_written(self, system: str) -> bool:
        return any(rule.get("out") == system for rule in self.case.rules.values())

    def _once_more(self) -> Iterator[str]:
        """And once more: nothing is pending, nothing changes."""
        self._do("cycle")
        before = self._everything()
        for name in self.adapter.systems:
            self._sent(name)
        self._do("cycle")
        after = self._everything()
        for what, held in before.items():
            if after[what] != held:
                yield f"once more: {what} is not at rest: {held} → {after[what]}"
        for name in self.adapter.systems:
            if sent := self._sent(name):
                yield f"once more: {name} was sent {sent}"
            if self.case.ends == "settled" and (pending := self.adapter.pending(name)):
                yield f"once more: {name} has pending {pending}"

    def _everything(self) -> dict[str, Any]:
        systems = self.adapter.systems
        found: dict[str, Any] = {
            f"hub {name}": sorted(map(repr, map(_sorted, self.adapter.hub(name)))) for name in self.case.hub
        }
        found |= {f"system {name}": sorted(map(repr, map(_sorted, one.rows()))) for name, one in systems.items()}
        return found | {f"links of {name}": self.adapter.links(name) for name in systems}

    def _sent(self, system: str) -> list[tuple[str, str]]:
        sent = self.adapter.systems[system].sent
        self.adapter.systems[system].sent = []
        return sent

    # Expectations.

    def _judge(self, expected: Mapping[str, Any]) -> Iterator[str]:
        for type_, rows in expected.get("hub", {}).items():
            spec = self.case.hub[type_]
            yield from _rows(f"hub {type_}", rows, self.adapter.hub(type_), spec["attributes"])
        for name, rows in expected.get("systems", {}).items():
            yield from self._system(name, rows)
        for name, links in expected.get("links", {}).items():
            found = self.adapter.links(name)
            for key, label in links.items():
                if found.get(str(key)) != _text(label):
                    yield f"link of {name} {key}: expected {label}, found {found.get(str(key))}"
        for name, pending in expected.get("pending", {}).items():
            yield from _same(f"pending {name}", pending, self.adapter.pending(name))
        for name, held in expected.get("held", {}).items():
            yield from _same(f"held {name}", held, self.adapter.held(name))
        told = self.adapter.told()
        if "told" in expected and not (set(expected["told"]) <= told if expected["told"] else not told):
            yield f"told: expected {sorted(expected['told'])}, found {sorted(told)}"
        sent = {name: self._sent(name) for name in self.adapter.systems}
        for name, writes in expected.get("sent", {}).items():
            wanted = sorted(
                (str(key), one) for key, ones in writes.items() for one in ([ones] if isinstance(ones, str) else ones)
            )
            yield from _same(f"sent to {name}", wanted, sorted(sent[name]))

    def _system(self, name: str, rows: Sequence[Row]) -> Iterator[str]:
        system = self.adapter.systems[name]
        attributes = {"dn": "text", "type": "text"}
        for type_ in system.types.values():
            attributes |= type_["attributes"]
        yield from _rows(name, rows, system.rows(), attributes)


def _text(given: Any) -> str | None:
    return None if given is None else str(given)


def _sorted(row: Row) -> list[tuple[str, Any]]:
    return sorted((name, sorted(one) if isinstance(one, list) else one) for name, one in row.items())


def _same(what: str, expected: Any, found: Any) -> Iterator[str]:
    if isinstance(expected, Mapping):
        expected = {str(key): one for key, one in expected.items()}
    if expected != found:
        yield f"{what}: expected {expected}, found {found}"


def _rows(what: str, expected: Sequence[Row], found: Sequence[Row], attributes: Mapping[str, str]) -> Iterator[str]:
    """Each expected row is one that was found, and no other was; of a row only what is named counts."""
    left = [dict(row) for row in found]
    for row in expected:
        wanted = {name: value(attributes.get(name, "text"), one) for name, one in row.items()}
        match = next(
            (
                one
                for one in left
                if all(value(attributes.get(name, "text"), one.get(name)) == given for name, given in wanted.items())
            ),
            None,
        )
        if match is None:
            yield f"{what}: expected {row}, found {left}"
            return
        left.remove(match)
    if left:
        yield f"{what}: not expected: {left}"
