"""Domain values to rows and back. Rows are plain dicts; positions keep the order of tuples."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, astuple
from datetime import datetime
from typing import Any, TypeVar

from workstation.domain.capture import NOT_COUNTED, PaperCount
from workstation.domain.codes import CodeKind, PageCode
from workstation.domain.dossier import Document, DocumentState, Dossier, DossierState
from workstation.domain.errors import ErrorNote
from workstation.domain.events import AuditEvent
from workstation.domain.fields import FieldOrigin, IndexField, Proposal, WeakWord
from workstation.domain.ids import DocumentId, DossierId, OutboxId, PageId, Sha256, UserName
from workstation.domain.outbox import OutboxFile, OutboxItem, OutboxState, Receipt
from workstation.domain.page import Box, Finding, Page, PageSource, PageState, Recipe, Transform
from workstation.domain.place import placed_in, placed_out
from workstation.domain.rekey import Difference
from workstation.domain.signature import FileVerdict, PublishedPdf, SealedPdf, SignatureReport, SignedOriginal, Verdict
from workstation.domain.splitcue import Cue, SplitCue

Row = dict[str, Any]
Stored = Mapping[Any, Any]
"""A row as SQLAlchemy gives it: by column name."""
T = TypeVar("T")
Placed = Sequence[tuple[int, T]]
"""Parts of a dossier, each with where it stands in it."""


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
        "risk": d.risk,
        "risk_note": d.risk_note or None,
        "paper": None if d.paper == NOT_COUNTED else asdict(d.paper),
        "signed": [signed_out(one) for one in d.signed] or None,
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
        signed=tuple(map(signed_in, row["signed"] or ())),
        risk=row["risk"] or "A",
        risk_note=row["risk_note"] or "",
        paper=_paper(row["paper"]),
        error=error_in(row["error"]),
        version=row["version"],
    )


def _paper(value: Row | None) -> PaperCount:
    if value is None:
        return NOT_COUNTED
    pages, pictures = value["explained"]
    return PaperCount(**{**value, "explained": (pages, pictures)})


def signed_out(one: SignedOriginal) -> Row:
    return {
        "shown": one.shown,
        "frames": one.frames,
        "sealed": sealed_out(one.sealed),
        "verdict": _verdict_out(one.verdict),
        "judged_at": one.judged_at.isoformat(),
    }


def signed_in(value: Row) -> SignedOriginal:
    at = datetime.fromisoformat(value["judged_at"])
    return SignedOriginal(value["shown"], value["frames"], SealedPdf(**value["sealed"]), _verdict_in(value["verdict"]), at)


def _verdict_out(verdict: FileVerdict) -> Row:
    return {
        "verdict": verdict.verdict.value,
        "green": verdict.green,
        "reasons": _notes_out(verdict.reasons),
        "signatures": [{**asdict(report), "reasons": _notes_out(report.reasons)} for report in verdict.signatures],
        "sha256": verdict.sha256,
    }


def _verdict_in(value: Row) -> FileVerdict:
    reports = tuple(SignatureReport(**{**row, "reasons": _notes_in(row["reasons"])}) for row in value["signatures"])
    return FileVerdict(Verdict(value["verdict"]), value["green"], _notes_in(value["reasons"]), reports, value["sha256"])


def _notes_out(notes: tuple[ErrorNote, ...]) -> list[list[Any] | None]:
    return [error_out(note) for note in notes]


def _notes_in(values: list[Any]) -> tuple[ErrorNote, ...]:
    return tuple(note for value in values if (note := error_in(value)) is not None)


def document_rows(dossier_id: DossierId, documents: Placed[Document]) -> list[Row]:
    return [{"dossier_id": dossier_id, "position": i, **document_values(doc)} for i, doc in documents]


def document_values(doc: Document) -> Row:
    """But for its dossier, its place there and its fields."""
    return {
        "id": doc.id,
        "state": doc.state.value,
        "type_code": doc.type_code,
        "entered_by": doc.entered_by,
        "checked_by": doc.checked_by,
        "settled_by": doc.settled_by,
        "differing": [list(astuple(one)) for one in doc.differing] or None,
        "unread_again": list(doc.unread_again) or None,
        "put_off": [[who, at.isoformat()] for who, at in doc.put_off] or None,
        "seen_by": doc.seen_by,
        "published": published_out(doc.published),
        "sealed": sealed_out(doc.sealed),
        "marks_left": list(doc.marks_left) or None,
        "reason": doc.reason,
        "returned_by": doc.returned_by,
        "error": error_out(doc.error),
    }


def document(row: Stored, fields: tuple[IndexField, ...]) -> Document:
    """Also one that an older version kept with a step of undo, which lacks what documents have since."""
    published, sealed = row["published"], row["sealed"]
    return Document(
        id=DocumentId(row["id"]),
        state=DocumentState(row["state"]),
        type_code=row["type_code"],
        fields=fields,
        entered_by=user(row["entered_by"]),
        checked_by=user(row["checked_by"]),
        settled_by=user(row.get("settled_by")),
        differing=tuple(Difference(*one) for one in row.get("differing") or ()),
        unread_again=tuple(row.get("unread_again") or ()),
        put_off=tuple((UserName(who), datetime.fromisoformat(at)) for who, at in row.get("put_off") or ()),
        seen_by=user(row["seen_by"]),
        published=None if published is None else PublishedPdf(**published),
        sealed=None if sealed is None else SealedPdf(**sealed),
        marks_left=tuple(row["marks_left"] or ()),
        reason=row["reason"],
        returned_by=user(row.get("returned_by")),
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


def field_rows(documents: Placed[Document]) -> list[Row]:
    fields = ((doc, i, f) for _, doc in documents for i, f in enumerate(doc.fields))
    return [{"document_id": doc.id, "position": i, **field_values(f)} for doc, i, f in fields]


def field_values(f: IndexField) -> Row:
    """But for its document and its place there."""
    return {
        "name": f.name,
        "value": f.value,
        "confidence": f.confidence,
        "page": f.page,
        "box": None if f.box is None else list(f.box),
        "origin": f.origin.value,
        "doubt": f.doubt,
        "proposals": [[p.value, p.why] for p in f.proposals],
        "against": list(f.against),
        "placed": placed_out(f.placed) if f.placed else None,
        "weak": [[w.start, w.end, *w.box] for w in f.weak] or None,
    }


def index_field(row: Stored) -> IndexField:
    return IndexField(
        name=row["name"],
        value=row["value"],
        confidence=row["confidence"],
        page=row["page"],
        box=_box(row["box"]),
        origin=FieldOrigin(row["origin"]),
        doubt=row["doubt"],
        proposals=tuple(Proposal(value, why) for value, why in row["proposals"] or ()),
        against=tuple(row["against"] or ()),
        placed=placed_in(row["placed"]) if row["placed"] else None,
        weak=tuple(_weak_word(*one) for one in row.get("weak") or ()),  # a step of undo may be older than the column
    )


def _weak_word(start: int, end: int, x0: float, y0: float, x1: float, y1: float) -> WeakWord:
    return WeakWord(start, end, (x0, y0, x1, y1))


def _box(value: list[float] | None) -> Box | None:
    if value is None:
        return None
    x0, y0, x1, y1 = value
    return x0, y0, x1, y1


def page_rows(dossier_id: DossierId, pages: Placed[Page]) -> list[Row]:
    return [{"dossier_id": dossier_id, "position": i, **page_values(p)} for i, p in pages]


def page_values(p: Page) -> Row:
    """But for its dossier and its place there."""
    return {
        "id": p.id,
        "original": p.source.original,
        "frame": p.source.frame,
        "document_id": p.document_id,
        "state": p.state.value,
        "recipe": recipe_out(p.recipe),
        "findings": [[f.code, f.value, f.limit, f.ok, *([f.about] if f.about else [])] for f in p.findings],
        "blank": p.blank,
        "dropped": p.dropped,
        "kept_reason": p.kept_reason,
        "work": recipe_out(p.work) or None,
        "with_note": p.with_note,
        "pair_of": p.pair_of,
        "error": error_out(p.error),
        "codes": [[c.kind.value, c.format, c.text, c.sha256, list(c.box)] for c in p.codes] or None,
        "separator": p.separator or None,
        "cue": cue_out(p.cue),
        "not_secret_by": p.not_secret_by,
    }


def page(row: Stored) -> Page:
    return Page(
        id=PageId(row["id"]),
        source=PageSource(Sha256(row["original"]), row["frame"]),
        document_id=None if row["document_id"] is None else DocumentId(row["document_id"]),
        state=PageState(row["state"]),
        recipe=recipe(row["recipe"]),
        findings=tuple(Finding(*values) for values in row["findings"]),
        blank=row["blank"],
        dropped=row["dropped"],
        kept_reason=row["kept_reason"],
        work=recipe(row["work"] or []),
        with_note=row["with_note"],
        pair_of=None if row["pair_of"] is None else PageId(row["pair_of"]),
        error=error_in(row["error"]),
        codes=tuple(_code(*value) for value in row["codes"] or ()),
        separator=row["separator"] or "",
        cue=cue_in(row["cue"]),
        not_secret_by=user(row.get("not_secret_by")),  # a step of undo may be older than the column
    )


def cue_out(cue: SplitCue | None) -> list[Any] | None:
    return None if cue is None else [cue.kind.value, cue.refused]


def cue_in(value: list[Any] | None) -> SplitCue | None:
    return None if value is None else SplitCue(Cue(value[0]), value[1])


def _code(kind: str, form: str, text: str, sha256: str, box: list[float]) -> PageCode:
    return PageCode(CodeKind(kind), form, text, Sha256(sha256), (box[0], box[1], box[2], box[3]))


def recipe_out(recipe: Recipe) -> list[Any]:
    return [[t.name, t.version, [list(kv) for kv in t.params], t.reason] for t in recipe]


def recipe(value: list[Any]) -> Recipe:
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
