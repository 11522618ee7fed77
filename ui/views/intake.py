"""Pages on their way into a dossier, from the scanner or from files: one at a time, each safe before the next."""

import threading
from concurrent.futures import Future
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from ui import messages
from ui.bridge import Inbox
from workstation.domain.errors import ErrorNote
from workstation.domain.ids import DossierId
from workstation.usecases.desk import Desk
from workstation.usecases.views import ImportOutcome


class Intake(QObject):
    changed = Signal()
    """Began, a page more, or stopping."""
    arrived = Signal()
    """A file or sheet is safe on disk, or has its reason."""
    ended = Signal(object)
    """An ``ErrorNote``, or None."""

    def __init__(self, owner: QObject, desk: Desk) -> None:
        super().__init__(owner)
        self.desk = desk
        self.inbox = Inbox(self)
        self.dossier_id: DossierId | None = None
        """Where the pages go; None: nothing is under way."""
        self.failures: list[ImportOutcome] = []
        self.sheets = 0
        """Of the last scan that ended by itself; 0: none."""
        self._stop: threading.Event | None = None
        self._before = 0
        self._received = 0

    @property
    def busy(self) -> bool:
        return self.dossier_id is not None

    @property
    def stopping(self) -> bool:
        return self._stop is not None and self._stop.is_set()

    def scan(self, dossier_id: DossierId, before: int, source_id: str, profile: str) -> None:
        """``before``: pages that the dossier has already."""
        self._stop = stop = threading.Event()
        self._begin(dossier_id, before)
        told = self.inbox.crossing(self._outcome)
        scanning: Future[int] = self.desk.scan(dossier_id, source_id, profile, told, stop.is_set)
        self.inbox.ask("scan", scanning, self._scanned, self._end, lambda: self._end(None))

    def take_in(self, dossier_id: DossierId, before: int, paths: list[Path]) -> None:
        self._begin(dossier_id, before)
        told = self.inbox.crossing(self._outcome)
        self.inbox.ask("import", self.desk.import_files(dossier_id, paths, told), self._taken, self._end)

    def stop(self) -> bool:
        """After the sheet that is under way; False where there is nothing to stop (files are not given up half-way)."""
        if self._stop is None:
            return False
        self._stop.set()
        self.changed.emit()
        return True

    def _begin(self, dossier_id: DossierId, before: int) -> None:
        self.dossier_id, self._before, self._received = dossier_id, before, 0
        self.failures = []
        self.sheets = 0
        self.changed.emit()

    def _outcome(self, outcome: ImportOutcome) -> None:
        self._received += outcome.pages
        if outcome.error is not None:
            self.failures.append(outcome)
        self.changed.emit()
        self.arrived.emit()

    def _scanned(self, sheets: int) -> None:
        self.sheets = sheets
        self._end(None)

    def _taken(self, outcomes: tuple[ImportOutcome, ...]) -> None:
        self.failures = [o for o in outcomes if o.error is not None]
        self._end(None)

    def _end(self, note: ErrorNote | None) -> None:
        self._stop = self.dossier_id = None
        self.ended.emit(note)

    # --- in words
    def tile(self) -> str:
        """What the dashed tile says; empty: nothing is under way."""
        if not self.busy:
            return ""
        if self.stopping:
            return "Dừng sau tờ này…"
        number = self._before + self._received + 1
        return f"Đang nhận trang {number}…" if number > 1 else "Đang nhận trang đầu…"

    def foot(self) -> str:
        if self._stop is None:
            return "Đang nhận tệp – tệp đã nhận được lưu an toàn"
        return "Dừng sau tờ này…" if self.stopping else "Đang nhận trang – Esc để dừng sau tờ này"

    def counted(self) -> str:
        """After a scan, to be held against the pile of paper; empty: nothing was scanned."""
        return f"Đã nhận {self.sheets} tờ, {self._received} trang – đếm lại chồng giấy" if self.sheets else ""

    def failed(self) -> tuple[ErrorNote, str] | None:
        """The first failure, and all of them in a sentence."""
        if not self.failures:
            return None
        first = self.failures[0]
        note = first.error or ErrorNote("F03")
        if "file" not in dict(note.params) and first.name:
            note = ErrorNote(note.code, (*note.params, ("file", first.name)))
        count = f"{len(self.failures)} tệp chưa nhập được. " if len(self.failures) > 1 else ""
        return note, f"{count}{messages.sentence(note)}  {note.code}"
