"""On Capture: a page is scanned again in its place, replaced from a file, or gets sheets laid behind it."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from PySide6.QtWidgets import QFileDialog, QWidget

from ui import files
from ui.theme import Tone
from ui.views.intake import Intake
from ui.views.screen import Screen
from ui.widgets import Note
from workstation.domain.ids import PageId
from workstation.usecases.views import DossierView, PageView


class Feeding(Protocol):
    """What the screen shows now, and the scanner that is chosen there."""

    def page(self) -> PageView | None: ...

    def dossier(self) -> DossierView | None: ...

    def feeder(self) -> tuple[str, str] | None:
        """Source and profile; None, and said so, if no scanner was found."""
        ...


class Rescan:
    def __init__(self, intake: Intake, note: Note, feeding: Feeding) -> None:
        self._intake, self._note, self._feeding = intake, note, feeding
        self._replaced: PageView | None = None
        self.again: Callable[[], object] | None = None
        """Goes on after trouble at the scanner where that was; None: the last scan was none of ours."""

    def bind(self, screen: Screen) -> None:
        screen.on("scan_over", self.over)
        screen.on("scan_behind", self.behind)
        screen.on("replace_page", lambda: self.choose(screen))

    def over(self) -> None:
        if (page := self._chosen()) is not None:
            self._over(page.id)

    def behind(self) -> None:
        if (page := self._chosen()) is not None:
            self._behind(page.id, 0)

    def choose(self, parent: QWidget) -> None:
        """A file in place of the page."""
        if (page := self._chosen()) is not None:
            title = f"Thay trang {page.number} bằng tệp"
            files.choose(
                parent, title, QFileDialog.FileMode.ExistingFile, lambda paths: self.replace(page.id, paths[0]), files.INPUTS
            )

    def replace(self, page_id: PageId, path: Path) -> None:
        view, page = self._now(page_id, 0)
        if view is not None and page is not None and not self._intake.busy:
            self._note.clear()
            self._replaced = page
            self._intake.replace(view.row.id, page, path)

    def follow(self, view: DossierView, chosen: PageId) -> PageId:
        """What is looked at after a page was replaced: the page that took its place, once that is there."""
        old = self._replaced
        if old is None or chosen != old.id:
            return chosen
        at = next((i for i, p in enumerate(view.pages) if p.id == chosen), 0)
        if at != old.number or not view.pages[at].dropped:
            return chosen
        self._replaced = None
        return view.pages[at - 1].id

    def _over(self, page_id: PageId) -> None:
        view, page = self._now(page_id, 0)
        if view is None or page is None:
            return
        self.again = lambda: self._over(page_id)
        if (feeder := self._feeding.feeder()) is not None:
            self._replaced = page
            self._intake.scan_over(view.row.id, page, *feeder)

    def _behind(self, page_id: PageId, count: int) -> None:
        """Behind the page and the ``count`` pages that came in behind it before a jam."""
        view, page = self._now(page_id, count)
        if view is None or page is None:
            return
        self.again = lambda: self._behind(page.id, 0)
        if (feeder := self._feeding.feeder()) is not None:
            self.again = lambda: self._behind(page.id, self._intake.received)
            self._intake.scan_behind(view.row.id, page, *feeder)

    def _chosen(self) -> PageView | None:
        """None, and said so, if there is no page; nothing while pages come in."""
        if self._intake.busy:
            return None
        if (page := self._feeding.page()) is None:
            self._note.show_text("Chưa có trang nào để quét lại hay chèn thêm – nhấn F5 để quét trang đầu.", Tone.INFO)
        return page

    def _now(self, page_id: PageId, further: int) -> tuple[DossierView | None, PageView | None]:
        """The page as it is now, or the one so many further on."""
        view = self._feeding.dossier()
        pages = view.pages if view is not None else ()
        at = next((i for i, p in enumerate(pages) if p.id == page_id), len(pages))
        return view, next(iter(pages[at + further : at + further + 1]), None)
