"""Databases with the store's tables and nothing in them. To empty one costs a tenth of making one."""

from uuid import uuid4

import psycopg

from tests.servers.postgres import Postgres

_LARGEST = 1 << 20
"""Bytes of a table. Where one has become larger, the database is given up."""
_SHAPE = """
SELECT md5(string_agg(line, ',' ORDER BY line)) FROM (
  SELECT concat_ws(' ', c.relname, c.relkind, a.attname, a.atttypid, a.attnotnull) AS line FROM pg_class c
  LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 WHERE c.relnamespace = 'public'::regnamespace
  UNION ALL SELECT concat_ws(' ', tgrelid::regclass, tgname, tgenabled) FROM pg_trigger WHERE NOT tgisinternal
  UNION ALL SELECT concat_ws(' ', proname, md5(prosrc)) FROM pg_proc WHERE pronamespace = 'public'::regnamespace) lines
"""
_TABLES = (
    "SELECT relname, pg_relation_size(oid) FROM pg_class WHERE relnamespace = '{}'::regnamespace AND relkind = 'r'"
)
_OTHERS = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


class Databases:
    """Those of one server, made as copies of one that is ready."""

    def __init__(self, server: Postgres, template: str) -> None:
        self._server = server
        self._template = template
        with self._at(template) as connection:
            # What stands in a store that is ready is put aside, to be put back.
            connection.execute("CREATE SCHEMA kept")
            for name, size in connection.execute(_TABLES.format("public")).fetchall():
                if size:
                    connection.execute(f"CREATE TABLE kept.{name} AS TABLE public.{name}")
            self._shape = connection.execute(_SHAPE).fetchone()
        self._free: list[str] = []

    def take(self) -> str:
        """The name of one for a test."""
        if self._free:
            return self._free.pop()
        name = f"test_{uuid4().hex}"
        with self._at("postgres") as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {self._template} STRATEGY FILE_COPY")
        return name

    def give(self, name: str) -> None:
        """The test is done with it."""
        try:
            emptied = self._emptied(name)
        except psycopg.Error:
            emptied = False
        if emptied:
            self._free.append(name)
            return
        with self._at("postgres") as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _emptied(self, name: str) -> bool:
        """Whether it is as it was made; not where somebody has changed its tables, or there was much in them."""
        with self._at(name) as connection:
            connection.execute(f"SELECT pg_terminate_backend(pid, 5000) {_OTHERS}")
            tables: dict[str, int] = dict(connection.execute(_TABLES.format("public")).fetchall())
            if connection.execute(_SHAPE).fetchone() != self._shape or max(tables.values()) > _LARGEST:
                return False
            kept = [row[0] for row in connection.execute(_TABLES.format("kept")).fetchall()]
            # As a replica does: without a word to the history.
            statements = ["SET session_replication_role = replica", *(f"DELETE FROM {one}" for one in tables)]
            statements += [f"INSERT INTO {one} SELECT * FROM kept.{one}" for one in kept]
            connection.execute("; ".join(statements))
        return True

    def _at(self, database: str) -> psycopg.Connection:
        url = self._server.url(database).replace("postgresql+psycopg", "postgresql")
        return psycopg.connect(url, autocommit=True)
