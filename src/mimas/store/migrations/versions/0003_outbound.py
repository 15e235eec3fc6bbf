"""What the outbound side remembers: tries that failed, how a system alters values, what is left as it is, grants."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def number(name: str, *, nullable: bool = False) -> sa.Column[int]:
    """A 64-bit integer; SQLite's key of a table needs the very word INTEGER."""
    return sa.Column(name, sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=nullable)


def text(name: str, *, nullable: bool = True) -> sa.Column[str]:
    """Text that is compared byte by byte."""
    return sa.Column(name, sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=nullable)


def upgrade() -> None:
    """Add the columns and the tables."""
    op.add_column("pending_export", number("tries", nullable=True))
    op.add_column("pending_export", text("due"))
    op.add_column("pending_export", number("behind", nullable=True))
    some = sa.text("behind IS NOT NULL")
    op.create_index("pending_export_behind", "pending_export", ["behind"], sqlite_where=some, postgresql_where=some)
    op.create_table(
        "tolerance",
        number("object"),
        text("wanted", nullable=False),
        sa.PrimaryKeyConstraint("object"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "learned",
        number("connector"),
        number("type"),
        number("attribute"),
        text("form", nullable=False),
        text("example", nullable=False),
        text("at", nullable=False),
        sa.PrimaryKeyConstraint("connector", "type", "attribute", "form"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "granted",
        number("id"),
        number("resource"),
        number("attribute"),
        number("target"),
        text("begins", nullable=False),
        text("ends", nullable=False),
        text("reason", nullable=False),
        text("grantor", nullable=False),
        text("at", nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("granted_resource", "granted", ["resource"])
    op.create_index("granted_target", "granted", ["target"])
