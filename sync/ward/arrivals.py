"""What people and stations ask about dossiers that came. Reads only."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Select, and_, func, or_, select

from sync.ward.database import reading
from sync.ward.models import CodeAllocation, DossierRow, FileRow, ReceiptRow, SearchRow
from sync.ward.records import SavedReceipt, StoredFile
from sync.ward.search import fold


@dataclass(frozen=True, slots=True)
class DossierSummary:
    id: str
    code: str
    ward_id: str
    title: str
    files: int
    bytes: int
    received_at: datetime | None
    receipt_id: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a search asks for; empty: everything."""

    text: str = ""
    """Every word of it, in code, title, number or subject, with or without marks; or a receipt's whole number."""
    received: bool | None = None


class Arrivals:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def summaries(
        self, wanted: Wanted = Wanted(), *, code: str = "", dossier_id: str = "", skip: int = 0, limit: int = 100
    ) -> list[DossierSummary]:
        """Newest first; by MaHoSo or by id when given."""
        # looked up a shown row: a join would add up every file of the ward first
        of_this = FileRow.dossier_id == DossierRow.id
        files = select(func.count()).select_from(FileRow).where(of_this).scalar_subquery()
        total = select(func.sum(FileRow.bytes)).where(of_this).scalar_subquery()
        query = (
            select(DossierRow, CodeAllocation.code, files, total, ReceiptRow.id, ReceiptRow.received_at)
            .join(CodeAllocation, CodeAllocation.dossier_id == DossierRow.id)
            .outerjoin(ReceiptRow, ReceiptRow.dossier_id == DossierRow.id)
            .order_by(DossierRow.updated_at.desc())
            .offset(skip)
            .limit(limit)
        )
        if code:
            query = query.where(CodeAllocation.code == code)
        if dossier_id:
            query = query.where(DossierRow.id == dossier_id)
        query = _narrowed(query, wanted)
        with reading(self._engine) as session:
            return [
                DossierSummary(
                    d.id,
                    ma,
                    d.ward_id,
                    str(json.loads(d.body).get("title", "")),
                    n,
                    int(size or 0),
                    at,
                    receipt_id or "",
                )
                for d, ma, n, size, receipt_id, at in session.execute(query)
            ]

    def counts(self) -> tuple[int, int]:
        """(dossiers, of these received)."""
        with reading(self._engine) as session:
            dossiers = session.scalar(select(func.count()).select_from(DossierRow)) or 0
            return dossiers, session.scalar(select(func.count()).select_from(ReceiptRow)) or 0

    def body(self, dossier_id: str) -> str:
        with reading(self._engine) as session:
            row = session.get(DossierRow, dossier_id)
            return row.body if row else ""

    def files(self, dossier_id: str) -> list[tuple[str, str, StoredFile]]:
        """(name, role, file) in the order of arrival."""
        query = select(FileRow).filter_by(dossier_id=dossier_id).order_by(FileRow.created_at, FileRow.id)
        with reading(self._engine) as session:
            return [(f.name, f.role, StoredFile(f.id, f.sha256, f.bytes)) for f in session.scalars(query)]

    def count(self, wanted: Wanted) -> int:
        query = select(func.count()).select_from(DossierRow).outerjoin(ReceiptRow, ReceiptRow.dossier_id == DossierRow.id)
        with reading(self._engine) as session:
            return session.scalar(_narrowed(query, wanted)) or 0

    def receipt(self, receipt_id: str) -> SavedReceipt | None:
        """By its number."""
        with reading(self._engine) as session:
            row = session.scalar(select(ReceiptRow).filter_by(id=receipt_id))
            return SavedReceipt(row.number, row.id, row.dossier_id, row.jws) if row else None


def _narrowed(query: Select[Any], wanted: Wanted) -> Select[Any]:
    if wanted.received is not None:
        query = query.where(ReceiptRow.id.is_not(None) if wanted.received else ReceiptRow.id.is_(None))
    words = fold(wanted.text).split()
    if words:
        query = query.outerjoin(SearchRow, SearchRow.dossier_id == DossierRow.id)
        found = [SearchRow.text.contains(word, autoescape=True) for word in words]
        query = query.where(or_(ReceiptRow.id == " ".join(words), and_(*found)))
    return query
