"""What the visible mark of a signature needs besides the file: the signer's handwritten signature, and its place on the page.

The picture belongs to a user and lies in ``office.stamps``. The place is the blank between the signer's title and name as they
were read; where they were not, it is the part of the last page in which a signature stands, and the signer moves the stamp.
"""

import hashlib
from pathlib import Path

from workstation.domain.dossier import Document, Dossier
from workstation.domain.errors import WorkstationError
from workstation.domain.ids import UserName
from workstation.domain.page import Page, PageText
from workstation.domain.signing import Anchor, StampWish
from workstation.usecases.office import PAGE_SECONDS, Office

A4_MM = (210.0, 297.0)
GUESS = (0.5, 0.45, 0.95, 0.95)
"""Left, top, right and bottom of where a signature can stand, as shares of the page: right half, lower part (Decree 30/2020,
annex I, part I, ô 7a to 7c)."""

Move = tuple[float, float]
"""``StampWish.move_mm``."""


def hand_of(office: Office, user: UserName) -> Path:
    """Where the user's handwritten signature lies, or would; the name says nothing about whose it is."""
    return office.stamps / f"{hashlib.sha256(user.encode()).hexdigest()[:32]}.png"


def keep_hand(office: Office, user: UserName, source: Path) -> None:
    """Takes a picture as the user's handwritten signature. C36, F01, F03, F05, F07: the one before is kept."""
    office.stamps.mkdir(mode=0o700, parents=True, exist_ok=True)
    office.pages.submit(office.signing.keep_hand, source, hand_of(office, user), timeout=PAGE_SECONDS, urgent=True).result()


def wish(office: Office, dossier: Dossier, document: Document, user: UserName, move: Move) -> StampWish:
    """For the stamp of the dossier's profile. C35: it shows a handwritten signature, and the user has none here yet."""
    if not office.signing.shows_hand(office.profile_of(dossier).stamp_preset):
        return StampWish(move_mm=move)
    picture = hand_of(office, user)
    if not picture.is_file():
        raise WorkstationError("C35")
    return StampWish(picture, anchor(office, dossier, document), move)


def anchor(office: Office, dossier: Dossier, document: Document) -> Anchor:
    """Between the signer's title and name; guessed if one of them was not read, or they stand on two pages."""
    pages = dossier.pages_of(document.id)
    found = {f.name: f for f in document.fields}
    title, name = found.get("signer_title"), found.get("signer_name")
    if title and name and title.box and name.box and title.page is not None and title.page == name.page:
        text = _text(office, pages[title.page]) if title.page < len(pages) else None
        if text is not None and text.dpi > 0:
            return Anchor.between(title.page, title.box, name.box, text.dpi)
    return _guessed(office, pages)


def _guessed(office: Office, pages: tuple[Page, ...]) -> Anchor:
    text = _text(office, pages[-1]) if pages else None
    mm = 25.4 / text.dpi if text is not None and text.dpi > 0 else 0.0
    width, height = (text.width_px * mm, text.height_px * mm) if text is not None and mm else A4_MM
    left, top, right, bottom = GUESS
    return Anchor(max(len(pages) - 1, 0), (left * width, top * height, right * width, bottom * height), guessed=True)


def _text(office: Office, page: Page) -> PageText | None:
    return office.tools.load_text(office.cache, page.source.original, page.source.frame, page.manual_rotation)
