"""How far the ward server's list of receipts was read, and which receipts were found there again."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "receipt_cursor",
        sa.Column("server", sa.Text(), nullable=False),
        sa.Column("reader", sa.String(length=16), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("receipt", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("server", "reader", name=op.f("pk_receipt_cursor")),
    )
    op.add_column("outbox_item", sa.Column("reconciled_at", sa.DateTime(timezone=True), nullable=True))
