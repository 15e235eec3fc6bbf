"""A connector around another one: what it does not do itself, the inner one does."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from mimas.connectors.contract import Capabilities, Connector, Container, End, Export, Page, Result, Schema, Sought


class Around(Connector[Any]):
    """Passes everything on. The inner one is closed by whoever opened it."""

    def __init__(self, inner: Connector[Any]) -> None:
        super().__init__(inner.name, inner.settings, inner.schema, inner.folder, inner.salt, inner.vault)
        self.inner = inner

    @property
    def capabilities(self) -> Capabilities:
        """What the inner one can do."""
        return self.inner.capabilities

    def discover(self) -> Schema:
        """As the inner one."""
        return self.inner.discover()

    def containers(self) -> Iterator[Container]:
        """As the inner one."""
        return self.inner.containers()

    def read(self, watermark: str | None = None) -> Iterator[Page | End]:
        """As the inner one."""
        return self.inner.read(watermark)

    def fetch(self, objects: Sequence[Sought]) -> Iterator[Page]:
        """As the inner one."""
        return self.inner.fetch(objects)

    def wait(self, seconds: float) -> bool:
        """As the inner one."""
        return self.inner.wait(seconds)

    def write(self, exports: Iterable[Export]) -> Iterator[Result]:
        """As the inner one."""
        return self.inner.write(exports)

    def ready(self) -> str:
        """As the inner one."""
        return self.inner.ready()

    def hand_over(self, ready: str) -> None:
        """As the inner one."""
        self.inner.hand_over(ready)

    def set_password(self, object_: Sought, password: str, old: str | None = None) -> None:
        """As the inner one."""
        self.inner.set_password(object_, password, old)

    def test(self) -> str:
        """As the inner one."""
        return self.inner.test()
