"""Kiểm tra: pages on the left, the page with the zone of the focused field, the form on the right."""

from PySide6.QtCore import QModelIndex, QSize, Qt, QTimer
from PySide6.QtGui import QPixmap, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QListView, QStackedWidget, QVBoxLayout, QWidget

from ui import actions, messages, theme
from ui.delegates.rows import ThumbDelegate
from ui.images import PageImages, Thumbnails
from ui.models.pages import page_model
from ui.models.signing import shown_title
from ui.theme import Tone
from ui.views.canvas import PageCanvas
from ui.views.form import Form
from ui.views.screen import ROOMY, Foot, Go, PillText, Place, Screen, Secondary
from ui.widgets import Card, Elided, EmptyState, KeyRow, Note, Pill, ReasonBar, label, small_button
from workstation.domain.dossier import DocumentState
from workstation.domain.errors import ErrorNote
from workstation.domain.events import DossierChanged
from workstation.domain.fields import IndexField
from workstation.domain.page import PageState, UnreadArea
from workstation.usecases.desk import Desk
from workstation.usecases.views import DocumentView, PageView, Picture

LARGE_PX = 3500
"""Longer side of the picture when the page is zoomed into."""
SNIPPET_PX = 1400
"""Least longer side, so that the cut-out of a field stays legible."""


