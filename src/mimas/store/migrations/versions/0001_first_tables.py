"""The first tables, as they were when the first databases were made. What changes comes in migrations of its own."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def number(name: str, *, nullable: bool = False) -> sa.Column[int]:
    """A 64-bit integer; SQLite's key of a table needs the very word INTEGER."""
    return sa.Column(name, sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=nullable)


def text(name: str, *, nullable: bool = True) -> sa.Column[str]:
    """Text that is compared byte by byte."""
    return sa.Column(name, sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=nullable)


def upgrade() -> None:
    """Create every table."""
    op.create_table(
        "connector_state",
        number("connector"),
        text("watermark"),
        sa.PrimaryKeyConstraint("connector"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "dirty", number("resource"), sa.PrimaryKeyConstraint("resource"), sqlite_strict=True, sqlite_with_rowid=False
    )
    op.create_table(
        "document",
        text("kind", nullable=False),
        text("name", nullable=False),
        text("body", nullable=False),
        text("file", nullable=False),
        text("hash", nullable=False),
        text("applied", nullable=False),
        sa.PrimaryKeyConstraint("kind", "name"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "due",
        number("stratum"),
        number("item"),
        text("at", nullable=False),
        sa.PrimaryKeyConstraint("stratum", "item"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("due_at", "due", ["at"], unique=False)
    op.create_table(
        "fact",
        text("kind", nullable=False),
        text("key", nullable=False),
        number("resource"),
        text("value"),
        text("at", nullable=False),
        sa.PrimaryKeyConstraint("kind", "key"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("fact_resource", "fact", ["resource", "kind"], unique=False)
    op.create_table(
        "history",
        number("id"),
        number("step"),
        number("kind"),
        number("item"),
        text("before"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "hold",
        number("id"),
        text("kind", nullable=False),
        number("connector"),
        number("step"),
        number("count"),
        text("reason", nullable=False),
        text("state", nullable=False),
        text("at", nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "hold_item",
        number("hold"),
        number("object"),
        sa.PrimaryKeyConstraint("hold", "object"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "join_key",
        number("attribute"),
        text("value", nullable=False),
        number("object"),
        sa.PrimaryKeyConstraint("attribute", "value", "object"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "link",
        number("resource"),
        number("connector"),
        number("object"),
        number("rule"),
        sa.PrimaryKeyConstraint("resource", "connector", "object"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("link_object", "link", ["object"], unique=True)
    op.create_table(
        "meta",
        text("key", nullable=False),
        text("value"),
        sa.PrimaryKeyConstraint("key"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "object",
        number("id"),
        number("connector"),
        number("type", nullable=True),
        text("anchor"),
        text("name"),
        number("presence"),
        text("seen"),
        text("wanted"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "object_key",
        number("connector"),
        text("anchor", nullable=False),
        number("object"),
        number("fingerprint", nullable=True),
        sa.PrimaryKeyConstraint("connector", "anchor"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "object_name",
        number("connector"),
        text("key", nullable=False),
        number("object"),
        sa.PrimaryKeyConstraint("connector", "key"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "pattern",
        number("id"),
        text("body", nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("pattern_body", "pattern", ["body"], unique=True)
    op.create_table(
        "pending_export",
        number("connector"),
        number("object"),
        text("operation", nullable=False),
        number("state"),
        text("sent"),
        text("error"),
        sa.PrimaryKeyConstraint("connector", "object"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "pending_import",
        number("connector"),
        number("object"),
        text("synced"),
        sa.PrimaryKeyConstraint("connector", "object"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "reference",
        number("object"),
        number("attribute"),
        number("target"),
        number("bits"),
        sa.PrimaryKeyConstraint("object", "attribute", "target"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("reference_target", "reference", ["target", "attribute", "object"], unique=False)
    op.create_table(
        "resource",
        number("id"),
        number("type"),
        text("doc", nullable=False),
        number("pattern"),
        number("state"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "resource_key",
        number("attribute"),
        text("value", nullable=False),
        number("resource"),
        sa.PrimaryKeyConstraint("attribute", "value", "resource"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "resource_reference",
        number("resource"),
        number("attribute"),
        number("target"),
        number("origin"),
        sa.PrimaryKeyConstraint("resource", "attribute", "target"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(
        "resource_reference_target", "resource_reference", ["target", "attribute", "resource"], unique=False
    )
    op.create_table(
        "run",
        number("id"),
        text("profile", nullable=False),
        text("started", nullable=False),
        text("ended"),
        text("result"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "step",
        number("id"),
        number("run"),
        text("kind", nullable=False),
        text("connector"),
        text("started", nullable=False),
        text("ended"),
        text("result"),
        text("counters"),
        text("message"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("step_run", "step", ["run"], unique=False)
    op.create_table(
        "step_error",
        number("id"),
        number("step"),
        number("object", nullable=True),
        text("code", nullable=False),
        text("name"),
        text("message", nullable=False),
        text("advice"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("step_error_step", "step_error", ["step"], unique=False)
    op.create_table(
        "symbol",
        number("id"),
        text("name", nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("symbol_name", "symbol", ["name"], unique=True)
