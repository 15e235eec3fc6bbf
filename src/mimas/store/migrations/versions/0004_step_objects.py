"""The objects behind the counters of a step, with the names they had then."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def number(name: str, *, nullable: bool = False) -> sa.Column[int]:
    """As in the first migration."""
    return sa.Column(name, sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=nullable)


def text(name: str, *, nullable: bool = True) -> sa.Column[str]:
    """As in the first migration."""
    return sa.Column(name, sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=nullable)


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "step_object",
        number("step"),
        text("counter", nullable=False),
        text("objects", nullable=False),
        sa.PrimaryKeyConstraint("step", "counter"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
