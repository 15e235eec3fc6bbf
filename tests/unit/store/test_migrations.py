"""The migrations lead to the tables that the program knows."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from mimas.store.database import DatabaseError
from mimas.store.migrate import upgrade
from mimas.store.store import Store
from mimas.store.tables import metadata


def test_a_migrated_database_has_the_tables_of_the_program(database_url: str) -> None:
    store = Store(database_url)
    store.migrate()
    with store.database.engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
    store.close()
    assert differences == []


def test_sqlite_tables_are_as_narrow_as_they_are_meant_to_be(tmp_path: Path) -> None:
    migrated, made = Store(f"sqlite:///{tmp_path / 'a.db'}"), Store(f"sqlite:///{tmp_path / 'b.db'}")
    migrated.migrate()
    metadata.create_all(made.database.engine)
    ask = "SELECT name, wr, strict FROM pragma_table_list WHERE schema = 'main'"
    with migrated.transaction() as one, made.transaction() as other:
        names = {table.name for table in metadata.sorted_tables}
        assert {row for row in one.rows(ask) if row[0] in names} == {row for row in other.rows(ask) if row[0] in names}
    migrated.close()
    made.close()


def test_a_database_of_another_release_is_not_touched(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'mimas.db'}")
    store.migrate()
    with store.transaction() as tx:
        tx.run("UPDATE alembic_version SET version_num = '9999'")
    for ask in (store.exists, store.prepare):
        with pytest.raises(DatabaseError, match=r"9999.*newer program"):
            ask()
    store.close()


def test_a_database_of_an_earlier_release_is_brought_up_to_date(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'mimas.db'}")
    upgrade(store.database, "0001")
    with pytest.raises(DatabaseError, match=r"revision 0001.*`mimas config apply`"):
        store.exists()
    store.prepare()
    assert store.exists()
    store.close()
