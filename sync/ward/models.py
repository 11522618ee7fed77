"""Tables of the ward server; the same on SQLite and PostgreSQL."""

from datetime import UTC, datetime

from sqlalchemy import BigInteger, DateTime, ForeignKey, String, Text, TypeDecorator, UniqueConstraint
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Utc(TypeDecorator[datetime]):
    """Aware UTC on both sides; SQLite itself keeps no zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    pass


class Counter(Base):
    """Numbers without gaps. Its row lock also makes receipts commit in the order of their numbers, so no reader skips one."""

    __tablename__ = "counter"
    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger)


class CodeAllocation(Base):
    """MaHoSo, given once for a dossier and for ever."""

    __tablename__ = "code_allocation"
    dossier_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    code: Mapped[str] = mapped_column(String(60), unique=True)
    created_at: Mapped[datetime] = mapped_column(Utc)


class DossierRow(Base):
    __tablename__ = "dossier"
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    ward_id: Mapped[str] = mapped_column(String(36), unique=True)
    """IdHoSo."""
    body: Mapped[str] = mapped_column(Text)
    """Metadata as sent."""
    body_sha256: Mapped[str] = mapped_column(String(64))
    put_key: Mapped[str] = mapped_column(String(80))
    """Idempotency-Key of the last PUT that changed ``body``."""
    created_at: Mapped[datetime] = mapped_column(Utc)
    updated_at: Mapped[datetime] = mapped_column(Utc, index=True)


class UploadRow(Base):
    """A file on its way. The offset is not here: it is the length of the partial file."""

    __tablename__ = "upload"
    __table_args__ = (UniqueConstraint("dossier_id", "role", "sha256"),)
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    dossier_id: Mapped[str] = mapped_column(String(36))
    role: Mapped[str] = mapped_column(String(40))
    sha256: Mapped[str] = mapped_column(String(64))
    bytes: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(255))
    expires_at: Mapped[datetime] = mapped_column(Utc, index=True)


class FileRow(Base):
    """A file whose stored bytes were hashed."""

    __tablename__ = "file"
    __table_args__ = (UniqueConstraint("dossier_id", "role", "sha256"),)
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    """IdTepTin; also the id of the upload it came by."""
    dossier_id: Mapped[str] = mapped_column(String(36))
    role: Mapped[str] = mapped_column(String(40))
    sha256: Mapped[str] = mapped_column(String(64))
    bytes: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(Utc)


class ReceiptRow(Base):
    """The committed manifest and its receipt: one for a dossier, written once."""

    __tablename__ = "receipt"
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, unique=True)
    """The cursor of GET /v1/bien-nhan."""
    dossier_id: Mapped[str] = mapped_column(ForeignKey("dossier.id"), unique=True)
    manifest: Mapped[str] = mapped_column(Text)
    manifest_sha256: Mapped[str] = mapped_column(String(64))
    jws: Mapped[str] = mapped_column(Text)
    received_at: Mapped[datetime] = mapped_column(Utc)


class ProgressRow(Base):
    """An event of tien-trinh, appended once by its own id."""

    __tablename__ = "progress"
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    dossier_id: Mapped[str] = mapped_column(ForeignKey("dossier.id"), index=True)
    body: Mapped[str] = mapped_column(Text)
    body_sha256: Mapped[str] = mapped_column(String(64))
    received_at: Mapped[datetime] = mapped_column(Utc)


class StatusRow(Base):
    """A change of a dossier's status; the last version counts."""

    __tablename__ = "status"
    __table_args__ = (UniqueConstraint("dossier_id", "version"),)
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    dossier_id: Mapped[str] = mapped_column(ForeignKey("dossier.id"))
    version: Mapped[int]
    code: Mapped[int]
    body: Mapped[str] = mapped_column(Text)
    body_sha256: Mapped[str] = mapped_column(String(64))
    received_at: Mapped[datetime] = mapped_column(Utc)


class DocumentRow(Base):
    """A digitised document as Công văn 7197/BKHCN-CĐSQG counts them: metadata over one received file."""

    __tablename__ = "document"
    code: Mapped[str] = mapped_column(String(30), primary_key=True)
    """DocCode."""
    file_id: Mapped[str] = mapped_column(ForeignKey("file.id"), index=True)
    import_key: Mapped[str] = mapped_column(String(80), unique=True)
    import_sha256: Mapped[str] = mapped_column(String(64))
    """Of the body that brought it: the same call again changes nothing, another one with its key is refused."""
    version: Mapped[int]
    metadata_json: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Utc)
    updated_at: Mapped[datetime] = mapped_column(Utc)


class AccountRow(Base):
    """A station or a person of the ward. An ended account stays: its name is not given to another."""

    __tablename__ = "account"
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    secret_hash: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(Utc)
    ended_at: Mapped[datetime | None] = mapped_column(Utc)


class CertificateRow(Base):
    """A certificate that stands for a station in place of a secret; of one station only."""

    __tablename__ = "certificate"
    fingerprint: Mapped[str] = mapped_column(String(64), primary_key=True)
    """SHA-256 of its DER."""
    station: Mapped[str] = mapped_column(String(80), index=True)
    created_at: Mapped[datetime] = mapped_column(Utc)


class SearchRow(Base):
    """What a dossier is found by: small letters without marks. Made from its metadata; may be thrown away."""

    __tablename__ = "search"
    dossier_id: Mapped[str] = mapped_column(ForeignKey("dossier.id"), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
