"""The only crossing from worker threads to the screen: answers of futures, progress callbacks and bus events.

Workers never touch a widget. What they bring is queued to the thread of the screen, and dropped there if the widget
that asked is gone or has asked again since. Errors become ``ErrorNote`` for the caller to show beside the object.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future
from typing import Any, TypeVar

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal

from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.ports import EventBus

log = logging.getLogger(__name__)
R = TypeVar("R")
T = TypeVar("T")


class _Crossing(QObject):
    """Lives as long as the program, so that a late worker never emits on a deleted object."""

    arrived = Signal(object)
    idle = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.pending = 0
        self.arrived.connect(self._run, Qt.ConnectionType.QueuedConnection)

    def _run(self, call: Callable[[], None]) -> None:
        call()

    def begin(self) -> None:
        self.pending += 1

    def end(self) -> None:
        self.pending -= 1
        if self.pending == 0:
            self.idle.emit()


_crossing: _Crossing | None = None


def crossing() -> _Crossing:
    """The one crossing; first called on the thread of the screen. ``idle`` fires when no answer is awaited any more."""
    global _crossing
    if _crossing is None:
        _crossing = _Crossing()
    return _crossing


def note_of(error: BaseException) -> ErrorNote:
    """The note to show; what is no ``WorkstationError`` is our bug (its text may hold personal data: only the type is logged)."""
    if isinstance(error, WorkstationError):
        return error.note
    log.error("unexpected %s from a use case", type(error).__name__)
    return ErrorNote("B01")


def together(futures: Sequence["Future[R]"]) -> "Future[list[R]]":
    """Their answers when all are there; fails then with what the first of them, in their order, failed with."""
    all_done: Future[list[R]] = Future()
    left, lock = [len(futures)], threading.Lock()

    def one_done(_: "Future[R]") -> None:
        with lock:
            left[0] -= 1
            if left[0]:
                return
        error = next((e for f in futures if (e := CancelledError() if f.cancelled() else f.exception()) is not None), None)
        all_done.set_result([f.result() for f in futures]) if error is None else all_done.set_exception(error)

    for future in futures:
        future.add_done_callback(one_done)
    if not futures:
        all_done.set_result([])
    return all_done


class Inbox(QObject):
    """What one widget asks for. ``key`` names the question: a newer one with the same key makes older answers stale."""

    def __init__(self, owner: QObject) -> None:
        super().__init__(owner)
        self._serials: dict[str, int] = {}
        self._unsubscribe: list[Callable[[], None]] = []
        self._crossing = crossing()
        self._closed = False

    def ask(
        self,
        key: str,
        future: "Future[R]",
        done: Callable[[R], Any],
        failed: Callable[[ErrorNote], Any] | None = None,
        cancelled: Callable[[], Any] | None = None,
    ) -> None:
        """Calls ``done`` with the answer, or ``failed`` with the note, on the thread of the screen."""
        serial = self._serials[key] = self._serials.get(key, 0) + 1
        bridge = self._crossing
        bridge.begin()

        def deliver() -> None:
            try:
                if shiboken6.isValid(self) and self._serials.get(key) == serial:
                    self._answer(future, done, failed, cancelled)
            finally:
                bridge.end()

        future.add_done_callback(lambda _: bridge.arrived.emit(deliver))

    @staticmethod
    def _answer(
        future: "Future[R]",
        done: Callable[[R], Any],
        failed: Callable[[ErrorNote], Any] | None,
        cancelled: Callable[[], Any] | None,
    ) -> None:
        if future.cancelled():
            if cancelled:
                cancelled()
            return
        error = future.exception()
        if error is None:
            done(future.result())
        elif isinstance(error, CancelledError):
            if cancelled:
                cancelled()
        else:
            note = note_of(error)
            if failed:
                failed(note)

    def forget(self, key: str) -> None:
        """Answers under way to this question are stale from now on."""
        self._serials[key] = self._serials.get(key, 0) + 1

    def crossing(self, call: Callable[[R], Any]) -> Callable[[R], None]:
        """A function for a worker thread that runs ``call`` with its argument on the thread of the screen."""
        bridge = self._crossing

        def post(value: R) -> None:
            bridge.arrived.emit(lambda: call(value) if shiboken6.isValid(self) and not self._closed else None)

        return post

    def listen(self, bus: EventBus, handler: Callable[[Any], Any]) -> None:
        self._unsubscribe.append(bus.subscribe(self.crossing(handler)))

    def close(self) -> None:
        """Hears no more; what is under way, answers and events alike, is dropped."""
        self._closed = True
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        self._unsubscribe.clear()
        for key in self._serials:
            self.forget(key)
