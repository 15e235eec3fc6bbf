"""What holds for the whole suite: PostgreSQL for whoever asks for it, databases with the store's tables, no skips."""

import gc
import importlib.util
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
import sqlalchemy

from mimas.store.store import Store
from tests.servers import postgres as postgres_server
from tests.world import World

if TYPE_CHECKING:
    from tests.servers.databases import Databases

gc.disable()
"""Until everything is collected: of what is imported then, and of eight thousand tests, nothing is garbage."""


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """From now on, and in every fork, only what the tests make is looked through for garbage."""
    gc.collect()
    gc.freeze()
    gc.enable()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """`scripts/test --no-skips`: a test that was skipped was not run, and that counts as a failure."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if not os.environ.get("MIMAS_NO_SKIPS") or hasattr(session.config, "workerinput") or reporter is None:
        return
    skipped = len(reporter.stats.get("skipped", ()))
    if skipped and exitstatus == pytest.ExitCode.OK:
        reporter.write_line(f"\n--no-skips: {skipped} skipped, so this is a failure", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def postgres() -> Iterator[postgres_server.Postgres]:
    """A running PostgreSQL server."""
    programs = postgres_server.programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    if importlib.util.find_spec("psycopg") is None:
        pytest.skip("psycopg is not installed: pip install 'mimas[postgresql]'")
    server = postgres_server.Postgres(programs)
    server.start()
    yield server
    server.stop()
    server.remove()


@pytest.fixture
def postgresql_url(postgres: postgres_server.Postgres) -> Iterator[str]:
    """The URL of a new, empty database."""
    name = f"test_{uuid4().hex}"
    _administer(postgres, f"CREATE DATABASE {name}")
    yield postgres.url(name)
    _administer(postgres, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def sqlite_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the store's tables and nothing in them, to be copied."""
    path = tmp_path_factory.mktemp("store") / "empty.db"
    store = Store(f"sqlite:///{path}")
    store.migrate()
    store.close()
    return path


@pytest.fixture(scope="session")
def databases(postgres: postgres_server.Postgres) -> "Databases":
    """PostgreSQL databases with the store's tables and nothing in them."""
    from tests.servers.databases import Databases

    _administer(postgres, "CREATE DATABASE store")
    store = Store(postgres.url("store"))
    store.migrate()
    store.close()
    return Databases(postgres, "store")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a new store, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        yield f"sqlite:///{shutil.copy(request.getfixturevalue('sqlite_store'), tmp_path / 'mimas.db')}"
        return
    server, databases = request.getfixturevalue("postgres"), request.getfixturevalue("databases")
    name = databases.take()
    yield server.url(name)
    databases.give(name)


@pytest.fixture
def world(database_url: str, tmp_path: Path) -> Iterator[World]:
    """An empty world over a new store."""
    made = World(tmp_path, database_url)
    yield made
    made.close()


def _administer(server: postgres_server.Postgres, statement: str) -> None:
    engine = sqlalchemy.create_engine(
        server.url("postgres"), isolation_level="AUTOCOMMIT", poolclass=sqlalchemy.NullPool
    )
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
