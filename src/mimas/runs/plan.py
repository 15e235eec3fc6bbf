"""What the outbound stratum asks for, for one batch of resources."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Birth:
    """An object to be made."""

    resource: int
    connector: int
    type: int
    rule: int
    anchor: str | None
    name: str | None
    doc: str
    named: str
    behind: int | None = None
    """The object that has the anchor or the name, and that is to be deleted first."""


@dataclass(slots=True)
class Plan:
    """What one batch of resources asks for."""

    births: list[Birth] = field(default_factory=list)
    changes: list[tuple[int, int, str, str | None]] = field(default_factory=list)
    """(connector, object, wanted, wanted before)."""
    deletes: list[tuple[int, int, int]] = field(default_factory=list)
    """(connector, object, presence)."""
    releases: list[tuple[int, int]] = field(default_factory=list)
    """(connector, object) that no rule governs any more; the link stays."""
    disconnects: list[tuple[int, int, int]] = field(default_factory=list)
    """(connector, object, presence)."""
    kept: list[tuple[int, int, int]] = field(default_factory=list)
    """(connector, object, presence) that no rule wants, that nobody has seen, and that are kept if they were made."""
    explicit: list[int] = field(default_factory=list)
    """Those of the objects to be disconnected that no rule may link again."""
    anchors: dict[int, str | None] = field(default_factory=dict)
    """The anchors of objects that do not exist yet, as the rules now have them."""
    failed: set[int] = field(default_factory=set)
