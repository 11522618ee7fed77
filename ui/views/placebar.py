"""Under the form, while the field with the focus names a place: what that is now, how it is known, and what else it may be.

The paper's words stay in the field. What is chosen here is which administrative unit they mean."""

import html

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QListWidget, QListWidgetItem, QVBoxLayout

from ui import actions, messages, theme
from ui.bridge import Inbox
from ui.placewords import HOW, WHY, took_over
from ui.theme import Tone
from ui.views.form import Form
from ui.widgets import label
from workstation.domain.errors import ErrorNote
from workstation.domain.ids import DocumentId
from workstation.domain.place import AGENCIES, Candidate, How, names_a_place, plain_letters
from workstation.usecases.desk import Desk
from workstation.usecases.placing import PlaceView

TYPING_MS = 200
"""After the last letter, before the place is looked up."""
MOST_ROWS = 5
"""Of the list, before it scrolls."""
BY_DIGIT = 9
_LEFT = "Không rõ – để ngỏ"
_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape)


class Choices(QListWidget):
    """Enter and a digit choose; these and Esc belong to the list, whatever shortcuts the screen around it has."""

    entered = Signal(int)
    escaped = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit(self.currentRow())
        elif event.key() == Qt.Key.Key_Escape:
            self.escaped.emit()
        elif event.text() and event.text() in "0123456789":
            digit = int(event.text())
            self.entered.emit(digit - 1 if digit else self.count() - 1)
        else:
            super().keyPressEvent(event)

    def event(self, event: "QKeyEvent") -> bool:  # type: ignore[override]
        if event.type() == event.Type.ShortcutOverride and (event.key() in _KEYS or event.text().isdigit()):
            event.accept()
            return True
        return super().event(event)


