"""Ký số: the queue, the document as it will be signed, and on the right token, checks and PIN."""

import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QModelIndex, Qt, QTimer
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from ui import files, messages
from ui.delegates.tables import SignDelegate
from ui.models.signing import gate_text, passed, proposed, ready, sign_model
from ui.theme import Tone
from ui.views.ledger import READ_ONLY, LedgerPanel
from ui.views.screen import ROOMY, Foot, Place, Screen, Secondary
from ui.views.signpage import SignPage
from ui.views.signside import SignSide
from ui.views.signwords import NO_NUMBER, NOTHING, PLUG_IN, SIGNER_ONLY, of_results, why_none
from ui.views.table import RowsTable
from ui.widgets import Card, EmptyState, KeyRow, Pill, ReasonBar, label
from workstation.domain.dossier import DocumentState
from workstation.domain.errors import ErrorNote
from workstation.domain.events import DossierChanged, TokenChanged
from workstation.domain.ids import DocumentId
from workstation.domain.issue import number_of
from workstation.domain.signature import TokenState, TokenStatus
from workstation.usecases.desk import Desk
from workstation.usecases.seal import SealWish
from workstation.usecases.sign import OFFICIAL, REGISTRAR
from workstation.usecases.views import SignDesk, SignProgress, SignRow

USABLE = (TokenState.READY, TokenState.PIN_LOW, TokenState.PIN_FINAL)


