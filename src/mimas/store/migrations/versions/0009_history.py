"""The whole history: what every row was before a batch changed it, and the chain of the batches.

What there was of it before, the values of resources before each step, could not be read by any command.
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_PAST = {
    "resource": ("id#", "type# doc pattern# state#", ()),
    "resource_reference": ("resource# attribute# target# origin#", "", ()),
    "object": ("id#", "connector# type# anchor name presence# seen wanted ours", ()),
    "reference": ("object# attribute# target#", "bits#", ()),
    "link": ("object#", "resource# connector# rule#", ("resource",)),
    "pending_export": ("object#", "operation state# step#", ()),
    "fact": ("kind key", "resource# value at", ("resource",)),
    "granted": ("id#", "resource# attribute# target# begins ends reason grantor at", ("resource",)),
    "hold": ("id#", "kind connector# step# count# reason state at", ()),
    "document": ("kind name", "body file hash applied", ()),
}
"""Table → its key, what is kept besides, and by what it is looked up; # is a number."""


def column(text: str, *, nullable: bool = False) -> sa.Column[int] | sa.Column[str]:
    """As in the first migration."""
    if text.endswith("#"):
        kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
        return sa.Column(text[:-1], kind, autoincrement=False, nullable=nullable)
    return sa.Column(text, sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=nullable)


def upgrade() -> None:
    """Add the tables, and the batch with which the history begins."""
    op.drop_table("history")
    op.execute("DELETE FROM meta WHERE key = 'sequence:history'")
    op.create_table(
        "batch",
        column("id#"), column("place#"), column("at"), column("step#", nullable=True), column("person"),
        column("what"), column("content"), column("objects#"), column("resources#"), column("root"),
        sa.PrimaryKeyConstraint("id"), sqlite_strict=True, sqlite_with_rowid=True,
    )  # fmt: skip
    for index in ("place", "at", "step", "objects", "resources"):
        op.create_index(f"batch_{index}", "batch", [index], unique=index == "place")
    for name, (key, columns, indexes) in _PAST.items():
        keys = [column(text) for text in [*key.split(), "batch#"]]
        op.create_table(
            f"past_{name}",
            *keys,
            column("kept#"),
            *(column(text, nullable=True) for text in [*columns.split(), "erased"]),
            sa.PrimaryKeyConstraint(*(one.name for one in keys)),
            sqlite_strict=True,
            sqlite_with_rowid=False,
        )
        for index in ("batch", *indexes):
            op.create_index(f"past_{name}_{index}", f"past_{name}", [index])
    op.add_column("pending_export", column("step#", nullable=True))
    op.create_table(
        "fresh", column("id#"), column("objects#"), column("resources#"), sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True, sqlite_with_rowid=True,
    )  # fmt: skip
    at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    objects, resources = (
        f"coalesce((SELECT CAST(value AS BIGINT) FROM meta WHERE key = 'sequence:{name}'), 1)"
        for name in ("object", "resource")
    )
    op.execute(
        "INSERT INTO batch (id, place, at, step, person, what, content, objects, resources, root)"
        f" SELECT 0, 0, '{at}', NULL, '', 'the history begins', '', {objects}, {resources}, ''"
    )
    op.execute(f"INSERT INTO fresh (id, objects, resources) SELECT 1, {objects}, {resources}")