class PlaceBar(QFrame):
    """Follows the form by itself; the screen tells the document, and opens the list."""

    left = Signal()
    """The list is closed, with a choice or without: the focus is wanted in the form."""

    def __init__(self, desk: Desk, inbox: Inbox, form: Form) -> None:
        super().__init__()
        self.desk, self.inbox, self.form = desk, inbox, form
        self.document: DocumentId | None = None
        self.view: PlaceView | None = None
        self._name = ""
        self._asked: object = None
        self.setObjectName("placeBar")
        box = QVBoxLayout(self)
        box.setContentsMargins(10, 6, 10, 6)
        box.setSpacing(4)
        head = QHBoxLayout()
        head.setSpacing(8)
        self.mark = QLabel()
        self.mark.setFixedSize(16, 18)
        self.told = label(wrap=True)
        self.told.setTextFormat(Qt.TextFormat.RichText)
        self.pick = actions.button("place", self.open, name="small", text="Chọn")
        head.addWidget(self.mark, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self.told, 1)
        head.addWidget(self.pick, 0, Qt.AlignmentFlag.AlignTop)
        self.receiver = label(muted=True, wrap=True, px=theme.SMALL_PX)
        self.list = Choices()
        self.list.setAccessibleName("Đơn vị mà địa danh có thể chỉ")
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.keys = label("Số hoặc Enter chọn · ↑ ↓ xem · 0 không rõ · Esc thôi", muted=True, px=theme.SMALL_PX)
        box.addLayout(head)
        for part in (self.receiver, self.list, self.keys):
            box.addWidget(part)
        self.list.entered.connect(self._choose)
        self.list.escaped.connect(self._leave)
        self.list.itemClicked.connect(lambda item: self._choose(self.list.row(item)))
        self._typing = QTimer(self, interval=TYPING_MS, singleShot=True)
        self._typing.timeout.connect(self._follow)
        form.focused.connect(lambda _: self._follow())
        form.changed.connect(self._typing.start)
        self._clear()

    # --- following the form
    def show_document(self, document_id: DocumentId | None) -> None:
        if document_id != self.document:
            self.document = document_id
            self._clear()

    def _follow(self) -> None:
        row = self.form.row(self.form.current)
        about = (self.form.current, row.value(), row.field.placed) if row is not None else None
        if about is None or about != self._asked:
            self.show_place(self.form.current, row.value() if row is not None else "")
            self._asked = about

    def show_place(self, name: str, text: str) -> None:
        """What that text of that field means; nothing is shown of a field that names no place."""
        if self.document is None or not text or not names_a_place(name):
            self._clear()
            return
        if name != self._name:
            self._clear()
        self._name = name
        self.inbox.ask("place", self.desk.place_candidates(self.document, name, text), self._show, self._failed)

    def _clear(self) -> None:
        self.inbox.forget("place")
        self.view, self._name, self._asked = None, "", None
        self.close_list()
        self.hide()

    # --- showing
    def _show(self, view: PlaceView) -> None:
        changed = self.view is None or self.view.candidates != view.candidates
        self.view = view
        if view.placed.how is How.UNKNOWN and self._name in AGENCIES:
            self.hide()  # a ministry lies in no commune
            return
        self._say(_sentence(view), _tone(view))
        self.receiver.setText(took_over(view.receiver)[0] if view.receiver else "")
        self.receiver.setVisible(view.receiver is not None)
        self.pick.setVisible(bool(view.candidates))
        if changed:
            self._fill(view)
        if not view.candidates:
            self.close_list()
        self.show()

    def _say(self, rich: str, tone: Tone) -> None:
        self.mark.setPixmap(theme.pixmap(tone.icon or "info", tone.ink, 16, self.devicePixelRatioF()))
        self.told.setText(rich)
        self.told.setStyleSheet(f"color: {tone.ink if tone is Tone.WARN else theme.TEXT};")
        paper = theme.AMBER_SOFT if tone is Tone.WARN else theme.BLUE_SOFT
        self.setStyleSheet(f"QFrame#placeBar {{ background: {paper}; border: 0; border-radius: 5px; }}")

    def _fill(self, view: PlaceView) -> None:
        self.list.clear()
        for n, c in enumerate(view.candidates, 1):
            old = _what_differs(c, view)
            item = QListWidgetItem(f"{n if n <= BY_DIGIT else '·'}   {c.name}{f'  ←  {old}' if old else ''}", self.list)
            item.setToolTip(f"{c.name} ← {c.was} ({WHY[c.why][0]})" if c.was else f"{c.name} ({WHY[c.why][0]})")
        QListWidgetItem(f"0   {_LEFT}", self.list)
        self.list.setCurrentRow(0)
        rows = min(self.list.count(), MOST_ROWS)
        self.list.setFixedHeight(rows * self.list.sizeHintForRow(0) + 2 * self.list.frameWidth())

    def _failed(self, note: ErrorNote) -> None:
        self._say(html.escape(f"{messages.sentence(note)}  {note.code}"), Tone.WARN)
        self.receiver.hide()
        self.show()

    # --- choosing
    def open(self) -> None:
        """The list takes the keyboard."""
        if self.view is not None and self.view.candidates and self.isVisible():
            self.list.show()
            self.keys.show()
            self.list.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def close_list(self) -> None:
        self.list.hide()
        self.keys.hide()

    def _leave(self) -> None:
        self.close_list()
        self.left.emit()

    def _choose(self, row: int) -> None:
        view, document, name = self.view, self.document, self._name
        if view is None or document is None or not 0 <= row <= len(view.candidates):
            return
        code = view.candidates[row].code if row < len(view.candidates) else ""
        self.close_list()
        ask = self.desk.choose_place(document, name, code, view.text)
        self.inbox.ask("choose_place", ask, lambda _: self._chosen(), self._failed)
        self.left.emit()

    def _chosen(self) -> None:
        self._asked = None
        self._follow()


def _what_differs(candidate: Candidate, view: PlaceView) -> str:
    """The old unit, without what stands beside it already: the name on paper, the present province."""
    if not candidate.was or candidate.was == view.was:
        return ""
    parts = candidate.was.split(", ")
    if len(parts) > 1 and plain_letters(parts[0]) in plain_letters(view.text):
        del parts[0]
    if len(parts) > 1 and candidate.name.endswith(parts[-1]):
        del parts[-1]
    return ", ".join(parts)


def _tone(view: PlaceView) -> Tone:
    if view.asked:
        return Tone.WARN
    return Tone.GOOD if view.placed.how in (How.EXACT, How.CHOSEN) else Tone.INFO


def _sentence(view: PlaceView) -> str:
    """``Nay là`` only where the paper says something else."""
    how = HOW[view.placed.how][0]
    old = f"Cũ: {_bold(view.was)}" if view.was else ""
    if view.now:
        since = f" (từ {view.since:%d/%m/%Y})" if view.since and view.was else ""
        now = f"Nay là {_bold(view.now)}{since}" if view.was else _bold(view.now)
        return f"{now} · {how}"
    if view.placed.how is not How.SEVERAL:
        return " · ".join(part for part in (old, how.capitalize()) if part)
    whys = {c.why for c in view.candidates}
    why = WHY[whys.pop()][0] if len(whys) == 1 else how
    return " · ".join(part for part in (old, f"Có thể là {len(view.candidates)} nơi: {html.escape(why)}") if part)


def _bold(text: str) -> str:
    """The unit; what it lies in follows."""
    first, comma, rest = text.partition(",")
    return f"<b>{html.escape(first)}</b>{comma}{html.escape(rest)}"
