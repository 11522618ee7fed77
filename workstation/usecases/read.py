"""Clean and read the pages of a dossier, then let the machine propose documents and fields for what is new."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import CancelledError, Future, as_completed
from dataclasses import replace
from itertools import groupby

from workstation.domain.codefield import Codes
from workstation.domain.dossier import Document, DocumentState, Dossier, DossierState
from workstation.domain.doublefeed import DOUBLE_FEED, double_feed_note
from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.fields import FieldOrigin, IndexField
from workstation.domain.findings import finding_note
from workstation.domain.ids import DocumentId, DossierId, PageId, new_id
from workstation.domain.page import Page, PageState, PageText
from workstation.domain.pagejobs import DocumentDraft, PageJob, PageResult
from workstation.domain.ports import UnitOfWork
from workstation.domain.profile import Rules
from workstation.domain.splitcue import SplitCue
from workstation.domain.thumbs import pack_of
from workstation.usecases import separate, suggest
from workstation.usecases.duplicates import tell_duplicates
from workstation.usecases.office import PAGE_SECONDS, Office, day
from workstation.usecases.paper import lacking
from workstation.usecases.placing import with_places
from workstation.usecases.unitnames import spelt_as_units

OF_THE_MACHINE = frozenset({"M01"})
"""Trouble that is not the page's: the page stays new and is read when there is room."""

BEFORE_ENTRY = frozenset({DocumentState.NEW, DocumentState.TO_INDEX, DocumentState.RETURNED, DocumentState.REFUSED})
"""States in which nobody has vouched for a document's pages. In a dossier that came back to the capture desk the other
documents stay as they were checked, published or signed."""


def page_job(office: Office, dossier: Dossier, page: Page, *, read: bool = True) -> PageJob:
    """A page that was read before was judged then: what is derived of it anew is the same."""
    profile = office.profile_of(dossier)
    return PageJob(
        office.blobs.path(page.source.original),
        page.source.original,
        page.source.frame,
        office.cache,
        page.work,
        profile.limits,
        read,
        thumbs=pack_of(office.cache, dossier.id),
        guarded=page.state is PageState.NEW and page.not_secret_by is None,
    )


def read_dossier(office: Office, dossier_id: DossierId, progress: Callable[[PageId], None] = lambda _: None) -> Dossier:
    """Works off every page that is still new, each recorded as it is done; the rest goes on when one fails.

    Safe to repeat: what a crash left undone is done the next time, and cached results are taken from the cache. M01 when the
    disk is full: the pages it concerns stay new, and the dossier says so until it has been read.
    """
    dossier = office.dossier(dossier_id)
    waiting = {_submit(office, dossier, p): p for p in dossier.pages if p.state is PageState.NEW and not p.dropped}
    trouble: WorkstationError | None = None
    for future in as_completed(waiting):
        try:
            _record(office, dossier, waiting[future], future)
        except WorkstationError as e:
            if e.code not in OF_THE_MACHINE:
                raise
            trouble = e
        else:
            progress(waiting[future].id)
    tell_duplicates(office, dossier_id, {p.id for p in waiting.values()})
    if trouble is not None:
        note = trouble.note
        failed = office.event("system", "read_failed", dossier_id, code=note.code)
        office.change(dossier_id, lambda d: replace(d, error=note), failed)
        raise trouble
    return _arrange(office, dossier_id, {p.document_id for p in waiting.values() if p.document_id is not None})


def _arrange(office: Office, dossier_id: DossierId, read_anew: set[DocumentId]) -> Dossier:
    """Documents for pages without one, fields anew for documents of which a page was read again, then on to entry. What lies
    behind separator sheets for dossiers is moved away first, and arranged there."""
    for child in separate.divide(office, dossier_id):
        _arrange(office, child, set())
    dossier = office.dossier(dossier_id)
    texts = texts_of(office, dossier, (*unassigned(dossier), *(p for x in read_anew for p in dossier.pages_of(x))))

    def edit(d: Dossier) -> Dossier:
        if d.error is not None and d.error.code in OF_THE_MACHINE:
            d = replace(d, error=None)
        for document in d.documents:
            if document.id in read_anew and document.state in BEFORE_ENTRY:
                d = _with_cues(office, reindex(office, d, document.id, texts), document.id, texts)
        return release(office, propose(office, d, texts))

    return office.change(dossier_id, edit, office.event("system", "split", dossier_id))


def _submit(office: Office, dossier: Dossier, page: Page, *, read: bool = True) -> Future[PageResult]:
    try:
        job = replace(page_job(office, dossier, page, read=read), words=False)
        return office.pages.submit(office.tools.process, job, timeout=PAGE_SECONDS)
    except WorkstationError as e:  # the blob is missing or damaged: this page's trouble only
        failed: Future[PageResult] = Future()
        failed.set_exception(e)
        return failed


def _outcome(future: Future[PageResult]) -> tuple[PageResult | None, ErrorNote | None]:
    """The result, or why there is none. Raises what is not the page's fault: a full disk, a lane that is being closed."""
    try:
        return future.result(), None
    except CancelledError:
        raise
    except WorkstationError as e:
        if e.code in OF_THE_MACHINE:
            raise
        return None, e.note
    except Exception as e:  # noqa: BLE001 - our own bug costs the page that met it, not the dossier; its text may hold the page's
        return None, ErrorNote("B01", (("type", type(e).__name__),))


