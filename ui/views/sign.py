"""Ký số: the queue, the document as it will be signed, and on the right token, checks and PIN."""

import threading
from pathlib import Path

from PySide6.QtCore import QModelIndex, Qt, QTimer
from PySide6.QtGui import QPixmap, QResizeEvent
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QLineEdit, QProgressBar, QStackedWidget, QVBoxLayout, QWidget

from ui import actions, files, messages, theme
from ui.delegates.tables import SignDelegate
from ui.images import PageImages
from ui.models.signing import gate_text, passed, ready, shown_title, sign_model
from ui.theme import Tone
from ui.views.canvas import PageCanvas
from ui.views.screen import ROOMY, Foot, Place, Screen, Secondary
from ui.views.table import RowsTable
from ui.views.token import TokenCard
from ui.views.verdict import VerdictPanel
from ui.widgets import (
    Card,
    Elided,
    EmptyState,
    IconLine,
    KeyRow,
    Note,
    Pill,
    ReasonBar,
    clear_layout,
    label,
    small_button,
)
from workstation.domain.dossier import DocumentState
from workstation.domain.errors import ErrorNote
from workstation.domain.events import DossierChanged, TokenChanged
from workstation.domain.ids import DocumentId
from workstation.domain.ports import Secret
from workstation.domain.signature import FileVerdict, TokenState, TokenStatus
from workstation.usecases.desk import Desk
from workstation.usecases.views import GateRule, Picture, SignDesk, SignProgress, SignRow

USABLE = (TokenState.READY, TokenState.PIN_LOW, TokenState.PIN_FINAL)


