"""The bare programs: what each step reads and writes, with no engine between. They are the ceiling of the machine.

Each reads the same file or tables and writes the same rows as the step beside it, on SQLite, in batches of the same
size. What they leave out is the thinking: no rules, no links, no comparison of images.
"""

import csv
import sqlite3
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
from xxhash import xxh3_64_intdigest

from mimas.store.database import Database
from mimas.store.dialect import prepare_sqlite
from mimas.store.tables import metadata

BATCH = 10_000

_WRITTEN_BY_SYNC = {
    "resource": "",
    "resource_key": "",
    "resource_reference": "",
    "link": "",
    "past_resource": "",
    "past_resource_reference": "",
    "past_link": "",
    "past_object": "WHERE id IN (SELECT id FROM object WHERE wanted IS NOT NULL)",
    "past_reference": "WHERE object IN (SELECT id FROM object WHERE wanted IS NOT NULL)",
    "object": "WHERE wanted IS NOT NULL",
    "object_key": "WHERE fingerprint IS NULL",
    "pending_export": "",
    "reference": "WHERE bits & 2",
}


class Bare:
    """The bare programs over a copy of the benchmark's files and database."""

    def __init__(self, folder: Path, database: Path) -> None:
        self.folder = folder
        self.full = database
        self.path = folder / "bare.db"
        made = Database(f"sqlite:///{self.path}")
        metadata.create_all(made.engine)
        made.close()
        self.connection = sqlite3.connect(self.path, isolation_level=None)
        prepare_sqlite(self.connection, None)

    def close(self) -> None:
        """Remove what was made."""
        self.connection.close()
        for path in self.folder.glob("bare.db*"):
            path.unlink()

    def first_import(self) -> None:
        """Parse every row; write key, document, reference and pending row."""
        encode = msgspec.json.Encoder(order="sorted").encode
        with (self.folder / "hr.csv").open(encoding="utf-8", newline="") as file:
            reader = csv.reader(file)
            names = next(reader)
            for first, rows in self._numbered(reader):
                values = [dict(zip(names, row, strict=True)) for row in rows]
                ids = range(first, first + len(rows))
                self._insert("object_key", 4, [(1, row[0], i, i) for i, row in zip(ids, rows, strict=True)])
                documents = [
                    (i, 1, 2, v["EmployeeNumber"], None, 1, encode(v).decode(), None, None)
                    for i, v in zip(ids, values, strict=True)
                ]
                self._insert("object", 9, documents)
                self._insert("reference", 4, [(i, 1, max(1, i // 10), 1) for i in ids])
                self._insert("pending_import", 3, [(1, i, None) for i in ids])

    def unchanged_import(self) -> None:
        """Split off each key, hash each line, look the keys up."""
        encode = msgspec.json.encode
        with (self.folder / "hr.csv").open("rb") as file:
            file.readline()
            while lines := list(islice(file, BATCH)):
                keys = [line.partition(b",")[0].decode() for line in lines]
                hashes = [xxh3_64_intdigest(line) >> 1 for line in lines]
                rows = self.connection.execute(
                    "SELECT k.object, k.fingerprint FROM json_each(?) j LEFT JOIN object_key k"
                    " ON k.connector = 1 AND k.anchor = j.value",
                    (encode(keys).decode(),),
                ).fetchall()
                assert len(rows) == len(hashes)

    def full_sync(self) -> None:
        """Read every document and write the rows that the full sync wrote."""
        for (text,) in self._rows("SELECT seen FROM object WHERE presence = 1"):
            msgspec.json.decode(text)
        for table, where in _WRITTEN_BY_SYNC.items():
            rows = self._rows(f"SELECT * FROM {table} {where}")
            while batch := list(islice(rows, BATCH)):
                self._insert(table, len(batch[0]), batch, conflict=" ON CONFLICT DO NOTHING")

    def idle_sync(self) -> None:
        """Read and decode every object, resource and reference."""
        decode = msgspec.json.decode
        for (text,) in self._rows("SELECT seen FROM object WHERE presence = 1"):
            decode(text)
        for _, text, wanted in self._rows(
            "SELECT l.resource, r.doc, o.wanted FROM resource r JOIN link l ON l.resource = r.id"
            " JOIN object o ON o.id = l.object WHERE o.wanted IS NOT NULL"
        ):
            decode(text)
            assert wanted
        for _ in self._rows("SELECT resource, attribute, target FROM resource_reference"):
            pass

    def export(self) -> None:
        """Read every wanted image and write it as a row."""
        decode = msgspec.json.decode
        with (self.folder / "bare.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            rows = self._rows("SELECT wanted FROM object WHERE wanted IS NOT NULL ORDER BY id")
            while batch := list(islice(rows, BATCH)):
                writer.writerows([decode(text).values() for (text,) in batch])
        (self.folder / "bare.csv").unlink()

    def confirming_import(self) -> None:
        """Parse every row of the exported file; bring objects, keys and pending exports up to date."""
        encode = msgspec.json.Encoder(order="sorted").encode
        with (self.folder / "app.csv").open(encoding="utf-8", newline="") as file:
            reader = csv.reader(file)
            names = next(reader)
            ids = self._rows("SELECT id, anchor FROM object WHERE wanted IS NOT NULL ORDER BY id")
            while rows := list(islice(reader, BATCH)):
                known = list(islice(ids, len(rows)))
                documents = [
                    (encode(dict(zip(names, row, strict=True))).decode(), i)
                    for row, (i, _) in zip(rows, known, strict=True)
                ]
                self._many("UPDATE object SET seen = ?, presence = 1 WHERE id = ?", documents)
                self._many("UPDATE object_key SET fingerprint = ? WHERE connector = 3 AND anchor = ?", known)
                self._many("UPDATE reference SET bits = 3 WHERE object = ?", [(i,) for i, _ in known])
                self._many("DELETE FROM pending_export WHERE connector = 3 AND object = ?", [(i,) for i, _ in known])

    def _numbered(self, reader: Iterator[list[str]]) -> Iterator[tuple[int, list[list[str]]]]:
        first = 1
        while rows := list(islice(reader, BATCH)):
            yield first, rows
            first += len(rows)

    def _rows(self, sql: str) -> Iterator[tuple[Any, ...]]:
        """Rows of the real database, streamed."""
        with sqlite3.connect(f"file:{self.full}?mode=ro", uri=True) as connection:
            yield from connection.execute(sql)

    def _insert(self, table: str, columns: int, rows: list[tuple[Any, ...]], conflict: str = "") -> None:
        self._many(f"INSERT INTO {table} VALUES ({', '.join('?' * columns)}){conflict}", rows)

    def _many(self, sql: str, rows: list[tuple[Any, ...]]) -> None:
        self.connection.execute("BEGIN IMMEDIATE")
        self.connection.executemany(sql, rows)
        self.connection.execute("COMMIT")


def of(bare: Bare) -> dict[str, Callable[[], None]]:
    """The bare program beside each step."""
    return {
        "first import": bare.first_import,
        "unchanged import": bare.unchanged_import,
        "import, 2 % changed": bare.unchanged_import,
        "full sync with provisioning": bare.full_sync,
        "full sync, nothing to do": bare.idle_sync,
        "export to a file": bare.export,
        "confirming import": bare.confirming_import,
    }