def held(page: Page) -> Page:
    """Stopped by a mark of a state secret: nothing of what was read is kept."""
    bare = replace(page, state=PageState.HELD, recipe=(), findings=(), blank=False, codes=(), cue=None)
    return replace(bare, error=ErrorNote("K20"), dropped=False, separator="")


def _record(office: Office, dossier: Dossier, page: Page, future: Future[PageResult]) -> None:
    result, note = _outcome(future)
    if note is not None and note.code == "O01":  # no Tesseract: the page is still cleaned and can be typed by hand
        result, worse = _outcome(_submit(office, dossier, page, read=False))
        note = worse or note

    def edit(d: Dossier) -> Dossier:
        now = next((p for p in d.pages if p.id == page.id), None)
        if now is None or now.work != page.work:
            return d  # worked on meanwhile: the newer job reports
        if result is None:
            return d.with_page(replace(now, state=PageState.QUARANTINED, error=note))
        if result.secret:
            return d.with_page(held(now))
        found = (*(f for f in now.findings if f.code == DOUBLE_FEED), *result.findings)
        came_signed = d.signed_original(now) is not None
        if came_signed:  # it can't be scanned any better: what fails is its issuer's
            found = tuple(f for f in found if f.ok)
        read = replace(
            now,
            state=PageState.READ,
            recipe=result.recipe,
            findings=found,
            blank=result.blank,
            error=note,
            codes=result.codes,
        )
        return d.with_page(read if came_signed else separate.first_seen(read, now))

    def keep_print(uow: UnitOfWork, _before: Dossier, after: Dossier) -> None:
        now = next((p for p in after.pages if p.id == page.id), None)
        if result is not None and not result.secret and now is not None and now.work == page.work:
            uow.earlier.keep_print(page.id, result.fingerprint)

    action = "quarantined" if result is None else "stopped" if result.secret else "read"
    event = office.event("system", action, page.id, code=note.code if note else "")
    office.change(dossier.id, edit, event, beside=keep_print)


def text_of(office: Office, dossier: Dossier, page: Page) -> PageText | None:
    """The page's text from the cache, or read again if the cache was deleted; None for a blank or unread page."""
    if page.blank or page.state is not PageState.READ:
        return None
    text = office.tools.load_text(office.cache, page.source.original, page.source.frame, page.work)
    if text is None:
        job = page_job(office, dossier, page, read=page.error is None)
        text = office.pages.submit(office.tools.process, job, timeout=PAGE_SECONDS).result().text
    return text


Texts = dict[PageId, PageText | None]


def texts_of(office: Office, dossier: Dossier, pages: Sequence[Page]) -> Texts:
    """Loaded before a transaction begins: reading a page again must not hold the store's write lock."""
    return {p.id: text_of(office, dossier, p) for p in pages}


def unassigned(dossier: Dossier) -> tuple[Page, ...]:
    """Pages without a document; none while any page of the dossier is still being read, or waits for somebody to say whether it
    is a state secret: nobody knows as yet which of the others belong to it."""
    usable = [p for p in dossier.pages if not p.dropped and p.state is not PageState.QUARANTINED]
    if any(p.state in (PageState.NEW, PageState.HELD) for p in usable):
        return ()
    return tuple(p for p in usable if p.document_id is None)


def propose(office: Office, dossier: Dossier, texts: Texts) -> Dossier:
    """Documents for the pages that belong to none yet, with signs that one may be two. What a person arranged is never arranged
    anew, and separator sheets are a person's arrangement. A file that came signed is one document."""
    if unassigned(dossier):
        dossier = separate.without_backs(dossier)
    fresh = unassigned(dossier)
    if not fresh or any(p.id not in texts for p in fresh):
        return dossier
    for part in separate.parts(dossier, fresh):
        for signed, group in groupby(part.pages, key=lambda p: dossier.signed_original(p) is not None and p.source.original):
            pages = tuple(group)
            found = tuple(texts[p.id] for p in pages)
            whole = replace(office.tools.index(found), pages=tuple(range(len(pages)))) if signed or part.held else None
            for draft in (whole,) if whole is not None else office.tools.split(found):
                members = _of_file(dossier, pages[0]) if signed else [pages[i] for i in draft.pages]
                dossier, document_id = _add_document(office, dossier, draft, members, texts)
                dossier = _with_cues(office, dossier, document_id, texts)
    return dossier


def _of_file(dossier: Dossier, page: Page) -> list[Page]:
    """All pages of the page's file, those among them that could not be read."""
    return [p for p in dossier.pages if p.source.original == page.source.original]


def _add_document(
    office: Office, dossier: Dossier, draft: DocumentDraft, pages: Sequence[Page], texts: Texts
) -> tuple[Dossier, DocumentId]:
    document = indexed(office, Document(DocumentId(new_id())), draft, [texts.get(p.id) for p in pages], [p.codes for p in pages])
    dossier = replace(dossier, documents=(*dossier.documents, document))
    for page in pages:
        dossier = dossier.with_page(replace(page, document_id=document.id))
    return in_paper_order(dossier), document.id


