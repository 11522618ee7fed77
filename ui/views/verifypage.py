"""The pages of a document beside its form: thumbnails, the page with its zones, and boxes that are drawn on it."""

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QHBoxLayout, QListView, QWidget

from ui import actions, messages
from ui.bridge import Inbox
from ui.delegates.rows import ThumbDelegate
from ui.images import PageImages, Thumbnails
from ui.models.pages import page_model
from ui.theme import Tone
from ui.views.canvas import PageCanvas
from ui.widgets import Card, Elided, Note, label, small_button
from workstation.domain.errors import ErrorNote
from workstation.domain.page import PageState, UnreadArea
from workstation.usecases.desk import Desk
from workstation.usecases.views import DocumentView, PageView, Picture

LARGE_PX = 3500
"""Longer side of the picture when the page is zoomed into."""
SNIPPET_PX = 1400
"""Least longer side, so that the cut-out of a field stays legible."""


class PagePane(QWidget):
    shown = Signal()
    """Another picture lies there, or none could be had: zones have to be drawn anew."""

    def __init__(self, desk: Desk, inbox: Inbox) -> None:
        super().__init__()
        self.desk, self.inbox = desk, inbox
        self.live: tuple[PageView, ...] = ()
        """What the fields count as pages: neither dropped nor set aside."""
        self.page = -1
        self._place = ""
        self._scale = 1.0
        self._asked_px = 0
        self._unread: tuple[UnreadArea, ...] = ()
        self.images = PageImages(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        row.addWidget(self._thumbs())
        row.addWidget(self._viewer(), 1)

    def _thumbs(self) -> Card:
        card = Card((2, 4, 2, 4), 0)
        card.setFixedWidth(92)
        self.pages = page_model()
        self.thumbs = QListView()
        self.thumbs.setAccessibleName("Các trang của văn bản")
        self.thumbs.setModel(self.pages)
        self.thumbs.setUniformItemSizes(True)
        self.thumbs.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.thumbs.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.thumbnails = Thumbnails(self, self.desk, ThumbDelegate.SHEET * 2, self.thumbs.viewport().update)
        self._thumb_delegate = ThumbDelegate(self.thumbnails.get)
        self.thumbs.setItemDelegate(self._thumb_delegate)
        self.thumbs.selectionModel().currentChanged.connect(self._thumb_picked)
        card.body.addWidget(self.thumbs)
        return card

    def _viewer(self) -> Card:
        card = Card((0, 0, 0, 1), 0)
        head = QHBoxLayout()
        head.setContentsMargins(12, 6, 9, 6)
        head.setSpacing(8)
        self.where = label(bold=True)
        self.legend = Elided("Ô đang nhập được khoanh xanh · Ctrl + kéo chuột: đọc lại một vùng", muted=True)
        head.addWidget(self.where)
        head.addWidget(self.legend, 1)
        self.zoom = small_button("100 %", "Tỉ lệ xem", "Về kích thước thật", self.zoom_real)
        self.zoom.setMinimumWidth(58)
        self.canvas = PageCanvas("Ảnh trang", fit_width=True, drawing=True)
        head.addWidget(small_button("−", "Thu nhỏ", actions.command("zoom_out").tip, lambda: self.canvas.zoom(-1)))
        head.addWidget(self.zoom)
        head.addWidget(small_button("+", "Phóng to", actions.command("zoom_in").tip, lambda: self.canvas.zoom(1)))
        head.addWidget(small_button("Vừa khung", "Vừa khung", actions.command("zoom_fit").tip, self.canvas.fit))
        card.body.addLayout(head)
        self.unread_note = Note()
        card.body.addWidget(self.unread_note)
        card.body.addWidget(self.canvas, 1)
        self.canvas.zoom_changed.connect(self._zoomed)
        return card

    # --- pages
    def show_document(self, document: DocumentView, fresh: bool) -> None:
        """``fresh``: another document than before. A page that was made anew meanwhile is asked for again."""
        before = self.live[self.page] if not fresh and 0 <= self.page < len(self.live) else None
        self._place = f"Văn bản {document.number}/{document.of}"
        self.live = tuple(p for p in document.pages if not p.dropped and p.state is not PageState.QUARANTINED)
        self.pages.show(self.live)
        if fresh:
            self.page = -1
        elif before is None or before not in self.live:
            # cleaned meanwhile: another picture, and boxes on it
            self.page = min(max(self.page, 0), len(self.live) - 1)
            if self.live:
                self._ask(max(self.canvas.wanted_px(), SNIPPET_PX))

    def _thumb_picked(self, index: QModelIndex, _: QModelIndex) -> None:
        if index.isValid() and index.row() != self.page:
            self.show_page(index.row())

    def turn(self, step: int) -> None:
        self.show_page(min(max(self.page + step, 0), len(self.live) - 1))

    def show_page(self, number: int) -> None:
        """Page ``number`` (from 0) of the document; nothing where there is none."""
        if not 0 <= number < len(self.live):
            return
        changed = number != self.page
        self.page = number
        self.where.setText(f"{self._place} · trang {number + 1}/{len(self.live)}")
        self.thumbs.setCurrentIndex(self.pages.index(number, 0))
        if changed:
            self._ask(max(self.canvas.wanted_px(), SNIPPET_PX))

    def _ask(self, max_px: int) -> None:
        self._asked_px = max_px
        page = self.live[self.page]
        self.inbox.ask("picture", self.desk.page_picture(page.id, max_px), self._picture, self._no_picture)

    def _zoomed(self, percent: int) -> None:
        self.zoom.setText(f"{percent} %")
        if self.canvas.magnified and self._asked_px < LARGE_PX and 0 <= self.page < len(self.live):
            self._ask(LARGE_PX)

    def _picture(self, picture: Picture) -> None:
        self._scale = picture.scale
        self._unread = picture.unread
        self.images.fetch(picture.path, self._pixmap, self._no_picture)

    def _pixmap(self, pixmap: QPixmap) -> None:
        self.canvas.set_page(pixmap, self._scale)
        self.canvas.show_unread(self._unread)
        sentence = messages.unread_line(self._unread)
        self.unread_note.show_text(sentence, Tone.WARN) if sentence else self.unread_note.clear()
        self.shown.emit()

    def _no_picture(self, note: ErrorNote) -> None:
        self.canvas.say("Chưa xem được ảnh trang này – vẫn nhập tay được")
        self.unread_note.clear()
        self.shown.emit()

    def zoom_real(self) -> None:
        while self.canvas.percent < 100:
            self.canvas.zoom(1)
