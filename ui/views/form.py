"""The form of a document: its fields in paper order, each with what is doubtful about it."""

from collections.abc import Mapping
from types import MappingProxyType

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from ui import messages, theme
from ui.views.verifyrows import OPEN, FieldRow, Mark, TypeRow
from workstation.domain.fields import IndexField
from workstation.usecases.views import DocumentView


class Form(QScrollArea):
    """``focused`` tells the name of the field that has the focus; ``changed`` after each change of a mark."""

    focused = Signal(str)
    changed = Signal()
    type_chosen = Signal(str)
    typed = Signal()
    """A value was typed, or taken, and its field left."""

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
    def load(self, document: DocumentView, fresh: bool, typed: Mapping[str, str] = MappingProxyType({})) -> None:
        """``fresh``: another document than before; else typed values stay. ``typed``: what was typed in it before."""
        self.type_row.load(document.type_code)
        fields = [f for f in document.fields if f.name != "type_name"]
        between = {d.name: d for d in document.differing}
        form = {f.name: f for f in document.form}
        if fresh or [r.definition for r in self.rows] != [form[f.name] for f in fields]:
            self._rebuild(fields, document, typed if fresh else self.typed_texts())
        else:
            for row, field in zip(self.rows, fields, strict=True):
                row.load(field, blind=field.name in document.blind, between=between.get(field.name))
        self.changed.emit()

    def typed_texts(self) -> dict[str, str]:
        """What stands in the fields in which somebody has typed, or taken a proposal, by their names."""
        return {row.name: row.edit.text() for row in self.rows if row.touched}

    def _rebuild(self, fields: list[IndexField], document: DocumentView, typed: Mapping[str, str]) -> None:
        between = {d.name: d for d in document.differing}
        form = {f.name: f for f in document.form}
        for old in self.rows:
            self.body.removeWidget(old)
            old.hide()
            old.deleteLater()
        self.rows = []
        previous: QWidget = self.type_row.box
        for at, field in enumerate(fields, 1):
            name = field.name
            row = FieldRow(field, name in document.required, form[name], blind=name in document.blind, between=between.get(name))
            if name in typed:
                row.edit.setText(typed[name])
                row._typed()
            self._listen(row)
            self.rows.append(row)
            self.body.insertWidget(at, row)
            row.show()  # now, not with the next round of layout: the focus may go to it at once
            QWidget.setTabOrder(previous, row.edit)
            previous = row.edit

    def _listen(self, row: FieldRow) -> None:
        row.edit.focused.connect(lambda: self._focus(row.name))
        row.edit.textEdited.connect(self.changed)
        row.edit.editingFinished.connect(self.changed)
        row.edit.editingFinished.connect(lambda: self.typed.emit() if row.touched else None)
        row.taken.connect(self.changed)

    def row(self, name: str) -> FieldRow | None:
        return next((r for r in self.rows if r.name == name), None)

    def label(self, name: str) -> str:
        """As the document's type calls the field."""
        row = self.row(name)
        return row.definition.label if row is not None else messages.field_label(name)

    def values(self) -> dict[str, str]:
        return {"type_name": self.type_row.box.name()} | {r.name: r.value() for r in self.rows}

    # --- doubts
    def judge(self, fields: tuple[IndexField, ...]) -> None:
        """What checks say of typed values."""
        for field in fields:
            if (row := self.row(field.name)) is not None:
                row.judge(field)
        self.changed.emit()

    def open_names(self) -> list[str]:
        """Fields somebody still has to look at, in order."""
        names = ["type_name"] if self.type_row.mark() is not Mark.OK else []
        return names + [r.name for r in self.rows if r.mark() in OPEN]

    def passed(self) -> tuple[int, int]:
        """Fields that stand as good, of all that carry a value or need one."""
        marks = [self.type_row.mark(), *(r.mark() for r in self.rows)]
        counted = [m for m in marks if m is not Mark.NONE]
        return sum(m not in OPEN for m in counted), len(counted)

    def settle(self) -> None:
        """What is being typed in the field with the focus counts from now on."""
        row = self.row(self.current)
        if row is not None:
            row.commit()
        else:
            self.type_row.box.letters.settle()

    def review_current(self) -> None:
        """The field with the focus has been looked at. Letters in the type's box become the first type that answers to them."""
        row = self.row(self.current)
        if row is None:
            self.type_row.take(0)
        else:
            row.commit()
            row.reviewed = True
            row.refresh()
            self.changed.emit()

    def put_back(self) -> bool:
        """Letters that were typed into the type's box go; False if there were none."""
        box = self.type_row.box
        typed = box.letters.text() != box.name()
        box.put_back()
        self.type_row.refresh()
        return typed

    def take(self, number: int) -> bool:
        """What is proposed as number ``number``, from 0, for the field with the focus."""
        row = self.row(self.current)
        if row is None:
            return self.type_row.take(number)
        if not row.take(number):
            return False
        row.show_hint(True)
        self.changed.emit()
        return True

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

    def next_weak(self) -> None:
        """To the next word of the field with the focus that may be misread; after the last, to the first."""
        row = self.row(self.current)
        if row is not None:
            row.edit.settle()
            row.select_weak(row.edit.cursorPosition())

    def focus(self, name: str) -> None:
        row = self.row(name)
        if row is None:
            self.type_row.box.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.type_row.box.letters.selectAll()
        else:
            row.edit.setFocus(Qt.FocusReason.ShortcutFocusReason)
            if row.mark() is not Mark.LOOK or row.offered() or not row.select_weak(0):
                length = len(row.edit.text())
                row.edit.setSelection(length, -length)  # backwards: the beginning stays in sight
        if self.current != name:
            self._focus(name)  # a window in the background gets no focus event

    def return_to(self, name: str) -> None:
        """As ``focus``, but what somebody is typing there is not selected: the next letter would take its place."""
        row = self.row(name)
        if row is not None and row.touched:
            row.edit.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.focus(name)

    def _focus(self, name: str) -> None:
        self.current = name
        self.type_row.set_current(name == "type_name")
        self.type_row.show_hint(name == "type_name")
        for r in self.rows:
            r.set_current(r.name == name)
            r.show_hint(r.name == name)
        self.ensureWidgetVisible(self.row(name) or self.type_row, 0, 24)
        self.focused.emit(name)
