"""The resolution at which a page is read: finer scans are reduced first, and what was found is put back on the page.

Tesseract scales every line to 36 pixels whatever it is given; what finer pixels add is grain for its layout analysis and work
for every step. Measured on two corpora of 200 and 300 dpi (8 pages a level each, clean / office / bad, whole reading):
CER % as scanned 0.39 / 0.49 / 17.1 and 0.59 / 0.49 / 8.8, at 200 dpi 0.32 / 0.52 / 12.0 and 0.37 / 0.50 / 8.8, at 225 and 180
alike (the first corpus: 0.33 / 0.55 / 12.9, 0.29 / 0.48 / 13.3); CPU of cleaning and reading 0.84 times.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from ocr.frames import Pixels
from ocr.geometry import grey
from ocr.lines import RawWord
from workstation.domain.page import Box, Recipe, Transform, UnreadArea, Word

READING_DPI = 200.0
_NEAR = 1.05
"""A scan so little finer stays as it is."""


@dataclass(frozen=True, slots=True)
class Reduced:
    """A page as it is read: ``page`` at ``dpi``, ``plain`` the same in grey, ``across`` and ``down`` pixels of the cleaned page
    for each of its own."""

    page: Pixels
    plain: Pixels
    dpi: float
    across: float = 1.0
    down: float = 1.0

    @property
    def steps(self) -> Recipe:
        return (Transform("reduce", 1, (("dpi", self.dpi),), "finer than reading needs"),) if self.across > 1 else ()

    def back(self, words: Sequence[Word], areas: Sequence[UnreadArea]) -> tuple[tuple[Word, ...], tuple[UnreadArea, ...]]:
        """With their boxes on the cleaned page."""
        return (
            tuple(replace(w, box=self._back(w.box)) for w in words),
            tuple(replace(a, box=self._back(a.box)) for a in areas),
        )

    def onto(self, words: Sequence[RawWord]) -> tuple[RawWord, ...]:
        """Words of the cleaned page with their boxes on this one."""
        x, y = 1 / self.across, 1 / self.down
        return tuple(replace(w, box=(w.box[0] * x, w.box[1] * y, w.box[2] * x, w.box[3] * y)) for w in words)

    def _back(self, box: Box) -> Box:
        return box[0] * self.across, box[1] * self.down, box[2] * self.across, box[3] * self.down


def reduce(page: Pixels, dpi: float) -> Reduced:
    """``page`` at ``READING_DPI``; itself if it is no finer."""
    if dpi <= _NEAR * READING_DPI:
        return Reduced(page, grey(page), dpi)
    height, width = page.shape[:2]
    size = max(1, round(width * READING_DPI / dpi)), max(1, round(height * READING_DPI / dpi))
    small = np.asarray(cv2.resize(page, size, interpolation=cv2.INTER_AREA), np.uint8)
    return Reduced(small, grey(small), READING_DPI, width / size[0], height / size[1])
