"""References of resources that may have changed, value by value."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def number(name: str) -> sa.Column[int]:
    """As in the first migration."""
    return sa.Column(name, sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False)


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "moved",
        number("resource"),
        number("target"),
        sa.PrimaryKeyConstraint("resource", "target"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
