"""The JSON of the command line (docs: command line): values in, plain dictionaries out."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from ui.messages import Lang, peer_reason, sentence
from workstation.domain.errors import ErrorNote
from workstation.domain.fields import IndexField
from workstation.domain.outbox import OutboxItem
from workstation.domain.page import Transform, Word
from workstation.domain.pagejobs import DocumentDraft, PageResult, PdfForm
from workstation.domain.peers import PeerDelivery
from workstation.domain.place import placed_out
from workstation.domain.signature import FileVerdict, PublishedPdf, SignatureReport
from workstation.usecases.digitize import ReadFile, ReadPage


def error_json(note: ErrorNote | None, lang: Lang = "vi") -> dict[str, str] | None:
    return None if note is None else {"code": note.code, "message": sentence(note, lang)}


def fields_json(fields: Iterable[IndexField]) -> dict[str, Any]:
    return {
        f.name: {
            "value": f.value,
            "confidence": round(f.confidence, 3),
            "page": f.page,
            "box": [round(v) for v in f.box] if f.box else None,
            "doubt": f.doubt,
            "proposals": [{"value": p.value, "why": p.why} for p in f.proposals],
            "against": list(f.against),
            "placed": placed_out(f.placed) if f.placed else None,
        }
        for f in fields
    }


FAILED_PAGE: dict[str, Any] = {
    **dict.fromkeys(("width_px", "height_px", "dpi", "rotation", "skew_deg", "blank", "confidence", "seconds")),
    "text": "",
    "words": [],
    "findings": [],
    "unread": [],
    "recipe": [],
    "steps": [],
}
"""Every key of a page that was read, so that a reader of the JSON needn't ask."""


def page_json(index: int, page: ReadPage, lang: Lang) -> dict[str, Any]:
    if page.result is None:
        return {**FAILED_PAGE, "index": index, "error": error_json(page.error, lang)}
    result: PageResult = page.result
    text = result.text
    return {
        "index": index,
        "width_px": text.width_px,
        "height_px": text.height_px,
        "dpi": text.dpi,
        "rotation": result.rotation,
        "skew_deg": round(result.skew_deg, 2),
        "blank": result.blank,
        "text": text.text,
        "confidence": round(text.confidence, 4),
        "seconds": round(result.seconds, 3),
        "words": [word_json(w) for w in text.words],
        "findings": [{"code": f.code, "value": f.value, "limit": f.limit, "ok": f.ok} for f in result.findings],
        "unread": [{"kind": a.kind, "box": [round(v) for v in a.box], "note": a.note} for a in text.unread],
        "recipe": [transform_json(t) for t in result.recipe],
        "steps": [transform_json(t) for t in text.steps],
    }


def word_json(w: Word) -> dict[str, Any]:
    """``doubt`` and ``suggestion`` only where there is one: most words have none, and they are many."""
    told: dict[str, Any] = {"text": w.text, "box": [*map(round, w.box)], "confidence": round(w.confidence, 3)}
    if w.doubt:
        told |= {"doubt": w.doubt, "suggestion": w.suggestion}
    return told


def transform_json(t: Transform) -> dict[str, Any]:
    return {"name": t.name, "version": t.version, "params": dict(t.params), "reason": t.reason}


def document_json(draft: DocumentDraft) -> dict[str, Any]:
    return {"pages": list(draft.pages), "type": draft.type_code, "fields": fields_json(draft.fields)}


def published_json(made: tuple[Path, PublishedPdf] | None) -> dict[str, Any]:
    if made is None:
        return {"pdf": None, "sha256": None, "bytes": None, "conformance": None, "form": None, "page_forms": []}
    path, pdf = made
    form = "original" if "original" in pdf.forms else (PdfForm.COMPACT if pdf.forms else PdfForm.ARCHIVE).value
    return {
        "pdf": str(path), "sha256": pdf.sha256, "bytes": pdf.bytes, "conformance": pdf.conformance or None, "form": form,
        "page_forms": list(pdf.forms or ["scan"] * pdf.pages),
    }  # fmt: skip


def engine_json(files: Iterable[ReadFile]) -> dict[str, str] | None:
    engines = (page.result.text.engine for file in files for page in file.pages if page.result)
    e = next(engines, None)
    return None if e is None else {"name": e.name, "version": e.version, "model": e.model}


def outcome_json(file: ReadFile, lang: Lang) -> dict[str, Any]:
    return {
        "file": file.name,
        "status": "quarantined" if file.errors else "ok",
        "error": error_json(file.errors[0] if file.errors else None, lang),
        "errors": [error_json(e, lang) for e in file.errors],
    }


def documents_json(file: ReadFile) -> Iterator[dict[str, Any]]:
    """With what each was published as, once it has been."""
    if not file.published:
        yield from map(document_json, file.documents)
        return
    for document, made in zip(file.documents, file.published, strict=True):
        yield document_json(document) | published_json(made)


def _file_json(file: ReadFile, lang: Lang) -> dict[str, Any]:
    pages = [page_json(i, p, lang) for i, p in enumerate(file.pages)]
    return {**outcome_json(file, lang), "documents": list(documents_json(file)), "pages": pages}


def read_json(files: Sequence[ReadFile], lang: Lang) -> dict[str, Any]:
    rows = [_file_json(f, lang) for f in files]
    return {"engine": engine_json(files), "files": rows}


def signature_json(s: SignatureReport, lang: Lang) -> dict[str, Any]:
    return {
        "field": s.field,
        "signer": s.signer,
        "organization": s.organization,
        "issuer": s.issuer,
        "valid_from": s.valid_from,
        "valid_until": s.valid_until,
        "in_period": s.in_period,
        "signing_time": s.signing_time,
        "timestamp": s.timestamp,
        "level": s.level,
        "indication": s.indication,
        "subindication": s.subindication,
        "coverage": s.coverage,
        "changes_after": s.changes_after,
        "revocation": s.revocation,
        "trusted": s.trusted,
        "trust_store": s.trust_store or None,
        "mechanism": s.mechanism,
        "reasons": [error_json(r, lang) for r in s.reasons],
    }


def verdict_json(path: Path, verdict: FileVerdict, lang: Lang) -> dict[str, Any]:
    return {
        "file": str(path),
        "verdict": verdict.verdict.value,
        "green": verdict.green,
        "sha256": verdict.sha256 or None,
        "reasons": [error_json(r, lang) for r in verdict.reasons],
        "signatures": [signature_json(s, lang) for s in verdict.signatures],
    }


def delivery_json(delivery: PeerDelivery, lang: Lang) -> dict[str, Any]:
    return {
        "peer": delivery.peer,
        "state": delivery.state.value,
        "reference": delivery.reference or None,
        "attempts": delivery.attempts,
        "next_try": delivery.next_try.isoformat() if delivery.next_try else None,
        "error": delivery.error and {"code": delivery.error.code, "message": peer_reason(delivery.error, lang)},
    }


def item_json(item: OutboxItem, lang: Lang, deliveries: tuple[PeerDelivery, ...] = ()) -> dict[str, Any]:
    return {
        "id": item.id,
        "dossier": item.dossier_code,
        "state": item.state.value,
        "attempts": item.attempts,
        "next_try": item.next_try.isoformat() if item.next_try else None,
        "error": error_json(item.error, lang),
        "receipt_id": item.receipt.id if item.receipt else None,
        "bytes_sent": item.bytes_sent,
        "peers": [delivery_json(d, lang) for d in deliveries],
    }
