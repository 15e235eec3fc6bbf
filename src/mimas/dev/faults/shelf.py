"""A home and its database, and copies of both to go back to."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from shutil import copytree, rmtree
from uuid import uuid4

from sqlalchemy import NullPool, create_engine
from sqlalchemy.engine import URL, make_url

from mimas.store.store import Store


class Shelf:
    """One home at a time, on SQLite or PostgreSQL."""

    def __init__(self, folder: Path, postgresql: str | None = None) -> None:
        """``postgresql``: the URL of a server, whose user may make databases; without one the store is a file."""
        self.folder = folder
        self.home = folder / "home"
        self._server = make_url(postgresql) if postgresql else None
        if self._server is not None and self._server.drivername == "postgresql":
            self._server = self._server.set(drivername="postgresql+psycopg")
        self._prefix = f"mimas_dev_{os.getpid()}_{uuid4().hex[:8]}_"
        self._kept: set[str] = set()
        self.home.mkdir()
        if self._server is not None:
            self._administer(f"CREATE DATABASE {self._prefix}home")
        with self.store() as store:
            store.migrate()
        self.keep("blank")

    @property
    def environment(self) -> Mapping[str, str]:
        """What tells a command where both are, whatever is set where the harness runs."""
        return {"MIMAS_HOME": str(self.home), "MIMAS_DATABASE": self._store}

    @property
    def _store(self) -> str:
        return f"sqlite:///{self.home / 'mimas.db'}" if self._server is None else _text(self._url("home"))

    @contextmanager
    def store(self) -> Iterator[Store]:
        """The store, opened and closed again: no connection may be open when a process is forked."""
        store = Store(self._store)
        try:
            yield store
        finally:
            store.close()

    def keep(self, name: str) -> None:
        """Keep a copy under a name."""
        self.forget(name)
        copytree(self.home, self.folder / name)
        self._copy("home", name)
        self._kept.add(name)

    def restore(self, name: str) -> None:
        """Go back to a copy."""
        rmtree(self.home)
        copytree(self.folder / name, self.home)
        if self._server is not None:
            self._drop("home")
        self._copy(name, "home")

    def forget(self, name: str) -> None:
        """Throw a copy away."""
        if name in self._kept:
            self._kept.remove(name)
            rmtree(self.folder / name)
            self._drop(name)

    def close(self) -> None:
        """Throw everything away but the folder."""
        for name in sorted(self._kept):
            self.forget(name)
        rmtree(self.home)
        self._drop("home")

    def _copy(self, name: str, to: str) -> None:
        template = f"TEMPLATE {self._prefix}{name} STRATEGY FILE_COPY"
        self._administer(f"CREATE DATABASE {self._prefix}{to} {template}")

    def _drop(self, name: str) -> None:
        # Whoever was killed may still have a session there.
        self._administer(f"DROP DATABASE {self._prefix}{name} WITH (FORCE)")

    def _administer(self, statement: str) -> None:
        if self._server is None:
            return
        engine = create_engine(self._server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)

    def _url(self, name: str) -> URL:
        assert self._server is not None
        return self._server.set(database=f"{self._prefix}{name}")


def _text(url: URL) -> str:
    return url.render_as_string(hide_password=False)
