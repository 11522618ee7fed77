"""How whole a line's strokes are beside those of the page's words: dust and what shows through in black and white are broken."""

from collections.abc import Sequence

import cv2
import numpy as np

from ocr.frames import Pixels
from ocr.missed import Words, darkness
from workstation.domain.page import Box

_CLEAR, _BROKEN = 0.8, 0.62
"""Confidence of the words that lines are held against; how solid a line is for these. Lost lines of 130 worn pages had 0.68 and
more, two in three of those that were none less than 0.62."""
_LOWER = 0.5
"""Height of a line for that of words: small print has more, what is less was cut off by others."""
_LOW, _LOW_BROKEN, _LOW_PALER = 0.75, 0.85, 100.0
"""The same below which a line that is a little broken, or so many levels paler, is none either (of 80 worn pages such had 0.53 to
0.70, lost lines 0.83 and more)."""


def specks(page: Pixels, lines: Sequence[Box], words: Words) -> list[Box]:
    """Those of the lines whose ink is more broken than the strokes of the page's words, or far lower, or both a little: what
    shows through a scan in black and white, and dust. In a table's cells print that is as broken was lost often."""
    sure = [w.box for w in words if w.confidence >= _CLEAR and len(w.text) > 2]
    if not lines or not sure:
        return []
    high, solid, dark = (
        float(np.median([f(b) for b in sure]))
        for f in (lambda b: b[3] - b[1], lambda b: _solid(page, b), lambda b: darkness(page, b))
    )

    def is_speck(box: Box) -> bool:
        height, length, own = (box[3] - box[1]) / high, (box[2] - box[0]) / (box[3] - box[1]), _solid(page, box)
        low = length >= 1.5 and height < _LOW and (own < _LOW_BROKEN * solid or darkness(page, box) > dark + _LOW_PALER)
        return low or (length >= 2 and (height < _LOWER or own < _BROKEN * solid))

    return [b for b in lines if is_speck(b)]


def as_solid(page: Pixels, box: Box, words: Words) -> bool:
    """Whether a box has strokes about as whole as the page's words."""
    sure = [w.box for w in words if w.confidence >= _CLEAR and len(w.text) > 2]
    return bool(sure) and _solid(page, box) >= _LOW_BROKEN * float(np.median([_solid(page, b) for b in sure]))


def _solid(page: Pixels, box: Box) -> float:
    """Share of a box's ink that is left where each stroke is made a pixel thinner."""
    x0, y0, x1, y1 = (max(0, int(v)) for v in box)
    ink = (page[y0:y1, x0:x1] < (255 + darkness(page, box)) / 2).astype(np.uint8)
    return float(cv2.erode(ink, np.ones((2, 2), np.uint8)).sum() / max(1, int(ink.sum())))
