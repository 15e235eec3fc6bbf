"""Secrets that are kept sealed."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def text(name: str) -> sa.Column[str]:
    """As in the first migration."""
    kind = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    return sa.Column(name, kind, nullable=False)


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "secret", text("name"), text("sealed"), text("at"), sa.PrimaryKeyConstraint("name"), sqlite_strict=True
    )
