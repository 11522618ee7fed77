"""Whether two sheets went through a feeder together, as far as a picture's length can say."""

from collections.abc import Callable, Sequence
from statistics import median

from workstation.domain.errors import ErrorNote
from workstation.domain.page import Finding
from workstation.domain.pagejobs import FrameInfo

DOUBLE_FEED = "double_feed"
LONGER_MM = 15.0
"""How much longer than its paper a picture may be: A4 that went in 4° askew is 14 mm longer, sheets that stick together slip
apart by centimetres or not at all (then only a scanner's own sensor can tell)."""
ALIKE_MM = 5.0
ENOUGH = 3
"""Sheets of one length before another one stands out."""

Size = tuple[float, float]
"""Width and height in millimetres."""
Suspicion = Callable[[FrameInfo], tuple[Finding, ...]]
"""What a sheet's way through the feeder leaves to be looked at."""


def suspected(size: Size, paper: Size, before: Sequence[Size]) -> tuple[Finding, ...]:
    """A finding that fails where the picture is longer than what was asked for, or than the sheets before it of the same width.
    A wider sheet is a larger one, no double one; where the sheets before differ among themselves, nothing stands out."""
    width, height = size
    alike = [h for w, h in before if abs(w - width) <= ALIKE_MM]
    usual = median(alike) if alike else paper[1]
    even = len(alike) >= ENOUGH and all(abs(h - usual) <= ALIKE_MM for h in alike)
    limit = usual if even else paper[1]
    if height <= limit + LONGER_MM:
        return ()
    return (Finding(DOUBLE_FEED, round(height, 1), round(limit, 1), False),)


def double_feed_note(number: int) -> ErrorNote:
    """For the page with that number: two sheets may be in it, or the second went through unseen."""
    return ErrorNote("Q05", (("page", number - 1),) if number > 1 else ())
