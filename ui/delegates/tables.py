"""Cells of the queue to sign and of the outbox."""

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from ui import messages, theme
from ui.delegates.rows import background, mark, selected, text
from ui.models import outbox, signing
from ui.models.rows import VALUE
from ui.theme import Tone
from workstation.domain.outbox import OutboxState
from workstation.usecases.views import OutboxRow, SignRow

Index = QModelIndex | QPersistentModelIndex


def _ink(tone: Tone) -> str:
    return theme.MUTED if tone in (Tone.PLAIN, Tone.BUSY) else tone.ink


class SignDelegate(QStyledItemDelegate):
    HEIGHT = 38

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(80, self.HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: SignRow = index.data(VALUE)
        rect: QRect = option.rect
        chosen = selected(option)
        background(painter, rect, chosen)
        column = index.column()
        if column == signing.DOCUMENT:
            self._document(painter, rect, row, chosen)
        elif column == signing.PAGES:
            text(painter, rect.adjusted(8, 0, -4, 0), str(row.pages))
        else:
            words, tone = signing.seen_text(row) if column == signing.SEEN else signing.gate_text(row)
            inside = rect.adjusted(8, 0, -4, 0)
            icon = tone.icon if words != "—" else ""
            if icon:
                mark(painter, inside.left(), inside.center().y() - 7, icon, _ink(tone), 14)
                inside.adjust(18, 0, 0, 0)
            text(painter, inside, words, color=_ink(tone), bold=tone is Tone.BAD, px=theme.SMALL_PX)

    @staticmethod
    def _document(painter: QPainter, rect: QRect, row: SignRow, chosen: bool) -> None:
        ticked = signing.ready(row)
        box = QRectF(rect.left() + 12.5, rect.center().y() - 8.5, 17, 17)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme.BLUE if ticked else theme.LINE_STRONG), 1))
        painter.setBrush(QColor(theme.BLUE if ticked else theme.HEADER))
        painter.drawRoundedRect(box, 3.5, 3.5)
        painter.restore()
        if ticked:
            mark(painter, rect.left() + 14, rect.center().y() - 7, "check", "#ffffff", 14)
        left = rect.left() + 43
        width = rect.right() - left
        name, about = signing.two_lines(row.document)
        text(painter, QRect(left, rect.top() + 2, width, 19), name, bold=chosen)
        text(painter, QRect(left, rect.top() + 19, width, 18), about, color=theme.MUTED, px=theme.SMALL_PX)


class PlainDelegate(QStyledItemDelegate):
    """Cells of one line, as the model says them."""

    HEIGHT = 30

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        rect: QRect = option.rect
        background(painter, rect, selected(option))
        text(painter, rect.adjusted(8, 0, -4, 0), str(index.data() or ""))


class OutboxDelegate(QStyledItemDelegate):
    HEIGHT = 44

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(80, self.HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: OutboxRow = index.data(VALUE)
        rect: QRect = option.rect
        chosen = selected(option)
        background(painter, rect, chosen)
        column = index.column()
        inside = rect.adjusted(8, 0, -6, 0)
        if column == outbox.DOSSIER:
            text(painter, QRect(inside.left() + 4, rect.top() + 4, inside.width() - 4, 19), row.code, bold=True)
            text(
                painter,
                QRect(inside.left() + 4, rect.top() + 22, inside.width() - 4, 18),
                row.title,
                color=theme.MUTED,
                px=theme.SMALL_PX,
            )
        elif column == outbox.STATE:
            tone, icon = outbox.TONES[row.state]
            mark(painter, inside.left(), inside.center().y() - 8, icon, _ink(tone))
            words = messages.OUTBOX_STATES[row.state][0]
            text(painter, inside.adjusted(22, 0, 0, 0), words, color=_ink(tone), bold=tone in (Tone.BAD, Tone.WARN))
        elif column == outbox.SIZE:
            self._size(painter, inside, row)
        else:
            plain = column in (outbox.TRIES, outbox.NEXT)
            bad = column == outbox.REASON and row.state is OutboxState.REJECTED
            words = str(index.data() or "")
            color = theme.RED if bad else theme.TEXT
            if column == outbox.REASON:
                self._two_lines(painter, inside, words, color)
            else:
                text(painter, inside, words, color=color, px=13 if plain else theme.SMALL_PX)

    @staticmethod
    def _two_lines(painter: QPainter, inside: QRect, words: str, color: str) -> None:
        f = theme.font(theme.SMALL_PX)
        metrics = QFontMetrics(f)
        first = words
        while metrics.horizontalAdvance(first) > inside.width() - 4 and " " in first:
            first = first.rpartition(" ")[0]
        rest = words[len(first) :].strip()
        if not rest:
            text(painter, inside, words, color=color, px=theme.SMALL_PX)
            return
        text(painter, QRect(inside.left(), inside.top() + 4, inside.width(), 18), first, color=color, px=theme.SMALL_PX)
        text(painter, QRect(inside.left(), inside.top() + 22, inside.width(), 18), rest, color=color, px=theme.SMALL_PX)

    @staticmethod
    def _size(painter: QPainter, inside: QRect, row: OutboxRow) -> None:
        words = outbox.size_text(row)
        if row.state is OutboxState.SENDING and row.bytes:
            text(painter, inside.adjusted(0, 0, 0, -10), words, px=theme.SMALL_PX)
            bar = QRect(inside.left(), inside.bottom() - 13, inside.width() - 8, 5)
            painter.fillRect(bar, QColor(theme.LINE))
            painter.fillRect(
                QRect(bar.left(), bar.top(), round(bar.width() * min(row.done / row.bytes, 1)), 5), QColor(theme.BLUE)
            )
        else:
            text(painter, inside, words, px=theme.SMALL_PX)
