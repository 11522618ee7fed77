"""Who said that a page's mark is none of a state secret; and files that are to be erased, until they are."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("page", sa.Column("not_secret_by", sa.Text(), nullable=True))
    op.create_table(
        "erasure",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("dossier_id", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("sha256", "dossier_id", name=op.f("pk_erasure")),
    )
