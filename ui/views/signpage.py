"""The document as it will be signed, page by page; knows which pages somebody has really had before the eyes."""

from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QStackedWidget

from ui import actions, files
from ui.bridge import Inbox
from ui.images import PageImages
from ui.models.signing import passed, shown_title
from ui.theme import Tone
from ui.views.canvas import PageCanvas
from ui.views.stampframe import STEP_MM, Move, movable, moved_to
from ui.views.verdict import VerdictPanel
from ui.widgets import Card, Elided, Note, label, small_button
from workstation.domain.dossier import DocumentState
from workstation.domain.errors import ErrorNote
from workstation.domain.ids import DocumentId
from workstation.domain.signature import FileVerdict, TokenState, TokenStatus
from workstation.domain.signing import StampPlace
from workstation.usecases.desk import Desk
from workstation.usecases.sign import HOME, REGISTRAR
from workstation.usecases.views import Picture, SignRow

GUESSED = "Chưa đọc được chức vụ hoặc họ tên người ký nên chưa biết chỗ ký – kéo chữ ký (hoặc Alt + mũi tên) vào đúng chỗ."
GUESSED_BLANK = "Chưa đọc được chỗ ghi số hoặc ngày – kéo con dấu (hoặc Alt + mũi tên, Alt+S đổi con dấu) vào đúng chỗ."
OVER_PRINT = "Con dấu đè lên chữ in: khi kiểm tra, chữ ký trước sẽ báo có thay đổi. Dời nó (Alt + mũi tên; Alt+S đổi con dấu)."
PICTURES = ("C34", "C35")
"""What a picture that is chosen puts right."""
WAITING = (DocumentState.TO_SIGN, DocumentState.TO_SEAL)
OVERLAP_PX = 40
"""A line cut by the edge is whole after the next step."""


