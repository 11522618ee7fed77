"""The identity card beside the form: from a code on the paper, a reader that types, or a camera. What differs is told, Enter
fills."""

import html
from dataclasses import dataclass
from difflib import SequenceMatcher

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout

from ui import actions, dates, messages, theme
from ui.bridge import Inbox
from ui.theme import Tone
from ui.typed import plain
from ui.views.form import Form
from ui.widgets import Elided, ReasonEdit, label
from workstation.domain.errors import ErrorNote
from workstation.domain.idcard import FIELDS_OF, IdCard, agrees, parse_id_qr
from workstation.domain.ids import DocumentId
from workstation.usecases.desk import Desk

LABELS = {"birth_date": "Ngày sinh", "address": "Nơi thường trú"}
"""Of what only the card says: not every form has it."""
SHOWN = ("person_name", "identity_number", "birth_date", "address")
"""Beside one another: what is on the card and what is in the form."""
WAITING = "Đang tìm mã QR trên các trang…"
NOT_FOUND = "Trên các trang không có mã QR căn cước – đưa căn cước vào đầu đọc, hoặc dùng máy ảnh"
STRANGE = "Không phải mã QR căn cước – quét lại thẻ"


@dataclass(frozen=True, slots=True)
class Compared:
    name: str
    card: str
    form: str
    agrees: bool | None
    """None: the form has no such field, or nothing stands in it."""


def compared(card: IdCard, values: dict[str, str]) -> tuple[Compared, ...]:
    """What the card says of each field, beside the form's value."""
    rows = []
    for name in SHOWN:
        said = str(getattr(card, FIELDS_OF[name]))
        if said:
            now = values.get(name, "")
            rows.append(Compared(name, said, now, agrees(card, name, now) if now else None))
    return tuple(rows)


def fitting(card: IdCard, values: dict[str, str]) -> float:
    """How much of the form is the card's: the card that is shown first has most. What differs in a mark or a digit counts nearly
    as much as what agrees."""
    rows = [row for row in compared(card, values) if row.agrees is not None]
    return sum(1.0 if row.agrees else SequenceMatcher(None, plain(row.card), plain(row.form)).ratio() for row in rows)


