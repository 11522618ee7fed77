"""What is asked of a whole dossier on Capture, each in a bar of its own over the pages: its procedure, the risk class of its
paper, and how many sheets and pages somebody counted."""

import re
from concurrent.futures import Future

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeyEvent, Qt
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from ui.bridge import Inbox
from ui.views.pagecommands import Pages
from ui.views.screen import Screen
from ui.widgets import Note, ReasonBar
from workstation.domain.capture import PaperCount, RiskAsks, RiskClass
from workstation.domain.fields import nfc
from workstation.usecases.desk import Desk
from workstation.usecases.views import DossierView

_COUNT = re.compile(r"(?:(\d{1,4})\s*(?:tờ)?\s*[/,;]\s*)?(\d{1,5})\s*(?:trang)?", re.IGNORECASE)
_ASKS = {
    RiskAsks.NOTHING: ("", ""),
    RiskAsks.SUPERVISOR: ("Người giám sát khi quét", "Cần ghi người giám sát"),
    RiskAsks.REASON: ("Vì sao vẫn quét, đã tu bổ thế nào", "Cần ghi lý do"),
}
"""In the field where the class asks for something, and what is said when it is empty."""


def count_of(text: str) -> PaperCount | None:
    """``7/14`` or ``7 tờ, 14 trang``: sheets and pages; ``14``: pages; empty: not counted. None: no count."""
    if not text:
        return PaperCount()
    found = _COUNT.fullmatch(text)
    return PaperCount(int(found[1] or 0), int(found[2])) if found else None


def count_text(paper: PaperCount) -> str:
    """As :func:`count_of` reads it."""
    if not paper.sheets and not paper.pages:
        return ""
    return f"{paper.sheets}/{paper.pages}" if paper.sheets else str(paper.pages)


class _Choice(QComboBox):
    """Enter and Esc of this box belong to it, whatever shortcuts the screen around it has; a letter chooses the entry that begins
    with it, however fast one types."""

    entered = Signal()
    escaped = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self.escaped.emit()
        elif event.text().isalpha() and (at := self.findText(event.text(), Qt.MatchFlag.MatchStartsWith)) >= 0:
            self.setCurrentIndex(at)
        else:
            super().keyPressEvent(event)


class RiskBar(ReasonBar):
    """The class by its letter or with the arrows; what it asks for in the field below."""

    chosen = Signal(str, str)
    """Code and note."""

    def __init__(self, classes: tuple[RiskClass, ...]) -> None:
        super().__init__("Mức rủi ro của tài liệu giấy", "Ghi", "", need="")
        self._classes = classes
        self.choice = _Choice()
        self.choice.setAccessibleName("Mức rủi ro của tài liệu giấy")
        self.choice.addItems([f"{c.code} · {c.name}" for c in classes])
        self.box.insertWidget(1, self.choice)
        self.choice.currentIndexChanged.connect(self._changed)
        self.choice.entered.connect(self.give)
        self.choice.escaped.connect(self._leave)
        self.given.connect(lambda note: self.chosen.emit(self._classes[self.choice.currentIndex()].code, note))

    def open_at(self, code: str, note: str) -> None:
        at = next((i for i, c in enumerate(self._classes) if c.code == code), 0)
        self.choice.setCurrentIndex(at)
        self._changed(at)
        self.open(note)
        self.choice.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _changed(self, at: int) -> None:
        words, self._need = _ASKS[self._classes[at].asks] if at >= 0 else ("", "")
        self.edit.setVisible(bool(words))
        self.edit.setPlaceholderText(words)
        self.edit.setAccessibleName(words or "Ghi chú")
        if not words:
            self.edit.clear()


class CaptureBars(QWidget):
    """One bar at a time. ``pages``: the screen that shows the dossier."""

    def __init__(self, desk: Desk, inbox: Inbox, note: Note, pages: Pages) -> None:
        super().__init__()
        self._desk, self._inbox, self._note, self._pages = desk, inbox, note, pages
        self.procedure = ReasonBar("Mã thủ tục hành chính của hồ sơ", "Ghi", "Ví dụ: 1.005129; để trống nếu không có", need="")
        self.risk = RiskBar(desk.risk_classes())
        self.count = ReasonBar("Số tờ / số trang đã đếm của hồ sơ giấy", "Ghi", "Ví dụ: 7/14 là 7 tờ, 14 trang", need="")
        self.procedure.given.connect(self._set_procedure)
        self.risk.chosen.connect(self._set_risk)
        self.count.given.connect(self._set_count)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        for bar in self._bars():
            bar.left.connect(self.leave)
            box.addWidget(bar)
        self.hide()

    def _bars(self) -> tuple[ReasonBar, ...]:
        return self.procedure, self.risk, self.count

    def bind(self, screen: Screen) -> None:
        screen.on("procedure", self.ask_procedure)
        screen.on("risk", self.ask_risk)
        screen.on("count", self.ask_count)

    def close_all(self) -> None:
        for bar in self._bars():
            bar.hide()
        self.hide()

    def give(self) -> bool:
        """Enters what stands in the open bar; False: none is open."""
        bar = next((bar for bar in self._bars() if bar.isVisible()), None)
        if bar is not None:
            bar.give()
        return bar is not None

    def leave(self) -> bool:
        """Closes the open bar; False: none is open."""
        if not self.isVisible():
            return False
        self.close_all()
        self._pages.back_to_pages()
        return True

    # --- asking
    def ask_procedure(self) -> None:
        """Which procedure the dossier is of: an authorisation to sign may be for some procedures only."""
        if (view := self._open()) is not None:
            self.procedure.open(view.row.procedure)

    def ask_risk(self) -> None:
        if (view := self._open()) is not None:
            self.risk.open_at(view.risk, view.risk_note)

    def ask_count(self) -> None:
        """Where as much came in as was counted, or nothing was counted: a number. Where it differs: a number, or why."""
        if (view := self._open()) is not None:
            self.count.open(count_text(view.paper))
            self.count.edit.selectAll()
            if self._differs(view):
                self.count.hint.setText("Sửa số, hoặc ghi lý do khác nhau · Enter ghi · Esc thôi")

    def _open(self) -> DossierView | None:
        view = self._pages.dossier()
        if view is not None:
            self.close_all()
            self.show()
        return view

    @staticmethod
    def _differs(view: DossierView) -> bool:
        return view.missing is not None and view.missing.code == "A12"

    # --- answers
    def _set_procedure(self, code: str) -> None:
        if (view := self._answered()) is not None:
            self._ask("procedure", self._desk.set_procedure(view.row.id, code))

    def _set_risk(self, code: str, note: str) -> None:
        if (view := self._answered()) is not None:
            self._ask("risk", self._desk.set_risk(view.row.id, code, note))

    def _set_count(self, text: str) -> None:
        if (view := self._answered()) is None:
            return
        count = count_of(nfc(text))
        if count is not None:
            self._ask("count", self._desk.set_count(view.row.id, count.sheets, count.pages))
        elif self._differs(view):
            self._ask("count", self._desk.explain_count(view.row.id, text))
        else:
            self.ask_count()
            self.count.edit.setText(text)
            self.count.hint.setText("Cần ghi bằng số, ví dụ 7/14")

    def _answered(self) -> DossierView | None:
        self.hide()
        self._pages.back_to_pages()
        return self._pages.dossier()

    def _ask(self, name: str, done: "Future[None]") -> None:
        def shown(_: object) -> None:
            self._note.clear()
            self._pages.reload()

        self._inbox.ask(name, done, shown, self._note.show_note)
