"""Hộp gửi: what waits to be sent, why, and the receipts."""

from PySide6.QtCore import QModelIndex, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QStackedWidget, QVBoxLayout

from ui import messages
from ui.delegates.tables import OutboxDelegate
from ui.models.outbox import TONES, TRIES, awaits_level, outbox_model, size_text
from ui.theme import Tone
from ui.views import conflict
from ui.views.screen import ROOMY, Foot, Go, Place, Screen, Secondary
from ui.views.table import RowsTable
from ui.widgets import Card, EmptyState, KeyRow, Note, Pill, label
from workstation.domain.errors import ErrorNote
from workstation.domain.events import OutboxChanged
from workstation.domain.ids import OutboxId
from workstation.domain.outbox import Comparison, FailureClass, OutboxState
from workstation.domain.peers import PeerDelivery
from workstation.usecases.desk import Desk
from workstation.usecases.views import LineStatus, MendPlace, OutboxRow, OutboxSums, OutboxWindow

FILTERS: tuple[tuple[str, tuple[OutboxState, ...]], ...] = (
    ("Mọi trạng thái", tuple(OutboxState)),
    ("Chưa gửi xong", (OutboxState.QUEUED, OutboxState.SENDING, OutboxState.UNKNOWN, OutboxState.PAUSED)),
    ("Bị trả", (OutboxState.REJECTED,)),
    ("Đã tiếp nhận", (OutboxState.RECEIVED,)),
)
WAITING = (OutboxState.QUEUED, OutboxState.UNKNOWN)
MENDABLE = (*WAITING, OutboxState.REJECTED)
WINDOW = 200
"""Rows that are read at a time."""
MENDS = {
    FailureClass.MANG.value: "send_one",
    FailureClass.QUA_TAI.value: "send_one",
    FailureClass.XAC_THUC.value: "send_one",
    FailureClass.QUYEN.value: "send_again",
    FailureClass.XUNG_DOT.value: "reopen",
    FailureClass.SAI_BAM.value: "send_again",
    FailureClass.KHONG_RO.value: "send_one",
    FailureClass.HET_HAN.value: "send_one",
    FailureClass.MAY_CHU.value: "send_one",
    FailureClass.CUC_BO.value: "send_again",
    FailureClass.BIEN_NHAN.value: "send_again",
    FailureClass.KHONG_HOP_LE.value: "reopen",
    FailureClass.KHO_KHOA.value: "send_one",
    FailureClass.KHO_LOI.value: "send_one",
    FailureClass.CHUNG_THU.value: "send_one",
}
"""Code → what the button beside its sentence does here; ``ui.messages`` has its words."""


