"""Splitting and sorting on Capture: suggestions that Y takes and N refuses, codes that open a dossier, sheets to be printed, and
the fast lane for certified copies."""

from collections.abc import Iterable
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import Protocol

from PySide6.QtWidgets import QBoxLayout, QWidget

from ui import files
from ui.bridge import Inbox
from ui.theme import Tone
from ui.views.pagecommands import PageCommands, Pages
from ui.views.screen import Screen
from ui.views.strip import PageStrip
from ui.views.verdict import breakable
from ui.widgets import Card, Note, Pill, ReasonBar
from workstation.domain.codes import Separator
from workstation.domain.dossier import DossierState
from workstation.domain.events import DossierDivided
from workstation.domain.ids import DossierId, PageId
from workstation.domain.splitcue import Cue
from workstation.usecases.copylane import TITLE
from workstation.usecases.desk import Desk
from workstation.usecases.views import DossierRow, DossierView, Suggestion

SHEETS = 20
"""In the file that the command on the screen makes; the command line makes any number."""
_FILES = {Separator.DOCUMENT: "to-phan-cach-van-ban.pdf", Separator.DOSSIER: "to-phan-cach-ho-so.pdf"}


class Capturing(Pages, Protocol):
    """The screen that shows the dossier."""

    def show_dossier(self, dossier_id: DossierId) -> None: ...

    def choose(self, page_id: PageId) -> None:
        """The page becomes the chosen one and comes into sight."""
        ...


_WHY = {
    Cue.HEADER: "có tiêu đề văn bản",
    Cue.NATION: "Quốc hiệu ở đầu trang",
    Cue.RESTART: "số trang đếm lại từ 1",
    Cue.ENDED: "trang trước đã có chữ ký",
}


def words(found: Suggestion) -> tuple[str, ...]:
    """The longest first; a narrow heading takes what it has room for."""
    if found.kind is Cue.SLIP:
        return (f"Giấy hẹn của {found.code} – nhấn Y để mở hồ sơ đó",)
    plain = f"Có thể tách ở trang {found.number}"
    return f"{plain} ({_WHY[found.kind]}) – nhấn Y để tách", f"{plain} – nhấn Y để tách", "nhấn Y để tách", "Y"


