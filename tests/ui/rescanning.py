"""A desk on which pages are scanned over and laid between: what comes in stands where it belongs."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

from tests.ui import invented, states
from tests.ui.fakes import FakeDesk
from tests.ui.paper import Sheet
from workstation.domain.events import DossierChanged
from workstation.domain.ids import PageId
from workstation.usecases.views import ImportOutcome, PageView

Told = Callable[[ImportOutcome], None]


class RescanningDesk(FakeDesk):
    """``scans``: sheets that a scan gives before it ends, or is ``answers``'."""

    def __init__(self, sheets: dict[str, Sheet]) -> None:
        super().__init__(sheets)
        vars(self).update(vars(states.normal(sheets)))
        self.scans = 1
        self.made = 0

    def _new(self, like: PageView) -> PageView:
        self.made += 1
        new = invented.page(100 + self.made, like.document_id or "", self.sheets["clean"])
        self.page_sheets[new.id] = self.sheets["clean"]
        return new

    def _lay(self, page_id: PageId, *, over: bool, further: int) -> None:
        view = self._view_of(page_id)
        at = next(i for i, p in enumerate(view.pages) if p.id == page_id)
        old, new = view.pages[at], self._new(view.pages[at])
        if over:
            pages = (*view.pages[:at], new, replace(old, dropped=True, failing=()), *view.pages[at + 1 :])
        else:
            pages = (*view.pages[: at + 1 + further], new, *view.pages[at + 1 + further :])
        pages = tuple(replace(p, number=i) for i, p in enumerate(pages, 1))
        bad = next((p for p in pages if p.failing), None)
        missing = (view.missing, bad.id) if bad else (None, None)
        self.views[view.row.id] = replace(view, pages=pages, can_undo=True, missing=missing[0], missing_page=missing[1])
        self.bus.publish(DossierChanged(view.row.id))

    def _feed(self, name: str, page_id: PageId, rest: tuple[str, str], told: Told, *, over: bool) -> "Future[int]":
        self.scan_progress = told
        for n in range(self.scans):
            self._lay(page_id, over=over and n == 0, further=n)
            told(ImportOutcome(f"sheet-{n:04d}.png", 1, None))
        future: Future[int] = self._note(name, self.scans, page_id, *rest)
        return future

    def scan_over(
        self, page_id: PageId, source_id: str, profile: str, progress: Told, cancelled: Callable[[], bool]
    ) -> "Future[int]":
        self.scan_cancelled = cancelled
        return self._feed("scan_over", page_id, (source_id, profile), progress, over=True)

    def scan_behind(
        self, page_id: PageId, source_id: str, profile: str, progress: Told, cancelled: Callable[[], bool]
    ) -> "Future[int]":
        self.scan_cancelled = cancelled
        return self._feed("scan_behind", page_id, (source_id, profile), progress, over=False)

    def replace_page(self, page_id: PageId, path: Path) -> "Future[ImportOutcome]":
        if "replace_page" not in self.answers:
            self._lay(page_id, over=True, further=0)
        future: Future[ImportOutcome] = self._note("replace_page", ImportOutcome(path.name, 1, None), page_id, path)
        return future