class SignPage(Card):
    changed = Signal()
    """A page more was seen to its end, or another one is shown."""
    picture_kept = Signal()
    """There is a new picture of the signature or seal."""
    closed = Signal()
    """The verdict on another file was put away."""

    def __init__(self, desk: Desk) -> None:
        super().__init__((0, 0, 0, 1), 0)
        self.desk = desk
        self.inbox = Inbox(self)
        self.images = PageImages(self)
        self.page = 0
        self._row: SignRow | None = None
        self._drawn = False
        self._token = TokenStatus(TokenState.UNKNOWN)
        self._shown: dict[DocumentId, set[int]] = {}
        self.moves: dict[DocumentId, Move] = {}
        """By how much somebody moved a document's stamp; until it is signed."""
        self.locked = False
        """While a batch is being signed, no stamp moves."""
        self.mark_moves: dict[DocumentId, dict[str, Move]] = {}
        """The same for each of the registrar's marks, by stamp."""
        self._places: tuple[StampPlace, ...] = ()
        self._chosen = ""
        """Which of several marks the keys move."""
        self._number = ""
        self._numbering = QTimer(self, interval=300, singleShot=True)
        self._numbering.timeout.connect(self._ask_place)
        head = QHBoxLayout()
        head.setContentsMargins(12, 7, 9, 7)
        head.setSpacing(6)
        self.where = Elided(bold=True)
        self.number = label(muted=True)
        self.back = small_button("‹", "Trang trước", "Trang trước", lambda: self._leaf(-1))
        self.forward = small_button("›", "Trang sau", "Trang sau", lambda: self._leaf(1))
        head.addWidget(self.where, 1)
        head.addWidget(self.number)
        self.home = small_button(actions.command("stamp_home").text, "Đặt lại vị trí con dấu", "", self.send_home)
        self.home.setToolTip(actions.command("stamp_home").tip)
        self.home.hide()
        for button in (self.home, self.back, self.forward):
            # a click must not take the focus from the queue: Space would then press the button
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            head.addWidget(button)
        self.back.setToolTip(actions.command("sign_page_up").tip)
        self.forward.setToolTip(actions.command("sign_page_down").tip)
        self.body.addLayout(head)
        self.note = Note()
        self.note.pressed.connect(lambda _: self.choose_picture())
        self.body.addWidget(self.note)
        self.canvas = PageCanvas("Trang sẽ được ký", fit_width=True)
        self.canvas.stamp_moved.connect(self._dragged)
        self.verdict = VerdictPanel(self.desk)
        self.verdict.closed.connect(self.close_verdict)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.canvas)
        self.stack.addWidget(self.verdict)
        self.body.addWidget(self.stack, 1)
        bar = self.canvas.verticalScrollBar()
        bar.valueChanged.connect(self._note_bottom)
        bar.rangeChanged.connect(self._note_bottom)

    # --- what is shown
    def show_row(self, row: SignRow | None, *, same: bool = False) -> None:
        """``same``: a reload of what is on the screen; the page then stays as it is."""
        self._row = row
        for part in (self.number, self.back, self.forward):
            part.setVisible(row is not None)
        if row is None:
            self._drawn = False
            self.where.setText("Chưa chọn văn bản")
            self.inbox.forget("picture")
            self.images.cancel()
            self.canvas.say("")
        elif not (same and self.canvas.picture is not None):
            self.load(0)
        settled = same and bool(self._places) and row is not None and row.document.state in WAITING
        if not settled:  # a reload comes with every page that is read somewhere
            self._ask_place()

    def show_token(self, token: TokenStatus) -> None:
        changed, self._token = token != self._token, token
        if changed:
            self._ask_place()

    def forget(self) -> None:
        """Another person sits here now: what the last one looked at counts for nobody else."""
        self._shown.clear()
        self.moves.clear()
        self.mark_moves.clear()
        if self._row is not None:
            self.load(0)

    def unshown(self, row: SignRow) -> list[int]:
        """Pages of it that have not been on the screen down to their bottom yet."""
        return sorted(set(range(row.pages)) - self._shown.get(row.document.id, set()))

    def load(self, page: int) -> None:
        row = self._row
        if row is None:
            return
        self.page, self._drawn = page, False
        self.where.setText(shown_title(row.document))
        self.number.setText(f"trang {page + 1}/{max(row.pages, 1)}")
        self.close_verdict()

        def drawn(picture: Picture) -> None:
            self.images.fetch(picture.path, lambda pixmap: self._picture(pixmap, picture.scale), self._failed)

        self.inbox.ask("picture", self.desk.pdf_picture(row.document.id, page, self.canvas.wanted_px()), drawn, self._failed)
        self.changed.emit()

    def _picture(self, pixmap: QPixmap, scale: float) -> None:
        self.canvas.set_page(pixmap, scale)
        bar = self.canvas.verticalScrollBar()
        bar.setValue(bar.minimum())
        self._drawn = True
        self._show_stamp()
        # after the layout of this round: only then is it known how much of the page fits
        QTimer.singleShot(0, self, self._note_bottom)

    def _failed(self, note: ErrorNote) -> None:
        self.canvas.say("Chưa xem được trang này nên chưa đánh dấu được")

    def _note_bottom(self) -> None:
        bar = self.canvas.verticalScrollBar()
        if self._row is None or not self._drawn or not self.canvas.isVisible() or bar.value() < bar.maximum():
            return
        pages = self._shown.setdefault(self._row.document.id, set())
        if self.page not in pages:
            pages.add(self.page)
            self.changed.emit()

    # --- the stamp
    def _ask_place(self) -> None:
        """Where the visible signature will stand, as the signer's side computes it for this very file."""
        self._places = ()
        row = self._row
        if not self._held:
            self.canvas.show_stamps(())
        if row is None or not passed(row) or not row.gate or row.document.state not in WAITING:
            self.inbox.forget("stamp")
            self._say_picture(row)
        elif row.marks:
            moves = dict(self.mark_moves.get(row.document.id, {}))
            places = self.desk.mark_places(row.document.id, moves, self._number)
            self.inbox.ask("stamp", places, self._placed, self._not_placed)
        else:
            place = self.desk.stamp_place(row.document.id, self.moves.get(row.document.id, HOME))
            self.inbox.ask("stamp", place, lambda place: self._placed((place,)), self._not_placed)
        self._offer_home()

    def _say_picture(self, row: SignRow | None) -> None:
        """A picture that is missing is chosen here, whatever else is in the way."""
        notes = [check.note for check in row.gate if check.note is not None and check.note.code in PICTURES] if row else []
        if notes:
            self.note.show_note(notes[0], button=True)
        else:
            self.note.clear()

    def _placed(self, places: tuple[StampPlace, ...]) -> None:
        self._places = places
        if self._chosen not in [place.preset for place in places]:
            self._chosen = places[0].preset if places else ""
        self.note.clear()
        if any(place.guessed and self._move_of(place.preset) is None for place in places):
            self.note.show_text(GUESSED_BLANK if self._row is not None and self._row.marks else GUESSED, Tone.WARN)
        elif any(place.over_print for place in places):
            self.note.show_text(OVER_PRINT, Tone.WARN)
        self._show_stamp()

    def _not_placed(self, note: ErrorNote) -> None:
        self._places = ()
        self.note.show_note(note, button=note.code in PICTURES)
        self._show_stamp()

    def show_number(self, number: str) -> None:
        """The number that the registrar is about to give, as its mark will show it."""
        if number != self._number:
            self._number = number
            self._numbering.start()

    def choose_picture(self) -> None:
        """The signer's own handwritten signature, or the agency's seal, for the stamps that show it."""
        if not self.locked:
            title = "Chọn ảnh dấu" if self._seals else "Chọn ảnh chữ ký tay"
            files.choose(self, title, QFileDialog.FileMode.ExistingFile, self.take_picture, files.PICTURES)

    @property
    def _seals(self) -> bool:
        return self.desk.user.role == REGISTRAR

    def take_picture(self, paths: list[Path]) -> None:
        keep = self.desk.keep_seal if self._seals else self.desk.keep_hand
        for path in paths[:1]:
            self.inbox.ask("hand", keep(path), lambda _: self._kept(), self.note.show_note)

    def _kept(self) -> None:
        self._ask_place()
        self.picture_kept.emit()

    def _show_stamp(self) -> None:
        if self._drawn and not self._held:
            here = [place for place in self._places if place.page == self.page]
            self.canvas.show_stamps(sorted(here, key=lambda place: place.preset != self._chosen))
        self._offer_home()

    def next_mark(self) -> None:
        """Alt+S: the next of the registrar's marks is the one that keys move; its page comes up."""
        presets = [place.preset for place in self._places]
        if len(presets) > 1:
            place = self._places[(presets.index(self._chosen) + 1) % len(presets)]
            self._chosen = place.preset
            if place.page != self.page:
                self.load(place.page)
            else:
                self._show_stamp()

    @property
    def _held(self) -> bool:
        """Whether the mouse holds the stamp now: what comes in meanwhile must not take it away."""
        return self.canvas.stamp is not None and self.canvas.stamp.held

    def _offer_home(self) -> None:
        self.home.setVisible(self._move_of(self._chosen) is not None)

    def _move_of(self, preset: str) -> Move | None:
        """By how much a stamp of the shown document was moved."""
        if self._row is None:
            return None
        document = self._row.document.id
        return self.mark_moves.get(document, {}).get(preset) if self._row.marks else self.moves.get(document)

    def nudge(self, right: int, down: int) -> None:
        """A step of the stamp by the keyboard."""
        visible = self._drawn and self.stack.currentWidget() is self.canvas
        place = next((p for p in self._places if p.preset == self._chosen and p.page == self.page), None) if visible else None
        if place is not None and movable(place):
            x, y = place.box_mm[:2]
            self._move(moved_to(place, (x + right * STEP_MM, y + down * STEP_MM)))

    def _dragged(self, preset: str, move: Move) -> None:
        self._chosen = preset
        self._move(move)

    def _move(self, move: Move) -> None:
        if self._row is not None and not self.locked:
            if self._row.marks:
                self.mark_moves.setdefault(self._row.document.id, {})[self._chosen] = move
            else:
                self.moves[self._row.document.id] = move
            self._ask_place()

    def send_home(self) -> None:
        if self._row is not None and not self.locked and self._move_of(self._chosen) is not None:
            document = self._row.document.id
            if self._row.marks:
                del self.mark_moves[document][self._chosen]
            else:
                del self.moves[document]
            self._ask_place()

    def forget_moves(self, document_id: DocumentId) -> None:
        """It is signed: what comes of it now stands somewhere else."""
        self.moves.pop(document_id, None)
        self.mark_moves.pop(document_id, None)

    # --- moving through it
    def turn(self, step: int) -> None:
        """A screenful on (1) or back (-1); at the edge of the page to the next or previous one."""
        bar = self.canvas.verticalScrollBar()
        edge = bar.maximum() if step > 0 else bar.minimum()
        if self._drawn and bar.value() != edge:
            bar.setValue(bar.value() + step * max(bar.pageStep() - OVERLAP_PX, OVERLAP_PX))
        else:
            self._leaf(step)

    def _leaf(self, step: int) -> None:
        if self._row is not None and 0 <= self.page + step < self._row.pages:
            self.load(self.page + step)

    def advance(self) -> bool:
        """On to what has not been seen yet; False while the page is still on its way."""
        self._note_bottom()  # a page that came while another screen was in front, and fits whole, never scrolls
        left = self.unshown(self._row) if self._row else []
        if left and self.page not in left:
            self.load(left[0])
        elif left and self._drawn:
            self.turn(1)
        elif left:
            return False
        return True

    # --- another file
    def verify_file(self, path: Path) -> None:
        self.verdict.busy(path.name)
        self.stack.setCurrentWidget(self.verdict)

        def done(verdict: FileVerdict) -> None:
            self.verdict.show_verdict(path, verdict)

        self.inbox.ask("verify_file", self.desk.verify_file(path), done, lambda note: self.verdict.show_error(path.name, note))

    def close_verdict(self) -> bool:
        """False: there was none."""
        if self.stack.currentWidget() is not self.verdict:
            return False
        self.inbox.forget("verify_file")
        self.stack.setCurrentWidget(self.canvas)
        self._note_bottom()
        self.closed.emit()
        return True
