"""What is asked of a page is a recipe; a turn was all that could be asked before."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("page", sa.Column("work", sa.JSON(none_as_null=True), nullable=True))
    page = sa.table(
        "page", sa.column("manual_rotation", sa.BigInteger()), sa.column("work", sa.JSON(none_as_null=True))
    )  # fmt: skip
    for degrees in (90, 180, 270):
        turned: list[Any] = [["rotate", 1, [["degrees", float(degrees)]], "clerk"]]
        op.execute(page.update().where(page.c.manual_rotation == degrees).values(work=turned))
    op.drop_column("page", "manual_rotation")