class SignScreen(Screen):
    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.place = Place("sign", "Ký số", "Ký số", "sign")
        self.state: SignDesk | None = None
        self.token = TokenStatus(TokenState.UNKNOWN)
        self._stop: threading.Event | None = None
        self._results: dict[DocumentId, SignProgress] = {}
        self._numbers: dict[DocumentId, str] = {}
        """As the registrar typed them; until they are given."""
        self._asked = 0
        self._said = ""
        self._wanted = ""
        self.setAcceptDrops(True)
        self._build()
        for command_id, run in (
            ("refuse", self.refuse),
            ("sign_page_down", lambda: self.viewer.turn(1)),
            ("sign_page_up", lambda: self.viewer.turn(-1)),
            ("stamp_left", lambda: self.viewer.nudge(-1, 0)),
            ("stamp_right", lambda: self.viewer.nudge(1, 0)),
            ("stamp_up", lambda: self.viewer.nudge(0, -1)),
            ("stamp_down", lambda: self.viewer.nudge(0, 1)),
            ("stamp_home", lambda: self.viewer.send_home()),
            ("stamp_next", lambda: self.viewer.next_mark()),
            ("stamp_image", self.choose_picture),
            ("save_report", lambda: self.viewer.verdict.choose_target()),
        ):
            self.on(command_id, partial(self._at_work, run))
        self.on("verify_file", self.choose_file)
        self.on("ledger", self.open_ledger)
        self.on("end_authority", self.ledger.ask_end)
        # Space presses a button that has the focus, so "seen" listens on the queue only
        self.on("seen", self.seen, self.table)
        self.inbox.listen(desk.bus, self._event)
        self._reloading = QTimer(self, interval=150, singleShot=True)
        self._reloading.timeout.connect(self.reload)

    # --- building
    def _build(self) -> None:
        whole = QVBoxLayout(self)
        whole.setContentsMargins(10, 10, 10, 10)
        self.work = QWidget()
        row = QHBoxLayout(self.work)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        self.queue_card = self._queue()
        row.addWidget(self.queue_card)
        self.viewer = SignPage(self.desk)
        self.viewer.changed.connect(self._tell)
        self.viewer.closed.connect(self.table.setFocus)
        self.viewer.picture_kept.connect(self.reload)
        row.addWidget(self.viewer, 1)
        self.side = SignSide()
        self.pin, self.note = self.side.pin, self.side.note
        self.pin.returnPressed.connect(self.primary)
        self.side.otp.returnPressed.connect(self.primary)
        self.side.otp.textEdited.connect(lambda _: self._clear_said())
        self.pin.textEdited.connect(lambda _: self._clear_said())
        self.side.number.textEdited.connect(self._typed_number)
        self.side.number.returnPressed.connect(self.primary)
        row.addWidget(self.side)
        whole.addWidget(self.work)
        self.ledger = LedgerPanel(self.desk)
        self.ledger.closed.connect(self._close_ledger)
        self.ledger.changed.connect(self.reload)
        whole.addWidget(self.ledger)

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
        self.table = RowsTable("Văn bản chờ ký", self.model, SignDelegate(), SignDelegate.HEIGHT, {1: 58, 2: 86, 3: 132})
        self.table.selectionModel().currentChanged.connect(self._picked)
        self.empty = EmptyState("sign", *NOTHING[False])
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

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        roomy = self.width() >= ROOMY
        self.queue_card.setFixedWidth(min(496, self.width() * 385 // 1000) if roomy else 370)
        self.side.setFixedWidth(312 if roomy else 290)
        self.table.setColumnHidden(1, not roomy)  # the viewer's heading tells the pages too
        for column, width in enumerate((86, 132) if roomy else (76, 108), 2):  # the number of a document stays legible
            self.table.setColumnWidth(column, width)

    # --- loading
    def activate(self) -> None:
        self.reload()
        self.inbox.ask("token", self.desk.token_status(), self._token, self._token_failed)
        self.table.setFocus()

    @property
    def _seals(self) -> bool:
        """The registrar's queue: what officials have signed, to be numbered, dated and sealed."""
        return self.desk.user.role == REGISTRAR

    def _at_work(self, run: Callable[[], object]) -> None:
        """Nothing happens to the queue and its document while the ledger stands before them."""
        if not self.ledger.isVisible():
            run()

    def open_ledger(self) -> None:
        """Ctrl+L: the ledger of authorised signers, in place of the queue."""
        if self._stop is None:
            self.work.hide()
            self.ledger.open()
            self._tell()

    def _close_ledger(self) -> None:
        self.ledger.hide()
        self.work.show()
        self.table.setFocus()
        self._tell()

    def forget_user(self) -> None:
        if not self.ledger.isHidden():
            self._close_ledger()
        self._said = ""
        self._numbers.clear()
        self.side.forget()
        self.viewer.forget()

    def open_document(self, document_id: str, field: str = "") -> None:
        self._wanted = document_id
        self.reload()

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
        self.side.show_line(online)

    def _token(self, token: TokenStatus) -> None:
        self.token = token
        self.side.show_token(token)
        self.viewer.show_token(token)
        self._tell()

    def _token_failed(self, note: ErrorNote) -> None:
        state = {"C03": TokenState.LOCKED, "C05": TokenState.EXPIRED, "C07": TokenState.NO_KEY, "C10": TokenState.NO_LIBRARY}
        until = str(dict(note.params).get("valid_until", ""))
        self._token(TokenStatus(state.get(note.code, TokenState.ABSENT), valid_until=until))

    def _show(self, state: SignDesk) -> None:
        before = self._row()
        wanted, self._wanted = self._wanted or (before.document.id if before else ""), ""
        self.state = state
        self._token(state.token)
        rows = state.rows
        self.empty.say(*NOTHING[self._seals])
        self.model.show(rows)
        self.queue_stack.setCurrentWidget(self.table if rows else self.empty)
        at = self.model.row_of(wanted)
        if rows:
            self.table.selectRow(max(at, 0))
            self._show_row(rows[max(at, 0)], same=before is not None and wanted == before.document.id and at >= 0)
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
        result = self._results.get(row.document.id) if row else None
        error = result.error if result is not None and result.error is not None else row.document.error if row else None
        self.side.show_gate(row, error)
        self._show_numbers()
        self.viewer.show_row(row, same=same)
        self._tell()

    def _show_numbers(self) -> None:
        """The next numbers follow what is typed, and what is chosen before in the queue."""
        row = self._row()
        number = self._proposed().get(row.document.id, "") if row is not None else ""
        self.side.show_numbering(row, number)
        self.viewer.show_number(number)

    def _proposed(self) -> dict[DocumentId, str]:
        row = self._row()
        return proposed(self.model.rows, self._numbers, row.document.id if row else None)

    def _typed_number(self, text: str) -> None:
        row = self._row()
        if row is not None:
            self._numbers[row.document.id] = text.strip()
            if not text.strip():
                del self._numbers[row.document.id]  # the next one is proposed again when the row comes back
            self.viewer.show_number(text.strip())
        self._clear_said()

    # --- moves
    def _may_sign(self) -> bool:
        """Only the official signs, refuses and says what was seen, and the registrar where it is signed; others may look."""
        if self.desk.user.role in (OFFICIAL, REGISTRAR):
            return True
        self._said = SIGNER_ONLY
        self._tell()
        return False

    def seen(self) -> None:
        """Space: first through all its pages, then marked, then the next document."""
        row = self._row()
        if row is None or self._stop is not None:
            return
        if self.viewer.unshown(row):
            if not self.viewer.advance():
                self._said = f"Đang mở trang {self.viewer.page + 1} – nhấn Space khi đã xem"
                self._tell()
        elif row.seen:
            self._next_row()
        elif self._may_sign():
            self.inbox.ask("seen", self.desk.mark_seen(row.document.id), lambda _: self._seen(), self.note.show_note)

    def _seen(self) -> None:
        self._next_row()
        self.reload()

    def _next_row(self) -> None:
        at = self.table.currentIndex().row()
        if at + 1 < len(self.model.rows):
            self.table.selectRow(at + 1)

    def refuse(self) -> None:
        if self._row() is not None and self._stop is None and self._may_sign():
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
        if self.ledger.isVisible():
            self.ledger.enter()
            return
        if self.reason.isVisible():
            self.reason.give()
            return
        self._said = ""
        if not self._may_sign():
            return
        rows = self.chosen()
        if not rows:
            self._said = why_none(self.model.rows, seals=self._seals)
            self.table.setFocus(Qt.FocusReason.ShortcutFocusReason)
        elif (unnumbered := self._unnumbered(rows)) is not None:
            self.table.selectRow(self.model.row_of(unnumbered.document.id))
            self.side.number.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self._said = NO_NUMBER
        elif self.token.state not in USABLE:
            if self.token.state is not TokenState.UNKNOWN:
                self.note.show_note(messages.token_note(self.token))
            self.inbox.ask("token", self.desk.token_status(), self._token, self._token_failed)
            self._said = self._no_token()
        elif (field := self.side.missing()) is not None:
            self._said = "Nhập mã PIN để ký" if field is self.pin else "Nhập mã OTP để ký"
            field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            self._sign(rows)
        self._tell()

    def _unnumbered(self, rows: list[SignRow]) -> SignRow | None:
        """The first that would get no number."""
        numbers = self._proposed()
        return next((r for r in rows if r.marks and not r.number and number_of(numbers[r.document.id]) is None), None)

    def _no_token(self) -> str:
        return PLUG_IN if self.token.state is TokenState.ABSENT else messages.TOKEN_STATES[self.token.state][0]

    def _sign(self, rows: list[SignRow]) -> None:
        pin, otp = self.side.take_secrets()
        self.note.clear()
        self._results = {}
        self._stop = stop = threading.Event()
        self._asked = len(rows)
        self.side.show_progress(0, len(rows), stopping=False, do=self._verb)
        told = self.inbox.crossing(self._progress)
        self.viewer.locked = True
        if self._seals:
            numbers, moves = self._proposed(), self.viewer.mark_moves
            wishes = [SealWish(x, numbers[x], dict(moves.get(x, {}))) for x in (r.document.id for r in rows)]
            signing = self.desk.seal(wishes, pin, told, stop.is_set, otp)
        else:
            signing = self.desk.sign([r.document.id for r in rows], pin, told, stop.is_set, dict(self.viewer.moves), otp)
        self.inbox.ask("sign", signing, self._signed, self._sign_failed, lambda: self._signed(tuple(self._results.values())))

    def _progress(self, told: SignProgress) -> None:
        self._results[told.document_id] = told
        if self._stop is None:
            return
        self.side.show_progress(told.index, told.of, stopping=self._stop.is_set(), do=self._verb)
        if told.error is None:
            self.viewer.forget_moves(told.document_id)
            self._numbers.pop(told.document_id, None)
            self.model.show([_signed(r) if r.document.id == told.document_id else r for r in self.model.rows])
            self._tell()

    def _end(self) -> None:
        self._stop = None
        self.viewer.locked = False
        self.side.end_progress()
        self.reload()

    def _signed(self, results: tuple[SignProgress, ...]) -> None:
        self._results = {r.document_id: r for r in results}
        self.note.show_text(*of_results(results, self._asked, self._verb))
        self._end()
        self.table.setFocus()

    def _sign_failed(self, note: ErrorNote) -> None:
        self._end()
        self.note.show_note(note)
        if note.code == "C37":
            self.side.show_asks(tuple(str(dict(note.params)["asks"]).split()))
            field = self.side.missing()
            if field is not None:
                field.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        self.inbox.ask("token", self.desk.token_status(), self._token, self._token_failed)
        self.pin.setFocus(Qt.FocusReason.OtherFocusReason)

    def escape(self) -> bool:
        if self._stop is not None:
            self._stop.set()
            self.side.say_stopping()
            self._tell()
            return True
        if self.reason.isVisible():
            self.reason.hide()
            self.table.setFocus()
            return True
        if self.side.has_secret_focus():
            self.side.forget()
            self.table.setFocus()
            self._tell()
            return True
        return self.ledger.escape() or self.viewer.close_verdict()

    def choose_picture(self) -> None:
        if self._stop is None and self._may_sign():
            self.viewer.choose_picture()

    # --- another file
    def choose_file(self) -> None:
        files.choose(self, "Kiểm tra chữ ký của tệp", QFileDialog.FileMode.ExistingFile, self._check_files, files.PDFS)

    def _check_files(self, paths: list[Path]) -> None:
        for path in paths[:1]:
            self.verify_file(path)

    def verify_file(self, path: Path) -> None:
        if self.ledger.isVisible():
            self._close_ledger()
        self.viewer.verify_file(path)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self._check_files([Path(u.toLocalFile()) for u in event.mimeData().urls() if u.isLocalFile()])

    # --- frame
    def secondary(self) -> tuple[Secondary, ...]:
        if self.ledger.isVisible():
            return (Secondary("end_authority", self.ledger.ask_end),)
        return (
            Secondary("refuse", self.refuse, visible=bool(self.model.rows)),
            Secondary("verify_file", self.choose_file),
        )

    def _clear_said(self) -> None:
        self._said = ""
        self._tell()

    def _tell(self) -> None:
        if self.ledger.isVisible():
            self.say_foot(Foot("Ghi vào sổ", missing="" if self.ledger.may_write else READ_ONLY))
            self.foot_changed.emit()
            return
        rows, chosen = self.model.rows, self.chosen()
        do = self._verb
        self.heading.setText(f"Chờ {do}: {len(rows)} văn bản")
        seen = sum(r.seen for r in rows)
        bad = sum(gate_text(r)[1] is Tone.BAD for r in rows)
        self.seen_pill.show_state(f"{seen} đã xem" if seen else "", Tone.GOOD, "eye")
        self.bad_pill.show_state(f"{bad} chưa đạt" if bad else "", Tone.BAD)
        pages = sum(r.pages for r in chosen)
        verb = do.capitalize()
        some = f"{verb} {len(chosen)} văn bản đã chọn ({pages} trang)"
        self.side.batch.setText(some if chosen else f"Chưa chọn văn bản nào để {do}")
        missing, tone = self._said, Tone.WARN
        if self._stop is not None:
            stopping = self._stop.is_set()
            missing = "Sẽ dừng sau văn bản này" if stopping else f"Đang {do} – Esc để dừng sau văn bản này"
            tone = Tone.PLAIN
        elif not missing:
            missing, tone = self._hint(), Tone.PLAIN
        done = f"Hôm nay: đã {do} {self.state.signed_today} · từ chối {self.state.refused_today}" if self.state else ""
        self.say_foot(Foot(f"{verb} {len(chosen)} văn bản" if chosen else f"{verb} văn bản", done, missing, tone))
        self.foot_changed.emit()

    @property
    def _verb(self) -> str:
        return "đóng dấu" if self._seals else "ký"

    def _hint(self) -> str:
        row = self._row()
        if self.desk.user.role not in (OFFICIAL, REGISTRAR):
            return SIGNER_ONLY
        if self.side.has_secret_focus():
            return f"Nhập mã để {self._verb} – Esc để về hàng chờ"
        if row is not None and not row.seen and passed(row) and row.gate:
            left = self.viewer.unshown(row)
            return f"Trang {left[0] + 1} chưa xem hết – nhấn Space" if left else "Đã xem đủ trang – nhấn Space để đánh dấu"
        if not self.chosen():
            return ""
        return "Ký xong không sửa được nội dung" if self.token.state in USABLE else self._no_token()


def _signed(row: SignRow) -> SignRow:
    return replace(row, document=replace(row.document, state=DocumentState.SIGNED))
