"""Rows of the form: label, input, mark; below it what is doubtful, or two values to choose from."""

from dataclasses import replace
from enum import Enum

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ui import dates, messages, theme, whywords
from ui.theme import Tone
from ui.views.verifyedit import FieldEdit, TypeBox
from ui.views.verifyhints import Hint, HintBox, dubious, marked, offer, said, shape
from ui.widgets import KeyLabel, Pill, label, set_property
from workstation.domain.doctype import FieldDefinition, ValueKind
from workstation.domain.fields import FieldOrigin, IndexField, WeakWord, nfc, still_weak
from workstation.domain.rekey import Difference

LABEL_WIDTH = 128
MARK_WIDTH = 88
EXAMPLES = {"issued_date": "ví dụ 14/03/2019", "identity_number": "Quét mã QR trên căn cước (Ctrl+Q)"}
UNREADABLE = "không đọc được"


class Mark(Enum):
    OK = ("Đạt", Tone.GOOD)
    LOOK = ("Xem lại", Tone.WARN)
    HAND = ("Viết tay", Tone.WARN)
    MISSING = ("Cần nhập", Tone.WARN)
    AGAIN = ("Nhập lại", Tone.WARN)
    DIFFERS = ("Khác nhau", Tone.WARN)
    WRONG = ("Sai dạng", Tone.BAD)
    SKIPPED = ("Đã ghi", Tone.INFO)
    NONE = ("", Tone.PLAIN)


OPEN = (Mark.LOOK, Mark.HAND, Mark.MISSING, Mark.AGAIN, Mark.DIFFERS, Mark.WRONG)
"""Somebody still has to look, or to type."""


class Row(QWidget):
    """Label, input, mark; below it, while it has the focus, what is doubtful."""

    def __init__(self, name: str, title: str, editor: QWidget, required: bool) -> None:
        super().__init__()
        self.name = name
        self.required = required
        self.whole = QVBoxLayout(self)
        self.whole.setContentsMargins(0, 0, 0, 0)
        self.whole.setSpacing(0)
        line = QHBoxLayout()
        line.setSpacing(8)
        self.title = label(title + (" *" if required else ""), muted=True)
        self.title.setFixedWidth(LABEL_WIDTH)
        self.title.setWordWrap(True)  # a type's own words may be long
        self.title.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.title.setBuddy(editor)
        editor.setAccessibleName(title + (", bắt buộc" if required else ""))
        self.chip = Pill()
        self.chip.hide()
        self.icon = QLabel()
        self.icon.setFixedSize(16, 18)
        self.word = label()
        self.word.setFixedWidth(MARK_WIDTH - 22)
        for part in (self.title, editor, self.chip, self.icon, self.word):
            line.addWidget(part, 1 if part is editor else 0)
        self.whole.addLayout(line)
        self.hint = HintBox(LABEL_WIDTH + 8)
        self.whole.addWidget(self.hint)

    def set_mark(self, mark: Mark) -> None:
        words, tone = mark.value
        self.word.setText(words)
        self.word.setStyleSheet(f"color: {tone.ink};")
        self.icon.setPixmap(
            theme.pixmap(tone.icon, tone.ink, 15, self.devicePixelRatioF()) if tone.icon else theme.pixmap("check", "none", 15)
        )

    def set_current(self, current: bool) -> None:
        self.title.setStyleSheet(f"font-weight: 700; color: {theme.TEXT};" if current else "")


class Choice(QFrame):
    """One of two values that were keyed; a click takes it, as its key does."""

    pressed = Signal(int)

    def __init__(self, number: int, who: str, value: str, other: str, unreadable: bool) -> None:
        super().__init__()
        self._number = number
        self.setObjectName("choice")
        self.setStyleSheet(
            f"QFrame#choice {{ background: {theme.AMBER_SOFT}; border: 1px solid {theme.AMBER_LINE}; border-radius: 4px; }}"
        )
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        box = QVBoxLayout(self)
        box.setContentsMargins(7, 3, 7, 4)
        box.setSpacing(2)
        head = QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(KeyLabel(f"Alt+{number + 1}"))
        head.addWidget(label(who, muted=True, px=theme.SMALL_PX), 1)
        box.addLayout(head)
        words = QLabel(f"({UNREADABLE} – F10)" if unreadable else marked(value, other) or "(để trống)")
        words.setTextFormat(Qt.TextFormat.RichText)
        words.setWordWrap(True)
        box.addWidget(words)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.pressed.emit(self._number)


