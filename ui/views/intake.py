"""Pages on their way into a dossier, from the scanner or from files: one at a time, each safe before the next."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from ui import messages
from ui.bridge import Inbox
from workstation.domain.errors import ErrorNote
from workstation.domain.ids import DossierId, PageId
from workstation.usecases.desk import Desk
from workstation.usecases.views import ImportOutcome, PageView

ScanAt = Callable[[PageId, str, str, Callable[[ImportOutcome], None], Callable[[], bool]], "Future[int]"]

_NAMED = 3
"""Files that can't be taken in and are named in the one sentence; the others are counted."""


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
        self.doubt: ErrorNote | None = None
        """About the first sheet with which another may have gone in."""
        self.sheets = 0
        """Of the last scan that ended by itself; 0: none."""
        self._stop: threading.Event | None = None
        self.received = 0
        """Pages of what is under way, or was last."""
        self.over = 0
        """Number of the page that is replaced; 0: none is."""
        self._before = 0
        self._waits = False

    @property
    def busy(self) -> bool:
        return self.dossier_id is not None

    @property
    def stopping(self) -> bool:
        return self._stop is not None and self._stop.is_set()

    def scan(self, dossier_id: DossierId, before: int, source_id: str, profile: str, *, copies: bool = False) -> None:
        """``before``: pages that the dossier has already. ``copies``: each sheet is a dossier of its own."""
        self._stop = stop = threading.Event()
        self._waits = self.desk.waits_for_paper(profile)
        self._begin(dossier_id, before)
        told = self.inbox.crossing(self._outcome)
        scan = self.desk.scan_copies if copies else self.desk.scan
        scanning: Future[int] = scan(dossier_id, source_id, profile, told, stop.is_set)
        self.inbox.ask("scan", scanning, self._scanned, self._end, lambda: self._end(None))

    def take_in(self, dossier_id: DossierId, before: int, paths: list[Path]) -> None:
        self._begin(dossier_id, before)
        told = self.inbox.crossing(self._outcome)
        self.inbox.ask("import", self.desk.import_files(dossier_id, paths, told), self._taken, self._end)

    def scan_over(self, dossier_id: DossierId, page: PageView, source_id: str, profile: str) -> None:
        """A sheet takes the page's place."""
        self._begin(dossier_id, page.number - 1, page.number)
        self._scan_at(self.desk.scan_over, page, source_id, profile)

    def scan_behind(self, dossier_id: DossierId, page: PageView, source_id: str, profile: str) -> None:
        """What lies in the feeder comes in behind the page."""
        self._begin(dossier_id, page.number)
        self._scan_at(self.desk.scan_behind, page, source_id, profile)

    def _scan_at(self, scan: ScanAt, page: PageView, source_id: str, profile: str) -> None:
        self._stop = stop = threading.Event()
        told = self.inbox.crossing(self._outcome)
        scanning = scan(page.id, source_id, profile, told, stop.is_set)
        self.inbox.ask("scan", scanning, self._scanned, self._end, lambda: self._end(None))

    def replace(self, dossier_id: DossierId, page: PageView, path: Path) -> None:
        """A file takes the page's place."""
        self._begin(dossier_id, page.number - 1, page.number)
        self.inbox.ask("import", self.desk.replace_page(page.id, path), self._replaced, self._end)

    def stop(self) -> bool:
        """After the sheet that is under way; False where there is nothing to stop (files are not given up half-way)."""
        if self._stop is None:
            return False
        self._stop.set()
        self.changed.emit()
        return True

    def _begin(self, dossier_id: DossierId, before: int, over: int = 0) -> None:
        self.dossier_id, self._before, self.received, self.over = dossier_id, before, 0, over
        self.failures = []
        self.doubt = None
        self.sheets = 0
        self.changed.emit()

    def _outcome(self, outcome: ImportOutcome) -> None:
        self.received += outcome.pages
        self.doubt = self.doubt or outcome.doubt
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

    def _replaced(self, outcome: ImportOutcome) -> None:
        self._outcome(outcome)
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
        if self.over and not self.received:
            return f"Đang nhận trang {self.over} mới…"
        if self._waits and not self.received and self._stop is not None:
            return "Chờ giấy vào khay…"
        number = self._before + self.received + 1
        return f"Đang nhận trang {number}…" if number > 1 else "Đang nhận trang đầu…"

    def foot(self) -> str:
        if self.over and not self.stopping:
            return f"Đang thay trang {self.over} – trang cũ vẫn được giữ"
        if self._stop is None:
            return "Đang nhận tệp – tệp đã nhận được lưu an toàn"
        if self._waits and not self.received and not self.stopping:
            return "Có giấy trong khay là quét – Esc để thôi"
        return "Dừng sau tờ này…" if self.stopping else "Đang nhận trang – Esc để dừng sau tờ này"

    def counted(self) -> str:
        """After a scan, to be held against the pile of paper; empty: nothing was scanned."""
        if self.over:
            more = f", chèn thêm {self.received - 1} trang sau đó" if self.received > 1 else ""
            return f"Đã thay trang {self.over}{more}. Trang cũ vẫn giữ trong hồ sơ; Ctrl+Z để lấy lại." if self.received else ""
        return f"Đã nhận {self.sheets} tờ, {self.received} trang – đếm lại chồng giấy" if self.sheets else ""

    def failed(self) -> tuple[ErrorNote, str] | None:
        """The first failure, and all of them in a sentence: it says why the first could not be taken in, and which others."""
        if not self.failures:
            return None
        first = self.failures[0]
        note = first.error or ErrorNote("F03")
        if "file" not in dict(note.params) and first.name:
            note = ErrorNote(note.code, (*note.params, ("file", first.name)))
        names = ", ".join(f.name for f in self.failures[1:_NAMED] if f.name)
        more = f" và {len(self.failures) - _NAMED} tệp khác" if len(self.failures) > _NAMED else ""
        also = f" (gồm cả {names}{more})" if names else ""
        count = f"{len(self.failures)} tệp chưa nhập được{also}. " if len(self.failures) > 1 else ""
        return note, f"{count}{messages.sentence(note)}  {note.code}"
