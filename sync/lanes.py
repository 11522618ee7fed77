"""One item at a time, but never all behind one that hangs: while every lane waits longer than it should, another is opened."""

import threading
import time
from collections.abc import Callable

_MOST = 3
"""Connections to one peer. With so many hanging, what is behind them waits for their time-outs."""
_LOOK_SECONDS = 0.05
_GRACE_SECONDS = 0.6
"""How long a lane has to notice the wish to stop. Where a byte moves that takes a tenth of it."""


class Lane:
    """The place of one item at a time. Whoever works in it says before each wait how long that should take at most."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._until = float("inf")

    def expect(self, seconds: float) -> None:
        self._until = self._monotonic() + seconds

    def busy(self) -> None:
        """Our own work, which nobody else would do faster."""
        self._until = float("inf")

    @property
    def hangs(self) -> bool:
        return self._monotonic() > self._until


class Lanes:
    """``step`` does one item and says whether there may be more. For one ``run``."""

    def __init__(self, step: Callable[[Lane], bool], monotonic: Callable[[], float] = time.monotonic) -> None:
        self._step = step
        self._monotonic = monotonic
        self._changed = threading.Condition()
        self._open: list[Lane] = []
        self._over = False
        self._failure: BaseException | None = None

    def run(self, stopped: Callable[[], bool]) -> bool:
        """Returns when every lane has ended (True), or soon after the wish to stop: then a lane may be left behind that waits for
        a dead line (False). Raises what the first failing step raised."""
        threads: list[tuple[Lane, threading.Thread]] = []
        left: float | None = None
        with self._changed:
            threads.append(self._start())
            while self._open:
                self._changed.wait(_LOOK_SECONDS)
                if stopped():
                    self._over = True
                    left = self._monotonic() + _GRACE_SECONDS if left is None else left
                    if self._monotonic() > left:
                        break
                if self._open and not self._over and len(self._open) < _MOST and all(lane.hangs for lane in self._open):
                    threads.append(self._start())
            behind = list(self._open)
        for lane, thread in threads:
            if lane not in behind:
                thread.join()
        if self._failure is not None:
            raise self._failure
        return not behind

    def _start(self) -> tuple[Lane, threading.Thread]:
        lane = Lane(self._monotonic)
        self._open.append(lane)
        thread = threading.Thread(target=self._work, args=(lane,), name="sender", daemon=True)
        thread.start()
        return lane, thread

    def _work(self, lane: Lane) -> None:
        try:
            while self._stays(lane):
                lane.busy()
                if not self._step(lane):
                    self._over = True
        except BaseException as error:  # noqa: BLE001 - carried over to the thread that waits for the round
            self._over = True
            self._failure = self._failure or error
            self._leave(lane)

    def _stays(self, lane: Lane) -> bool:
        """Whether the lane takes another item: not if the round is over, nor while another lane moves."""
        with self._changed:
            if self._over or any(not other.hangs for other in self._open if other is not lane):
                self._leave(lane)
                return False
        return True

    def _leave(self, lane: Lane) -> None:
        with self._changed:
            self._open.remove(lane)
            self._changed.notify_all()