class VerifyScreen(Screen):
    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.place = Place("verify", "Nhập liệu – kiểm tra", "Kiểm tra", "verify")
        self.queue: tuple[DocumentView, ...] = ()
        self.document: DocumentView | None = None
        self.live: tuple[PageView, ...] = ()
        self._wanted = self._wanted_field = ""
        self._busy = False
        self._said = ""
        self._page = -1
        self._scale = 1.0
        self._asked_px = 0
        self._unread: tuple[UnreadArea, ...] = ()
        self.images = PageImages(self)
        self._build()
        for command_id, run in (
            ("suggestion", self.take_suggestion),
            ("return", self.give_back),
            ("later", self.later),
            ("page_down", lambda: self.turn(1)),
            ("page_up", lambda: self.turn(-1)),
            ("zoom_in", lambda: self.canvas.zoom(1)),
            ("zoom_out", lambda: self.canvas.zoom(-1)),
            ("zoom_fit", self.canvas.fit),
        ):
            self.on(command_id, run)
        self.on("next_doubt", lambda: self.next_doubt(1), self.form)
        self.on("previous_doubt", lambda: self.next_doubt(-1), self.form)
        self.inbox.listen(desk.bus, self._event)
        self._reloading = QTimer(self, interval=150, singleShot=True)
        self._reloading.timeout.connect(self.reload)

    # --- building
    def _build(self) -> None:
        self.stack = QStackedWidget()
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.stack)
        work = QWidget()
        row = QHBoxLayout(work)
        row.setContentsMargins(10, 10, 10, 10)
        row.setSpacing(10)
        row.addWidget(self._thumbs())
        row.addWidget(self._viewer(), 1)
        self.form_card = self._form()
        row.addWidget(self.form_card)
        self.empty = EmptyState(
            "inbox", "Hết hồ sơ chờ. Quét tiếp (F2)", "Hồ sơ quét xong sẽ tự vào đây; việc đã làm đều đã lưu."
        )
        self.stack.addWidget(self.empty)
        self.stack.addWidget(work)

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
        self.thumbnails = Thumbnails(self, ThumbDelegate.SHEET * 2, self.thumbs.viewport().update)
        self._thumb_delegate = ThumbDelegate(lambda page: self.thumbnails.get(page.thumbnail))
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
        self.legend = Elided("Ô đang nhập được khoanh xanh", muted=True)
        head.addWidget(self.where)
        head.addWidget(self.legend, 1)
        self.zoom = small_button("100 %", "Tỉ lệ xem", "Về kích thước thật", self._zoom_real)
        self.zoom.setMinimumWidth(58)
        self.canvas = PageCanvas("Ảnh trang", fit_width=True)
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

    def _form(self) -> Card:
        card = Card((14, 9, 12, 8), 6)
        head = QHBoxLayout()
        head.setSpacing(8)
        self.title = Elided(bold=True)
        self.doubt_pill = Pill()
        self.passed = label(muted=True)
        head.addWidget(self.title, 1)
        head.addWidget(self.doubt_pill)
        head.addWidget(self.passed)
        card.body.addLayout(head)
        self.note = Note()
        self.note.pressed.connect(self._note_button)
        card.body.addWidget(self.note)
        card.body.addWidget(self._snippet())
        self.form = Form(self.desk.document_types())
        self.form.focused.connect(self._field_focused)
        self.form.changed.connect(self._marks)
        self.form.type_chosen.connect(self._type_chosen)
        card.body.addWidget(self.form, 1)
        self.reason = ReasonBar("Lý do trả lại khâu quét", "Trả lại", "Ví dụ: trang 2 thiếu nửa dưới, quét lại giúp")
        self.reason.given.connect(self._give_back)
        self.reason.left.connect(lambda: self.form.focus(self.form.current))
        card.body.addWidget(self.reason)
        card.body.addWidget(KeyRow("next_doubt", "previous_doubt", "suggestion"))
        return card

    def _snippet(self) -> QWidget:
        box = QWidget()
        box.setObjectName("snippet")
        box.setStyleSheet(f"QWidget#snippet {{ border: 2px solid {theme.BLUE}; border-radius: 5px; background: {theme.CARD}; }}")
        self.snippet_box = box
        inside = QVBoxLayout(box)
        inside.setContentsMargins(9, 5, 9, 6)
        inside.setSpacing(1)
        self.snippet_title = Elided(muted=True)
        self.snippet_title.setFont(theme.font(theme.SMALL_PX))
        self.snippet = QLabel()
        self.snippet.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.snippet.setAccessibleName("Ảnh cắt của ô đang nhập")
        inside.addWidget(self.snippet_title)
        inside.addWidget(self.snippet, 1)
        return box

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.form_card.setFixedWidth(520 if self.width() >= ROOMY else 450)

    # --- loading
    def activate(self) -> None:
        self.reload()

    def user_changed(self) -> None:
        self.document = None
        self.reload()

    def open_document(self, document_id: str, field: str = "") -> None:
        self._wanted, self._wanted_field = document_id, field
        self.reload()

    def reload(self, force: bool = False) -> None:
        if force:
            self.document = None
            self.note.clear()
        self.inbox.ask("queue", self.desk.verify_queue(), self._show_queue, self.note.show_note)

    def _note_button(self, code: str) -> None:
        if code == "K03":
            self.later()  # to the end of this person's queue; another one finds it in theirs
        else:
            self.reload(force=True)

    def _event(self, event: object) -> None:
        if isinstance(event, DossierChanged) and self.isVisible() and not self._busy and not self._reloading.isActive():
            self._reloading.start()

    def _show_queue(self, queue: tuple[DocumentView, ...]) -> None:
        self.queue = queue
        wanted = self._wanted or (self.document.id if self.document else "")
        document = next((d for d in queue if d.id == wanted), queue[0] if queue else None)
        field, self._wanted, self._wanted_field = self._wanted_field, "", ""
        if document is None:
            self._show_empty()
            return
        self._show(document)
        if document.id == wanted and self.form.row(field) is not None:
            self.form.focus(field)

    def _show_empty(self) -> None:
        self.document = None
        self.stack.setCurrentWidget(self.empty)
        if self.note.isVisible() and self.note.code:
            self.empty.say("Chưa tải được hàng chờ", self.note.text.text())
        self._tell()

    def _show(self, document: DocumentView) -> None:
        fresh = self.document is None or self.document.id != document.id
        before = self.live[self._page] if not fresh and 0 <= self._page < len(self.live) else None
        self.document = document
        self.stack.setCurrentIndex(1)
        self.title.setText(shown_title(document) or f"Văn bản {document.number}")
        # what the fields count as pages: neither dropped nor set aside
        self.live = tuple(p for p in document.pages if not p.dropped and p.state is not PageState.QUARANTINED)
        self.pages.show(self.live)
        if fresh:
            self._said = ""
            self.note.clear()
            self.reason.hide()
            self._page = -1
            self.form.current = ""
        self.form.load(document, fresh)
        self._banner(document)
        if fresh:
            names = self.form.open_names()
            self.form.focus(names[0] if names else self.form.rows[0].name if self.form.rows else "type_name")
            if self._page < 0:
                self._show_page(0)
        elif before is None or before not in self.live:
            # cleaned meanwhile: another picture, and boxes on it
            self._page = min(max(self._page, 0), len(self.live) - 1)
            if self.live:
                self._ask_picture(max(self.canvas.wanted_px(), SNIPPET_PX))
        self._tell()

    def _banner(self, document: DocumentView) -> None:
        """Reading still under way, an error, or why the document came back."""
        waiting = sum(p.state is PageState.NEW for p in self.live)
        count = len(self.live)
        if waiting:
            self.note.show_text(f"Đang đọc chữ trang {count - waiting + 1}/{count} – nhập tay được ngay", Tone.BUSY)
        elif document.error is not None:
            self.note.show_note(document.error)
        elif document.reason:
            self.note.show_text(f"Bị trả: {document.reason}", Tone.WARN)
        elif not self.note.code:
            self.note.clear()

    # --- pages
    def _thumb_picked(self, index: QModelIndex, _: QModelIndex) -> None:
        if index.isValid() and index.row() != self._page:
            self._show_page(index.row())

    def turn(self, step: int) -> None:
        if self.document is not None:
            self._show_page(min(max(self._page + step, 0), len(self.live) - 1))

    def _show_page(self, number: int) -> None:
        """Page ``number`` (from 0) of the document."""
        document = self.document
        if document is None or not 0 <= number < len(self.live):
            return
        changed = number != self._page
        self._page = number
        self.where.setText(f"Văn bản {document.number}/{document.of} · trang {number + 1}/{len(self.live)}")
        self.thumbs.setCurrentIndex(self.pages.index(number, 0))
        if changed:
            self._ask_picture(max(self.canvas.wanted_px(), SNIPPET_PX))

    def _ask_picture(self, max_px: int) -> None:
        self._asked_px = max_px
        page = self.live[self._page]
        self.inbox.ask("picture", self.desk.page_picture(page.id, max_px), self._picture, self._no_picture)

    def _zoomed(self, percent: int) -> None:
        self.zoom.setText(f"{percent} %")
        if self.canvas.magnified and self._asked_px < LARGE_PX and 0 <= self._page < len(self.live):
            self._ask_picture(LARGE_PX)

    def _picture(self, picture: Picture) -> None:
        self._scale = picture.scale
        self._unread = picture.unread
        self.images.fetch(picture.path, self._pixmap, self._no_picture)

    def _pixmap(self, pixmap: QPixmap) -> None:
        self.canvas.set_page(pixmap, self._scale)
        self.canvas.show_unread(self._unread)
        sentence = messages.unread_line(self._unread)
        self.unread_note.show_text(sentence, Tone.WARN) if sentence else self.unread_note.clear()
        self._zones()

    def _no_picture(self, note: ErrorNote) -> None:
        self.canvas.say("Chưa xem được ảnh trang này – vẫn nhập tay được")
        self.unread_note.clear()
        self._zones()

    def _zoom_real(self) -> None:
        while self.canvas.percent < 100:
            self.canvas.zoom(1)

    # --- fields
    def _field(self, name: str) -> IndexField | None:
        return next((f for f in self.document.fields if f.name == name), None) if self.document else None

    def _field_focused(self, name: str) -> None:
        field = self._field(name)
        if field is not None and field.page is not None and field.page != self._page:
            self._show_page(field.page)
        self._zones()

    def _zones(self) -> None:
        field = self._field(self.form.current)
        here = [f for f in self.document.fields if f.page == self._page and f.box] if self.document else []
        focused = field.box if field is not None and field.page == self._page else None
        self.canvas.set_zones(focused, [f.box for f in here if f.box and f.name != self.form.current])
        name = messages.field_label(self.form.current)
        crop = self.canvas.crop(focused) if focused else None
        if crop is None or crop.isNull():
            self.snippet_title.setText(f"{name} – chưa biết vị trí trên giấy, xem ảnh trang bên trái")
            self.snippet.clear()
            self.snippet.hide()
            self.snippet_box.setFixedHeight(30)
            return
        self.snippet.show()
        self.snippet_box.setFixedHeight(80)
        self.snippet_title.setText(f"Ảnh cắt từ trang {self._page + 1} – {name}")
        ratio = self.devicePixelRatioF()
        room = QSize(max(self.snippet.width() - 4, 100), 46) * ratio
        size = crop.size().scaled(room, Qt.AspectRatioMode.KeepAspectRatio)
        if size.width() > crop.width() * 1.5:
            size = crop.size() * 1.5
        shown = crop.scaled(size, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
        shown.setDevicePixelRatio(ratio)
        self.snippet.setPixmap(shown)

    def _marks(self) -> None:
        todo = len(self.form.open_names())
        good, of = self.form.passed()
        self.doubt_pill.show_state(
            f"Còn {todo} ô cần xem" if todo else "Đủ các ô", Tone.WARN if todo else Tone.GOOD, "eye" if todo else None
        )
        self.passed.setText(f"{good}/{of} ô đã đạt")
        self._tell()

    def next_doubt(self, direction: int) -> None:
        self._said = ""
        if direction > 0:
            self.form.review_current()
        if not self.form.step(direction):
            self._said = "Không còn ô cần xem – nhấn Ctrl+Enter để xác nhận" if not self.form.open_names() else ""
        self._tell()

    def take_suggestion(self) -> None:
        row = self.form.row(self.form.current)
        if row is not None and row.take_suggestion():
            row.show_hint(True)
            self._marks()

    def _type_chosen(self, code: str) -> None:
        if self.document is None or code == self.document.type_code:
            return
        document_id = self.document.id

        def chosen(_: None) -> None:
            self.inbox.ask("document", self.desk.document(document_id), self._show, self.note.show_note)

        self.inbox.ask("type", self.desk.set_type(document_id, code), chosen, self._refused)

    # --- moves
    def primary(self) -> None:
        if self.reason.isVisible():
            self.reason.give()
            return
        document = self.document
        if document is None:
            self.go.emit(Go("capture"))
            return
        if self._busy:
            return
        self._said = ""
        focused = self.form.row(self.form.current)
        if focused is not None:
            focused.commit()
        todo = self.form.open_names()
        if todo:
            self.form.focus(todo[0])
            self._said = self._say_missing(todo)
            self._tell()
            return
        self._busy = True
        self.inbox.ask(
            "confirm", self.desk.confirm(document.id, self.form.values()), lambda _: self._moved(document), self._refused
        )
        self._tell()

    def _say_missing(self, todo: list[str]) -> str:
        name = messages.field_label(todo[0])
        row = self.form.row(todo[0])
        if row is None or not row.edit.text().strip():
            return f'Thiếu "{name}" – điền ô này rồi xác nhận'
        if row.wrong:
            return f'Ô "{name}" chưa đúng dạng – xem ảnh rồi sửa'
        return f'Còn {len(todo)} ô cần xem – nhấn Enter nếu "{name}" đã đúng'

    def _moved(self, document: DocumentView) -> None:
        """Done with this one: on to the next in the queue."""
        self._busy = False
        self.note.clear()
        ids = [d.id for d in self.queue]
        at = ids.index(document.id) if document.id in ids else -1
        after = ids[at + 1 :] + ids[: max(at, 0)]
        self._wanted = after[0] if after else ""
        self.document = None
        self.reload()

    def _refused(self, note: ErrorNote) -> None:
        self._busy = False
        field = str(dict(note.params).get("field", ""))
        row = self.form.row(field)
        if row is not None and note.code in ("K01", "K02"):
            row.wrong = note.code == "K02"
            row.refresh()
            self.form.focus(field)
        self.note.show_note(note, button=note.code in ("K03", "K04", "K06"))
        self._tell()

    def give_back(self) -> None:
        if self.document is not None:
            self.reason.open()

    def _give_back(self, reason: str) -> None:
        document = self.document
        if document is not None:
            self._busy = True
            ask = self.desk.return_to_capture(document.id, reason)
            self.inbox.ask("return", ask, lambda _: self._moved(document), self._refused)

    def later(self) -> None:
        document = self.document
        if document is not None and not self._busy:
            self._busy = True
            self.inbox.ask("later", self.desk.later(document.id), lambda _: self._moved(document), self._refused)

    def escape(self) -> bool:
        if self.reason.isVisible():
            self.reason.hide()
            self.form.focus(self.form.current)
            return True
        return False

    # --- frame
    def secondary(self) -> tuple[Secondary, ...]:
        here = self.document is not None
        return (
            Secondary("return", self.give_back, visible=here),
            Secondary("later", self.later, visible=here),
        )

    def _tell(self) -> None:
        document = self.document
        if document is None:
            self.say_foot(Foot("Quét tiếp"))
        else:
            ids = [d.id for d in self.queue]
            at = ids.index(document.id) + 1 if document.id in ids else 1
            todo = len(self.form.open_names())
            missing = self._said or (f"Còn {todo} ô cần xem trước khi xác nhận" if todo else "")
            if self._busy:
                missing = "Đang lưu…"
            step = "nhập" if document.state is DocumentState.TO_INDEX else "kiểm tra"
            saved = f"{document.dossier_code} · {step} · văn bản {at}/{max(len(ids), 1)} trong hàng chờ"
            primary = "Xác nhận, sang văn bản kế" if len(ids) > 1 else "Xác nhận"
            self.say_foot(Foot(primary, saved, missing, Tone.WARN if self._said and todo else Tone.PLAIN))
        self.foot_changed.emit()
        waiting = sum(p.state is PageState.NEW for d in self.queue for p in d.pages)
        self.say_pills(*([PillText(f"Đọc chữ: {waiting} trang đang chờ", Tone.BUSY)] if waiting else []))
