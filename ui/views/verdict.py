"""What a verification says about a file: one green or red word, and the reasons."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from ui import messages, theme
from ui.theme import Tone
from ui.widgets import Elided, IconLine, Note, clear_layout, label, small_button
from workstation.domain.errors import ERRORS, ErrorNote, Severity
from workstation.domain.signature import FileVerdict, SignatureReport, Verdict

_TONES = {Verdict.VALID: Tone.GOOD, Verdict.INDETERMINATE: Tone.WARN, Verdict.UNSIGNED: Tone.WARN}
_COVERAGE = {"whole_file": "cả tệp", "revision": "bản đã ký (có phần thêm sau)", "partial": "một phần tệp"}


class VerdictPanel(QScrollArea):
    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
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
        self.lines = QVBoxLayout()
        self.lines.setSpacing(6)
        self.body.addLayout(self.lines)
        self.body.addStretch(1)

    def busy(self, name: str) -> None:
        clear_layout(self.lines)
        self.name.setText(name)
        self.summary.show_text("Đang kiểm tra chữ ký…", Tone.BUSY)

    def show_error(self, name: str, note: ErrorNote) -> None:
        clear_layout(self.lines)
        self.name.setText(name)
        self.summary.show_note(note)

    def show_verdict(self, name: str, verdict: FileVerdict) -> None:
        clear_layout(self.lines)
        self.name.setText(name)
        tone = Tone.GOOD if verdict.green else _TONES.get(verdict.verdict, Tone.BAD)
        if tone is Tone.GOOD and not verdict.green:
            tone = Tone.WARN
        self.summary.show_text(messages.VERDICTS[verdict.verdict][0], tone)
        for note in verdict.reasons:
            self._reason(note)
        for report in verdict.signatures:
            self._signature(report, told=verdict.reasons)

    def _reason(self, note: ErrorNote) -> None:
        severity = ERRORS.get(note.code, ERRORS["B01"]).severity
        tone = {Severity.INFO: Tone.INFO, Severity.WARNING: Tone.WARN}.get(severity, Tone.BAD)
        self.lines.addWidget(IconLine(f"{messages.sentence(note)}  {note.code}", tone))

    def _signature(self, report: SignatureReport, told: tuple[ErrorNote, ...]) -> None:
        self.lines.addWidget(label(f"Chữ ký của {report.signer}", bold=True, wrap=True))
        facts = [
            ("Đơn vị cấp", report.issuer),
            ("Ký lúc", messages.moment(report.signing_time) if report.signing_time else "không ghi"),
            ("Dấu thời gian", messages.moment(report.timestamp) if report.timestamp else "chưa có"),
            ("Mức", report.level),
            ("Bao phủ", _COVERAGE.get(report.coverage, report.coverage)),
        ]
        for what, value in facts:
            self.lines.addWidget(label(f"{what}: {value}", muted=True, wrap=True))
        for note in report.reasons:
            if note not in told:
                self._reason(note)
