"""What a clerk asks of a page's picture: turned, cut, straightened, laid flat, cleaned, parted in two. The original is never
touched; the page is made and read anew from it in the background."""

from collections.abc import Callable
from dataclasses import replace

from workstation.domain.dossier import Dossier
from workstation.domain.errors import WorkstationError
from workstation.domain.ids import PageId, UserName, new_id
from workstation.domain.page import Box, Page, PageState, Recipe
from workstation.domain.pagejobs import PageLook
from workstation.domain.pagework import (
    MAX_SLOPE_DEG,
    TOGGLES,
    Corners,
    arranged,
    cropped,
    half_of,
    halves,
    is_work,
    rectified,
    split_at,
    straightened,
    toggled,
)
from workstation.domain.projection import is_sheet
from workstation.usecases.arrange import arrange, capturing, unsigned
from workstation.usecases.office import PAGE_SECONDS, Office
from workstation.usecases.read import in_paper_order


def set_work(office: Office, page_id: PageId, work: Recipe, by: UserName) -> Dossier:
    """All that is asked of the page, in place of what was. K06 if its document was entered, U01 for what is no work."""
    if not is_work(work):
        raise WorkstationError("U01", detail="work")
    return _ask(office, page_id, lambda _: arranged(work), by, "all")


def straighten(office: Office, page_id: PageId, degrees: float, by: UserName) -> Dossier:
    """Turned back by a slope in degrees, clockwise positive, beyond what was done; as much the other way takes it back. U01
    beyond ``MAX_SLOPE_DEG``."""
    if not abs(degrees) <= MAX_SLOPE_DEG:
        raise WorkstationError("U01", detail=f"±{MAX_SLOPE_DEG:g}°")
    return _ask(office, page_id, lambda work: straightened(work, degrees), by, "straighten")


def crop(office: Office, page_id: PageId, box: Box | None, by: UserName) -> Dossier:
    """Cut to a box in pixels of the page as it is; None: whole again. U01 for a box without an inside."""
    if box is not None and not (box[0] < box[2] and box[1] < box[3]):
        raise WorkstationError("U01", detail="x0 < x1, y0 < y1")
    return _ask(office, page_id, lambda work: cropped(work, box), by, "crop")


def toggle(office: Office, page_id: PageId, name: str, by: UserName) -> Dossier:
    """One of ``TOGGLES`` (else U01), or no longer."""
    if name not in TOGGLES:
        raise WorkstationError("U01", detail=" | ".join(TOGGLES))
    return _ask(office, page_id, lambda work: toggled(work, name), by, name)


def perspective(office: Office, page_id: PageId, corners: Corners | None, by: UserName) -> Dossier:
    """The sheet between four corners (clockwise from its top left, pixels of the page as it is) as a rectangle; None: no longer.
    U01 for corners of no sheet."""
    if corners is not None and not is_sheet(corners):
        raise WorkstationError("U01", detail="1-2-3-4")
    return _ask(office, page_id, lambda work: rectified(work, corners), by, "perspective")


def find_corners(office: Office, page_id: PageId) -> Corners | None:
    """Of a sheet that was photographed on another ground, in pixels of the page as it is; None where that is not sure."""
    page = office.dossier_of_page(page_id).page(page_id)
    job = PageLook(office.blobs.path(page.source.original), page.source.frame, page.recipe)
    return office.pages.submit(office.tools.find_corners, job, timeout=PAGE_SECONDS, urgent=True).result()


def split_spread(office: Office, page_id: PageId, by: UserName) -> Dossier:
    """The page becomes two, the left and the right one of a spread, over the same frame of the original; a half is joined with
    its other half again."""

    def edit(d: Dossier) -> Dossier:
        page = d.page(page_id)
        other = _other_half(d, page)
        whole = half_of(page.work)
        capturing(d, page.document_id, *((other.document_id,) if other else ()))
        unsigned(d, page)
        if whole is None:
            left, right = halves(page.work)
            second = replace(_anew(page, right), id=PageId(new_id()))
            return replace(d, pages=tuple(x for p in d.pages for x in ((_anew(p, left), second) if p.id == page_id else (p,))))
        pages = tuple(_anew(p, whole) if p.id == page_id else p for p in d.pages if other is None or p.id != other.id)
        return in_paper_order(replace(d, pages=pages))

    return arrange(office, office.dossier_of_page(page_id).id, edit, office.event(by, "page_work", page_id, step="spread"))


def _ask(office: Office, page_id: PageId, change: Callable[[Recipe], Recipe], by: UserName, step: str) -> Dossier:
    def edit(d: Dossier) -> Dossier:
        page = d.page(page_id)
        capturing(d, page.document_id)
        unsigned(d, page)
        work = change(page.work)
        return d if work == page.work else d.with_page(_anew(page, work))

    return arrange(office, office.dossier_of_page(page_id).id, edit, office.event(by, "page_work", page_id, step=step))


def _anew(page: Page, work: Recipe) -> Page:
    return replace(page, work=work, state=PageState.NEW, error=None)


def _other_half(dossier: Dossier, page: Page) -> Page | None:
    """Whatever was asked of it since."""
    mine = split_at(page.work)
    others = (p for p in dossier.pages if p.id != page.id and p.source == page.source)
    return None if mine is None else next((p for p in others if split_at(p.work) == mine), None)
