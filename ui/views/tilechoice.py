"""Choosing tiles of pages and dragging them: what the strip of Capture and the grid of Pages have in common."""

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, QObject, QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame

from ui import theme
from ui.models.rows import RowsModel
from workstation.domain.ids import PageId
from workstation.usecases.views import PageView

_EDGE_PX, _SCROLL_PX, _SCROLL_MS = 24, 40, 60
"""A drag this near to the view's edge scrolls it."""
_NO_UPDATE = QItemSelectionModel.SelectionFlag.NoUpdate


def choose_between(view: QAbstractItemView, rect: QRect, command: QItemSelectionModel.SelectionFlag) -> None:
    """What a view of tiles does for ``setSelection``: all tiles in paper order from the one under the corner where ``rect``
    begins to the one under the corner where it ends."""
    first, last = view.indexAt(rect.topLeft()), view.indexAt(rect.bottomRight())
    if first.isValid() and last.isValid():
        model, rows = view.model(), sorted((first.row(), last.row()))
        view.selectionModel().select(QItemSelection(model.index(rows[0], 0), model.index(rows[1], 0)), command)


def several(view: QAbstractItemView) -> bool:
    """Whether more than one tile is chosen; cheap, since every drawing asks."""
    ranges = view.selectionModel().selection()
    return ranges.count() > 1 or (ranges.count() == 1 and ranges.first().height() > 1)


@dataclass(frozen=True, slots=True)
class Kept:
    """A choice by ids: rows may be others after a reload."""

    chosen: frozenset[PageId]
    current: PageId | None


