"""References that end by themselves in their system."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def number(name: str) -> sa.Column[int]:
    """As in the first migration."""
    return sa.Column(name, sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False)


def upgrade() -> None:
    """Add the table."""
    text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    op.create_table(
        "expiring", number("object"), number("attribute"), number("target"), sa.Column("ends", text, nullable=False),
        sa.PrimaryKeyConstraint("object", "attribute", "target"), sqlite_strict=True, sqlite_with_rowid=False,
    )  # fmt: skip
