"""The office's rules for its line, and the mark that a meeting runs over it (``domain.ports.LineLimits``)."""

from datetime import datetime
from pathlib import Path

from workstation.domain.durable import write_durably
from workstation.domain.line import LineRules
from workstation.domain.ports import Clock
from workstation.usecases.office import VIETNAM


class OfficeLine:
    """The mark is a file, so that it holds for every program on this home folder; it ends by itself."""

    def __init__(self, rules: LineRules, mark: Path, clock: Clock) -> None:
        self._rules = rules
        self._mark = mark
        self._clock = clock

    def bytes_per_second(self) -> float | None:
        return self._rules.bytes_per_second(self.meeting_until() is not None)

    def open(self) -> bool:
        return self._rules.open(self._clock.now().astimezone(VIETNAM).time())

    def meeting_until(self) -> datetime | None:
        """None: there is none, or it is over."""
        try:
            until = datetime.fromisoformat(self._mark.read_text("ascii"))
        except (OSError, ValueError):
            return None
        return until if until.tzinfo is not None and until > self._clock.now() else None

    def hold_meeting(self, until: datetime | None) -> None:
        """Caps the line until then; None: the meeting is over."""
        if until is None:
            self._mark.unlink(missing_ok=True)
        else:
            write_durably(self._mark, until.isoformat().encode("ascii"))
