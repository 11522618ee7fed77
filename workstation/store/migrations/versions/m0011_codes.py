"""Codes on pages, separator sheets, and why a document may begin on a page."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("page", sa.Column("codes", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("page", sa.Column("separator", sa.String(length=8), nullable=True))
    op.add_column("page", sa.Column("cue", sa.JSON(none_as_null=True), nullable=True))
