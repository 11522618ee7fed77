"""Answers for the screens: frozen views built from one read of the store. Nothing here changes anything."""

from collections.abc import Iterable, Mapping

from workstation.domain.authority import Signatory
from workstation.domain.dossier import Document, DocumentState, Dossier, DossierState
from workstation.domain.fields import IndexField
from workstation.domain.ids import UserName
from workstation.domain.outbox import OutboxItem, OutboxState
from workstation.domain.page import Page, PageState
from workstation.domain.peers import PeerDelivery
from workstation.domain.signature import TokenStatus
from workstation.usecases.gate import check_gate, check_sealing
from workstation.usecases.office import VIETNAM, Office
from workstation.usecases.publish import title_of
from workstation.usecases.read import missing_for_finish
from workstation.usecases.seal import issued, next_number
from workstation.usecases.sign import OFFICIAL, REGISTRAR
from workstation.usecases.signers import signatory
from workstation.usecases.stamps import has_hand, seal_of
from workstation.usecases.views import (
    Counts,
    DocumentView,
    DossierRow,
    DossierView,
    OutboxRow,
    PageView,
    SignDesk,
    SignRow,
)

TO_ENTER = frozenset({DocumentState.TO_INDEX, DocumentState.REFUSED})
ON_THE_DESK = tuple(s for s in DossierState if s not in (DossierState.QUEUED, DossierState.RECEIVED))
"""Dossiers that somebody still has to do something with: their documents are not all signed and on their way."""
BEFORE_OFFICIAL = frozenset({DocumentState.PASSED, DocumentState.TO_SIGN})


def waits_at_sign(document: Document, role: str) -> bool:
    """Whether the document stands in the queue of Sign: the registrar's holds what officials have signed, everybody else sees
    the officials'."""
    if role == REGISTRAR:
        return document.state is DocumentState.TO_SEAL
    return document.state in BEFORE_OFFICIAL and bool(document.published or document.error)


def dossier_row(dossier: Dossier) -> DossierRow:
    live = [p for p in dossier.pages if not p.dropped]
    return DossierRow(
        id=dossier.id,
        code=dossier.code,
        title=dossier.title,
        pages=len(live),
        state=dossier.state,
        document_states=tuple(d.state for d in dossier.documents),
        reading=sum(1 for p in live if p.state is PageState.NEW),
        needs_look=sum(1 for p in live if p.state is PageState.QUARANTINED or p.failing),
        error=dossier.error,
        procedure=dossier.procedure,
    )


def page_view(office: Office, page: Page, number: int) -> PageView:
    steps = {t.name: t for t in page.recipe}
    source = page.source
    return PageView(
        id=page.id,
        number=number,
        state=page.state,
        thumbnail=office.tools.thumbnail(office.cache, source.original, source.frame, page.manual_rotation),
        findings=page.findings,
        failing=page.failing,
        blank=page.blank,
        dropped=page.dropped,
        kept_reason=page.kept_reason,
        rotation=int(steps["rotate"]["degrees"]) if "rotate" in steps else 0,
        skew_deg=steps["deskew"]["degrees"] if "deskew" in steps else 0.0,
        dpi=next((f.value for f in page.findings if f.code == "dpi"), 0.0),
        error=page.error,
        document_id=page.document_id,
    )


def document_view(office: Office, dossier: Dossier, document: Document) -> DocumentView:
    rule = office.profile_of(dossier).demands(office.rules.document(document.type_code))
    known = {f.name: f for f in document.fields}
    fields = tuple(known.get(n) or IndexField(n, "", 0.0, doubt=n in rule.required) for n in rule.form)
    return DocumentView(
        id=document.id,
        dossier_id=dossier.id,
        dossier_code=dossier.code,
        number=[d.id for d in dossier.documents].index(document.id) + 1,
        of=len(dossier.documents),
        state=document.state,
        type_code=document.type_code,
        type_name=rule.type.name,
        title=title_of(office, document),
        fields=fields,
        required=rule.required,
        pages=tuple(page_view(office, p, i) for i, p in enumerate(dossier.pages, 1) if p.document_id == document.id),
        entered_by=document.entered_by,
        checked_by=document.checked_by,
        reason=document.reason,
        error=document.error,
    )


