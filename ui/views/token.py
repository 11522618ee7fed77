"""The card that shows the signing token: always there, always true."""

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout

from ui import messages, theme
from ui.theme import Tone
from ui.widgets import label
from workstation.domain.signature import TokenState, TokenStatus

_TONES = {
    TokenState.READY: Tone.GOOD,
    TokenState.UNKNOWN: Tone.BUSY,
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
        self.mark.setPixmap(theme.pixmap("usb", tone.ink, 22, self.devicePixelRatioF()))
        title, lines = _words(token)
        self.title.setText(title)
        self.lines.setText("\n".join(lines))
        self.lines.setVisible(bool(lines))
        self.setAccessibleName(". ".join((title, *lines)))
        self.setStyleSheet(
            f"QFrame#token {{ background: {tone.paper}; border: 0; border-radius: 5px; }} QLabel {{ color: {tone.ink}; }}"
        )


def _words(token: TokenStatus) -> tuple[str, list[str]]:
    """Title and lines; a sentence that begins with the title's words is not said twice."""
    title = messages.TOKEN_STATES[token.state][0]
    if token.state is TokenState.UNKNOWN:
        return title, []
    if token.state not in (TokenState.READY, TokenState.PIN_LOW, TokenState.PIN_FINAL):
        note = messages.token_note(token)
        words = messages.sentence(note)
        first, _, rest = words.partition(". ")
        if rest and first.startswith(title):
            title, words = first, rest
        return title, [f"{words} {note.code}"]
    if token.remote and token.state is TokenState.READY:
        title = "Khóa ký từ xa"
    if token.training and token.state is TokenState.READY:
        title = "Khóa ký trên máy (tập huấn)"
    lines = [x for x in (token.organization or token.owner,) if x]
    if token.remote:
        lines.append("Dịch vụ hỏi mã PIN, mã OTP hoặc điện thoại sau khi nhấn ký")
    if token.valid_until:
        lines.append(f"Chứng thư còn hạn đến {messages.day(token.valid_until)}")
    if token.training:
        lines.append("Chỉ để luyện tập – không có giá trị pháp lý")
    return title, lines