class FieldRow(Row):
    """A field as the machine read it; ``blind``: whose value the checker types without seeing it; ``between``: two persons have
    keyed it differently, and a third one settles."""

    taken = Signal()
    """A choice was clicked."""

    def __init__(
        self,
        field: IndexField,
        required: bool,
        definition: FieldDefinition,
        *,
        blind: bool = False,
        between: Difference | None = None,
    ) -> None:
        self.edit = FieldEdit()
        super().__init__(field.name, definition.label, self.edit, required)
        self.definition = definition
        self.field = field
        self.blind, self.between = blind, between
        self.reviewed = False
        self.touched = False
        self.wrong = False
        self._choices: list[Choice] = []
        self._judged: IndexField | None = None
        self.edit.textEdited.connect(self._typed)
        self.edit.editingFinished.connect(self.commit)
        self.load(field, blind=blind, between=between)

    @property
    def is_date(self) -> bool:
        return self.definition.kind in (ValueKind.DATE, ValueKind.BIRTH)

    @property
    def unreadable(self) -> bool:
        return self.field.origin is FieldOrigin.UNREADABLE

    @property
    def by_hand(self) -> bool:
        return self.field.origin is FieldOrigin.HANDWRITTEN

    def load(self, field: IndexField, *, blind: bool = False, between: Difference | None = None) -> None:
        """A newly read value; what the clerk has typed or is typing stays."""
        self.field, self.blind = field, blind
        if between != self.between or bool(between) != bool(self._choices):
            self.between = between
            self._show_choices()
        if self.unreadable:
            self.touched = False
        if self.touched and self._judged is not None:
            self.field = _with_verdict(field, self._judged)
        if not self.touched and not self.edit.composing:
            shown = "" if self.blind or self.between or self.unreadable else self._shown(field.value)
            if shown != self.edit.text():  # else what is selected stays so
                self.put(shown)
        self.edit.setPlaceholderText(self._placeholder())
        self.edit.setReadOnly(self.unreadable)
        self.chip.show_state(UNREADABLE if self.unreadable else "", Tone.INFO, "eye")
        self.refresh()

    def put(self, text: str) -> None:
        self.edit.setText(text)
        self.edit.setCursorPosition(0)

    def _shown(self, value: str) -> str:
        return dates.shown(value) if self.is_date and not self._year(value) else value

    def _year(self, text: str) -> bool:
        """A year alone, which is enough of a day of birth."""
        return self.definition.kind is ValueKind.BIRTH and dates.is_year(text)

    def _placeholder(self) -> str:
        if self.unreadable:
            return ""
        if self.between:
            return "chọn Alt+1, Alt+2 hoặc nhập"
        if self.blind:
            return "nhập lại, không xem bản trước"
        if self.by_hand:
            return "viết tay – xem ảnh rồi nhập"
        return EXAMPLES.get(self.name, "")

    def _show_choices(self) -> None:
        for old in self._choices:
            old.hide()
            old.deleteLater()
        self._choices = []
        if self.between is None:
            return
        first, second = (self._shown(v) for v in (self.between.first, self.between.second))
        self._choices = [
            Choice(0, "Lần nhập 1", first, second, self.between.first_unreadable),
            Choice(1, "Lần nhập 2", second, first, self.between.second_unreadable),
        ]
        side_by_side = QHBoxLayout()
        side_by_side.setContentsMargins(LABEL_WIDTH + 8, 3, 0, 4)
        side_by_side.setSpacing(6)
        for choice in self._choices:
            choice.pressed.connect(self._clicked)
            side_by_side.addWidget(choice, 1)
        self.whole.insertLayout(1, side_by_side)

    def _clicked(self, number: int) -> None:
        if self.take(number):
            self.taken.emit()

    def _typed(self) -> None:
        self.touched = self.reviewed = True
        self.wrong = False
        self.refresh()

    def commit(self) -> None:
        """Text becomes NFC (an input method may give letters and marks apart), a date gets its form."""
        self.edit.settle()
        text = nfc(self.edit.text())
        parsed = dates.parse(text) if self.is_date else None
        self.wrong = self.is_date and bool(text) and parsed is None and not self._year(text)
        text = parsed.strftime("%d/%m/%Y") if parsed else text
        if text != self.edit.text():
            self.edit.setText(text)
        self.refresh()

    def judge(self, field: IndexField) -> None:
        """What checks say of the value that was typed here: a doubt, until somebody has looked at it once more. Nothing if
        another value stands here by now, or if it was said before."""
        if not self.touched or self.unreadable or field.value != self.value():
            return
        before = self._judged
        if before is None or (before.value, before.against) != (field.value, field.against):
            self._judged = field
            self.field = _with_verdict(self.field, field)
            self.reviewed = not field.against
            self.refresh()

    def read_in(self, field: IndexField) -> None:
        """What was read of a box that somebody drew: a doubt, until they have looked at it."""
        self.field = field
        self.put(self._shown(field.value))
        self.touched, self.reviewed, self.wrong = True, False, False
        self.commit()

    def fill(self, value: str) -> None:
        """A value from outside the paper, in stored form: as if it had been typed."""
        self.put(self._shown(value))
        self._typed()
        self.commit()

    def take(self, number: int) -> bool:
        """The proposal of this number, from 0; False where there is none, or it stands there already. That the paper can't be
        read is no value to be taken: it has a key of its own."""
        offered = self.offered()
        if number >= len(offered) or self.unreadable or self._said_unreadable(number):
            return False
        if self.between is None and offered[number][0] == nfc(self.edit.text()):
            return False
        self.edit.settle()
        self.edit.selectAll()
        self.edit.insert(offered[number][0])  # what stood there comes back with Ctrl+Z
        self.edit.setCursorPosition(0)
        self._typed()
        gap = self.edit.text().find(dates.GAP) if self.is_date else -1
        if gap >= 0:
            self.wrong = True  # until what is missing is typed, which goes there
            self.refresh()
            self.edit.setSelection(gap, len(dates.GAP))
        return True

    def _said_unreadable(self, number: int) -> bool:
        between = self.between
        return between is not None and (between.first_unreadable, between.second_unreadable)[number]

    def offered(self) -> list[tuple[str, str]]:
        """What is proposed, as it is shown, each with why."""
        if self.between is not None:
            return [(self._shown(self.between.first), "lần nhập 1"), (self._shown(self.between.second), "lần nhập 2")]
        if self.blind:
            return []
        return [(self._shown(nfc(p.value)), whywords.proposed(p.why)) for p in self.field.proposals]

    def weak(self) -> tuple[WeakWord, ...]:
        """Words in doubt that stand there as they were read; none where nobody may be told."""
        hidden = self.blind or self.between or self.unreadable or not self.field.doubt
        return () if hidden else still_weak(self.field, self.edit.text())

    def select_weak(self, after: int) -> bool:
        """The first word in doubt behind a position, or of all, so that typing takes its place; False if there is none."""
        words = self.weak()
        word = next((w for w in words if w.start >= after), words[0] if words else None)
        if word is not None:
            self.edit.setSelection(word.start, word.end - word.start)
        return word is not None

    def value(self) -> str:
        if self.unreadable:
            return ""
        text = nfc(self.edit.text())
        return dates.stored(text) if self.is_date else text

    def mark(self) -> Mark:
        if self.unreadable:
            return Mark.SKIPPED
        if self.wrong:
            return Mark.WRONG
        if self.edit.text().strip():
            doubt = self.field.doubt and not self.reviewed
            return (Mark.HAND if self.by_hand else Mark.LOOK) if doubt else Mark.OK
        return self._empty_mark()

    def _empty_mark(self) -> Mark:
        if not self.reviewed and (self.between or self.blind):
            return Mark.DIFFERS if self.between else Mark.AGAIN
        if self.by_hand and (self.required or not self.reviewed):
            return Mark.HAND
        return Mark.MISSING if self.required else Mark.NONE

    def refresh(self) -> None:
        mark = self.mark()
        self.set_mark(mark)
        set_property(self.edit, "doubt", mark in OPEN and mark is not Mark.WRONG)
        set_property(self.edit, "wrong", mark is Mark.WRONG)
        self.edit.setAccessibleDescription(UNREADABLE if self.unreadable else mark.value[0])
        if self.hint.isVisible():
            self.show_hint(True)

    def show_hint(self, on: bool) -> None:
        self.hint.show_hints(self._hints() if on else ())

    def _hints(self) -> list[Hint]:
        now = nfc(self.edit.text())
        if self.unreadable:
            return [said("Ghi là không đọc được – F10 để nhập lại")]
        if self.wrong:
            gap = self.is_date and dates.GAP in now
            return [said("Còn thiếu ngày hoặc tháng – xem ảnh rồi nhập" if gap else shape(self.definition))]
        whole = [said(now)] if self._cut() else []
        if self.blind or self.between:
            return whole
        mark, offered = self.mark(), self.offered()
        against = [said(whywords.against(code)) for code in self.field.against if mark in (Mark.LOOK, Mark.HAND)]
        if self.by_hand and not self.touched:
            told = [said("Chỗ này viết tay, máy không đọc được – xem ảnh rồi nhập tay")]
        elif not offered and not against and mark is Mark.LOOK:
            words = [self.edit.text()[w.start : w.end] for w in self.weak()]
            told = [dubious(words) if words else said("Máy đọc chưa chắc – so với ảnh rồi nhấn Enter")]
        else:
            told = []
        offers = [offer(now, n, better, why) for n, (better, why) in enumerate(offered, 1) if better != now]
        return [*whole, *told, *against, *offers]

    def _cut(self) -> bool:
        """The value is longer than its field: the hint then shows it whole."""
        return self.edit.fontMetrics().horizontalAdvance(self.edit.text()) > self.edit.width() - 16


