"""Workflows: what waits for whoever runs them, and how far each has come."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def column(text: str, *, nullable: bool = False) -> sa.Column[int] | sa.Column[str]:
    """As in the first migration."""
    if text.endswith("#"):
        kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
        return sa.Column(text[:-1], kind, autoincrement=False, nullable=nullable)
    return sa.Column(text, sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=nullable)


def upgrade() -> None:
    """Add the tables; what waits already is due."""
    rows = op.get_bind().execute(sa.text("SELECT id, kind, holder, resource, at, person FROM outbox"))
    waiting = [{**row, "due": row["at"], "taken": 0, "attempts": 0, "note": ""} for row in rows.mappings()]
    op.drop_table("outbox")
    outbox = op.create_table(
        "outbox",
        column("id#"), column("kind"), column("holder#"), column("resource#"), column("at"), column("person"),
        column("due", nullable=True), column("taken#"), column("attempts#"), column("note"),
        sa.PrimaryKeyConstraint("id"), sqlite_strict=True, sqlite_with_rowid=True,
    )  # fmt: skip
    op.create_index("outbox_due", "outbox", ["due", "id"])
    op.create_index("outbox_about", "outbox", ["resource", "kind"])
    if waiting:
        op.bulk_insert(outbox, waiting)
    op.create_table(
        "workflow_version", column("id#"), column("definition#"), column("body"), sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True, sqlite_with_rowid=True,
    )  # fmt: skip
    op.create_index("workflow_version_definition", "workflow_version", ["definition"])
    op.create_table(
        "workflow",
        column("instance#"), column("version#"), column("phase"), column("request#", nullable=True), column("place#"),
        column("data"), column("state", nullable=True), column("ended#"),
        sa.PrimaryKeyConstraint("instance"), sqlite_strict=True, sqlite_with_rowid=True,
    )  # fmt: skip
    op.create_index("workflow_request", "workflow", ["request", "ended"])
    op.create_table(
        "workflow_step", column("instance#"), column("place#"), column("begun"), column("ended", nullable=True),
        column("note"), sa.PrimaryKeyConstraint("instance", "place"), sqlite_strict=True, sqlite_with_rowid=False,
    )  # fmt: skip
    op.create_table(
        "applied_rule", column("rule#"), column("holder#"), column("workflow#"),
        sa.PrimaryKeyConstraint("rule", "holder", "workflow"), sqlite_strict=True, sqlite_with_rowid=False,
    )  # fmt: skip
