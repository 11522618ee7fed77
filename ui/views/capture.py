"""Quét: dossiers on the left, pages grouped by document in the middle, the page and its checks on the right."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QStackedWidget

from ui import files, messages, theme
from ui.models.pages import page_model
from ui.pace import Pace
from ui.theme import Tone
from ui.views import capturewords as words
from ui.views.capturebars import CaptureBars
from ui.views.dossierlist import DossierList
from ui.views.intake import Intake
from ui.views.pagecard import PageCard
from ui.views.pagecommands import PageCommands
from ui.views.pagemoves import PageMoves
from ui.views.rescan import Rescan
from ui.views.screen import ROOMY, At, Go, Place, Screen, Secondary
from ui.views.splitting import Splitting
from ui.views.strip import PageStrip
from ui.views.tilechoice import Choice, Kept
from ui.views.turning import Turning
from ui.widgets import Card, Elided, EmptyState, KeyRow, Note, Pill, label, text_width
from workstation.domain.dossier import DocumentState
from workstation.domain.errors import ErrorNote
from workstation.domain.events import DossierChanged, DossierDivided, WatchedFileRefused
from workstation.domain.ids import DossierId, PageId
from workstation.domain.page import PageState
from workstation.domain.ports import ScanSource
from workstation.usecases.copylane import TITLE
from workstation.usecases.desk import Desk
from workstation.usecases.views import DossierRow, DossierView, PageView


class CaptureScreen(Screen):
    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.place = Place("capture", "Quét hồ sơ", "Quét", "scan")
        self.view: DossierView | None = None
        self.sources: tuple[ScanSource, ...] = ()
        self._wanted: DossierId | None = None
        self._wanted_page: PageId | None = None
        self._saved = ""
        self._first = True
        self.intake = Intake(self, desk)
        self.intake.changed.connect(self._incoming)
        self.intake.arrived.connect(self._arrived)
        self.intake.ended.connect(self._ended)
        self.setAcceptDrops(True)
        self._build()
        self._keys()
        self.inbox.listen(desk.bus, self._event)
        self._reloading = Pace(self, 120, self.reload)

    # --- building
    def _build(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 10, 10, 10)
        row.setSpacing(10)
        self.left_card, middle, self.right_card = DossierList(self.new_dossier), self._middle(), self._right()
        self.list, self.dossiers = self.left_card.list, self.left_card.model
        self.list.selectionModel().currentChanged.connect(self._picked)
        row.addWidget(self.left_card)
        row.addWidget(middle, 1)
        row.addWidget(self.right_card)

    def _middle(self) -> Card:
        card = Card((12, 9, 12, 8), 6)
        head = self.head = QHBoxLayout()
        self.middle_card = card
        head.setSpacing(9)
        self.code = label(bold=True)
        self.summary = Elided(muted=True)
        self.summary.setFont(theme.font(theme.SMALL_PX))
        self.bad_pill, self.blank_pill = Pill(), Pill()
        self.source = QComboBox()
        self.source.setAccessibleName("Máy quét")
        head.addWidget(self.code)
        head.addWidget(self.summary)
        for part in (self.bad_pill, self.blank_pill):
            head.addWidget(part)
        head.addStretch(1)
        self.setup = QComboBox()
        self.setup.setAccessibleName("Cấu hình quét")
        self.setup.addItems(self.desk.scan_profiles())
        head.addWidget(self.setup)
        head.addWidget(self.source)
        card.body.addLayout(head)
        self.note = Note()
        self.note.pressed.connect(self._note_button)
        card.body.addWidget(self.note)
        self.turning = Turning(self, self.desk, self.note, self.scan)
        self.turning.waits.connect(self.setup.setCurrentText)
        self.turning.changed.connect(self._tell)
        self.bars = CaptureBars(self.desk, self.inbox, self.note, self)
        self.procedure = self.bars.procedure
        card.body.addWidget(self.bars)
        self.strip = PageStrip(self.desk)
        self.pages = page_model()
        self.strip.setModel(self.pages)
        self.choice = Choice(self.strip, self.pages)
        self.strip.selectionModel().currentChanged.connect(self._page_picked)
        self.strip.doubleClicked.connect(lambda _: self.open_page())
        self.empty = EmptyState("scan", "", "")
        self.stack = QStackedWidget()
        self.stack.addWidget(self.strip)
        self.stack.addWidget(self.empty)
        card.body.addWidget(self.stack, 1)
        self.key_row = KeyRow("split", "merge", "rotate", "drop", "scan_over", "undo", "keys")
        card.body.addWidget(self.key_row)
        return card

    def _right(self) -> PageCard:
        card = PageCard(self.desk, lambda: self.commands.drop(), lambda: self.commands.keep(), lambda: self.rescan.over())
        self.reason = card.reason
        self.commands = PageCommands(self.desk, self.inbox, self.note, self.reason, self)
        card.offer(self.commands.held)
        self.moves = PageMoves(self.desk, self.commands, self.note, self)
        self.strip.drag_tiles.moved.connect(lambda row: self.moves.drop(self.pages.rows, row))
        self.rescan = Rescan(self.intake, self.note, self)
        self.splitting = Splitting(self.desk, self.inbox, self.note, self.strip, self.commands, self)
        self.splitting.place(self.head, self.middle_card)
        self.setup.currentTextChanged.connect(self.splitting.profile_chosen)
        self.splitting.profile_chosen(self.setup.currentText())
        return card

    def _keys(self) -> None:
        for command_id, run in (
            ("new", self.new_dossier),
            ("new_issued", self.new_issued),
            ("import", self.import_files),
            ("import_folder", self.import_folder),
            ("scan", self.scan),
            ("select_all", self.strip.selectAll),
        ):
            self.on(command_id, run)
        self.on("open_page", self.open_page, self.strip)
        self.commands.bind(self)
        self.moves.bind(self)
        self.rescan.bind(self)
        self.splitting.bind(self)
        self.bars.bind(self)
        self.on("leave_sides", self.turning.leave)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        roomy = self.width() >= ROOMY
        self.left_card.setFixedWidth(246 if roomy else 216)
        self.right_card.setFixedWidth(336 if roomy else 280)
        self._pills_of(self.view)

    # --- loading
    def activate(self) -> None:
        self.reload()
        self.inbox.ask("sources", self.desk.scan_sources(), self._show_sources, lambda _: self._show_sources(()))
        (self.strip if self.view and self.view.pages else self.list).setFocus()

    def reload(self) -> None:
        self.inbox.ask("dossiers", self.desk.dossiers(), self._show_dossiers, self.note.show_note)

    def _event(self, event: object) -> None:
        if isinstance(event, DossierChanged) and self.isVisible():
            self._reloading.soon()
        elif isinstance(event, DossierDivided):
            self.splitting.divided(event)
        elif isinstance(event, WatchedFileRefused):
            self.note.show_note(ErrorNote(event.note.code, (*event.note.params, ("file", event.name))))

    def _show_sources(self, sources: tuple[ScanSource, ...]) -> None:
        self.sources = sources
        chosen = self.source.currentData()
        self.source.clear()
        for s in sources:
            self.source.addItem(s.name, s.id)
        self.source.setCurrentIndex(max(0, self.source.findData(chosen)))
        widest = max((text_width(s.name) for s in sources), default=0) + 48
        self.source.setFixedWidth(min(widest, 190 if self.width() >= ROOMY else 120))
        self.source.setVisible(len(sources) > 1)  # one scanner needs no choice
        self.setup.setVisible(bool(sources) and self.setup.count() > 1)
        self._say_empty(self.view)
        self._tell()

    def _show_dossiers(self, rows: tuple[DossierRow, ...]) -> None:
        current = self._wanted or (self.view.row.id if self.view else None)
        self.left_card.show_rows(rows)
        at = max(self.dossiers.row_of(current), 0)
        if rows:
            self._wanted = None
            self.left_card.select(at)
            self._load(rows[at].id)
        else:
            self._show_view(None)

    def _picked(self, index: QModelIndex, _: QModelIndex) -> None:
        row = self.dossiers.value(index.row())
        if row is not None and (self.view is None or self.view.row.id != row.id):
            self.note.clear()
            self.reason.hide()
            self.bars.close_all()
            self.splitting.code.hide()
            self._load(row.id)

    def _load(self, dossier_id: DossierId) -> None:
        self.inbox.ask("dossier", self.desk.dossier(dossier_id), self._show_view, self.note.show_note)

    def _show_view(self, view: DossierView | None) -> None:
        same = view is not None and self.view is not None and view.row.id == self.view.row.id
        kept = self.choice.keep()
        self.view = view
        self.code.setText(view.row.code if view else "")
        self.summary.setText(words.summary(view) if view else "")
        self._pills_of(view)
        self.pages.show(view.pages if view else ())
        self.strip.show_documents(view.documents if view else ())
        if view is not None:
            self._saved = f"Đã lưu vào máy {messages.clock_time(view.saved_at, True)} · an toàn khi mất mạng"
        self.key_row.setVisible(bool(view and view.pages) and not words.done(self.view))
        self._incoming()
        self._say_empty(view)
        self._choose_page(view, self._still(view, kept) if view and same else None)
        if self._first and view is not None and view.pages and self.list.hasFocus():
            self._first = False
            self.strip.setFocus()
        self._say_why(view)
        self.splitting.show(view)
        if not same:
            self.turning.look(view.row.id if view else None)
        self._tell()

    def _still(self, view: DossierView, kept: Kept) -> Kept:
        """What stays chosen; of a page that was replaced the one in its place."""
        now = self.rescan.follow(view, kept.current) if kept.current is not None else None
        return kept if now == kept.current or now is None else Kept(frozenset((now,)), now)

    def _say_why(self, view: DossierView | None) -> None:
        """An error kept with the dossier, or why a document came back from Verify."""
        if view is None or self.note.isVisible():
            return
        back = next((d for d in view.documents if d.state is DocumentState.RETURNED and d.reason), None)
        if view.row.error is not None:
            self.note.show_note(view.row.error)
        elif back is not None:
            self.note.show_text(f"Văn bản {back.number} bị trả lại: {back.reason}", Tone.WARN)

    def _say_empty(self, view: DossierView | None) -> None:
        self.empty.say(*words.empty(view, bool(self.sources)))

    def _pills_of(self, view: DossierView | None) -> None:
        pages = view.pages if view else ()
        bad = sum(1 for p in pages if p.failing or (p.state in (PageState.QUARANTINED, PageState.HELD) and not p.dropped))
        blank = sum(1 for p in pages if p.blank and not p.dropped)
        blurred = bad == sum(1 for p in pages if p.failing and p.failing[0].code == "blur")
        self.bad_pill.show_state((f"{bad} trang mờ" if blurred else f"{bad} trang cần xem") if bad else "", Tone.WARN)
        self.blank_pill.show_state(f"{blank} trang trắng" if blank and self.width() >= ROOMY else "", Tone.PLAIN)

    def _choose_page(self, view: DossierView | None, kept: Kept | None) -> None:
        if not view or not view.pages:
            self._show_page(None)
            return
        wished, self._wanted_page = self.pages.row_of(self._wanted_page), None
        if wished >= 0 or kept is None or not self.choice.restore(kept):
            self.choice.only(wished if wished >= 0 else max(self.pages.row_of(view.missing_page), 0))
            self.strip.scrollTo(self.strip.currentIndex())
        self._show_page(self.page())

    # --- one page
    def at(self) -> At | None:
        page = self.page()
        return At(self.view.row.id, page.id if page is not None else None) if self.view is not None else None

    def follow(self, at: At) -> None:
        self._wanted, self._wanted_page = at.dossier_id, at.page_id

    def open_page(self) -> None:
        """To Pages, where it can be mended."""
        if self.page() is not None:
            self.go.emit(Go("pages"))

    def chosen(self) -> tuple[PageView, ...]:
        return self.choice.pages()

    def show_cut(self) -> None:
        self.strip.show_cut(frozenset(self.moves.cut))

    @property
    def movable(self) -> bool:
        return self.view is not None and not words.done(self.view)

    def dossier(self) -> DossierView | None:
        return self.view

    def page(self) -> PageView | None:
        return self.choice.current()

    def _page_picked(self, index: QModelIndex, _: QModelIndex) -> None:
        self.strip.viewport().update()
        self.reason.hide()
        self._show_page(self.pages.value(index.row()))

    def _show_page(self, page: PageView | None) -> None:
        documents = self.view.documents if self.view else ()
        kind = next((d.type_name for d in documents if page is not None and d.id == page.document_id), "")
        self.right_card.show_page(page, kind, movable=not words.done(self.view))

    # --- commands on the dossier
    def new_dossier(self) -> None:
        self._new(lambda _: self.strip.setFocus())

    def new_issued(self) -> None:
        """For texts that the office issues: they are signed by whom they name."""
        self._new(lambda _: self.strip.setFocus(), "issued")

    def back_to_pages(self) -> None:
        (self.strip if self.view and self.view.pages else self.list).setFocus()

    def show_dossier(self, dossier_id: DossierId) -> None:
        self._wanted = dossier_id
        self.reload()

    def choose(self, page_id: PageId) -> None:
        if (at := self.pages.row_of(page_id)) >= 0:
            self.strip.setCurrentIndex(self.pages.index(at, 0))
            self.strip.scrollTo(self.strip.currentIndex())

    def _new(self, then: Callable[[DossierId], object], profile: str = "", title: str = "") -> None:
        def made(dossier_id: DossierId) -> None:
            self._wanted = dossier_id
            self.note.clear()
            self.reload()
            then(dossier_id)

        rules = profile or self.desk.rules_of(self.setup.currentText())
        self.inbox.ask("new", self.desk.new_dossier(title, rules), made, self.note.show_note)

    def _into_dossier(self, then: Callable[[DossierId], object]) -> None:
        """To the dossier on the screen while it still takes pages, else to a new one."""
        if self.view is not None and not words.done(self.view):
            then(self.view.row.id)
        else:
            self._new(then)

    def import_files(self) -> None:
        files.choose(self, "Nhập từ tệp", QFileDialog.FileMode.ExistingFiles, self.take_in, files.INPUTS)

    def import_folder(self) -> None:
        files.choose(self, "Nhập cả thư mục", QFileDialog.FileMode.Directory, self.take_in)

    def take_in(self, paths: list[Path]) -> None:
        if paths and not self.intake.busy:
            self.note.clear()
            self._into_dossier(lambda dossier_id: self.intake.take_in(dossier_id, self._pages_in(dossier_id), paths))

    def scan(self) -> None:
        if self.intake.busy:
            return
        self.rescan.again = None
        if (feeder := self.feeder()) is not None:
            fast = self.splitting.fast

            def into(dossier_id: DossierId) -> None:
                self.intake.scan(dossier_id, self._pages_in(dossier_id), *feeder, copies=fast)

            self._new(into, title=TITLE) if self.splitting.begins_copy() else self._into_dossier(into)

    def feeder(self) -> tuple[str, str] | None:
        """The chosen source and profile; None, and said so, if there is no scanner."""
        setup, chosen = self.setup.currentText(), self.source.currentData() or ""
        self.note.clear()
        if source := self.desk.scanner_for(setup, self.sources, chosen):
            return source, setup
        if self.sources:
            self.note.show_text(words.no_scanner_of(setup), Tone.WARN)
        else:
            self.note.show_note(ErrorNote("Q01"), button=True)
        self.inbox.ask("sources", self.desk.scan_sources(), self._show_sources, self.note.show_note)
        return None

    def _pages_in(self, dossier_id: DossierId) -> int:
        return len(self.view.pages) if self.view is not None and self.view.row.id == dossier_id else 0

    def _incoming(self) -> None:
        """The dashed tile stands in the dossier that the pages go to."""
        here = self.view is None or self.view.row.id == self.intake.dossier_id
        self.strip.set_incoming(self.intake.tile() if here else "")
        shown = bool(self.view and self.view.pages) or (here and self.intake.busy)
        self.stack.setCurrentWidget(self.strip if shown else self.empty)
        self._tell()

    def _arrived(self) -> None:
        self._show_failures()
        self._reloading.soon()

    def _show_failures(self) -> None:
        if (failed := self.intake.failed()) is not None:
            self.note.show_note(failed[0])
            self.note.text.setText(failed[1])

    def _ended(self, note: ErrorNote | None) -> None:
        self._incoming()
        self.reload()
        self.turning.look(self.turning.dossier_id)
        if (told := note or self.intake.doubt) is not None:
            self.note.show_note(told, button=told.code.startswith("Q"))
        elif counted := self.intake.counted():
            self.note.show_text(counted, Tone.INFO)
        if note is None:
            self._show_failures()

    def _note_button(self, code: str) -> None:
        if code == "Q15":
            self.turning.backs_again()
        elif code.startswith("Q"):
            (self.rescan.again or self.scan)()
        elif code in ("K04", "K06"):
            self.note.clear()
            self.reload()

    def escape(self) -> bool:
        if self.strip.drag_tiles.cancel() or self.moves.forget() or self.intake.stop() or self.bars.leave():
            return True
        if self.reason.isVisible():
            self.reason.hide()
            self.strip.setFocus()
            return True
        if self.choice.one_only():
            return True
        if self.note.isVisible():
            self.note.clear()
            return True
        return False

    # --- dropping files on the window
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self.take_in([Path(u.toLocalFile()) for u in event.mimeData().urls() if u.isLocalFile()])

    # --- frame
    def secondary(self) -> tuple[Secondary, ...]:
        blue = self._step()
        return (
            Secondary("scan", self.scan, words.scan(self.view, self.turning.stack), visible=blue != "scan"),
            Secondary("import", self.import_files, visible=blue != "import"),
        )

    def _tell(self) -> None:
        coming = self.intake.foot() if self.intake.busy else ""
        self.say_foot(words.foot(self.view, self._step(), bool(self.sources), coming, self._saved))
        self.foot_changed.emit()
        self.say_pills(*words.pills(sum(r.reading for r in self.dossiers.rows), bool(self.sources)))

    def _step(self) -> str:
        return words.first_step(self.view, bool(self.sources), self.intake.busy)

    def primary(self) -> None:
        if self.reason.isVisible():
            self.reason.give()
            return
        if self.bars.give():
            return
        if self.intake.busy:
            self.note.show_text("Đang nhận trang; xong thì chuyển kiểm tra được.", Tone.INFO)
            return
        if (step := self._step()) != "":
            self.scan() if step == "scan" else self.import_files()
            return
        if self.view is None or words.done(self.view):
            self.new_dossier()
            return
        if self.view.missing is not None:
            self._go_to_missing(self.view)
            return
        dossier = self.view.row
        self.inbox.ask("finish", self.desk.finish_capture(dossier.id), lambda _: self._finished(dossier), self._not_finished)

    def _go_to_missing(self, view: DossierView) -> None:
        at = self.pages.row_of(view.missing_page)
        if at >= 0:
            self.choice.only(at)
            self.strip.scrollTo(self.strip.currentIndex())
        self.strip.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.note.show_note(view.missing) if view.pages else self.note.clear()
        if view.missing is not None and view.missing.code in ("A12", "A14"):
            self.bars.ask_count()
        self._tell()

    def _finished(self, dossier: DossierRow) -> None:
        self.note.show_text(f"{dossier.code} đã chuyển kiểm tra. Kiểm tra ngay bằng F3, hoặc làm hồ sơ mới.", Tone.GOOD)
        self._wanted = self.splitting.next_copy(self.dossiers.rows, dossier.id)
        self.reload()

    def _not_finished(self, note: ErrorNote) -> None:
        self.commands.refused(note)
        self.reload()