def _with_verdict(field: IndexField, said: IndexField) -> IndexField:
    doubt = field.doubt or bool(said.against)
    return replace(field, against=said.against, proposals=said.proposals, doubt=doubt)


class TypeRow(Row):
    def __init__(self, types: tuple[tuple[str, str], ...]) -> None:
        self.box = TypeBox(types)
        super().__init__("type_name", messages.field_label("type_name"), self.box, True)
        self.box.asked.connect(self.refresh)

    def load(self, code: str) -> None:
        self.box.blockSignals(True)
        self.box.setCurrentIndex(self.box.findData(code) if code else -1)
        self.box.blockSignals(False)
        self.box.put_back()
        self.refresh()

    def refresh(self) -> None:
        self.set_mark(self.mark())
        self.show_hint(self.box.hasFocus() or self.hint.isVisible())

    def mark(self) -> Mark:
        return Mark.OK if self.box.currentIndex() >= 0 else Mark.MISSING

    def show_hint(self, on: bool) -> None:
        words = self.box.letters.text()
        found = self.box.found() if on else []
        offers = [offer("", n, self.box.itemText(i), "Enter" if n == 1 else "hoặc bấm phím này") for n, i in enumerate(found, 1)]
        lost = on and not found and words.strip() and words != self.box.name()
        self.hint.show_hints([said("Không có loại nào như vậy – Esc để thôi")] if lost else offers)

    def take(self, number: int) -> bool:
        """The type found as number ``number`` from 0; False where none was."""
        self.box.letters.settle()
        found = self.box.found()
        if number >= len(found):
            return False
        self.box.choose(found[number])
        self.refresh()
        return True
