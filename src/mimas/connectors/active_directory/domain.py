"""One domain: a connection to one of its controllers, and what reads and writes there."""

from collections.abc import Callable
from pathlib import Path

import ldap
from pydantic import ValidationError

from mimas.connectors.active_directory.reading import DomainReader
from mimas.connectors.active_directory.settings import ActiveDirectorySettings, DomainSettings
from mimas.connectors.active_directory.writing import DomainWriter
from mimas.connectors.contract import ConnectorError, Schema
from mimas.connectors.ldap.failures import unreachable
from mimas.connectors.ldap.pipeline import Pipeline
from mimas.connectors.ldap.session import Session
from mimas.secrets.secret import Secret


class Domain:
    """Signed in to a domain. Where the first controller is out of reach, the next one is asked."""

    def __init__(
        self, connector: str, settings: ActiveDirectorySettings, domain: DomainSettings, schema: Schema,
        folder: Path, salt: int, reveal: Callable[[Secret], str],
    ) -> None:  # fmt: skip
        """Raises `ConnectorError`."""
        self.name, self.root = domain.name, domain.root
        try:
            connection = settings.connection(domain)
        except ValidationError as error:
            reason = error.errors()[0]["msg"].removeprefix("Value error, ")
            raise ConnectorError(f"Connector {connector}: domain {domain.name}: {reason}.") from None
        self.session = Session(connector, connection, folder, reveal)
        if not self.session.is_active_directory:
            self.session.close()
            raise ConnectorError(
                f"Connector {connector}: {connection.uri} is no domain controller, but {self.session.vendor}.",
                "Use the connector kind ldap for other directories.",
            )
        self.reader = DomainReader(self.session, domain, schema, salt)
        writer = DomainWriter(
            self.session, schema, domain.root, delete_tree=settings.delete_tree, restore=settings.restore
        )
        self.write = Pipeline(self.session, writer).write

    def changes_taken(self) -> bytes:
        """A number that its controller raises with every change (MS-ADTS 3.1.1.3.2.8). Raises `ConnectorError`."""
        try:
            root = self.session.look("", ["highestCommittedUSN"]) or {}
        except ldap.LDAPError as error:
            raise unreachable(self.session.name, self.session.settings, error) from error
        return b"".join(root.get("highestcommittedusn", []))
