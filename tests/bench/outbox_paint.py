"""Child of ``bench sync``: recovery of a home folder, then the real outbox screen on it until its rows are painted; JSON."""

import json
import sys
import time
from pathlib import Path

from PySide6.QtCore import QEvent, QEventLoop, QObject, QTimer

from ui.app import CLIENT, application
from ui.views.outbox import OutboxScreen
from workstation.app.compose import open_workstation


class Painted(QObject):
    """Ends the loop once the table was painted with rows in it."""

    def __init__(self, screen: OutboxScreen, loop: QEventLoop) -> None:
        super().__init__()
        self._screen, self._loop = screen, loop

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and self._screen.model.rowCount():
            QTimer.singleShot(0, self._loop.quit)
        return False


def main() -> None:
    application()
    begun = time.perf_counter()
    with open_workstation(Path(sys.argv[1])) as ws:
        opened = time.perf_counter()
        ws.desk.resume().result()
        recovered = time.perf_counter()
        loop, painted = QEventLoop(), []
        for _ in range(int(sys.argv[2])):
            screen = OutboxScreen(ws.desk)
            screen.resize(*CLIENT)
            watch = Painted(screen, loop)
            screen.table.viewport().installEventFilter(watch)
            start = time.perf_counter()
            screen.show()
            screen.activate()
            loop.exec()
            painted.append(1000 * (time.perf_counter() - start))
            screen.close()
        counting = time.perf_counter()
        ws.desk.counts().result()
        told = {
            "open_s": opened - begun,
            "recover_s": recovered - opened,
            "paint_ms": painted,
            "counts_ms": 1000 * (time.perf_counter() - counting),
        }
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
