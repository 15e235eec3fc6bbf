"""Which steps the history refers to: these stay when runs are pruned."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the index."""
    op.create_index("history_step", "history", ["step"])
