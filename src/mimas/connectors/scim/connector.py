"""The SCIM connector: resources are objects, SCIM paths name their attributes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import ClassVar

from mimas.connectors.contract import (
    Capabilities,
    Connector,
    ConnectorError,
    End,
    Export,
    Page,
    Result,
    Schema,
    Sought,
)
from mimas.connectors.scim.discovery import discover
from mimas.connectors.scim.places import Place, place
from mimas.connectors.scim.reading import Reader
from mimas.connectors.scim.service import Service
from mimas.connectors.scim.settings import ScimSettings
from mimas.connectors.scim.writing import Writer


class ScimConnector(Connector[ScimSettings]):
    """A SCIM 2.0 service. Object types are its resource types, the anchor is the resource's ``id``.

    How attributes are named is told in `mimas.connectors.scim.places`.
    """

    kind: ClassVar[str] = "scim"
    summary: ClassVar[str] = "applications with a SCIM 2.0 service"
    model: ClassVar[type[ScimSettings]] = ScimSettings

    _opened: Service | None = None

    @property
    def capabilities(self) -> Capabilities:
        """No deltas; references by anchor."""
        return Capabilities(fetch=True)

    def _service(self) -> Service:
        if self._opened is None:
            self._opened = Service(self.name, self.settings, self.reveal)
        return self._opened

    def _places(self) -> Mapping[str, Mapping[str, Place]]:
        return {
            name: {one.name: place(one) for one in object_type.attributes.values()}
            for name, object_type in self.schema.items()
        }

    def discover(self) -> Schema:
        """The resource types the service publishes. Raises `ConnectorError`."""
        return discover(self._service().provider())

    def read(self, watermark: str | None = None) -> Iterator[Page | End]:
        """Everything; there are no deltas. Raises `ConnectorError`."""
        if watermark is not None:
            raise ConnectorError(f"Connector {self.name} has no deltas.", "Run a full import.")
        yield from Reader(self._service(), self.schema, self._places(), self.salt).pages()

    def fetch(self, objects: Sequence[Sought]) -> Iterator[Page]:
        """These resources, one request each. Raises `ConnectorError`."""
        yield from Reader(self._service(), self.schema, self._places(), self.salt).fetch(objects)

    def write(self, exports: Iterable[Export]) -> Iterator[Result]:
        """One request an object. Raises `ConnectorError`."""
        yield from Writer(self._service(), self._places()).write(exports)

    def close(self) -> None:
        """Close the connections."""
        if self._opened is not None:
            self._opened.close()
            self._opened = None
