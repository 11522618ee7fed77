"""Tra cứu: one box over all that is in documents, and what was found."""

from collections.abc import Iterable
from datetime import date

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QStackedWidget, QVBoxLayout

from ui import dates, messages, theme
from ui.delegates.hits import HitDelegate
from ui.models.hits import hits_model
from ui.theme import Tone
from ui.views.screen import At, Foot, Go, Place, Screen, Secondary
from ui.views.table import RowsTable
from ui.widgets import Card, EmptyState, KeyRow, Note, set_property
from workstation.domain.errors import ErrorNote
from workstation.domain.events import DossierChanged
from workstation.domain.fields import nfc
from workstation.domain.searchquery import Filters
from workstation.usecases.desk import Desk
from workstation.usecases.desksearch import PATIENCE_SECONDS, Desktop, HitPlace
from workstation.usecases.search import Hit, Hits

TYPING_MS = 180
"""Without a key before what is typed is looked for."""
INDEX_MS = 3000
"""Before it is looked again for what waits for the index."""
WINDOW = 50
"""Hits asked for at a time."""
ALL_SECONDS = 60.0
"""Patience of who wants the oldest documents looked through too."""
SCREENS = {Desktop.DOSSIER: "capture", Desktop.VERIFY: "verify", Desktop.SIGN: "sign"}
START = (
    "Tìm trong mọi văn bản trên máy này",
    "Gõ tên người, số, ký hiệu, ngày hoặc vài chữ của văn bản – có dấu hay không dấu đều được.",
)
NONE = ("Không thấy", "Thử bỏ dấu hoặc tên phường cũ, bớt chữ hoặc bớt điều kiện lọc.")
FAILED = ("Chưa tra cứu được", "Lý do ở trên. Hồ sơ không bị ảnh hưởng.")
WRONG_DAY = "Ngày chưa đúng, ví dụ 14/3/2019"


