"""A lane and a line that do at once what they are asked for."""

from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from typing import Any, TypeVar

R = TypeVar("R")


class InlineLane:
    """Does the job at once, where it is asked for."""

    def submit(self, fn: Callable[..., R], *args: Any, timeout: float | None = None, urgent: bool = False) -> "Future[R]":
        future: Future[R] = Future()
        try:
            future.set_result(fn(*args))
        except BaseException as e:  # noqa: BLE001 - as a lane does: whatever it is, it belongs to the caller
            future.set_exception(e)
        return future

    def close(self) -> None: ...


class LineAllowed:
    """What the office allows the sender."""

    until: datetime | None = None

    def bytes_per_second(self) -> float | None:
        return None

    def open(self) -> bool:
        return True

    def meeting_until(self) -> datetime | None:
        return self.until

    def hold_meeting(self, until: datetime | None) -> None:
        self.until = until
