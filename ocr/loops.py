"""Sixes that are eights: Tesseract reads a slanting ``8`` of fine strokes as a surely read ``6`` (``ngày 18`` as ``ngày 16``).

An 8 has two loops and a 6 one. On 32 clean and 24 worn pages, of some 160 sixes that were read right none had two, and both that
were wrong had. The word says 8 then, in doubt, with what was read proposed. A loop less proves nothing: broken print has such.
"""

import math
from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.components import Labels, components
from ocr.digits import REREAD, AWord
from ocr.frames import Pixels
from ocr.levels import counted, level_at
from workstation.domain.page import Box

LARGER = 3
"""Times, as a loop of two pixels is none."""
_PALE = 0.3
"""Share of the depth between paper and ink from which a stroke counts: the finest ones are pale."""
_TALL = 0.5
"""Height of a figure, in heights of the word; stops, dashes and marks are lower."""
_LOW = ".,-–:;"
_LOOP = 0.04
"""Share of a figure's box that a loop takes at least."""

_Mask = NDArray[np.uint8]


def eights(page: Pixels, words: Sequence[AWord]) -> tuple[AWord, ...]:
    """The words of a prepared grey page, a 6 with two loops as 8, in doubt."""
    return tuple(_with_eights(page, word) if "6" in word.text else word for word in words)


def _with_eights(page: Pixels, word: AWord) -> AWord:
    tall = [i for i, c in enumerate(word.text) if c not in _LOW]
    figures = _figures(page, word)
    if len(figures) != len(tall):
        return word
    wrong = {i for i, figure in zip(tall, figures, strict=True) if word.text[i] == "6" and _loops(figure) == 2}
    if not wrong:
        return word
    text = "".join("8" if i in wrong else c for i, c in enumerate(word.text))
    return replace(word, text=text, doubt=REREAD, suggestion=word.text)


def _figures(page: Pixels, word: AWord) -> list[_Mask]:
    """What stands apart in a word's box and is tall, from left to right."""
    labels, boxes = pieces(page, word.box)
    tall = [k for k in range(1, len(boxes)) if boxes[k, cv2.CC_STAT_HEIGHT] > _TALL * LARGER * (word.box[3] - word.box[1])]
    out = []
    for k in sorted(tall, key=lambda k: int(boxes[k, cv2.CC_STAT_LEFT])):
        x, y, width, height = boxes[k, :4]
        out.append((labels[y : y + height, x : x + width] == k).astype(np.uint8))
    return out


def pieces(page: Pixels, box: Box, below: float = 0.0) -> tuple[Labels, NDArray[np.int32]]:
    """Connected ink in a word's box and ``below`` it (in shares of its height), ``LARGER``: labels of its pixels, 0 for paper,
    and by label what ``components`` tells of it. Nothing for a box beside the page."""
    x0, y0, x1, y1 = (int(v) for v in box)
    part = page[max(0, y0 - 2) : y1 + 2 + round(below * (y1 - y0)), max(0, x0 - 2) : x1 + 2]
    if not part.size:
        return np.zeros((0, 0), np.int32), np.zeros((0, 5), np.int32)
    counts = counted(part)
    paper, ink = level_at(counts, 90), level_at(counts, 2)
    large = cv2.resize(part, None, fx=LARGER, fy=LARGER, interpolation=cv2.INTER_CUBIC)
    limit = math.ceil(paper - _PALE * (paper - ink))
    labels, boxes, _ = components(np.asarray(cv2.threshold(large, limit - 1, 1, cv2.THRESH_BINARY_INV)[1], np.uint8))
    return labels, boxes


def _loops(figure: _Mask) -> int:
    around = cv2.copyMakeBorder(1 - figure, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=1)
    _, labels, boxes, _ = cv2.connectedComponentsWithStats(np.asarray(around, np.uint8), connectivity=4)
    outside = int(labels[0, 0])
    return sum(k != outside and boxes[k, cv2.CC_STAT_AREA] >= _LOOP * figure.size for k in range(1, len(boxes)))
