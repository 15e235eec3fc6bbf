"""The objects of an exported metaverse (``mvexport``), one at a time.

Sources: Microsoft's page of the element ``cs-mv-value``, and public programs that read the elements ``mv-object``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mimas.migrate.agents.agent import children_of, text_of
from mimas.migrate.elements import Element
from mimas.migrate.state.spaces import Values, values_of
from mimas.migrate.state.streaming import elements


@dataclass(frozen=True, slots=True)
class Tie:
    """One object of a connector space that a metaverse object is linked to."""

    space: str
    """The GUID of the object in its connector space, as the file has it."""
    name: str
    agent: str
    agent_name: str
    lineage: str
    """By what it was linked: see `SpaceObject.lineage`."""


@dataclass(frozen=True, slots=True)
class MetaverseObject:
    """One object of the metaverse of the old product."""

    id: str
    """Its GUID, as the file has it."""
    type: str
    values: Values
    ties: tuple[Tie, ...]


def objects(path: Path) -> Iterator[MetaverseObject]:
    """The objects of a file, one at a time. Raises `MigrationError`."""
    for element in elements(path, "mv-object"):
        entry = element.first("entry")
        yield MetaverseObject(
            element.attributes.get("id", ""),
            text_of(element, "entry", "primary-objectclass"),
            values_of(entry),
            tuple(_tie(one) for one in children_of(element.first("cs-mv-links"), "cs-mv-value")),
        )


def _tie(element: Element) -> Tie:
    return Tie(
        text_of(element, "cs-guid"),
        text_of(element, "cs-dn"),
        text_of(element, "ma-guid"),
        text_of(element, "ma-name"),
        element.attributes.get("lineage-type", ""),
    )
