"""What the ward server remembers. Each public method is one transaction; refusals are ``Problem``."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Engine, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from sync.canonical import canonical_json, sha256_text
from sync.ward.database import reading, writing
from sync.ward.document import check_body
from sync.ward.models import CodeAllocation, Counter, DossierRow, FileRow, ReceiptRow, SearchRow, UploadRow
from sync.ward.problems import Problem
from sync.ward.requests import parse_json
from sync.ward.rules import VIETNAM, Manifest, check_metadata, parse_manifest
from sync.ward.search import search_text
from sync.ward.signing_key import ReceiptSigner
from workstation.domain.ids import new_id

UPLOAD_LIFETIME = timedelta(hours=72)
"""An unfinished upload lives this long after its last byte: over a week-end's cut line."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    id: str
    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Upload:
    id: str
    dossier_id: str
    role: str
    sha256: str
    bytes: int
    name: str
    expires_at: datetime
    done: bool = False
    """The stored bytes were hashed and kept: nothing more has to be sent."""
    fresh: bool = False
    """Made by this very request."""


@dataclass(frozen=True, slots=True)
class UploadRequest:
    dossier_id: str
    role: str
    sha256: str
    bytes: int
    name: str


@dataclass(frozen=True, slots=True)
class SavedReceipt:
    number: int
    id: str
    dossier_id: str
    jws: str


class WardRecords:
    def __init__(
        self, engine: Engine, signer: ReceiptSigner, unit_code: str, required: tuple[str, ...], now: Callable[[], datetime]
    ) -> None:
        self._engine = engine
        self._signer = signer
        self._unit_code = unit_code
        self._required = required
        self._now = now
        for name in ("ma-ho-so", "bien-nhan"):
            self._start_counter(name)
        self._complete_search()

    def _start_counter(self, name: str) -> None:
        try:
            with Session(self._engine) as session, session.begin():
                if session.get(Counter, name) is None:
                    session.add(Counter(name=name, value=0))
        except IntegrityError:
            # another server process on the same PostgreSQL was first; the row is there, which is all that is wanted
            return

    def _complete_search(self) -> None:
        """For dossiers that came before there was a search."""
        query = (
            select(DossierRow.id, DossierRow.body, CodeAllocation.code)
            .join(CodeAllocation, CodeAllocation.dossier_id == DossierRow.id)
            .outerjoin(SearchRow, SearchRow.dossier_id == DossierRow.id)
            .where(SearchRow.dossier_id.is_(None))
        )
        with writing(self._engine) as session:
            for dossier_id, body, code in session.execute(query).all():
                session.merge(SearchRow(dossier_id=dossier_id, text=search_text(code, body)))

    # --- dossiers

    def allocate_code(self, dossier_id: str) -> str:
        """MaHoSo; a second ask gives the same."""
        with writing(self._engine) as session:
            return self._code(session, dossier_id)

    def _code(self, session: Session, dossier_id: str) -> str:
        row = session.get(CodeAllocation, dossier_id)
        if row is None:
            # Circular 01/2018/TT-VPCP, article 19: unit code - date - running number
            number = _next(session, "ma-ho-so")
            row = CodeAllocation(
                dossier_id=dossier_id,
                code=f"{self._unit_code}-{self._now().astimezone(VIETNAM):%y%m%d}-{number:04d}",
                created_at=self._now(),
            )
            session.add(row)
        return row.code

    def put_dossier(self, dossier_id: str, body: str, key: str) -> tuple[bool, str, str]:
        """Creates or replaces the metadata. → (new, MaHoSo, IdHoSo). 409: same key with another body, or already received."""
        parsed = parse_json(body)
        check_metadata(parsed, self._required)
        check_body("HoSo", parsed)
        digest = sha256_text(body)
        with writing(self._engine) as session:
            row = session.get(DossierRow, dossier_id, with_for_update=True)
            new = row is None
            if row is None:
                at = self._now()
                row = DossierRow(id=dossier_id, ward_id=new_id(), put_key=key, created_at=at, updated_at=at)
                row.body, row.body_sha256 = body, digest
                session.add(row)
            elif row.body_sha256 != digest:
                if row.put_key == key or _receipt(session, dossier_id) is not None:
                    raise Problem(409, "KHAC_NOI_DUNG")
                row.body, row.body_sha256, row.put_key, row.updated_at = body, digest, key, self._now()
            code = self._code(session, dossier_id)
            session.flush()
            session.merge(SearchRow(dossier_id=dossier_id, text=search_text(code, body)))
            return new, code, row.ward_id

    # --- files

    def open_upload(self, request: UploadRequest) -> Upload:
        """The one upload of this dossier, role and hash: the file if it is here, the unfinished upload, or a new one."""
        with writing(self._engine) as session:
            stored = _file(session, request.dossier_id, request.role, request.sha256)
            if stored is not None:
                return _finished(stored, self._now() + UPLOAD_LIFETIME)
            if session.get(DossierRow, request.dossier_id) is None:
                raise Problem(422, "CHUA_CO_HO_SO", "ho-so-uuid")
            row = session.scalar(
                select(UploadRow).filter_by(dossier_id=request.dossier_id, role=request.role, sha256=request.sha256)
            )
            fresh = row is None
            if row is None:
                row = UploadRow(id=new_id(), dossier_id=request.dossier_id, role=request.role, sha256=request.sha256)
                row.bytes, row.name = request.bytes, request.name
                session.add(row)
            elif row.bytes != request.bytes:
                raise Problem(409, "KHAC_DO_DAI", "upload-length")
            row.expires_at = self._now() + UPLOAD_LIFETIME
            return replace(_upload(row), fresh=fresh)

    def upload(self, upload_id: str) -> Upload:
        """404 unknown, 410 expired."""
        with reading(self._engine) as session:
            row = session.get(UploadRow, upload_id)
            if row is not None and row.expires_at > self._now():
                return _upload(row)
            if row is not None:
                raise Problem(410, "DA_HET_HAN")
            stored = session.get(FileRow, upload_id)
            if stored is None:
                raise Problem(404, "KHONG_CO")
            return _finished(stored, self._now() + UPLOAD_LIFETIME)

    def touch_upload(self, upload_id: str) -> None:
        with writing(self._engine) as session:
            session.execute(update(UploadRow).filter_by(id=upload_id).values(expires_at=self._now() + UPLOAD_LIFETIME))

    def finish_upload(self, upload_id: str) -> StoredFile:
        """The bytes are kept: the upload becomes a file with the same id."""
        with writing(self._engine) as session:
            row = session.get(UploadRow, upload_id, with_for_update=True)
            stored = session.get(FileRow, upload_id)
            if stored is None:
                if row is None:
                    raise Problem(404, "KHONG_CO")
                stored = FileRow(id=row.id, dossier_id=row.dossier_id, role=row.role, sha256=row.sha256, bytes=row.bytes)
                stored.name, stored.created_at = row.name, self._now()
                session.add(stored)
            if row is not None:
                session.delete(row)
            return StoredFile(stored.id, stored.sha256, stored.bytes)

    def drop_upload(self, upload_id: str) -> None:
        with writing(self._engine) as session:
            row = session.get(UploadRow, upload_id)
            if row is not None:
                session.delete(row)

    def expired_uploads(self) -> list[str]:
        with reading(self._engine) as session:
            return list(session.scalars(select(UploadRow.id).where(UploadRow.expires_at <= self._now())))

    # --- manifest and receipts

    def commit_manifest(self, dossier_id: str, body: str) -> SavedReceipt:
        """All or nothing: the manifest and its signed receipt. The same manifest gives the same receipt, another one 409."""
        manifest = parse_manifest(parse_json(body), dossier_id)
        with writing(self._engine) as session:
            # the row lock makes two commits of one dossier queue up
            dossier = session.get(DossierRow, dossier_id, with_for_update=True)
            if dossier is None:
                raise Problem(422, "CHUA_CO_HO_SO", "ho-so")
            known = _receipt(session, dossier_id)
            if known is not None:
                if known.manifest_sha256 != sha256_text(body):
                    raise Problem(409, "KHAC_MANIFEST")
                return _saved(known)
            check_metadata(parse_json(dossier.body), self._required)
            if manifest.metadata_sha256 != dossier.body_sha256:
                raise Problem(409, "KHAC_NOI_DUNG", "metadata_sha256")
            _check_files(session, manifest)
            row = self._receipt_row(session, dossier, manifest, body)
            session.add(row)
            dossier.updated_at = row.received_at
            return _saved(row)

    def _receipt_row(self, session: Session, dossier: DossierRow, manifest: Manifest, body: str) -> ReceiptRow:
        at, receipt_id, digest = self._now(), new_id(), sha256_text(body)
        payload = canonical_json(
            {
                "id": receipt_id,
                "ho-so": dossier.id,
                "MaHoSo": self._code(session, dossier.id),
                "IdHoSo": dossier.ward_id,
                "manifest_sha256": digest,
                "tep": [{"IdTepTin": f.file_id, "HashTepTin": f.sha256, "bytes": f.bytes} for f in manifest.files],
                "received_at": at.isoformat(),
                "kid": self._signer.key_id,
            }
        )
        return ReceiptRow(
            id=receipt_id,
            number=_next(session, "bien-nhan"),
            dossier_id=dossier.id,
            manifest=body,
            manifest_sha256=digest,
            jws=self._signer.sign(payload),
            received_at=at,
        )

    def receipts(self, after: int, dossier_id: str | None, limit: int = 500) -> list[SavedReceipt]:
        query = select(ReceiptRow).where(ReceiptRow.number > after).order_by(ReceiptRow.number).limit(limit)
        if dossier_id is not None:
            query = query.where(ReceiptRow.dossier_id == dossier_id)
        with reading(self._engine) as session:
            return [_saved(row) for row in session.scalars(query)]


