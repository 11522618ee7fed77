"""Which words of a field's value are doubtful; none are known of what an older version stored."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("field_value", sa.Column("weak", sa.JSON(none_as_null=True), nullable=True))
