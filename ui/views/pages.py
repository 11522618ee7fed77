"""Trang: every page of a dossier as a tile on the left, the chosen one large with what was done to it on the right."""

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QHideEvent, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QStackedWidget

from ui import messages, theme
from ui.models.pagefilters import PageFilter, next_filter, wanted, words_of_none
from ui.pace import Pace
from ui.theme import Tone
from ui.views import capturewords as words
from ui.views.beforeafter import BeforeAfter
from ui.views.pagecommands import PageCommands
from ui.views.pagegrid import PageGrid
from ui.views.pagemoves import PageMoves
from ui.views.pageside import WIDTH as SIDE_PX
from ui.views.pageside import PageSide
from ui.views.pagework import PageWork
from ui.views.screen import At, Foot, Go, PillText, Place, Screen
from ui.widgets import Card, Elided, EmptyState, KeyRow, Note, label
from workstation.domain.events import DossierChanged
from workstation.domain.ids import DossierId, PageId
from workstation.usecases.desk import Desk
from workstation.usecases.views import DossierRow, DossierView, PageView

_PAGE_PX = 340
"""Width that the large page gets before the grid gets another column."""
_COLUMNS = (2, 5)
_GRID_MARGINS, _MARGINS = 26, 66
"""Of the grid's card; and what stands between, around and in the cards beside."""


