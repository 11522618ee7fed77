"""The frame: rail, top bar, the screen, foot bar; and what is the same everywhere (keys, user, line, counts)."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QGuiApplication, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QMainWindow,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from ui import actions, messages, theme
from ui.bridge import Inbox
from ui.keysheet import KeySheet
from ui.rail import Rail, RailButton
from ui.theme import Tone
from ui.views.capture import CaptureScreen
from ui.views.outbox import OutboxScreen
from ui.views.pages import PagesScreen
from ui.views.screen import At, Go, Screen
from ui.views.search import SearchScreen
from ui.views.sign import SignScreen
from ui.views.verify import VerifyScreen
from ui.widgets import Elided, Note, Pill, label
from workstation.domain.events import DossierChanged, OutboxChanged
from workstation.usecases.desk import Desk
from workstation.usecases.views import Counts, LineStatus

MINIMUM = (1280, 680)
"""Logical pixels; less only where the screen itself has less (1366×768 at 125 %)."""


ROOMY = 1150
"""Below this width of the top bar (1366×768 at 125 %) the name of the site gives way; the window's title still has it."""


class FootBar(QFrame):
    def __init__(self, pressed: Callable[[], None]) -> None:
        super().__init__()
        self.setObjectName("footBar")
        self.setFixedHeight(54)
        box = QHBoxLayout(self)
        box.setContentsMargins(14, 8, 14, 8)
        box.setSpacing(10)
        self.left = QHBoxLayout()
        self.left.setSpacing(10)
        self.saved = Elided(muted=True)
        self.missing = Elided(firm=430)
        self.missing.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.primary = QPushButton()
        self.primary.setObjectName("primary")
        self.primary.setDefault(True)
        self.primary.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.primary.clicked.connect(pressed)
        box.addLayout(self.left)
        box.addWidget(self.saved)
        box.addStretch(1)
        box.addWidget(self.missing)
        box.addWidget(self.primary)
        self.buttons: list[QPushButton] = []

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.missing.set_firm(540 if self.width() >= ROOMY else 330)

    def show_screen(self, screen: Screen) -> None:
        focus = next((i for i, b in enumerate(self.buttons) if b.hasFocus()), None)
        wanted = [s for s in screen.secondary() if s.visible]
        texts = [s.text or actions.command(s.command_id).text for s in wanted]
        if texts != [b.accessibleName() for b in self.buttons]:
            for b in self.buttons:
                self.left.removeWidget(b)
                b.hide()
                b.deleteLater()
            self.buttons = [actions.button(s.command_id, s.run, text=s.text) for s in wanted]
            for b in self.buttons:
                b.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the focus where the screen's keys are heard
                self.left.addWidget(b)
                b.show()
            if focus is not None and self.buttons:
                self.buttons[min(focus, len(self.buttons) - 1)].setFocus()
        foot = screen.foot()
        self.saved.setText(foot.saved)
        self.missing.setText(foot.missing)
        ink = theme.MUTED if foot.missing_tone is Tone.PLAIN else foot.missing_tone.ink
        self.missing.setStyleSheet(f"color: {ink};")
        self.primary.setText(f"{foot.primary}  ({actions.command('primary').key})")
        self.primary.setAccessibleName(foot.primary)
        self.primary.setAccessibleDescription(foot.missing)
        self.primary.setToolTip(f"{foot.primary} – phím {actions.command('primary').key}")
        previous: QWidget | None = None
        for b in (*self.buttons, self.primary):
            if previous is not None:
                QWidget.setTabOrder(previous, b)
            previous = b


