"""Bringing a database to the tables this program needs."""

from pathlib import Path

from alembic import command
from alembic.config import Config

from mimas.store.database import Database


def upgrade(database: Database, revision: str = "head") -> None:
    """Run the migrations that are missing, up to a revision, in one transaction."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
