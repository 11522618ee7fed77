"""The desktop: ``run`` for people, ``screenshots`` for the README and machines without a display."""

import gc
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEventLoop, QLocale, QTimer
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QApplication

from ui import theme
from ui.bridge import crossing
from ui.shell import Shell
from ui.translate import Vietnamese
from workstation.usecases.desk import Desk

CLIENT = (1366, 697)
"""The client area of a maximised window on a 1366×768 screen."""


def application() -> QApplication:
    """The one application object, dressed; may be called again."""
    found = QApplication.instance()
    app = found if isinstance(found, QApplication) else QApplication(sys.argv[:1])
    if not app.property("dressed"):
        app.setProperty("dressed", True)
        app.setApplicationName("Trạm số hóa")
        app.setApplicationDisplayName("Trạm số hóa")
        QLocale.setDefault(QLocale(QLocale.Language.Vietnamese, QLocale.Country.Vietnam))
        app.installTranslator(Vietnamese(app))
        theme.apply(app)
        app.setWindowIcon(theme.icon("scan", theme.BLUE, 64))
    return app


def run(desk: Desk, shown: Callable[[], object] = lambda: None) -> int:
    """Opens the window on ``desk`` and stays until it is closed; the exit code of the event loop. ``shown`` is called once the
    window is painted."""
    app = application()
    shell = open_window(desk)
    QTimer.singleShot(0, shell, shown)
    _quit_on_signals(app)
    code = app.exec()
    shell.close()
    return code


def open_window(desk: Desk) -> Shell:
    """The window, shown. What the program is made of by now (some 200,000 objects of modules, tables and widgets) lives as long
    as the process: it is set aside from Python's collector, whose full rounds would walk through it again and again, in whatever
    thread, while the screen waits for the interpreter (100 to 200 ms each, one for every eight documents signed)."""
    shell = Shell(desk)
    screen = application().primaryScreen()
    if screen is not None and screen.availableGeometry().width() <= CLIENT[0]:
        shell.showMaximized()
    else:
        shell.show()
    gc.freeze()
    return shell


def _quit_on_signals(app: QApplication) -> None:
    """Ctrl+C in the terminal, or the end of the session, closes the desk properly: workers and lanes end with it."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: app.quit())
    # Python looks at signals only when it runs: wake it now and then while Qt waits for events
    waking = QTimer(app, interval=400)
    waking.timeout.connect(lambda: None)
    waking.start()


def settle(limit_ms: int = 30_000, quiet_ms: int = 250) -> None:
    """Runs the event loop until no answer is awaited any more (pictures may ask for the next); at most ``limit_ms``."""
    loop = QEventLoop()
    quiet = QTimer(singleShot=True, interval=quiet_ms)
    quiet.timeout.connect(lambda: loop.quit() if crossing().pending == 0 else None)
    crossing().idle.connect(quiet.start)
    QTimer.singleShot(limit_ms, loop, loop.quit)
    quiet.start()
    loop.exec()
    crossing().idle.disconnect(quiet.start)


def screenshots(desk: Desk, folder: Path) -> list[Path]:
    """Every screen on the data of ``desk`` as a PNG of 1366×697, each by the person who works there."""
    application()
    folder.mkdir(parents=True, exist_ok=True)
    shell = Shell(desk)
    shell.resize(*CLIENT)
    QCursor.setPos(CLIENT[0] - 5, CLIENT[1] // 2)  # no button looks hovered
    shell.show()
    roles = {"capture": "clerk", "pages": "clerk", "verify": "checker", "sign": "official", "outbox": "clerk", "search": "clerk"}
    before = desk.user
    made = []
    for screen_id in shell.screens:
        desk.user = next((u for u in desk.users if u.role == roles[screen_id]), desk.users[0])
        shell.show_user()
        shell.open(screen_id)
        settle()
        path = folder / f"{screen_id}.png"
        shell.grab().save(str(path))
        made.append(path)
    desk.user = before
    shell.close()
    return made
