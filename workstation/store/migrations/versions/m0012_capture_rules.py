"""Files that came signed, with what was found of their signatures; risk class, count and pages with notes."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("dossier", sa.Column("signed", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("dossier", sa.Column("risk", sa.String(length=1), nullable=True))
    op.add_column("dossier", sa.Column("risk_note", sa.Text(), nullable=True))
    op.add_column("dossier", sa.Column("paper", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("page", sa.Column("with_note", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("page", sa.Column("pair_of", sa.String(length=36), nullable=True))
