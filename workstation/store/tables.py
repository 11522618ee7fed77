"""The tables, the same on SQLite and PostgreSQL. Whoever changes one writes a migration with it (a test compares them)."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Dialect,
    Double,
    ForeignKey,
    Index,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class UtcTime(TypeDecorator[datetime]):
    """Aware in, aware out, UTC between. SQLite has no time zones: there it stands as naive UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Json = JSON(none_as_null=True)
Id = String(36)
Hash = String(64)


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {str: Text(), int: BigInteger(), float: Double(), datetime: UtcTime()}  # noqa: RUF012


class OriginalRow(Base):
    """Every original that a page has ever named, and every file that came signed; only a state secret's is taken out."""

    __tablename__ = "original"
    sha256: Mapped[str] = mapped_column(Hash, primary_key=True)


class DossierRow(Base):
    __tablename__ = "dossier"
    __table_args__ = (Index(None, "created_at", "id"),)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    state: Mapped[str] = mapped_column(String(16))
    profile: Mapped[str]
    procedure: Mapped[str | None]
    import_key: Mapped[str | None] = mapped_column(unique=True)
    signed: Mapped[Any | None] = mapped_column(Json)
    risk: Mapped[str | None] = mapped_column(String(1))
    risk_note: Mapped[str | None]
    paper: Mapped[Any | None] = mapped_column(Json)
    error: Mapped[Any | None] = mapped_column(Json)
    version: Mapped[int]


class DocumentRow(Base):
    __tablename__ = "document"
    __table_args__ = (Index(None, "dossier_id", "position"),)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    dossier_id: Mapped[str] = mapped_column(ForeignKey("dossier.id"))
    position: Mapped[int]
    state: Mapped[str] = mapped_column(String(16))
    type_code: Mapped[str]
    entered_by: Mapped[str | None]
    checked_by: Mapped[str | None]
    settled_by: Mapped[str | None]
    differing: Mapped[Any | None] = mapped_column(Json)
    unread_again: Mapped[Any | None] = mapped_column(Json)
    put_off: Mapped[Any | None] = mapped_column(Json)
    seen_by: Mapped[str | None]
    published: Mapped[Any | None] = mapped_column(Json)
    sealed: Mapped[Any | None] = mapped_column(Json)
    marks_left: Mapped[Any | None] = mapped_column(Json)
    reason: Mapped[str]
    returned_by: Mapped[str | None]
    error: Mapped[Any | None] = mapped_column(Json)


