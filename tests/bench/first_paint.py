"""Child of ``bench office``: opens the window on a home folder and prints the seconds from process start to first paint."""

import os
import sys
import time
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication

from ui.app import application, run
from workstation.app.compose import open_workstation


def seconds_alive() -> float:
    """Since the kernel started this process (proc(5): field 22 of stat, in clock ticks since boot)."""
    ticks = float(Path("/proc/self/stat").read_text("ascii").rsplit(")", 1)[1].split()[19])
    return time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")


class FirstPaint(QObject):
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and watched.isWidgetType():
            # a zero timer fires once this event is done with: then the pixels are there
            application().removeEventFilter(self)
            QTimer.singleShot(0, self.painted)
        return False

    def painted(self) -> None:
        sys.stdout.write(f"{seconds_alive():.4f}\n")
        QApplication.closeAllWindows()
        QApplication.exit(0)


def main() -> int:
    with open_workstation(Path(sys.argv[1])) as ws:
        watch = FirstPaint()
        application().installEventFilter(watch)
        return run(ws.desk)


if __name__ == "__main__":
    sys.exit(main())
