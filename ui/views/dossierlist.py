"""Left on Capture: the dossiers of this PC."""

from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout, QListView, QVBoxLayout

from ui import actions, messages
from ui.delegates.rows import DossierDelegate
from ui.models.dossiers import dossier_model
from ui.widgets import Card, Elided, label
from workstation.usecases.views import DossierRow


class DossierList(Card):
    def __init__(self, new: Callable[[], object]) -> None:
        super().__init__((0, 10, 0, 12), 6)
        head = QVBoxLayout()
        head.setContentsMargins(12, 0, 12, 2)
        head.setSpacing(2)
        head.addWidget(label("Hồ sơ trên máy này", bold=True))
        self._totals = Elided(muted=True)
        head.addWidget(self._totals)
        self.body.addLayout(head)
        self.list = QListView()
        self.list.setAccessibleName("Danh sách hồ sơ")
        self.list.setUniformItemSizes(True)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.model = dossier_model()
        self.list.setModel(self.model)
        self._row_delegate = DossierDelegate(self.list)
        self.list.setItemDelegate(self._row_delegate)
        self.body.addWidget(self.list, 1)
        foot = QHBoxLayout()
        foot.setContentsMargins(11, 2, 11, 0)
        foot.addWidget(actions.button("new", new))
        foot.addStretch(1)
        self.body.addLayout(foot)

    def show_rows(self, rows: tuple[DossierRow, ...]) -> None:
        self.model.show(rows)
        pages = sum(r.pages for r in rows)
        self._totals.setText(f"{len(rows)} hồ sơ · {messages.number(pages)} trang" if rows else "Chưa có hồ sơ nào")

    def select(self, row: int) -> None:
        """Without telling anybody: it is the screen that chose."""
        selection = self.list.selectionModel()
        selection.blockSignals(True)
        self.list.setCurrentIndex(self.model.index(row, 0))
        selection.blockSignals(False)
        self.list.scrollTo(self.list.currentIndex())
        self.list.viewport().update()
