"""Quét: dossiers on the left, pages grouped by document in the middle, the page and its checks on the right."""

from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

from PySide6.QtCore import QModelIndex, Qt, QTimer
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QStackedWidget

from ui import files, messages, theme
from ui.models.pages import page_model
from ui.theme import Tone
from ui.views import capturewords as words
from ui.views.dossierlist import DossierList
from ui.views.intake import Intake
from ui.views.pagecard import PageCard
from ui.views.screen import ROOMY, Place, Screen, Secondary
from ui.views.strip import PageStrip
from ui.widgets import Card, Elided, EmptyState, KeyRow, Note, Pill, ReasonBar, label, text_width
from workstation.domain.dossier import DocumentState
from workstation.domain.errors import ErrorNote
from workstation.domain.events import DossierChanged, WatchedFileRefused
from workstation.domain.ids import DossierId, PageId
from workstation.domain.page import PageState
from workstation.domain.ports import ScanSource
from workstation.usecases.desk import Desk
from workstation.usecases.views import DossierRow, DossierView, PageView


class CaptureScreen(Screen):
    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.place = Place("capture", "Quét hồ sơ", "Quét", "scan")
        self.view: DossierView | None = None
        self.sources: tuple[ScanSource, ...] = ()
        self._wanted: DossierId | None = None
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
        self._reloading = QTimer(self, interval=120, singleShot=True)
        self._reloading.timeout.connect(self.reload)

    # --- building
    def _build(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 10, 10, 10)
        row.setSpacing(10)
        self.left_card, self.right_card = DossierList(self.new_dossier), self._right()
        self.list, self.dossiers = self.left_card.list, self.left_card.model
        self.list.selectionModel().currentChanged.connect(self._picked)
        row.addWidget(self.left_card)
        row.addWidget(self._middle(), 1)
        row.addWidget(self.right_card)

    def _middle(self) -> Card:
        card = Card((12, 9, 12, 8), 6)
        head = QHBoxLayout()
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
        self.procedure = ReasonBar("Mã thủ tục hành chính của hồ sơ", "Ghi", "Ví dụ: 1.005129; để trống nếu không có", need="")
        self.procedure.given.connect(self._set_procedure)
        self.procedure.left.connect(self._to_pages)
        card.body.addWidget(self.procedure)
        self.strip = PageStrip()
        self.pages = page_model()
        self.strip.setModel(self.pages)
        self.strip.selectionModel().currentChanged.connect(self._page_picked)
        self.empty = EmptyState("scan", "", "")
        self.stack = QStackedWidget()
        self.stack.addWidget(self.strip)
        self.stack.addWidget(self.empty)
        card.body.addWidget(self.stack, 1)
        self.key_row = KeyRow("split", "merge", "rotate", "drop", "keep", "undo", "keys")
        card.body.addWidget(self.key_row)
        return card

    def _right(self) -> PageCard:
        card = PageCard(self.desk, self.drop, self.keep)
        self.reason = card.reason
        self.reason.given.connect(self._keep_reason)
        self.reason.left.connect(lambda: self.strip.setFocus())
        return card

    def _keys(self) -> None:
        for command_id, run in (
            ("new", self.new_dossier),
            ("new_issued", self.new_issued),
            ("import", self.import_files),
            ("import_folder", self.import_folder),
            ("procedure", self.ask_procedure),
            ("scan", self.scan),
            ("split", self.split),
            ("merge", self.merge),
            ("rotate", self.rotate),
            ("drop", self.drop),
            ("keep", self.keep),
            ("undo", self.undo),
            ("redo", self.redo),
        ):
            self.on(command_id, run)

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
        if isinstance(event, DossierChanged) and self.isVisible() and not self._reloading.isActive():
            self._reloading.start()
        elif isinstance(event, WatchedFileRefused):
            self.note.show_note(ErrorNote(event.note.code, (*event.note.params, ("file", event.name))))

    def _show_sources(self, sources: tuple[ScanSource, ...]) -> None:
        self.sources = sources
        chosen = self.source.currentData()
        self.source.clear()
        for s in sources:
            self.source.addItem(s.name, s.id)
        self.source.setCurrentIndex(max(0, self.source.findData(chosen)))
        self.source.setFixedWidth(
            min(max((text_width(s.name) for s in sources), default=0) + 48, 190 if self.width() >= ROOMY else 120)
        )
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
            self.procedure.hide()
            self._load(row.id)

    def _load(self, dossier_id: DossierId) -> None:
        self.inbox.ask("dossier", self.desk.dossier(dossier_id), self._show_view, self.note.show_note)

    def _show_view(self, view: DossierView | None) -> None:
        same = view is not None and self.view is not None and view.row.id == self.view.row.id
        page = self._page()
        self.view = view
        self.code.setText(view.row.code if view else "")
        procedure = f" · thủ tục {view.row.procedure}" if view and view.row.procedure else ""
        self.summary.setText(f"{len(view.documents)} văn bản · {len(view.pages)} trang{procedure}" if view else "")
        self._pills_of(view)
        self.pages.show(view.pages if view else ())
        self.strip.show_documents(view.documents if view else ())
        if view is not None:
            self._saved = f"Đã lưu vào máy {messages.clock_time(view.saved_at, True)} · an toàn khi mất mạng"
        self.key_row.setVisible(bool(view and view.pages) and not words.done(self.view))
        self._incoming()
        self._say_empty(view)
        self._choose_page(view, page.id if page and same else None)
        if self._first and view is not None and view.pages and self.list.hasFocus():
            self._first = False
            self.strip.setFocus()
        self._say_why(view)
        self._tell()

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
        bad = sum(1 for p in pages if p.failing or (p.state is PageState.QUARANTINED and not p.dropped))
        blank = sum(1 for p in pages if p.blank and not p.dropped)
        blurred = bad == sum(1 for p in pages if p.failing and p.failing[0].code == "blur")
        self.bad_pill.show_state((f"{bad} trang mờ" if blurred else f"{bad} trang cần xem") if bad else "", Tone.WARN)
        self.blank_pill.show_state(f"{blank} trang trắng" if blank and self.width() >= ROOMY else "", Tone.PLAIN)

    def _choose_page(self, view: DossierView | None, keep: PageId | None) -> None:
        if not view or not view.pages:
            self._show_page(None)
            return
        at = self.pages.row_of(keep) if keep else -1
        if at < 0:
            at = max(self.pages.row_of(view.missing_page), 0)
        self.strip.setCurrentIndex(self.pages.index(at, 0))
        self._show_page(view.pages[at])

    # --- one page
    def _page(self) -> PageView | None:
        return self.pages.value(self.strip.currentIndex().row())

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

    def ask_procedure(self) -> None:
        """Which procedure the dossier is of: an authorisation to sign may be for some procedures only."""
        if self.view is not None:
            self.procedure.open(self.view.row.procedure)

    def _to_pages(self) -> None:
        self.strip.setFocus()

    def _set_procedure(self, code: str) -> None:
        self.strip.setFocus()
        if self.view is not None:
            done = self.desk.set_procedure(self.view.row.id, code)
            self.inbox.ask("procedure", done, lambda _: self.note.clear(), self.note.show_note)

    def _new(self, then: Callable[[DossierId], object], profile: str = "archive") -> None:
        def made(dossier_id: DossierId) -> None:
            self._wanted = dossier_id
            self.note.clear()
            self.reload()
            then(dossier_id)

        self.inbox.ask("new", self.desk.new_dossier(profile=profile), made, self.note.show_note)

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
        if not self.sources:
            self.note.show_note(ErrorNote("Q01"), button=True)
            self.inbox.ask("sources", self.desk.scan_sources(), self._show_sources, self.note.show_note)
            return
        self.note.clear()
        source = self.source.currentData() or self.sources[0].id
        setup = self.setup.currentText()
        self._into_dossier(lambda dossier_id: self.intake.scan(dossier_id, self._pages_in(dossier_id), source, setup))

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
        if not self._reloading.isActive():
            self._reloading.start()

    def _show_failures(self) -> None:
        if (failed := self.intake.failed()) is not None:
            self.note.show_note(failed[0])
            self.note.text.setText(failed[1])

    def _ended(self, note: ErrorNote | None) -> None:
        self._incoming()
        self.reload()
        if note is not None:
            self.note.show_note(note, button=note.code.startswith("Q"))
            return
        if counted := self.intake.counted():
            self.note.show_text(counted, Tone.INFO)
        self._show_failures()

    def _note_button(self, code: str) -> None:
        if code.startswith("Q"):
            self.scan()
        elif code in ("K04", "K06"):
            self.note.clear()
            self.reload()

    def escape(self) -> bool:
        if self.intake.stop():
            return True
        if self.reason.isVisible():
            self.reason.hide()
            self.strip.setFocus()
            return True
        if self.note.isVisible():
            self.note.clear()
            return True
        return False

    # --- commands on the page
    def _change(self, future: "Future[None]") -> None:
        self.note.clear()
        self.inbox.ask("change", future, lambda _: self.reload(), self._refused)

    def split(self) -> None:
        if (page := self._page()) is not None:
            self._change(self.desk.split_before(page.id))

    def merge(self) -> None:
        page = self._page()
        if page is None or self.view is None or page.document_id is None:
            return
        if self.view.documents and self.view.documents[0].id == page.document_id:
            self.note.show_text("Văn bản 1 không có văn bản nào phía trước để gộp. Chọn trang của văn bản sau.", Tone.INFO)
            return
        self._change(self.desk.merge_with_previous(page.document_id))

    def rotate(self) -> None:
        if (page := self._page()) is not None:
            self._change(self.desk.rotate(page.id, 90))

    def drop(self) -> None:
        if (page := self._page()) is not None:
            self._change(self.desk.set_dropped(page.id, not page.dropped))

    def keep(self) -> None:
        page = self._page()
        if page is None:
            return
        if page.failing:
            self.reason.open(page.kept_reason)
        elif page.state is PageState.QUARANTINED:
            self.note.show_text(f"Trang {page.number} đang cách ly nên không giữ được – quét lại hoặc bỏ trang (Del).", Tone.INFO)
        else:
            self.note.show_text(f"Trang {page.number} không có gì phải giữ lại: trang này không bị nhận xét.", Tone.INFO)

    def _keep_reason(self, reason: str) -> None:
        if (page := self._page()) is not None:
            self._change(self.desk.keep_page(page.id, reason))
        self.strip.setFocus()

    def undo(self) -> None:
        if self.view is not None and self.view.can_undo:
            self._change(self.desk.undo(self.view.row.id))
        else:
            self.note.show_text("Không còn bước nào để hoàn tác.", Tone.INFO)

    def redo(self) -> None:
        if self.view is not None and self.view.can_redo:
            self._change(self.desk.redo(self.view.row.id))
        else:
            self.note.show_text("Không còn bước nào để làm lại.", Tone.INFO)

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
            Secondary("scan", self.scan, words.scan(self.view), visible=blue != "scan"),
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
            index = self.pages.index(at, 0)
            self.strip.setCurrentIndex(index)
            self.strip.scrollTo(index)
        self.strip.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.note.show_note(view.missing) if view.pages else self.note.clear()
        self._tell()

    def _finished(self, dossier: DossierRow) -> None:
        self.note.show_text(f"{dossier.code} đã chuyển kiểm tra. Kiểm tra ngay bằng F3, hoặc làm hồ sơ mới.", Tone.GOOD)
        self.reload()

    def _refused(self, note: ErrorNote) -> None:
        self.note.show_note(note, button=note.code in ("K04", "K06"))

    def _not_finished(self, note: ErrorNote) -> None:
        self._refused(note)
        self.reload()
