"""Saves what a screen looks like in a state: ``python -m tests.ui.preview capture normal out.png`` (``all`` for each).

By hand, while working on ``ui``: look at every picture beside the mock-ups.
"""

import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtGui import QCursor

from tests.ui import fakes, paper, states, verifystates
from tests.ui.hands import press
from ui import app as desktop
from ui.shell import Shell

SCREENS = ("capture", "pages", "verify", "sign", "outbox", "search")


def shoot(sheets: dict[str, paper.Sheet], screen: str, state: str, out: Path, size: tuple[int, int] = (1366, 697)) -> None:
    application = desktop.application()
    own = verifystates.STATES.get(state) if screen == "verify" else None
    desk = own[0](sheets) if own else states.STATES[state](sheets)
    if screen == "sign":
        desk.user = desk.users[2]
    shell = Shell(desk)
    shell.resize(*size)
    QCursor.setPos(size[0] - 5, size[1] // 2)
    shell.show()
    shell.open(screen)
    desktop.settle()
    poke(shell, screen, state)
    for key in own[1] if own else ():
        press(key, shell.focusWidget() or shell)
        desktop.settle(500)
    application.processEvents()
    shell.grab().save(str(out))
    desk.release(None if own else 0)
    desktop.settle(500)
    shell.close()


def poke(shell: Shell, screen: str, state: str) -> None:
    """Brings the screen into the state: a scan that runs, a signing that takes its time."""
    if state == "busy" and screen == "capture":
        shell.screens["capture"].scan()  # type: ignore[attr-defined]
    if screen == "search" and state != "empty":
        desk: fakes.FakeDesk = shell.desk  # type: ignore[assignment]
        desk.found, desk.search_fault = {"many": 300, "unread": 0}.get(state, 3), "T02" if state == "error" else ""
        desk.searched_all, desk.waiting = state != "busy", 12 if state == "busy" else 0
        shell.screens["search"].box.setText("nguyễn thị mẫu")  # type: ignore[attr-defined]
        desktop.settle(500)
    if state == "busy" and screen == "sign":
        sign = shell.screens["sign"]
        sign.pin.setText("12345678")  # type: ignore[attr-defined]
        sign.primary()
        desktop.settle(700)


def main(arguments: list[str]) -> int:
    screen, state, out, *size = arguments
    screens = SCREENS if screen == "all" else (screen,)
    every = (*states.STATES, *(verifystates.STATES if screen == "verify" else ()))
    wanted = every if state == "all" else (state,)
    wide = (int(size[0]), int(size[1])) if size else (1366, 697)
    desktop.application()  # drawing text needs it
    with tempfile.TemporaryDirectory() as folder:
        sheets = paper.make(Path(folder))
        for one, other in ((a, b) for a in screens for b in wanted):
            target = Path(out) / f"{one}-{other}.png" if len(screens) * len(wanted) > 1 else Path(out)
            target.parent.mkdir(parents=True, exist_ok=True)
            shoot(sheets, one, other, target, wide)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
