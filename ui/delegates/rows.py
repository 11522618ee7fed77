"""How rows are drawn: two lines and a state chip; nothing here holds data."""

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from ui import theme
from ui.models.dossiers import heading, state_of
from ui.models.pages import has_unread, page_state
from ui.models.rows import VALUE
from ui.theme import Tone
from ui.widgets import paint_pill, text_width
from workstation.usecases.views import DossierRow, PageView

Index = QModelIndex | QPersistentModelIndex
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
CENTER = Qt.AlignmentFlag.AlignCenter


def selected(option: QStyleOptionViewItem) -> bool:
    return bool(option.state & QStyle.StateFlag.State_Selected)


def background(painter: QPainter, rect: QRect, chosen: bool, *, bar: bool = False) -> None:
    if chosen:
        painter.fillRect(rect, QColor(theme.BLUE_SOFT))
        if bar:
            painter.fillRect(QRect(rect.left(), rect.top(), 3, rect.height()), QColor(theme.BLUE))
    painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), QColor(theme.LINE))


def text(painter: QPainter, rect: QRect, words: str, *, color: str = theme.TEXT, bold: bool = False, px: int = 13,
         align: Qt.AlignmentFlag = LEFT) -> None:  # fmt: skip
    f = theme.font(px, bold)
    painter.setFont(f)
    painter.setPen(QColor(color))
    painter.drawText(rect, align, QFontMetrics(f).elidedText(words, Qt.TextElideMode.ElideRight, rect.width()))


def mark(painter: QPainter, x: int, y: int, icon: str, color: str, size: int = 16) -> None:
    painter.drawPixmap(x, y, theme.pixmap(icon, color, size, painter.device().devicePixelRatioF()))


class DossierDelegate(QStyledItemDelegate):
    HEIGHT = 55

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(200, self.HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: DossierRow = index.data(VALUE)
        rect: QRect = option.rect
        chosen = selected(option)
        background(painter, rect, chosen, bar=True)
        text(painter, QRect(rect.left() + 13, rect.top() + 6, rect.width() - 22, 20), heading(row), bold=chosen)
        word, tone = state_of(row)
        width = text_width(word, bold=True, px=theme.SMALL_PX) + 18 + (20 if tone is Tone.BUSY else 0)
        chip = QRect(rect.right() - width - 8, rect.top() + 28, width, 21)
        paint_pill(painter, chip, word, tone, "clock" if tone is Tone.BUSY else "", painter.device().devicePixelRatioF())
        text(
            painter,
            QRect(rect.left() + 13, rect.top() + 28, chip.left() - rect.left() - 18, 21),
            f"{row.pages} trang",
            color=theme.MUTED,
        )


def draw_sheet(painter: QPainter, rect: QRect, picture: QPixmap | None, page: PageView) -> None:
    """A page's small picture in its frame, or what stands in for it."""
    painter.fillRect(rect, QColor("#fbf8f0"))
    ratio = painter.device().devicePixelRatioF()
    if picture is not None:
        where = QRect(rect)
        where.setSize(picture.size().scaled(rect.size(), Qt.AspectRatioMode.KeepAspectRatio))
        where.moveCenter(rect.center())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawPixmap(where, picture)
    else:
        tone = page_state(page)[1]
        name = "clock" if tone is Tone.BUSY else "lock" if tone is Tone.BAD else "scan"
        painter.drawPixmap(rect.center().x() - 13, rect.center().y() - 13, theme.pixmap(name, tone.ink, 26, ratio))
    if page.dropped:
        painter.fillRect(rect, QColor(255, 255, 255, 170))
        painter.drawPixmap(rect.center().x() - 16, rect.center().y() - 16, theme.pixmap("cross", theme.RED, 32, ratio))


class ThumbDelegate(QStyledItemDelegate):
    """A page with its number, for the narrow strip of Verify."""

    SHEET = QSize(72, 101)

    def __init__(self, picture: Callable[[PageView], QPixmap | None]) -> None:
        super().__init__()
        self._picture = picture

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(86, 132)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        page: PageView = index.data(VALUE)
        rect: QRect = option.rect
        sheet = QRect(
            rect.left() + (rect.width() - self.SHEET.width()) // 2, rect.top() + 5, self.SHEET.width(), self.SHEET.height()
        )
        draw_sheet(painter, sheet, self._picture(page), page)
        chosen = selected(option)
        painter.setPen(QColor(theme.BLUE if chosen else theme.LINE_STRONG))
        for grow in (0, 1) if chosen else (0,):
            painter.drawRect(sheet.adjusted(-grow, -grow, grow, grow))
        text(painter, QRect(rect.left(), sheet.bottom() + 3, rect.width(), 20), str(page.number), align=CENTER, bold=chosen)
        if has_unread(page):
            mark(painter, sheet.right() - 17, sheet.bottom() + 4, Tone.WARN.icon, Tone.WARN.ink)
