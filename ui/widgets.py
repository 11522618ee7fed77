"""Small parts that every screen uses: cards, pills, key caps, notes, fields for a reason."""

from collections.abc import Callable
from datetime import UTC, datetime

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QGuiApplication, QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from ui import messages, theme
from ui.actions import command
from ui.theme import Tone
from workstation.domain.errors import ERRORS, Actor, ErrorNote, Severity
from workstation.domain.fields import nfc
from workstation.domain.outbox import who_acts


class Card(QFrame):
    def __init__(self, margins: tuple[int, int, int, int] = (12, 10, 12, 10), spacing: int = 8) -> None:
        super().__init__()
        self.setObjectName("card")
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(*margins)
        self.body.setSpacing(spacing)


def label(text: str = "", *, bold: bool = False, muted: bool = False, wrap: bool = False, px: int = 0) -> QLabel:
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setProperty("bold", bold)
    made.setProperty("muted", muted)
    made.setWordWrap(wrap)
    if px:
        made.setFont(theme.font(px, bold))
    return made


class Elided(QLabel):
    """A line that ends in … when there is no room; the tooltip then holds all of it."""

    def __init__(self, text: str = "", *, bold: bool = False, muted: bool = False, firm: int = 0) -> None:
        """``firm``: up to this width its neighbours give way first."""
        super().__init__()
        self._full = ""
        self._firm = firm
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("bold", bold)
        self.setProperty("muted", muted)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.setText(text)

    def full_text(self) -> str:
        return self._full

    def setText(self, text: str) -> None:
        self._full = text
        self.setAccessibleName(text)
        self._fit()
        self.updateGeometry()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def set_firm(self, width: int) -> None:
        if width != self._firm:
            self._firm = width
            self.updateGeometry()

    def _fit(self) -> None:
        words, metrics, room = self._full, self.fontMetrics(), max(self.width(), 10)
        while metrics.horizontalAdvance(words) > room and " · " in words:
            words = words.rpartition(" · ")[0]  # a whole part less reads better than half a word
        shown = metrics.elidedText(words, Qt.TextElideMode.ElideRight, room)
        if shown != self.text():
            super().setText(shown)
        self.setToolTip(self._full if shown != self._full else "")

    def minimumSizeHint(self) -> QSize:
        return QSize(min(self.sizeHint().width(), max(self._firm, 20)), super().minimumSizeHint().height())

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(self._full) + 2, super().sizeHint().height())


class Pill(QWidget):
    """A state: icon, word and colour together."""

    def __init__(self, text: str = "", tone: Tone = Tone.PLAIN, icon: str | None = None) -> None:
        super().__init__()
        self._text, self._tone, self._icon = text, tone, tone.icon if icon is None else icon
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.show_state(text, tone, icon)

    def text(self) -> str:
        return self._text

    def show_state(self, text: str, tone: Tone, icon: str | None = None) -> None:
        self._text, self._tone, self._icon = text, tone, tone.icon if icon is None else icon
        self.setAccessibleName(text)
        self.setVisible(bool(text))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        width = text_width(self._text, bold=True, px=theme.SMALL_PX)
        return QSize(width + (22 if self._icon else 0) + 18, 22)

    minimumSizeHint = sizeHint

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_pill(painter, self.rect(), self._text, self._tone, self._icon, self.devicePixelRatioF())


def text_width(text: str, *, bold: bool = False, px: int = theme.FONT_PX) -> int:
    return QFontMetrics(theme.font(px, bold)).horizontalAdvance(text)


def paint_pill(painter: QPainter, rect: QRect, text: str, tone: Tone, icon: str, ratio: float = 1.0) -> None:
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(tone.paper))
    painter.drawRoundedRect(rect, rect.height() / 2, rect.height() / 2)
    left = rect.left() + 9
    if icon:
        painter.drawPixmap(left, rect.center().y() - 6, theme.pixmap(icon, tone.ink, 14, ratio))
        left += 20
    painter.setPen(QColor(tone.ink))
    painter.setFont(theme.font(theme.SMALL_PX, bold=True))
    flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
    painter.drawText(QRect(left, rect.top(), rect.right() - left, rect.height()), flags, text)
    painter.restore()


class KeyCap(QWidget):
    """A key and what it does, as the row under a list shows it."""

    def __init__(self, command_id: str) -> None:
        super().__init__()
        c = command(command_id)
        self._key, self._word = c.key, c.hint or c.text
        self.setAccessibleName(f"{self._key} {self._word}")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._cap = max(text_width(self._key, bold=True, px=theme.SMALL_PX) + 14, 24)
        self._width = self._cap + 6 + text_width(self._word, px=theme.SMALL_PX) + 2

    def sizeHint(self) -> QSize:
        return QSize(self._width, 20)

    minimumSizeHint = sizeHint

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_key(painter, QRectF(0.5, 1.5, self._cap - 1, 17), self._key)
        painter.setPen(QColor(theme.MUTED))
        painter.setFont(theme.font(theme.SMALL_PX))
        where = QRect(self._cap + 6, 0, self.width() - self._cap - 6, 20)
        painter.drawText(where, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self._word)


