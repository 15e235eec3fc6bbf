"""The values that we put into a system ourselves, of attributes that inbound rules read again."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the column."""
    op.add_column("object", sa.Column("ours", sa.Text().with_variant(sa.Text(collation="C"), "postgresql")))
