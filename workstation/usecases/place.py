"""Where pages go that come in: behind all others, behind one page, or in the place of one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from workstation.domain.arrangement import neighbour
from workstation.domain.dossier import Dossier
from workstation.domain.ids import DocumentId, PageId
from workstation.domain.page import Page
from workstation.usecases.arrange import capturing, unsigned


@dataclass(frozen=True, slots=True)
class Place:
    """Behind the page ``page`` and what came in there before, so that sheet after sheet finds its place."""

    page: PageId
    before: PageId | None
    """The page that followed when the first came in; None: there was none."""
    over: bool = False
    """The first page that comes in takes the place of ``page``, which is dropped."""


def place_at(dossier: Dossier, page_id: PageId, *, over: bool) -> Place:
    """K04 if there is no such page, K06 if its document takes no more pages, F11 if it came signed."""
    at = dossier.pages.index(dossier.page(page_id))
    capturing(dossier, _document_at(dossier.pages, at))
    unsigned(dossier, dossier.pages[at])
    return Place(page_id, dossier.pages[at + 1].id if at + 1 < len(dossier.pages) else None, over)


def arrived(dossier: Dossier, pages: Sequence[Page], place: Place | None) -> Dossier:
    """With the new pages; the one that is to take another's place stands dropped behind that."""
    if place is None or not pages:
        return replace(dossier, pages=(*dossier.pages, *pages))
    old, at = dossier.pages, dossier.pages.index(dossier.page(place.page))
    document = _document_at(old, at)
    capturing(dossier, document)
    end = _end(old, at, document, place.before)
    first, *rest = (replace(p, document_id=document) for p in pages)
    if place.over:
        return replace(dossier, pages=(*old[: at + 1], replace(first, dropped=True), *old[at + 1 : end], *rest, *old[end:]))
    return replace(dossier, pages=(*old[:end], first, *rest, *old[end:]))


def exchanged(dossier: Dossier, pages: Sequence[Page], place: Place | None) -> Dossier:
    """Of the new pages the one that stands dropped behind the page whose place it is to take changes places with it."""
    new = {p.id for p in pages}
    if place is None or not place.over:
        return dossier
    at = dossier.pages.index(dossier.page(place.page))
    waiting = next((p for p in dossier.pages[at + 1 : at + 2] if p.id in new), None)
    if waiting is None:
        return dossier  # its picture is known
    old = dossier.pages[at]
    taken = (replace(waiting, dropped=False), replace(old, dropped=True))
    return replace(dossier, pages=(*dossier.pages[:at], *taken, *dossier.pages[at + 2 :]))


def _end(pages: Sequence[Page], at: int, document: DocumentId | None, before: PageId | None) -> int:
    """Behind page ``at`` and what follows it in its document, up to the page ``before``: should that one have been moved away,
    no document is torn."""
    end, own = at + 1, (pages[at].document_id, document)
    while end < len(pages) and pages[end].id != before and pages[end].document_id in own:
        end += 1
    return end


def _document_at(pages: Sequence[Page], at: int) -> DocumentId | None:
    """The document of the page; a page without one stands in the document that both its neighbours belong to."""
    before, after = neighbour(pages, at, len(pages)), neighbour(pages, 0, at + 1)
    return pages[at].document_id or (before if before == after else None)
