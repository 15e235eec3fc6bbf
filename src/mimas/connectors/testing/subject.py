"""What the author of a connector says of it, so that the kit can try it."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from mimas.connectors.contract import Connector, ConnectorError, Schema
from mimas.connectors.registry import AnyConnector, salt_of
from mimas.schema.attributes import told_apart
from mimas.schema.values import Value, Values


class Subject(ABC):
    """One connected system, empty at first, and how to open connectors to it.

    The kit makes one for each check, with a new, empty folder of its own. A system that is not in that folder must have
    a part that nobody else uses: the name of the folder is a good name for it.

    What is left empty here is not tried, and the report says so.
    """

    title: str = ""
    """How the report calls the connector; without it, its kind."""
    schema: Schema
    """The object types, as documents configure them."""
    person: str
    """The object type of which the kit makes most objects."""
    text: str = ""
    """An attribute of it: one text, which may be any and may be absent."""
    texts: str = ""
    """An attribute of it: several such texts."""
    manager: str = ""
    """An attribute of it: one reference to another person."""
    group: str = ""
    """The object type that has members; it may be the same."""
    member: str = ""
    """Its attribute with them: several references to persons."""
    size: int = 5_000
    """Members of the large group, and the persons for it. Make it smaller only where the system is too slow."""
    numbered: bool = False
    """Keys have to be whole numbers, so no text is tried in them."""
    bad: tuple[str, Value] | None = None
    """An attribute of a person, and a value of its kind or not that the system or the connector has to refuse."""
    secret: str = ""
    """An attribute of a person that is written and never read, such as an initial password."""
    secrets: tuple[str, ...] = ()
    """The passwords and tokens with which `open` signs in; they must not be told anywhere."""
    shortfalls: Mapping[str, str] = MappingProxyType({})
    """Check → why it is known to fail. When it does not fail any more, that is told as a failure."""

    def __init__(self, folder: Path) -> None:
        """``folder`` exists, is empty, and belongs to this subject alone. Make the system here where need be."""
        self.folder = folder

    @abstractmethod
    def open(self) -> AnyConnector:
        """A new connector to the system; see `connect`. The kit closes it."""

    @abstractmethod
    def values(self, type_: str, key: str) -> Values:
        """The values that an object of a type needs, without references; those of two keys tell them apart.

        A key is a whole number, or any text unless `numbered` is set.
        """

    def name(self, type_: str, key: str) -> str | None:  # noqa: ARG002 - for those that have names
        """The distinguished name of an object, where objects have one. See `mimas.schema.names.escape`."""
        return None

    def elsewhere(self, name: str) -> str | None:  # noqa: ARG002 - for those that have containers
        """That name in another container; none: objects cannot be moved."""
        return None

    def writer(self) -> AnyConnector:
        """The connector by which somebody else changes the system; for those that only read, one that writes."""
        return self.open()

    def cut(self) -> AnyConnector | None:
        """A connector whose line breaks, or whose file ends, in the middle of its next reading; none: not tried."""
        return None

    def close(self) -> None:  # noqa: B027 - most need not
        """Take away what is outside the folder."""

    def connect(self, kind: type[Connector[Any]], **settings: Any) -> AnyConnector:
        """A connector of a class, with these settings, as the documents would open it. Raises `ConnectorError`."""
        try:
            checked = kind.model.model_validate(settings)
        except ValidationError as error:
            raise ConnectorError(f"The settings of the subject are wrong: {error}.") from None
        types = told_apart(self.schema)
        return kind("graded", checked, types, self.folder, salt_of(kind.kind, checked, types))