class UserButton(QPushButton):
    """Who sits here; pressing it (or Ctrl+U) gives the seat to the next person."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("link")
        self.setAutoDefault(False)
        self.setToolTip(actions.command("user").tip)
        self.name = label(bold=True)
        self.role = label(muted=True)
        box = self._box = QHBoxLayout(self)
        box.setContentsMargins(6, 2, 6, 2)
        box.setSpacing(8)
        for part in (self.name, self.role):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            part.setStyleSheet(f"color: {theme.TEXT if part is self.name else theme.MUTED}; text-decoration: none;")
            box.addWidget(part)

    def show_user(self, name: str, role: str) -> None:
        self.name.setText(name)
        self.role.setText(role)
        self.setAccessibleName(f"Người dùng: {name}, {role}")
        self.setMinimumSize(self._box.sizeHint())


class TopBar(QFrame):
    def __init__(self, switch_user: Callable[[], None]) -> None:
        super().__init__()
        self.setObjectName("topBar")
        self.setFixedHeight(48)
        box = QHBoxLayout(self)
        box.setContentsMargins(14, 4, 10, 4)
        box.setSpacing(14)
        self.title = label(bold=True, px=17)
        self.site = label(muted=True)
        self.pills = QHBoxLayout()
        self.pills.setSpacing(8)
        self.user = UserButton()
        self.user.clicked.connect(switch_user)
        box.addWidget(self.title)
        box.addWidget(self.site)
        box.addStretch(1)
        box.addLayout(self.pills)
        box.addWidget(self.user)
        self._shown: list[Pill] = []

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.site.setVisible(self.width() >= ROOMY)

    def show_pills(self, pills: list[tuple[str, Tone, str | None]]) -> None:
        while len(self._shown) < len(pills):
            self._shown.append(Pill())
            self.pills.addWidget(self._shown[-1])
        for i, pill in enumerate(self._shown):
            if i < len(pills):
                pill.show_state(*pills[i])
            else:
                pill.hide()


class Shell(QMainWindow):
    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.inbox = Inbox(self)
        self.line = LineStatus(None, None, 0)
        self._at: At | None = None
        self.setWindowTitle(f"Trạm số hóa – {desk.site}")
        self._build()
        self._keys()
        self.inbox.listen(desk.bus, self._event)
        # A batch of pages announces itself page by page; counts are read once for the lot.
        self._counting = QTimer(self, interval=150, singleShot=True)
        self._counting.timeout.connect(self.refresh)
        self._resize_for_screen()
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._focus_moved)
        self.show_user()
        self.open("capture")

    def _build(self) -> None:
        self.screens: dict[str, Screen] = {}
        self.rail_buttons: dict[str, RailButton] = {}
        self.rail = Rail()
        self.stack = QStackedWidget()
        self.top = TopBar(self.next_user)
        self.foot = FootBar(self.press_primary)
        for kind in (CaptureScreen, PagesScreen, VerifyScreen, SignScreen, OutboxScreen, SearchScreen):
            screen: Screen = kind(self.desk)
            place = screen.place
            self.screens[place.id] = screen
            self.stack.addWidget(screen)
            button = RailButton(place.id, place.icon, place.word)
            button.clicked.connect(partial(self._open, place.id))
            self.rail_buttons[place.id] = button
            self.rail.box.addWidget(button)
            screen.foot_changed.connect(self._foot)
            screen.pills_changed.connect(self._pills)
            screen.go.connect(self._go)
        self.rail.box.addStretch(1)
        help_button = RailButton("keys", "keyboard", "Phím tắt", checkable=False)
        help_button.clicked.connect(self.toggle_keys)
        self.rail.box.addWidget(help_button)
        right = QWidget()
        box = QVBoxLayout(right)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        for part in (self.top, self._station_note(), self.stack, self.foot):
            box.addWidget(part, 1 if part is self.stack else 0)
        whole = QWidget()
        row = QHBoxLayout(whole)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.rail)
        row.addWidget(right, 1)
        self.setCentralWidget(whole)
        self.whole = whole
        self.key_sheet = KeySheet(whole)

    def _station_note(self) -> QWidget:
        """What concerns the whole station, whatever screen is in front: a low disk, a run that stopped suddenly."""
        self.note = Note()
        self.note_row = QWidget()
        row = QHBoxLayout(self.note_row)
        row.setContentsMargins(10, 8, 10, 0)
        row.addWidget(self.note)
        self.note_row.hide()
        return self.note_row

    def _keys(self) -> None:
        for screen_id in self.screens:
            actions.shortcut(screen_id, self, partial(self.open, screen_id), window=True)
        actions.shortcut("primary", self, self.press_primary, window=True)
        actions.shortcut("user", self, self.next_user, window=True)
        actions.shortcut("keys", self, self.toggle_keys, window=True)
        actions.shortcut("back", self, self._escape, window=True)

    def _resize_for_screen(self) -> None:
        screen = QGuiApplication.primaryScreen()
        free = screen.availableGeometry() if screen else None
        width, height = MINIMUM
        if free is not None and free.width() >= 1000:
            width, height = min(width, free.width()), min(height, free.height())
        self.setMinimumSize(width, height)
        self.resize(1366, 697)

    # --- screens
    @property
    def current(self) -> Screen:
        screen = self.stack.currentWidget()
        assert isinstance(screen, Screen)  # noqa: S101 – the stack holds nothing else
        return screen

    def _open(self, screen_id: str, checked: bool = False) -> None:
        self.open(screen_id)

    def open(self, screen_id: str) -> None:
        self.key_sheet.hide()
        screen = self.screens[screen_id]
        self._at = self.current.at() or self._at
        self.stack.setCurrentWidget(screen)
        self.rail_buttons[screen_id].setChecked(True)
        self.top.title.setText(screen.place.title)
        self.top.site.setText(self.desk.site)
        if self._at is not None:
            screen.follow(self._at)
        screen.activate()
        self._foot()
        self._pills()
        self.refresh()

    def _go(self, wish: Go) -> None:
        self._at = wish.at or self._at
        self.open(wish.screen)
        if wish.document_id:
            self.screens[wish.screen].open_document(wish.document_id, wish.field)

    def press_primary(self) -> None:
        if self._sheet_closed():
            return
        self.current.primary()

    def _sheet_closed(self) -> bool:
        """What lies under the sheet of keys is not worked on unseen: a key for it closes the sheet, and does no more."""
        open_ = self.key_sheet.isVisible()
        self.key_sheet.hide()
        return open_

    def _escape(self) -> None:
        if not self._sheet_closed():
            self.current.escape()

    def toggle_keys(self) -> None:
        self.key_sheet.toggle(self.current.place.id, self.current.place.title)

    # --- focus
    def _focus_moved(self, before: QWidget | None, now: QWidget | None) -> None:
        """An answer that comes when its screen is no longer in front moves the focus there, since Qt lets it: what is typed would
        go where nobody sees it. The screen sets its focus again when it is shown."""
        screen = next((s for s in self.screens.values() if now is not None and s.isAncestorOf(now)), None)
        if screen is not None and screen is not self.current:
            stays = before if before is not None and before.isVisible() else self.current
            stays.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        for line, heard in ((before, False), (now, True)):
            if isinstance(line, QLineEdit) and isValid(line):
                (line.installEventFilter if heard else line.removeEventFilter)(self)

    def eventFilter(self, line: QObject, event: QEvent) -> bool:
        """A field that has the focus keeps no key that changes the user: on X11 it would empty itself (Ctrl+U)."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            keys = QKeySequence(event.keyCombination()).toString()
            if keys in actions.command("user").keys:
                event.ignore()
                return True
        return super().eventFilter(line, event)

    # --- user
    def show_user(self) -> None:
        user = self.desk.user
        self.top.user.show_user(user.name, messages.role(user.role))

    def next_user(self) -> None:
        if self._sheet_closed():
            return
        for screen in self.screens.values():
            screen.forget_user()
        users = self.desk.users
        self.desk.user = users[(users.index(self.desk.user) + 1) % len(users)]
        self.show_user()
        self.current.user_changed()
        self.refresh()

    # --- what waits, and the line
    def refresh(self) -> None:
        self.inbox.ask("counts", self.desk.counts(), self._counts)
        self.inbox.ask("line", self.desk.line(), self._line)

    def _event(self, event: object) -> None:
        if isinstance(event, DossierChanged | OutboxChanged) and not self._counting.isActive():
            self._counting.start()

    def _counts(self, counts: Counts) -> None:
        for screen_id, count in (
            ("capture", counts.capture),
            ("verify", counts.verify),
            ("sign", counts.sign),
            ("outbox", counts.outbox),
        ):
            self.rail_buttons[screen_id].set_count(count)

    def _line(self, line: LineStatus) -> None:
        changed = line != self.line
        self.line = line
        if changed:
            self.note.show_note(line.note)
            self.note_row.setVisible(line.note is not None)
            for screen in self.screens.values():
                screen.line_changed(line.online)
        self._pills()

    def _pills(self) -> None:
        pills = [(p.text, p.tone, p.icon) for p in self.current.pills()]
        waiting = f" · {self.line.waiting} hồ sơ chờ gửi" if self.line.waiting else ""
        if self.line.online is None:
            pills.append((f"Đang dò đường truyền{waiting}", Tone.BUSY, "cloud"))
        elif self.line.online:
            pills.append((f"Có mạng{waiting}", Tone.GOOD, "cloud"))
        else:
            pills.append((f"Mất mạng{waiting}", Tone.WARN, "cloud-off"))
        self.top.show_pills(pills)

    def _foot(self) -> None:
        self.foot.show_screen(self.current)

    # --- window
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.key_sheet.setGeometry(self.whole.rect())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and self.isActiveWindow() and self.stack.count():
            self.refresh()

    def closeEvent(self, event: QCloseEvent) -> None:
        for inbox in self.findChildren(Inbox):
            inbox.close()
        # The desk closes after the window, and refuses whoever asks then: nothing may wake up to ask.
        for timer in self.findChildren(QTimer):
            timer.stop()
        super().closeEvent(event)
