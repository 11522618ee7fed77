"""Findings on a page: what the rules and the next reader of the paper want to know."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.components import components
from ocr.covered import covered
from ocr.edges import clipped_mm, lost_mm, outline
from ocr.frames import Frame, Pixels
from ocr.geometry import grey, ink_map
from ocr.levels import counted, level_at
from ocr.reduce import Reduced
from ocr.smaller import pooled, shrink
from workstation.domain.findings import FindingLimits
from workstation.domain.page import Finding, Recipe

_INK_PERCENT = 0.7
"""Of a full page's pixels so many are of ink for sure; of a page with few words half of what they take."""
_SHARP_MM, _SOFT_MM = 0.045, 0.16
_TURNING = 1 / 6
_WRITTEN = 0.22
_HOLE_MM, _HOLE_FILL, _HOLE_FROM_EDGE_MM = (4.0, 8.5), (0.66, 0.88), 24.0
_STREAK_MM, _STREAK_SHARE = 1.5, 0.6


def blank_ink(pixels: Pixels, dpi: float) -> float:
    """Square millimetres of writing: dark marks of letter size and up, away from the outermost 6 mm. Punched holes and a line
    all along the page (dirt in the scanner) are none."""
    small_dpi = min(dpi, 100.0)
    mm = small_dpi / 25.4
    small = shrink(grey(pixels), dpi, small_dpi)
    edge = round(6 * mm)
    inner = ink_map(small, small_dpi)[edge:-edge, edge:-edge]
    if not inner.size:
        return 0.0
    _, stats, _ = components((inner > _WRITTEN).astype(np.uint8))
    x, y, w, h, area = stats[1:, :5].T.astype(np.float64)
    height, width = inner.shape
    long, short = np.maximum(w, h), np.minimum(w, h)
    from_edge = np.minimum(np.minimum(x + w, y + h), np.minimum(width - x, height - y)) / mm + 6
    fill = area / np.maximum(1, w * h)
    hole = (short >= _HOLE_MM[0] * mm) & (long <= _HOLE_MM[1] * mm) & (long <= 1.25 * short)
    hole &= (fill >= _HOLE_FILL[0]) & (fill <= _HOLE_FILL[1]) & (from_edge <= _HOLE_FROM_EDGE_MM)
    whole = np.where(h > w, float(height), float(width))
    streak = (short <= _STREAK_MM * mm) & (long >= _STREAK_SHARE * whole)
    return float(np.sum(area[(long >= 0.9 * mm) & ~hole & ~streak])) / mm**2


