"""What is done to the chosen page, on every screen that shows a dossier's pages: the same keys, the same words."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any, Protocol

from ui import messages
from ui.bridge import Inbox, together
from ui.theme import Tone
from ui.views.heldpages import HeldPages
from ui.views.screen import Screen
from ui.widgets import Note, ReasonBar
from workstation.domain.errors import ErrorNote
from workstation.domain.ids import PageId
from workstation.domain.page import PageState
from workstation.usecases.desk import Desk
from workstation.usecases.views import DossierView, PageView


class Pages(Protocol):
    """What a screen shows now, and what follows a change."""

    def page(self) -> PageView | None:
        """The one that is looked at."""
        ...

    def chosen(self) -> tuple[PageView, ...]:
        """In paper order: what a command that can be done to many is done to; at least the one that is looked at."""
        ...

    def dossier(self) -> DossierView | None: ...

    @property
    def movable(self) -> bool:
        """The dossier still takes changes."""
        ...

    def reload(self) -> None: ...

    def back_to_pages(self) -> None:
        """The focus goes to the pages."""
        ...

    def show_cut(self) -> None:
        """Other pages wait to be put elsewhere now."""
        ...


class PageCommands:
    """``reason``: where the clerk says why a page that fails is kept."""

    def __init__(self, desk: Desk, inbox: Inbox, note: Note, reason: ReasonBar, pages: Pages) -> None:
        self._desk, self._inbox, self._note, self._reason, self._pages = desk, inbox, note, reason, pages
        self.held = HeldPages(desk, inbox, note, reason, pages)
        reason.given.connect(self._keep_reason)
        reason.left.connect(self.held.forget)
        reason.left.connect(pages.back_to_pages)

    def bind(self, screen: Screen) -> None:
        for command_id, run in (
            ("split", self.split),
            ("merge", self.merge),
            ("rotate", self.rotate),
            ("rotate_left", lambda: self.turn(270)),
            ("rotate_over", lambda: self.turn(180)),
            ("drop", self.drop),
            ("keep", self.keep),
            ("note", self.note),
            ("secret_erase", self.held.erase),
            ("not_secret", self.held.read_on),
            ("undo", self.undo),
            ("redo", self.redo),
        ):
            screen.on(command_id, run)

    def change(self, future: "Future[Any]") -> None:
        """Waits for a change of the dossier, then shows it, or says why it was refused."""
        self._note.clear()
        self._inbox.ask("change", future, lambda _: self._pages.reload(), self.refused)

    def each(self, pages: Sequence[PageId], done: "Callable[[PageId], Future[None]]") -> None:
        """The same done to every one of them: one change to the clerk, and undone as one."""
        if pages:
            with self._desk.as_one():
                futures = [done(page) for page in pages]
            self.change(together(futures))

    def refused(self, note: ErrorNote) -> None:
        self._note.show_note(note, button=note.code in ("K04", "K06"))

    def split(self) -> None:
        if (page := self._pages.page()) is not None:
            self.change(self._desk.split_before(page.id))

    def merge(self) -> None:
        page, view = self._pages.page(), self._pages.dossier()
        if page is None or view is None or page.document_id is None:
            return
        if view.documents and view.documents[0].id == page.document_id:
            self._note.show_text("Văn bản 1 không có văn bản nào phía trước để gộp. Chọn trang của văn bản sau.", Tone.INFO)
            return
        self.change(self._desk.merge_with_previous(page.document_id))

    def rotate(self) -> None:
        self.turn(90)

    def turn(self, degrees: int) -> None:
        """Clockwise, every chosen page."""
        self.each([p.id for p in self._pages.chosen()], lambda p: self._desk.rotate(p, degrees))

    def drop(self) -> None:
        """All chosen pages; takes them back if all are dropped already."""
        if chosen := self._pages.chosen():
            dropped = not all(p.dropped for p in chosen)
            self.each([p.id for p in chosen if p.dropped != dropped], lambda p: self._desk.set_dropped(p, dropped))

    def keep(self) -> None:
        page = self._pages.page()
        if page is None:
            return
        self.held.forget()
        if any(p.failing for p in self._pages.chosen()):
            self._reason.open(page.kept_reason)
        elif page.state is PageState.HELD:
            self._note.show_text(messages.sentence(ErrorNote("K20", (("page", page.number),))), Tone.BAD)
        elif page.state is PageState.QUARANTINED:
            self._note.show_text(
                f"Trang {page.number} đang cách ly nên không giữ được – quét lại (F9) hoặc bỏ trang (Del).", Tone.INFO
            )
        else:
            self._note.show_text(f"Trang {page.number} không có gì phải giữ lại: trang này không bị nhận xét.", Tone.INFO)

    def _keep_reason(self, reason: str) -> None:
        if self.held.takes(reason):
            return
        self.each([p.id for p in self._pages.chosen() if p.failing], lambda p: self._desk.keep_page(p, reason))
        self._pages.back_to_pages()

    def note(self) -> None:
        """The page was shot with the note that is attached to it: it needs its pair without the note."""
        page = self._pages.page()
        if page is None:
            return
        on, number = not page.with_note, page.number

        def marked(_: object) -> None:
            self._pages.reload()
            if on:
                next_one = "Gỡ giấy ra rồi quét lại trang đó (F5): ảnh kế tiếp được ghép ngay sau trang này."
                self._note.show_text(f"Trang {number} có giấy dán. {next_one}", Tone.INFO)

        self._note.clear()
        self._inbox.ask("change", self._desk.set_note(page.id, on), marked, self.refused)

    def undo(self) -> None:
        view = self._pages.dossier()
        if view is not None and view.can_undo:
            self.change(self._desk.undo(view.row.id))
        else:
            self._note.show_text("Không còn bước nào để hoàn tác.", Tone.INFO)

    def redo(self) -> None:
        view = self._pages.dossier()
        if view is not None and view.can_redo:
            self.change(self._desk.redo(view.row.id))
        else:
            self._note.show_text("Không còn bước nào để làm lại.", Tone.INFO)
