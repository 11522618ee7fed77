"""Under the form: the office has a digitised copy already that still counts, so this paper need not be digitised again."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout

from ui import actions, messages, theme, whywords
from ui.bridge import Inbox
from ui.theme import Tone
from ui.widgets import label
from workstation.domain.errors import ErrorNote
from workstation.domain.ids import DocumentId
from workstation.usecases.desk import Desk
from workstation.usecases.known import KnownCopy


def told(copy: KnownCopy, others: int) -> str:
    """Who signed it and when, how it is known, and that there are more."""
    parts = [copy.title] if copy.title else []
    if copy.signer:
        parts.append(f"{copy.signer} ký {messages.moment(copy.signed_at)[:10]}".strip())
    parts.append(", ".join(whywords.known_by(how) for how in copy.by))
    if others:
        parts.append(f"còn {others} bản khác")
    return " · ".join(p for p in parts if p)


def reason(copy: KnownCopy) -> str:
    """For who scans: why the paper comes back."""
    return f"Đã có bản số hóa còn giá trị: {copy.dossier_code}"


class CopyBar(QFrame):
    """``use`` is called with the reason for which the paper goes back to who scans."""

    def __init__(self, desk: Desk, inbox: Inbox, use: Callable[[str], None]) -> None:
        super().__init__()
        self.desk, self.inbox, self._use = desk, inbox, use
        self.copy: KnownCopy | None = None
        self.setObjectName("copyBar")
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 6, 10, 6)
        row.setSpacing(8)
        self.mark = QLabel()
        self.mark.setFixedSize(16, 18)
        words = QVBoxLayout()
        words.setSpacing(1)
        self.head = label(wrap=True)
        self.head.setTextFormat(Qt.TextFormat.PlainText)
        self.more = label(muted=True, wrap=True, px=theme.SMALL_PX)
        self.more.setTextFormat(Qt.TextFormat.PlainText)
        words.addWidget(self.head)
        words.addWidget(self.more)
        self.button = actions.button("reuse", self.reuse, name="small", text="Dùng lại")
        row.addWidget(self.mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        row.addWidget(self.button)
        self.hide()

    def ask(self, document_id: DocumentId) -> None:
        """Looks for copies of that document; until an answer comes nothing is said."""
        self.clear()
        self.inbox.ask("copies", self.desk.known_copies(document_id), self._found, self._failed)

    def clear(self) -> None:
        self.inbox.forget("copies")
        self.copy = None
        self.hide()

    def _found(self, copies: tuple[KnownCopy, ...]) -> None:
        if not copies:
            return
        first = copies[0]
        if first.note is None:
            self.copy = first
            self._say(f"Đã có bản số hóa còn giá trị – {first.dossier_code}", told(first, len(copies) - 1), Tone.INFO)
        else:
            why = f"{messages.sentence(first.note)}  {first.note.code}"
            self._say(f"Có bản số hóa trong {first.dossier_code} nhưng không dùng lại được", why, Tone.WARN)

    def _failed(self, note: ErrorNote) -> None:
        self._say("Chưa tìm được bản số hóa đã có", f"{messages.sentence(note)}  {note.code}", Tone.WARN)

    def _say(self, head: str, more: str, tone: Tone) -> None:
        self.mark.setPixmap(theme.pixmap(tone.icon or "info", tone.ink, 16, self.devicePixelRatioF()))
        self.head.setText(head)
        self.head.setStyleSheet(f"color: {tone.ink}; font-weight: 700;")
        self.more.setText(more)
        paper = theme.AMBER_SOFT if tone is Tone.WARN else theme.BLUE_SOFT
        self.setStyleSheet(f"QFrame#copyBar {{ background: {paper}; border: 0; border-radius: 5px; }}")
        self.button.setVisible(self.copy is not None)
        self.show()

    def reuse(self) -> None:
        """Nothing where no copy counts."""
        if self.copy is not None:
            self._use(reason(self.copy))
