"""The grid of Pages: every page of the dossier (or those that the filter leaves) as a tile; only visible ones are drawn."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QListView

from ui import theme
from ui.delegates.tiles import Standing, TileDelegate
from ui.images import Thumbnails
from ui.models.pages import page_model
from ui.views.tilechoice import Choice, TileDrag, choose_between
from workstation.domain.ids import DocumentId, PageId
from workstation.usecases.desk import Desk
from workstation.usecases.views import DocumentView, PageView

Index = QModelIndex | QPersistentModelIndex
_BAR_PX = 16
"""For the scroll bar and the frame."""


class PageGrid(QListView):
    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._bands: dict[DocumentId, tuple[str, str]] = {}
        self._cut: frozenset[PageId] = frozenset()
        self.pages = page_model()
        self.thumbnails = Thumbnails(self, desk, TileDelegate.SHEET * 2, self.viewport().update)
        self.setModel(self.pages)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalScrollBar().setSingleStep(40)
        self.setAccessibleName("Các trang của hồ sơ")
        self.setItemDelegate(TileDelegate(lambda p: self.thumbnails.get(p), self._band, self._standing))
        self.choice = Choice(self, self.pages)
        self.drag_tiles = TileDrag(self)

    @staticmethod
    def width_of(columns: int) -> int:
        """Pixels that so many columns need."""
        return columns * TileDelegate.TILE.width() + _BAR_PX

    @staticmethod
    def columns_in(width: int) -> int:
        return (width - _BAR_PX) // TileDelegate.TILE.width()

    def show_documents(self, documents: tuple[DocumentView, ...]) -> None:
        self._bands = {
            d.id: (theme.GROUPS[i % len(theme.GROUPS)], f"VB {d.number} · {d.type_name or 'chưa rõ loại'}")
            for i, d in enumerate(documents)
        }
        self.viewport().update()

    def show_cut(self, pages: frozenset[PageId]) -> None:
        """Which pages wait to be put elsewhere."""
        if pages != self._cut:
            self._cut = pages
            self.viewport().update()

    def _band(self, page: PageView) -> tuple[str, str]:
        none = (theme.LINE_STRONG, "Chưa tách")
        return self._bands.get(page.document_id, none) if page.document_id is not None else none

    def _standing(self, index: Index) -> Standing:
        page = self.pages.value(index.row())
        return Standing(
            self.selectionModel().isSelected(index),
            self.currentIndex().row() == index.row(),
            self.hasFocus(),
            self.choice.several,
            page is not None and page.id in self._cut,
        )

    # --- what Qt asks of a view
    def moveCursor(self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        """Left and right go on from row to row, as pages do."""
        kind = QAbstractItemView.CursorAction
        steps = {kind.MoveLeft: -1, kind.MovePrevious: -1, kind.MoveRight: 1, kind.MoveNext: 1}
        now = self.currentIndex().row()
        if action not in steps or now < 0:
            return super().moveCursor(action, modifiers)
        return self.pages.index(min(max(now + steps[action], 0), len(self.pages.rows) - 1), 0)

    def setSelection(self, rect: QRect, command: object) -> None:
        choose_between(self, rect, command)  # type: ignore[arg-type]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # a letter is a command here, never a search in the list
        if event.text().strip() and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            event.ignore()
        else:
            super().keyPressEvent(event)
