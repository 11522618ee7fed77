"""How fast file bytes may go on the line, over all connections together, and how long a quiet line may be expected to be.

The limit is asked for anew all the time, so that a cap that begins in the middle of a transfer ("meeting mode") holds it too.
"""

import threading
import time
from collections.abc import Callable

_LOOK_SECONDS = 0.2
"""How often a waiting transfer looks whether the limit has changed."""
_BURST_SECONDS = 0.25
"""Credit that an idle line may save up."""


class Throttle:
    """``limit``: bytes a second, None for no limit. May be used by several threads."""

    def __init__(
        self,
        limit: Callable[[], float | None],
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._limit = limit
        self._monotonic = monotonic
        self._sleep = sleep
        self._lock = threading.Lock()
        self._credit = 0.0
        self._counted = monotonic()

    def take(self, count: int, stopped: Callable[[], None]) -> None:
        """Returns when ``count`` bytes may go. ``stopped`` is called while it waits, and raises to end the wait."""
        while (wait := self._short_of(count)) > 0.0:
            self._sleep(min(wait, _LOOK_SECONDS))
            stopped()

    def _short_of(self, count: int) -> float:
        """Seconds until the bytes may go; 0.0: they have been taken."""
        limit = self._limit()
        with self._lock:
            now = self._monotonic()
            passed, self._counted = now - self._counted, now
            if limit is None:
                self._credit = 0.0
                return 0.0
            # what is taken is taken at once if there is any credit, and paid back: pieces may be larger than the burst
            self._credit = min(limit * _BURST_SECONDS, self._credit + passed * limit)
            if self._credit < -0.5:  # half a byte: what is left over by rounding is no debt
                return -self._credit / limit
            self._credit -= count
            return 0.0


class Pace:
    """What the line has shown so far. From it follows how long an answer may take before its item counts as hanging."""

    _LEAST = 0.25
    _UNKNOWN_RATE = 4_000.0
    """Bytes a second before anything is known: a GPRS line."""
    _UNKNOWN_CALL = 0.5

    def __init__(self) -> None:
        self._call = self._UNKNOWN_CALL
        self._rate = self._UNKNOWN_RATE

    def called(self, seconds: float) -> None:
        """A small call was answered."""
        self._call += (seconds - self._call) / 4

    def sent(self, count: int, seconds: float) -> None:
        """A chunk was confirmed."""
        self._rate += (count / max(seconds, 1e-3) - self._rate) / 4

    def patience(self, count: int = 0) -> float:
        """Seconds: three times what such a call has taken, and not less than a busy server may need."""
        return max(self._LEAST, 3 * self._call + 3 * count / self._rate)
