"""A stack scanned by hand on both sides: what to do next stands above the pages, also after a restart."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from ui.bridge import Inbox
from ui.theme import Tone
from ui.views import capturewords as words
from ui.widgets import Note
from workstation.domain.errors import ErrorNote
from workstation.domain.handduplex import Stack
from workstation.domain.ids import DossierId
from workstation.usecases.desk import Desk


class Turning(QObject):
    """``scan``: lets the feeder run. What the note says with a code is not talked over."""

    changed = Signal()
    """Whether a stack waits, or how."""
    waits = Signal(str)
    """A stack that goes on with the scan profile of that name."""

    def __init__(self, owner: QObject, desk: Desk, note: Note, scan: Callable[[], object]) -> None:
        super().__init__(owner)
        self._desk, self._note, self._scan = desk, note, scan
        self._inbox = Inbox(self)
        self.dossier_id: DossierId | None = None
        self.stack: Stack | None = None

    def look(self, dossier_id: DossierId | None) -> None:
        """Asks whether a stack waits in the dossier, and says so."""
        if dossier_id != self.dossier_id:
            self.dossier_id, self.stack = dossier_id, None
        if dossier_id is not None:
            self._inbox.ask("stack", self._desk.stack(dossier_id), self._show)

    def _show(self, stack: Stack | None) -> None:
        before, self.stack = self.stack, stack
        self.changed.emit()
        if stack is not None and before is None:
            self.waits.emit(stack.profile)
        if stack is None:
            if before is not None and before.turned and not self._note.code:
                self._note.show_text(words.put_together(before), Tone.GOOD)
        elif stack.disagrees:
            self._note.show_note(ErrorNote("Q15", (("backs", len(stack.backs)), ("fronts", len(stack.fronts)))), button=True)
        elif (text := words.turn(stack)) and not self._note.code:
            self._note.show_text(text, Tone.INFO)

    def backs_again(self) -> None:
        if self.dossier_id is not None and self.stack is not None:
            self._inbox.ask("again", self._desk.backs_again(self.dossier_id), lambda _: self._scan(), self._note.show_note)

    def leave(self) -> None:
        """The sides stay as they came."""
        if self.dossier_id is None or self.stack is None:
            self._note.show_text("Không có chồng giấy nào đang chờ quét mặt sau.", Tone.INFO)
            return
        self._inbox.ask("leave", self._desk.leave_sides(self.dossier_id), lambda _: self._left(), self._note.show_note)

    def _left(self) -> None:
        self.stack = None
        self.changed.emit()
        self._note.show_text("Giữ các trang theo thứ tự đã quét, không ghép mặt sau.", Tone.INFO)