def _with_cues(office: Office, dossier: Dossier, document_id: DocumentId, texts: Texts) -> Dossier:
    """Signs on pages just read that the document may be two. What a clerk has answered stays answered; what came signed is
    never parted."""
    pages = dossier.pages_of(document_id)
    if dossier.signed_document(document_id) is not None or any(p.id not in texts for p in pages):
        return dossier
    for page, cue in zip(pages, office.tools.cues(tuple(texts[p.id] for p in pages)), strict=True):
        if cue is not None and page.cue is None:
            dossier = dossier.with_page(replace(page, cue=SplitCue(cue)))
    return dossier


def indexed(office: Office, document: Document, draft: DocumentDraft, texts: Iterable[PageText | None], codes: Codes) -> Document:
    """The document with type and fields as the machine read them, and what is said of them; except what a person typed. Where
    that stood on the page is forgotten: the pages may be others now."""
    by_hand = (FieldOrigin.TYPED, FieldOrigin.UNREADABLE)
    typed = tuple(replace(f, page=None, box=None) for f in document.fields if f.origin in by_hand)
    code = document.type_code if any(f.name == "type_name" for f in typed) else draft.type_code
    fields = indexed_fields(office.rules, replace(draft, type_code=code, fields=(*draft.fields, *typed)))
    checked = suggest.made(office.rules, code, fields, texts, codes, day(office.clock.now()))
    spelt = spelt_as_units(checked, office.places)
    return replace(document, type_code=code, fields=with_places(spelt, office.places, office.organization))


def indexed_fields(rules: Rules, draft: DocumentDraft) -> tuple[IndexField, ...]:
    """The draft's fields that stand on the form of its type, in the form's order."""
    by_name = {f.name: f for f in draft.fields}
    return tuple(by_name[name] for name in rules.document(draft.type_code).form if name in by_name)


def in_paper_order(dossier: Dossier) -> Dossier:
    """Documents sorted by their first page; documents that lost all pages go."""
    first: dict[str, int] = {}
    for i, page in enumerate(dossier.pages):
        if page.document_id is not None:
            first.setdefault(page.document_id, i)
    kept = [d for d in dossier.documents if d.id in first]
    return replace(dossier, documents=tuple(sorted(kept, key=lambda d: first[d.id])))


def without_empty_documents(dossier: Dossier) -> Dossier:
    """A document all of whose pages a clerk dropped is none; a page taken back later is put into a new one."""
    empty = {d.id for d in dossier.documents if not dossier.pages_of(d.id)}
    for page in dossier.pages:
        if page.document_id in empty:
            dossier = dossier.with_page(replace(page, document_id=None))
    return in_paper_order(dossier)


def reindex(office: Office, dossier: Dossier, document_id: DocumentId, texts: Texts) -> Dossier:
    """Type and fields anew for a document whose pages a person changed."""
    pages = dossier.pages_of(document_id)
    if not pages or any(p.id not in texts or p.state is PageState.HELD for p in pages):
        return dossier
    found = tuple(texts[p.id] for p in pages)
    draft, codes = office.tools.index(found), [p.codes for p in pages]
    return dossier.with_document(indexed(office, dossier.document(document_id), draft, found, codes))


def missing_for_finish(office: Office, dossier: Dossier) -> tuple[ErrorNote | None, PageId | None]:
    """What keeps a dossier from being passed on, and the page it is about."""
    live = [(i, p) for i, p in enumerate(dossier.pages, 1) if not p.dropped]
    if not live:
        return ErrorNote("Q02"), None
    for number, page in live:
        if page.state is PageState.HELD:
            return ErrorNote("K20", (("page", number),)), page.id
        if page.state is PageState.QUARANTINED:
            note = page.error or ErrorNote("F06")
            return ErrorNote(note.code, (*(x for x in note.params if x[0] != "page"), ("page", number))), page.id
        if page.failing:
            bad = page.failing[0]
            if bad.code == DOUBLE_FEED:
                return double_feed_note(number), page.id
            return finding_note(bad, number, {p.id: n for n, p in enumerate(dossier.pages, 1)}), page.id
    return lacking(office, dossier)


def release(office: Office, dossier: Dossier) -> Dossier:
    """Documents of a dossier that has been passed on wait for entry; a bad page read meanwhile takes it back to capture."""
    reading = any(p.state is PageState.NEW and not p.dropped for p in dossier.pages)
    if dossier.state is not DossierState.PROCESSING or reading or unassigned(dossier):
        return dossier
    note, _ = missing_for_finish(office, dossier)
    if note is not None:
        return replace(dossier.move(DossierState.SCANNING), error=note)
    dossier = without_empty_documents(dossier)
    for document in dossier.documents:
        if document.state in (DocumentState.NEW, DocumentState.RETURNED):
            dossier = dossier.with_document(replace(document.move(DocumentState.TO_INDEX), reason=""))
    return dossier
