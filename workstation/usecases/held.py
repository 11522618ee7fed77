"""Pages that bear a mark of a state secret: a person looks at the paper and says whether it is one (Law 117/2025: such papers are
neither kept nor read on a machine that is not their own).

It is: the page and what belongs to it leave the dossier, and their files are erased; ordered in the same transaction, so that a
power cut only postpones it. It is not: the page is read like any other, and is not held again."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from workstation.domain.doctype import FieldDefinition
from workstation.domain.dossier import DocumentState, Dossier, DossierState, settled, unchecked
from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.ids import DocumentId, DossierId, PageId, Sha256, UserName
from workstation.domain.page import Page, PageState
from workstation.domain.ports import UnitOfWork
from workstation.domain.thumbs import pack_of
from workstation.usecases.fieldvalues import normalised
from workstation.usecases.office import Office
from workstation.usecases.placing import ON_THE_FORM
from workstation.usecases.read import BEFORE_ENTRY, held, in_paper_order


@dataclass(frozen=True, slots=True)
class HeldPage:
    """Nothing about what stands on it."""

    page_id: PageId
    dossier_id: DossierId
    dossier: str
    """Code."""
    number: int
    """In its dossier, from 1."""
    together: tuple[int, ...]
    """Numbers of the pages that are of the same file, and go with it if it goes."""


def held_pages(office: Office) -> tuple[HeldPage, ...]:
    """Oldest dossier first, in paper order."""
    with office.look() as uow:
        dossiers = uow.dossiers.list((DossierState.SCANNING, DossierState.PROCESSING))
    return tuple(
        HeldPage(page.id, d.id, d.code, number, _together(d, page))
        for d in reversed(dossiers)
        for number, page in enumerate(d.pages, 1)
        if page.state is PageState.HELD
    )


def _together(dossier: Dossier, page: Page) -> tuple[int, ...]:
    return tuple(n for n, p in enumerate(dossier.pages, 1) if p.source.original == page.source.original)


def page_number(dossier: Dossier, document_id: DocumentId) -> int | None:
    """Of the first page of the document that is stopped, from 1 in its dossier."""
    found = (n for n, p in enumerate(dossier.pages, 1) if p.document_id == document_id and p.state is PageState.HELD)
    return next(found, None)


def secrecy_said(dossier: Dossier, document_id: DocumentId, values: Mapping[str, str], form: Iterable[FieldDefinition]) -> bool:
    """Whether the document would have a degree of secrecy with these values, and nobody has said that its mark is none. K02 for
    what is no degree: a slip of the finger must not stop it, since that forgets what was typed."""
    field = next((f for f in form if f.name == "secrecy"), None)
    said = values.get("secrecy", dossier.document(document_id).field("secrecy"))
    degree = field is not None and normalised(field, said, required=False)
    return bool(degree) and not any(page.not_secret_by for page in dossier.pages_of(document_id))


def stop(office: Office, document_id: DocumentId, by: UserName) -> Dossier:
    """A person sees a mark of a state secret that the machine did not, or was not sure of: the page stops as if it had been read
    so, and nothing of what was read of the document, or typed, is kept. K06 unless it is being entered or checked."""

    def edit(d: Dossier) -> Dossier:
        document = d.document(document_id)
        if document.state not in ON_THE_FORM:
            raise WorkstationError("K06", state=document.state.value, to=DocumentState.TO_INDEX.value)
        pages = d.pages_of(document_id)
        where = next((f.page for f in document.fields if f.name == "secrecy"), None) or 0
        bare = replace(unchecked(document), state=DocumentState.TO_INDEX, type_code="", fields=(), published=None, reason="")
        return d.with_page(held(pages[min(where, len(pages) - 1)])).with_document(bare)

    def forget_prints(uow: UnitOfWork, _before: Dossier, after: Dossier) -> None:
        for page in after.pages_of(document_id):
            if page.state is PageState.HELD:
                uow.earlier.keep_print(page.id, "")

    stopped = office.event(by, "stopped", document_id)
    after = office.change(office.dossier_of(document_id).id, edit, stopped, beside=forget_prints)
    for file in {page.source.original for page in after.pages_of(document_id)}:
        with suppress(OSError):  # a picture that is being looked at: whoever says that it is a secret wipes it again
            office.tools.wipe(office.cache, pack_of(office.cache, after.id), file)
    return after


def not_secret(office: Office, page_id: PageId, by: UserName) -> Dossier:
    """The mark is none of a state secret: the page is to be read. K21 if it is not held."""

    def edit(d: Dossier) -> Dossier:
        page = d.page(page_id)
        if page.state is not PageState.HELD:
            raise WorkstationError("K21")
        d = d.with_page(replace(page, state=PageState.NEW, error=None, not_secret_by=by))
        return replace(d, error=None) if d.error is not None and d.error.code == "K20" else d

    return office.change(office.dossier_of_page(page_id).id, edit, office.event(by, "not_secret", page_id))


def remove(office: Office, dossier_id: DossierId, page_ids: Iterable[PageId], by: UserName) -> ErrorNote:
    """These pages are a state secret's: they leave the dossier with all pages of the same files, and the files are erased. One of
    them at least was held (else K21: this is no way to delete pages); K06 for a page of a document that somebody has entered.

    K22 says how many pages have gone, and that other copies are not this program's to erase; K23 if a file can't be erased yet:
    the next start tries again."""
    wanted = frozenset(page_ids)
    with office.uow() as uow:
        before = uow.dossiers.get(dossier_id)
        named = [before.page(one) for one in wanted]
        if not any(page.state is PageState.HELD for page in named):
            raise WorkstationError("K21")
        files = frozenset(page.source.original for page in named)
        going = [page for page in before.pages if page.source.original in files]
        _require_before_entry(before, going)
        uow.erasures.order(dossier_id, sorted(files))
        uow.dossiers.save(settled(_without(before, files)))
        came_signed = [one.sealed.sha256 for one in before.signed if one.shown in files and uow.erasures.unnamed(one.shown)]
        uow.erasures.order(dossier_id, came_signed)
        uow.history.clear(dossier_id)
        uow.audit.append(office.event(by, "secret_removed", dossier_id, pages=len(going)))
        uow.commit()
    office.notify(dossier_id)
    erase_ordered(office)
    return ErrorNote("K22", (("count", len(going)),))


def _require_before_entry(dossier: Dossier, pages: Iterable[Page]) -> None:
    for document_id in {page.document_id for page in pages} - {None}:
        state = next(d.state for d in dossier.documents if d.id == document_id)
        if state not in BEFORE_ENTRY:
            raise WorkstationError("K06", state=state.value, to=DocumentState.NEW.value)


def _without(dossier: Dossier, files: frozenset[Sha256]) -> Dossier:
    kept = tuple(page for page in dossier.pages if page.source.original not in files)
    signed = tuple(one for one in dossier.signed if one.shown not in files)
    error = None if dossier.error is not None and dossier.error.code == "K20" else dossier.error
    return in_paper_order(replace(dossier, pages=kept, signed=signed, error=error))


def erase_ordered(office: Office) -> None:
    """Whatever was ordered and is not done, also by a run that a power cut ended. K23 if a file can't be erased, after the
    others are; a file that another dossier has too stays until that one's pages go."""
    with office.look() as uow:
        ordered = [(dossier_id, file, uow.erasures.unnamed(file)) for dossier_id, file in uow.erasures.list()]
    trouble: WorkstationError | None = None
    for dossier_id, file, unnamed in ordered:
        try:
            office.tools.wipe(office.cache, pack_of(office.cache, dossier_id), file)
            if unnamed:
                office.blobs.erase(file)
                with office.uow() as uow:
                    uow.erasures.done(file)
                    uow.commit()
        except (WorkstationError, OSError) as e:
            trouble = e if isinstance(e, WorkstationError) else WorkstationError("K23")
    if trouble is not None:
        raise trouble
