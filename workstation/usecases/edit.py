"""What a clerk does to pages and documents while capturing. Originals are never touched; every move can be undone."""

from dataclasses import replace

from workstation.domain.dossier import Document, Dossier, DossierState, return_to_capture
from workstation.domain.errors import WorkstationError
from workstation.domain.ids import DocumentId, DossierId, PageId, UserName, new_id
from workstation.domain.page import Page, PageState
from workstation.usecases.office import Office
from workstation.usecases.read import BEFORE_ENTRY, Texts, in_paper_order, missing_for_finish, reindex, release, texts_of


def _capturing(dossier: Dossier, *document_ids: DocumentId | None) -> None:
    """K06 unless the dossier lies on the capture desk and the pages of these documents may still be arranged."""
    if dossier.state is not DossierState.SCANNING:
        raise WorkstationError("K06", state=dossier.state.value, to="scanning")
    for document in dossier.documents:
        if document.id in document_ids and document.state not in BEFORE_ENTRY:
            raise WorkstationError("K06", state=document.state.value, to="scanning")


def rotate(office: Office, page_id: PageId, degrees: int, by: UserName) -> Dossier:
    """Turns the page clockwise by 90, 180 or 270 (else U01); it is cleaned and read anew in the background."""
    if degrees not in (90, 180, 270):
        raise WorkstationError("U01", detail="90 | 180 | 270")

    def edit(d: Dossier) -> Dossier:
        page = d.page(page_id)
        _capturing(d, page.document_id)
        return d.with_page(replace(page, manual_rotation=(page.manual_rotation + degrees) % 360, state=PageState.NEW, error=None))

    return office.change(office.dossier_of_page(page_id).id, edit, office.event(by, "rotated", page_id, degrees=degrees))


def set_dropped(office: Office, page_id: PageId, dropped: bool, by: UserName) -> Dossier:
    """Marks a page as not belonging (or takes it back). The original stays; the fields are those of the pages that remain."""
    dossier = office.dossier_of_page(page_id)
    texts = _texts(office, dossier, dossier.page(page_id).document_id)

    def edit(d: Dossier) -> Dossier:
        page = d.page(page_id)
        _capturing(d, page.document_id)
        if page.dropped == dropped:
            return d
        d = d.with_page(replace(page, dropped=dropped))
        return d if page.document_id is None else reindex(office, d, page.document_id, texts)

    return office.change(dossier.id, edit, office.event(by, "dropped" if dropped else "restored", page_id))


def keep_page(office: Office, page_id: PageId, reason: str, by: UserName) -> Dossier:
    """Keeps a page that fails a finding, with the clerk's reason (kept with the page, not in the audit log)."""
    if not reason.strip():
        raise WorkstationError("K01", field="reason")

    def edit(d: Dossier) -> Dossier:
        page = d.page(page_id)
        _capturing(d, page.document_id)
        return d.with_page(replace(page, kept_reason=reason.strip()))

    return office.change(office.dossier_of_page(page_id).id, edit, office.event(by, "kept", page_id))


def split_before(office: Office, page_id: PageId, by: UserName) -> Dossier:
    """The page and those after it in its document become a document of their own."""
    dossier = office.dossier_of_page(page_id)
    texts = _texts(office, dossier, dossier.page(page_id).document_id)

    def edit(d: Dossier) -> Dossier:
        old = d.page(page_id).document_id
        _capturing(d, old)
        members = [p for p in d.pages if p.document_id == old]
        if old is None or members[0].id == page_id:
            return d  # begins a document already
        new = Document(DocumentId(new_id()))
        tail = members[[p.id for p in members].index(page_id) :]
        d = replace(d, documents=(*d.documents, new))
        for page in tail:
            d = d.with_page(replace(page, document_id=new.id))
        return reindex(office, reindex(office, in_paper_order(d), old, texts), new.id, texts)

    return office.change(dossier.id, edit, office.event(by, "split", page_id))


