"""Sets and criteria groups: who belongs to them, what has changed since that was found out, and what follows of it."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def column(text: str, *, nullable: bool = False) -> sa.Column[int] | sa.Column[str]:
    """As in the first migration."""
    if text.endswith("#"):
        kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
        return sa.Column(text[:-1], kind, autoincrement=False, nullable=nullable)
    return sa.Column(text, sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=nullable)


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "member", column("holder#"), column("resource#"), sa.PrimaryKeyConstraint("holder", "resource"),
        sqlite_strict=True, sqlite_with_rowid=False,
    )  # fmt: skip
    op.create_index("member_resource", "member", ["resource", "holder"])
    op.create_table(
        "holder", column("resource#"), column("form"), sa.PrimaryKeyConstraint("resource"),
        sqlite_strict=True, sqlite_with_rowid=True,
    )  # fmt: skip
    op.create_table(
        "stirred", column("resource#"), column("attribute#"), column("before", nullable=True), sqlite_strict=True,
    )  # fmt: skip
    op.create_table(
        "watched", column("symbol#"), sa.PrimaryKeyConstraint("symbol"), sqlite_strict=True, sqlite_with_rowid=True,
    )  # fmt: skip
    op.create_table(
        "outbox",
        column("id#"), column("kind"), column("holder#"), column("resource#"), column("at"), column("person"),
        sa.PrimaryKeyConstraint("id"), sqlite_strict=True, sqlite_with_rowid=True,
    )  # fmt: skip
