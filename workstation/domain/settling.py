"""Which files of a folder are finished: those that nobody has changed for a while."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Seen:
    size: int
    """Bytes."""
    changed_ns: int
    """Modification time as the folder's own system tells it: compared, never read as a time, since its clock may be wrong."""
    since: float
    """Monotonic seconds of this machine at which it was first seen like this."""

    def rests(self, now: float) -> float:
        """Seconds without a change."""
        return now - self.since


def look_again(before: Mapping[str, Seen], listed: Mapping[str, tuple[int, int]], now: float) -> dict[str, Seen]:
    """What is known after another look. ``listed``: size and modification time of each name; what is gone is forgotten."""
    after = {}
    for name, (size, changed_ns) in listed.items():
        known = before.get(name)
        same = known is not None and (known.size, known.changed_ns) == (size, changed_ns)
        after[name] = known if same and known is not None else Seen(size, changed_ns, now)
    return after