def merge_with_previous(office: Office, document_id: DocumentId, by: UserName) -> Dossier:
    """The document's pages join the document before it."""
    dossier = office.dossier_of(document_id)
    texts = _texts(office, dossier, document_id, _before(dossier, document_id))

    def edit(d: Dossier) -> Dossier:
        target = _before(d, document_id)
        if target is None:
            return d
        _capturing(d, document_id, target)
        for page in d.pages:
            if page.document_id == document_id:
                d = d.with_page(replace(page, document_id=target))
        return reindex(office, in_paper_order(d), target, texts)

    return office.change(dossier.id, edit, office.event(by, "merged", document_id))


def finish_capture(office: Office, dossier_id: DossierId, by: UserName) -> Dossier:
    """ "Xong hồ sơ": goes on to entry and checking. Refused with what is missing (A01, A02, A04, F0x, Q02).

    Pages still being read don't hold the clerk up; their documents follow as soon as they are read (``release``).
    """

    def edit(d: Dossier) -> Dossier:
        note, _ = missing_for_finish(d)
        if note is not None:
            raise note.error()
        return release(replace(d.move(DossierState.PROCESSING), error=None))

    return office.change(dossier_id, edit, office.event(by, "captured", dossier_id))


def give_back(office: Office, document_id: DocumentId, reason: str, by: UserName) -> Dossier:
    """A checker sends the document back to be scanned again; the whole dossier lies on the capture desk until then."""
    if not reason.strip():
        raise WorkstationError("K01", field="reason")

    def edit(d: Dossier) -> Dossier:
        d = d.with_document(return_to_capture(d.document(document_id), reason.strip()))
        return d if d.state is DossierState.SCANNING else d.move(DossierState.SCANNING)

    return office.change(office.dossier_of(document_id).id, edit, office.event(by, "returned", document_id))


def put_back(office: Office, past: Dossier, by: UserName, action: str) -> Dossier:
    """Undo or redo: pages and documents arranged as they were. Pages that came in since stay, and what was read or typed
    since is kept. K06 if it concerns a document that was entered meanwhile."""
    arranged, changed = _arranged_as(office.dossier(past.id), past)
    texts = _texts(office, arranged, *changed)

    def edit(d: Dossier) -> Dossier:
        after, changed = _arranged_as(d, past)
        _capturing(d, *changed)
        for document in after.documents:
            if document.id in changed:
                after = reindex(office, after, document.id, texts)
        return after

    return office.change(past.id, edit, office.event(by, action, past.id))


def _arranged_as(dossier: Dossier, past: Dossier) -> tuple[Dossier, set[DocumentId]]:
    """The dossier with the arrangement of ``past``, and the documents to which that makes a difference."""
    known = {p.id for p in past.pages}
    pages = (*(_as_it_was(p, dossier.page(p.id)) for p in past.pages), *(p for p in dossier.pages if p.id not in known))
    documents = {x.id: x for x in (*past.documents, *dossier.documents)}
    after = in_paper_order(replace(dossier, pages=pages, documents=tuple(documents.values())))
    now, then = _arrangement(dossier), _arrangement(after)
    return after, {x for x in now.keys() | then.keys() if now.get(x) != then.get(x)}


def _as_it_was(past: Page, now: Page) -> Page:
    """What was read since belongs to the page's turn: it is kept if the turn is the same."""
    page = now if now.manual_rotation == past.manual_rotation else past
    document_id = past.document_id or now.document_id
    return replace(page, document_id=document_id, dropped=past.dropped, kept_reason=past.kept_reason)


def _arrangement(dossier: Dossier) -> dict[DocumentId, list[tuple[PageId, int, bool, str]]]:
    found: dict[DocumentId, list[tuple[PageId, int, bool, str]]] = {}
    for page in dossier.pages:
        if page.document_id is not None:
            found.setdefault(page.document_id, []).append((page.id, page.manual_rotation, page.dropped, page.kept_reason))
    return found


def _before(dossier: Dossier, document_id: DocumentId) -> DocumentId | None:
    index = dossier.documents.index(dossier.document(document_id))
    return dossier.documents[index - 1].id if index else None


def _texts(office: Office, dossier: Dossier, *document_ids: DocumentId | None) -> Texts:
    """Of every page that was read in these documents, also of dropped ones, which may come back."""
    wanted = set(document_ids) - {None}
    return texts_of(office, dossier, [p for p in dossier.pages if p.document_id in wanted and p.state is PageState.READ])