def dossier_view(office: Office, dossier: Dossier, *, can_undo: bool, can_redo: bool) -> DossierView:
    note, page_id = missing_for_finish(dossier)
    return DossierView(
        row=dossier_row(dossier),
        pages=tuple(page_view(office, p, i) for i, p in enumerate(dossier.pages, 1)),
        documents=tuple(document_view(office, dossier, d) for d in dossier.documents),
        saved_at=office.clock.now(),
        missing=note,
        missing_page=page_id,
        can_undo=can_undo,
        can_redo=can_redo,
    )


def awaits(document: Document, user: UserName) -> bool:
    """Whether this user can enter or check the document now."""
    return document.state in TO_ENTER or (document.state is DocumentState.TO_CHECK and document.entered_by != user)


def verify_queue(office: Office, dossiers: Iterable[Dossier], user: UserName) -> tuple[DocumentView, ...]:
    """Oldest dossier first, its documents in paper order."""
    ordered = sorted(dossiers, key=lambda d: d.created_at)
    return tuple(document_view(office, d, x) for d in ordered for x in d.documents if awaits(x, user))


def sign_desk(
    office: Office,
    dossiers: Iterable[Dossier],
    token: TokenStatus,
    user: UserName,
    signed: int,
    refused: int,
    role: str = OFFICIAL,
) -> SignDesk:
    """``user``: who would sign; nobody's authority is judged by a certificate that can't be read yet."""
    rows, who = [], signatory(office, user, token.certificate or None)
    for dossier in sorted(dossiers, key=lambda d: d.created_at):
        for document in dossier.documents:
            if waits_at_sign(document, role):
                make = _sign_row if document.state is not DocumentState.TO_SEAL else _seal_row
                rows.append(make(office, dossier, document, token, who))
    return SignDesk(tuple(rows), token, signed, refused)


def _sign_row(office: Office, dossier: Dossier, document: Document, token: TokenStatus, who: Signatory) -> SignRow:
    profile, rule = office.profile_of(dossier), office.rules.document(document.type_code)
    picture = has_hand(office, dossier, who.user)
    gate = check_gate(dossier, document, profile, rule, office.organization, token, who, picture)
    view = document_view(office, dossier, document)
    return SignRow(view, len(dossier.pages_of(document.id)), document.seen_by is not None, gate)


def _seal_row(office: Office, dossier: Dossier, document: Document, token: TokenStatus, who: Signatory) -> SignRow:
    gate = check_sealing(document, office.organization, token, seal_of(office).is_file())
    return SignRow(
        document_view(office, dossier, document),
        len(dossier.pages_of(document.id)),
        document.seen_by == who.user,
        gate,
        document.marks_left,
        document.field("notation"),
        document.field("number"),
        next_number(office, document),
        issued(office, document).isoformat(),
    )


def outbox_row(item: OutboxItem, title: str, peers: tuple[PeerDelivery, ...] = ()) -> OutboxRow:
    return OutboxRow(
        id=item.id,
        dossier_id=item.dossier_id,
        code=item.dossier_code,
        title=title,
        state=item.state,
        bytes=sum(f.bytes for f in item.files),
        done=sum(f.bytes if f.file_id else f.offset for f in item.files),
        attempts=item.attempts,
        next_try=item.next_try,
        error=item.error,
        receipt=item.receipt,
        created_at=item.created_at,
        peers=peers,
        reconciled_at=item.reconciled_at,
    )


def counts(dossiers: Iterable[Dossier], items: Mapping[OutboxState, int], user: UserName, role: str = OFFICIAL) -> Counts:
    """``dossiers``: those ``ON_THE_DESK``; ``items``: how many there are of each state."""
    dossiers = tuple(dossiers)
    documents = [d for x in dossiers for d in x.documents]
    return Counts(
        capture=sum(1 for d in dossiers if d.state is DossierState.SCANNING),
        verify=sum(1 for d in documents if awaits(d, user)),
        sign=sum(1 for d in documents if waits_at_sign(d, role)),
        outbox=sum(items.values()) - items[OutboxState.RECEIVED],
        returned=items[OutboxState.REJECTED],
    )


def day_counts(office: Office, role: str) -> tuple[int, int]:
    """Documents signed and refused since midnight in Viet Nam; the registrar's are those that have their last mark."""
    midnight = office.clock.now().astimezone(VIETNAM).replace(hour=0, minute=0, second=0, microsecond=0)
    with office.look() as uow:
        today = uow.audit.events(since=midnight)
    last_marks = sum(e.action == "marked" and dict(e.detail).get("left") == 0 for e in today)
    signed = last_marks if role == REGISTRAR else sum(e.action == "signed" for e in today)
    return signed, sum(e.action == "refused" for e in today)
