"""The strip of pages: tiles in rows, grouped by document under a coloured bracket with its heading."""

from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QRegion, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QWidget

from ui import theme
from ui.delegates.rows import CENTER, draw_sheet, text
from ui.images import Thumbnails
from ui.models.pages import page_state
from ui.models.rows import RowsModel
from workstation.domain.ids import DocumentId
from workstation.usecases.views import DocumentView, PageView

TILE_W, TILE_H, HEAD_H, GAP = 125, 192, 42, 6
SHEET = QSize(105, 148)
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring tiles of one document in one row."""

    document: DocumentId | None
    first: int
    last: int
    opens: bool
    """The document begins here; else it goes on from the row above."""
    closes: bool


def flow(documents: list[DocumentId | None], columns: int) -> tuple[list[tuple[int, int]], list[Run]]:
    """(column, row) of each tile, and the runs. A document that fits a row whole is not torn over two."""
    places: list[tuple[int, int]] = []
    runs: list[Run] = []
    column = row = i = 0
    while i < len(documents):
        end = i
        while end < len(documents) and documents[end] == documents[i]:
            end += 1
        size = end - i
        if column and column + size > columns and (size <= columns or column == columns):
            column, row = 0, row + 1
        start = i
        for k in range(i, end):
            if column == columns:
                runs.append(Run(documents[i], start, k - 1, start == i, False))
                column, row, start = 0, row + 1, k
            places.append((column, row))
            column += 1
        runs.append(Run(documents[i], start, end - 1, start == i, True))
        i = end
    return places, runs


class PageStrip(QAbstractItemView):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._places: list[tuple[int, int]] = []
        self._runs: list[Run] = []
        self._headings: dict[DocumentId, tuple[str, str]] = {}
        self._colors: dict[DocumentId, str] = {}
        self._incoming = ""
        self.thumbnails = Thumbnails(self, SHEET * 2, self.viewport().update)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Các trang của hồ sơ")
        self.setFrameShape(QAbstractItemView.Shape.NoFrame)
        self.verticalScrollBar().setSingleStep(40)

    # --- content
    def show_documents(self, documents: tuple[DocumentView, ...]) -> None:
        self._headings = {d.id: (f"Văn bản {d.number} · {d.type_name or 'chưa rõ loại'}", _number(d)) for d in documents}
        self._colors = {d.id: theme.GROUPS[i % len(theme.GROUPS)] for i, d in enumerate(documents)}
        self.doItemsLayout()

    def set_incoming(self, words: str) -> None:
        """The dashed tile at the end while a page is on its way; empty: none."""
        self._incoming = words
        self.updateGeometries()
        self.viewport().update()

    def pages(self) -> tuple[PageView, ...]:
        model = self.model()
        return model.rows if isinstance(model, RowsModel) else ()

    # --- layout
    def _columns(self) -> int:
        return max(1, self.viewport().width() // TILE_W)

    def doItemsLayout(self) -> None:
        self._places, self._runs = flow([p.document_id for p in self.pages()], self._columns())
        super().doItemsLayout()
        self.updateGeometries()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.doItemsLayout()

    def rowsInserted(self, parent: Index, start: int, end: int) -> None:
        super().rowsInserted(parent, start, end)
        self.doItemsLayout()

    def _tile(self, i: int) -> QRect:
        column, row = self._places[i]
        height = HEAD_H + TILE_H + GAP
        return QRect(column * TILE_W, row * height + HEAD_H - self.verticalOffset(), TILE_W, TILE_H)

    def _incoming_rect(self) -> QRect:
        column, row = self._places[-1] if self._places else (-1, 0)
        column += 1
        if column >= self._columns():
            column, row = 0, row + 1
        return QRect(column * TILE_W, row * (HEAD_H + TILE_H + GAP) + HEAD_H - self.verticalOffset(), TILE_W, TILE_H)

    def updateGeometries(self) -> None:
        rows = (self._places[-1][1] + 1) if self._places else 0
        if self._incoming:
            rows = max(rows, (self._incoming_rect().top() + self.verticalOffset()) // (HEAD_H + TILE_H + GAP) + 1)
        content = rows * (HEAD_H + TILE_H + GAP)
        bar = self.verticalScrollBar()
        bar.setPageStep(self.viewport().height())
        bar.setRange(0, max(0, content - self.viewport().height()))
        super().updateGeometries()

    # --- what Qt asks of a view
    def visualRect(self, index: Index) -> QRect:
        return self._tile(index.row()) if index.isValid() and index.row() < len(self._places) else QRect()

    def indexAt(self, point: QPoint) -> QModelIndex:
        for i in range(len(self._places)):
            if self._tile(i).contains(point):
                return self.model().index(i, 0)
        return QModelIndex()

    def scrollTo(self, index: Index, hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible) -> None:
        rect = self.visualRect(index)
        if rect.isNull():
            return
        bar = self.verticalScrollBar()
        if rect.top() - HEAD_H < 0:
            bar.setValue(bar.value() + rect.top() - HEAD_H)
        elif rect.bottom() > self.viewport().height():
            bar.setValue(bar.value() + rect.bottom() - self.viewport().height() + GAP)

    def moveCursor(self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        count = len(self._places)
        if not count:
            return QModelIndex()
        now = max(self.currentIndex().row(), 0)
        kind = QAbstractItemView.CursorAction
        if action in (kind.MoveUp, kind.MoveDown, kind.MovePageUp, kind.MovePageDown):
            to = self._vertical(now, 1 if action in (kind.MoveDown, kind.MovePageDown) else -1)
        elif action == kind.MoveHome:
            to = 0
        elif action == kind.MoveEnd:
            to = count - 1
        else:
            to = now + (1 if action in (kind.MoveRight, kind.MoveNext) else -1)
        return self.model().index(min(max(to, 0), count - 1), 0)

    def _vertical(self, now: int, step: int) -> int:
        column, row = self._places[now]
        there = [i for i, (_, r) in enumerate(self._places) if r == row + step]
        return min(there, key=lambda i: abs(self._places[i][0] - column)) if there else now

    def horizontalOffset(self) -> int:
        return 0

    def verticalOffset(self) -> int:
        return self.verticalScrollBar().value()

    def isIndexHidden(self, index: Index) -> bool:
        return False

    def setSelection(self, rect: QRect, command: object) -> None:
        index = self.indexAt(rect.center())
        if index.isValid():
            self.selectionModel().select(index, command)  # type: ignore[call-overload]

    def visualRegionForSelection(self, selection: object) -> QRegion:
        return QRegion(self.viewport().rect())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # a letter is a command here, never a search in the list
        if event.text().strip() and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if index.isValid():
            self.setCurrentIndex(index)
        self.setFocus(Qt.FocusReason.MouseFocusReason)

    # --- drawing
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        seen = self.viewport().rect()
        for at, run in enumerate(self._runs):
            rect = self._tile(run.first).united(self._tile(run.last)).adjusted(0, -HEAD_H, 0, 0)
            if rect.intersects(seen):
                self._draw_run(painter, run, rect, self._heading_room(at, rect))
        pages = self.pages()
        for i in range(min(len(self._places), len(pages))):
            if self._tile(i).intersects(seen):
                self._draw_tile(painter, i, pages[i])
        if self._incoming and self._incoming_rect().intersects(seen):
            self._draw_incoming(painter)

    def _heading_room(self, at: int, rect: QRect) -> int:
        """Width for a run's heading: the last run of a row has all to the right edge."""
        after = self._runs[at + 1].first if at + 1 < len(self._runs) else -1
        last = after < 0 or self._places[after][1] != self._places[self._runs[at].first][1]
        return (self.viewport().width() - rect.left() if last else rect.width()) - 18

    def _draw_run(self, painter: QPainter, run: Run, rect: QRect, room: int) -> None:
        document = run.document
        color = self._colors.get(document, theme.LINE_STRONG) if document else theme.LINE_STRONG
        name, number = self._headings.get(document, ("Chưa thuộc văn bản nào", "")) if document else ("Chưa tách văn bản", "")
        if not run.opens:
            name, number = "tiếp theo", ""
        painter.fillRect(QRect(rect.left(), rect.top() + 9, 9, 9), QColor(color))
        bold, plain = QFontMetrics(theme.font(bold=True)), QFontMetrics(theme.font())
        if bold.horizontalAdvance(name) > room:
            name = name.removeprefix("Văn bản ")
        used = bold.horizontalAdvance(name)
        text(painter, QRect(rect.left() + 15, rect.top() + 2, room, 22), name, bold=run.opens)
        if number and plain.horizontalAdvance(number) <= room - used - 8:
            where = QRect(rect.left() + 15 + used + 8, rect.top() + 2, room - used - 8, 22)
            text(painter, where, number, color=theme.MUTED)
        painter.setPen(QPen(QColor(color), 3, Qt.PenStyle.SolidLine, Qt.PenCapStyle.SquareCap))
        y, left, right = rect.top() + 28, rect.left() + 7, rect.right() - 8
        painter.drawLine(left, y, right, y)
        if run.opens:
            painter.drawLine(left, y, left, y + 11)
        if run.closes:
            painter.drawLine(right, y, right, y + 11)

    def _draw_tile(self, painter: QPainter, i: int, page: PageView) -> None:
        tile = self._tile(i)
        chosen = self.currentIndex().row() == i
        word, tone = page_state(page)
        if chosen:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.BLUE_SOFT))
            painter.drawRoundedRect(tile.adjusted(3, -4, -4, 0), 5, 5)
        sheet = QRect(tile.left() + 9, tile.top(), SHEET.width(), SHEET.height())
        draw_sheet(painter, sheet, self.thumbnails.get(page.thumbnail), page)
        edge = (
            theme.BLUE
            if chosen
            else tone.ink
            if tone.name == "BAD"
            else theme.AMBER_LINE
            if tone.name == "WARN"
            else theme.LINE_STRONG
        )
        painter.setPen(QPen(QColor(edge), 3 if chosen and self.hasFocus() else 2 if edge != theme.LINE_STRONG else 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(sheet)
        below = QRect(tile.left() + 2, sheet.bottom() + 3, tile.width() - 5, 18)
        text(painter, below, f"Trang {page.number}", bold=True, px=theme.SMALL_PX, align=CENTER)
        ink = theme.MUTED if tone.name in ("PLAIN", "BUSY") else tone.ink
        text(
            painter, below.translated(0, 17), word, color=ink, bold=tone.name in ("WARN", "BAD"), px=theme.SMALL_PX, align=CENTER
        )

    def _draw_incoming(self, painter: QPainter) -> None:
        tile = self._incoming_rect()
        sheet = QRect(tile.left() + 9, tile.top(), SHEET.width(), SHEET.height())
        painter.setPen(QPen(QColor("#8ca0b8"), 2, Qt.PenStyle.DashLine))
        painter.setBrush(QColor(theme.HEADER))
        painter.drawRoundedRect(sheet, 4, 4)
        ratio = self.devicePixelRatioF()
        painter.drawPixmap(sheet.center().x() - 11, sheet.top() + 42, theme.pixmap("scan", theme.MUTED, 22, ratio))
        painter.setPen(QColor(theme.MUTED))
        painter.setFont(theme.font(theme.SMALL_PX))
        flags = int(CENTER) | int(Qt.TextFlag.TextWordWrap)
        painter.drawText(QRect(sheet.left() + 6, sheet.top() + 70, sheet.width() - 12, 50), flags, self._incoming)


def _number(document: DocumentView) -> str:
    values = {f.name: f.value for f in document.fields}
    number, notation = values.get("number", ""), values.get("notation", "")
    return f"{number}/{notation}" if number and notation else number or notation
