"""Numbers of issued documents, the agency's marks that are still to be set, and procedures: of dossiers, and in the ledger."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "issued_number",
        sa.Column("document_id", sa.String(length=36), nullable=False),
        sa.Column("year", sa.BigInteger(), nullable=False),
        sa.Column("notation", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_issued_number")),
        sa.UniqueConstraint("year", "notation", "number", name=op.f("uq_issued_number_year_notation_number")),
    )
    op.add_column("dossier", sa.Column("procedure", sa.Text(), nullable=True))
    op.add_column("document", sa.Column("marks_left", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("authority", sa.Column("procedures", sa.JSON(none_as_null=True), nullable=True))
