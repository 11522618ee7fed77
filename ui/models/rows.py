"""Lists of frozen values as Qt models: a reload that changes one row repaints one row, and keeps the selection."""

from collections.abc import Callable, Hashable, Sequence
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

T = TypeVar("T")
Index = QModelIndex | QPersistentModelIndex
VALUE = Qt.ItemDataRole.UserRole
"""The row's value itself, for delegates."""


def _shared(old: list[Hashable], new: list[Hashable]) -> tuple[int, int]:
    """How many rows at the beginning, and how many of the others at the end, are the same."""
    short = min(len(old), len(new))
    first = next((i for i in range(short) if old[i] != new[i]), short)
    last = next((i for i in range(short - first) if old[-1 - i] != new[-1 - i]), short - first)
    return first, last


class RowsModel(QAbstractTableModel, Generic[T]):
    """``key`` identifies a row over reloads, ``text`` is what a cell says (also to a screen reader)."""

    def __init__(
        self,
        key: Callable[[T], Hashable],
        text: Callable[[T, int], str],
        headers: Sequence[str],
        tip: Callable[[T], str] | None = None,
    ) -> None:
        super().__init__()
        self.rows: tuple[T, ...] = ()
        self._key, self._text, self._headers, self._tip = key, text, tuple(headers), tip

    def show(self, rows: Sequence[T]) -> None:
        old, new, before = [self._key(r) for r in self.rows], [self._key(r) for r in rows], self.rows
        first, last = _shared(old, new)
        more, fewer = len(new) - first - last, len(old) - first - last
        if more and fewer:
            self.beginResetModel()
            self.rows = tuple(rows)
            self.endResetModel()
            return
        if more:
            self.beginInsertRows(QModelIndex(), first, first + more - 1)
        elif fewer:
            self.beginRemoveRows(QModelIndex(), first, first + fewer - 1)
        self.rows = tuple(rows)
        if more:
            self.endInsertRows()
        elif fewer:
            self.endRemoveRows()
        for i, row in enumerate(self.rows):
            was = before[i] if i < first else before[i - more + fewer] if i >= first + more else row
            if row is not was and row != was:
                self.dataChanged.emit(self.index(i, 0), self.index(i, len(self._headers) - 1))

    def row_of(self, key: Hashable) -> int:
        """Where the row with that key stands; -1: gone."""
        return next((i for i, r in enumerate(self.rows) if self._key(r) == key), -1)

    def value(self, row: int) -> T | None:
        return self.rows[row] if 0 <= row < len(self.rows) else None

    # --- Qt
    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._headers)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self.rows):
            return None
        row = self.rows[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._text(row, index.column())
        if role == Qt.ItemDataRole.ToolTipRole and self._tip:
            return self._tip(row)
        return row if role == VALUE else None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and orientation is Qt.Orientation.Horizontal and section < len(self._headers):
            return self._headers[section]
        return None
