"""What a clerk does to pages and documents while capturing. Originals are never touched; every move can be undone."""

from dataclasses import replace

from workstation.domain.dossier import Document, Dossier, DossierState, return_to_capture
from workstation.domain.errors import WorkstationError
from workstation.domain.ids import DocumentId, DossierId, PageId, UserName, new_id
from workstation.domain.page import PageState
from workstation.domain.pagework import turned
from workstation.domain.ports import UnitOfWork
from workstation.domain.splitcue import Cue, SplitCue
from workstation.usecases.arrange import arrange, capturing, texts_in, unsigned
from workstation.usecases.office import Office
from workstation.usecases.read import in_paper_order, missing_for_finish, reindex, release


def rotate(office: Office, page_id: PageId, degrees: int, by: UserName) -> Dossier:
    """Turns the page clockwise by 90, 180 or 270 (else U01); it is cleaned and read anew in the background."""
    if degrees not in (90, 180, 270):
        raise WorkstationError("U01", detail="90 | 180 | 270")

    def edit(d: Dossier) -> Dossier:
        page = d.page(page_id)
        capturing(d, page.document_id)
        unsigned(d, page)
        return d.with_page(replace(page, work=turned(page.work, degrees), state=PageState.NEW, error=None))

    return arrange(office, office.dossier_of_page(page_id).id, edit, office.event(by, "rotated", page_id, degrees=degrees))


def set_dropped(office: Office, page_id: PageId, dropped: bool, by: UserName) -> Dossier:
    """Marks a page as not belonging (or takes it back). The original stays; the fields are those of the pages that remain. Of a
    file that came signed all pages go, or come back."""
    dossier = office.dossier_of_page(page_id)
    texts = texts_in(office, dossier, dossier.page(page_id).document_id)

    def edit(d: Dossier) -> Dossier:
        page = d.page(page_id)
        capturing(d, page.document_id)
        if page.dropped == dropped:
            return d
        together = [p for p in d.pages if p.source.original == page.source.original] if d.signed_original(page) else [page]
        for one in together:
            d = d.with_page(replace(one, dropped=dropped))
        return d if page.document_id is None else reindex(office, d, page.document_id, texts)

    return arrange(office, dossier.id, edit, office.event(by, "dropped" if dropped else "restored", page_id))


def keep_page(office: Office, page_id: PageId, reason: str, by: UserName) -> Dossier:
    """Keeps a page that fails a finding, with the clerk's reason (kept with the page, not in the audit log)."""
    if not reason.strip():
        raise WorkstationError("K01", field="reason")

    def edit(d: Dossier) -> Dossier:
        page = d.page(page_id)
        capturing(d, page.document_id)
        return d.with_page(replace(page, kept_reason=reason.strip()))

    return arrange(office, office.dossier_of_page(page_id).id, edit, office.event(by, "kept", page_id))


def set_note(office: Office, page_id: PageId, on: bool, by: UserName) -> Dossier:
    """Marks a page as shot with the note that is attached to it (or takes that back): the next page that comes in is the same
    without the note (``usecases.paper``)."""

    def edit(d: Dossier) -> Dossier:
        page = d.page(page_id)
        capturing(d, page.document_id)
        unsigned(d, page)
        if page.with_note == on:
            return d
        d = d.with_page(replace(page, with_note=on, pair_of=None))
        for other in d.pages if not on else ():
            if other.pair_of == page_id:
                d = d.with_page(replace(other, pair_of=None))
        return d

    event = office.event(by, "note_marked" if on else "note_unmarked", page_id)
    return arrange(office, office.dossier_of_page(page_id).id, edit, event)


def split_before(office: Office, page_id: PageId, by: UserName) -> Dossier:
    """The page and those after it in its document become a document of their own."""
    dossier = office.dossier_of_page(page_id)
    texts = texts_in(office, dossier, dossier.page(page_id).document_id)

    def edit(d: Dossier) -> Dossier:
        old = d.page(page_id).document_id
        capturing(d, old)
        members = [p for p in d.pages if p.document_id == old]
        if old is None or members[0].id == page_id:
            return d  # begins a document already
        unsigned(d, d.page(page_id))
        new = Document(DocumentId(new_id()))
        tail = members[[p.id for p in members].index(page_id) :]
        d = replace(d, documents=(*d.documents, new))
        for page in tail:
            d = d.with_page(replace(page, document_id=new.id))
        return reindex(office, reindex(office, in_paper_order(d), old, texts), new.id, texts)

    return arrange(office, dossier.id, edit, office.event(by, "split", page_id))


def merge_with_previous(office: Office, document_id: DocumentId, by: UserName) -> Dossier:
    """The document's pages join the document before it."""
    dossier = office.dossier_of(document_id)
    texts = texts_in(office, dossier, document_id, _before(dossier, document_id))

    def edit(d: Dossier) -> Dossier:
        target = _before(d, document_id)
        if target is None:
            return d
        capturing(d, document_id, target)
        unsigned(d, *(p for p in d.pages if p.document_id in (document_id, target)))
        members = [p for p in d.pages if p.document_id == document_id]
        for page in members:
            # who merges here has answered whether to split here, now and when it is read again
            cue = replace(page.cue or SplitCue(Cue.HEADER), refused=True) if page.id == members[0].id else page.cue
            d = d.with_page(replace(page, document_id=target, cue=cue))
        return reindex(office, in_paper_order(d), target, texts)

    return arrange(office, dossier.id, edit, office.event(by, "merged", document_id))


def refuse_cue(office: Office, page_id: PageId, kind: Cue, by: UserName) -> Dossier:
    """The suggestion that was made at the page does not come again."""

    def edit(d: Dossier) -> Dossier:
        page = d.page(page_id)
        capturing(d, page.document_id)
        return d.with_page(replace(page, cue=SplitCue(kind, refused=True)))

    return arrange(office, office.dossier_of_page(page_id).id, edit, office.event(by, "refused_cue", page_id, kind=kind.value))


def finish_capture(office: Office, dossier_id: DossierId, by: UserName) -> Dossier:
    """ "Xong hồ sơ": goes on to entry and checking; nothing is undone across it. Refused with what is missing (A01, A02, A04,
    A10, A12, A14, F0x, Q02).

    Pages still being read don't hold the clerk up; their documents follow as soon as they are read (``release``).
    """

    def edit(d: Dossier) -> Dossier:
        note, _ = missing_for_finish(office, d)
        if note is not None:
            raise note.error()
        return release(office, replace(d.move(DossierState.PROCESSING), error=None))

    def forget(uow: UnitOfWork, _before: Dossier, _after: Dossier) -> None:
        uow.history.clear(dossier_id)

    return office.change(dossier_id, edit, office.event(by, "captured", dossier_id), beside=forget)


def give_back(office: Office, document_id: DocumentId, reason: str, by: UserName) -> Dossier:
    """A checker sends the document back to be scanned again; the whole dossier lies on the capture desk until then."""
    if not reason.strip():
        raise WorkstationError("K01", field="reason")

    def edit(d: Dossier) -> Dossier:
        d = d.with_document(return_to_capture(d.document(document_id), reason.strip(), by))
        return d if d.state is DossierState.SCANNING else d.move(DossierState.SCANNING)

    return office.change(office.dossier_of(document_id).id, edit, office.event(by, "returned", document_id))


def _before(dossier: Dossier, document_id: DocumentId) -> DocumentId | None:
    index = dossier.documents.index(dossier.document(document_id))
    return dossier.documents[index - 1].id if index else None
