"""Uprights of a worn table that are paler than ink, told from folds and streaks by where they end.

What is as pale as a worn rule may be the other side's print, a fold or dust, so no mask of it says where rules are. But a table's
upright is darker than what lies beside it nearly all the way from the first level rule to the last, nothing else in its column is
half as long so, and it ends there; a fold or a streak runs on.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.frames import Pixels

_DARKER, _BESIDE_MM = 12.0, (0.4, 1.0)
"""Levels by which an upright is darker than what lies beside it, so far from its middle (from, to)."""
_ALONG, _LESS, _ALONE_MM = 0.5, 0.6, 1.0
"""Share of a table's height along which it is; what anything farther away than that has of this share at most. Of 36 worn tables
all five uprights that were not found otherwise had 0.56 to 1 and others up to 0.41 of it, what was none 0.52 and 0.73 of it."""
_OUTSIDE_MM = (1.0, 9.0)
"""Over and under the table, from and to."""
_ENDS, _RUNS_ON = 0.6, 0.75
"""Share of that at which it is seen there at most; and on both sides at least, if it is no rule. Uprights had up to 0.43 of it,
print beside them up to 0.65 on one side; folds 0.9 and more on one side, and mostly on both."""
_WIDE_MM = 2.0
"""To either side of a known place what is looked at there."""

Span = tuple[int, int]
"""First and end, in pixels."""


def pale_upright(page: Pixels, columns: Span, rows: Span, mm: float) -> int | None:
    """Which of the ``columns`` of a sheet laid flat is a pale upright of the table in its ``rows``."""
    along = _darker(page, columns, rows, mm)
    if not along.size:
        return None
    best, alone = int(along.argmax()), round(_ALONE_MM * mm)
    beside = np.r_[along[: max(0, best - alone)], along[best + alone + 1 :]].max(initial=0)
    if along[best] < _ALONG or beside > _LESS * along[best]:
        return None
    at = columns[0] + best
    return at if max(_outside(page, at, rows, mm)) <= _ENDS * along[best] else None


def is_pale_upright(page: Pixels, at: float, rows: Span, mm: float) -> bool:
    return pale_upright(page, _around(at, mm), rows, mm) is not None


def is_fold(page: Pixels, at: float, rows: Span, mm: float) -> bool:
    """Whether what stands at a column of the table in the ``rows`` goes on over and under it, all but as it does within."""
    columns = _around(at, mm)
    along = _darker(page, columns, rows, mm)
    if not along.size or along.max() < _ALONG:
        return False
    return min(_outside(page, columns[0] + int(along.argmax()), rows, mm)) >= _RUNS_ON * float(along.max())


def _around(at: float, mm: float) -> Span:
    return round(at) - round(_WIDE_MM * mm), round(at) + round(_WIDE_MM * mm) + 1


def _outside(page: Pixels, at: int, rows: Span, mm: float) -> tuple[float, float]:
    """Over and under the table the share of the rows in which a column, or one right beside it, is darker."""
    near, far = (round(v * mm) for v in _OUTSIDE_MM)
    parts = ((rows[0] - far, rows[0] - near), (rows[1] + near, rows[1] + far))
    above, below = (float(_darker(page, (at - 2, at + 3), part, mm).max(initial=0.0)) for part in parts)
    return above, below


def _darker(page: Pixels, columns: Span, rows: Span, mm: float) -> NDArray[np.float64]:
    """Share of the ``rows`` in which each of the ``columns`` is darker than what lies on both its sides; nothing where they reach
    over the page's edge."""
    inner, outer = (round(v * mm) for v in _BESIDE_MM)
    first, end, width = columns[0] - outer - 1, columns[1] + outer + 1, columns[1] - columns[0]
    part = page[max(0, rows[0]) : max(0, rows[1]), max(0, first) : max(0, end)]
    if width <= 0 or not part.size or part.shape[1] < end - first:
        return np.zeros(0)
    paper, away, middle = cv2.blur(part, (outer - inner, 1)), (inner + outer) // 2, outer + 1
    beside = cv2.min(paper[:, middle - away :][:, :width], paper[:, middle + away :][:, :width])
    stroke = cv2.erode(part, np.ones((1, 3), np.uint8))[:, middle : middle + width]
    return np.asarray((cv2.subtract(beside, stroke) > _DARKER).mean(axis=0), np.float64)
