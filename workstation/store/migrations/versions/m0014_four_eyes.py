"""Critical fields keyed twice, a third person, unreadable fields, later; and two persons are two in the database itself."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_WRONG = (
    "(entered_by IS NOT NULL AND entered_by = checked_by) OR (settled_by IS NOT NULL AND settled_by IN (entered_by, checked_by)) "
    "OR (state IN ('passed', 'to_sign', 'to_seal', 'signed', 'exempt') AND (entered_by IS NULL OR checked_by IS NULL))"
)


def upgrade() -> None:
    op.add_column("document", sa.Column("settled_by", sa.Text(), nullable=True))
    for name in ("differing", "unread_again", "put_off"):
        op.add_column("document", sa.Column(name, sa.JSON(none_as_null=True), nullable=True))
    op.add_column("document", sa.Column("returned_by", sa.Text(), nullable=True))
    op.create_table(
        "keyed_value",
        sa.Column("document_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("unreadable", sa.Boolean(), nullable=False),
        sa.Column("step", sa.String(length=8), nullable=False),
        sa.Column("keyed_by", sa.Text(), nullable=False),
        sa.Column("keyed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("document_id", "number", name=op.f("pk_keyed_value")),
    )
    _guard()


def _guard() -> None:
    """Rows of older versions are left as they are; whoever writes one from now on keeps to it. A trigger, for a constraint
    can't be added to a table of SQLite, and would have to hold of the old rows."""
    row = _WRONG
    for name in ("entered_by", "checked_by", "settled_by", "state"):
        row = row.replace(name, f"NEW.{name}")
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION two_persons() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {row} THEN RAISE EXCEPTION 'two_persons' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END $$"
        )
        op.execute("CREATE TRIGGER two_persons BEFORE INSERT OR UPDATE ON document FOR EACH ROW EXECUTE FUNCTION two_persons()")
        return
    for when in ("INSERT", "UPDATE"):
        op.execute(
            f"CREATE TRIGGER two_persons_{when.lower()} BEFORE {when} ON document WHEN {row} "
            "BEGIN SELECT RAISE(ABORT, 'two_persons'); END"
        )
