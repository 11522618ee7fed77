"""How much of the office's line the sender may have, and at what hours."""

from dataclasses import dataclass
from datetime import time


@dataclass(frozen=True, slots=True)
class LineRules:
    """kbit/s are 1000 bits a second; 0: no cap."""

    limit_kbps: int = 0
    meeting_kbps: int = 64
    """While a meeting runs over the same line."""
    first: time | None = None
    """Sending hours of the office's own day; None: at any time. From 17:00 to 07:00 goes over midnight."""
    last: time | None = None

    def bytes_per_second(self, meeting: bool) -> float | None:
        """The lower of the caps that hold now; None: none does."""
        caps = [kbps for kbps in (self.limit_kbps, self.meeting_kbps if meeting else 0) if kbps]
        return min(caps) * 125.0 if caps else None

    def open(self, local: time) -> bool:
        if self.first is None or self.last is None or self.first == self.last:
            return True
        if self.first < self.last:
            return self.first <= local < self.last
        return local >= self.first or local < self.last