class KeyLabel(QWidget):
    """A key cap alone."""

    def __init__(self, key: str) -> None:
        super().__init__()
        self._key = key
        self.setAccessibleName(key)
        self.setFixedSize(max(text_width(key, bold=True, px=theme.SMALL_PX) + 14, 24), 20)

    def paintEvent(self, event: QPaintEvent) -> None:
        paint_key(QPainter(self), QRectF(0.5, 1.5, self.width() - 1, 17), self._key)


def paint_key(painter: QPainter, rect: QRectF, key: str) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(theme.LINE_STRONG), 1))
    painter.setBrush(QColor(theme.CARD))
    painter.drawRoundedRect(rect, 3, 3)
    painter.drawLine(rect.bottomLeft(), rect.bottomRight())
    painter.setPen(QColor(theme.TEXT))
    painter.setFont(theme.font(theme.SMALL_PX, bold=True))
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, key)


class KeyRow(QWidget):
    """Key caps in a row; those that find no room are left to the key sheet."""

    GAP = 13

    def __init__(self, *command_ids: str, margin: int = 0) -> None:
        super().__init__()
        self._margin = margin
        self._caps = [KeyCap(c) for c in command_ids]
        for cap in self._caps:
            cap.setParent(self)
        self.setFixedHeight(20)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        x = self._margin
        for cap in self._caps:
            width = cap.sizeHint().width()
            fits = x + width <= self.width()
            cap.setVisible(fits)
            cap.setGeometry(x, 0, width, 20)
            x += width + self.GAP if fits else self.width()


class IconLine(QWidget):
    """An icon and a sentence: one check, one reason."""

    def __init__(self, text: str, tone: Tone, *, icon: str | None = None, bold: bool = False) -> None:
        super().__init__()
        box = QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(8)
        self.mark = QLabel()
        self.mark.setFixedSize(16, 18)
        self.mark.setPixmap(theme.pixmap(icon or tone.icon, tone.ink, 16, self.devicePixelRatioF()))
        self.text = label(text, wrap=True, bold=bold)
        self.text.setStyleSheet(f"color: {tone.ink};" if tone in (Tone.BAD, Tone.WARN) else "")
        box.addWidget(self.mark, 0, Qt.AlignmentFlag.AlignTop)
        box.addWidget(self.text, 1)
        self.setAccessibleName(text)


_SEVERITY_TONE = {Severity.INFO: Tone.INFO, Severity.WARNING: Tone.WARN, Severity.ERROR: Tone.BAD}


