"""The installation a command works on: home folder, store, engine."""

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from sqlalchemy.engine import make_url

from mimas.configuration.apply import in_force
from mimas.configuration.build import ConfigurationError, setup
from mimas.configuration.home import FILE, read_home
from mimas.runs.engine import Engine, UsageError
from mimas.store.store import Store


@dataclass
class Installation:
    """A home folder and what belongs to it, opened as it is needed."""

    home: Path

    @classmethod
    def find(cls, home: Path | None) -> "Installation":
        """The home named by ``--home``, by ``MIMAS_HOME``, or the current folder. Raises `UsageError`."""
        folder = home or Path(os.environ.get("MIMAS_HOME") or ".")
        if not (folder / FILE).exists():
            raise UsageError(
                f"{folder.resolve()} is no home of Mimas: it has no {FILE}. Name one with --home or MIMAS_HOME, or "
                "make one with `mimas init DIR`."
            )
        return cls(folder.resolve())

    @cached_property
    def database(self) -> str:
        """The database's URL: ``MIMAS_DATABASE``, or that of ``mimas.toml``; SQLite files lie in the home."""
        text = os.environ.get("MIMAS_DATABASE") or self._settings
        url = make_url(text)
        if url.get_backend_name() == "sqlite" and url.database and not Path(url.database).is_absolute():
            url = url.set(database=str(self.home / url.database))
        return url.render_as_string(hide_password=False)

    @cached_property
    def _settings(self) -> str:
        home, problems = read_home(self.home)
        if problems:
            raise ConfigurationError(problems)
        return home.database

    @cached_property
    def store(self) -> Store:
        """The store. Raises `UsageError` when nothing has been applied yet."""
        store = Store(self.database)
        if not store.exists():
            raise UsageError("This home has no database yet: nothing is in force. Run `mimas config apply`.")
        return store

    @cached_property
    def engine(self) -> Engine:
        """The engine with the documents that are in force."""
        documents = in_force(self.store)
        if not documents:
            raise UsageError("No documents are in force. Run `mimas config apply`.")
        return Engine(self.store, setup(self.home, documents))
