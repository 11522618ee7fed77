"""The strip of pages: tiles in rows, grouped by document under a coloured bracket with its heading."""

from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen, QRegion, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QWidget

from ui import theme
from ui.delegates.rows import CENTER, text
from ui.delegates.tiles import Standing, draw_tile
from ui.images import Thumbnails
from ui.models.rows import RowsModel
from ui.theme import Tone
from ui.views.tilechoice import TileDrag, choose_between, several
from ui.widgets import paint_pill, text_width
from workstation.domain.ids import DocumentId, PageId
from workstation.usecases.desk import Desk
from workstation.usecases.views import DocumentView, PageView

TILE_W, TILE_H, HEAD_H, GAP = 125, 192, 42, 6
ROW_H = HEAD_H + TILE_H + GAP
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


def _firsts(rows: list[int]) -> list[int]:
    """Where each row begins in a list of ascending rows, none of which is empty."""
    return [i for i, row in enumerate(rows) if i == 0 or rows[i - 1] != row]


def _end(firsts: list[int], row: int, count: int) -> int:
    return firsts[row + 1] if row + 1 < len(firsts) else count


class PageStrip(QAbstractItemView):
    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._places: list[tuple[int, int]] = []
        self._runs: list[Run] = []
        self._first_tile: list[int] = []
        """Of each row."""
        self._first_run: list[int] = []
        self._flowing: tuple[int, list[DocumentId | None]] = (0, [])
        """What was laid out: columns, and the document of each page."""
        self._headings: dict[DocumentId, tuple[str, str]] = {}
        self._colors: dict[DocumentId, str] = {}
        self._incoming = ""
        self._suggested: PageId | None = None
        self._offers: tuple[str, ...] = ()
        self.thumbnails = Thumbnails(self, desk, SHEET * 2, self.viewport().update)
        self._cut: frozenset[PageId] = frozenset()
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.drag_tiles = TileDrag(self)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Các trang của hồ sơ")
        self.setFrameShape(QAbstractItemView.Shape.NoFrame)
        self.verticalScrollBar().setSingleStep(40)

    # --- content
    def show_documents(self, documents: tuple[DocumentView, ...]) -> None:
        self._headings = {d.id: (f"Văn bản {d.number} · {d.type_name or 'chưa rõ loại'}", _number(d)) for d in documents}
        self._colors = {d.id: theme.GROUPS[i % len(theme.GROUPS)] for i, d in enumerate(documents)}
        self._lay_out()
        self.viewport().update()

    def set_incoming(self, words: str) -> None:
        """The dashed tile at the end while a page is on its way; empty: none."""
        self._incoming = words
        self.updateGeometries()
        self.viewport().update()

    def show_cut(self, pages: frozenset[PageId]) -> None:
        """Which pages wait to be put elsewhere."""
        self._cut = pages
        self.viewport().update()

    def suggest(self, page: PageId | None, offers: tuple[str, ...]) -> None:
        """Where a document may begin, and what is said of it beside the heading, the longest words first; None: nowhere."""
        self._suggested, self._offers = page, offers
        self.setAccessibleDescription(offers[0] if offers else "")
        self.viewport().update()

    def pages(self) -> tuple[PageView, ...]:
        model = self.model()
        return model.rows if isinstance(model, RowsModel) else ()

    # --- layout
    def _columns(self) -> int:
        return max(1, self.viewport().width() // TILE_W)

    def doItemsLayout(self) -> None:
        self._lay_out(anew=True)
        super().doItemsLayout()

    def _lay_out(self, *, anew: bool = False) -> None:
        """Only if pages, their documents or the columns are others than they were."""
        flowing = self._columns(), [p.document_id for p in self.pages()]
        if flowing != self._flowing or anew:
            self._flowing = flowing
            self._places, self._runs = flow(flowing[1], flowing[0])
            self._first_tile = _firsts([row for _, row in self._places])
            self._first_run = _firsts([self._places[run.first][1] for run in self._runs])
            self.updateGeometries()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()
        self.updateGeometries()

    def rowsInserted(self, parent: Index, start: int, end: int) -> None:
        super().rowsInserted(parent, start, end)
        self._lay_out()

    def _rows_seen(self) -> range:
        """Rows of tiles that the viewport shows a part of."""
        first = self.verticalOffset() // ROW_H
        last = (self.verticalOffset() + self.viewport().height()) // ROW_H
        return range(max(first, 0), min(last + 1, len(self._first_tile)))

    def _tile(self, i: int) -> QRect:
        column, row = self._places[i]
        return QRect(column * TILE_W, row * ROW_H + HEAD_H - self.verticalOffset(), TILE_W, TILE_H)

    def _incoming_rect(self) -> QRect:
        column, row = self._places[-1] if self._places else (-1, 0)
        column += 1
        if column >= self._columns():
            column, row = 0, row + 1
        return QRect(column * TILE_W, row * ROW_H + HEAD_H - self.verticalOffset(), TILE_W, TILE_H)

    def updateGeometries(self) -> None:
        rows = (self._places[-1][1] + 1) if self._places else 0
        if self._incoming:
            rows = max(rows, (self._incoming_rect().top() + self.verticalOffset()) // ROW_H + 1)
        content = rows * ROW_H
        bar = self.verticalScrollBar()
        bar.setPageStep(self.viewport().height())
        bar.setRange(0, max(0, content - self.viewport().height()))
        super().updateGeometries()

    # --- what Qt asks of a view
    def visualRect(self, index: Index) -> QRect:
        return self._tile(index.row()) if index.isValid() and index.row() < len(self._places) else QRect()

    def indexAt(self, point: QPoint) -> QModelIndex:
        row, column = (point.y() + self.verticalOffset()) // ROW_H, point.x() // TILE_W
        if not 0 <= row < len(self._first_tile) or column < 0:
            return QModelIndex()
        i = self._first_tile[row] + column
        there = i < _end(self._first_tile, row, len(self._places)) and self._tile(i).contains(point)
        return self.model().index(i, 0) if there else QModelIndex()

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
        to = row + step
        if not 0 <= to < len(self._first_tile):
            return now
        return min(self._first_tile[to] + column, _end(self._first_tile, to, len(self._places)) - 1)

    def horizontalOffset(self) -> int:
        return 0

    def verticalOffset(self) -> int:
        return self.verticalScrollBar().value()

    def isIndexHidden(self, index: Index) -> bool:
        return False

    def setSelection(self, rect: QRect, command: object) -> None:
        choose_between(self, rect, command)  # type: ignore[arg-type]

    def visualRegionForSelection(self, selection: object) -> QRegion:
        return QRegion(self.viewport().rect())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # a letter is a command here, never a search in the list
        if event.text().strip() and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            event.ignore()
        else:
            super().keyPressEvent(event)

    # --- drawing
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.thumbnails.look()
        pages = self.pages()
        for row in self._rows_seen():
            for at in range(self._first_run[row], _end(self._first_run, row, len(self._runs))):
                run = self._runs[at]
                rect = self._tile(run.first).united(self._tile(run.last)).adjusted(0, -HEAD_H, 0, 0)
                self._draw_run(painter, run, rect, self._heading_room(at, rect))
            for i in range(self._first_tile[row], min(_end(self._first_tile, row, len(self._places)), len(pages))):
                self._draw_tile(painter, i, pages[i])
        if self._incoming and self._incoming_rect().intersects(self.viewport().rect()):
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
        if document is None and all(p.separator for p in self.pages()[run.first : run.last + 1]):
            name, number = "Tờ phân cách", ""
        if not run.opens:
            name, number = "tiếp theo", ""
        painter.fillRect(QRect(rect.left(), rect.top() + 9, 9, 9), QColor(color))
        bold, plain = QFontMetrics(theme.font(bold=True)), QFontMetrics(theme.font())
        if bold.horizontalAdvance(name) > room:
            name = name.removeprefix("Văn bản ")
        used = bold.horizontalAdvance(name)
        text(painter, QRect(rect.left() + 15, rect.top() + 2, room, 22), name, bold=run.opens)
        if self._asks(run):
            number = ""
            self._draw_offer(painter, rect.left() + 15 + used + 10, rect.top() + 2, room - used - 10)
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

    def _asks(self, run: Run) -> bool:
        """Whether the suggestion is about the document whose first row this is."""
        about = next((p.document_id for p in self.pages() if p.id == self._suggested), None)
        return run.opens and run.document is not None and run.document == about

    def _draw_offer(self, painter: QPainter, x: int, y: int, room: int) -> None:
        """As much of it as there is room for; the cut at the page itself is drawn in any case."""
        for words in self._offers:
            width = text_width(words, bold=True, px=theme.SMALL_PX) + 18
            if width <= room:
                paint_pill(painter, QRect(x, y, width, 21), words, Tone.INFO, "")
                return

    def _draw_cut(self, painter: QPainter, tile: QRect) -> None:
        painter.setPen(QPen(QColor(theme.BLUE), 2, Qt.PenStyle.DashLine))
        painter.drawLine(tile.left() + 2, tile.top() - 6, tile.left() + 2, tile.bottom() - 4)

    def _draw_tile(self, painter: QPainter, i: int, page: PageView) -> None:
        tile, index, model = self._tile(i), self.model().index(i, 0), self.selectionModel()
        if page.id == self._suggested:
            self._draw_cut(painter, tile)
        sheet = QRect(tile.left() + 9, tile.top(), SHEET.width(), SHEET.height())
        current, cut = self.currentIndex().row() == i, page.id in self._cut
        how = Standing(model.isSelected(index), current, self.hasFocus(), several(self), cut)
        draw_tile(painter, tile, sheet, page, self.thumbnails.get(page), how)

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
