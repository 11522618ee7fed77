"""How late a timer of the screen's thread comes: what a person feels as a window that stands still."""

import time
from collections.abc import Callable, Sequence

from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer

from ui import app as desktop

TICK_MS = 4

Late = list[tuple[float, float]]
"""Milliseconds that each tick came late, and of the time since the one before what this thread worked itself."""


def lateness(
    owner: QObject,
    start: Callable[[], object],
    over: Callable[[], bool],
    also: Sequence[tuple[int, Callable[[], object]]] = (),
) -> Late:
    """Runs the event loop from ``start`` until ``over``. ``also``: what else is done every so many milliseconds."""
    application, clock, ticks = desktop.application(), QElapsedTimer(), [time.thread_time()]
    late: Late = []

    def tick() -> None:
        now = time.thread_time()
        late.append((max(0.0, clock.nsecsElapsed() / 1e6 - TICK_MS), (now - ticks[0]) * 1e3))
        ticks[0] = now
        clock.restart()

    def leave() -> None:
        if over():
            application.exit(0)  # ``quit`` would close the window first

    everything = [(TICK_MS, tick), *also, (20, leave)]
    timers = [QTimer(owner, interval=ms) for ms, _ in everything]
    timers[0].setTimerType(Qt.TimerType.PreciseTimer)
    for timer, (_, run) in zip(timers, everything, strict=True):
        timer.timeout.connect(run)
    clock.start()
    start()
    for timer in timers:
        timer.start()
    application.exec()
    for timer in timers:
        timer.stop()
    return late


def p99(late: Sequence[Sequence[float]], which: int = 0) -> float:
    """Milliseconds."""
    return sorted(gap[which] for gap in late)[int(len(late) * 0.99)]


def longest(late: Sequence[Sequence[float]], which: int = 0) -> float:
    return max(gap[which] for gap in late)
