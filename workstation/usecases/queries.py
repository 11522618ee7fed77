"""Answers for the screens: frozen views built from one read of the store. Nothing here changes anything."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from workstation.domain.authority import Signatory
from workstation.domain.dossier import Document, DocumentState, Dossier, DossierState
from workstation.domain.errors import ErrorNote
from workstation.domain.fields import IndexField
from workstation.domain.ids import DocumentId, UserName
from workstation.domain.outbox import OutboxItem, OutboxState
from workstation.domain.page import PageState
from workstation.domain.peers import PeerDelivery
from workstation.domain.signature import TokenStatus
from workstation.domain.splitcue import Cue
from workstation.usecases.gate import check_gate, check_sealing, check_signed
from workstation.usecases.office import VIETNAM, Office
from workstation.usecases.pageviews import by_document
from workstation.usecases.paper import came_in
from workstation.usecases.publish import title_of
from workstation.usecases.read import missing_for_finish
from workstation.usecases.rekey import blind_to, covered
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
    SignDesk,
    SignRow,
    Suggestion,
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
        needs_look=sum(1 for p in live if p.state in (PageState.QUARANTINED, PageState.HELD) or p.failing),
        error=dossier.error,
        procedure=dossier.procedure,
    )


NOBODY = UserName("")
"""Who looks without being asked to enter or check anything: sees no value that a checker must not see."""


def document_view(office: Office, dossier: Dossier, document: Document, viewer: UserName = NOBODY) -> DocumentView:
    return next(document_views(office, dossier, (document,), viewer))


def document_views(
    office: Office, dossier: Dossier, documents: Iterable[Document], viewer: UserName = NOBODY
) -> Iterator[DocumentView]:
    """Of these documents of the dossier, as this person may see them; its pages are gone through once."""
    pages = by_document(office.page_views.of(office.cache, dossier))
    numbers = {d.id: i for i, d in enumerate(dossier.documents, 1)}
    profile = office.profile_of(dossier)
    for document in documents:
        rule = profile.demands(office.rules.document(document.type_code))
        blind = blind_to(document, viewer, profile, rule)
        shown = covered(document, blind)
        known = {f.name: f for f in shown.fields}
        yield DocumentView(
            id=document.id,
            dossier_id=dossier.id,
            dossier_code=dossier.code,
            number=numbers[document.id],
            of=len(dossier.documents),
            state=document.state,
            type_code=document.type_code,
            type_name=rule.type.name,
            title=title_of(office, shown),
            fields=tuple(known.get(n) or IndexField(n, "", 0.0, doubt=n in rule.required) for n in rule.form),
            required=rule.required,
            form=rule.fields,
            pages=pages.get(document.id, ()),
            entered_by=document.entered_by,
            checked_by=document.checked_by,
            reason=document.reason,
            error=document.error,
            blind=blind if viewer != NOBODY else frozenset(),
            differing=document.differing if may_settle(document, viewer) else (),
            returned_by=document.returned_by,
            put_off=any(who == viewer for who, _ in document.put_off),
        )


def may_settle(document: Document, viewer: UserName) -> bool:
    two = (document.entered_by, document.checked_by)
    return document.state is DocumentState.TO_SETTLE and viewer != NOBODY and viewer not in two


def split_suggestions(dossier: Dossier) -> tuple[Suggestion, ...]:
    """Pages inside a document on which another may begin, that nobody has refused."""
    begun = set[DocumentId]()
    found = []
    for number, page in enumerate(dossier.pages, 1):
        inside = page.document_id in begun and not page.dropped
        if inside and page.cue is not None and page.cue.kind is not Cue.SLIP and not page.cue.refused:
            found.append(Suggestion(page.cue.kind, page.id, number))
        if page.document_id is not None and not page.dropped:
            begun.add(page.document_id)
    return tuple(found)


def dossier_view(
    office: Office, dossier: Dossier, *, can_undo: bool, can_redo: bool, slip: Suggestion | None = None
) -> DossierView:
    """``slip``: what the first page's code suggests."""
    note, page_id = missing_for_finish(office, dossier)
    return DossierView(
        row=dossier_row(dossier),
        pages=office.page_views.of(office.cache, dossier),
        documents=tuple(document_views(office, dossier, dossier.documents)),
        saved_at=office.clock.now(),
        missing=note,
        missing_page=page_id,
        can_undo=can_undo,
        can_redo=can_redo,
        suggestions=((slip,) if slip else ()) + split_suggestions(dossier),
        risk=dossier.risk,
        risk_note=dossier.risk_note,
        paper=dossier.paper,
        came_in=came_in(dossier),
        counts=office.profile_of(dossier).counts,
    )


def awaits(document: Document, user: UserName) -> bool:
    """Whether this user can enter or check the document now."""
    checks = document.state is DocumentState.TO_CHECK and document.entered_by != user
    return document.state in TO_ENTER or checks or may_settle(document, user)


def _stuck(document: Document, user: UserName, users: Collection[UserName]) -> bool:
    """Whether nobody of ``users`` can settle what this one, who checked the document, found to differ."""
    mine = document.state is DocumentState.TO_SETTLE and document.checked_by == user
    return mine and not any(may_settle(document, one) for one in users)


def verify_queue(
    office: Office, dossiers: Iterable[Dossier], user: UserName, users: Collection[UserName]
) -> tuple[DocumentView, ...]:
    """Oldest dossier first, its documents in paper order; then what this person left for later, as it was left. ``users``:
    everybody here; what none of them can settle waits for its checker to send it back (K09)."""
    ordered = sorted(dossiers, key=lambda d: d.created_at)
    stuck = {x.id for d in ordered for x in d.documents if _stuck(x, user, users)}
    waiting = ((d, [x for x in d.documents if awaits(x, user) or x.id in stuck]) for d in ordered)
    views = [view for d, documents in waiting if documents for view in document_views(office, d, documents, user)]
    views = [replace(v, error=ErrorNote("K09", v.error.params)) if v.error and v.id in stuck else v for v in views]
    left = {x.id: at for d in ordered for x in d.documents for who, at in x.put_off if who == user}
    never = datetime.min.replace(tzinfo=UTC)
    return tuple(sorted(views, key=lambda view: left.get(view.id, never)))


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
    if (signed := dossier.signed_document(document.id)) is not None:
        gate = check_signed(dossier, document, signed, profile, rule)  # held up: it asks for no signature of the official's
    else:
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


def counts(
    dossiers: Iterable[Dossier],
    items: Mapping[OutboxState, int],
    user: UserName,
    users: Collection[UserName],
    role: str = OFFICIAL,
) -> Counts:
    """``dossiers``: those ``ON_THE_DESK``; ``items``: how many there are of each state; ``users``: everybody here."""
    dossiers = tuple(dossiers)
    documents = [d for x in dossiers for d in x.documents]
    return Counts(
        capture=sum(1 for d in dossiers if d.state is DossierState.SCANNING),
        verify=sum(1 for d in documents if awaits(d, user) or _stuck(d, user, users)),
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
