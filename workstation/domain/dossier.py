"""The aggregate: a dossier with its pages and documents, and the moves its states allow.

All values are frozen; a move returns a new value. Whoever saves it writes the audit event in the same transaction.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import TypeVar

from workstation.domain.capture import NOT_COUNTED, PaperCount
from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.fields import FieldOrigin, IndexField
from workstation.domain.ids import DocumentId, DossierId, PageId, Sha256, UserName
from workstation.domain.page import Page, PageState
from workstation.domain.rekey import Difference
from workstation.domain.signature import PublishedPdf, SealedPdf, SignedOriginal

P = TypeVar("P")


class DocumentState(Enum):
    NEW = "new"  # Mới quét
    TO_INDEX = "to_index"  # Chờ nhập
    TO_CHECK = "to_check"  # Chờ kiểm tra
    TO_SETTLE = "to_settle"  # Chờ phân định (two entries of a critical field differ; a third person settles)
    PASSED = "passed"  # Đạt
    TO_SIGN = "to_sign"  # Chờ ký
    TO_SEAL = "to_seal"  # Chờ đóng dấu (signed by the official; number, date and seal are the registrar's)
    SIGNED = "signed"  # Đã ký
    EXEMPT = "exempt"  # Không cần ký (it came with a signature that holds)
    RETURNED = "returned"  # Trả lại khâu quét
    REFUSED = "refused"  # Từ chối ký


class DossierState(Enum):
    SCANNING = "scanning"  # Đang quét
    PROCESSING = "processing"  # Đang xử lý
    READY = "ready"  # Đủ điều kiện (indexed, checked; being published or signed)
    QUEUED = "queued"  # Chờ gửi
    RECEIVED = "received"  # Đã tiếp nhận
    REJECTED = "rejected"  # Bị trả


DOCUMENT_MOVES: dict[DocumentState, frozenset[DocumentState]] = {
    DocumentState.NEW: frozenset({DocumentState.TO_INDEX}),
    DocumentState.TO_INDEX: frozenset({DocumentState.TO_CHECK, DocumentState.RETURNED}),
    DocumentState.TO_CHECK: frozenset(
        {DocumentState.PASSED, DocumentState.TO_SETTLE, DocumentState.TO_INDEX, DocumentState.RETURNED}
    ),
    DocumentState.TO_SETTLE: frozenset({DocumentState.PASSED, DocumentState.TO_INDEX, DocumentState.RETURNED}),
    DocumentState.PASSED: frozenset({DocumentState.TO_SIGN, DocumentState.EXEMPT, DocumentState.REFUSED}),
    DocumentState.TO_SIGN: frozenset({DocumentState.SIGNED, DocumentState.TO_SEAL, DocumentState.REFUSED}),
    DocumentState.TO_SEAL: frozenset({DocumentState.SIGNED, DocumentState.REFUSED}),
    DocumentState.SIGNED: frozenset(),
    DocumentState.EXEMPT: frozenset(),
    DocumentState.RETURNED: frozenset({DocumentState.NEW, DocumentState.TO_INDEX}),
    DocumentState.REFUSED: frozenset({DocumentState.TO_INDEX}),
}

DOSSIER_MOVES: dict[DossierState, frozenset[DossierState]] = {
    DossierState.SCANNING: frozenset({DossierState.PROCESSING}),
    DossierState.PROCESSING: frozenset({DossierState.SCANNING, DossierState.READY}),
    DossierState.READY: frozenset({DossierState.PROCESSING, DossierState.SCANNING, DossierState.QUEUED}),
    DossierState.QUEUED: frozenset({DossierState.RECEIVED, DossierState.REJECTED}),
    DossierState.RECEIVED: frozenset(),
    DossierState.REJECTED: frozenset({DossierState.PROCESSING, DossierState.QUEUED}),
}


COMPLETE = frozenset({DocumentState.SIGNED, DocumentState.EXEMPT})
"""Nothing is left to do with such a document but to send it."""


@dataclass(frozen=True, slots=True)
class Document:
    id: DocumentId
    state: DocumentState = DocumentState.NEW
    type_code: str = ""
    """Code in the document-type rules (``QĐ``, ``KHAI_SINH`` …); empty: not recognised."""
    fields: tuple[IndexField, ...] = ()
    entered_by: UserName | None = None
    checked_by: UserName | None = None
    seen_by: UserName | None = None
    """Who has looked at every page of what is to be signed: the official at ``published``, then the registrar at ``sealed``."""
    published: PublishedPdf | None = None
    sealed: SealedPdf | None = None
    marks_left: tuple[str, ...] = ()
    """Stamps of the agency's marks that are still to be set on ``sealed``, in their order (``Profile.office_marks``)."""
    reason: str = ""
    """Why it was returned or refused, in the words of who did so."""
    error: ErrorNote | None = None
    returned_by: UserName | None = None
    """Who sent it back, to entry or to be scanned again."""
    settled_by: UserName | None = None
    """The third person, where entry and check differed."""
    differing: tuple[Difference, ...] = ()
    """What entry and check differ in, while nobody has settled it."""
    unread_again: tuple[str, ...] = ()
    """Of the fields that are keyed without seeing the other's entry, those that the person at it now says can't be read."""
    put_off: tuple[tuple[UserName, datetime], ...] = ()
    """Who left it for later, and when: it stands last in that person's queue."""

    def field(self, name: str) -> str:
        return next((f.value for f in self.fields if f.name == name), "")

    def unreadable(self, name: str) -> bool:
        """A person says that the paper can't be read there."""
        return any(f.name == name and f.origin is FieldOrigin.UNREADABLE for f in self.fields)

    def move(self, to: DocumentState) -> "Document":
        if to not in DOCUMENT_MOVES[self.state]:
            raise WorkstationError("K06", state=self.state.value, to=to.value)
        return replace(self, state=to)


