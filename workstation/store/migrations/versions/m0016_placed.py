"""Which administrative unit a field's text means, old and present; none is known of what an older version stored."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    json = sa.JSON(none_as_null=True)
    op.add_column("field_value", sa.Column("placed", json, nullable=True))
    history = sa.table(
        "history", sa.column("dossier_id", sa.String()), sa.column("number", sa.BigInteger()), sa.column("step", json)
    )  # fmt: skip
    connection = op.get_bind()
    for row in connection.execute(sa.select(history)).all():
        step: dict[str, Any] = row.step
        if not step.get("documents"):
            continue
        for document in step["documents"]:
            document["fields"] = [{"placed": None, **field} for field in document["fields"]]
        own = (history.c.dossier_id == row.dossier_id) & (history.c.number == row.number)
        connection.execute(history.update().where(own).values(step=step))