class SearchScreen(Screen):
    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.place = Place("search", "Tra cứu", "Tra cứu", "search")
        self.hits = Hits((), False, True, 0)
        self._asked = False
        """Whether what is shown answers a question."""
        self._offers_all = False
        """To look through the oldest documents too."""
        self._to_first = False
        """The focus goes to the hits as soon as they are there."""
        self._build()
        self.on("hits", self.to_hits, self.box)
        self.on("open_hit", self.primary, self.table)
        self.on("search_all", self.search_all)
        self.box.returnPressed.connect(self.search_now)
        self._typing = QTimer(self, interval=TYPING_MS, singleShot=True)
        self._typing.timeout.connect(lambda: self.search(typing=True))
        self._waiting = QTimer(self, interval=INDEX_MS, singleShot=True)
        self._waiting.timeout.connect(self._again)
        self.inbox.listen(desk.bus, self._event)
        self._tell()

    # --- building
    def _build(self) -> None:
        whole = QVBoxLayout(self)
        whole.setContentsMargins(10, 10, 10, 10)
        whole.setSpacing(10)
        whole.addWidget(self._question())
        self.note = Note()
        self.note.pressed.connect(lambda _: self.search())
        whole.addWidget(self.note)
        card = Card((1, 6, 1, 8), 6)
        self.model = hits_model()
        self.table = RowsTable("Văn bản tìm thấy", self.model, HitDelegate(), HitDelegate.HEIGHT, {})
        self.table.horizontalHeader().hide()
        self.table.selectionModel().currentChanged.connect(lambda *_: self._tell())
        self.table.verticalScrollBar().valueChanged.connect(self._scrolled)
        self.empty = EmptyState("search", *START)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.empty)
        self.stack.addWidget(self.table)
        card.body.addWidget(self.stack, 1)
        card.body.addWidget(KeyRow("hits", "open_hit", margin=11))
        whole.addWidget(card, 1)

    def _question(self) -> Card:
        card = Card((12, 10, 12, 10), 8)
        self.box = QLineEdit()
        self.box.setAccessibleName("Cần tìm gì")
        self.box.setPlaceholderText('Tên, số, ngày, nội dung…  ("trong ngoặc kép": các chữ đứng liền nhau)')
        self.box.setFont(theme.font(15))
        self.box.setFixedHeight(36)
        self.box.textChanged.connect(lambda _: self._typed())
        card.body.addWidget(self.box)
        self.type, self.state = QComboBox(), QComboBox()
        self.first, self.last, self.organ, self.code = QLineEdit(), QLineEdit(), QLineEdit(), QLineEdit()
        self._choices(self.type, "Loại văn bản", "Mọi loại văn bản", self.desk.document_types())
        states = [(state.value, word) for state, (word, _) in messages.DOCUMENT_STATES.items()]
        self._choices(self.state, "Trạng thái", "Mọi trạng thái", states)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.type, 3)
        row.addWidget(self.state, 2)
        for field, name, stretch in (
            (self.first, "Ban hành từ ngày", 2),
            (self.last, "Đến ngày", 2),
            (self.organ, "Cơ quan hoặc nơi, tên cũ hay mới", 4),
            (self.code, "Mã hồ sơ", 2),
        ):
            field.setAccessibleName(name)
            field.setPlaceholderText(name)
            field.textChanged.connect(lambda _: self._typed())
            row.addWidget(field, stretch)
        card.body.addLayout(row)
        return card

    def _choices(self, box: QComboBox, name: str, everything: str, choices: Iterable[tuple[str, str]]) -> None:
        box.setAccessibleName(name)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.addItem(everything, "")
        for code, word in choices:
            box.addItem(word, code)
        box.currentIndexChanged.connect(lambda _: self.search())

    # --- what is asked
    def _typed(self) -> None:
        self._to_first = False
        self._typing.start()

    def filters(self) -> Filters | None:
        """As they are chosen; None: a day is no day."""
        days: list[date | None] = []
        for field in (self.first, self.last):
            days.append(dates.parse(field.text()))
            wrong = days[-1] is None and bool(field.text().strip())
            set_property(field, "wrong", wrong)
            if wrong:
                return None
        state = str(self.state.currentData() or "")
        return Filters(
            type_code=str(self.type.currentData() or ""),
            first=days[0],
            last=days[1],
            organ=nfc(self.organ.text()).strip(),
            code=nfc(self.code.text()).strip(),
            states=(state,) if state else (),
        )

    def search(self, *, typing: bool = False, patience: float = PATIENCE_SECONDS) -> None:
        self._typing.stop()
        self._waiting.stop()
        filters, typed = self.filters(), nfc(self.box.text())
        self.inbox.forget("more")
        if filters is None or not (typed.strip() or filters.any):
            self.inbox.forget("search")
            self._show_start(WRONG_DAY if filters is None else "")
            return
        found = self.desk.search(typed, filters, WINDOW, typing=typing, patience=patience)
        self.inbox.ask("search", found, self._show, self._failed)

    def search_now(self) -> None:
        """Enter in the box: the words are whole; then to the hits."""
        self._to_first = True
        self.search()

    def search_all(self) -> None:
        """The oldest documents too, however long that takes."""
        if not self.hits.searched_all:
            self.note.show_text("Đang tìm cả trong các văn bản cũ nhất…", Tone.BUSY)
            self.search(patience=ALL_SECONDS)

    def _again(self) -> None:
        """What has come into the index meanwhile; who has scrolled down is left alone."""
        if self.isVisible() and len(self.hits.rows) <= WINDOW:
            self.search(typing=self.box.hasFocus())

    def _event(self, event: object) -> None:
        if isinstance(event, DossierChanged) and self.isVisible() and self._asked and not self._waiting.isActive():
            self._waiting.start()

    def _scrolled(self, value: int) -> None:
        bar = self.table.verticalScrollBar()
        filters = self.filters()
        if self.hits.more and filters is not None and value + 2 * bar.pageStep() >= bar.maximum():
            self.hits = Hits(self.hits.rows, False, self.hits.searched_all, self.hits.waiting)  # asked for
            further = self.desk.search(nfc(self.box.text()), filters, WINDOW, len(self.hits.rows))
            self.inbox.ask("more", further, self._show_further, self._failed)

    # --- what is shown
    def _show_start(self, missing: str = "") -> None:
        self.hits, self._asked = Hits((), False, True, 0), False
        self.note.clear()
        self.model.show(())
        self.empty.say(*START)
        self.stack.setCurrentWidget(self.empty)
        self._tell(missing)

    def _show(self, hits: Hits) -> None:
        before = self._hit()
        self.hits, self._asked = hits, True
        self.note.clear()
        self.model.show(hits.rows)
        self.empty.say(*NONE)
        self.stack.setCurrentWidget(self.table if hits.rows else self.empty)
        if hits.rows:
            self.table.selectRow(max(0, self.model.row_of(before.document_id) if before else 0))
        if not hits.searched_all:
            key = "Ctrl+Shift+F tìm cả các văn bản cũ nhất"
            self.note.show_text(f"Chữ này có ở quá nhiều văn bản nên mới tìm trong các văn bản gần đây; {key}.", Tone.INFO)
        if self._to_first:
            self._to_first = False
            self.to_hits()
        if hits.waiting:
            self._waiting.start()
        self._tell()

    def _show_further(self, further: Hits) -> None:
        known = {hit.document_id for hit in self.hits.rows}
        rows = (*self.hits.rows, *(hit for hit in further.rows if hit.document_id not in known))
        self.hits = Hits(rows, further.more, further.searched_all, further.waiting)
        self.model.show(rows)
        self._tell()

    def _failed(self, note: ErrorNote) -> None:
        self._to_first = False
        self._show_start()
        self.empty.say(*FAILED)
        self.note.show_note(note, button=True)

    def _tell(self, missing: str = "") -> None:
        rows, hits = len(self.hits.rows), self.hits
        saved = ""
        if self._asked:
            saved = f"{rows} văn bản đầu, cuộn để xem tiếp" if hits.more else f"Tìm thấy {rows} văn bản"
        if hits.waiting:
            saved += f" · {messages.number(hits.waiting)} văn bản mới đang vào chỉ mục"
        if not missing and self._hit() is None:
            missing = "Chưa có văn bản nào được chọn" if self._asked else "Gõ điều cần tìm"
        self.say_foot(Foot("Mở hồ sơ", saved, missing, Tone.WARN if missing == WRONG_DAY else Tone.PLAIN))
        if self._offers_all is hits.searched_all:
            self._offers_all = not hits.searched_all
            self.foot_changed.emit()

    def secondary(self) -> tuple[Secondary, ...]:
        return (Secondary("search_all", self.search_all, visible=not self.hits.searched_all),)

    # --- moves
    def _hit(self) -> Hit | None:
        return self.model.value(self.table.currentIndex().row())

    def to_hits(self) -> None:
        if self.hits.rows:
            self.table.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def primary(self) -> None:
        """Opens the document where its work is."""
        hit = self._hit()
        if hit is None:
            wrong = next((f for f in (self.first, self.last) if f.property("wrong")), self.box)
            wrong.setFocus(Qt.FocusReason.ShortcutFocusReason)
            return
        self.inbox.ask("open", self.desk.hit_place(hit.document_id), lambda place: self._open(hit, place), self._failed)

    def _open(self, hit: Hit, place: HitPlace) -> None:
        self.go.emit(Go(SCREENS[place.where], hit.document_id, at=At(place.dossier_id, place.page_id)))

    def activate(self) -> None:
        self.box.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.box.selectAll()
        if self._asked:
            self.search()

    def user_changed(self) -> None:
        self.search()

    def escape(self) -> bool:
        """Back to the box; from there, all is asked anew."""
        if not self.box.hasFocus():
            self.box.setFocus(Qt.FocusReason.ShortcutFocusReason)
            return True
        if not self._asked and not self.box.text():
            return False
        for field in (self.box, self.first, self.last, self.organ, self.code):
            field.clear()
        for choice in (self.type, self.state):
            choice.setCurrentIndex(0)
        self.search()
        return True