class SignScreen(Screen):
    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.place = Place("sign", "Ký số", "Ký số", "sign")
        self.state: SignDesk | None = None
        self.token = TokenStatus(TokenState.ABSENT)
        self._page = 0
        self._shown: dict[DocumentId, set[int]] = {}
        self._stop: threading.Event | None = None
        self._results: dict[DocumentId, SignProgress] = {}
        self._said = ""
        self._online: bool | None = None
        self.images = PageImages(self)
        self._build()
        for command_id, run in (
            ("refuse", self.refuse),
            ("verify_file", self.choose_file),
            ("sign_page_down", lambda: self.turn(1)),
            ("sign_page_up", lambda: self.turn(-1)),
        ):
            self.on(command_id, run)
        # Space presses a button that has the focus, so "seen" listens on the queue only
        self.on("seen", self.seen, self.table)
        self.inbox.listen(desk.bus, self._event)
        self._reloading = QTimer(self, interval=150, singleShot=True)
        self._reloading.timeout.connect(self.reload)

    # --- building
    def _build(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 10, 10, 10)
        row.setSpacing(10)
        self.queue_card = self._queue()
        row.addWidget(self.queue_card)
        row.addWidget(self._viewer(), 1)
        self.side_card = self._side()
        row.addWidget(self.side_card)

    def _queue(self) -> Card:
        card = Card((1, 8, 1, 8), 6)
        head = QHBoxLayout()
        head.setContentsMargins(11, 0, 9, 2)
        head.setSpacing(8)
        self.heading = label(bold=True)
        self.seen_pill, self.bad_pill = Pill(), Pill()
        for part in (self.heading, self.seen_pill, self.bad_pill):
            head.addWidget(part)
        head.addStretch(1)
        card.body.addLayout(head)
        self.model = sign_model()
        self.table = RowsTable("Văn bản chờ ký", self.model, SignDelegate(), SignDelegate.HEIGHT, {1: 50, 2: 88, 3: 120})
        self.table.selectionModel().currentChanged.connect(self._picked)
        self.empty = EmptyState(
            "sign", "Không có văn bản chờ ký", "Văn bản đạt kiểm tra sẽ tự vào đây. Việc khác vẫn làm được (F2, F3)."
        )
        self.queue_stack = QStackedWidget()
        self.queue_stack.addWidget(self.table)
        self.queue_stack.addWidget(self.empty)
        card.body.addWidget(self.queue_stack, 1)
        self.reason = ReasonBar("Lý do từ chối ký", "Từ chối ký", "Ví dụ: sai tên người được hưởng ở Điều 1")
        self.reason.given.connect(self._refuse)
        self.reason.left.connect(self.table.setFocus)
        card.body.addWidget(self.reason)
        card.body.addWidget(KeyRow("seen", "sign_page_down", "refuse", margin=11))
        return card

    def _viewer(self) -> Card:
        card = Card((0, 0, 0, 1), 0)
        head = QHBoxLayout()
        head.setContentsMargins(12, 7, 9, 7)
        head.setSpacing(6)
        self.where = Elided(bold=True)
        head.addWidget(self.where, 1)
        self.back = small_button("‹", "Trang trước", actions.command("sign_page_up").tip, lambda: self.turn(-1))
        self.forward = small_button("›", "Trang sau", actions.command("sign_page_down").tip, lambda: self.turn(1))
        head.addWidget(self.back)
        head.addWidget(self.forward)
        card.body.addLayout(head)
        self.canvas = PageCanvas("Trang sẽ được ký", fit_width=True)
        self.verdict = VerdictPanel()
        self.verdict.closed.connect(self._close_verdict)
        self.view_stack = QStackedWidget()
        self.view_stack.addWidget(self.canvas)
        self.view_stack.addWidget(self.verdict)
        card.body.addWidget(self.view_stack, 1)
        return card

    def _side(self) -> Card:
        card = Card((14, 10, 14, 12), 7)
        card.body.addWidget(label("Thiết bị ký", bold=True))
        self.token_card = TokenCard()
        card.body.addWidget(self.token_card)
        card.body.addWidget(label("Kiểm tra trước khi ký – văn bản này", bold=True))
        self.gate = QVBoxLayout()
        self.gate.setSpacing(5)
        card.body.addLayout(self.gate)
        line = QFrame()
        line.setFixedHeight(1)
        line.setStyleSheet(f"background: {theme.LINE}; border: 0;")
        card.body.addWidget(line)
        self.batch = label(bold=True, wrap=True)
        card.body.addWidget(self.batch)
        self.explain = label(
            "Mỗi văn bản được ký riêng. Nếu một văn bản lỗi, các văn bản khác vẫn giữ kết quả.", muted=True, wrap=True
        )
        card.body.addWidget(self.explain)
        card.body.addWidget(self._pin_row())
        self.note = Note()
        card.body.addWidget(self.note)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName("Tiến độ ký")
        self.progress.hide()
        self.progress_text = label(wrap=True)
        self.progress_text.hide()
        card.body.addWidget(self.progress_text)
        card.body.addWidget(self.progress)
        card.body.addStretch(1)
        self.stamp_note = QVBoxLayout()
        card.body.addLayout(self.stamp_note)
        return card

    def _pin_row(self) -> QWidget:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 2, 0, 2)
        row.setSpacing(8)
        name = label("Mã PIN")
        self.pin = QLineEdit()
        self.pin.setEchoMode(QLineEdit.EchoMode.Password)
        # the field hands its text to the token and to nothing else: no menu, no dictionary, no upper-case guess
        self.pin.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.pin.setInputMethodHints(
            Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhNoPredictiveText | Qt.InputMethodHint.ImhHiddenText
        )
        self.pin.setMaxLength(64)
        self.pin.setAccessibleName("Mã PIN của USB ký số")
        self.pin.returnPressed.connect(self.primary)
        self.pin.textEdited.connect(lambda _: self._clear_said())
        name.setBuddy(self.pin)
        row.addWidget(name)
        row.addWidget(self.pin, 1)
        return holder

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        roomy = self.width() >= ROOMY
        self.queue_card.setFixedWidth(min(496, self.width() * 385 // 1000) if roomy else 370)
        self.side_card.setFixedWidth(312 if roomy else 290)
        self.table.setColumnHidden(1, not roomy)  # the viewer's heading tells the pages too

    # --- loading
    def activate(self) -> None:
        self.reload()
        self.inbox.ask("token", self.desk.token_status(), self._token, self._token_failed)
        self.table.setFocus()

    def reload(self) -> None:
        self.inbox.ask("sign_desk", self.desk.sign_desk(), self._show, self.note.show_note)

    def _event(self, event: object) -> None:
        if not self.isVisible() or self._stop is not None:
            return
        if isinstance(event, TokenChanged):
            self.inbox.ask("token", self.desk.token_status(), self._token, self._token_failed)
        elif isinstance(event, DossierChanged) and not self._reloading.isActive():
            self._reloading.start()

    def line_changed(self, online: bool | None) -> None:
        self._online = online
        clear_layout(self.stamp_note)
        if online is False:
            words = "Chưa có dấu thời gian (mất mạng) – tự bổ sung khi có mạng"
            self.stamp_note.addWidget(IconLine(words, Tone.WARN, icon="clock"))

    def _token(self, token: TokenStatus) -> None:
        changed = token != self.token
        self.token = token
        self.token_card.show_token(token)
        row = self._row()
        if changed and row is not None and self._page == 0 and 0 not in self.unshown(row):
            self._show_stamp(row)
        self._tell()

    def _token_failed(self, note: ErrorNote) -> None:
        state = {"C03": TokenState.LOCKED, "C05": TokenState.EXPIRED, "C07": TokenState.NO_KEY, "C10": TokenState.NO_LIBRARY}
        self._token(TokenStatus(state.get(note.code, TokenState.ABSENT)))

    def _show(self, state: SignDesk) -> None:
        before = self._row()
        self.state = state
        self._token(state.token)
        rows = state.rows
        self.model.show(rows)
        self.queue_stack.setCurrentWidget(self.table if rows else self.empty)
        at = self.model.row_of(before.document.id) if before else -1
        if rows:
            self.table.selectRow(max(at, 0))
            self._show_row(rows[max(at, 0)], same=at >= 0)
        else:
            self._show_row(None)
        self._tell()

    # --- one document
    def _row(self) -> SignRow | None:
        return self.model.value(self.table.currentIndex().row())

    def _picked(self, index: QModelIndex, _: QModelIndex) -> None:
        self._said = ""
        self.reason.hide()
        self._show_row(self.model.value(index.row()))

    def _show_row(self, row: SignRow | None, same: bool = False) -> None:
        clear_layout(self.gate)
        for b in (self.back, self.forward):
            b.setVisible(row is not None)
        if row is None:
            self.where.setText("Chưa chọn văn bản")
            self.images.cancel()
            self.canvas.say("")
            self.gate.addWidget(label("Chưa có văn bản để kiểm tra", muted=True))
            return
        for check in row.gate:
            self.gate.addWidget(IconLine(messages.gate_line(check), Tone.GOOD if check.ok else Tone.BAD))
        if not row.gate:
            self.gate.addWidget(IconLine("Đang tạo PDF và kiểm tra", Tone.BUSY))
        result = self._results.get(row.document.id)
        error = result.error if result is not None and result.error is not None else row.document.error
        if error is not None:
            self.gate.addWidget(IconLine(f"{messages.sentence(error)}  {error.code}", Tone.BAD))
        if not (same and self.canvas.picture is not None):
            self._load_page(row, 0)
        self._tell()

    def _load_page(self, row: SignRow, page: int) -> None:
        self._page = page
        document = row.document
        self.where.setText(f"{shown_title(document)} · trang {page + 1}/{max(row.pages, 1)}")
        self._close_verdict()

        def drawn(picture: Picture) -> None:
            self.images.fetch(picture.path, lambda pixmap: self._drawn(row, page, pixmap, picture.scale), self._not_drawn)

        self.inbox.ask("picture", self.desk.pdf_picture(document.id, page, self.canvas.wanted_px()), drawn, self._not_drawn)

    def _drawn(self, row: SignRow, page: int, pixmap: QPixmap, scale: float) -> None:
        self.canvas.set_page(pixmap, scale)
        if page == 0:
            self._show_stamp(row)
        self._shown.setdefault(row.document.id, set()).add(page)
        self._tell()

    def _show_stamp(self, row: SignRow) -> None:
        """Where the visible signature will stand: the presets S5 (top right) and S6 (top left) of the profile."""
        placement = next((c for c in row.gate if c.rule is GateRule.PLACEMENT), None)
        if placement is None or not placement.ok or row.document.state is DocumentState.SIGNED:
            return
        left = dict(placement.detail).get("preset") == "S6"
        who = self.token.organization or self.token.owner or "(tên trên chứng thư)"
        self.canvas.show_stamp((f"{'Người sao chụp' if left else 'Ký bởi'}: {who}", "Thời gian ký: (ghi khi ký)"), left=left)

    def _not_drawn(self, note: ErrorNote) -> None:
        self.canvas.say("Chưa xem được trang này nên chưa đánh dấu được")

    def turn(self, step: int) -> None:
        row = self._row()
        if row is not None and 0 <= self._page + step < row.pages:
            self._load_page(row, self._page + step)

    def unshown(self, row: SignRow) -> list[int]:
        """Pages of it that have not been on the screen yet."""
        return sorted(set(range(row.pages)) - self._shown.get(row.document.id, set()))

    # --- moves
    def seen(self) -> None:
        """Space: first through all its pages, then marked, then the next document."""
        row = self._row()
        if row is None or self._stop is not None:
            return
        left = self.unshown(row)
        if left:
            if self._page in left:
                self._said = f"Đang mở trang {self._page + 1} – nhấn Space khi đã xem"
                self._tell()
            else:
                self._load_page(row, left[0])
            return
        if row.seen:
            self._next_row()
            return
        self.inbox.ask("seen", self.desk.mark_seen(row.document.id), lambda _: self._seen(), self.note.show_note)

    def _seen(self) -> None:
        self._next_row()
        self.reload()

    def _next_row(self) -> None:
        at = self.table.currentIndex().row()
        if at + 1 < len(self.model.rows):
            self.table.selectRow(at + 1)

    def refuse(self) -> None:
        if self._row() is not None and self._stop is None:
            self.reason.open()

    def _refuse(self, reason: str) -> None:
        row = self._row()
        self.table.setFocus()
        if row is not None:
            self._next_row()
            self.inbox.ask("refuse", self.desk.refuse(row.document.id, reason), lambda _: self.reload(), self.note.show_note)

    # --- signing
    def chosen(self) -> list[SignRow]:
        return [r for r in self.model.rows if ready(r)]

    def primary(self) -> None:
        if self._stop is not None:
            return
        if self.reason.isVisible():
            self.reason.give()
            return
        self._said = ""
        rows = self.chosen()
        if not rows:
            self._said = self._why_none()
            self.table.setFocus(Qt.FocusReason.ShortcutFocusReason)
        elif self.token.state not in USABLE:
            self.note.show_note(ErrorNote(messages.TOKEN_CODES.get(self.token.state, "C01")))
            self.inbox.ask("token", self.desk.token_status(), self._token, self._token_failed)
            self._said = messages.TOKEN_STATES[self.token.state][0]
        elif not self.pin.text():
            self._said = "Nhập mã PIN để ký"
            self.pin.setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            self._sign(rows)
        self._tell()

    def _why_none(self) -> str:
        if not self.model.rows:
            return "Không có văn bản chờ ký"
        unseen = sum(passed(r) and not r.seen for r in self.model.rows)
        if unseen:
            return f"Còn {unseen} văn bản đạt kiểm tra chưa xem – xem rồi nhấn Space"
        return "Chưa văn bản nào đạt kiểm tra – xem danh sách bên phải"

    def _sign(self, rows: list[SignRow]) -> None:
        pin = Secret(self.pin.text())
        self.pin.clear()
        self.note.clear()
        self._results = {}
        self._stop = stop = threading.Event()
        self._show_progress(0, len(rows))
        told = self.inbox.crossing(self._progress)
        signing = self.desk.sign([r.document.id for r in rows], pin, told, stop.is_set)
        self.inbox.ask("sign", signing, self._signed, self._sign_failed, lambda: self._signed(tuple(self._results.values())))

    def _show_progress(self, done: int, of: int) -> None:
        self.pin.setEnabled(False)
        self.progress.setRange(0, of)
        self.progress.setValue(done)
        self.progress.show()
        stopping = self._stop is not None and self._stop.is_set()
        how = "dừng sau văn bản này" if stopping else "Esc: dừng sau văn bản này"
        self.progress_text.setText(f"Đang ký {min(done + 1, of)}/{of} – {how}")
        self.progress_text.show()

    def _progress(self, told: SignProgress) -> None:
        self._results[told.document_id] = told
        if self._stop is not None:
            self._show_progress(told.index, told.of)

    def _end(self) -> None:
        self._stop = None
        self.pin.setEnabled(True)
        self.progress.hide()
        self.progress_text.hide()
        self.reload()

    def _signed(self, results: tuple[SignProgress, ...]) -> None:
        self._results = {r.document_id: r for r in results}
        good = sum(r.error is None for r in results)
        failed = [r for r in results if r.error is not None]
        words = f"Đã ký {good} văn bản."
        if failed and failed[0].error is not None:
            words += f" {len(failed)} văn bản chưa ký được: {messages.sentence(failed[0].error)} {failed[0].error.code}"
        self.note.show_text(words, Tone.WARN if failed else Tone.GOOD)
        self._end()
        self.table.setFocus()

    def _sign_failed(self, note: ErrorNote) -> None:
        self._end()
        self.note.show_note(note)
        self.inbox.ask("token", self.desk.token_status(), self._token, self._token_failed)
        self.pin.setFocus(Qt.FocusReason.OtherFocusReason)

    def escape(self) -> bool:
        if self._stop is not None:
            self._stop.set()
            self.progress_text.setText(self.progress_text.text().replace("Esc: ", ""))
            return True
        if self.reason.isVisible():
            self.reason.hide()
            self.table.setFocus()
            return True
        if self.view_stack.currentWidget() is self.verdict:
            self._close_verdict()
            return True
        return False

    # --- another file
    def choose_file(self) -> None:
        files.choose(self, "Kiểm tra chữ ký của tệp", QFileDialog.FileMode.ExistingFile, self._check_files, files.PDFS)

    def _check_files(self, paths: list[Path]) -> None:
        for path in paths[:1]:
            self.verify_file(path)

    def verify_file(self, path: Path) -> None:
        self.verdict.busy(path.name)
        self.view_stack.setCurrentWidget(self.verdict)

        def done(verdict: FileVerdict) -> None:
            self.verdict.show_verdict(path.name, verdict)

        self.inbox.ask("verify_file", self.desk.verify_file(path), done, lambda note: self.verdict.show_error(path.name, note))

    def _close_verdict(self) -> None:
        if self.view_stack.currentWidget() is self.verdict:
            self.inbox.forget("verify_file")
            self.view_stack.setCurrentWidget(self.canvas)
            self.table.setFocus()

    # --- frame
    def secondary(self) -> tuple[Secondary, ...]:
        return (
            Secondary("refuse", self.refuse, visible=bool(self.model.rows)),
            Secondary("verify_file", self.choose_file),
        )

    def _clear_said(self) -> None:
        self._said = ""
        self._tell()

    def _tell(self) -> None:
        rows, chosen = self.model.rows, self.chosen()
        self.heading.setText(f"Chờ ký: {len(rows)} văn bản")
        seen = sum(r.seen for r in rows)
        bad = sum(gate_text(r)[1] is Tone.BAD for r in rows)
        self.seen_pill.show_state(f"{seen} đã xem" if seen else "", Tone.GOOD, "eye")
        self.bad_pill.show_state(f"{bad} chưa đạt" if bad else "", Tone.BAD)
        pages = sum(r.pages for r in chosen)
        self.batch.setText(f"Ký {len(chosen)} văn bản đã chọn ({pages} trang)" if chosen else "Chưa chọn văn bản nào để ký")
        missing, tone = self._said, Tone.WARN
        if self._stop is not None:
            missing, tone = "Đang ký – Esc để dừng sau văn bản này", Tone.PLAIN
        elif not missing:
            missing, tone = self._hint(), Tone.PLAIN
        done = f"Hôm nay: đã ký {self.state.signed_today} · từ chối {self.state.refused_today}" if self.state else ""
        self.say_foot(Foot(f"Ký {len(chosen)} văn bản" if chosen else "Ký văn bản", done, missing, tone))
        self.foot_changed.emit()

    def _hint(self) -> str:
        row = self._row()
        if row is not None and not row.seen and passed(row) and row.gate:
            left = self.unshown(row)
            return f"Trang {left[0] + 1} chưa xem" if left else "Đã xem đủ trang – nhấn Space để đánh dấu"
        return "Ký xong không sửa được nội dung" if self.chosen() else ""