def sharpness(pixels: Pixels, dpi: float, turned: bool = False) -> float:
    """0 (blurred) to 100 (sharp): the width of ink edges on paper, in millimetres, so that it means the same at any dpi; across
    and down the page, whichever is worse, since paper that moves blurs one way only.

    For an edge blurred by σ pixels the steepest slope is its height / (σ √2π); where height is known, σ follows.
    100 up to 0.045 mm, 60 at about 0.091 mm, 0 from 0.16 mm. 100 for a page without edges. ``turned``: by other than quarter
    turns, which adds the mean variance of bilinear interpolation, 1/6 pixel², that the scan itself did not have.
    """
    plain = grey(pixels)
    height, width = plain.shape
    across = np.ascontiguousarray(plain[:: max(1, height // 400)])
    # first gathered, then turned: a column at a time would fetch the whole page for each
    down = np.asarray(cv2.transpose(np.ascontiguousarray(plain[:, :: max(1, width // 400)])), np.uint8)
    return min(_sharp(rows, dpi, _TURNING if turned else 0.0) for rows in (across, down))


def _sharp(rows: Pixels, dpi: float, added: float) -> float:
    """``added``: variance in pixels² that is not the scan's."""
    dark = cv2.reduce(cv2.threshold(rows, 127, 1, cv2.THRESH_BINARY_INV)[1], 1, cv2.REDUCE_SUM, dtype=cv2.CV_32S).ravel()
    fullest = np.argsort(-dark, kind="stable")[:120]
    found = _edge_widths(rows[np.sort(fullest)])
    if len(found) < 20:
        return 100.0
    sigma = math.sqrt(max(0.0, float(np.percentile(found, 35)) ** 2 - added))
    return float(np.clip(100 * (_SOFT_MM - sigma / dpi * 25.4) / (_SOFT_MM - _SHARP_MM), 0, 100))


def _edge_widths(rows: Pixels) -> NDArray[np.float64]:
    """Blur (σ, pixels) of each strong edge along the rows: its height over its steepest slope."""
    slope = np.diff(rows.astype(np.int16), axis=1)
    slope *= np.abs(slope) >= 2
    slope[:, -1] = 0  # no run may reach into the next row
    flat = slope.ravel()
    sign = (flat > 0).view(np.int8) - (flat < 0).view(np.int8)
    starts = np.concatenate(([0], np.flatnonzero(sign[1:] != sign[:-1]) + 1))
    before = np.zeros(len(flat) + 1, np.int32)
    np.cumsum(flat, out=before[1:])
    height = np.abs(np.diff(before[starts], append=before[-1]))
    strong = np.flatnonzero(height > 60)
    if not strong.size:
        return np.zeros(0)
    # few of the runs are strong: only these are gone through again. The last run is level, so each has one behind it
    ends = np.column_stack((starts[strong], starts[strong + 1])).ravel()
    steepest = np.maximum.reduceat(np.abs(flat), ends)[::2]
    return np.asarray(height[strong] / (steepest * math.sqrt(2 * math.pi)), np.float64)


def brightness_and_contrast(pixels: Pixels, dpi: float, ink_mm2: float = math.inf) -> tuple[float, float]:
    """Brightness of the paper, 0 to 100, and how much darker than it the ink is, in per cent.
    ``ink_mm2``: of writing, which may be little."""
    small = pooled(grey(pixels), max(1, round(dpi / 100)))
    area = pixels.shape[0] * pixels.shape[1] * (25.4 / dpi) ** 2
    counts = counted(small)
    paper, ink = level_at(counts, 70), level_at(counts, min(_INK_PERCENT, 50 * ink_mm2 / area))
    return paper / 2.55, 100 * (paper - ink) / max(paper, 1.0)


def findings(frame: Frame, cleaned: Pixels, reduced: Reduced, recipe: Recipe, ink_mm2: float, skew: float,
             limits: FindingLimits) -> tuple[Finding, ...]:  # fmt: skip
    """Remarks in fixed order; ``cleaned``: the page after its ``recipe``, grey will do; ``reduced`` as it is read."""
    height, width = frame.pixels.shape[:2]
    corners = outline(recipe, width, height, cleaned, reduced.by)
    bright, contrast = brightness_and_contrast(reduced.plain, reduced.dpi, ink_mm2)
    hidden = covered(reduced.page, reduced.dpi, corners)
    measured = [
        ("dpi", frame.seen_dpi or frame.dpi),
        ("color", float(frame.bits)),
        ("skew", skew),
        ("dark", bright),
        ("blank", ink_mm2),
        ("thumb", hidden.thumb_mm2),
        ("folded", hidden.folded_mm2),
        ("cut_off", lost_mm(frame.pixels, frame.dpi)),
    ]
    if ink_mm2 >= limits.min_ink_mm2:
        measured[2:2] = [("blur", sharpness(cleaned, frame.dpi, any(t.name == "deskew" for t in recipe)))]
        measured += [("contrast", contrast), ("clipped", clipped_mm(reduced.plain, reduced.dpi, corners))]
    told = () if frame.dpi_known else (Finding("dpi_guessed", round(frame.dpi, 1), limits.min_dpi, True),)
    return (*(limits.judge(code, round(float(value), 2)) for code, value in measured), *told)
