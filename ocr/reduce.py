"""The resolution at which a page is read: finer scans are reduced first, and what was found is put back on the page.

Tesseract scales every line to 36 pixels whatever it is given; what finer pixels add is grain for its layout analysis and work
for every step. Measured on two corpora of 200 and 300 dpi (8 pages a level each, clean / office / bad, whole reading):
CER % as scanned 0.39 / 0.49 / 17.1 and 0.59 / 0.49 / 8.8, at 200 dpi 0.32 / 0.52 / 12.0 and 0.37 / 0.50 / 8.8, at 225 and 180
alike (the first corpus: 0.33 / 0.55 / 12.9, 0.29 / 0.48 / 13.3); CPU of cleaning and reading 0.84 times.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ocr.frames import Pixels
from ocr.geometry import grey
from ocr.lines import RawWord
from ocr.smaller import shrink
from workstation.domain.page import Box, Recipe, Transform, UnreadArea, Word

READING_DPI = 200.0
_NEAR = 1.05
"""A scan so little finer stays as it is."""


@dataclass(frozen=True, slots=True)
class Reduced:
    """A page as it is read: ``page`` at ``dpi``, ``plain`` the same in grey, each of its pixels ``by`` of the cleaned page's."""

    page: Pixels
    plain: Pixels
    dpi: float
    by: float = 1.0

    @property
    def steps(self) -> Recipe:
        return (Transform("reduce", 2, (("dpi", self.dpi),), "finer than reading needs"),) if self.by > 1 else ()

    def back(self, words: Sequence[Word], areas: Sequence[UnreadArea]) -> tuple[tuple[Word, ...], tuple[UnreadArea, ...]]:
        """With their boxes on the cleaned page."""
        return (
            tuple(replace(w, box=_times(w.box, self.by)) for w in words),
            tuple(replace(a, box=_times(a.box, self.by)) for a in areas),
        )

    def onto(self, words: Sequence[RawWord]) -> tuple[RawWord, ...]:
        """Words of the cleaned page with their boxes on this one."""
        return tuple(replace(w, box=_times(w.box, 1 / self.by)) for w in words)


def _times(box: Box, by: float) -> Box:
    return box[0] * by, box[1] * by, box[2] * by, box[3] * by


def reduce(page: Pixels, dpi: float) -> Reduced:
    """``page`` at ``READING_DPI``; itself if it is no finer."""
    if dpi <= _NEAR * READING_DPI:
        return Reduced(page, grey(page), dpi)
    small = shrink(page, dpi, READING_DPI)
    return Reduced(small, grey(small), READING_DPI, dpi / READING_DPI)