class KeyedRow(Base):
    """What one person keyed into a critical field at one step. It stays when the document is another one since."""

    __tablename__ = "keyed_value"
    document_id: Mapped[str] = mapped_column(Id, primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    value: Mapped[str]
    unreadable: Mapped[bool]
    step: Mapped[str] = mapped_column(String(8))
    keyed_by: Mapped[str]
    keyed_at: Mapped[datetime]


class FieldRow(Base):
    __tablename__ = "field_value"
    __table_args__ = (
        Index(
            "ix_field_value_identity",
            "value",
            sqlite_where=text("name = 'identity_number'"),
            postgresql_where=text("name = 'identity_number'"),
        ),
    )
    document_id: Mapped[str] = mapped_column(ForeignKey("document.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    value: Mapped[str]
    confidence: Mapped[float]
    page: Mapped[int | None]
    box: Mapped[Any | None] = mapped_column(Json)
    origin: Mapped[str] = mapped_column(String(16))
    doubt: Mapped[bool]
    proposals: Mapped[Any | None] = mapped_column(Json)
    against: Mapped[Any | None] = mapped_column(Json)
    placed: Mapped[Any | None] = mapped_column(Json)
    weak: Mapped[Any | None] = mapped_column(Json)


class PageRow(Base):
    __tablename__ = "page"
    __table_args__ = (Index(None, "dossier_id", "position"),)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    dossier_id: Mapped[str] = mapped_column(ForeignKey("dossier.id"))
    position: Mapped[int]
    original: Mapped[str] = mapped_column(Hash, ForeignKey("original.sha256"), index=True)
    frame: Mapped[int]
    document_id: Mapped[str | None] = mapped_column(ForeignKey("document.id"), index=True)
    state: Mapped[str] = mapped_column(String(16))
    recipe: Mapped[Any] = mapped_column(Json)
    findings: Mapped[Any] = mapped_column(Json)
    blank: Mapped[bool]
    dropped: Mapped[bool]
    kept_reason: Mapped[str]
    work: Mapped[Any | None] = mapped_column(Json)
    with_note: Mapped[bool]
    pair_of: Mapped[str | None] = mapped_column(Id)
    error: Mapped[Any | None] = mapped_column(Json)
    codes: Mapped[Any | None] = mapped_column(Json)
    separator: Mapped[str | None] = mapped_column(String(8))
    cue: Mapped[Any | None] = mapped_column(Json)
    not_secret_by: Mapped[str | None]


class ErasureRow(Base):
    """A file of a state secret that is to be erased, and the dossier that had it. Gone once the file is."""

    __tablename__ = "erasure"
    sha256: Mapped[str] = mapped_column(Hash, primary_key=True)
    dossier_id: Mapped[str] = mapped_column(Id, primary_key=True)


class SeriesRow(Base):
    """Where a document stands in a series of numbers; follows its fields (``store.earlier``)."""

    __tablename__ = "document_series"
    __table_args__ = (Index(None, "series", "year", "number"), Index(None, "series", "year", "issued"))
    document_id: Mapped[str] = mapped_column(ForeignKey("document.id"), primary_key=True)
    series: Mapped[str]
    year: Mapped[int]
    number: Mapped[int]
    letter: Mapped[str] = mapped_column(String(1))
    issued: Mapped[str] = mapped_column(String(10))
    sure: Mapped[bool]


class PrintRow(Base):
    """The fingerprint of a page in four bands of 16 bits, so that near ones are found along an index each. Without a foreign key:
    a page that moves to another dossier leaves its row and comes back."""

    __tablename__ = "page_print"
    page_id: Mapped[str] = mapped_column(Id, primary_key=True)
    b0: Mapped[int] = mapped_column(index=True)
    b1: Mapped[int] = mapped_column(index=True)
    b2: Mapped[int] = mapped_column(index=True)
    b3: Mapped[int] = mapped_column(index=True)


class HistoryRow(Base):
    """A step that leads back from a change of a dossier's arrangement (``past``), or makes it again."""

    __tablename__ = "history"
    dossier_id: Mapped[str] = mapped_column(ForeignKey("dossier.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    past: Mapped[bool]
    step: Mapped[Any] = mapped_column(Json)


class OutboxItemRow(Base):
    __tablename__ = "outbox_item"
    __table_args__ = (Index(None, "state", "created_at", "id"),)
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    dossier_id: Mapped[str] = mapped_column(ForeignKey("dossier.id"), index=True)
    dossier_code: Mapped[str]
    dossier_metadata: Mapped[str]
    created_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(16))
    attempts: Mapped[int]
    next_try: Mapped[datetime | None]
    error: Mapped[Any | None] = mapped_column(Json)
    receipt: Mapped[Any | None] = mapped_column(Json)
    bytes_sent: Mapped[int]
    lease_owner: Mapped[str]
    lease_until: Mapped[datetime | None]
    manifest: Mapped[str]
    fence: Mapped[int]
    reconciled_at: Mapped[datetime | None]


class ReceiptCursorRow(Base):
    """How far a reader has come in the list of receipts of one server."""

    __tablename__ = "receipt_cursor"
    server: Mapped[str] = mapped_column(primary_key=True)
    reader: Mapped[str] = mapped_column(String(16), primary_key=True)
    number: Mapped[int]
    receipt: Mapped[str] = mapped_column(Hash)


class OutboxFileRow(Base):
    __tablename__ = "outbox_file"
    item_id: Mapped[str] = mapped_column(ForeignKey("outbox_item.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    document_id: Mapped[str]
    role: Mapped[str]
    sha256: Mapped[str] = mapped_column(Hash)
    bytes: Mapped[int]
    name: Mapped[str]
    pages: Mapped[int]
    upload_url: Mapped[str]
    offset: Mapped[int]
    file_id: Mapped[str]


class PeerDeliveryRow(Base):
    """An outbox item on its way to one peer; ``steps`` is what its adapter wrote down."""

    __tablename__ = "peer_delivery"
    __table_args__ = (Index(None, "peer", "state", "created_at", "item_id"),)
    item_id: Mapped[str] = mapped_column(ForeignKey("outbox_item.id"), primary_key=True)
    peer: Mapped[str] = mapped_column(String(32), primary_key=True)
    created_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(16))
    steps: Mapped[Any] = mapped_column(Json)
    reference: Mapped[str]
    attempts: Mapped[int]
    next_try: Mapped[datetime | None]
    error: Mapped[Any | None] = mapped_column(Json)
    lease_owner: Mapped[str]
    lease_until: Mapped[datetime | None]
    fence: Mapped[int]


class AuditRow(Base):
    __tablename__ = "audit_event"
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str] = mapped_column(index=True)
    detail: Mapped[Any] = mapped_column(Json)
    hash: Mapped[str] = mapped_column(Hash)


class AuditHeadRow(Base):
    """One row: the last line of the chain, so that a cut-off tail shows; also the lock that puts writers in a row."""

    __tablename__ = "audit_head"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int]
    hash: Mapped[str] = mapped_column(Hash)


class AuthorityRow(Base):
    """Who may sign on behalf of whom. A row is written once, and ended once."""

    __tablename__ = "authority"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    number: Mapped[str]
    form: Mapped[str] = mapped_column(String(16))
    on_behalf_of: Mapped[str]
    user_name: Mapped[str | None]
    certificate: Mapped[str]
    scope: Mapped[Any] = mapped_column(Json)
    procedures: Mapped[Any | None] = mapped_column(Json)
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    ended: Mapped[date | None]
    revoked: Mapped[bool]


class KeptFileRow(Base):
    """What is kept of a signed file beside the one that was sent. ``sealed`` never changes, the rest follows the newest copy."""

    __tablename__ = "kept_file"
    sealed: Mapped[str] = mapped_column(Hash, primary_key=True)
    sha256: Mapped[str] = mapped_column(Hash)
    bytes: Mapped[int]
    level: Mapped[str] = mapped_column(String(8))
    stamp_until: Mapped[datetime | None]
    stamp_algorithms: Mapped[Any | None] = mapped_column(Json)
    error: Mapped[Any | None] = mapped_column(Json)


class EntryRow(Base):
    """A line of the books of copies. The number in its book and year is nobody else's."""

    __tablename__ = "copy_entry"
    __table_args__ = (UniqueConstraint("book", "year", "number"), Index(None, "request"))
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    book: Mapped[str] = mapped_column(String(20))
    year: Mapped[int]
    number: Mapped[int]
    code: Mapped[str]
    day: Mapped[date]
    agency: Mapped[str]
    subject: Mapped[Any] = mapped_column(Json)
    recipients: Mapped[str]
    reason: Mapped[str]
    approver: Mapped[str | None]
    request: Mapped[str] = mapped_column(Hash)
    published: Mapped[Any] = mapped_column(Json)
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    state: Mapped[str] = mapped_column(String(16))
    sealed: Mapped[Any | None] = mapped_column(Json)
    attestation: Mapped[Any | None] = mapped_column(Json)


class IssuedNumberRow(Base):
    """The number under which a document is issued: nobody else's in its year and with its symbol."""

    __tablename__ = "issued_number"
    __table_args__ = (UniqueConstraint("year", "notation", "number"),)
    document_id: Mapped[str] = mapped_column(Id, primary_key=True)
    year: Mapped[int]
    notation: Mapped[str]
    number: Mapped[int]


class DueDocumentRow(Base):
    """A document that the search index does not have as it is now."""

    __tablename__ = "search_due"
    __table_args__ = (Index(None, "backlog", "document_id"),)
    document_id: Mapped[str] = mapped_column(Id, primary_key=True)
    dossier_id: Mapped[str] = mapped_column(Id)
    version: Mapped[int]
    backlog: Mapped[bool]
    """It has not changed: the index is made anew."""


class CounterRow(Base):
    __tablename__ = "counter"
    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    value: Mapped[int]
