"""Where documents stand in series of numbers, fingerprints of pages, and an index of identity numbers."""

from collections import defaultdict

import sqlalchemy as sa
from alembic import op

from workstation.domain.dossier import Document
from workstation.domain.fields import IndexField
from workstation.domain.ids import DocumentId
from workstation.store.earlier import series_row

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_AT_ONCE = 2_000


def upgrade() -> None:
    series = op.create_table(
        "document_series",
        sa.Column("document_id", sa.String(length=36), nullable=False),
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("year", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("letter", sa.String(length=1), nullable=False),
        sa.Column("issued", sa.String(length=10), nullable=False),
        sa.Column("sure", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name="fk_document_series_document_id_document"),
        sa.PrimaryKeyConstraint("document_id", name="pk_document_series"),
    )
    op.create_index("ix_document_series_series_year_number", "document_series", ["series", "year", "number"])
    op.create_index("ix_document_series_series_year_issued", "document_series", ["series", "year", "issued"])
    op.create_table(
        "page_print",
        sa.Column("page_id", sa.String(length=36), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("b0", "b1", "b2", "b3")),
        sa.PrimaryKeyConstraint("page_id", name="pk_page_print"),
    )
    for name in ("b0", "b1", "b2", "b3"):
        op.create_index(f"ix_page_print_{name}", "page_print", [name])
    op.create_index(
        "ix_field_value_identity",
        "field_value",
        ["value"],
        sqlite_where=sa.text("name = 'identity_number'"),
        postgresql_where=sa.text("name = 'identity_number'"),
    )
    _fill(series)


def _fill(series: sa.Table) -> None:
    """From the fields that are there, some thousand documents at a time."""
    connection = op.get_bind()
    document = sa.table("document", sa.column("id", sa.String()), sa.column("type_code", sa.Text()))
    field = sa.table(
        "field_value", *(sa.column(n, sa.Text()) for n in ("document_id", "name", "value")), sa.column("doubt", sa.Boolean())
    )
    names = ("number", "notation", "organ_name", "issued_date")
    last = ""
    while True:
        query = sa.select(document).where(document.c.id > last).order_by(document.c.id).limit(_AT_ONCE)
        kinds = {row.id: row.type_code for row in connection.execute(query)}
        if not kinds:
            return
        first, last = min(kinds), max(kinds)
        between = field.c.document_id.between(first, last) & field.c.name.in_(names)
        fields: dict[str, list[IndexField]] = defaultdict(list)
        for row in connection.execute(sa.select(field).where(between)):
            fields[row.document_id].append(IndexField(row.name, row.value, 0.0, doubt=row.doubt))
        made = (series_row(Document(DocumentId(i), type_code=kinds[i], fields=tuple(own))) for i, own in fields.items())
        if rows := [row for row in made if row is not None]:
            connection.execute(series.insert(), rows)
