"""The contract between Mimas and a connected system.

A connector reads entries and writes differences; it decides nothing. What a system can and cannot do is said in its
`Capabilities`, and the runs adapt to that. The shape follows MIM's ECMA 2 connectors (capabilities, schema, import in
pages, export in batches with a result per object), with three differences:

- an import page carries *keys and fingerprints* of raw records; an entry is parsed only when its record has changed;
- a reading says by itself that it was complete (`End`); one that just stops is never evidence that objects are gone;
- errors are per record and per object, and never end a run that can go on.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar, Generic, Literal, NamedTuple, Protocol, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict

from mimas.schema.attributes import ObjectType
from mimas.schema.messages import fit
from mimas.schema.values import Values
from mimas.secrets.errors import SecretError
from mimas.secrets.secret import Secret
from mimas.secrets.vault import EMPTY, Vault

Schema: TypeAlias = Mapping[str, ObjectType]
"""The object types of a connected system, by name."""


class Settings(BaseModel):
    """What a person configures of a connector; each field's description is its help text."""

    model_config = ConfigDict(extra="forbid", frozen=True)


SettingsT = TypeVar("SettingsT", bound=Settings)


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a connected system can do."""

    read: bool = True
    delta: bool = False
    """Can read what changed since a watermark."""
    write: bool = True
    listing: bool = False
    """Writing replaces the whole listing (a file): `write` is given every object the system should hold."""
    named: bool = False
    """Objects have distinguished names, which may change."""
    references: Literal["anchor", "name"] = "anchor"
    """What a reference value holds: the anchor or the name of its target."""
    confirms: Literal["import", "acknowledgement"] = "import"
    """When an export counts as done: once an import shows it, or once it was sent (change files, passwords)."""
    strict_references: bool = False
    """A reference to an object that is not there is refused: it is sent once its target has been made."""
    whole_references: bool = False
    """An update tells all values of a multi-valued reference that changes, not only those added and removed."""
    expiring_references: bool = False
    """A reference can be given an end (`Change.until`), which the system keeps to by itself."""
    fetch: bool = False
    """Single objects can be read again, so that an export can be confirmed at once."""
    passwords: bool = False
    """Passwords of its objects can be set, apart from exports, and people can sign in with them."""
    live: bool = False
    """Can be waited for: it tells at once that something has changed."""
    batch: int = 500
    """How many objects `write` is given at once."""


class ConnectorError(Exception):
    """The connected system cannot be used: the step ends, nothing is lost.

    ``message`` says what happened and to what, ``advice`` what to do about it. Neither may hold a secret.
    """

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(fit(message))
        self.message = fit(message)
        self.advice = fit(advice)


class NothingThereError(ConnectorError):
    """What is to be read does not exist: a file that was not delivered, or that only the first export will make."""


class OutdatedError(ConnectorError):
    """The system does not know any more what has changed since the watermark. Everything is read instead."""


class EntryError(Exception):
    """One record cannot be understood; the rest of the reading goes on (MIM: discovery error).

    ``code`` is a term of the error catalogue, such as ``parse-error`` or ``missing-anchor-component``.
    """

    def __init__(self, code: str, message: str, advice: str = "") -> None:
        super().__init__(fit(message))
        self.code = code
        self.message = fit(message)
        self.advice = fit(advice)


@dataclass(slots=True)  # not frozen: that would triple the cost of making one, and millions are made
class Entry:
    """One object as the connected system shows it.

    ``values`` holds what is present, in the attribute's type (see `mimas.schema.values`); an empty text is absent.
    ``references`` holds, for each reference attribute, the anchors or names of the targets.
    A named object has its name in ``name`` *and* as ``values["dn"]``.
    ``partial`` entries (a delta that shows only what changed) hold only the changed attributes; a cleared one is in
    ``cleared``; added and removed values of a multi-valued attribute are in ``added`` and ``removed``.
    """

    type: str
    anchor: str
    name: str | None = None
    values: Values = field(default_factory=dict)
    references: dict[str, list[str]] = field(default_factory=dict)
    partial: bool = False
    cleared: frozenset[str] = frozenset()
    added: dict[str, list[Any]] = field(default_factory=dict)
    removed: dict[str, list[Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Problem:
    """A record that could not even be keyed: where it stands, what is wrong, what to do."""

    code: str
    place: str
    message: str
    advice: str = ""

    def __post_init__(self) -> None:
        """Whatever the record held, the store can keep it."""
        for name in ("place", "message", "advice"):
            object.__setattr__(self, name, fit(getattr(self, name)))


class Page(Protocol):
    """Some records as they came off the wire, not yet parsed.

    ``keys`` and ``fingerprints`` run in parallel. A fingerprint is a non-negative integer below 2**63 over the raw
    record, salted with the connector's configuration: equal fingerprints mean that nothing has changed.
    ``deleted`` holds the positions of records that say that their object is gone (deltas only).
    """

    keys: Sequence[str]
    fingerprints: Sequence[int]
    deleted: frozenset[int]
    problems: Sequence[Problem]

    def entry(self, index: int) -> Entry:
        """The record parsed. Raises `EntryError`."""
        ...


@dataclass(frozen=True, slots=True)
class End:
    """Closes a reading. Without one, or with ``complete`` false, nothing that was not shown counts as gone."""

    complete: bool = True
    watermark: str | None = None
    """Opaque; handed to the next delta reading. None: the system has no deltas."""
    reason: str = ""
    """Why the reading is not complete."""
    parts: Sequence[str] = ()
    """Where it is not: the names of the containers (partitions) that were shown to their end all the same."""

    def __post_init__(self) -> None:
        """Whatever the system says of itself, a person can read it."""
        object.__setattr__(self, "reason", fit(self.reason))


class Sought(NamedTuple):
    """An object that is to be read again."""

    type: str
    anchor: str
    name: str | None


class Container(NamedTuple):
    """A container of a directory: what it is called, and by what it stays known when it is renamed."""

    name: str
    guid: str


class Operation(StrEnum):
    """What is to be done to an object in the connected system."""

    ADD = "add"
    UPDATE = "update"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Change:
    """The new state of one attribute: all its values, and which of them are added and removed.

    For a single-valued attribute ``values`` holds at most one element; empty means cleared. Values of a reference
    attribute are the anchors or names of the targets, as the capabilities say. ``until`` tells of added ones when they
    are to end by themselves, for systems with ``expiring_references``; a value that is both removed and added is there
    already, and gets another end.
    """

    values: Sequence[Any]
    added: Sequence[Any] = ()
    removed: Sequence[Any] = ()
    until: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(slots=True)  # not frozen, as `Entry`
class Export:
    """What to send for one object. ``id`` comes back in the `Result`.

    An add carries every value in ``values`` (and, for convenience, in ``changes``); an update only what differs, in
    ``changes``; a delete nothing. Of a multi-valued reference an update tells only what is added and removed, unless
    the capabilities ask for all of it. ``name`` is the name that the system knows (for an add: the name to create it
    under); ``new_name`` is set when the object is to be renamed or moved. In a listing every object comes as an add.
    """

    id: int
    operation: Operation
    type: str
    anchor: str | None
    name: str | None = None
    new_name: str | None = None
    changes: Mapping[str, Change] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)


class Additions(Mapping[str, Change]):
    """The values of an add, seen as changes; made only as they are asked for."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def __getitem__(self, name: str) -> Change:
        value = self._values[name]
        values = value if isinstance(value, list) else [value]
        return Change(values, values)

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


