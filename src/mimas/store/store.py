"""The store as a whole: its database, its symbols, its migrations."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mimas.schema.system import SYSTEM, Catalogue
from mimas.store import tables
from mimas.store.database import Database, DatabaseError, Transaction
from mimas.store.history import chain
from mimas.store.history.chain import Cause
from mimas.store.runs import moment, now

if TYPE_CHECKING:
    from mimas.store.membership.holders import Holders

REVISION = "0016"
"""The migration this program needs; `migrate` brings a database to it."""


class _RehearsedError(Exception):
    """Undoes a transaction."""


class Store:
    """Everything Mimas knows, in one database.

    Names of connectors, types, attributes and rules are *symbols*: small numbers that never change and are kept for
    ever, so they are remembered here once read.
    """

    def __init__(self, url: str) -> None:
        self.database = Database(url)
        self.database.before_commit = self._seal
        self.cause = Cause()
        """Why what is written next is written."""
        self.clock: Callable[[], datetime] = now
        self.catalogue: Catalogue = SYSTEM
        """Every type of resources that there is: set by whoever opens an installation."""
        self.holders: Holders | None = None
        """The sets and groups with filters, as they were read last: see `mimas.store.membership.holders`."""
        self.settles_with: Catalogue | None = None
        """The types with which memberships are known to have been found out: see `mimas.store.membership.settling`."""
        self._symbols: dict[str, int] = {}
        self._names: dict[int, str] = {}

    @contextmanager
    def transaction(self, *, durable: bool = False) -> Iterator[Transaction]:
        """See `Database.transaction`."""
        catalogue = self.catalogue
        try:
            with self.database.transaction(durable=durable) as transaction:
                yield transaction
        except BaseException:
            # Symbols may have been given out in what is now undone.
            self._symbols.clear()
            self._names.clear()
            self.settles_with = None
            # A request may have changed the types.
            self.catalogue = catalogue
            raise

    @contextmanager
    def undoable(self) -> Iterator[Transaction]:
        """A transaction; within another one, a part of it that can fail by itself."""
        with self.transaction() as transaction, self.database.part(transaction):
            yield transaction

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """The store as it is now, for whoever writes nothing: a run, or a plan of a minute, is not waited for."""
        with self.database.transaction(reading=True) as transaction:
            yield transaction

    @contextmanager
    def rehearsal(self, patience: timedelta | None = None) -> Iterator[Transaction]:
        """Everything within is undone when it ends, however that is; within a transaction it is a part of that.

        ``patience``: whoever writes the same is waited for so long, and then it fails (on PostgreSQL; on SQLite nobody
        else writes).
        """
        with suppress(_RehearsedError), self.undoable() as transaction:
            if patience is not None:
                transaction.hurry(patience)
            yield transaction
            raise _RehearsedError

    def foresee_commit(self, tx: Transaction) -> None:
        """Within `Transaction.foreseeing`: ask what is asked at the end of a transaction that has written something."""
        from mimas.store.membership import changes, holders

        chain.ask(tx)
        holders.version(tx)
        changes.take(tx, self)

    def _seal(self, tx: Transaction) -> None:
        # The memberships stand upon the store, and this is where the store asks for them.
        from mimas.store.membership import settle

        with tx.foreseeing():
            chain.ask(tx)
        settle(tx, self, self.clock())
        chain.seal(tx, self.cause, moment(self.clock()))

    @contextmanager
    def caused_by(self, cause: Cause) -> Iterator[None]:
        """What is written within is written for this reason."""
        before, self.cause = self.cause, cause
        try:
            yield
        finally:
            self.cause = before

    def symbols(self, names: list[str]) -> list[int]:
        """The numbers of some names; new names get one."""
        if missing := [name for name in dict.fromkeys(names) if name not in self._symbols]:
            with self.reading() as tx:
                self._remember(tx.rows("SELECT id, name FROM symbol WHERE name IN TEXTS", missing))
        if new := [name for name in missing if name not in self._symbols]:
            with self.transaction() as tx:
                first = tx.allocate("symbol", len(new))
                # Only now nobody else gives out numbers: somebody may have given some to these meanwhile.
                self._remember(tx.rows("SELECT id, name FROM symbol WHERE name IN TEXTS", new))
                new = [name for name in new if name not in self._symbols]
                rows = list(enumerate(new, first))
                tx.insert(tables.symbol, "id, name", rows)
                self._remember(rows)
        return [self._symbols[name] for name in names]

    def _remember(self, rows: Iterable[tuple[Any, ...]]) -> None:
        for number, name in rows:
            self._names[number] = name
            self._symbols[name] = number

    def symbol(self, name: str) -> int:
        """The number of one name."""
        number = self._symbols.get(name)
        return number if number is not None else self.symbols([name])[0]

    def known(self, name: str) -> int:
        """The number of a name, for whoever only reads; 0, which nothing has, where it has none yet."""
        if name not in self._symbols:
            with self.reading() as tx:
                self._remember(tx.rows("SELECT id, name FROM symbol WHERE name = ?", name))
        return self._symbols.get(name, 0)

    def name(self, symbol: int | None) -> str:
        """The name behind a number; empty for none."""
        if symbol is None:
            return ""
        if symbol not in self._names:
            with self.reading() as tx:
                self._remember(tx.rows("SELECT id, name FROM symbol"))
        return self._names[symbol]

    def exists(self) -> bool:
        """Whether the database has been made ready by `prepare`. Raises `DatabaseError` when by another release."""
        revision = self._revision()
        if revision is not None and revision != REVISION:
            advice = (
                "Run `mimas config apply`, which brings it up to date."
                if revision < REVISION
                else "Install the newer program, which made it so."
            )
            raise DatabaseError(
                f"The database {self.database.display} is at revision {revision}; this program needs {REVISION}. "
                f"{advice}"
            )
        return revision is not None

    def prepare(self) -> None:
        """Create the tables, or bring them up to date, if need be. Raises `DatabaseError` when they are newer."""
        revision = self._revision()
        if revision is None or revision < REVISION:
            self.migrate()
        else:
            self.exists()

    def _revision(self) -> str | None:
        """The migration that the database was brought to; revisions are numbered, so they sort as text."""
        if not self.database.postgresql:
            path = self.database.url.database
            if path and path != ":memory:" and not Path(path).exists():
                return None
        with self.reading() as tx:
            if self.database.postgresql:
                found = tx.value("SELECT to_regclass('alembic_version')")
            else:
                found = tx.value("SELECT name FROM sqlite_master WHERE name = 'alembic_version'")
            return tx.value("SELECT version_num FROM alembic_version") if found else None

    def migrate(self) -> None:
        """Create the tables, or bring them up to date."""
        # Alembic costs most of a second to import, and is needed about once a release.
        from mimas.store.migrate import upgrade

        self.database.connection()  # a database that cannot be opened is told in our words, not in Alembic's
        upgrade(self.database)

    def close(self) -> None:
        """Close the database."""
        self.database.close()