class Choice:
    """The chosen pages of a view over a model of pages."""

    def __init__(self, view: QAbstractItemView, model: RowsModel[PageView]) -> None:
        self._view, self._model = view, model

    def current(self) -> PageView | None:
        return self._model.value(self._view.currentIndex().row())

    def pages(self) -> tuple[PageView, ...]:
        """In paper order; without a choice the current one."""
        rows = sorted(i.row() for i in self._view.selectionModel().selectedIndexes())
        chosen = tuple(page for row in rows if (page := self._model.value(row)) is not None)
        one = self.current()
        return chosen or ((one,) if one is not None else ())

    @property
    def several(self) -> bool:
        return several(self._view)

    def only(self, row: int) -> None:
        """That page and no other, whatever keys are down just now (``setCurrentIndex`` would look at them)."""
        self._view.selectionModel().setCurrentIndex(self._model.index(row, 0), QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def one_only(self) -> bool:
        """The page that is looked at and no other; False if it was so already."""
        was = self.several
        if was:
            self.only(self._view.currentIndex().row())
        return was

    def keep(self) -> Kept:
        one = self.current()
        return Kept(frozenset(p.id for p in self.pages()), one.id if one is not None else None)

    def restore(self, kept: Kept) -> bool:
        """After a reload; False if the page that was looked at is gone."""
        rows = [i for i, p in enumerate(self._model.rows) if p.id in kept.chosen]
        at = self._model.row_of(kept.current) if kept.current is not None else -1
        if at < 0:
            return False
        model, selection = self._view.selectionModel(), QItemSelection()
        if {i.row() for i in model.selectedIndexes()} != set(rows):
            for row in rows:
                selection.select(self._model.index(row, 0), self._model.index(row, 0))
            model.select(selection, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        if self._view.currentIndex().row() != at:
            model.setCurrentIndex(self._model.index(at, 0), _NO_UPDATE)
        return True


class TileDrag(QObject):
    """Chosen tiles follow the mouse to another place; a bar shows where. (``QDrag`` would run a nested loop.)"""

    moved = Signal(int)
    """The row in front of which they are put; the number of rows: at the end."""

    def __init__(self, view: QAbstractItemView) -> None:
        super().__init__(view)
        self._view = view
        self._from: QPoint | None = None
        self._at = QPoint()
        self._swallowed = False
        self.dragging = False
        self.bar = QFrame(view.viewport())
        self.bar.setStyleSheet(f"background: {theme.BLUE}; border: 0; border-radius: 2px;")
        self.bar.hide()
        self._scrolling = QTimer(self, interval=_SCROLL_MS)
        self._scrolling.timeout.connect(self._scroll)
        view.viewport().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QMouseEvent):
            kind = event.type()
            if kind is QEvent.Type.MouseButtonPress and event.button() is Qt.MouseButton.LeftButton:
                return self._press(event)
            if kind is QEvent.Type.MouseMove and event.buttons() & Qt.MouseButton.LeftButton:
                return self._move(event.position().toPoint())
            if kind is QEvent.Type.MouseButtonRelease and event.button() is Qt.MouseButton.LeftButton:
                return self._release(event.position().toPoint())
        return False

    def cancel(self) -> bool:
        """Esc; False if nothing was being dragged."""
        was = self.dragging
        self._from, self.dragging = None, False
        self._scrolling.stop()
        self.bar.hide()
        return was

    def _press(self, event: QMouseEvent) -> bool:
        """On a chosen tile it keeps the choice until it is known whether tiles are dragged; beside the tiles it does nothing."""
        at = event.position().toPoint()
        index, model = self._view.indexAt(at), self._view.selectionModel()
        self._view.setFocus(Qt.FocusReason.MouseFocusReason)
        self._from = at if index.isValid() else None
        plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
        self._swallowed = not index.isValid() or (plain and model.isSelected(index) and several(self._view))
        if self._swallowed and index.isValid():
            model.setCurrentIndex(index, _NO_UPDATE)
        return self._swallowed

    def _move(self, at: QPoint) -> bool:
        if self._from is None:
            return True
        far = (at - self._from).manhattanLength() >= QGuiApplication.styleHints().startDragDistance()
        if self.dragging or far:
            self.dragging, self._at = True, at
            self._show_bar()
            self._scrolling.start()
        return True

    def _release(self, at: QPoint) -> bool:
        swallowed, pressed = self._swallowed, self._from
        if self.dragging:
            row = self.gap(at)
            self.cancel()
            self.moved.emit(row)
            return swallowed
        self.cancel()
        if swallowed and pressed is not None:
            self._view.selectionModel().setCurrentIndex(
                self._view.indexAt(pressed), QItemSelectionModel.SelectionFlag.ClearAndSelect
            )
        return swallowed

    # --- where it would go
    def gap(self, at: QPoint) -> int:
        """The row in front of which what is dropped there goes."""
        if (under := self._view.indexAt(at)).isValid():
            return under.row() + (at.x() >= self._rect(under.row()).center().x())
        count = self._view.model().rowCount()
        for row in range(count):
            rect = self._rect(row)
            if at.y() < rect.top() or (at.y() <= rect.bottom() and at.x() < rect.center().x()):
                return row
        return count

    def _rect(self, row: int) -> QRect:
        return self._view.visualRect(self._view.model().index(row, 0))

    def _show_bar(self) -> None:
        row, count = self.gap(self._at), self._view.model().rowCount()
        before, behind = self._rect(row - 1) if row else QRect(), self._rect(row) if row < count else QRect()
        at_behind = not behind.isNull() and (before.isNull() or behind.top() <= self._at.y() <= behind.bottom())
        tile = behind if at_behind else before
        self.bar.setGeometry(tile.left() - 2 if at_behind else tile.right() - 1, tile.top(), 4, tile.height())
        self.bar.show()
        self.bar.raise_()

    def _scroll(self) -> None:
        bar, height = self._view.verticalScrollBar(), self._view.viewport().height()
        if self._at.y() < _EDGE_PX:
            bar.setValue(bar.value() - _SCROLL_PX)
        elif self._at.y() > height - _EDGE_PX:
            bar.setValue(bar.value() + _SCROLL_PX)
        self._show_bar()
