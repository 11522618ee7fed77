"""What the visible mark of a signature needs besides the file: the signer's handwritten signature, and its place on the page.

The picture belongs to a user and lies in ``office.stamps``. The place is the blank between the signer's title and name as they
were read; where they were not, it is the part of the last page in which a signature stands, and the signer moves the stamp.
"""

import hashlib
from dataclasses import replace
from datetime import date
from pathlib import Path

from workstation.domain.dossier import Document, Dossier
from workstation.domain.errors import WorkstationError
from workstation.domain.ids import UserName
from workstation.domain.issue import GIVEN_IN_MARK
from workstation.domain.page import Page, PageText
from workstation.domain.signing import Anchor, StampWish
from workstation.usecases.blanks import blank
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


def seal_of(office: Office) -> Path:
    """Where the picture of the agency's seal lies, or would."""
    return office.stamps / "seal.png"


def keep_seal(office: Office, source: Path) -> None:
    """Takes a picture as the agency's seal; errors as ``keep_hand``."""
    office.stamps.mkdir(mode=0o700, parents=True, exist_ok=True)
    office.pages.submit(office.signing.keep_seal, source, seal_of(office), timeout=PAGE_SECONDS, urgent=True).result()


def mark_wish(office: Office, dossier: Dossier, document: Document, preset: str, move: Move, number: str, on: date) -> StampWish:
    """For a mark of the registrar's: a number or a day in its blank, or the seal beside the official's signature. C34: there
    is no picture of the seal yet."""
    if preset in GIVEN_IN_MARK:
        pages = dossier.pages_of(document.id)
        text = _text(office, pages[0]) if pages else None
        return StampWish(anchor=blank(preset, text, _page_mm(text)), move_mm=move, number=number, day=on)
    picture = seal_of(office)
    if not picture.is_file():
        raise WorkstationError("C34")
    # the place of the official's signature tells which signature is meant; the seal itself is not guessed
    return StampWish(picture, replace(anchor(office, dossier, document), guessed=False), move)


def has_hand(office: Office, dossier: Dossier, user: UserName) -> bool | None:
    """Whether the user has the picture that the stamp of the dossier's profile shows; None: it shows none."""
    if not office.signing.shows_hand(office.profile_of(dossier).stamp_preset):
        return None
    return hand_of(office, user).is_file()


def wish(office: Office, dossier: Dossier, document: Document, user: UserName, move: Move) -> StampWish:
    """For the stamp of the dossier's profile. C35: it shows a handwritten signature, and the user has none here yet."""
    has = has_hand(office, dossier, user)
    if has is None:
        return StampWish(move_mm=move)
    if not has:
        raise WorkstationError("C35")
    return StampWish(hand_of(office, user), anchor(office, dossier, document), move)


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
    width, height = _page_mm(text)
    left, top, right, bottom = GUESS
    return Anchor(max(len(pages) - 1, 0), (left * width, top * height, right * width, bottom * height), guessed=True)


def _page_mm(text: PageText | None) -> tuple[float, float]:
    """A4 where nothing is known."""
    if text is None or text.dpi <= 0:
        return A4_MM
    return text.width_px * 25.4 / text.dpi, text.height_px * 25.4 / text.dpi


def _text(office: Office, page: Page) -> PageText | None:
    return office.tools.load_text(office.cache, page.source.original, page.source.frame, page.work)