class CardBar(QFrame):
    """Its line takes the keyboard: what a reader types ends with Enter; Enter on an empty line fills the form."""

    left = Signal()

    def __init__(self, desk: Desk, inbox: Inbox, form: Form) -> None:
        super().__init__()
        self.desk, self.inbox, self.form = desk, inbox, form
        self.cards: tuple[IdCard, ...] = ()
        self.shown = 0
        self.setObjectName("cardBar")
        self.setStyleSheet(f"QFrame#cardBar {{ background: {theme.BLUE_SOFT}; border: 0; border-radius: 5px; }}")
        box = QVBoxLayout(self)
        box.setContentsMargins(10, 7, 10, 8)
        box.setSpacing(5)
        head = QHBoxLayout()
        head.setSpacing(8)
        self.title = Elided("Căn cước", bold=True)
        self.hint = label("Enter điền vào ô · Esc thôi", muted=True, px=theme.SMALL_PX)
        head.addWidget(self.title, 1)
        head.addWidget(self.hint)
        box.addLayout(head)
        self.table = QGridLayout()
        self.table.setHorizontalSpacing(10)
        self.table.setVerticalSpacing(3)
        self.table.setColumnStretch(1, 1)
        self.table.setColumnStretch(2, 1)
        box.addLayout(self.table)
        self.told = label(wrap=True)
        box.addWidget(self.told)
        box.addLayout(self._reader())
        self.hide()

    def _reader(self) -> QHBoxLayout:
        self.reader = ReasonEdit()
        self.reader.setAccessibleName("Đầu đọc mã QR căn cước")
        self.reader.setPlaceholderText("Đưa căn cước vào đầu đọc mã…")
        # an input method would make Vietnamese words of what a reader types
        self.reader.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.reader.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.reader.entered.connect(self.enter)
        self.reader.escaped.connect(self.leave)
        camera = QPushButton("Máy ảnh")
        camera.setObjectName("small")
        camera.setAutoDefault(True)
        camera.setAccessibleName("Đọc căn cước bằng máy ảnh")
        camera.setToolTip(actions.command("camera_card").tip)
        camera.clicked.connect(lambda: self.ask_camera())
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.reader, 1)
        row.addWidget(camera)
        return row

    # --- open and close
    def open(self, document_id: DocumentId) -> None:
        """Looks for cards on the document's pages, and waits for the reader."""
        self._show((), WAITING)
        self.show()
        self.reader.clear()
        self.reader.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.inbox.ask("cards", self.desk.id_cards(document_id), self._found, self._failed)

    def ask_camera(self) -> None:
        self._say("Đưa mặt có mã QR của căn cước trước máy ảnh… Esc thôi", Tone.BUSY)
        self.show()
        self.reader.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.inbox.ask("camera", self.desk.camera_card(), self._seen, self._failed)

    def leave(self) -> None:
        """Nothing of a card stays behind."""
        self.inbox.forget("cards")
        self.inbox.forget("camera")
        self._show((), "")
        self.reader.clear()
        self.hide()
        self.left.emit()

    # --- cards
    def _found(self, cards: tuple[IdCard, ...]) -> None:
        if self.cards:
            return  # the reader was faster
        values = self.form.values()
        ordered = sorted(cards, key=lambda card: -fitting(card, values))
        self._show(tuple(ordered), "" if cards else NOT_FOUND)

    def _seen(self, card: IdCard | None) -> None:
        if card is None:
            self._say("Không thấy mã QR trong hình – đưa thẻ gần hơn, đủ sáng, rồi thử lại", Tone.WARN)
        else:
            self._show((card,), "")

    def _failed(self, note: ErrorNote) -> None:
        self._say(f"{messages.sentence(note)}  {note.code}", Tone.WARN)

    def pick(self, number: int) -> None:
        """Another of the cards that were found."""
        if number < len(self.cards):
            self.shown = number
            self._show(self.cards, "", number)

    def enter(self) -> None:
        """What a reader has typed is a card; with nothing typed, the card that is shown goes into the form."""
        text = self.reader.text()
        self.reader.clear()
        if text.strip():
            card = parse_id_qr(text)
            self._show((card,), "") if card is not None else self._say(STRANGE, Tone.WARN)
        elif self.cards:
            self._fill(self.cards[self.shown])

    def _fill(self, card: IdCard) -> None:
        """What agrees keeps its wording; what has to be typed without help stays as it is."""
        for row in self.form.rows:
            said = str(getattr(card, FIELDS_OF[row.name])) if row.name in FIELDS_OF else ""
            if said and not row.unreadable and not row.blind:
                row.fill(row.value() if row.value() and agrees(card, row.name, row.value()) else said)
        self.form.changed.emit()
        self.leave()

    # --- showing
    def _say(self, words: str, tone: Tone) -> None:
        self.told.setText(words)
        self.told.setStyleSheet(f"color: {tone.ink};")
        self.told.setVisible(bool(words))

    def _show(self, cards: tuple[IdCard, ...], words: str, number: int = 0) -> None:
        self.cards, self.shown = cards, number
        while self.table.count():
            item = self.table.takeAt(0)
            if item is not None and (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        several = f" {number + 1}/{len(cards)} – Alt+1, Alt+2… chọn thẻ" if len(cards) > 1 else ""
        self.title.setText(f"Căn cước{several}")
        self._say(words, Tone.BUSY if words == WAITING else Tone.WARN)
        if not cards:
            return
        for column, head in enumerate(("", "Trên căn cước", "Trong ô", "")):
            self._put(label(head, muted=True, px=theme.SMALL_PX), 0, column)
        for at, row in enumerate(compared(cards[number], self.form.values()), 1):
            self._row(at, row)

    def _row(self, at: int, row: Compared) -> None:
        words, tone = {True: ("khớp", Tone.GOOD), False: ("khác", Tone.BAD), None: ("ô trống", Tone.PLAIN)}[row.agrees]
        if row.agrees is None and self.form.row(row.name) is None:
            words = "không có ô"
        self._put(label(LABELS.get(row.name) or messages.field_label(row.name), muted=True, px=theme.SMALL_PX), at, 0)
        for column, value in ((1, row.card), (2, row.form)):
            shown = dates.shown(value) if row.name == "birth_date" else value
            red = column == 2 and row.agrees is False
            cell = QLabel(f"<b style='color:{theme.RED}'>{html.escape(shown)}</b>" if red else html.escape(shown))
            cell.setTextFormat(Qt.TextFormat.RichText)
            cell.setWordWrap(True)
            self._put(cell, at, column)
        verdict = label(words)
        verdict.setStyleSheet(f"color: {tone.ink};{' font-weight: 700;' if row.agrees is False else ''}")
        self._put(verdict, at, 3)

    def _put(self, part: QLabel, row: int, column: int) -> None:
        self.table.addWidget(part, row, column)
        part.show()  # now, not with the next round of layout
