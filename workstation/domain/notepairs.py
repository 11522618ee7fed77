"""Pages with a note attached: shot twice, with the note and without it (TT 01/2023/TT-VPCP art. 8.2.d)."""

from dataclasses import replace

from workstation.domain.dossier import Dossier
from workstation.domain.page import Page, PageState


def lone_note(dossier: Dossier) -> Page | None:
    """The first page with a note that has no shot without it yet."""
    paired = {p.pair_of for p in dossier.pages if _usable(p)}
    return next((p for p in dossier.pages if p.with_note and _usable(p) and p.id not in paired), None)


def pair_number(dossier: Dossier, page: Page) -> int:
    """Number of the page that is the other shot of this one; 0: there is none (any more)."""
    if not page.with_note and page.pair_of is None:
        return 0  # as nearly all pages: a dossier may have a thousand
    for number, other in enumerate(dossier.pages, 1):
        noted, plain = (page, other) if page.with_note else (other, page)
        if noted.with_note and plain.pair_of == noted.id and _usable(other):
            return number
    return 0


def _usable(page: Page) -> bool:
    return not page.dropped and page.state is not PageState.QUARANTINED


def with_new(dossier: Dossier, new: tuple[Page, ...]) -> Dossier:
    """The dossier with the pages that came in: the first as the other half of a page with a note, if one waits for that; it
    stands behind it, in its document. The rest at the end."""
    lone = lone_note(dossier)
    if lone is None or not new:
        return replace(dossier, pages=dossier.pages + new)
    pair = replace(new[0], pair_of=lone.id, document_id=lone.document_id)
    at = dossier.pages.index(lone) + 1
    return replace(dossier, pages=(*dossier.pages[:at], pair, *dossier.pages[at:], *new[1:]))
