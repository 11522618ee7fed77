"""Domain values to rows and back. Rows are plain dicts; positions keep the order of tuples."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from workstation.domain.dossier import Document, DocumentState, Dossier, DossierState
from workstation.domain.errors import ErrorNote
from workstation.domain.events import AuditEvent
from workstation.domain.fields import FieldOrigin, IndexField
from workstation.domain.ids import DocumentId, DossierId, OutboxId, PageId, Sha256, UserName
from workstation.domain.outbox import OutboxFile, OutboxItem, OutboxState, Receipt
from workstation.domain.page import Box, Finding, Page, PageSource, PageState, Recipe, Transform
from workstation.domain.signature import PublishedPdf, SealedPdf

Row = dict[str, Any]
Stored = Mapping[Any, Any]
"""A row as SQLAlchemy gives it: by column name."""


def error_out(note: ErrorNote | None) -> list[Any] | None:
    return None if note is None else [note.code, [list(p) for p in note.params]]


def error_in(value: Any) -> ErrorNote | None:
    return None if value is None else ErrorNote(value[0], tuple((k, v) for k, v in value[1]))


def user(name: str | None) -> UserName | None:
    return None if name is None else UserName(name)


# --- dossier


def dossier_row(d: Dossier) -> Row:
    return {
        "id": d.id,
        "code": d.code,
        "title": d.title,
        "created_at": d.created_at,
        "created_by": d.created_by,
        "state": d.state.value,
        "profile": d.profile,
        "procedure": d.procedure or None,
        "import_key": d.import_key or None,
        "error": error_out(d.error),
        "version": d.version,
    }


def dossier(row: Stored, pages: tuple[Page, ...], documents: tuple[Document, ...]) -> Dossier:
    return Dossier(
        id=DossierId(row["id"]),
        code=row["code"],
        title=row["title"],
        created_at=row["created_at"],
        created_by=UserName(row["created_by"]),
        state=DossierState(row["state"]),
        profile=row["profile"],
        procedure=row["procedure"] or "",
        import_key=row["import_key"] or "",
        pages=pages,
        documents=documents,
        error=error_in(row["error"]),
        version=row["version"],
    )


def document_rows(d: Dossier) -> list[Row]:
    return [
        {
            "id": doc.id,
            "dossier_id": d.id,
            "position": position,
            "state": doc.state.value,
            "type_code": doc.type_code,
            "entered_by": doc.entered_by,
            "checked_by": doc.checked_by,
            "seen_by": doc.seen_by,
            "published": published_out(doc.published),
            "sealed": sealed_out(doc.sealed),
            "marks_left": list(doc.marks_left) or None,
            "reason": doc.reason,
            "error": error_out(doc.error),
        }
        for position, doc in enumerate(d.documents)
    ]


def document(row: Stored, fields: tuple[IndexField, ...]) -> Document:
    published, sealed = row["published"], row["sealed"]
    return Document(
        id=DocumentId(row["id"]),
        state=DocumentState(row["state"]),
        type_code=row["type_code"],
        fields=fields,
        entered_by=user(row["entered_by"]),
        checked_by=user(row["checked_by"]),
        seen_by=user(row["seen_by"]),
        published=None if published is None else PublishedPdf(**published),
        sealed=None if sealed is None else SealedPdf(**sealed),
        marks_left=tuple(row["marks_left"] or ()),
        reason=row["reason"],
        error=error_in(row["error"]),
    )


def published_out(p: PublishedPdf | None) -> Row | None:
    return None if p is None else {"sha256": p.sha256, "bytes": p.bytes, "pages": p.pages, "conformance": p.conformance}


def sealed_out(s: SealedPdf | None) -> Row | None:
    if s is None:
        return None
    return {
        "sha256": s.sha256,
        "bytes": s.bytes,
        "published": s.published,
        "signer": s.signer,
        "signing_time": s.signing_time,
        "level": s.level,
    }


def field_rows(d: Dossier) -> list[Row]:
    return [
        {
            "document_id": doc.id,
            "position": position,
            "name": f.name,
            "value": f.value,
            "confidence": f.confidence,
            "page": f.page,
            "box": None if f.box is None else list(f.box),
            "origin": f.origin.value,
            "doubt": f.doubt,
            "suggestion": f.suggestion,
        }
        for doc in d.documents
        for position, f in enumerate(doc.fields)
    ]


def index_field(row: Stored) -> IndexField:
    return IndexField(
        name=row["name"],
        value=row["value"],
        confidence=row["confidence"],
        page=row["page"],
        box=_box(row["box"]),
        origin=FieldOrigin(row["origin"]),
        doubt=row["doubt"],
        suggestion=row["suggestion"],
    )


def _box(value: list[float] | None) -> Box | None:
    if value is None:
        return None
    x0, y0, x1, y1 = value
    return x0, y0, x1, y1


def page_rows(d: Dossier) -> list[Row]:
    return [
        {
            "id": p.id,
            "dossier_id": d.id,
            "position": position,
            "original": p.source.original,
            "frame": p.source.frame,
            "document_id": p.document_id,
            "state": p.state.value,
            "recipe": [[t.name, t.version, [list(kv) for kv in t.params], t.reason] for t in p.recipe],
            "findings": [[f.code, f.value, f.limit, f.ok] for f in p.findings],
            "blank": p.blank,
            "dropped": p.dropped,
            "kept_reason": p.kept_reason,
            "manual_rotation": p.manual_rotation,
            "error": error_out(p.error),
        }
        for position, p in enumerate(d.pages)
    ]


def page(row: Stored) -> Page:
    return Page(
        id=PageId(row["id"]),
        source=PageSource(Sha256(row["original"]), row["frame"]),
        document_id=None if row["document_id"] is None else DocumentId(row["document_id"]),
        state=PageState(row["state"]),
        recipe=_recipe(row["recipe"]),
        findings=tuple(Finding(code, value, limit, ok) for code, value, limit, ok in row["findings"]),
        blank=row["blank"],
        dropped=row["dropped"],
        kept_reason=row["kept_reason"],
        manual_rotation=row["manual_rotation"],
        error=error_in(row["error"]),
    )


def _recipe(value: list[Any]) -> Recipe:
    return tuple(Transform(name, version, tuple((k, v) for k, v in params), reason) for name, version, params, reason in value)


# --- outbox


def item_row(i: OutboxItem) -> Row:
    return {
        "id": i.id,
        "dossier_id": i.dossier_id,
        "dossier_code": i.dossier_code,
        "dossier_metadata": i.metadata,
        "created_at": i.created_at,
        "state": i.state.value,
        "attempts": i.attempts,
        "next_try": i.next_try,
        "error": error_out(i.error),
        "receipt": _receipt_out(i.receipt),
        "bytes_sent": i.bytes_sent,
        "lease_owner": i.lease_owner,
        "lease_until": i.lease_until,
        "manifest": i.manifest,
        "fence": i.fence,
        "reconciled_at": i.reconciled_at,
    }


def _receipt_out(r: Receipt | None) -> Row | None:
    if r is None:
        return None
    return {"id": r.id, "received_at": r.received_at, "manifest_sha256": r.manifest_sha256, "key_id": r.key_id, "jws": r.jws}


def file_rows(i: OutboxItem) -> list[Row]:
    return [
        {
            "item_id": i.id,
            "position": position,
            "document_id": f.document_id,
            "role": f.role,
            "sha256": f.sha256,
            "bytes": f.bytes,
            "name": f.name,
            "pages": f.pages,
            "upload_url": f.upload_url,
            "offset": f.offset,
            "file_id": f.file_id,
        }
        for position, f in enumerate(i.files)
    ]


def outbox_file(row: Stored) -> OutboxFile:
    return OutboxFile(
        document_id=DocumentId(row["document_id"]),
        role=row["role"],
        sha256=Sha256(row["sha256"]),
        bytes=row["bytes"],
        name=row["name"],
        pages=row["pages"],
        upload_url=row["upload_url"],
        offset=row["offset"],
        file_id=row["file_id"],
    )


def outbox_item(row: Stored, files: tuple[OutboxFile, ...]) -> OutboxItem:
    return OutboxItem(
        id=OutboxId(row["id"]),
        dossier_id=DossierId(row["dossier_id"]),
        dossier_code=row["dossier_code"],
        metadata=row["dossier_metadata"],
        files=files,
        created_at=row["created_at"],
        state=OutboxState(row["state"]),
        attempts=row["attempts"],
        next_try=row["next_try"],
        error=error_in(row["error"]),
        receipt=None if row["receipt"] is None else Receipt(**row["receipt"]),
        bytes_sent=row["bytes_sent"],
        lease_owner=row["lease_owner"],
        lease_until=row["lease_until"],
        manifest=row["manifest"],
        fence=row["fence"],
        reconciled_at=row["reconciled_at"],
    )


# --- audit


def audit_row(e: AuditEvent, at: datetime, number: int, digest: str) -> Row:
    return {
        "number": number,
        "at": at,
        "actor": e.actor,
        "action": e.action,
        "subject": e.subject,
        "detail": [list(kv) for kv in e.detail],
        "hash": digest,
    }


def audit_event(row: Stored) -> AuditEvent:
    detail = tuple((k, v) for k, v in row["detail"])
    return AuditEvent(at=row["at"], actor=row["actor"], action=row["action"], subject=row["subject"], detail=detail)
