"""A field has several proposals, each with why; a single suggestion was all there was before. So too in the steps of undo."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def _proposals(suggestion: str) -> list[list[str]]:
    return [[suggestion, "spelling"]] if suggestion else []


def upgrade() -> None:
    json = sa.JSON(none_as_null=True)
    op.add_column("field_value", sa.Column("proposals", json, nullable=True))
    op.add_column("field_value", sa.Column("against", json, nullable=True))
    field = sa.table(
        "field_value",
        sa.column("document_id", sa.String()),
        sa.column("position", sa.BigInteger()),
        sa.column("suggestion", sa.Text()),
        sa.column("proposals", json),
    )
    connection = op.get_bind()
    for row in connection.execute(sa.select(field).where(field.c.suggestion != "")).all():
        own = (field.c.document_id == row.document_id) & (field.c.position == row.position)
        connection.execute(field.update().where(own).values(proposals=_proposals(row.suggestion)))
    op.drop_column("field_value", "suggestion")
    history = sa.table(
        "history", sa.column("dossier_id", sa.String()), sa.column("number", sa.BigInteger()), sa.column("step", json)
    )  # fmt: skip
    for row in connection.execute(sa.select(history)).all():
        step: dict[str, Any] = row.step
        if not step.get("documents"):
            continue
        for document in step["documents"]:
            document["fields"] = [
                {k: v for k, v in f.items() if k != "suggestion"} | {"proposals": _proposals(f["suggestion"]), "against": []}
                for f in document["fields"]
            ]
        own = (history.c.dossier_id == row.dossier_id) & (history.c.number == row.number)
        connection.execute(history.update().where(own).values(step=step))
