"""The form of a document: its fields in paper order, each with what is doubtful about it."""

import html
from enum import Enum

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from ui import dates, messages, theme
from ui.theme import Tone
from ui.widgets import label
from workstation.domain.fields import FieldOrigin, IndexField, nfc
from workstation.usecases.views import DocumentView

LABEL_WIDTH = 128
MARK_WIDTH = 88
EXAMPLES = {"issued_date": "14/03/2019"}


class Mark(Enum):
    OK = ("Đạt", Tone.GOOD)
    LOOK = ("Xem lại", Tone.WARN)
    MISSING = ("Cần nhập", Tone.WARN)
    WRONG = ("Sai dạng", Tone.BAD)
    NONE = ("", Tone.PLAIN)


def set_property(widget: QWidget, name: str, value: bool) -> None:
    """Sets a property the style sheet looks at, and lets it look again."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


class FieldEdit(QLineEdit):
    focused = Signal()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focused.emit()


class TypeBox(QComboBox):
    focused = Signal()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focused.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        # scrolling the form must not change the type
        event.ignore()


class Row(QWidget):
    """Label, input, mark; below it, while it has the focus, what is doubtful."""

    def __init__(self, name: str, title: str, editor: QWidget, required: bool) -> None:
        super().__init__()
        self.name = name
        self.required = required
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        line = QHBoxLayout()
        line.setSpacing(8)
        self.title = label(title + (" *" if required else ""), muted=True)
        self.title.setFixedWidth(LABEL_WIDTH)
        self.title.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.title.setBuddy(editor)
        editor.setAccessibleName(title + (", bắt buộc" if required else ""))
        self.icon = QLabel()
        self.icon.setFixedSize(16, 18)
        self.word = label()
        self.word.setFixedWidth(MARK_WIDTH - 22)
        line.addWidget(self.title)
        line.addWidget(editor, 1)
        line.addWidget(self.icon)
        line.addWidget(self.word)
        box.addLayout(line)
        self.hint = QLabel()
        self.hint.setTextFormat(Qt.TextFormat.RichText)
        self.hint.setWordWrap(True)
        self.hint.setContentsMargins(LABEL_WIDTH + 8, 1, 0, 3)
        self.hint.setFont(theme.font(theme.SMALL_PX))
        self.hint.hide()
        box.addWidget(self.hint)

    def set_mark(self, mark: Mark) -> None:
        words, tone = mark.value
        self.word.setText(words)
        self.word.setStyleSheet(f"color: {tone.ink};")
        self.icon.setPixmap(
            theme.pixmap(tone.icon, tone.ink, 15, self.devicePixelRatioF()) if tone.icon else theme.pixmap("check", "none", 15)
        )

    def set_current(self, current: bool) -> None:
        self.title.setStyleSheet(f"font-weight: 700; color: {theme.TEXT};" if current else "")


class FieldRow(Row):
    def __init__(self, field: IndexField, required: bool) -> None:
        self.edit = FieldEdit()
        super().__init__(field.name, messages.field_label(field.name), self.edit, required)
        self.field = field
        self.reviewed = False
        self.touched = False
        self.wrong = False
        self.edit.setPlaceholderText(f"ví dụ {EXAMPLES[field.name]}" if field.name in EXAMPLES else "")
        self.edit.textEdited.connect(self._typed)
        self.edit.editingFinished.connect(self.commit)
        self.load(field)

    @property
    def is_date(self) -> bool:
        return self.name == "issued_date"

    def load(self, field: IndexField) -> None:
        """A newly read value; what the clerk has typed stays."""
        self.field = field
        if not self.touched:
            self.edit.setText(dates.shown(field.value) if self.is_date else field.value)
            self.edit.setCursorPosition(0)
        self.refresh()

    def _typed(self) -> None:
        self.touched = self.reviewed = True
        self.wrong = False
        self.refresh()

    def commit(self) -> None:
        """Text becomes NFC (an input method may give letters and marks apart), a date gets its form."""
        text = nfc(self.edit.text())
        parsed = dates.parse(text) if self.is_date else None
        self.wrong = self.is_date and bool(text) and parsed is None
        text = parsed.strftime("%d/%m/%Y") if parsed else text
        if text != self.edit.text():
            self.edit.setText(text)
        self.refresh()

    def take_suggestion(self) -> bool:
        if not self.field.suggestion or self.shown_suggestion() == self.edit.text():
            return False
        self.edit.setText(self.shown_suggestion())
        self.edit.setCursorPosition(0)
        self._typed()
        return True

    def shown_suggestion(self) -> str:
        return dates.shown(self.field.suggestion) if self.is_date else self.field.suggestion

    def value(self) -> str:
        text = nfc(self.edit.text())
        return dates.stored(text) if self.is_date else text

    def mark(self) -> Mark:
        empty = not self.edit.text().strip()
        if self.wrong:
            return Mark.WRONG
        if empty:
            return Mark.MISSING if self.required else Mark.NONE
        return Mark.LOOK if self.field.doubt and not self.reviewed else Mark.OK

    def refresh(self) -> None:
        mark = self.mark()
        self.set_mark(mark)
        set_property(self.edit, "doubt", mark in (Mark.LOOK, Mark.MISSING))
        set_property(self.edit, "wrong", mark is Mark.WRONG)
        self.edit.setAccessibleDescription(mark.value[0])
        if self.hint.isVisible():
            self.show_hint(True)

    def show_hint(self, on: bool) -> None:
        words = self._hint() if on else ""
        self.hint.setText(words)
        self.hint.setVisible(bool(words))

    def _hint(self) -> str:
        if self.wrong:
            return f"Ghi ngày như <b>{EXAMPLES['issued_date']}</b> hoặc 14032019"
        now, better = self.edit.text(), self.shown_suggestion()
        whole = html.escape(now) if self._cut() else ""
        if not better or better == now:
            doubt = "Máy đọc chưa chắc – so với ảnh rồi nhấn Enter" if self.mark() is Mark.LOOK else ""
            if self.field.origin is FieldOrigin.HANDWRITTEN and not self.touched:
                doubt = "Chỗ này viết tay, máy không đọc được – xem ảnh rồi nhập tay"
            return "<br>".join(x for x in (whole, doubt) if x)
        old, new = _difference(now, better)
        was = f"Nghi ngờ: <b style='color:{theme.RED}'>{html.escape(old)}</b> → gợi ý " if old else "Gợi ý: "
        return f"{whole}{'<br>' if whole else ''}{was}<b>{html.escape(new)}</b> · Alt+1 nhận gợi ý"

    def _cut(self) -> bool:
        """The value is longer than its field: the hint then shows it whole."""
        return self.edit.fontMetrics().horizontalAdvance(self.edit.text()) > self.edit.width() - 16


def _difference(old: str, new: str) -> tuple[str, str]:
    """The words that differ, without the equal ones at both ends."""
    a, b = old.split(), new.split()
    while a and b and a[0] == b[0]:
        a, b = a[1:], b[1:]
    while a and b and a[-1] == b[-1]:
        a, b = a[:-1], b[:-1]
    return _short(" ".join(a)), _short(" ".join(b) or new)


def _short(text: str) -> str:
    return text if len(text) <= 24 else text[:23] + "…"


class TypeRow(Row):
    def __init__(self, types: tuple[tuple[str, str], ...]) -> None:
        self.box = TypeBox()
        super().__init__("type_name", messages.field_label("type_name"), self.box, True)
        for code, name in types:
            self.box.addItem(name, code)

    def load(self, code: str) -> None:
        self.box.blockSignals(True)
        self.box.setCurrentIndex(self.box.findData(code) if code else -1)
        self.box.setPlaceholderText("Chọn loại văn bản")
        self.box.blockSignals(False)
        self.set_mark(self.mark())

    def mark(self) -> Mark:
        return Mark.OK if self.box.currentIndex() >= 0 else Mark.MISSING


class Form(QScrollArea):
    """``focused`` tells the name of the field that has the focus; ``changed`` after each change of a mark."""

    focused = Signal(str)
    changed = Signal()
    type_chosen = Signal(str)

    def __init__(self, types: tuple[tuple[str, str], ...]) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("Các ô của văn bản")
        inner = QWidget()
        inner.setStyleSheet(f"QWidget#form {{ background: {theme.CARD}; }}")
        inner.setObjectName("form")
        self.body = QVBoxLayout(inner)
        self.body.setContentsMargins(0, 2, 4, 2)
        self.body.setSpacing(3)
        self.setWidget(inner)
        self.type_row = TypeRow(types)
        self.type_row.box.focused.connect(lambda: self._focus("type_name"))
        self.type_row.box.activated.connect(lambda _: self.type_chosen.emit(self.type_row.box.currentData()))
        self.body.addWidget(self.type_row)
        self.rows: list[FieldRow] = []
        self.body.addStretch(1)
        self.current = ""

    # --- content
    def load(self, document: DocumentView, fresh: bool) -> None:
        """``fresh``: another document than before; else typed values stay."""
        self.type_row.load(document.type_code)
        fields = [f for f in document.fields if f.name != "type_name"]
        if fresh or [r.name for r in self.rows] != [f.name for f in fields]:
            self._rebuild(fields, document.required, keep={} if fresh else {r.name: r for r in self.rows if r.touched})
        else:
            for row, field in zip(self.rows, fields, strict=True):
                row.load(field)
        self.changed.emit()

    def _rebuild(self, fields: list[IndexField], required: frozenset[str], keep: dict[str, "FieldRow"]) -> None:
        typed = {name: row.edit.text() for name, row in keep.items()}
        for old in self.rows:
            self.body.removeWidget(old)
            old.hide()
            old.deleteLater()
        self.rows = []
        previous: QWidget = self.type_row.box
        for at, field in enumerate(fields, 1):
            row = FieldRow(field, field.name in required)
            if field.name in typed:
                row.edit.setText(typed[field.name])
                row._typed()
            row.edit.focused.connect(lambda name=field.name: self._focus(name))
            row.edit.textEdited.connect(self.changed)
            row.edit.editingFinished.connect(self.changed)
            self.rows.append(row)
            self.body.insertWidget(at, row)
            row.show()  # now, not with the next round of layout: the focus may go to it at once
            QWidget.setTabOrder(previous, row.edit)
            previous = row.edit

    def row(self, name: str) -> FieldRow | None:
        return next((r for r in self.rows if r.name == name), None)

    def values(self) -> dict[str, str]:
        return {"type_name": self.type_row.box.currentText()} | {r.name: r.value() for r in self.rows}

    # --- doubts
    def open_names(self) -> list[str]:
        """Fields somebody still has to look at, in order."""
        names = ["type_name"] if self.type_row.mark() is not Mark.OK else []
        return names + [r.name for r in self.rows if r.mark() in (Mark.LOOK, Mark.MISSING, Mark.WRONG)]

    def passed(self) -> tuple[int, int]:
        """Fields that stand as good, of all that carry a value or need one."""
        marks = [self.type_row.mark(), *(r.mark() for r in self.rows)]
        counted = [m for m in marks if m is not Mark.NONE]
        return sum(m is Mark.OK for m in counted), len(counted)

    def review_current(self) -> None:
        row = self.row(self.current)
        if row is not None:
            row.commit()
            row.reviewed = True
            row.refresh()
            self.changed.emit()

    def step(self, direction: int) -> bool:
        """To the next (1) or previous (-1) field to look at; False if there is none."""
        names = ["type_name", *(r.name for r in self.rows)]
        at = names.index(self.current) if self.current in names else -1 if direction > 0 else len(names)
        order = names[at + 1 :] + names[: max(at, 0)] if direction > 0 else names[: max(at, 0)][::-1] + names[at + 1 :][::-1]
        wanted = set(self.open_names())
        target = next((n for n in order if n in wanted), None)
        if target is None:
            return False
        self.focus(target)
        return True

    def focus(self, name: str) -> None:
        row = self.row(name)
        if row is None:
            self.type_row.box.setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            row.edit.setFocus(Qt.FocusReason.ShortcutFocusReason)
            length = len(row.edit.text())
            row.edit.setSelection(length, -length)  # backwards: the beginning stays in sight
        if self.current != name:
            self._focus(name)  # a window in the background gets no focus event

    def _focus(self, name: str) -> None:
        self.current = name
        self.type_row.set_current(name == "type_name")
        for r in self.rows:
            r.set_current(r.name == name)
            r.show_hint(r.name == name)
        self.ensureWidgetVisible(self.row(name) or self.type_row, 0, 24)
        self.focused.emit(name)
