"""The chosen page, large: as it will be, and beside it or in its place as it came from the scanner."""

from collections.abc import Callable
from concurrent.futures import Future

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui.bridge import Inbox
from ui.images import PageImages
from ui.theme import Tone
from ui.views.canvas import PageCanvas
from ui.views.pagecard import NO_PICTURE
from ui.views.pagetools import Paper, paper
from ui.views.toolcanvas import ToolCanvas
from ui.widgets import Pill
from workstation.domain.errors import ErrorNote
from workstation.domain.page import PageState
from workstation.usecases.desk import Desk
from workstation.usecases.views import PageView, Picture

SIDE_BY_SIDE_PX = 640
"""From this width on both pictures stand beside each other."""
LARGE_PX = 2600
"""Longer side of a picture that is zoomed into."""


class _Shown(QWidget):
    """One picture under its name."""

    def __init__(self, canvas: PageCanvas, name: str, tone: Tone) -> None:
        super().__init__()
        self.canvas, self.name, self.tone = canvas, name, tone
        self.pill = Pill()
        self.picture: Picture | None = None
        self._inbox, self._images = Inbox(self), PageImages(self)
        self._asked: tuple[object, int] | None = None
        self._ask: Callable[[int], Future[Picture]] | None = None
        canvas.zoom_changed.connect(lambda _: self._load())
        self._wanted: object = None
        self.what: object = None
        """What is on the screen, as ``show_picture`` was told."""
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(5)
        box.addWidget(self.pill, 0, Qt.AlignmentFlag.AlignHCenter)
        box.addWidget(canvas, 1)

    def minimumSizeHint(self) -> QSize:
        return QSize(140, 160)

    def show_picture(self, what: object, ask: Callable[[int], "Future[Picture]"], words: str = "") -> None:
        """``what``: a value that stands for what is asked; the same, in the same size, is not asked for again.
        ``words``: in place of the name."""
        self.pill.show_state(words or self.name, Tone.BUSY if words else self.tone)
        self._wanted, self._ask = what, ask
        self._load()

    def _load(self) -> None:
        """In the size that fills the room, or in full where it is zoomed into."""
        if self._ask is None:
            return
        fine = self.canvas.magnified or (self._asked is not None and self._asked == (self._wanted, LARGE_PX))
        what, px = self._wanted, LARGE_PX if fine else self.canvas.wanted_px()
        if (what, px) != self._asked:
            self._asked = what, px
            self._inbox.ask("picture", self._ask(px), lambda p: self._fetch(what, p), lambda _: self.say(NO_PICTURE))

    def say(self, words: str) -> None:
        self._asked = self._ask = None
        self.picture = self.what = None
        self._inbox.forget("picture")
        self._images.cancel()
        self.pill.show_state("", Tone.PLAIN)
        self.canvas.say(words)

    def _fetch(self, what: object, picture: Picture) -> None:
        def done(pixmap: object) -> None:
            self.picture, self.what = picture, what
            self.canvas.set_page(pixmap, picture.scale)  # type: ignore[arg-type]

        def failed(_: ErrorNote) -> None:
            self.say(NO_PICTURE)

        self._images.fetch(picture.path, done, failed)


def paper_of(picture: Picture, dpi: float) -> Paper:
    """The cleaned page behind a picture of it."""
    width, height = picture.page_px or (picture.width_px / picture.scale, picture.height_px / picture.scale)
    return paper(width, height, dpi)


def _made(page: PageView) -> object:
    return page.id, page.state, page.recipe


class BeforeAfter(QWidget):
    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.page: PageView | None = None
        self.comparing = False
        self.canvas = ToolCanvas("Ảnh trang sau khi sửa")
        self.after = _Shown(self.canvas, "Sau khi sửa", Tone.GOOD)
        self.before = _Shown(PageCanvas("Ảnh trang như khi quét"), "Như khi quét", Tone.PLAIN)
        box = QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(8)
        box.addWidget(self.before, 1)
        box.addWidget(self.after, 1)
        self._arrange()

    def show_page(self, page: PageView | None) -> None:
        self.page = page
        self._load()

    def toggle(self) -> None:
        """As scanned, or as it will be; side by side where there is room."""
        self.comparing = not self.comparing
        self._arrange()
        self._load()

    def show_after(self) -> None:
        """A tool works on the page as it will be."""
        if self.comparing:
            self.toggle()

    def zoom(self, step: int) -> None:
        """Both pictures closer (1) or farther (-1); 0: each fits its room."""
        for shown in (self.before, self.after):
            shown.canvas.zoom(step) if step else shown.canvas.fit()

    def shows(self, page: PageView) -> bool:
        """Whether the picture on the screen is that of the page as it is now."""
        return self.after.what == _made(page)

    def paper(self) -> Paper | None:
        """The cleaned page, once its picture is there."""
        shown, page = self.after.picture, self.page
        if shown is None or page is None or not self.shows(page):
            return None
        return paper_of(shown, page.dpi)

    def _arrange(self) -> None:
        wide = self.width() >= SIDE_BY_SIDE_PX
        self.before.setVisible(self.comparing)
        self.after.setVisible(wide or not self.comparing)

    def _load(self) -> None:
        page = self.page
        if page is None or page.state in (PageState.QUARANTINED, PageState.HELD):
            for shown in (self.before, self.after):
                shown.say("Chưa có trang để xem" if page is None else NO_PICTURE)
            return
        if not self.after.isHidden():
            busy = "Đang làm lại trang này…" if page.state is PageState.NEW else ""
            self.after.show_picture(_made(page), lambda px: self._desk.page_picture(page.id, px), busy)
        if not self.before.isHidden():
            self.before.show_picture(page.id, lambda px: self._desk.scan_picture(page.id, px))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()
        self._load()
