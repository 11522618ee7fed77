"""Hands and eyes for the tests of screens."""

import unicodedata
from collections.abc import Iterator
from typing import TypeVar

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QInputMethodEvent, QKeyEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget

from ui.widgets import Elided, Pill


def type_vi(widget: QWidget, text: str) -> None:
    """Types Vietnamese letter by letter. ``QTest.keyClicks`` would abort the process on the first letter beyond ASCII."""
    for letter in text:
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            QCoreApplication.sendEvent(widget, QKeyEvent(kind, 0, Qt.KeyboardModifier.NoModifier, letter))


def commit_vi(widget: QWidget, text: str) -> None:
    """What an input method (UniKey, Telex) hands over: a whole word at once."""
    event = QInputMethodEvent()
    event.setCommitString(text)
    QCoreApplication.sendEvent(widget, event)


def press(keys: str, widget: QWidget | None = None) -> None:
    """Presses a key combination, as ``Ctrl+Return``, on what has the focus."""
    target = widget or QApplication.focusWidget()
    assert target is not None, "nothing has the focus"
    combination = QKeySequence(keys)[0]  # type: ignore[index]
    QTest.keyClick(target, combination.key(), combination.keyboardModifiers())


W = TypeVar("W", bound=QWidget)


def visible(root: QWidget, kind: type[W]) -> Iterator[W]:
    for widget in root.findChildren(kind):
        if widget.isVisible():
            yield widget


def text_of(widget: QWidget) -> str:
    if isinstance(widget, Elided):
        return widget.full_text()
    return widget.text() if isinstance(widget, QLabel | QPushButton | Pill) else widget.accessibleName()


def see(root: QWidget, text: str) -> bool:
    """Whether a visible label or button holds the text."""
    wanted = unicodedata.normalize("NFC", text)
    return any(
        wanted in unicodedata.normalize("NFC", text_of(w)) for kind in (QLabel, QPushButton, Pill) for w in visible(root, kind)
    )


def next_action(root: QWidget) -> str:
    """What the blue button says."""
    button = root.findChild(QPushButton, "primary")
    assert button is not None
    return str(button.text())
