"""The sheet of keys: an overlay that `?` opens and any screen fills from ``ui.actions``."""

from math import ceil

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QHideEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QFrame, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget
from shiboken6 import isValid

from ui import theme
from ui.actions import ALL, Command, of_screen
from ui.widgets import Card, KeyLabel, label

_ROW_PX, _AROUND_PX, _BESIDE_PX, _FEWEST = 27, 190, 80, 8
"""Height of a command; what the sheet needs above and below its rows, and beside them."""
_LONGEST = 4
"""Heights of the window that a column may be long."""


class KeySheet(QWidget):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName("Bảng phím tắt")
        self._box = QHBoxLayout(self)
        self._card: Card | None = None
        self._before: QWidget | None = None
        self.hide()

    def toggle(self, screen_id: str, title: str) -> None:
        if self.isVisible():
            self.hide()
            return
        if self._card is not None:
            self._box.removeWidget(self._card)
            self._card.deleteLater()
        self._card = Card((26, 20, 26, 22), 14)
        self._card.body.addWidget(label("Phím tắt", bold=True, px=17))
        over = self.parentWidget()
        area = over.size() if over is not None else self.size()
        rows = max((area.height() - _AROUND_PX) // _ROW_PX, _FEWEST)
        columns, longer = self._columns(screen_id, title, rows), 1
        while max(columns.sizeHint().width(), columns.minimumWidth()) > area.width() - _BESIDE_PX and longer < _LONGEST:
            longer += 1
            columns = self._scrolled(self._columns(screen_id, title, longer * rows), area.height() - _AROUND_PX)
        self._card.body.addWidget(columns)
        self._card.body.addWidget(label("Esc để đóng", muted=True))
        self._box.addWidget(self._card, 0, Qt.AlignmentFlag.AlignCenter)
        if over is not None:
            self.setGeometry(over.rect())
        self._before = QApplication.focusWidget()
        self.raise_()
        self.show()
        columns.setFocus(Qt.FocusReason.OtherFocusReason)

    def hideEvent(self, event: QHideEvent) -> None:
        """Work goes on where it was. A window that is minimised hides the sheet too, and shows it again."""
        if event.spontaneous():
            return
        before, self._before = self._before, None
        if before is not None and isValid(before) and before.isVisible():
            before.setFocus(Qt.FocusReason.PopupFocusReason)
        super().hideEvent(event)

    def _columns(self, screen_id: str, title: str, rows: int) -> QWidget:
        """``rows``: commands in a column, at most; columns are about as long as one another."""
        side_by_side = QWidget()
        columns = QHBoxLayout(side_by_side)
        columns.setContentsMargins(0, 0, 0, 0)
        columns.setSpacing(36)
        own = of_screen(screen_id)
        rows = ceil(len(own) / ceil(len(own) / rows))
        for start in range(0, len(own), rows):
            columns.addLayout(self._column(title if not start else "", own[start : start + rows]))
        columns.addLayout(self._column("Ở mọi màn hình", of_screen(ALL)))
        return side_by_side

    @staticmethod
    def _scrolled(columns: QWidget, height: int) -> QScrollArea:
        """Where there is no room for all: the arrows and the page keys move what is seen."""
        area = QScrollArea()
        area.setAccessibleName("Phím tắt, cuộn bằng mũi tên")
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidget(columns)
        area.setStyleSheet(f"QScrollArea > QWidget > QWidget {{ background: {theme.CARD}; }}")
        area.setFixedSize(columns.sizeHint().width() + area.verticalScrollBar().sizeHint().width() + 8, height)
        return area

    @staticmethod
    def _column(title: str, commands: tuple[Command, ...]) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(10)
        column.addWidget(label(title, bold=True))
        grid = QGridLayout()
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(7)
        for row, c in enumerate(commands):
            grid.addWidget(KeyLabel(c.sheet_key), row, 0, Qt.AlignmentFlag.AlignLeft)
            grid.addWidget(label(c.text.rstrip("…")), row, 1)
        column.addLayout(grid)
        column.addStretch(1)
        return column

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), QColor(18, 48, 79, 150))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.hide()
