"""Write the PDF/A of a document that has passed the check, and put it before the official."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from workstation.domain.dossier import Document, DocumentState, Dossier
from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.ids import DocumentId, new_id
from workstation.domain.page import OWN_TEXT, PageText
from workstation.domain.pagejobs import PublishJob, PublishPage
from workstation.domain.signature import PublishedPdf
from workstation.usecases.arrived import pass_on
from workstation.usecases.gate import check_gate, passes
from workstation.usecases.office import PUBLISH_SECONDS, Office
from workstation.usecases.read import page_job, texts_of


def publish(office: Office, document_id: DocumentId) -> Dossier:
    """Publishes one passed document; then it waits for signature if the gate lets it. One that came signed is passed on.

    Deterministic: after a crash the same pages give the same bytes, so doing it again changes nothing.
    """
    dossier = office.dossier_of(document_id)
    document = dossier.document(document_id)
    if document.state is not DocumentState.PASSED:
        return dossier
    try:
        if (signed := dossier.signed_document(document_id)) is not None:
            return pass_on(office, document_id, signed)
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
    if (own := _own_file(office, dossier, document, pages)) is not None:
        return own
    return write_blob(office, pages, title_of(office, document), dossier.created_at.isoformat())


def _own_file(office: Office, dossier: Dossier, document: Document, parts: tuple[PublishPage, ...]) -> PublishedPdf | None:
    """The file that the document came in, if nothing has to be made of it: a PDF that was written, not scanned, all of its pages
    are this document's as they came, it is searchable by its author's own words, and it is PDF/A of the level that is wanted.
    None: pages are made of it as of a scan, or it would not be accepted."""
    pages = dossier.pages_of(document.id)
    source = pages[0].source.original if pages else None
    whole = [(p.source.original, p.source.frame) for p in pages] == [(source, frame) for frame in range(len(pages))]
    written = any(part.text.words for part in parts) and all(
        page.blank or part.text.engine.name == OWN_TEXT for page, part in zip(pages, parts, strict=True)
    )
    if source is None or not whole or not written or any(p.work for p in pages):
        return None
    own = office.pages.submit(office.tools.as_it_is, office.blobs.path(source), timeout=PUBLISH_SECONDS).result()
    fits = own.pages == len(pages) and own.conformance == office.profile_of(dossier).conformance
    return own if fits and own.sha256 == source else None


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
    return titled(document.field("type_name") or office.rules.document(document.type_code).type.name, document.field)


def titled(name: str, field: Callable[[str], str]) -> str:
    """``name``: of the type; ``field``: the value of a field, empty if there is none."""
    number = "/".join(x for x in (field("number"), field("notation")) if x)
    about = field("subject") or field("person_name")
    return " – ".join(x for x in (" ".join(x for x in (name, number) if x), about) if x)
