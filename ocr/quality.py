"""Findings on a page: what the rules and the next reader of the paper want to know."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.components import components
from ocr.frames import Frame, Pixels
from ocr.geometry import grey, ink_map, pooled, shrink
from ocr.reduce import Reduced
from workstation.domain.page import Finding

FULL_COLOUR_BITS = 24
MAX_SKEW_DEG = 10.0
MIN_CONTRAST = 25.0
MIN_BRIGHTNESS = 35.0
BLANK_INK_MM2 = 12.0
"""Less writing than this (some ten letters of 13 point) on a page: blank, page number or specks."""
_SHARP_MM, _SOFT_MM = 0.045, 0.16


def blank_ink(pixels: Pixels, dpi: float) -> float:
    """Square millimetres of writing: dark marks of letter size and up, away from the outermost 6 mm (holes, borders)."""
    small_dpi = min(dpi, 100.0)
    small = shrink(grey(pixels), dpi, small_dpi)
    edge = round(6 / 25.4 * small_dpi)
    inner = ink_map(small, small_dpi)[edge:-edge, edge:-edge]
    if not inner.size:
        return 0.0
    _, stats, _ = components((inner > 0.3).astype(np.uint8))
    w, h, area = stats[1:, cv2.CC_STAT_WIDTH], stats[1:, cv2.CC_STAT_HEIGHT], stats[1:, cv2.CC_STAT_AREA]
    letter = 0.9 / 25.4 * small_dpi
    return float(area[(w >= letter) | (h >= letter)].sum()) * (25.4 / small_dpi) ** 2


def sharpness(pixels: Pixels, dpi: float) -> float:
    """0 (blurred) to 100 (sharp): the width of ink edges on paper, in millimetres, so that it means the same at any dpi.

    For an edge blurred by σ pixels the steepest slope is its height / (σ √2π); where height is known, σ follows.
    100 up to 0.045 mm, 60 at about 0.091 mm, 0 from 0.16 mm. 100 for a page without edges.
    """
    rows = grey(np.ascontiguousarray(pixels[:: max(1, pixels.shape[0] // 400)]))
    fullest = np.argsort(-(rows < 128).mean(axis=1), kind="stable")[:120]
    found = _edge_widths(rows[np.sort(fullest)])
    if len(found) < 20:
        return 100.0
    sigma_mm = float(np.percentile(found, 35)) / dpi * 25.4
    return float(np.clip(100 * (_SOFT_MM - sigma_mm) / (_SOFT_MM - _SHARP_MM), 0, 100))


def _edge_widths(rows: Pixels) -> NDArray[np.float64]:
    """Blur (σ, pixels) of each strong edge along the rows: its height over its steepest slope."""
    slope = np.diff(rows.astype(np.int16), axis=1)
    slope[np.abs(slope) < 2] = 0
    slope[:, -1] = 0  # no run may reach into the next row
    flat = slope.ravel()
    sign = (flat > 0).view(np.int8) - (flat < 0).view(np.int8)
    starts = np.concatenate(([0], np.flatnonzero(sign[1:] != sign[:-1]) + 1))
    height = np.abs(np.add.reduceat(flat, starts))  # of one sign each, so no more than 255
    steepest = np.maximum.reduceat(np.abs(flat), starts)
    strong = height > 60
    return np.asarray(height[strong] / (steepest[strong] * math.sqrt(2 * math.pi)), np.float64)


def brightness_and_contrast(pixels: Pixels, dpi: float) -> tuple[float, float]:
    """Brightness of the paper and how much darker the ink is, both 0 to 100."""
    small = pooled(grey(pixels), max(1, round(dpi / 100)))
    paper, ink = _percentile(small, 70), _percentile(small, 0.7)
    return paper / 2.55, (paper - ink) / 2.55


def _percentile(page: Pixels, percent: float) -> float:
    """``np.percentile`` without sorting: there are 256 levels."""
    counts = cv2.calcHist([page], [0], None, [256], [0, 256]).ravel().astype(np.int64).cumsum()
    place = (page.size - 1) * percent / 100
    below, above = np.searchsorted(counts, [math.floor(place), math.ceil(place)], side="right").tolist()
    return float(below + (above - below) * (place % 1))


def findings(frame: Frame, page: Pixels, reduced: Reduced, blank: bool, ink_mm2: float, skew: float, rotation: int,
             min_dpi: float, min_sharpness: float) -> tuple[Finding, ...]:  # fmt: skip
    """Remarks in fixed order; ``page``: the cleaned page, ``reduced`` as it is read. A scanner's 299.9 dpi is 300."""
    bright, contrast = brightness_and_contrast(reduced.page, reduced.dpi)
    sharp = 100.0 if blank else sharpness(page, frame.dpi)
    out = [
        Finding("dpi", round(frame.dpi, 1), min_dpi, frame.dpi >= 0.99 * min_dpi),
        Finding("color", float(frame.bits), float(FULL_COLOUR_BITS), frame.bits >= FULL_COLOUR_BITS),
        Finding("blur", round(sharp, 1), min_sharpness, sharp >= min_sharpness),
        Finding("skew", round(skew, 2), MAX_SKEW_DEG, abs(skew) <= MAX_SKEW_DEG),
        Finding("dark", round(bright, 1), MIN_BRIGHTNESS, bright >= MIN_BRIGHTNESS),
        Finding("blank", round(ink_mm2, 1), BLANK_INK_MM2, not blank),
    ]
    if not blank:
        out.append(Finding("contrast", round(contrast, 1), MIN_CONTRAST, contrast >= MIN_CONTRAST))
    if rotation:
        out.append(Finding("upside_down", float(rotation), 0.0, True))
    if not frame.dpi_known:
        out.append(Finding("dpi_guessed", round(frame.dpi, 1), min_dpi, True))
    return tuple(out)
