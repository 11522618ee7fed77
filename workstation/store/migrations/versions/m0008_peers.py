"""Outbox items on their way to the peers beside the ward server."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "peer_delivery",
        sa.Column("item_id", sa.String(length=36), nullable=False),
        sa.Column("peer", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("steps", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("next_try", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("lease_owner", sa.Text(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["outbox_item.id"], name=op.f("fk_peer_delivery_item_id_outbox_item")),
        sa.PrimaryKeyConstraint("item_id", "peer", name=op.f("pk_peer_delivery")),
    )
    op.create_index(
        op.f("ix_peer_delivery_peer_state_created_at_item_id"), "peer_delivery", ["peer", "state", "created_at", "item_id"]
    )
