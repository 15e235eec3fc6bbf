"""PostgreSQL closes a batch by itself."""

from alembic import op

from mimas.store.history.chain import SEALING

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Make the function."""
    if op.get_bind().dialect.name == "postgresql":
        op.get_bind().exec_driver_sql(SEALING.replace("%", "%%"))
