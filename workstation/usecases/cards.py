"""Identity cards: from the codes on a dossier's pages, or before a camera. What they say goes to who asks; none of it is kept."""

from concurrent.futures import Future

from workstation.domain.codes import CodeKind
from workstation.domain.dossier import Dossier
from workstation.domain.errors import WorkstationError
from workstation.domain.idcard import IdCard
from workstation.domain.ids import DocumentId
from workstation.domain.page import Page
from workstation.domain.pagejobs import CameraLook, PageLook
from workstation.usecases.office import PAGE_SECONDS, Office

MOST_PAGES = 20
"""With a card's code, that are looked at for one question."""
CAMERA_SECONDS = 10.0
"""Somebody holds a card: longer, and the arm is tired."""
_OPENING_SECONDS = 20.0
"""What some drivers take to open a camera."""


def id_cards(office: Office, document_id: DocumentId) -> tuple[IdCard, ...]:
    """Each once: those on the document's pages, then those on the others of its dossier, since a card's copy mostly is a paper
    of its own. A page that can't be drawn costs what is on it; its error is raised where no other page has a card."""
    looks = [_looked_at(office, page) for page in _with_cards(office.dossier_of(document_id), document_id)]
    cards = dict[IdCard, None]()
    trouble: WorkstationError | None = None
    for look in looks:
        try:
            cards |= dict.fromkeys(look.result())
        except WorkstationError as error:
            trouble = error
    if trouble is not None and not cards:
        raise trouble
    return tuple(cards)


def _with_cards(dossier: Dossier, document_id: DocumentId) -> list[Page]:
    own = {p.id for p in dossier.pages_of(document_id)}
    found = [p for p in dossier.pages if not p.dropped and any(c.kind is CodeKind.IDENTITY for c in p.codes)]
    return sorted(found, key=lambda p: p.id not in own)[:MOST_PAGES]


def _looked_at(office: Office, page: Page) -> "Future[tuple[IdCard, ...]]":
    try:
        look = PageLook(office.blobs.path(page.source.original), page.source.frame, page.recipe)
    except WorkstationError as error:  # the blob is missing or damaged
        failed: Future[tuple[IdCard, ...]] = Future()
        failed.set_exception(error)
        return failed
    return office.pages.submit(office.tools.id_cards, look, timeout=PAGE_SECONDS, urgent=True)


def camera_card(office: Office, camera: str) -> IdCard | None:
    """The card that is held before the camera; None: none in time. Q20 where the camera gives no picture."""
    look = CameraLook(camera, CAMERA_SECONDS)
    try:
        seen = office.pages.submit(office.tools.camera_card, look, timeout=CAMERA_SECONDS + _OPENING_SECONDS, urgent=True)
        return seen.result()
    except WorkstationError as error:
        if error.code == "F06":  # a driver that hangs, or takes the worker down with it
            raise WorkstationError("Q20") from error
        raise
