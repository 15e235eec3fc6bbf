"""Signing in: sessions, what people prove with who they are, and links that let somebody in once."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def column(text: str, *, nullable: bool = False) -> sa.Column[int] | sa.Column[str]:
    """As in the first migration."""
    if text.endswith("#"):
        kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
        return sa.Column(text[:-1], kind, autoincrement=False, nullable=nullable)
    return sa.Column(text, sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=nullable)


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "session",
        column("digest"), column("person#", nullable=True), column("data"), column("began"), column("ends"),
        sa.PrimaryKeyConstraint("digest"), sqlite_strict=True, sqlite_with_rowid=False,
    )  # fmt: skip
    op.create_index("session_person", "session", ["person"])
    op.create_table(
        "credential",
        column("id#"), column("person#"), column("kind"), column("secret"),
        sa.PrimaryKeyConstraint("id"), sqlite_strict=True, sqlite_with_rowid=True,
    )  # fmt: skip
    op.create_index("credential_person", "credential", ["person", "kind"])
    op.create_table(
        "ticket",
        column("digest"), column("person#", nullable=True), column("ends"),
        sa.PrimaryKeyConstraint("digest"), sqlite_strict=True, sqlite_with_rowid=True,
    )  # fmt: skip
