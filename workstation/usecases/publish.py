"""Write the PDF/A of a document that has passed the check, and put it before the official."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from workstation.domain.dossier import Document, DocumentState, Dossier
from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.ids import DocumentId, new_id
from workstation.domain.page import PageText
from workstation.domain.pagejobs import PublishJob, PublishPage
from workstation.domain.signature import PublishedPdf
from workstation.usecases.gate import check_gate, passes
from workstation.usecases.office import PUBLISH_SECONDS, Office
from workstation.usecases.read import page_job, texts_of


def publish(office: Office, document_id: DocumentId) -> Dossier:
    """Publishes one passed document; then it waits for signature if the gate lets it.

    Deterministic: after a crash the same pages give the same bytes, so doing it again changes nothing.
    """
    dossier = office.dossier_of(document_id)
    document = dossier.document(document_id)
    if document.state is not DocumentState.PASSED:
        return dossier
    try:
        pdf = _write(office, dossier, document)
    except WorkstationError as e:
        return _failed(office, dossier, document_id, e.note)

    def edit(d: Dossier) -> Dossier:
        now = d.document(document_id)
        if now.state is not DocumentState.PASSED:
            return d  # published by somebody else, or sent back, meanwhile
        now = replace(now, published=pdf, seen_by=None, error=None)
        rule = office.rules.document(now.type_code)
        checks = check_gate(d, now, office.profile_of(d), rule, office.organization, None, None)
        blocked = next((c.note for c in checks if not c.ok), None)
        now = now.move(DocumentState.TO_SIGN) if passes(checks) else replace(now, error=blocked)
        return d.with_document(now)

    event = office.event("system", "published", document_id, sha256=pdf.sha256, bytes=pdf.bytes)
    return office.change(dossier.id, edit, event)


def _failed(office: Office, dossier: Dossier, document_id: DocumentId, note: ErrorNote) -> Dossier:
    def edit(d: Dossier) -> Dossier:
        now = d.document(document_id)
        return d.with_document(replace(now, error=note)) if now.state is DocumentState.PASSED else d

    return office.change(dossier.id, edit, office.event("system", "publish_failed", document_id, code=note.code))


def _write(office: Office, dossier: Dossier, document: Document) -> PublishedPdf:
    pages = published_pages(office, dossier, document)
    return write_blob(office, pages, title_of(office, document), dossier.created_at.isoformat())


def published_pages(office: Office, dossier: Dossier, document: Document) -> tuple[PublishPage, ...]:
    """The document's pages as they go into a PDF, with their texts."""
    pages = dossier.pages_of(document.id)
    texts = texts_of(office, dossier, pages)
    parts = []
    for page in pages:
        text = texts[page.id] or _no_text(office, dossier, page_id=page.id)
        parts.append(PublishPage(office.blobs.path(page.source.original), page.source.frame, page.recipe, text))
    return tuple(parts)


def write_blob(
    office: Office,
    pages: tuple[PublishPage, ...],
    title: str,
    created: str,
    suits: Callable[[Path], None] = lambda _: None,
) -> PublishedPdf:
    """A PDF/A of the pages, in the store. ``created``: ISO 8601; the same words and pages give the same bytes. ``suits``:
    raises if the file is not to be kept."""
    out = office.blobs.staging() / f"{new_id()}.pdf"
    try:
        pdf = write_pdf(office, pages, title, created, out)
        suits(out)
        keep_pdf(office, out, pdf)
    finally:
        out.unlink(missing_ok=True)
    return pdf


def write_pdf(office: Office, pages: tuple[PublishPage, ...], title: str, created: str, out: Path) -> PublishedPdf:
    """As :func:`write_blob`, at ``out``; nothing goes into the store."""
    job = PublishJob(pages, out, title, created=created)
    return office.pages.submit(office.tools.publish, job, timeout=PUBLISH_SECONDS).result()


def keep_pdf(office: Office, path: Path, pdf: PublishedPdf) -> None:
    """Into the store. M03 if it is not what was made."""
    if office.blobs.put_file(path) != pdf.sha256:
        raise WorkstationError("M03")


def _no_text(office: Office, dossier: Dossier, page_id: str) -> PageText:
    """Size and resolution of a blank or unread page, without words."""
    page = next(p for p in dossier.pages if p.id == page_id)
    job = page_job(office, dossier, page, read=False)
    result = office.pages.submit(office.tools.process, job, timeout=PUBLISH_SECONDS).result()
    return replace(result.text, words=())


def title_of(office: Office, document: Document) -> str:
    """``Quyết định 127/QĐ-UBND – Về việc …``: title of the PDF and of a row in a list."""
    name = document.field("type_name") or office.rules.document(document.type_code).type.name
    number = "/".join(x for x in (document.field("number"), document.field("notation")) if x)
    about = document.field("subject") or document.field("person_name")
    return " – ".join(x for x in (" ".join(x for x in (name, number) if x), about) if x)
