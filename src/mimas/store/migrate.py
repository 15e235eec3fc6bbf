"""Bringing a database to the tables this program needs."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import inspect

from mimas.store.database import Database
from mimas.store.history import recording
from mimas.store.membership import stirring


def upgrade(database: Database, revision: str = "head") -> None:
    """Run the migrations that are missing, up to a revision, in one transaction.

    Meanwhile nothing is recorded (see `mimas.store.history.recording`) nor stirred (`mimas.store.membership.stirring`):
    a migration does not change what is known.
    """
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        known = inspect(connection).get_table_names()
        for statement in recording.off(database.postgresql) if "past_resource" in known else ():
            connection.exec_driver_sql(statement)
        for statement in stirring.off(database.postgresql) if "resource" in known else ():
            connection.exec_driver_sql(statement)
        command.upgrade(config, revision)
        if revision == "head":
            for statement in (*recording.on(database.postgresql), *stirring.on(database.postgresql)):
                connection.exec_driver_sql(statement)
