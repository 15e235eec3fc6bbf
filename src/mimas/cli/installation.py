"""The installation a command works on: home folder, store, engine."""

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from mimas.cli.failing import CommandError, Exit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mimas.configuration.home import Home
    from mimas.configuration.problem import Problem
    from mimas.configuration.reading import Document
    from mimas.runs.engine import Engine
    from mimas.secrets.vault import Vault
    from mimas.store.store import Store

FILE = "mimas.toml"
_DRIVERS = ("sqlite", "sqlite+pysqlite", "postgresql", "postgresql+psycopg")


def person() -> str:
    """The account of whoever types; its number, where it has no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


@dataclass
class Installation:
    """A home folder and what belongs to it, opened as it is needed."""

    home: Path
    what: str = ""
    """What is being done, as the history tells it of whatever is written."""

    @classmethod
    def find(cls, home: Path | None, what: str = "") -> "Installation":
        """The home named by ``--home``, by ``MIMAS_HOME``, or the current folder. Raises `CommandError`."""
        folder = home or Path(os.environ.get("MIMAS_HOME") or ".")
        if not (folder / FILE).exists():
            raise CommandError(
                f"{folder.resolve()} is no home of Mimas: it has no {FILE}. Name one with --home or MIMAS_HOME, or "
                "make one with `mimas init DIR`."
            )
        return cls(folder.resolve(), what)

    @cached_property
    def settings(self) -> "tuple[Home, list[Problem]]":
        """What ``mimas.toml`` says, and what is wrong with it."""
        from mimas.configuration.home import read_home

        return read_home(self.home)

    @property
    def sound(self) -> "Home":
        """What ``mimas.toml`` says, where no default will do in place of a mistake. Raises `ConfigurationError`."""
        from mimas.configuration.build import ConfigurationError
        from mimas.configuration.problem import errors

        home, problems = self.settings
        if wrong := errors(problems):
            raise ConfigurationError(wrong)
        return home

    @cached_property
    def database(self) -> str:
        """The database's URL: ``MIMAS_DATABASE``, or that of ``mimas.toml``; SQLite files lie in the home."""
        if text := os.environ.get("MIMAS_DATABASE"):
            return self._checked(text, "MIMAS_DATABASE")
        return self._checked(self.sound.database, f"`database` in {FILE}")

    def _checked(self, text: str, where: str) -> str:
        """The URL, made absolute. What was given is never shown: what cannot be taken apart may be a password."""
        from sqlalchemy.engine import make_url
        from sqlalchemy.exc import ArgumentError

        form = "Write sqlite:///FILE, or postgresql+psycopg://USER:PASSWORD@HOST/DATABASE"
        try:
            url = make_url(text)
        except (ArgumentError, ValueError):
            url = None
        if url is None or "@" in (url.host or ""):
            raise CommandError(
                f"{where} is no database URL. {form}; in a password, @ is written %40, / is %2F and : is %3A.",
                Exit.FAILED,
            )
        if url.drivername not in _DRIVERS:
            raise CommandError(
                f"{where} names a database of the kind {url.drivername}; Mimas keeps its store in SQLite or in "
                f"PostgreSQL. {form}.",
                Exit.FAILED,
            )
        if url.get_backend_name() == "sqlite" and url.database and not Path(url.database).is_absolute():
            url = url.set(database=str(self.home / url.database))
        return url.render_as_string(hide_password=False)

    @cached_property
    def any_store(self) -> "Store":
        """The store, whether it has been made ready or not."""
        from mimas.store.history.chain import Cause
        from mimas.store.store import Store

        store = Store(self.database)
        store.cause = Cause(person(), self.what)
        return store

    @cached_property
    def store(self) -> "Store":
        """The store. Raises `CommandError` when nothing has been applied yet."""
        if not self.any_store.exists():
            raise CommandError("This home has no database yet: nothing is in force. Run `mimas config apply`.")
        return self.any_store

    @contextmanager
    def doing(self, what: str) -> Iterator[None]:
        """The same in other words, for what is written within."""
        with self.store.caused_by(replace(self.store.cause, what=what)):
            yield

    @property
    def database_file(self) -> Path | None:
        """The file of the store; none for PostgreSQL."""
        url = self.any_store.database.url
        return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None

    def vault(self, documents: "Sequence[Document]") -> "Vault":
        """The sealed secrets. The store is opened only for documents that name one."""
        from mimas.configuration.sealed import sealed_in
        from mimas.secrets.vault import EMPTY, Vault

        if not any(True for _ in sealed_in(documents)) or not self.any_store.exists():
            return EMPTY
        from mimas.store import sealed

        with self.any_store.reading() as tx:
            return Vault(sealed.everything(tx))

    @cached_property
    def documents(self) -> "list[Document]":
        """The documents that are in force."""
        from mimas.configuration.apply import in_force

        return in_force(self.store)

    @cached_property
    def engine(self) -> "Engine":
        """The engine with the documents that are in force."""
        from mimas.configuration.build import setup
        from mimas.configuration.problem import errors
        from mimas.runs.engine import Engine

        if not self.documents:
            raise CommandError("No documents are in force. Run `mimas config apply`.")
        home, problems = self.settings
        # Of settings with a mistake the defaults count; but nothing is forgotten for want of what was meant.
        keep_runs, keep_history = (None, None) if errors(problems) else (home.keep_runs, home.keep_history)
        roots = self.home / home.audit_roots if home.audit_roots else None
        of = setup(self.home, self.documents, self.vault(self.documents))
        kept = replace(
            of, keep_runs=keep_runs, keep_history=keep_history, audit_roots=roots, public_url=home.public_url
        )
        return Engine(self.store, kept)

    def close(self) -> None:
        """Close the store, if it was opened."""
        if "any_store" in self.__dict__:
            self.any_store.close()