class PagesScreen(Screen):
    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.place = Place("pages", "Sửa trang", "Trang", "pages")
        self.view: DossierView | None = None
        self.filter = PageFilter.ALL
        self._dossier_id: DossierId | None = None
        self._wanted: PageId | None = None
        self._entering = False
        """Tiles that come now get the focus."""
        self._build()
        self._keys()
        self.inbox.listen(desk.bus, self._event)
        self._reloading = Pace(self, 120, self.reload)

    # --- building
    def _build(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 10, 10, 10)
        row.setSpacing(10)
        self.left_card, self.right_card = self._left(), self._right()
        row.addWidget(self.left_card)
        row.addWidget(self.right_card, 1)

    def _left(self) -> Card:
        card = Card((12, 9, 12, 8), 6)
        head = QHBoxLayout()
        head.setSpacing(6)
        self.code, self.summary = label(bold=True), Elided(muted=True)
        self.summary.setFont(theme.font(theme.SMALL_PX))
        head.addWidget(self.code)
        head.addWidget(self.summary, 1)
        card.body.addLayout(head)
        card.body.addLayout(self._filters())
        self.note = Note()
        card.body.addWidget(self.note)
        self.grid = PageGrid(self.desk)
        self.grid.selectionModel().currentChanged.connect(self._page_picked)
        self.grid.selectionModel().selectionChanged.connect(lambda *_: self._say_title())
        self.empty = EmptyState("pages", "", "")
        self.stack = QStackedWidget()
        self.stack.addWidget(self.grid)
        self.stack.addWidget(self.empty)
        card.body.addWidget(self.stack, 1)
        self.key_row = KeyRow("rotate", "split", "drop", "page_cut", "undo", "compare", "keys")
        card.body.addWidget(self.key_row)
        return card

    def _filters(self) -> QHBoxLayout:
        row, group = QHBoxLayout(), QButtonGroup(self)
        row.setSpacing(6)
        self.filters: dict[PageFilter, QPushButton] = {}
        for choice in PageFilter:
            button = QPushButton(choice.value)
            button.setObjectName("filter")
            button.setCheckable(True)
            button.clicked.connect(lambda _=False, choice=choice: self.show_only(choice))
            group.addButton(button)
            row.addWidget(button)
            self.filters[choice] = button
        self.filters[self.filter].setChecked(True)
        row.addStretch(1)
        return row

    def _right(self) -> Card:
        card = Card((12, 9, 12, 12), 8)
        self.title = Elided(bold=True)
        self.look = BeforeAfter(self.desk)
        self.side = PageSide()
        self.commands = PageCommands(self.desk, self.inbox, self.note, self.side.reason, self)
        self.moves = PageMoves(self.desk, self.commands, self.note, self)
        self.work = PageWork(self.desk, self.inbox, self.note, self, self.commands, self.look, self.side)
        self.side.set_tools(self.work.runs())
        self.grid.drag_tiles.moved.connect(lambda row: self.moves.drop(self.grid.pages.rows, row))
        body = QHBoxLayout()
        body.setSpacing(12)
        body.addWidget(self.look, 1)
        body.addWidget(self.side)
        card.body.addWidget(self.title)
        card.body.addLayout(body, 1)
        return card

    def _keys(self) -> None:
        self.commands.bind(self)
        self.moves.bind(self)
        self.work.bind(self)
        self.on("page_filter", lambda: self.show_only(next_filter(self.filter)))
        self.on("select_all", self.grid.selectAll)
        self.on("zoom_in", lambda: self.look.zoom(1))
        self.on("zoom_out", lambda: self.look.zoom(-1))
        self.on("zoom_fit", lambda: self.look.zoom(0))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        room = self.width() - _PAGE_PX - SIDE_PX - _MARGINS - _GRID_MARGINS
        columns = min(max(self.grid.columns_in(room), _COLUMNS[0]), _COLUMNS[1])
        self.left_card.setFixedWidth(self.grid.width_of(columns) + _GRID_MARGINS)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.work.leave()

    # --- loading
    def at(self) -> At | None:
        page = self.page()
        return At(self.view.row.id, page.id if page is not None else None) if self.view is not None else None

    def follow(self, at: At) -> None:
        if at.dossier_id != self._dossier_id:
            self.note.clear()
        self._dossier_id, self._wanted = at.dossier_id, at.page_id

    def activate(self) -> None:
        if self._dossier_id is None:
            self.inbox.ask("first", self.desk.dossiers(), self._first, self.note.show_note)
        self._entering = True
        self.reload()

    def _first(self, rows: tuple[DossierRow, ...]) -> None:
        """Opened before any dossier was looked at: the one that Capture would show."""
        if self._dossier_id is None and rows:
            self._dossier_id = rows[0].id
        self.reload()

    def reload(self) -> None:
        if self._dossier_id is None:
            self._show_view(None)
        else:
            self.inbox.ask("dossier", self.desk.dossier(self._dossier_id), self._show_view, self.note.show_note)

    def _event(self, event: object) -> None:
        mine = isinstance(event, DossierChanged) and event.dossier_id == self._dossier_id
        if mine and self.isVisible():
            self._reloading.soon()

    def _show_view(self, view: DossierView | None) -> None:
        self.view = view
        self.code.setText(view.row.code if view else "")
        self.summary.setText(f"{len(view.documents)} văn bản · {len(view.pages)} trang" if view else "")
        self._count_filters(view)
        self._show_tiles()

    def _count_filters(self, view: DossierView | None) -> None:
        pages = view.pages if view else ()
        for choice, button in self.filters.items():
            count = sum(wanted(p, choice) for p in pages)
            button.setText(f"{choice.value} {count}")
            button.setAccessibleName(f"{choice.value}: {count} trang")

    def _show_tiles(self) -> None:
        """The pages that the filter leaves; what was chosen stays chosen."""
        pages = tuple(p for p in self.view.pages if wanted(p, self.filter)) if self.view else ()
        kept, row = self.grid.choice.keep(), max(self.grid.currentIndex().row(), 0)
        self.grid.show_documents(self.view.documents if self.view else ())
        self.grid.pages.show(pages)
        wish, self._wanted = self._wanted, None
        if wish is not None and (at := self.grid.pages.row_of(wish)) >= 0:
            self._go_to(at)
        elif not self.grid.choice.restore(kept) and pages:
            self._go_to(min(row, len(pages) - 1))  # the page is mended and gone from the filter: the next one
        self.stack.setCurrentWidget(self.grid if pages else self.empty)
        if self._entering and pages:
            self._entering = False
            self.back_to_pages()
        self.empty.say(*words_of_none(self.filter, self.view.row.code if self.view else ""))
        self.key_row.setVisible(bool(pages) and self.movable)
        self._show_page()
        self._tell()

    def _go_to(self, row: int) -> None:
        self.grid.choice.only(row)
        self.grid.scrollTo(self.grid.currentIndex())

    def show_only(self, choice: PageFilter) -> None:
        self.filter = choice
        self.filters[choice].setChecked(True)
        self._show_tiles()
        self.back_to_pages()

    # --- what commands ask
    @property
    def movable(self) -> bool:
        """The dossier still takes changes."""
        return self.view is not None and not words.done(self.view)

    def page(self) -> PageView | None:
        return self.grid.choice.current()

    def chosen(self) -> tuple[PageView, ...]:
        return self.grid.choice.pages()

    def dossier(self) -> DossierView | None:
        return self.view

    def back_to_pages(self) -> None:
        self.grid.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def show_cut(self) -> None:
        self.grid.show_cut(frozenset(self.moves.cut))

    # --- one page
    def _page_picked(self, index: QModelIndex, _: QModelIndex) -> None:
        self.side.reason.hide()
        self.work.page_changed()
        self._show_page()

    def _show_page(self) -> None:
        page = self.page()
        self.look.show_page(page)
        self.side.show_page(page, movable=self.movable)
        self._say_title()

    def _say_title(self) -> None:
        page, chosen = self.page(), self.chosen()
        if page is None:
            self.title.setText("")
            return
        documents = self.view.documents if self.view else ()
        kind = next((d.type_name for d in documents if d.id == page.document_id), "")
        more = f"Đang chọn {len(chosen)} trang" if len(chosen) > 1 else kind
        self.title.setText(f"Trang {page.number}" + (f" · {more}" if more else ""))

    # --- frame
    def _tell(self) -> None:
        view = self.view
        saved = f"Đã lưu vào máy {messages.clock_time(view.saved_at, True)} · an toàn khi mất mạng" if view else ""
        lacking = words.lacking(view) if view is not None and self.movable and view.pages else ""
        self.say_foot(Foot("Xong – quay lại", saved, lacking, Tone.WARN if lacking else Tone.PLAIN))
        reading = view.row.reading if view is not None else 0
        self.say_pills(*((PillText(f"Đọc chữ: {reading} trang đang chờ", Tone.BUSY),) if reading else ()))

    def primary(self) -> None:
        if self.side.reason.isVisible():
            self.side.reason.give()
        elif self.work.tool is not None:
            self.work.apply()
        else:
            self.go.emit(Go("capture"))

    def escape(self) -> bool:
        """What is open is left first; then back to Capture, at the same page."""
        if self.grid.drag_tiles.cancel() or self.work.leave() or self.moves.forget() or self.grid.choice.one_only():
            return True
        if self.side.reason.isVisible():
            self.side.reason.hide()
            self.back_to_pages()
        elif self.note.isVisible():
            self.note.clear()
        else:
            self.go.emit(Go("capture"))
        return True
