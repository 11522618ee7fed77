"""How a document that was found is drawn: its title and state, where it belongs, and the passage; what was asked for is lit."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from ui import messages, theme
from ui.delegates.rows import LEFT, background, selected, text
from ui.models.hits import TONES, about
from ui.models.rows import VALUE
from ui.theme import Tone
from ui.widgets import paint_pill, text_width
from workstation.domain.snippet import Pieces
from workstation.usecases.search import Hit

Index = QModelIndex | QPersistentModelIndex


def lit_line(painter: QPainter, rect: QRect, pieces: Pieces, *, color: str, bold: bool, px: int) -> None:
    """One line; what does not fit ends in ``…``."""
    font = theme.font(px, bold)
    metrics = QFontMetrics(font)
    painter.setFont(font)
    x = rect.left()
    for words, lit in pieces:
        room = rect.right() - x
        shown = metrics.elidedText(words, Qt.TextElideMode.ElideRight, room)
        width = metrics.horizontalAdvance(shown)
        if lit:
            painter.fillRect(QRect(x, rect.center().y() - 9, width, 19), QColor(theme.LIT))
        painter.setPen(QColor(theme.TEXT if lit else color))
        painter.drawText(QRect(x, rect.top(), width + 2, rect.height()), LEFT, shown)
        x += width
        if shown != words:
            return


class HitDelegate(QStyledItemDelegate):
    HEIGHT = 70

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(200, self.HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        hit: Hit = index.data(VALUE)
        rect: QRect = option.rect
        chosen = selected(option)
        background(painter, rect, chosen, bar=True)
        word, tone = messages.DOCUMENT_STATES[hit.state][0], TONES.get(hit.state, Tone.PLAIN)
        width = text_width(word, bold=True, px=theme.SMALL_PX) + 18 + (20 if tone.icon else 0)
        chip = QRect(rect.right() - width - 12, rect.top() + 6, width, 21)
        paint_pill(painter, chip, word, tone, tone.icon, painter.device().devicePixelRatioF())
        left = rect.left() + 13
        title = QRect(left, rect.top() + 5, chip.left() - left - 10, 21)
        lit_line(painter, title, hit.title, color=theme.TEXT, bold=True, px=theme.FONT_PX)
        line = QRect(left, rect.top() + 26, rect.width() - 26, 19)
        text(painter, line, about(hit), color=theme.MUTED, px=theme.SMALL_PX)
        line.translate(0, 20)
        lit_line(painter, line, hit.passage, color=theme.MUTED, bold=False, px=theme.SMALL_PX)
