"""The program in a real window; started by ``test_real_window`` in a process of its own, driven from outside by keys.

Prints one line of JSON for each thing that was asked of the desk, and ``ready`` when the window can be typed into.
"""

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QLineEdit

from tests.ui import fakes, paper, states
from ui import app as desktop
from ui.shell import Shell

WATCHED = ("confirm", "split_before", "mark_seen", "refuse")


class Telling(fakes.FakeDesk):
    def _note(self, name: str, value: Any, *args: Any) -> Any:
        if name in WATCHED:
            tell(name, *args)
        return super()._note(name, value, *args)


def tell(*what: Any) -> None:
    sys.stdout.write(json.dumps(what, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def main() -> int:
    application = desktop.application()
    with tempfile.TemporaryDirectory() as folder:
        desk = states.normal(paper.make(Path(folder)))
        desk.__class__ = Telling
        shell = Shell(desk)
        shell.setGeometry(application.primaryScreen().availableGeometry())
        shell.show()

        def state() -> None:
            focus = shell.focusWidget()
            form = shell.screens["verify"].form  # type: ignore[attr-defined]
            text = focus.text() if isinstance(focus, QLineEdit) else ""
            now = (shell.current.place.id, shell.key_sheet.isVisible(), type(focus).__name__, form.current, text)
            if now != last[0]:
                last[0] = now
                tell("state", *now)

        last: list[Any] = [None]
        timer = QTimer(shell, interval=50)
        timer.timeout.connect(state)
        desktop.settle()
        tell("ready", int(shell.winId()), shell.width(), shell.height())
        timer.start()
        return application.exec()


if __name__ == "__main__":
    sys.exit(main())
