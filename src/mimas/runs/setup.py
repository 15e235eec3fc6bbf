"""What an installation is set up to do: connectors, rules, run profiles. Built by `mimas.configuration`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from mimas.connectors.contract import Schema
from mimas.sync.rules import Place, RuleSet


@dataclass(frozen=True, slots=True)
class Guard:
    """A threshold. It trips when more than ``count`` objects *and* more than ``share`` of all are concerned."""

    count: int = 10
    share: float = 0.05


@dataclass(frozen=True, slots=True)
class ConnectorSetup:
    """One configured connector."""

    name: str
    kind: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    schema: Schema = field(default_factory=dict)
    missing: Guard = Guard()
    """At the source: objects that a full import no longer shows."""
    deletes: Guard = Guard()
    """At the target: objects that an export would delete."""
    place: Place = Place()
    grace: Mapping[str, int] = field(default_factory=dict)
    """Object type → days for which an object that is no longer shown still counts."""
    before_export: str = ""
    after_export: str = ""
    """Python functions that are called for each object: see `mimas.runs.callouts`."""
    changes: Mapping[str, Guard] = field(default_factory=dict)
    """At the target, by attribute: objects in which an export would change it."""
    read_back: bool = False
    """Whether what was sent is read again at once, to confirm it."""


StepKind = Literal["full-import", "delta-import", "full-sync", "delta-sync", "export"]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a run profile; a sync step without a connector takes all of them."""

    kind: StepKind
    connector: str | None = None
    retry: bool = False
    """An export: whether what waits for its next try is sent now."""


@dataclass(frozen=True, slots=True)
class Profile:
    """A named recipe."""

    name: str
    steps: tuple[Step, ...]
    place: Place = Place()


@dataclass(frozen=True, slots=True)
class Setup:
    """The whole."""

    home: Path
    connectors: Mapping[str, ConnectorSetup] = field(default_factory=dict)
    rules: RuleSet = field(default_factory=RuleSet)
    profiles: Mapping[str, Profile] = field(default_factory=dict)
