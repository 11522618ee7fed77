"""Right on Sign: the token, the checks of the chosen document, the PIN and how far the signing is."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QProgressBar, QVBoxLayout, QWidget

from ui import messages, theme
from ui.theme import Tone
from ui.views.token import TokenCard
from ui.widgets import Card, IconLine, Note, clear_layout, label
from workstation.domain.dossier import DocumentState
from workstation.domain.errors import ErrorNote
from workstation.domain.issue import MOST_DIGITS
from workstation.domain.signature import TokenState, TokenStatus
from workstation.domain.signing import Secret
from workstation.usecases.views import SignRow

TALL = 470
"""Height of the card, in logical pixels, from which everything finds room."""
PIN_RISK = "Sai PIN sẽ dừng ngay, không tự thử lại. Thiết bị có thể bị khóa nếu nhập sai nhiều lần."
ON_DEVICE = "Nhập trên thiết bị khi được hỏi"
"""Where the PIN is typed on a PIN pad, or in a window of the driver's own."""


class SignSide(Card):
    def __init__(self) -> None:
        super().__init__((14, 10, 14, 12), 7)
        self.body.addWidget(label("Thiết bị ký", bold=True))
        self.token_card = TokenCard()
        self.body.addWidget(self.token_card)
        self.body.addWidget(label("Kiểm tra trước khi ký – văn bản này", bold=True))
        self._gate = QVBoxLayout()
        self._gate.setSpacing(5)
        self.body.addLayout(self._gate)
        line = QFrame()
        line.setFixedHeight(1)
        line.setStyleSheet(f"background: {theme.LINE}; border: 0;")
        self.body.addWidget(line)
        self.number_row, self.number = self._number_row()
        self.body.addWidget(self.number_row)
        self.batch = label(bold=True, wrap=True)
        self.body.addWidget(self.batch)
        self._explain = label(
            "Mỗi văn bản được ký riêng. Nếu một văn bản lỗi, các văn bản khác vẫn giữ kết quả.", muted=True, wrap=True
        )
        self.body.addWidget(self._explain)
        self._pin_row, self.pin = self._secret_row("Mã PIN", "Mã PIN của khóa ký")
        self._otp_row, self.otp = self._secret_row("Mã OTP", "Mã xác nhận một lần (OTP) của dịch vụ ký từ xa")
        self.body.addWidget(self._pin_row)
        self.body.addWidget(self._otp_row)
        self._risk = label(PIN_RISK, muted=True, wrap=True)
        self.body.addWidget(self._risk)
        self.note = Note()
        self.body.addWidget(self.note)
        self._progress = QProgressBar()
        self._progress.setTextVisible(False)
        self._progress.setAccessibleName("Tiến độ ký")
        self._progress_text = label(wrap=True)
        self.body.addWidget(self._progress_text)
        self.body.addWidget(self._progress)
        self.body.addStretch(1)
        self._foot = QVBoxLayout()
        self.body.addLayout(self._foot)
        self._pin_pad = self._remote = False
        self.asks: tuple[str, ...] = ()
        """What the remote service said that it wants; cleared with the batch."""
        self.end_progress()

    def _secret_row(self, words: str, name: str) -> tuple[QWidget, QLineEdit]:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 2, 0, 2)
        row.setSpacing(8)
        title = label(words)
        typed = QLineEdit()
        typed.setEchoMode(QLineEdit.EchoMode.Password)
        # the field hands its text to the token and to nothing else: no menu, no dictionary, no upper-case guess
        typed.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        typed.setInputMethodHints(
            Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhNoPredictiveText | Qt.InputMethodHint.ImhHiddenText
        )
        typed.setMaxLength(64)
        typed.setAccessibleName(name)
        title.setBuddy(typed)
        row.addWidget(title)
        row.addWidget(typed, 1)
        return holder, typed

    def _number_row(self) -> tuple[QWidget, QLineEdit]:
        """The number that the registrar gives the shown document."""
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 2, 0, 2)
        row.setSpacing(8)
        title, number = label("Số"), QLineEdit()
        number.setAccessibleName("Số văn bản sẽ cấp")
        number.setToolTip("Số kế tiếp của ký hiệu này trong năm; sửa nếu đã cấp số ngoài máy")
        number.setMaxLength(MOST_DIGITS)
        number.setFixedWidth(64)
        title.setBuddy(number)
        self.series = label(muted=True, wrap=True)
        row.addWidget(title)
        row.addWidget(number)
        row.addWidget(self.series, 1)
        holder.hide()
        return holder, number

    def show_numbering(self, row: SignRow | None, number: str) -> None:
        """``number``: to be given, or given already."""
        shown = row is not None and bool(row.marks) and row.document.state is DocumentState.TO_SEAL
        self.number_row.setVisible(shown)
        if row is None or not shown:
            return
        if self.number.text() != number:
            self.number.setText(number)
        self.number.setEnabled(not row.number and self._progress.isHidden())
        self.series.setText(f"/{row.notation} · ngày {messages.day(row.issued)}" if row.notation else "Chưa có ký hiệu")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._spare()

    def _spare(self) -> None:
        """On a low screen what is explained gives way to what is said; the PIN's tooltip still has its risk."""
        tall = self.height() >= TALL
        self._explain.setVisible(tall)
        self._risk.setVisible(tall and bool(self.pin.toolTip()))

    def show_gate(self, row: SignRow | None, error: ErrorNote | None = None) -> None:
        clear_layout(self._gate)
        if row is None:
            self._gate.addWidget(label("Chưa có văn bản để kiểm tra", muted=True))
            return
        for check in row.gate:
            self._gate.addWidget(IconLine(messages.gate_line(check), Tone.GOOD if check.ok else Tone.BAD))
        if not row.gate:
            self._gate.addWidget(IconLine("Đang tạo PDF và kiểm tra", Tone.BUSY))
        if error is not None:
            self._gate.addWidget(IconLine(f"{messages.sentence(error)}  {error.code}", Tone.BAD))

    def show_token(self, token: TokenStatus) -> None:
        self.token_card.show_token(token)
        # a key file has no counter that locks it
        risky = (
            not token.training
            and not token.remote
            and token.state in (TokenState.READY, TokenState.PIN_LOW, TokenState.PIN_FINAL)
        )
        self.pin.setToolTip(PIN_RISK if risky else "")
        self._pin_pad = token.pin_pad
        self.pin.setPlaceholderText(ON_DEVICE if token.pin_pad else "")
        self.pin.setEnabled(not token.pin_pad and self._progress.isHidden())
        self._remote = token.remote
        self._show_rows()
        self._spare()

    def show_asks(self, asks: tuple[str, ...]) -> None:
        """The fields that a remote service wants; none before it has said so."""
        self.asks = asks
        self._show_rows()

    def _show_rows(self) -> None:
        self._pin_row.setVisible(not self._remote or "pin" in self.asks)
        self._otp_row.setVisible(self._remote and "otp" in self.asks)

    def missing(self) -> QLineEdit | None:
        """The field to be filled in before anything can be signed."""
        if self._remote:
            wanted = [field for name, field in (("pin", self.pin), ("otp", self.otp)) if name in self.asks]
        else:
            wanted = [] if self._pin_pad else [self.pin]
        return next((field for field in wanted if not field.text()), None)

    def take_secrets(self) -> tuple[Secret, Secret]:
        """PIN and one-time code; the fields are empty afterwards, and a code is good for once."""
        pin, otp = Secret(self.pin.text()), Secret(self.otp.text())
        self.forget()
        return pin, otp

    def has_secret_focus(self) -> bool:
        return self.pin.hasFocus() or self.otp.hasFocus()

    def forget(self) -> None:
        self.pin.clear()
        self.otp.clear()
        self.show_asks(())

    def show_line(self, online: bool | None) -> None:
        clear_layout(self._foot)
        if online is False:
            words = "Chưa có dấu thời gian (mất mạng) – tự bổ sung khi có mạng"
            self._foot.addWidget(IconLine(words, Tone.WARN, icon="clock"))

    def show_progress(self, done: int, of: int, *, stopping: bool, do: str) -> None:
        """``do``: ký, đóng dấu."""
        self.pin.setEnabled(False)
        self.otp.setEnabled(False)
        self._progress.setRange(0, of)
        self._progress.setValue(done)
        self._progress.show()
        how = "sẽ dừng sau văn bản này" if stopping else "Esc: dừng sau văn bản này"
        self._progress_text.setText(f"Đang {do} {min(done + 1, of)}/{of} – {how}")
        self._progress_text.show()

    def say_stopping(self) -> None:
        if self._progress_text.isVisible():
            self._progress_text.setText(self._progress_text.text().replace("Esc: dừng", "sẽ dừng"))

    def end_progress(self) -> None:
        self.otp.setEnabled(True)
        self.pin.setEnabled(not self._pin_pad)
        self._progress.hide()
        self._progress_text.hide()
