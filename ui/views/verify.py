"""Kiểm tra: pages on the left, the page with the zone of the focused field, the form on the right."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from ui import messages
from ui.models.signing import shown_title
from ui.theme import Tone
from ui.views import verifywords
from ui.views.drafts import Drafts
from ui.views.form import Form
from ui.views.placebar import PlaceBar
from ui.views.screen import ROOMY, Foot, Go, PillText, Place, Screen, Secondary
from ui.views.verifycard import CardBar
from ui.views.verifycopies import CopyBar
from ui.views.verifypage import PagePane
from ui.views.verifyrows import FieldRow
from ui.views.verifysnippet import Snippet
from ui.widgets import Card, Elided, EmptyState, KeyRow, Note, Pill, ReasonBar, label
from workstation.domain.dossier import DocumentState
from workstation.domain.errors import ErrorNote
from workstation.domain.events import DossierChanged
from workstation.domain.fields import FieldOrigin
from workstation.domain.ids import DocumentId
from workstation.domain.page import Box, PageState
from workstation.usecases.desk import Desk
from workstation.usecases.views import DocumentView

EMPTY = ("Hết hồ sơ chờ. Quét tiếp (F2)", "Hồ sơ quét xong sẽ tự vào đây; việc đã làm đều đã lưu.")


class VerifyScreen(Screen):
    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.place = Place("verify", "Nhập liệu – kiểm tra", "Kiểm tra", "verify")
        self.queue: tuple[DocumentView, ...] = ()
        self.document: DocumentView | None = None
        self._wanted = self._wanted_field = ""
        self._busy = False
        self._said = ""
        self._told: ErrorNote | None = None
        self._drafts = Drafts()
        self._build()
        self._keys()
        self.inbox.listen(desk.bus, self._event)
        self._reloading = QTimer(self, interval=150, singleShot=True)
        self._reloading.timeout.connect(self.reload)

    # --- building
    def _build(self) -> None:
        self.stack = QStackedWidget()
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.stack)
        work = QWidget()
        row = QHBoxLayout(work)
        row.setContentsMargins(10, 10, 10, 10)
        row.setSpacing(10)
        self.paper = PagePane(self.desk, self.inbox)
        self.paper.shown.connect(self._zones)
        self.paper.canvas.box_drawn.connect(self.read_box)
        row.addWidget(self.paper, 1)
        self.form_card = self._form()
        row.addWidget(self.form_card)
        self.empty = EmptyState("inbox", *EMPTY)
        self.stack.addWidget(self.empty)
        self.stack.addWidget(work)

    def _form(self) -> Card:
        card = Card((14, 9, 12, 8), 6)
        head = QHBoxLayout()
        head.setSpacing(8)
        self.title = Elided(bold=True)
        self.doubt_pill = Pill()
        self.passed = label(muted=True)
        head.addWidget(self.title, 1)
        head.addWidget(self.doubt_pill)
        head.addWidget(self.passed)
        card.body.addLayout(head)
        self.note = Note()
        self.note.pressed.connect(self._note_button)
        self.snippet = Snippet()
        self.form = Form(self.desk.document_types())
        self.form.focused.connect(self._field_focused)
        self.form.changed.connect(self._marks)
        self.form.type_chosen.connect(self._type_chosen)
        self.form.typed.connect(self._ask_checks)
        self.to_scan = ReasonBar("Lý do trả lại khâu quét", "Trả lại", "Ví dụ: trang 2 thiếu nửa dưới, quét lại giúp")
        self.to_entry = ReasonBar("Lý do trả lại người nhập", "Trả lại", "Ví dụ: người ký không đúng với trang 2")
        self.cards = CardBar(self.desk, self.inbox, self.form)
        self.cards.left.connect(self._back_to_form)
        self.place_bar = PlaceBar(self.desk, self.inbox, self.form)
        self.place_bar.left.connect(self._back_to_form)
        self.copies = CopyBar(self.desk, self.inbox, lambda reason: self._open(self.to_scan, reason))
        for bar, ask in ((self.to_scan, self.desk.return_to_capture), (self.to_entry, self.desk.send_back)):
            bar.given.connect(partial(self._give_back, ask))
            bar.left.connect(self._back_to_form)
        bars = (self.place_bar, self.copies, self.cards, self.to_scan, self.to_entry)
        for part in (self.note, self.snippet, self.form, *bars):
            card.body.addWidget(part, 1 if part is self.form else 0)
        card.body.addWidget(KeyRow("next_doubt", "previous_doubt", "suggestion", "unreadable"))
        return card

    def _keys(self) -> None:
        for command_id, run in (
            ("suggestion", lambda: self.take_proposal(0)),
            ("suggestion_2", lambda: self.take_proposal(1)),
            ("suggestion_3", lambda: self.take_proposal(2)),
            ("unreadable", self.toggle_unreadable),
            ("read_again", self.read_again),
            ("return", self.give_back),
            ("return_scan", lambda: self._open(self.to_scan)),
            ("reuse", self.copies.reuse),
            ("id_card", self.open_cards),
            ("place", self.place_bar.open),
            ("camera_card", self.open_camera),
            ("later", self.later),
            ("page_down", lambda: self.paper.turn(1)),
            ("page_up", lambda: self.paper.turn(-1)),
            ("zoom_in", lambda: self.paper.canvas.zoom(1)),
            ("zoom_out", lambda: self.paper.canvas.zoom(-1)),
            ("zoom_fit", self.paper.canvas.fit),
        ):
            self.on(command_id, run)
        self.on("next_doubt", lambda: self.next_doubt(1), self.form)
        self.on("previous_doubt", lambda: self.next_doubt(-1), self.form)
        self.on("next_weak", self.form.next_weak, self.form)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.form_card.setFixedWidth(520 if self.width() >= ROOMY else 450)

    # --- loading
    def activate(self) -> None:
        self.reload()
        if self.document is not None and self._bar() is None:
            self.form.return_to(self.form.current)

    def forget_user(self) -> None:
        self._put_by()
        self.document = None

    def _put_by(self) -> None:
        if self.document is not None:
            self._drafts.put_by(self.desk.user.name, self.document, self.form.typed_texts())

    def open_document(self, document_id: str, field: str = "") -> None:
        self._wanted, self._wanted_field = document_id, field
        self.reload()

    def reload(self, force: bool = False) -> None:
        if force:
            self.document = None
            self.note.clear()
        self.inbox.ask("queue", self.desk.verify_queue(), self._show_queue, self.note.show_note)

    def _note_button(self, code: str) -> None:
        if code == "K03":
            self.later()  # to the end of this person's queue; another one finds it in theirs
        else:
            self.reload(force=True)

    def _event(self, event: object) -> None:
        if isinstance(event, DossierChanged) and self.isVisible() and not self._busy and not self._reloading.isActive():
            self._reloading.start()

    def _show_queue(self, queue: tuple[DocumentView, ...]) -> None:
        self.queue = queue
        wanted = self._wanted or (self.document.id if self.document else "")
        document = next((d for d in queue if d.id == wanted), queue[0] if queue else None)
        field, self._wanted, self._wanted_field = self._wanted_field, "", ""
        if document is None:
            self._show_empty()
            return
        self._show(document)
        if document.id == wanted and self.form.row(field) is not None:
            self.form.focus(field)

    def _show_empty(self) -> None:
        self._put_by()
        self.document = None
        self.copies.clear()
        self.stack.setCurrentWidget(self.empty)
        if self.note.isVisible() and self.note.code:
            self.empty.say("Chưa tải được hàng chờ", self.note.text.text())
        elif self._told is not None:
            self.empty.say(EMPTY[0], messages.sentence(self._told))
        else:
            self.empty.say(*EMPTY)
        self._tell()

    def _show(self, document: DocumentView) -> None:
        fresh = self.document is None or self.document.id != document.id
        if fresh:
            self._put_by()
        self.document = document
        self.place_bar.show_document(document.id)
        self.stack.setCurrentIndex(1)
        self.title.setText(verifywords.title(document, shown_title(document)))
        if fresh:
            self._said = ""
            self.note.clear()
            self._close_bars()
            self.inbox.forget("box")
            self.inbox.forget("checks")
            self.form.current = ""
        self.paper.show_document(document, fresh)
        self.form.load(document, fresh, self._drafts.taken(self.desk.user.name, document) if fresh else {})
        self._banner(document)
        if fresh:
            self._ask_copies(document)
            self._told = None
            names = self.form.open_names()
            self.form.focus(names[0] if names else self.form.rows[0].name if self.form.rows else "type_name")
            if self.paper.page < 0:
                self.paper.show_page(0)
        self._tell()

    def _ask_checks(self) -> None:
        """Of what was typed; not where somebody else's entry would be the measure."""
        document = self.document
        if document is not None and not (document.blind or document.differing or self._busy):
            self.inbox.ask("checks", self.desk.tried(document.id, self.form.values()), self.form.judge, lambda _: None)

    def _ask_copies(self, document: DocumentView) -> None:
        """Not of a person who types without seeing: what is found by a number tells it."""
        if document.blind or document.differing:
            self.copies.clear()
        else:
            self.copies.ask(document.id)

    def _banner(self, document: DocumentView) -> None:
        """An error, reading still under way, why the document came back, or what is asked of this person."""
        said = verifywords.banner(document, self.paper.live)
        if document.error is not None and (said is None or said[1] is not Tone.BUSY):
            self.note.show_note(document.error)
        elif self._told is not None:
            self.note.show_note(self._told)
        elif said is not None:
            self.note.show_text(*said)
        elif not self.note.code:
            self.note.clear()

    # --- fields
    def _row(self) -> FieldRow | None:
        return self.form.row(self.form.current)

    def _field_focused(self, name: str) -> None:
        row = self.form.row(name)
        if row is not None and row.field.page is not None and row.field.page != self.paper.page:
            self.paper.show_page(row.field.page)
        self._zones()

    def _zones(self) -> None:
        page, row = self.paper.page, self._row()
        here = [r for r in self.form.rows if r.field.page == page and r.field.box]
        focused = row.field.box if row is not None and row.field.page == page else None
        self.paper.canvas.set_zones(focused, [r.field.box for r in here if r.field.box and r is not row])
        name = self.form.label(self.form.current)
        crop = self.paper.canvas.crop(focused, [w.box for w in row.weak()]) if focused and row else None
        if crop is None:
            self.snippet.show_crop(f"{name} – chưa biết vị trí trên giấy, xem ảnh trang bên trái", None)
        else:
            by_hand = " – viết tay" if row is not None and row.by_hand else ""
            self.snippet.show_crop(f"Ảnh cắt từ trang {page + 1} – {name}{by_hand}", crop)

    def _marks(self) -> None:
        todo = len(self.form.open_names())
        good, of = self.form.passed()
        self.doubt_pill.show_state(
            f"Còn {todo} ô cần xem" if todo else "Đủ các ô", Tone.WARN if todo else Tone.GOOD, "eye" if todo else None
        )
        self.passed.setText(f"{good}/{of} ô đã đạt")
        self._tell()

    def next_doubt(self, direction: int) -> None:
        self._said = ""
        if direction > 0:
            self.form.review_current()
        else:
            self.form.settle()
        if not self.form.step(direction):
            self._said = "Không còn ô cần xem – nhấn Ctrl+Enter để xác nhận" if not self.form.open_names() else ""
        self._tell()

    def take_proposal(self, number: int) -> None:
        if self.cards.isVisible():
            self.cards.pick(number)
        else:
            self.form.take(number)

    def open_cards(self) -> None:
        """The identity card beside the form."""
        if self.document is not None:
            self._open(self.cards)

    def open_camera(self) -> None:
        if self.document is not None:
            self._open(self.cards)
            self.cards.ask_camera()

    def toggle_unreadable(self) -> None:
        """The field can't be read on the paper, whoever looks; or it can, after all."""
        document, row = self.document, self._row()
        if document is None or row is None or self._busy:
            return
        ask = self.desk.set_unreadable(document.id, row.name, not row.unreadable)
        self.inbox.ask("unreadable", ask, lambda _: self._reshow(document), self._refused)

    def _retyped(self, document: DocumentView) -> None:
        """Of another type there may be other copies."""
        self._ask_copies(document)
        self._reshow(document)

    def _reshow(self, document: DocumentView) -> None:
        self.inbox.ask("document", self.desk.document(document.id), self._show, self.note.show_note)

    def _type_chosen(self, code: str) -> None:
        document = self.document
        if document is not None and code != document.type_code:
            self.inbox.ask("type", self.desk.set_type(document.id, code), lambda _: self._retyped(document), self._refused)

    # --- a piece of the page, read by itself
    def read_again(self) -> None:
        """Where the field with the focus stands."""
        row = self._row()
        if row is None or row.field.box is None or row.field.page is None:
            self._say("Ô này chưa biết chỗ trên giấy – giữ Ctrl, kéo chuột quanh chỗ đó để đọc")
            return
        self._read(row, row.field.page, row.field.box)

    def read_box(self, box: Box) -> None:
        """What was drawn on the page that is shown, for the field with the focus."""
        row = self._row()
        if row is None:
            self._say("Chọn ô cần điền trước, rồi giữ Ctrl và kéo chuột quanh chữ")
        else:
            self._read(row, self.paper.page, box)

    def _read(self, row: FieldRow, page: int, box: Box) -> None:
        document = self.document
        if document is None or row.unreadable:
            return
        if row.blind:
            self._say("Ô này phải nhập lại bằng tay, máy không đọc thay")
            return
        self._say("Đang đọc vùng vừa khoanh…")
        ask = self.desk.read_box(document.id, page, box, digits=row.definition.kind in verifywords.DIGITS)
        self.inbox.ask("box", ask, lambda text: self._box_read(row.name, page, box, text), self._refused)

    def _box_read(self, name: str, page: int, box: Box, text: str) -> None:
        row = self.form.row(name)
        if row is None:
            return
        if not text:
            self._say("Không đọc được chữ nào trong vùng này – nhập tay, hoặc khoanh lại")
            return
        value = verifywords.fitted(row.definition, text)
        row.read_in(replace(row.field, value=value, confidence=0.0, page=page, box=box, origin=FieldOrigin.READ,
                            doubt=True, proposals=(), against=(), weak=()))  # fmt: skip
        self._said = ""
        self.form.focus(name)
        self._zones()
        self._marks()

    def _say(self, words: str) -> None:
        self._said = words
        self._tell()

    # --- moves
    def primary(self) -> None:
        if (bar := self._bar()) is not None:
            bar.enter() if isinstance(bar, CardBar) else bar.give()
            return
        document = self.document
        if document is None:
            self.go.emit(Go("capture"))
            return
        if self._busy:
            return
        self._said = ""
        self.form.settle()
        todo = self.form.open_names()
        if todo:
            self.form.focus(todo[0])
            self._say(verifywords.missing(self.form.row(todo[0]), todo[0], len(todo)))
            return
        self._busy = True
        ask = self.desk.confirm(document.id, self.form.values())
        self.inbox.ask("confirm", ask, partial(self._done, self.desk.user.name, document), self._refused)
        self._tell()

    def _done(self, user: str, document: DocumentView, told: ErrorNote | None = None) -> None:
        """What ``user`` typed in it is stored, or past."""
        self._moved(document, told)
        self._drafts.drop(user, document)

    def _moved(self, document: DocumentView, told: ErrorNote | None = None) -> None:
        """Done with this one: on to the next in the queue. ``told``: what there is to know about it although all is stored."""
        self._busy = False
        self._put_by()
        # it stands beside the next one: its own title says which was meant
        title = verifywords.title(document, shown_title(document))
        self._told = told and ErrorNote(told.code, (*told.params, ("document", title)))
        self.note.clear()
        ids = [d.id for d in self.queue]
        at = ids.index(document.id) if document.id in ids else -1
        after = ids[at + 1 :] + ids[: max(at, 0)]
        self._wanted = after[0] if after else ""
        self.document = None
        self.reload()

    def _refused(self, note: ErrorNote) -> None:
        self._busy = False
        self._said = ""
        field = str(dict(note.params).get("field", ""))
        row = self.form.row(field)
        if row is not None and note.code in ("K01", "K02", "K10", "K11", "K12", "K41"):
            row.wrong = note.code == "K02"
            row.refresh()
            self.form.focus(field)
        self.note.show_note(note, button=note.code in ("K03", "K04", "K06", "K08"))
        self._tell()

    def give_back(self) -> None:
        """To who entered it, from the check; else to be scanned again."""
        checking = self.document is not None and self.document.state in (DocumentState.TO_CHECK, DocumentState.TO_SETTLE)
        self._open(self.to_entry if checking else self.to_scan)

    def _open(self, bar: ReasonBar | CardBar, text: str = "") -> None:
        document = self.document
        if document is not None:
            self.form.settle()
            self._close_bars()
            self.place_bar.close_list()
            bar.open(document.id) if isinstance(bar, CardBar) else bar.open(text)

    def _bar(self) -> ReasonBar | CardBar | None:
        """What is open under the form, and has the keyboard."""
        return next((bar for bar in (self.cards, self.to_scan, self.to_entry) if bar.isVisible()), None)

    def _close_bars(self) -> None:
        if (bar := self._bar()) is not None:
            bar.leave() if isinstance(bar, CardBar) else bar.hide()

    def _give_back(self, ask: Callable[[DocumentId, str], "Future[None]"], reason: str) -> None:
        document = self.document
        if document is not None:
            self._busy = True
            done = partial(self._done, self.desk.user.name, document)
            self.inbox.ask("return", ask(document.id, reason), done, self._refused)

    def later(self) -> None:
        document = self.document
        if document is not None and not self._busy:
            self._busy = True
            self.inbox.ask("later", self.desk.later(document.id), lambda _: self._moved(document), self._refused)

    def _back_to_form(self) -> None:
        self.form.focus(self.form.current)

    def escape(self) -> bool:
        if self._bar() is not None:
            self._close_bars()
            self._back_to_form()
            return True
        return self.form.put_back()

    # --- frame
    def secondary(self) -> tuple[Secondary, ...]:
        here = self.document is not None
        return (
            Secondary("return", self.give_back, visible=here),
            Secondary("later", self.later, visible=here),
        )

    def _tell(self) -> None:
        document = self.document
        if document is None:
            self.say_foot(Foot("Quét tiếp"))
        else:
            ids = [d.id for d in self.queue]
            at = ids.index(document.id) + 1 if document.id in ids else 1
            todo = len(self.form.open_names())
            missing = self._said or (f"Còn {todo} ô cần xem trước khi xác nhận" if todo else "")
            if self._busy:
                missing = "Đang lưu…"
            step = verifywords.STEPS.get(document.state, "kiểm tra") + (" · để sau" if document.put_off else "")
            saved = f"{document.dossier_code} · {step} · văn bản {at}/{max(len(ids), 1)} trong hàng chờ"
            primary = "Xác nhận, sang văn bản kế" if len(ids) > 1 else "Xác nhận"
            self.say_foot(Foot(primary, saved, missing, Tone.WARN if self._said and todo else Tone.PLAIN))
        self.foot_changed.emit()
        waiting = sum(p.state is PageState.NEW for d in self.queue for p in d.pages)
        self.say_pills(*([PillText(f"Đọc chữ: {waiting} trang đang chờ", Tone.BUSY)] if waiting else []))
