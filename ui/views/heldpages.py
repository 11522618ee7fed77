"""The two ways out for a page that was stopped by a mark of a state secret: erase it, or have it read on."""

from typing import TYPE_CHECKING

from ui.bridge import Inbox, together
from ui.theme import Tone
from ui.widgets import Note, ReasonBar
from workstation.domain.errors import ErrorNote
from workstation.domain.ids import PageId
from workstation.domain.page import PageState
from workstation.usecases.desk import Desk

if TYPE_CHECKING:
    from ui.views.pagecommands import Pages

ERASE = "XÓA"
"""What is typed so that pages go for good."""


class HeldPages:
    """``reason``: where that is typed; the commands that ask for reasons there have a say before and after."""

    def __init__(self, desk: Desk, inbox: Inbox, note: Note, reason: ReasonBar, pages: "Pages") -> None:
        self._desk, self._inbox, self._note, self._reason, self._pages = desk, inbox, note, reason, pages
        self._going: tuple[PageId, ...] = ()

    def read_on(self) -> None:
        """The chosen ones are none."""
        chosen = [p.id for p in self._pages.chosen() if p.state is PageState.HELD]
        if not chosen:
            self._note.show_note(ErrorNote("K21"))
            return
        self._note.clear()
        future = together([self._desk.not_secret(page_id) for page_id in chosen])
        self._inbox.ask("change", future, lambda _: self._pages.reload(), self._note.show_note)

    def erase(self) -> None:
        """All that are chosen, the stopped one among them: the other pages of that paper go with it."""
        chosen = self._pages.chosen()
        if not any(p.state is PageState.HELD for p in chosen):
            self._note.show_note(ErrorNote("K21"))
            return
        self._going = tuple(p.id for p in chosen)
        numbers = ", ".join(str(p.number) for p in chosen)
        self._reason.open(words=(f"Xóa hẳn trang {numbers}: gõ {ERASE}", "Xóa hẳn", ERASE))

    def forget(self) -> None:
        self._going = ()

    def takes(self, typed: str) -> bool:
        """Whether what was typed is about pages to erase."""
        going, view = self._going, self._pages.dossier()
        self._going = ()
        if not going or view is None:
            return False
        if typed.upper() != ERASE:
            self._note.show_text(f"Chưa xóa trang nào: cần gõ đúng chữ {ERASE}.", Tone.WARN)
        else:
            self._note.clear()
            self._inbox.ask("change", self._desk.remove_secret(view.row.id, going), self._gone, self._note.show_note)
        self._pages.back_to_pages()
        return True

    def _gone(self, told: ErrorNote) -> None:
        self._pages.reload()
        self._note.show_note(told)
