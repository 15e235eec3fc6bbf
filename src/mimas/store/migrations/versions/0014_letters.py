"""Letters: what is to be sent to people by mail, and what became of it."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def column(text: str, *, nullable: bool = False) -> sa.Column[int] | sa.Column[str]:
    """As in the first migration."""
    if text.endswith("#"):
        kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
        return sa.Column(text[:-1], kind, autoincrement=False, nullable=nullable)
    return sa.Column(text, sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=nullable)


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "letter",
        column("id#"), column("mark"), column("recipients"), column("subject"), column("text"),
        column("html", nullable=True), column("follows", nullable=True), column("about#", nullable=True),
        column("asked#", nullable=True), column("until", nullable=True), column("made"), column("state"),
        column("due", nullable=True), column("attempts#"), column("sent", nullable=True), column("problem"),
        sa.PrimaryKeyConstraint("id"), sqlite_strict=True, sqlite_with_rowid=True,
    )  # fmt: skip
    op.create_index("letter_mark", "letter", ["mark"], unique=True)
    op.create_index("letter_due", "letter", ["state", "due"])
    op.create_index("letter_about", "letter", ["about"])
    op.create_index("letter_made", "letter", ["made"])