@dataclass(frozen=True, slots=True)
class Result:
    """How one export ended. ``anchor`` is read back after an add where the system gives it.

    ``error`` is a term of the error catalogue (``cd-missing-object``, ``constraint-violation`` …), empty on success.
    """

    id: int
    error: str = ""
    message: str = ""
    """As much of it as a person reads: it may name the object by a key of a megabyte."""
    advice: str = ""
    anchor: str | None = None

    def __post_init__(self) -> None:
        if self.message:
            object.__setattr__(self, "message", fit(self.message))


class Connector(ABC, Generic[SettingsT]):
    """A link to one connected system. It is made for one step, used as a context manager, and then closed."""

    kind: ClassVar[str]
    """The name in documents: ``delimited``, ``ldap`` …"""
    summary: ClassVar[str]
    """One line for ``mimas connector types``."""
    model: ClassVar[type[Settings]]
    """The class of its settings."""

    def __init__(
        self, name: str, settings: SettingsT, schema: Schema, folder: Path, salt: int = 0, vault: Vault = EMPTY
    ) -> None:
        """``schema`` holds the configured types; relative paths start at ``folder``; ``salt`` seeds fingerprints.

        ``vault`` has the sealed secrets: see `reveal`.
        """
        self.name = name
        self.settings = settings
        self.schema = schema
        self.folder = folder
        self.salt = salt
        self.vault = vault

    def reveal(self, secret: Secret) -> str:
        """A secret of the settings, for use at once: it is to be kept nowhere. Raises `ConnectorError`."""
        try:
            return secret.reveal(self.folder, self.vault)
        except SecretError as error:
            raise ConnectorError(f"Connector {self.name}: {error.message}", error.advice) from None

    @property
    @abstractmethod
    def capabilities(self) -> Capabilities:
        """What this system can do, with these settings."""

    @abstractmethod
    def discover(self) -> Schema:
        """The object types and attributes the system has. Raises `ConnectorError`."""

    def containers(self) -> Iterator[Container]:
        """The containers that could be chosen, for systems that have such. Raises `ConnectorError`."""
        raise ConnectorError(f"Connector {self.name} has no containers to choose from.")

    @abstractmethod
    def read(self, watermark: str | None = None) -> Iterator[Page | End]:
        """Everything, or what changed since ``watermark``; an `End` comes last. Raises `ConnectorError`."""

    def fetch(self, objects: Sequence[Sought]) -> Iterator[Page]:  # noqa: ARG002 - for those that can
        """These objects as they are now; those that are not there are left out. Raises `ConnectorError`."""
        raise ConnectorError(f"Connector {self.name} cannot read single objects.")

    def wait(self, seconds: float) -> bool:  # noqa: ARG002 - for those that can
        """Whether something may have changed since the last call, or does within so many seconds.

        The first call only begins to look. It is a hint: what has changed, if anything, a delta says. Raises
        `ConnectorError`.
        """
        raise ConnectorError(f"Connector {self.name} cannot be watched.", "Import it by a schedule.")

    def write(self, exports: Iterable[Export]) -> Iterator[Result]:  # noqa: ARG002 - for those that write
        """Send; one result per export, in any order. Raises `ConnectorError` when the system is out of reach.

        A connector whose ``capabilities.listing`` is set gets an iterator over everything and must make the new
        listing visible at once, after the last object, or not at all.
        """
        raise ConnectorError(f"Connector {self.name} does not write.")

    def ready(self) -> str:
        """What the last `write` has put ready to be handed over, by a name of its own; empty where all is sent already.

        For systems that cannot be asked what they were sent: it is recorded as sent first, and handed over then.
        """
        return ""

    def hand_over(self, ready: str) -> None:
        """Hand over what was put ready under this name, unless that has been done; drop what else was put ready.

        Raises `ConnectorError`; it is called again then, by the next export.
        """

    def set_password(self, object_: Sought, password: str, old: str | None = None) -> None:  # noqa: ARG002
        """Give an object another password; with ``old``, as its owner, whom the system's rules bind.

        Raises `ConnectorError` with the reason of the system, and never with a password.
        """
        raise ConnectorError(f"Connector {self.name} cannot set passwords.")

    def verifies(self, object_: Sought, password: str) -> bool:  # noqa: ARG002
        """Whether a password is that of an object, which may sign in. Raises `ConnectorError`."""
        raise ConnectorError(f"Connector {self.name} cannot tell whether a password is right.")

    def test(self) -> str:
        """Reach the system and say what was found, in one line. Raises `ConnectorError`."""
        return f"reached; object types there: {', '.join(sorted(self.discover())) or 'none yet'}"

    def close(self) -> None:
        """Give back what was opened."""

    def __enter__(self) -> "Connector[SettingsT]":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