@dataclass(frozen=True, slots=True)
class Dossier:
    """``pages`` stand in paper order; documents are numbered by their first page."""

    id: DossierId
    code: str
    title: str
    created_at: datetime
    """Aware, UTC."""
    created_by: UserName
    state: DossierState = DossierState.SCANNING
    profile: str = "archive"
    procedure: str = ""
    """Code of the administrative procedure it belongs to (``domain.procedure``); empty: none, or not known yet."""
    import_key: str = ""
    """SHA-256 over the imported originals: the same files imported again are this dossier, not a second one."""
    pages: tuple[Page, ...] = ()
    documents: tuple[Document, ...] = ()
    signed: tuple[SignedOriginal, ...] = ()
    """Of the files that the pages came from, those that came signed."""
    risk: str = "A"
    """Class of the paper (``domain.capture.RiskClass``)."""
    risk_note: str = ""
    """What the class asks for: who supervises, or why it is scanned all the same. Not for logs: it names people."""
    paper: PaperCount = NOT_COUNTED
    error: ErrorNote | None = None
    version: int = 0
    """Optimistic lock: saving fails with K04 unless the stored version is still this one."""

    def move(self, to: DossierState) -> "Dossier":
        if to not in DOSSIER_MOVES[self.state]:
            raise WorkstationError("K06", state=self.state.value, to=to.value)
        return replace(self, state=to)

    def page(self, page_id: PageId) -> Page:
        """K04 if there is none."""
        return _one(p for p in self.pages if p.id == page_id)

    def document(self, document_id: DocumentId) -> Document:
        """K04 if there is none (any more): a screen may show one that was merged away meanwhile."""
        return _one(d for d in self.documents if d.id == document_id)

    def pages_of(self, document_id: DocumentId) -> tuple[Page, ...]:
        """The pages that go into the document's PDF: not dropped, not quarantined; blank backs stay in."""
        return tuple(
            p for p in self.pages if p.document_id == document_id and not p.dropped and p.state is not PageState.QUARANTINED
        )

    def signed_original(self, page: Page) -> SignedOriginal | None:
        """The file that the page is of, if it came signed: the page stays as it is."""
        return next((one for one in self.signed if one.shown == page.source.original), None)

    def signed_document(self, document_id: DocumentId) -> SignedOriginal | None:
        """The file that the document is, if it came signed."""
        first = next((p for p in self.pages if p.document_id == document_id), None)
        return None if first is None else self.signed_original(first)

    def with_signed(self, signed: SignedOriginal) -> "Dossier":
        """In the place of what was known of the same file, else as one more."""
        if any(one.shown == signed.shown for one in self.signed):
            return replace(self, signed=tuple(signed if one.shown == signed.shown else one for one in self.signed))
        return replace(self, signed=(*self.signed, signed))

    def with_page(self, page: Page) -> "Dossier":
        return replace(self, pages=tuple(page if p.id == page.id else p for p in self.pages))

    def with_document(self, document: Document) -> "Dossier":
        return replace(self, documents=tuple(document if d.id == document.id else d for d in self.documents))

    @property
    def originals(self) -> tuple[Sha256, ...]:
        """What the pages are drawn from, and the files that came signed."""
        return tuple(dict.fromkeys([*(p.source.original for p in self.pages), *(one.sealed.sha256 for one in self.signed)]))


def _one(found: Iterator[P]) -> P:
    part = next(found, None)
    if part is None:
        raise WorkstationError("K04", reason="gone")
    return part


def settled(dossier: Dossier) -> Dossier:
    """The dossier in the state its documents are in: ready once all of them wait for signature or seal or are signed and no
    page is left over, no longer ready when one goes back. A page repeats another only as long as both are there."""
    dossier = _without_lonely_duplicates(dossier)
    done = {DocumentState.TO_SIGN, DocumentState.TO_SEAL, *COMPLETE}
    left_over = any((p.document_id is None or p.state is PageState.HELD) and not p.dropped for p in dossier.pages)
    ready = bool(dossier.documents) and not left_over and all(d.state in done for d in dossier.documents)
    if dossier.state is DossierState.PROCESSING and ready:
        return dossier.move(DossierState.READY)
    if dossier.state is DossierState.READY and not ready:
        return dossier.move(DossierState.PROCESSING)
    return dossier


