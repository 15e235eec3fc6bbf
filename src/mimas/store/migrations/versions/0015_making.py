"""PostgreSQL makes a resource by itself."""

from alembic import op

from mimas.store.resources import MAKING

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Make the function."""
    if op.get_bind().dialect.name == "postgresql":
        op.get_bind().exec_driver_sql(MAKING.replace("%", "%%"))
