"""The card of one page on Capture: its picture, its checks in words, and what can be done about it."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout

from ui import actions
from ui.bridge import Inbox
from ui.images import PageImages
from ui.models.pages import page_lines
from ui.views.canvas import PageCanvas
from ui.views.heldpages import HeldPages
from ui.widgets import Card, Elided, IconLine, ReasonBar, clear_layout
from workstation.domain.errors import ErrorNote
from workstation.domain.page import PageState
from workstation.domain.scanprofile import paper_name
from workstation.usecases.desk import Desk
from workstation.usecases.views import PageView, Picture

PREVIEW_PX = 322
"""Height of the preview: a picture of just this size needs no scaling on the screen."""
MOST_LINES = 7
NO_PICTURE = "Chưa xem được trang này"


class PageCard(Card):
    """``again``: scans the page over; None where no scanner is at hand."""

    def __init__(
        self,
        desk: Desk,
        drop: Callable[[], object],
        keep: Callable[[], object],
        again: Callable[[], object] | None = None,
    ) -> None:
        super().__init__((12, 9, 12, 12), 8)
        self._desk = desk
        self._inbox = Inbox(self)
        self._images = PageImages(self)
        self._shown: tuple[PageView, str, bool] | None = None
        self._title = Elided(bold=True)
        self._preview = PageCanvas("Ảnh trang đang chọn")
        self._preview.setBackgroundBrush(Qt.GlobalColor.white)
        self._preview.setMinimumHeight(120)
        self._preview.setMaximumHeight(PREVIEW_PX + 16)
        self._checks = QVBoxLayout()
        self._checks.setSpacing(5)
        self.reason = ReasonBar("Lý do giữ nguyên trang", "Ghi lý do", "Ví dụ: bản gốc mờ sẵn, không quét rõ hơn được")
        self._drop = actions.button("drop", drop, text="Bỏ trang")
        self._keep = actions.button("keep", keep, text="Giữ, ghi lý do")
        self._again = actions.button("scan_over", again, text="Quét lại") if again is not None else None
        self._ways: list[QPushButton] = []
        row = QHBoxLayout()
        row.setSpacing(8)
        if self._again is not None:
            row.addWidget(self._again, 1)
        row.addWidget(self._drop, 1)
        row.addWidget(self._keep, 1)
        self.body.addWidget(self._title)
        self.body.addWidget(self._preview, 100)
        self.body.addLayout(self._checks)
        self.body.addStretch(1)
        self.body.addWidget(self.reason)
        self.body.addLayout(row)

    def offer(self, held: HeldPages) -> None:
        """What is done about a page with a mark of a state secret, under its picture."""
        ways = ("secret_erase", held.erase, "Đúng là tài liệu mật – xóa"), ("not_secret", held.read_on, "Không phải – đọc tiếp")
        for command_id, run, text in ways:
            self._ways.append(actions.button(command_id, run, text=text))
            self.body.addWidget(self._ways[-1])

    def show_page(self, page: PageView | None, type_name: str = "", *, movable: bool = True) -> None:
        """``movable``: the dossier still takes changes."""
        if page is not None and (page, type_name, movable) == self._shown:
            return
        self._shown = (page, type_name, movable) if page is not None else None
        clear_layout(self._checks)
        failing = page is not None and movable and bool(page.failing)
        stopped = page is not None and page.state is PageState.HELD
        for way in self._ways:
            way.setVisible(stopped)
        movable = movable and not stopped
        self._drop.setVisible(page is not None and movable and not (failing and self._again))
        self._keep.setVisible(failing)
        if self._again is not None:
            self._again.setVisible(page is not None and movable)
        if page is None:
            self._title.setText("")
            self._say("Chưa có trang để xem")
            return
        title = f"Trang {page.number}" + (f" · {type_name}" if type_name else "")
        self._title.setText(title)
        for words, tone, bold in page_lines(page)[:MOST_LINES]:
            self._checks.addWidget(IconLine(words, tone, bold=bold))
        what = "cả tệp" if page.signed is not None else "trang"
        self._drop.setText(f"{'Lấy lại' if page.dropped else 'Bỏ'} {what}  (Del)")
        if page.state in (PageState.QUARANTINED, PageState.HELD):
            self._say(NO_PICTURE)
        else:
            ask = self._desk.page_picture(page.id, round(PREVIEW_PX * self.devicePixelRatioF()))
            self._inbox.ask("preview", ask, lambda picture: self._picture(picture, title, page.dpi), self._failed)

    def _say(self, words: str) -> None:
        self._inbox.forget("preview")
        self._images.cancel()
        self._preview.say(words)

    def _picture(self, picture: Picture, title: str, dpi: float) -> None:
        if dpi and (paper := paper_name(*(px / picture.scale / dpi * 25.4 for px in (picture.width_px, picture.height_px)))):
            self._title.setText(f"{title} · {paper}")
        self._images.fetch(picture.path, lambda pixmap: self._preview.set_page(pixmap, picture.scale), self._failed)

    def _failed(self, note: ErrorNote) -> None:
        self._preview.say(NO_PICTURE)
