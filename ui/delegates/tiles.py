"""A page as a tile: its sheet, number and state. The strip of Capture and the grid of Pages draw the same."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from ui import theme
from ui.delegates.rows import CENTER, draw_sheet, text
from ui.models.pages import page_state
from ui.models.rows import VALUE
from workstation.usecases.views import PageView

Index = QModelIndex | QPersistentModelIndex
WORDS_H = 38
"""Number and state under a sheet."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a tile stands in its view."""

    chosen: bool = False
    current: bool = False
    """The one that is looked at."""
    focused: bool = False
    """Keys go to the view."""
    several: bool = False
    """More than one tile is chosen: each says so by a tick."""
    cut: bool = False
    """Waits to be put elsewhere."""


def draw_tile(painter: QPainter, tile: QRect, sheet: QRect, page: PageView, picture: QPixmap | None, how: Standing) -> None:
    """``sheet``: where in ``tile`` the paper lies; number and state stand below it."""
    word, tone = page_state(page)
    if how.chosen or how.current:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.BLUE_SOFT))
        painter.drawRoundedRect(tile.adjusted(3, -4, -4, 0), 5, 5)
    draw_sheet(painter, sheet, picture, page)
    if how.cut:
        painter.fillRect(sheet, QColor(255, 255, 255, 150))
    painter.setPen(_edge(tone.name, tone.ink, how))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(sheet)
    below = QRect(tile.left() + 2, sheet.bottom() + 3, tile.width() - 5, 18)
    text(painter, below, f"Trang {page.number}", bold=True, px=theme.SMALL_PX, align=CENTER)
    ink = theme.MUTED if tone.name in ("PLAIN", "BUSY") else tone.ink
    text(painter, below.translated(0, 17), word, color=ink, bold=tone.name in ("WARN", "BAD"), px=theme.SMALL_PX, align=CENTER)
    if how.chosen and how.several:
        _tick(painter, sheet)


def _edge(tone: str, ink: str, how: Standing) -> QPen:
    if how.chosen or how.current:
        pen = QPen(QColor(theme.BLUE), 3 if how.current and how.focused else 2)
    elif tone in ("BAD", "WARN"):
        pen = QPen(QColor(ink if tone == "BAD" else theme.AMBER_LINE), 2)
    else:
        pen = QPen(QColor(theme.LINE_STRONG), 1)
    if how.cut:
        pen.setStyle(Qt.PenStyle.DashLine)
    return pen


def _tick(painter: QPainter, sheet: QRect) -> None:
    where = QRect(sheet.right() - 17, sheet.top() - 5, 22, 22)
    painter.setPen(QPen(QColor(theme.CARD), 2))
    painter.setBrush(QColor(theme.BLUE))
    painter.drawEllipse(where)
    mark = theme.pixmap("check", "#ffffff", 14, painter.device().devicePixelRatioF())
    painter.drawPixmap(where.left() + 4, where.top() + 4, mark)


class TileDelegate(QStyledItemDelegate):
    """Tiles of a grid, each with the colour and number of its document above the sheet."""

    TILE = QSize(140, 238)
    SHEET = QSize(120, 170)
    HEAD_H = 22

    def __init__(
        self,
        picture: Callable[[PageView], QPixmap | None],
        band: Callable[[PageView], tuple[str, str]],
        standing: Callable[[Index], Standing],
    ) -> None:
        """``band``: colour and words of the page's document."""
        super().__init__()
        self._picture, self._band, self._standing = picture, band, standing

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return self.TILE

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        page: PageView = index.data(VALUE)
        rect: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        color, words = self._band(page)
        left = rect.left() + (rect.width() - self.SHEET.width()) // 2
        painter.fillRect(QRect(left, rect.top() + 8, 8, 8), QColor(color))
        text(painter, QRect(left + 13, rect.top() + 2, self.SHEET.width() - 13, 19), words, color=theme.MUTED, px=theme.SMALL_PX)
        tile = QRect(rect.left(), rect.top() + self.HEAD_H + 3, rect.width(), self.SHEET.height() + WORDS_H)
        sheet = QRect(left, tile.top(), self.SHEET.width(), self.SHEET.height())
        draw_tile(painter, tile, sheet, page, self._picture(page), self._standing(index))
        painter.restore()
