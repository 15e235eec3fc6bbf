"""A rule test as a value: what is given, at which instant, and what is expected of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from mimas.configuration.reading import Document
from mimas.schema.places import Place
from mimas.schema.values import Value

Named: TypeAlias = Mapping[str, Value | None]
"""Attribute → value; none: it has none. References are keys of their targets."""

Rows: TypeAlias = Mapping[str, Mapping[str, Named | None]]
"""Type → key → values. In what is given, none is an object that is gone; in what is expected, one that is not there."""


@dataclass(frozen=True, slots=True)
class Case:
    """One rule test. ``after`` is the one whose end it begins with; its own places are found through ``document``."""

    document: Document
    now: datetime
    after: "Case | None" = None
    given: Mapping[str, Rows] = field(default_factory=dict)
    """Connector → type → key → the values that are set; what is not named stays as it was."""
    resources: Rows = field(default_factory=dict)
    objects: Mapping[str, Rows] = field(default_factory=dict)
    links: Mapping[str, Mapping[str, str | None]] = field(default_factory=dict)
    """Connector → key of an object → key of its resource; none: it has none."""
    sent: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Connector → key of an object → what was done to it: all that was sent there."""
    errors: Mapping[str, str] = field(default_factory=dict)
    """Name of an object, as errors have it → the code of what is said of it."""
    exactly: bool = False
    """Whether there is nothing else of the types that are named in what is expected."""

    @property
    def name(self) -> str:
        """What it is called; names are unique in a home."""
        return self.document.name

    @property
    def place(self) -> Place:
        """Where it begins."""
        return self.document.place

    def at(self, *path: str) -> Place:
        """Where that part of what is expected stands."""
        return self.document.at("expect", *path)
