"""What a verification says about a file: one green or red word, why, and for each signature what the law asks to be shown."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from ui import actions, files, messages, theme
from ui.bridge import Inbox
from ui.theme import Tone
from ui.verdicts import Told, of_the_file, told
from ui.widgets import Elided, IconLine, Note, clear_layout, label, small_button
from workstation.domain.errors import ERRORS, ErrorNote, Severity
from workstation.domain.signature import FileVerdict, Verdict
from workstation.usecases.desk import Desk

_TONES = {Verdict.VALID: Tone.GOOD, Verdict.INDETERMINATE: Tone.WARN, Verdict.UNSIGNED: Tone.WARN}
_INDICATIONS = {"TOTAL-PASSED": Tone.GOOD, "INDETERMINATE": Tone.WARN, "TOTAL-FAILED": Tone.BAD}
NAMES_PX = 108
"""Width of the facts' names."""
PIECE = 12
"""Letters of a word that stay together."""


class VerdictPanel(QScrollArea):
    closed = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.inbox = Inbox(self)
        self._path: Path | None = None
        self._verdict: FileVerdict | None = None
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Kết quả kiểm tra chữ ký")
        inner = QWidget()
        inner.setObjectName("verdict")
        inner.setStyleSheet(f"QWidget#verdict {{ background: {theme.CARD}; }}")
        self.setWidget(inner)
        self.body = QVBoxLayout(inner)
        self.body.setContentsMargins(14, 10, 14, 12)
        self.body.setSpacing(8)
        head = QHBoxLayout()
        self.name = Elided(bold=True)
        head.addWidget(self.name, 1)
        head.addWidget(small_button("Đóng  (Esc)", "Đóng kết quả", "Đóng – phím Esc", self.closed.emit))
        self.body.addLayout(head)
        self.summary = Note()
        self.body.addWidget(self.summary)
        self.save = actions.button("save_report", self.choose_target, name="small")
        self.save.hide()
        self.body.addWidget(self.save, 0, Qt.AlignmentFlag.AlignLeft)
        self.saved = Note()
        self.body.addWidget(self.saved)
        self.lines = QVBoxLayout()
        self.lines.setSpacing(6)
        self.body.addLayout(self.lines)
        self.body.addStretch(1)

    def _finish(self, path: Path | None, verdict: FileVerdict | None) -> None:
        self._path, self._verdict = path, verdict
        self.inbox.forget("report")
        self.saved.clear()
        self.save.setVisible(verdict is not None)
        self.verticalScrollBar().setValue(0)

    def busy(self, name: str) -> None:
        self._finish(None, None)
        clear_layout(self.lines)
        self.name.setText(name)
        self.summary.show_text("Đang kiểm tra chữ ký…", Tone.BUSY)

    def show_error(self, name: str, note: ErrorNote) -> None:
        self._finish(None, None)
        clear_layout(self.lines)
        self.name.setText(name)
        self.summary.show_note(note)

    def show_verdict(self, path: Path, verdict: FileVerdict) -> None:
        clear_layout(self.lines)
        self.name.setText(path.name)
        tone = Tone.GOOD if verdict.green else _TONES.get(verdict.verdict, Tone.BAD)
        if tone is Tone.GOOD and not verdict.green:
            tone = Tone.WARN
        count = f" · {len(verdict.signatures)} chữ ký" if len(verdict.signatures) > 1 else ""
        self.summary.show_text(f"{messages.VERDICTS[verdict.verdict][0]}{count}", tone)
        alone = len(verdict.signatures) == 1
        for note in verdict.reasons if alone else of_the_file(verdict):
            self._reason(note)
        for number, report in enumerate(verdict.signatures, 1):
            self._signature(told(number, report), verdict.reasons if len(verdict.signatures) == 1 else ())
        self._finish(path, verdict)

    def _reason(self, note: ErrorNote) -> None:
        severity = ERRORS.get(note.code, ERRORS["B01"]).severity
        tone = {Severity.INFO: Tone.INFO, Severity.WARNING: Tone.WARN}.get(severity, Tone.BAD)
        self.lines.addWidget(IconLine(f"{messages.sentence(note)}  {note.code}", tone))

    def _signature(self, one: Told, said: tuple[ErrorNote, ...]) -> None:
        self.lines.addWidget(IconLine(f"{one.title[0]}: {one.verdict[0]}", _INDICATIONS[one.indication], bold=True))
        for note in one.reasons:
            if note not in said:
                self._reason(note)
        facts = QWidget()
        grid = QGridLayout(facts)
        grid.setContentsMargins(24, 0, 0, 8)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(3)
        grid.setColumnStretch(1, 1)
        for line, fact in enumerate(one.facts):
            name = label(fact.label[0], muted=True, wrap=True)
            name.setFixedWidth(NAMES_PX)
            grid.addWidget(name, line, 0, Qt.AlignmentFlag.AlignTop)
            value = label(breakable(fact.value[0]), wrap=True)
            value.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
            grid.addWidget(value, line, 1)
        self.lines.addWidget(facts)

    # --- the report
    def choose_target(self) -> None:
        if self._verdict is not None and self._path is not None:
            name = f"{self._path.stem}-kiem-tra-chu-ky.pdf"
            files.choose_target(self, "Lưu báo cáo kiểm tra chữ ký", name, self.save_to, files.PDFS)

    def save_to(self, out: Path) -> None:
        """Makes the report and says where it is; over the file that was checked nothing is written."""
        if self._verdict is None or self._path is None:
            return
        if out.resolve() == self._path.resolve():
            self.saved.show_text("Không ghi đè lên tệp đang kiểm tra. Chọn tên khác.", Tone.WARN)
            return
        self.saved.show_text("Đang lưu báo cáo…", Tone.BUSY)
        making = self.desk.save_report(out, self._path.name, self._verdict)
        self.inbox.ask("report", making, lambda _: self._saved(out), lambda note: self._not_saved(out, note))

    def _saved(self, out: Path) -> None:
        self.saved.show_text(f"Đã lưu báo cáo: {breakable(out.name)}", Tone.GOOD)

    def _not_saved(self, out: Path, note: ErrorNote) -> None:
        words = f"Chưa lưu được báo cáo {breakable(out.name)}. Kiểm tra ổ đĩa và quyền ghi, hoặc chọn thư mục khác.  {note.code}"
        self.saved.show_text(words, Tone.BAD)


def breakable(text: str) -> str:
    """A word longer than a line may break: an invisible space (U+200B) after each of its pieces."""
    return " ".join("\u200b".join(word[i : i + PIECE] for i in range(0, len(word), PIECE)) for word in text.split(" "))