def _next(session: Session, name: str) -> int:
    return session.execute(
        update(Counter).filter_by(name=name).values(value=Counter.value + 1).returning(Counter.value)
    ).scalar_one()


def _receipt(session: Session, dossier_id: str) -> ReceiptRow | None:
    return session.scalar(select(ReceiptRow).filter_by(dossier_id=dossier_id))


def _saved(row: ReceiptRow) -> SavedReceipt:
    return SavedReceipt(row.number, row.id, row.dossier_id, row.jws)


def _file(session: Session, dossier_id: str, role: str, sha256: str) -> FileRow | None:
    return session.scalar(select(FileRow).filter_by(dossier_id=dossier_id, role=role, sha256=sha256))


def _check_files(session: Session, manifest: Manifest) -> None:
    for index, wanted in enumerate(manifest.files):
        row = session.get(FileRow, wanted.file_id)
        if row is None or row.dossier_id != manifest.dossier_id:
            raise Problem(422, "THIEU_TEP", f"tep.{index}")
        if (row.sha256, row.bytes, row.role) != (wanted.sha256, wanted.bytes, wanted.role):
            raise Problem(422, "TEP_KHAC", f"tep.{index}")


def _upload(row: UploadRow) -> Upload:
    return Upload(row.id, row.dossier_id, row.role, row.sha256, row.bytes, row.name, row.expires_at)


def _finished(row: FileRow, expires_at: datetime) -> Upload:
    return Upload(row.id, row.dossier_id, row.role, row.sha256, row.bytes, row.name, expires_at, done=True)