class OutboxScreen(Screen):
    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.place = Place("outbox", "Hộp gửi", "Hộp gửi", "outbox")
        self.rows: tuple[OutboxRow, ...] = ()
        self.more = False
        self.sums = OutboxSums(dict.fromkeys(OutboxState, 0), 0, None)
        self.line = LineStatus(None, None, 0)
        self._said = ""
        self._compared: dict[tuple[OutboxId, int], Comparison | None] = {}
        self._asked: set[tuple[OutboxId, int]] = set()
        self._build()
        for command_id, run in (("send", self.send_one), ("pause", self.pause), ("meeting", self.meeting)):
            self.on(command_id, run)
        self.on("details", self.show_details, self.table)
        self.inbox.listen(desk.bus, self._event)
        self._reloading = QTimer(self, interval=150, singleShot=True)
        self._reloading.timeout.connect(self.reload)

    # --- building
    def _build(self) -> None:
        whole = QVBoxLayout(self)
        whole.setContentsMargins(10, 10, 10, 10)
        whole.setSpacing(10)
        self.banner = Note()
        self.note = Note()
        whole.addWidget(self.banner)
        whole.addWidget(self.note)
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(self._list(), 1)
        row.addWidget(self._side())
        whole.addLayout(row, 1)

    def _list(self) -> Card:
        card = Card((1, 8, 1, 8), 6)
        head = QHBoxLayout()
        head.setContentsMargins(11, 0, 9, 2)
        head.setSpacing(8)
        self.heading = label(bold=True)
        self.returned_pill, self.paused_pill, self.received_pill = Pill(), Pill(), Pill()
        self.filter = QComboBox()
        self.filter.setAccessibleName("Lọc theo trạng thái")
        self.filter.setMinimumWidth(150)
        for name, _ in FILTERS:
            self.filter.addItem(name)
        self.filter.currentIndexChanged.connect(lambda _: self._filtered())
        for part in (self.heading, self.returned_pill, self.paused_pill, self.received_pill):
            head.addWidget(part)
        head.addStretch(1)
        head.addWidget(self.filter)
        card.body.addLayout(head)
        self.model = outbox_model()
        widths = {0: 164, 1: 148, 2: 118, 3: 74, 4: 72}
        self.table = RowsTable("Hồ sơ trong hộp gửi", self.model, OutboxDelegate(), OutboxDelegate.HEIGHT, widths)
        self.table.selectionModel().currentChanged.connect(self._picked)
        self.table.verticalScrollBar().valueChanged.connect(self._scrolled)
        self.empty = EmptyState("check", "Mọi hồ sơ đã được tiếp nhận", "Hồ sơ ký xong sẽ tự vào đây và tự gửi khi có mạng.")
        self.stack = QStackedWidget()
        self.stack.addWidget(self.table)
        self.stack.addWidget(self.empty)
        card.body.addWidget(self.stack, 1)
        card.body.addWidget(KeyRow("send", "pause", "details", margin=11))
        return card

    def _side(self) -> Card:
        self.side = Card((14, 10, 14, 12), 8)
        self.code = label(bold=True, wrap=True)
        self.state_pill = Pill()
        self.facts = label(wrap=True)
        self.facts.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.facts.setAccessibleName("Chi tiết hồ sơ")
        self.why = Note(with_actor=True)
        self.why.pressed.connect(self._mend)
        for part in (self.code, self.state_pill, self.facts, self.why):
            self.side.body.addWidget(part)
        self.side.body.addStretch(1)
        return self.side

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        roomy = self.width() >= ROOMY
        self.side.setFixedWidth(312 if roomy else 280)
        self.table.setColumnHidden(TRIES, not roomy)  # the details beside the table have it

    # --- loading
    def activate(self) -> None:
        self._asked.clear()
        self.reload()
        self.table.setFocus()

    def reload(self) -> None:
        """As many rows as are on the screen already: who scrolled down stays where he was."""
        self._load(max(WINDOW, len(self.rows)))
        self.inbox.ask("sums", self.desk.outbox_sums(), self._sum, self.note.show_note)
        self.inbox.ask("line", self.desk.line(), self._line)

    def _load(self, limit: int) -> None:
        self.inbox.ask("outbox", self.desk.outbox(self._states(), limit), self._show, self.note.show_note)

    def _states(self) -> tuple[OutboxState, ...]:
        return FILTERS[self.filter.currentIndex()][1]

    def _filtered(self) -> None:
        self._load(WINDOW)

    def _scrolled(self, value: int) -> None:
        """The next window, before its first row is needed."""
        bar = self.table.verticalScrollBar()
        if self.more and value + 2 * bar.pageStep() >= bar.maximum():
            self.more = False  # asked for; the answer says whether there is more behind it
            further = self.desk.outbox(self._states(), WINDOW, self.rows[-1].id)
            self.inbox.ask("outbox", further, self._show_further, self.note.show_note)

    def _show_further(self, window: OutboxWindow) -> None:
        """Behind what is there; nothing that is on the screen moves."""
        self.rows, self.more = (*self.rows, *window.rows), window.more
        self.model.show(self.rows)

    def _event(self, event: object) -> None:
        if not isinstance(event, OutboxChanged):
            return
        self._said = ""  # what was said is overtaken by what happened
        if self.isVisible() and not self._reloading.isActive():
            self._reloading.start()

    def line_changed(self, online: bool | None) -> None:
        if self.isVisible():
            self.inbox.ask("line", self.desk.line(), self._line)

    def _line(self, line: LineStatus) -> None:
        if line.online and self.line.online is False:
            self._asked.clear()
        self.line = line
        if line.online is False:
            since = (("since", line.since.isoformat()),) if line.since else ()
            self.banner.show_note(ErrorNote("G01", (*since, ("waiting", line.waiting))))
        else:
            self.banner.clear()
        self._tell()

    def _sum(self, sums: OutboxSums) -> None:
        self.sums = sums
        self._tell()

    def _show(self, window: OutboxWindow) -> None:
        before = self._row()
        rows = self.rows = window.rows
        self.more = window.more
        self.model.show(rows)
        if self.filter.currentIndex():
            self.empty.say(f'Không có hồ sơ nào ở mục "{self.filter.currentText()}"', "Chọn mục khác để xem các hồ sơ còn lại.")
        else:
            self.empty.say("Mọi hồ sơ đã được tiếp nhận", "Hồ sơ ký xong sẽ tự vào đây và tự gửi khi có mạng.")
        self.stack.setCurrentWidget(self.table if rows else self.empty)
        at = self.model.row_of(before.id) if before else -1
        if at < 0:  # what the blue button is about comes first
            at = next((i for i, r in enumerate(rows) if r.state is OutboxState.REJECTED), 0)
        if rows:
            self.table.selectRow(at)
        self._show_row(rows[at] if rows else None)
        self._tell()

    # --- one item
    def _row(self) -> OutboxRow | None:
        return self.model.value(self.table.currentIndex().row())

    def _picked(self, index: QModelIndex, _: QModelIndex) -> None:
        self._said = ""
        self._show_row(self.model.value(index.row()))
        self._tell()

    def _show_row(self, row: OutboxRow | None) -> None:
        if row is None:
            self.code.setText("Chưa chọn hồ sơ")
            self.facts.setText("")
            self.state_pill.show_state("", Tone.PLAIN)
            self.why.clear()
            return
        tone, icon = TONES[row.state]
        self.code.setText(f"{row.code} · {row.title}" if row.title else row.code)
        self.state_pill.show_state(messages.OUTBOX_STATES[row.state][0], tone, icon)
        self.facts.setText("\n".join(self._facts(row)))
        if row.error is not None and row.error.code == conflict.CONFLICT and row.state is OutboxState.REJECTED:
            self._compare(row)
        self.why.show_note(row.error, button=row.error is not None and row.error.code in MENDS and row.state in MENDABLE)

    def _compare(self, row: OutboxRow) -> None:
        """The ward's version beside ours: asked for once a try, since every change of the outbox shows the row anew. What went
        wrong is asked again when the screen is opened anew or the line is back."""
        key = row.id, row.attempts
        if key in self._compared:
            self.facts.setText("\n".join(self._facts(row) + conflict.lines(row, self._compared[key])))
        elif self.line.online is not False and key not in self._asked:
            self._asked.add(key)
            asked = self.desk.other_version(row.id)
            self.inbox.ask(f"compare {row.id}", asked, lambda found: self._keep(key, found), self.note.show_note)

    def _keep(self, key: tuple[OutboxId, int], found: Comparison | None) -> None:
        self._compared[key] = found
        self._show_row(self._row())

    @staticmethod
    def _facts(row: OutboxRow) -> list[str]:
        lines = [
            f"Vào hộp gửi: {messages.moment(row.created_at.isoformat())}",
            f"Dung lượng: {size_text(row)}",
            f"Số lần gửi: {row.attempts}",
        ]
        if row.next_try is not None and row.state in WAITING:
            if awaits_level(row):
                lines.append(f"Đợi dấu thời gian, muộn nhất: {messages.moment(row.next_try.isoformat())}")
            else:
                lines.append(f"Gửi lại lúc: {messages.clock_time(row.next_try, True)}")
        if row.receipt is not None:
            lines += [f"Số biên nhận: {row.receipt.id}", f"Tiếp nhận lúc: {messages.moment(row.receipt.received_at)}"]
        if row.reconciled_at is not None:
            lines.append(f"Đã đối soát: {messages.moment(row.reconciled_at.isoformat())}")
        return lines + [_peer_line(delivery) for delivery in row.peers]

    def show_details(self) -> None:
        """Enter: the focus goes to the details, so a reader speaks them and keys can copy from them."""
        if self._row() is not None:
            self.facts.setFocus(Qt.FocusReason.ShortcutFocusReason)

    # --- moves
    def _after(self, words: str) -> None:
        self._said = words
        self.note.clear()
        self.reload()

    def _sending(self, what: str) -> str:
        offline = self.line.online is False
        return f"Mất mạng – {what} sẽ tự gửi khi có mạng" if offline else f"Đã yêu cầu gửi {what}"

    def send_one(self) -> None:
        row = self._row()
        if row is None:
            return
        if row.state in (OutboxState.RECEIVED, OutboxState.SENDING):
            self._said = f"{row.code} {messages.OUTBOX_STATES[row.state][0].lower()}"
            self._tell()
        elif row.state is OutboxState.REJECTED:
            self.reopen()
        else:
            self.inbox.ask(
                "send", self.desk.send_now(row.id), lambda _: self._after(self._sending(row.code)), self.note.show_note
            )

    def pause(self) -> None:
        row = self._row()
        if row is None:
            return
        if row.state in (OutboxState.RECEIVED, OutboxState.REJECTED):
            self._said = f"{row.code} không còn chờ gửi"
            self._tell()
            return
        paused = row.state is not OutboxState.PAUSED
        words = f"Đã tạm dừng {row.code}" if paused else f"{row.code} sẽ gửi tiếp"
        self.inbox.ask("pause", self.desk.set_paused(row.id, paused), lambda _: self._after(words), self.note.show_note)

    def reopen(self) -> None:
        """The returned dossier on the screen (else the first) goes back to Verify, at the field to mend."""
        row = self._row()
        item_id = row.id if row is not None and row.state is OutboxState.REJECTED else self.sums.first_returned
        if item_id is not None:
            self.inbox.ask("reopen", self.desk.reopen_rejected(item_id), self._reopened, self.note.show_note)

    def send_again(self) -> None:
        row = self._row()
        if row is not None:
            words = self._sending(row.code)
            self.inbox.ask("again", self.desk.send_again(row.id), lambda _: self._after(words), self.note.show_note)

    def _mend(self, code: str) -> None:
        """What the button beside the reason says."""
        getattr(self, MENDS[code])()

    def meeting(self) -> None:
        """The line is left to a meeting, or taken back."""
        on = self.line.meeting_until is None
        words = "Đang nhường đường truyền cho cuộc họp" if on else "Gửi lại với tốc độ thường"
        self.inbox.ask("meeting", self.desk.set_meeting(on), lambda _: self._after(words), self.note.show_note)

    def _reopened(self, place: MendPlace) -> None:
        self.go.emit(Go("verify", place.document_id, place.field))

    def primary(self) -> None:
        if self.sums.first_returned is not None:
            self.reopen()
        elif any(self.sums.tally[state] for state in WAITING):
            self.inbox.ask(
                "send", self.desk.send_now(None), lambda _: self._after(self._sending("các hồ sơ chờ")), self.note.show_note
            )
        else:
            self._said = "Không có hồ sơ nào đang chờ gửi"
            self.table.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self._tell()

    # --- frame
    def secondary(self) -> tuple[Secondary, ...]:
        row = self._row()
        paused = row is not None and row.state is OutboxState.PAUSED
        movable = row is not None and row.state not in (OutboxState.RECEIVED, OutboxState.REJECTED)
        return (
            Secondary("send", self.send_one, visible=movable),
            Secondary("pause", self.pause, "Gửi tiếp" if paused else "Tạm dừng", visible=movable),
            Secondary("meeting", self.meeting, "Đang họp" if self.line.meeting_until is None else "Họp xong"),
        )

    def _tell(self) -> None:
        tally = self.sums.tally
        due = sum(tally[state] for state in (*WAITING, OutboxState.SENDING))
        paused, returned, received = (tally[s] for s in (OutboxState.PAUSED, OutboxState.REJECTED, OutboxState.RECEIVED))
        self.heading.setText(f"Chờ gửi: {due} hồ sơ")
        self.returned_pill.show_state(f"{returned} bị trả" if returned else "", Tone.BAD)
        self.received_pill.show_state(f"{received} đã tiếp nhận" if received else "", Tone.GOOD)
        self.paused_pill.show_state(f"{paused} tạm dừng" if paused else "", Tone.PLAIN, "pause")
        saved = f"{messages.size(self.sums.left)} còn phải gửi" if due else "Không còn gì phải gửi"
        missing = self._said or self._held()
        primary = f"Sửa {returned} hồ sơ bị trả" if returned else "Gửi ngay"
        self.say_foot(Foot(primary, saved, missing))
        self.foot_changed.emit()

    def _held(self) -> str:
        """What keeps the line from sending as fast as it could."""
        if self.line.online is False:
            return "Mất mạng – sẽ tự gửi khi có mạng"
        if not self.line.hours:
            return "Ngoài giờ gửi – sẽ tự gửi khi đến giờ"
        if self.line.meeting_until is not None:
            return f"Đang họp – gửi chậm đến {messages.clock_time(self.line.meeting_until)}"
        return ""


def _peer_line(delivery: PeerDelivery) -> str:
    """How it stands with one peer, in its own words: "received" is the ward server's alone."""
    state = messages.DELIVERY_STATES[delivery.state][0]
    if delivery.error is not None:
        state += f" – {messages.peer_reason(delivery.error)} ({delivery.error.code})"
    return f"{delivery.peer}: {state}" + (f" – {delivery.reference}" if delivery.reference else "")
