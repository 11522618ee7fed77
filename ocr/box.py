"""A piece of a page, read by itself: where a person says that something stands."""

import math

import cv2
import numpy as np

from ocr import streaks
from ocr.engine import Recognizer
from ocr.frames import Pixels, load_frame
from ocr.lines import reading_order
from ocr.prepare import in_black, prepare
from ocr.reduce import reduce
from ocr.work import applied
from workstation.domain.fields import nfc
from workstation.domain.page import Box
from workstation.domain.pagejobs import BoxJob

_AROUND_MM, _MARGIN_MM = 20.0, 1.0
"""What is prepared around the box, since paper's own brightness and stamps show in their surroundings only; and what is read."""
_WHITE = 12
"""Pixels of white around what is read: letters at the very edge are lost."""


def read_box(job: BoxJob, recognizer: Recognizer) -> str:
    """Its words in reading order, one line; empty where nothing is read. F01 to F07 as ``load_frame``, O01, O02."""
    cv2.setNumThreads(1)
    frame, _ = streaks.cleared(load_frame(job.page.path, job.page.frame))
    page = applied(frame.pixels, job.page.recipe)
    mm = frame.dpi / 25.4
    around, left, top = _cut(page, job.box, _AROUND_MM * mm)
    if not around.size:
        return ""
    reduced = reduce(around, frame.dpi)
    x0, y0, x1, y1 = job.box
    place = ((x0 - left) / reduced.by, (y0 - top) / reduced.by, (x1 - left) / reduced.by, (y1 - top) / reduced.by)
    piece, _, _ = _cut(prepare(in_black(reduced)[0], reduced.dpi), place, _MARGIN_MM * reduced.dpi / 25.4)
    if not piece.size:
        return ""
    piece = np.ascontiguousarray(np.pad(piece, _WHITE, constant_values=255))
    words = (
        recognizer.lines([piece], reduced.dpi, digits=True)[0] if job.digits else recognizer.read(piece, reduced.dpi, block=True)
    )
    return nfc(" ".join(w.text for w in reading_order(words, piece.shape[1])))


def _cut(page: Pixels, box: Box, margin: float) -> tuple[Pixels, int, int]:
    """The box with a margin, as far as the page goes; its left and top edge."""
    height, width = page.shape[:2]
    left, top = (max(0, math.floor(v - margin)) for v in box[:2])
    right, low = min(width, math.ceil(box[2] + margin)), min(height, math.ceil(box[3] + margin))
    return page[top:low, left:right], left, top
