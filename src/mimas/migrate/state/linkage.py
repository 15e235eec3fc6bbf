"""How an object stood to the metaverse of the old product."""

from enum import IntEnum
from uuid import UUID

from mimas.migrate.elements import MigrationError
from mimas.migrate.state.spaces import SpaceObject


class How(IntEnum):
    """By what an object was linked, or why it was not. Numbers, as they are kept while the files are read."""

    LINKED = 0
    """By what is not said."""
    PROJECTED = 1
    JOINED = 2
    PROVISIONED = 3
    BY_HAND = 4
    DISCONNECTED = 5
    """An explicit disconnector: nobody's, whatever the rules say."""
    FILTERED = 6
    FREE = 7
    """A normal disconnector."""
    TORN = 8
    """The files contradict each other."""

    @property
    def linked(self) -> bool:
        """Whether it belongs to somebody."""
        return self <= How.BY_HAND


def linked_by(lineage: str, state: str = "") -> How:
    """By what an object was linked.

    Microsoft's pages spell the lineage in the plural, other programs find the singular, and the Joiner has two names.
    """
    word = lineage.lower()
    if state == "explicit" or "joiner" in word:
        return How.BY_HAND
    words = (("project", How.PROJECTED), ("join", How.JOINED), ("provision", How.PROVISIONED))
    return next((how for begin, how in words if word.startswith(begin)), How.LINKED)


def unlinked(one: SpaceObject) -> How:
    """Why an object had no link."""
    return {"explicit": How.DISCONNECTED, "stay": How.FILTERED}.get(one.state, How.FREE)


def plain(guid: str, file: str) -> str:
    """A GUID in the form of RFC 9562, empty for none. Raises `MigrationError` for what is none."""
    text = guid.strip().strip("{}")
    if not text:
        return ""
    try:
        return str(UUID(text))
    except ValueError:
        raise MigrationError(f"{file}: “{text[:60]}” is no GUID.", "Write the file anew.") from None
