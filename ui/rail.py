"""The rail on the left: one button a screen, with icon, word and count."""

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QFrame, QVBoxLayout

from ui import theme
from ui.actions import command
from ui.widgets import text_width


class RailButton(QAbstractButton):
    def __init__(self, command_id: str, icon: str, word: str, *, checkable: bool = True) -> None:
        super().__init__()
        self._icon, self._word, self.count = icon, word, 0
        self.setCheckable(checkable)
        self.setAutoExclusive(checkable)
        self.setText(word)
        self.setToolTip(command(command_id).tip)
        self.setAccessibleName(word)
        self.setFixedSize(78, 58)

    def set_count(self, count: int) -> None:
        if count != self.count:
            self.count = count
            self.setAccessibleName(f"{self._word}, {count} đang chờ" if count else self._word)
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(78, 58)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen = self.isChecked()
        if chosen or self.underMouse():
            painter.fillRect(self.rect(), QColor(theme.RAIL_SELECTED if chosen else theme.RAIL_HOVER))
        if chosen:
            painter.fillRect(QRect(0, 0, 3, self.height()), QColor("#ffffff"))
        ink = "#ffffff" if chosen else theme.RAIL_TEXT
        painter.drawPixmap(28, 8, theme.pixmap(self._icon, ink, 22, self.devicePixelRatioF()))
        painter.setPen(QColor(ink))
        painter.setFont(theme.font(theme.SMALL_PX, bold=chosen))
        painter.drawText(QRect(0, 33, 78, 20), Qt.AlignmentFlag.AlignCenter, self._word)
        if self.count:
            self._badge(painter)
        if self.hasFocus():
            painter.setPen(QPen(QColor(theme.BADGE), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(3, 2, 72, 54), 4, 4)

    def _badge(self, painter: QPainter) -> None:
        text = str(self.count) if self.count < 1000 else "999+"
        width = max(text_width(text, bold=True, px=theme.SMALL_PX) + 9, 17)
        where = QRectF(46, 4, width, 16)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.BADGE))
        painter.drawRoundedRect(where, 8, 8)
        painter.setPen(QColor(theme.BADGE_TEXT))
        painter.setFont(theme.font(theme.SMALL_PX, bold=True))
        painter.drawText(where, Qt.AlignmentFlag.AlignCenter, text)


class Rail(QFrame):
    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("rail")
        self.setFixedWidth(78)
        self.setStyleSheet(f"QFrame#rail {{ background: {theme.RAIL}; }}")
        self.box = QVBoxLayout(self)
        self.box.setContentsMargins(0, 6, 0, 6)
        self.box.setSpacing(1)
