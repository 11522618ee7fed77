"""Undo and redo of how dossiers are arranged."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "history",
        sa.Column("dossier_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("past", sa.Boolean(), nullable=False),
        sa.Column("step", sa.JSON(none_as_null=True), nullable=False),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_history_dossier_id_dossier")),
        sa.PrimaryKeyConstraint("dossier_id", "number", name=op.f("pk_history")),
    )
