"""What an installation is set up to do: connectors, rules, run profiles, schedules. Built by `mimas.configuration`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from pathlib import Path
from typing import Any, Literal

from mimas.connectors.contract import Schema
from mimas.mail.server import MailServer
from mimas.schema.system import SYSTEM, Catalogue
from mimas.secrets.vault import EMPTY, Vault
from mimas.sync.rules import Place, RuleSet

ERRORS = 5_000
"""How many objects may fail in a step, unless a connector says otherwise (MIM: error limit)."""


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
    errors: int = ERRORS
    """How many objects may fail in a step before it is stopped."""
    read_back: bool = False
    """Whether what was sent is read again at once, to confirm it."""
    approval: bool = False
    """Whether nothing is sent but what an approved plan says."""
    sign_in: bool = False
    """Whether people sign in to the portal with their password in this system."""


StepKind = Literal["full-import", "delta-import", "full-sync", "delta-sync", "export"]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a run profile; a sync step without a connector takes all of them."""

    kind: StepKind
    connector: str | None = None
    retry: bool = False
    """An export: whether what waits for its next try is sent now."""
    limit: int | None = None
    """An import or export: after how many objects it stops."""
    to: Path | None = None
    """An import or export: the drop file in which it writes down what it reads or sends; it starts at the home."""
    only: bool = False
    """Whether it does nothing else: stages nothing, sends nothing."""
    source: Path | None = None
    """An import: the drop file that it reads instead of the connected system."""

    @property
    def fault(self) -> str:
        """What does not go together; empty when all of it does."""
        if self.kind.endswith("sync") and (self.limit or self.to or self.source):
            return "a sync has no limit and no file"
        if self.source and not self.kind.endswith("import"):
            return "only an import can be read from a file"
        if self.source and self.to:
            return "what is read from one file is not written to another"
        return "" if self.to or not self.only else "`only` says that nothing but a file is written, and `to` names none"

    @property
    def title(self) -> str:
        """The step as its document has it: ``import hr delta``, ``sync``."""
        mode, _, verb = self.kind.rpartition("-")
        usual = {"import": "full", "sync": "delta"}.get(verb, "")
        return " ".join(part for part in (verb, self.connector or "", mode if mode != usual else "") if part)


@dataclass(frozen=True, slots=True)
class Profile:
    """A named recipe."""

    name: str
    steps: tuple[Step, ...]
    place: Place = Place()


@dataclass(frozen=True, slots=True)
class Window:
    """A time of the week, as clocks on the wall show it; over midnight where it does not end after it begins."""

    days: frozenset[int] = frozenset(range(7))
    """On which days it begins; 0 is Monday."""
    start: time = time()
    end: time = time()


@dataclass(frozen=True, slots=True)
class Told:
    """Who is told by mail of a schedule's runs, and of what: ``failed``, ``held``, ``errors``."""

    to: tuple[str, ...] = ()
    on: frozenset[str] = frozenset(("failed", "held", "errors"))


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a run profile is run: at the times of ``cron``, or as soon as ``every`` has gone by since the last start."""

    name: str
    profile: str
    cron: str = ""
    every: timedelta | None = None
    zone: str = "UTC"
    """The IANA name of the time zone of ``cron`` and ``closed``."""
    after: tuple[str, ...] = ()
    """Run profiles that must have been run to their end since the last start."""
    if_changed: bool = False
    """Leave out syncs and exports that would find nothing to do."""
    closed: tuple[Window, ...] = ()
    """When it does not start."""
    late_after: timedelta = timedelta(hours=1)
    """How long a run may take before it is told that it has not ended."""
    told: Told = Told()
    place: Place = Place()


@dataclass(frozen=True, slots=True)
class Setup:
    """The whole."""

    home: Path
    connectors: Mapping[str, ConnectorSetup] = field(default_factory=dict)
    rules: RuleSet = field(default_factory=RuleSet)
    profiles: Mapping[str, Profile] = field(default_factory=dict)
    schedules: Mapping[str, Schedule] = field(default_factory=dict)
    mail: MailServer | None = None
    vault: Vault = EMPTY
    """The sealed secrets, for the connectors."""
    keep_runs: timedelta | None = None
    """How long the scheduler keeps runs; none: it forgets none."""
    keep_history: timedelta | None = None
    """The same of the history."""
    audit_roots: Path | None = None
    """The file to which the root of the history is added after each run."""
    public_url: str | None = None
    """Where people reach `mimas serve`, without a slash at its end; none: letters have no links."""

    @property
    def catalogue(self) -> Catalogue:
        """Every type of resources that there is: those that Mimas is made of, and those of its documents."""
        return {**SYSTEM, **{name: type_.attributes for name, type_ in self.rules.types.items()}}
