"""The waiting line of a lane: first in, first out, with a second line that overtakes."""

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """One call that waits for its turn. ``payload`` is what the lane makes of function and arguments."""

    future: Future[Any]
    payload: Any
    timeout: float | None


def _cancel(job: Job) -> None:
    """Also for who waits with ``as_completed``: a future that is only cancelled stays open for them."""
    if job.future.cancel():
        job.future.set_running_or_notify_cancel()


class JobQueue:
    """Thread-safe; ``take`` blocks until there is a job or the queue is closed."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._urgent: deque[Job] = deque()
        self._waiting: deque[Job] = deque()
        self._closed = False
        self._winding_down = False

    @property
    def closed(self) -> bool:
        return self._closed

    def put(self, job: Job, urgent: bool) -> None:
        with self._changed:
            if self._closed:
                raise RuntimeError("the lane is closed")
            unwanted = self._winding_down and not urgent
            if not unwanted:
                (self._urgent if urgent else self._waiting).append(job)
            # all: one who does urgent jobs only may be the one that a single call wakes
            self._changed.notify_all()
        if unwanted:
            _cancel(job)

    def take(self, wake: Callable[[], bool] = lambda: False, *, urgent_only: bool = False) -> Job | None:
        """The next job, already marked as running; None when the queue is closed or ``wake`` says so.

        Jobs that were cancelled while they waited are passed over.
        """
        with self._changed:
            while True:
                while self._urgent or (self._waiting and not urgent_only):
                    job = (self._urgent or self._waiting).popleft()
                    if job.future.set_running_or_notify_cancel():
                        return job
                if self._closed or wake():
                    return None
                self._changed.wait()

    def nudge(self) -> None:
        """Lets those who wait look at their ``wake`` again."""
        with self._changed:
            self._changed.notify_all()

    def wind_down(self) -> None:
        """From now on only what is urgent is taken; the rest is cancelled. Callbacks of the futures run outside the lock."""
        with self._changed:
            self._winding_down = True
            left = [*self._waiting]
            self._waiting.clear()
        for job in left:
            _cancel(job)

    def close(self) -> None:
        """Cancels what waits; whoever waits in ``take`` gets None. Callbacks of the futures run outside the lock."""
        with self._changed:
            self._closed = True
            left = [*self._urgent, *self._waiting]
            self._urgent.clear()
            self._waiting.clear()
            self._changed.notify_all()
        for job in left:
            _cancel(job)
