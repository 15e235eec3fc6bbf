"""Resources are found by their type: a few sets among a million people."""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add the index."""
    op.create_index("resource_type", "resource", ["type", "id"])
