"""Changes to how a dossier is arranged: each in one transaction with the step that leads back from it."""

from collections.abc import Callable, Container
from dataclasses import replace

from workstation.domain.arrangement import Step, leading
from workstation.domain.dossier import Dossier, DossierState
from workstation.domain.errors import WorkstationError
from workstation.domain.events import AuditEvent
from workstation.domain.ids import DocumentId, DossierId
from workstation.domain.page import Page, PageState
from workstation.domain.ports import UnitOfWork
from workstation.usecases.office import Office
from workstation.usecases.read import BEFORE_ENTRY, Texts, reindex, texts_of

Edit = Callable[[Dossier], Dossier]


def _nothing_new(dossier: Dossier) -> Dossier:
    return dossier


def arrange(office: Office, dossier_id: DossierId, edit: Edit, event: AuditEvent, arrive: Edit = _nothing_new) -> Dossier:
    """Makes a change that can be undone; ends what could be redone.

    ``arrive``: pages that come in with it. Undoing leaves them in the dossier, as ``arrive`` puts them there: no page is lost.
    """

    def note(uow: UnitOfWork, before: Dossier, after: Dossier) -> None:
        back = leading(after, arrive(before))
        if back != Step():
            uow.history.add(dossier_id, replace(back, batch=office.batch))

    return office.change(dossier_id, lambda d: edit(arrive(d)), event, beside=note)


def capturing(dossier: Dossier, *document_ids: DocumentId | None) -> None:
    """K06 unless the dossier lies on the capture desk and the pages of these documents may still be arranged."""
    if dossier.state is not DossierState.SCANNING:
        raise WorkstationError("K06", state=dossier.state.value, to="scanning")
    for document in dossier.documents:
        if document.id in document_ids and document.state not in BEFORE_ENTRY:
            raise WorkstationError("K06", state=document.state.value, to="scanning")


def unsigned(dossier: Dossier, *pages: Page) -> None:
    """F11 for a page of a file that came signed: such a file is one document, and stays as it is."""
    for page in pages:
        if dossier.signed_original(page) is not None:
            raise WorkstationError("F11", page=[p.id for p in dossier.pages].index(page.id) + 1)


def texts_in(office: Office, dossier: Dossier, *document_ids: DocumentId | None) -> Texts:
    """Of every page that was read in these documents, also of dropped ones, which may come back."""
    wanted = set(document_ids) - {None}
    return texts_of(office, dossier, [p for p in dossier.pages if p.document_id in wanted and p.state is PageState.READ])


def reindexed(office: Office, dossier: Dossier, document_ids: Container[DocumentId], texts: Texts) -> Dossier:
    """Type and fields anew for these documents."""
    for document in dossier.documents:
        if document.id in document_ids:
            dossier = reindex(office, dossier, document.id, texts)
    return dossier