class Note(QFrame):
    """A sentence beside the object, with at most one button; hidden when there is nothing to say."""

    pressed = Signal(str)
    """The code whose button was pressed."""

    def __init__(self, *, with_actor: bool = False) -> None:
        super().__init__()
        self.setObjectName("note")
        self._with_actor = with_actor
        self._code = ""
        box = QHBoxLayout(self)
        box.setContentsMargins(10, 7, 10, 7)
        box.setSpacing(9)
        self.mark = QLabel()
        self.mark.setFixedSize(18, 18)
        self.text = label(wrap=True)
        self.button = QPushButton()
        self.button.setObjectName("small")
        self.button.setAutoDefault(True)
        self.button.clicked.connect(self._press)
        box.addWidget(self.mark, 0, Qt.AlignmentFlag.AlignTop)
        box.addWidget(self.text, 1)
        box.addWidget(self.button, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    @property
    def code(self) -> str:
        return self._code

    def show_note(self, note: ErrorNote | None, *, button: bool = False) -> None:
        """The sentence with its code; ``button`` only where this screen can do what the button says.

        The button of ``B01`` copies the sentence with its code, and works everywhere.
        """
        if note is None:
            self.clear()
            return
        spec = ERRORS.get(note.code, ERRORS["B01"])
        text = f"{messages.sentence(note)}  {note.code}"
        who = who_acts(note, datetime.now(UTC)) if self._with_actor and note.code in ERRORS else Actor.NOBODY
        if who is not Actor.NOBODY:
            text += f" · {messages.actor(who)}"
        self.show_text(text, _SEVERITY_TONE[spec.severity])
        self._code = note.code
        self.button.setText(messages.button(note))
        self.button.setVisible((button or note.code == "B01") and bool(messages.button(note)))

    def _press(self) -> None:
        if self._code == "B01":
            QGuiApplication.clipboard().setText(self.text.text())
        else:
            self.pressed.emit(self._code)

    def show_text(self, text: str, tone: Tone, icon: str | None = None) -> None:
        self._code = ""
        self.mark.setPixmap(theme.pixmap(icon or tone.icon or "info", tone.ink, 18, self.devicePixelRatioF()))
        self.text.setText(text)
        self.setAccessibleName(text)
        self.button.hide()
        self.setStyleSheet(
            f"QFrame#note {{ background: {tone.paper}; border: 0; border-radius: 5px; }} QLabel {{ color: {tone.ink}; }}"
        )
        self.show()

    def clear(self) -> None:
        self._code = ""
        self.text.setText("")
        self.hide()


class ReasonBar(QFrame):
    """An inline field for a reason: Enter gives it, Esc leaves; no dialog. ``need``: what is said of an empty one; empty: it may
    be."""

    given = Signal(str)
    left = Signal()

    def __init__(self, title: str, button: str, example: str, need: str = "Cần ghi lý do") -> None:
        super().__init__()
        self.setObjectName("reason")
        self._need = need
        self.setStyleSheet(f"QFrame#reason {{ background: {theme.BLUE_SOFT}; border: 0; border-radius: 5px; }}")
        self.box = box = QVBoxLayout(self)
        box.setContentsMargins(10, 8, 10, 8)
        box.setSpacing(6)
        self._words = title, button, example
        self._name = name = label(title, bold=True, wrap=True)
        self.edit = ReasonEdit()
        name.setBuddy(self.edit)
        row = QHBoxLayout()
        row.setSpacing(8)
        self.hint = label("Enter ghi · Esc thôi", muted=True)
        self.ok = QPushButton(button)
        self.ok.setObjectName("small")
        self.ok.setAutoDefault(True)
        box.addWidget(name)
        box.addWidget(self.edit)
        row.addWidget(self.hint)
        row.addStretch(1)
        row.addWidget(self.ok)
        box.addLayout(row)
        self.edit.entered.connect(self.give)
        self.edit.escaped.connect(self._leave)
        self.ok.clicked.connect(self.give)
        self._say(self._words)
        self.hide()

    def _say(self, words: tuple[str, str, str]) -> None:
        title, button, example = words
        self._name.setText(title)
        self.ok.setText(button)
        self.edit.setPlaceholderText(example)
        self.edit.setAccessibleName(title)

    def open(self, text: str = "", words: tuple[str, str, str] | None = None) -> None:
        """``words``: title, button and example of something else that is asked this once."""
        self._say(words or self._words)
        self.hint.setText("Enter ghi · Esc thôi" if words is None else f"Enter {words[1].lower()} · Esc thôi")
        self.edit.setText(text)
        self.show()
        self.edit.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def give(self) -> None:
        """Hands the reason on; without one the field keeps the focus and says so."""
        reason = nfc(self.edit.text())
        if not reason and self._need:
            self.hint.setText(self._need)
            self.edit.setFocus()
            return
        self.hide()
        self.given.emit(reason)

    def _leave(self) -> None:
        self.hide()
        self.left.emit()


def _plain(event: QKeyEvent) -> bool:
    return event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)


class ReasonEdit(QLineEdit):
    """Enter and Esc of this field belong to it, whatever shortcuts the screen around it has."""

    entered = Signal()
    escaped = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and _plain(event):
            self.entered.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self.escaped.emit()
        else:
            super().keyPressEvent(event)

    def event(self, event: "QKeyEvent") -> bool:  # type: ignore[override]
        # Enter and Esc belong to this field before any shortcut of the screen around it
        keys = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape)
        if event.type() == event.Type.ShortcutOverride and event.key() in keys and _plain(event):
            event.accept()
            return True
        return super().event(event)


class EmptyState(QWidget):
    """What an empty screen says: a picture, what there is, what to do."""

    def __init__(self, icon: str, title: str, hint: str) -> None:
        super().__init__()
        box = QVBoxLayout(self)
        box.setSpacing(8)
        mark = QLabel()
        mark.setPixmap(theme.pixmap(icon, theme.MUTED, 44, self.devicePixelRatioF()))
        mark.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.title = label(title, bold=True, wrap=True, px=15)
        self.title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.hint = label(hint, muted=True, wrap=True)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        box.addStretch(1)
        box.addWidget(mark)
        box.addWidget(self.title)
        box.addWidget(self.hint)
        box.addStretch(1)

    def say(self, title: str, hint: str) -> None:
        self.title.setText(title)
        self.hint.setText(hint)


def small_button(text: str, name: str, tip: str, run: Callable[[], object]) -> QPushButton:
    b = QPushButton(text)
    b.setObjectName("small")
    b.setAccessibleName(name)
    b.setToolTip(tip)
    b.setAutoDefault(True)
    b.clicked.connect(lambda: run())
    return b


def set_property(widget: QWidget, name: str, value: bool) -> None:
    """Sets a property the style sheet looks at, and lets it look again."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def clear_layout(box: QVBoxLayout | QHBoxLayout) -> None:
    while box.count():
        item = box.takeAt(0)
        if item is not None and (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()
