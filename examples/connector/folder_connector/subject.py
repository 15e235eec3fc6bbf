"""What the conformance kit has to know of the connector."""

from pathlib import Path

from folder_connector.connector import FolderConnector
from mimas.connectors.registry import AnyConnector
from mimas.connectors.testing import Subject
from mimas.schema.attributes import Attribute, Kind, ObjectType
from mimas.schema.values import Values

PERSON = (Attribute("login"), Attribute("title"), Attribute("mails", multivalued=True))
GROUP = (Attribute("name"), Attribute("members", Kind.REFERENCE, multivalued=True, to="person"))
SCHEMA = {
    "person": ObjectType("person", {one.name: one for one in PERSON}, ("login",)),
    "group": ObjectType("group", {one.name: one for one in GROUP}, ("name",)),
}


class FolderSubject(Subject):
    """A folder of its own for each check."""

    title = "folder"
    schema = SCHEMA
    person, text, texts = "person", "title", "mails"
    group, member = "group", "members"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        (folder / "system").mkdir()

    def open(self) -> AnyConnector:
        """A connector to that folder."""
        return self.connect(FolderConnector, path="system")

    def values(self, type_: str, key: str) -> Values:
        """What tells an object apart is all that it needs."""
        return {"login": key} if type_ == self.person else {"name": key}
