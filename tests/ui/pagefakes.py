"""Page work, moving pages and the scan as it came, as a fake desk does them: noted, and shown by the pages."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import replace
from typing import Any

from tests.ui.paper import Sheet
from workstation.domain.events import DossierChanged
from workstation.domain.ids import PageId
from workstation.domain.page import Box, Recipe
from workstation.domain.pagework import Corners, cropped, rectified, straightened, toggled
from workstation.usecases.views import DossierView, Picture


class PageWorkDesk:
    """Mixed into the fake desk, which has what these methods name."""

    bus: Any
    views: dict[str, DossierView]
    page_sheets: dict[str, Sheet]
    sheets: dict[str, Sheet]
    calls: list[tuple[Any, ...]]
    corners: Corners | None = None
    """What is found on every page."""

    def _note(self, name: str, value: Any, *args: Any) -> "Future[Any]":
        raise AssertionError

    def _picture(self, sheet: Sheet | None, max_px: int) -> "Future[Picture]":
        raise AssertionError

    def _view_of(self, page_id: str) -> DossierView:
        raise AssertionError

    def _change_page(self, page_id: str, **change: Any) -> None:
        raise AssertionError

    def scan_picture(self, page_id: PageId, max_px: int) -> "Future[Picture]":
        self.calls.append(("scan_picture", page_id, max_px))
        return self._picture(self.page_sheets.get(page_id, self.sheets["clean"]), max_px)

    def _asked(self, name: str, page_id: PageId, change: Callable[[Recipe], Recipe], *args: Any) -> "Future[None]":
        """The page shows what is asked of it, beside what the program did by itself."""
        answer = self._note(name, None, page_id, *args)
        if answer.exception() is None:
            page = next(p for p in self._view_of(page_id).pages if p.id == page_id)
            self._change_page(page_id, work=change(page.work))
        return answer

    def set_work(self, page_id: PageId, work: Recipe) -> "Future[None]":
        return self._asked("set_work", page_id, lambda _: work, work)

    def crop(self, page_id: PageId, box: Box | None) -> "Future[None]":
        return self._asked("crop", page_id, lambda work: cropped(work, box), box)

    def straighten(self, page_id: PageId, degrees: float) -> "Future[None]":
        return self._asked("straighten", page_id, lambda work: straightened(work, degrees), degrees)

    def perspective(self, page_id: PageId, corners: Corners | None) -> "Future[None]":
        return self._asked("perspective", page_id, lambda work: rectified(work, corners), corners)

    def find_corners(self, page_id: PageId) -> "Future[Corners | None]":
        return self._note("find_corners", self.corners, page_id)

    def _turn_on_or_off(self, name: str, page_id: PageId) -> "Future[None]":
        return self._asked(name, page_id, lambda work: toggled(work, name))

    def dewarp(self, page_id: PageId) -> "Future[None]":
        return self._turn_on_or_off("dewarp", page_id)

    def borders(self, page_id: PageId) -> "Future[None]":
        return self._turn_on_or_off("borders", page_id)

    def flatten(self, page_id: PageId) -> "Future[None]":
        return self._turn_on_or_off("flatten", page_id)

    def despeckle(self, page_id: PageId) -> "Future[None]":
        return self._turn_on_or_off("despeckle", page_id)

    def bleed_through(self, page_id: PageId) -> "Future[None]":
        return self._turn_on_or_off("bleed_through", page_id)

    def as_scanned(self, page_id: PageId) -> "Future[None]":
        return self._turn_on_or_off("as_scanned", page_id)

    def split_spread(self, page_id: PageId) -> "Future[None]":
        return self._note("split_spread", None, page_id)

    def pair_pages(self, page_ids: Sequence[PageId], *, turned: bool) -> "Future[None]":
        return self._note("pair_pages", None, tuple(page_ids), turned)

    def move_pages(self, page_ids: Sequence[PageId], before: PageId | None) -> "Future[None]":
        view = self._view_of(page_ids[0])
        rest = [p for p in view.pages if p.id not in page_ids]
        at = next((i for i, p in enumerate(rest) if p.id == before), len(rest))
        chosen = [p for p in view.pages if p.id in page_ids]
        pages = tuple(replace(p, number=i) for i, p in enumerate((*rest[:at], *chosen, *rest[at:]), 1))
        self.views[view.row.id] = replace(view, pages=pages, can_undo=True)
        self.bus.publish(DossierChanged(view.row.id))
        return self._note("move_pages", None, tuple(page_ids), before)
