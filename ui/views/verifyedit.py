"""What is typed into: a field that an input method composes in, and the box that finds a type by a few letters."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QGuiApplication, QInputMethodEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit

from ui import typed


class FieldEdit(QLineEdit):
    """A word that an input method (Telex, VNI) is composing is not yet in the text; ``settle`` brings it there.

    Keys of the screen (Enter, Alt+1, Ctrl+Enter) may come in the middle of a word: what acts on the text settles it first.
    """

    focused = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._preedit = ""

    @property
    def composing(self) -> bool:
        return bool(self._preedit)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focused.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.settle()
        super().focusOutEvent(event)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        self._preedit = event.preeditString()
        super().inputMethodEvent(event)

    def settle(self) -> None:
        """The word being composed becomes text: by the input method, or by us where it does not answer at once."""
        if self._preedit:
            QGuiApplication.inputMethod().commit()
        if self._preedit:
            word = QInputMethodEvent()
            word.setCommitString(self._preedit)
            QApplication.sendEvent(self, word)


_LETTERS = 12
"""That the box of types is wide at least."""
_BESIDE_PX = 40
"""What a list needs beside its words."""


class TypeBox(QComboBox):
    """The types, of which a few letters find up to three: what is typed is a question, never a type of its own."""

    focused = Signal()
    asked = Signal()
    """Other letters stand in it."""

    def __init__(self, types: tuple[tuple[str, str], ...]) -> None:
        super().__init__()
        self._types = types
        self.setEditable(True)
        self.letters = FieldEdit()
        self.letters.setStyleSheet("QLineEdit { border: 0; padding: 0; min-height: 0; background: transparent; }")
        self.setLineEdit(self.letters)
        self.letters.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # Tab goes to the box, of which it is a part
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # whose own policy the line before has changed: it is the letters' proxy
        self.letters.setPlaceholderText("Gõ vài chữ, ví dụ qđ, gks")
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setCompleter(None)  # type: ignore[arg-type]
        for code, name in types:
            self.addItem(name, code)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(_LETTERS)  # not the longest name, which is wider than the form
        self.view().setMinimumWidth(self.view().sizeHintForColumn(0) + _BESIDE_PX)
        self.setCurrentIndex(-1)
        self.letters.textEdited.connect(self.asked)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focused.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() is not Qt.FocusReason.PopupFocusReason:
            self.put_back()

    def wheelEvent(self, event: QWheelEvent) -> None:
        # scrolling the form must not change the type
        event.ignore()

    def name(self) -> str:
        """Of the type that is chosen, whatever letters stand in the box."""
        return self.itemText(self.currentIndex())

    def found(self) -> list[int]:
        """Indices of up to three types that answer to what was typed; none as long as nothing was."""
        words = self.letters.text()
        return [] if not words.strip() or words == self.name() else typed.best(words, self._types)[:3]

    def choose(self, index: int) -> None:
        self.setCurrentIndex(index)
        self.put_back()
        self.activated.emit(index)

    def put_back(self) -> None:
        """The chosen type's name in the place of letters that were only typed."""
        if self.letters.text() != self.name():
            self.letters.setText(self.name())
            self.letters.setCursorPosition(0)
            self.asked.emit()
