"""The card that shows the signing token: always there, always true."""

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout

from ui import messages, theme
from ui.theme import Tone
from ui.widgets import label
from workstation.domain.errors import ErrorNote
from workstation.domain.signature import TokenState, TokenStatus

_TONES = {
    TokenState.READY: Tone.GOOD,
    TokenState.ABSENT: Tone.WARN,
    TokenState.PIN_LOW: Tone.WARN,
    TokenState.PIN_FINAL: Tone.BAD,
}


class TokenCard(QFrame):
    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("token")
        row = QHBoxLayout(self)
        row.setContentsMargins(11, 8, 10, 8)
        row.setSpacing(10)
        self.mark = QLabel()
        self.mark.setFixedSize(22, 22)
        row.addWidget(self.mark)
        column = QVBoxLayout()
        column.setSpacing(1)
        self.title = label(bold=True, wrap=True)
        self.lines = label(wrap=True)
        column.addWidget(self.title)
        column.addWidget(self.lines)
        row.addLayout(column, 1)

    def show_token(self, token: TokenStatus) -> None:
        tone = _TONES.get(token.state, Tone.BAD)
        title = messages.TOKEN_STATES[token.state][0]
        self.mark.setPixmap(theme.pixmap("usb", tone.ink, 22, self.devicePixelRatioF()))
        self.title.setText(title)
        lines = [x for x in (token.organization or token.owner,) if x]
        if token.valid_until:
            lines.append(f"Chứng thư còn hạn đến {messages.day(token.valid_until)}")
        if token.training:
            lines.append("Chứng thư tập huấn – không có giá trị pháp lý")
        code = messages.TOKEN_CODES.get(token.state)
        if code in ("C01", "C03", "C05", "C07", "C10"):
            lines = [f"{messages.sentence(ErrorNote(code))} {code}"]
        self.lines.setText("\n".join(lines))
        self.lines.setVisible(bool(lines))
        self.setAccessibleName(". ".join((title, *lines)))
        self.setStyleSheet(
            f"QFrame#token {{ background: {tone.paper}; border: 0; border-radius: 5px; }} QLabel {{ color: {tone.ink}; }}"
        )
