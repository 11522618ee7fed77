"""What every use case is given: the ports, the lanes and the rules of this office. Composed once, by the roof."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

from workstation.domain.dossier import Document, Dossier, all_signed, settled
from workstation.domain.errors import WorkstationError
from workstation.domain.events import AuditEvent, DossierChanged, OutboxChanged
from workstation.domain.fields import FieldOrigin
from workstation.domain.holds import held_changed
from workstation.domain.ids import DocumentId, DossierId, PageId
from workstation.domain.issue import GIVEN_IN_MARK
from workstation.domain.page import PageState
from workstation.domain.pagejobs import PageTools
from workstation.domain.place import Places
from workstation.domain.ports import BlobStore, Clock, EventBus, Lane, UnitOfWork, UnitOfWorkFactory
from workstation.domain.profile import Profile, Rules
from workstation.domain.signature import FileVerdict
from workstation.domain.signing import Levels, SigningTools
from workstation.usecases.pageviews import PageViews
from workstation.usecases.send import queue
from workstation.usecases.suggest import compared

PAGE_SECONDS = 60.0
"""Time cap for one page in a worker: three times what a page costs on a PC three times slower than the measured one."""
INSPECT_SECONDS = 20.0
VERIFY_SECONDS = 240.0
"""A long scan is drawn once for each signature: 100 pages with two archive stamps took 8 s on the measured PC."""
PUBLISH_SECONDS = 600.0
TOKEN_SECONDS = 30.0
"""Time cap for asking a token how it is: a driver that hangs must not keep the outbox waiting."""


VIETNAM = timezone(timedelta(hours=7))
"""No daylight saving. Rules and day counts go by the calendar of the office."""


def day(moment: datetime) -> date:
    return moment.astimezone(VIETNAM).date()


def _nothing(_uow: UnitOfWork, _before: Dossier, _after: Dossier) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Office:
    uow: UnitOfWorkFactory
    look: UnitOfWorkFactory
    """Units of work that only read: they wait for no writer, and writing in one fails."""
    blobs: BlobStore
    pages: Lane
    token: Lane
    tools: PageTools
    signing: SigningTools
    bus: EventBus
    clock: Clock
    rules: Rules
    places: Callable[[], Places]
    """The table of administrative units; read when it is first asked for."""
    cache: Path
    """Derived files; may be deleted at any time."""
    sealing: Path
    """Signed files on their way into the store: what is here after a crash was signed and not yet recorded."""
    stamps: Path
    """Pictures of handwritten signatures, a file a user."""
    verify: Callable[[Path], FileVerdict]
    """What the signatures of a file are worth. Picklable: runs in a page worker, since it opens PDFs. Asks nobody."""
    organization: str
    """Name on the stamp, and what the certificate must carry."""
    levels: Levels
    page_views: PageViews = field(default_factory=PageViews)
    batch: str = ""
    """Changes to an arrangement that carry the same are taken back together (``domain.arrangement.Step``)."""

    def event(self, actor: str, action: str, subject: str, **detail: str | int | float | bool) -> AuditEvent:
        return AuditEvent(self.clock.now(), actor, action, subject, tuple(sorted(detail.items())))

    def profile_of(self, dossier: Dossier) -> Profile:
        return self.rules.profile(dossier.profile, day(dossier.created_at))

    def marks_of(self, dossier: Dossier, document: Document) -> tuple[str, ...]:
        """Stamps of the marks that the registrar sets after the official: without those of what stands on the paper."""
        on_paper = {f.name for f in document.fields if f.value and f.origin is not FieldOrigin.GIVEN}
        return tuple(m for m in self.profile_of(dossier).office_marks if GIVEN_IN_MARK.get(m) not in on_paper)

    def dossier(self, dossier_id: DossierId) -> Dossier:
        """As it is now. K04 if there is none (any more), as for a screen that shows what was merged away meanwhile."""
        return self._find(lambda uow: uow.dossiers.get(dossier_id))

    def dossier_of(self, document_id: DocumentId) -> Dossier:
        """The dossier of a document; K04 if there is none."""
        return self._find(lambda uow: uow.dossiers.by_document(document_id))

    def dossier_of_page(self, page_id: PageId) -> Dossier:
        """The dossier of a page; K04 if there is none."""
        return self._find(lambda uow: uow.dossiers.by_page(page_id))

    def _find(self, question: Callable[[UnitOfWork], Dossier]) -> Dossier:
        with self.look() as uow:
            return _found(question, uow)

    def change(
        self,
        dossier_id: DossierId,
        edit: Callable[[Dossier], Dossier],
        *events: AuditEvent,
        beside: Callable[[UnitOfWork, Dossier, Dossier], None] = _nothing,
    ) -> Dossier:
        """Loads, edits and saves a dossier with its audit events in one transaction, then tells the screens. ``beside``: what
        else is written with it, from the dossier before and after.

        ``edit`` gets the dossier as it is now, not as the caller once read it, and may raise to leave all as it was.
        K20 if it touches a page with a mark of a state secret: only a person's word about the mark does (``usecases.held``).
        Whatever the edit was, the dossier's own state follows its documents here, what other documents say of changed fields is
        noted, and the change that completes it writes its outbox row: no order of work can leave a finished dossier lying.
        """
        with self.uow() as uow:
            before = _found(lambda uow: uow.dossiers.get(dossier_id), uow)
            after = settled(edit(before))
            _require_held(before, after)
            done = all_signed(after)
            if done:
                after = queue(uow, after, self.rules, self.clock.now(), self.levels)
                events = (*events, self.event("system", "queued", dossier_id))
            if after != before:
                after = uow.dossiers.save(after)
                told = compared(uow, self.rules, day, before, after)
                after = after if told == after else uow.dossiers.save(told)
                for event in events:
                    uow.audit.append(event)
            beside(uow, before, after)
            uow.commit()
        if after != before:
            self.notify(dossier_id, outbox=done)
        return after

    def notify(self, dossier_id: DossierId, *, outbox: bool = False) -> None:
        """Tells the screens, after the commit."""
        self.bus.publish(DossierChanged(dossier_id))
        if outbox:
            self.bus.publish(OutboxChanged())


def _require_held(before: Dossier, after: Dossier) -> None:
    now = {page.id: page for page in after.pages}
    for number, page in enumerate(before.pages, 1):
        if page.state is PageState.HELD and (page.id not in now or held_changed((page,), now) is not None):
            raise WorkstationError("K20", page=number)


def _found(question: Callable[[UnitOfWork], Dossier], uow: UnitOfWork) -> Dossier:
    try:
        return question(uow)
    except KeyError as e:
        raise WorkstationError("K04", reason="gone") from e
