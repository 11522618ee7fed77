"""What is kept of a signed file after it was sent.

The receipt names the file as it was sent, for ever. What is appended later, so that it can still be verified when the time-stamps
beneath have lapsed (EN 319 142-1, 5.5), makes a longer file that begins with that one: the kept copy.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from workstation.domain.errors import ErrorNote
from workstation.domain.ids import Sha256
from workstation.domain.signature import FileStanding, Renewal
from workstation.domain.signing import Levels


@dataclass(frozen=True, slots=True)
class KeptFile:
    sealed: Sha256
    """The signed file that document and receipt name."""
    sha256: Sha256
    """The newest copy, whose beginning is that file; the same hash as long as nothing was appended."""
    bytes: int
    standing: FileStanding
    error: ErrorNote | None = None
    """Why it could not be renewed so far."""

    def due(self, levels: Levels, now: datetime, within: timedelta | None = None, *, lift: bool = True) -> Renewal | None:
        """Why something has to be appended by now. ``within``: in place of the office's own margin; ``lift``: whether a level
        lower than wanted is a reason."""
        if lift and levels.lacks(self.standing.level):
            return Renewal("level", now)
        first = self.lapse(levels)
        return first if first is not None and first.lapses <= now + (levels.renew if within is None else within) else None

    def lapse(self, levels: Levels) -> Renewal | None:
        """What its last archive time-stamp ends by; None: it has none that carries the rest (below LTA)."""
        stamp = self.standing.stamp
        return stamp.renewal(levels.limits) if stamp is not None and self.standing.level == "LTA" else None
