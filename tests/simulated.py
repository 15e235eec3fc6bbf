"""A subject that is a simulated system: for the kit itself, which needs systems that are as they should not be."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from mimas.connectors.registry import AnyConnector
from mimas.connectors.testing import Subject
from mimas.schema import names
from mimas.schema.attributes import Attribute, Kind, ObjectType
from mimas.schema.values import Values
from mimas.testing import Nature, Simulator, System


def attributes(*found: Attribute) -> dict[str, Attribute]:
    return {one.name: one for one in found}


SCHEMA = {
    "user": ObjectType(
        "user",
        attributes(
            Attribute("cn"),
            Attribute("title"),
            Attribute("mails", multivalued=True),
            Attribute("manager", Kind.REFERENCE),
            Attribute("password", secret=True),
        ),
    ),
    "team": ObjectType(
        "team", attributes(Attribute("cn"), Attribute("members", Kind.REFERENCE, multivalued=True, to="user"))
    ),
}


class Simulated(Subject):
    """A simulated system whose objects have names; ``nature`` and ``kind`` make it another one."""

    title = "simulator"
    schema = SCHEMA
    person, group = "user", "team"
    text, texts, manager, member, secret = "title", "mails", "manager", "members", "password"
    size = 30
    shortfalls: Mapping[str, str] = MappingProxyType(
        {"readings-are-bounded": "the simulated system is read as it is at one moment, from memory"}
    )
    kind: type[Simulator] = Simulator
    nature = Nature()
    settings: Mapping[str, Any] = MappingProxyType({"named": True, "references": "name", "delta": True})

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.become(replace(self.nature, drops=self.nature.drops | {"password"}))

    def become(self, nature: Nature) -> None:
        System(self.folder / "app.system", nature).close()

    def open(self) -> AnyConnector:
        return self.connect(self.kind, path="app.system", **self.settings)

    def values(self, type_: str, key: str) -> Values:
        return {"cn": key}

    def name(self, type_: str, key: str) -> str | None:
        return f"cn={names.escape(key)},ou={type_}" if self.settings.get("named") else None

    def elsewhere(self, name: str) -> str:
        return f"{name},o=elsewhere"

    def cut(self) -> AnyConnector:
        self.become(Nature(truncates=1))
        return self.open()


class SimulatedByAnchor(Simulated):
    """One that gives the anchors itself, without names, and takes all members or none."""

    title = "simulator: anchors"
    settings = MappingProxyType({"delta": True, "whole_references": True})