def _without_lonely_duplicates(dossier: Dossier) -> Dossier:
    """A page that repeats one which was dropped is good, and repeats it again when that is taken back."""
    live = {p.id for p in dossier.pages if not p.dropped}
    for page in dossier.pages:
        judged = tuple(replace(f, ok=f.about not in live) if f.code == "duplicate" else f for f in page.findings)
        if judged != page.findings:
            dossier = dossier.with_page(replace(page, findings=judged))
    return dossier


def all_signed(dossier: Dossier) -> bool:
    """Ready, and nothing is left but to send it."""
    return dossier.state is DossierState.READY and all(d.state in COMPLETE for d in dossier.documents)


def unchecked(document: Document) -> Document:
    """Without anybody's word for it: entry begins anew, or has just been done."""
    return replace(
        document,
        entered_by=None,
        checked_by=None,
        settled_by=None,
        differing=(),
        unread_again=(),
        put_off=(),
        seen_by=None,
        error=None,
    )


def confirm_entry(document: Document, fields: tuple[IndexField, ...], by: UserName) -> Document:
    """The clerk has looked at the fields; next, somebody else checks."""
    return replace(unchecked(document.move(DocumentState.TO_CHECK)), fields=fields, entered_by=by)


def confirm_check(
    document: Document, fields: tuple[IndexField, ...], by: UserName, differing: tuple[Difference, ...] = ()
) -> Document:
    """The second person passes it, or leaves to a third what they ``differ`` in; K03 if it is the person who entered it."""
    if document.entered_by == by:
        raise WorkstationError("K03")
    to = DocumentState.TO_SETTLE if differing else DocumentState.PASSED
    return replace(
        document.move(to), fields=fields, checked_by=by, settled_by=None, differing=differing, unread_again=(), put_off=()
    )


def settle_check(document: Document, fields: tuple[IndexField, ...], by: UserName) -> Document:
    """The third person has said what stands on the paper; K03 for the two whose entries differ."""
    if by in (document.entered_by, document.checked_by):
        raise WorkstationError("K03")
    after = document.move(DocumentState.PASSED)
    return replace(after, fields=fields, settled_by=by, differing=(), unread_again=(), put_off=())


def send_back(document: Document, reason: str, by: UserName) -> Document:
    """From the check to entry: what was entered stays to be mended, and is checked anew."""
    if document.state not in (DocumentState.TO_CHECK, DocumentState.TO_SETTLE):
        raise WorkstationError("K06", state=document.state.value, to=DocumentState.TO_INDEX.value)
    return replace(unchecked(document.move(DocumentState.TO_INDEX)), reason=reason, returned_by=by)


def return_to_capture(document: Document, reason: str, by: UserName | None = None) -> Document:
    """Also one that the official refused: what was published of it no longer counts. What could not be read may be readable on
    the new scan."""
    if document.state is DocumentState.REFUSED:
        document = document.move(DocumentState.TO_INDEX)
    back = unchecked(document.move(DocumentState.RETURNED))
    fields = tuple(f for f in back.fields if f.origin is not FieldOrigin.UNREADABLE)
    return replace(back, reason=reason, returned_by=by, published=None, fields=fields)


def refuse(document: Document, reason: str) -> Document:
    """By the official, or by the registrar: what was signed then no longer counts (its file stays in the store)."""
    return replace(document.move(DocumentState.REFUSED), reason=reason, sealed=None, marks_left=(), seen_by=None)


def seal(document: Document, sealed: SealedPdf, marks: tuple[str, ...] = ()) -> Document:
    """Signed by the official; ``marks``: what the registrar has to set then. C11 if it is not the published file's."""
    if document.published is None or document.published.sha256 != sealed.published:
        raise WorkstationError("C11")
    after = replace(document.move(DocumentState.TO_SEAL if marks else DocumentState.SIGNED), sealed=sealed, error=None)
    return replace(after, marks_left=marks, seen_by=None) if marks else after


def exempt(document: Document, sealed: SealedPdf) -> Document:
    """It came signed, and that signature holds: none of ours is needed."""
    return replace(document.move(DocumentState.EXEMPT), sealed=sealed, error=None)


def mark(document: Document, sealed: SealedPdf, base: Sha256) -> Document:
    """The next of the agency's marks is set on the signed file ``base``; with the last one the document is signed. K06 if
    none is to be set, C11 if another file is signed by now."""
    if document.state is not DocumentState.TO_SEAL or not document.marks_left:
        raise WorkstationError("K06", state=document.state.value, to="signed")
    if document.sealed is None or document.sealed.sha256 != base or document.sealed.published != sealed.published:
        raise WorkstationError("C11")
    after = replace(document, sealed=sealed, marks_left=document.marks_left[1:], error=None)
    return after if after.marks_left else after.move(DocumentState.SIGNED)