class Splitting:
    def __init__(self, desk: Desk, inbox: Inbox, note: Note, strip: PageStrip, commands: PageCommands, screen: Capturing) -> None:
        self._desk, self._inbox, self._note, self._strip = desk, inbox, note, strip
        self._commands, self._screen = commands, screen
        self._view: DossierView | None = None
        self._offered = ""
        """What the note says of a slip, so that it goes when the slip does."""
        self._to_next = False
        self.fast = False
        """Each sheet is a dossier of its own, with one document."""
        self.pill = Pill()
        self.code = ReasonBar(
            "Mở hồ sơ theo mã", "Mở", "Quét mã trên giấy hẹn hoặc phiếu giao nhận, hay gõ HS-0012", need="Cần nhập mã"
        )
        self.code.given.connect(self._open_code)
        self.code.left.connect(screen.back_to_pages)

    def bind(self, screen: Screen) -> None:
        for command_id, run in (
            ("accept_cue", self.accept),
            ("refuse_cue", self.refuse),
            ("open_code", self.code.open),
            ("slip", partial(self.slip, screen)),
            ("separators", partial(self.separators, screen, Separator.DOCUMENT)),
            ("dossier_separators", partial(self.separators, screen, Separator.DOSSIER)),
            ("fast", self.toggle),
        ):
            screen.on(command_id, run)

    def place(self, head: QBoxLayout, card: Card) -> None:
        """The pill of the lane into the head of the card, the field for codes under its note."""
        head.insertWidget(2, self.pill)
        card.body.insertWidget(2, self.code)

    def divided(self, event: DossierDivided) -> None:
        """The paper goes on in the last dossier, and so does the screen."""
        if self._view is not None and event.dossier_id == self._view.row.id:
            said = f"Tờ phân cách đã chia chồng giấy thành {len(event.into) + 1} hồ sơ; đang mở hồ sơ cuối."
            self._note.show_text(said, Tone.INFO)
            self._screen.show_dossier(event.into[-1])

    # --- suggestions
    def show(self, view: DossierView | None) -> None:
        """The suggestions of the dossier that is shown now; the first is the one that Y and N are about."""
        self._view = view
        found = self._current()
        split = found is not None and found.kind is not Cue.SLIP
        self._strip.suggest(found.page_id if found and split else None, words(found) if found and split else ())
        if found is not None and self._to_next:
            self._screen.choose(found.page_id)
        self._to_next = False
        if found is not None and not split and not self._note.isVisible():
            self._offered = f"{words(found)[0]}, N để giữ riêng."
            self._note.show_text(self._offered, Tone.INFO)
        elif (found is None or split) and self._offered and self._note.text.text() == self._offered:
            self._note.clear()

    def _current(self) -> Suggestion | None:
        taking = self._view is not None and self._view.row.state is DossierState.SCANNING
        return next(iter(self._view.suggestions), None) if self._view is not None and taking else None

    def accept(self) -> None:
        found = self._current()
        if found is None or self._view is None:
            self._note.show_text("Hồ sơ này không có gợi ý nào.", Tone.INFO)
        elif found.kind is Cue.SLIP:
            self._note.clear()
            moving = self._desk.follow_slip(self._view.row.id, found.code)
            self._inbox.ask("slip", moving, lambda target: self._followed(target, found.code), self._commands.refused)
        else:
            self._to_next = True
            self._commands.change(self._desk.split_before(found.page_id))

    def _followed(self, target: DossierId, code: str) -> None:
        self._note.show_text(f"Đã chuyển các trang vào {code}.", Tone.GOOD)
        self._screen.show_dossier(target)

    def refuse(self) -> None:
        found = self._current()
        if found is None:
            self._note.show_text("Hồ sơ này không có gợi ý nào.", Tone.INFO)
        else:
            self._to_next = True
            self._commands.change(self._desk.refuse_cue(found.page_id, found.kind))

    # --- codes
    def _open_code(self, typed: str) -> None:
        self._screen.back_to_pages()
        self._inbox.ask("code", self._desk.find_dossier(typed), self._screen.show_dossier, self._note.show_note)

    def slip(self, owner: QWidget) -> None:
        if self._view is None:
            self._note.show_text("Chưa có hồ sơ nào để in phiếu.", Tone.INFO)
            return
        row = self._view.row
        name = f"phieu-giao-nhan-{row.code}.pdf"
        files.choose_target(owner, "Lưu phiếu giao nhận để in", name, lambda out: self._save_slip(out, row.id), files.PDFS)

    def _save_slip(self, out: Path, dossier_id: DossierId) -> None:
        self._saving(out, self._desk.save_slip(out, dossier_id))

    def separators(self, owner: QWidget, kind: Separator) -> None:
        def save(out: Path) -> None:
            self._saving(out, self._desk.save_separators(out, kind, SHEETS))

        files.choose_target(owner, "Lưu tờ phân cách để in", _FILES[kind], save, files.PDFS)

    def _saving(self, out: Path, making: "Future[None]") -> None:
        self._note.show_text("Đang tạo tệp để in…", Tone.BUSY)
        saved = f"Đã lưu {breakable(out.name)}. Mở tệp rồi in ra giấy A4, đúng cỡ thật."
        self._inbox.ask("sheets", making, lambda _: self._note.show_text(saved, Tone.GOOD), self._note.show_note)

    # --- the fast lane
    def profile_chosen(self, name: str) -> None:
        """A scan profile for copies turns the lane on, another one off."""
        self.set_fast(name in self._desk.copy_profiles())

    def toggle(self) -> None:
        self.set_fast(not self.fast)
        said = (
            "Mỗi tờ quét vào là một hồ sơ, một văn bản. Quét F5, xong Ctrl+Enter." if self.fast else "Đã thôi chứng thực nhanh."
        )
        self._note.show_text(said, Tone.INFO)

    def set_fast(self, on: bool) -> None:
        self.fast = on
        self.pill.show_state("Chứng thực nhanh" if on else "", Tone.ACTIVE)

    def begins_copy(self) -> bool:
        """Whether a scan begins a dossier: in the lane always, but for the one that is still empty because the feeder was."""
        row = self._view.row if self._view is not None else None
        empty = row is not None and row.title == TITLE and row.state is DossierState.SCANNING and not row.pages
        return self.fast and not empty

    def next_copy(self, rows: Iterable[DossierRow], done: DossierId) -> DossierId | None:
        """The oldest copy of the lane that is still to be passed on, after ``done``; ``rows``: newest first."""
        waiting = [r.id for r in rows if r.title == TITLE and r.state is DossierState.SCANNING and r.pages and r.id != done]
        return waiting[-1] if self.fast and waiting else None
