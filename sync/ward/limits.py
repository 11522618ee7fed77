"""How often somebody may come: a token bucket a caller."""

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

_MOST_CALLERS = 10_000


@dataclass(frozen=True, slots=True)
class Rate:
    per_second: float
    burst: float
    """Calls that may come at once after a pause."""


@dataclass(slots=True)
class _Bucket:
    level: float
    at: float


STATION = Rate(100, 6000)
"""An upload in the smallest chunks over the ward's own network makes some 100 calls a second; a minute of it may come at once."""
ADDRESS = Rate(50, 1000)
"""What is open to everybody: capabilities, keys, log-in."""
FAILURES = Rate(10 / 60, 10)
"""Wrong secrets from one address: ten, then one every six seconds."""


class Buckets:
    def __init__(self, rate: Rate, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._monotonic = monotonic
        self._buckets: dict[str, _Bucket] = {}
        self._lock = threading.Lock()

    def take(self, caller: str) -> int:
        """0: it may come in. Otherwise the whole seconds after which it may try again."""
        with self._lock:
            bucket = self._filled(caller)
            if bucket.level < 1:
                return max(1, math.ceil((1 - bucket.level) / self._rate.per_second))
            bucket.level -= 1
            return 0

    def give_back(self, caller: str) -> None:
        """What was taken does not count after all."""
        with self._lock:
            bucket = self._filled(caller)
            bucket.level = min(self._rate.burst, bucket.level + 1)

    def _filled(self, caller: str) -> _Bucket:
        now = self._monotonic()
        bucket = self._buckets.get(caller)
        if bucket is None:
            if len(self._buckets) >= _MOST_CALLERS:
                self._forget(now)
            bucket = self._buckets[caller] = _Bucket(self._rate.burst, now)
        bucket.level = min(self._rate.burst, bucket.level + (now - bucket.at) * self._rate.per_second)
        bucket.at = now
        return bucket

    def _forget(self, now: float) -> None:
        """Full buckets say nothing; if there are none, the oldest go: memory does not grow with invented addresses."""
        rate = self._rate
        self._buckets = {c: b for c, b in self._buckets.items() if b.level + (now - b.at) * rate.per_second < rate.burst}
        for caller in sorted(self._buckets, key=lambda c: self._buckets[c].at)[: len(self._buckets) - _MOST_CALLERS // 2]:
            del self._buckets[caller]
