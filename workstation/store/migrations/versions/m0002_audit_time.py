"""The audit log by time: what was signed today is asked after each change."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_audit_event_at"), "audit_event", ["at"], unique=False)
