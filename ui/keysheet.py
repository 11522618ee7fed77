"""The sheet of keys: an overlay that `?` opens and any screen fills from ``ui.actions``."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from ui.actions import ALL, Command, of_screen
from ui.widgets import Card, KeyLabel, label


class KeySheet(QWidget):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName("Bảng phím tắt")
        self._box = QHBoxLayout(self)
        self._card: Card | None = None
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
        columns = QHBoxLayout()
        columns.setSpacing(48)
        columns.addLayout(self._column(title, of_screen(screen_id)))
        columns.addLayout(self._column("Ở mọi màn hình", of_screen(ALL)))
        self._card.body.addLayout(columns)
        self._card.body.addWidget(label("Esc để đóng", muted=True))
        self._box.addWidget(self._card, 0, Qt.AlignmentFlag.AlignCenter)
        if (parent := self.parentWidget()) is not None:
            self.setGeometry(parent.rect())
        self.raise_()
        self.show()

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
