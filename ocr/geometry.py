"""How a page lies: turned, skewed, bordered. Each measurement gives a named, versioned step of the page's recipe."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.frames import Pixels
from workstation.domain.page import Recipe, Transform, recipe_matrix

ROTATE_VERSION, DESKEW_VERSION, CROP_VERSION = 1, 1, 1

SKEW_DEAD_ZONE_DEG = 0.4
"""Below it, turning costs more sharpness than it gains in reading (measured: CER rises when pages are always deskewed)."""
SKEW_RANGE_DEG = 10.0
_SMALL_DPI = 75.0
_SURE = 0.15
_SURE_LINES = 4
_MAX_BORDER = 0.2
_MIN_BORDER_MM = 1.0

Ink = NDArray[np.float32]
"""0 (paper) to 1 (ink), small scale."""


def grey(pixels: Pixels) -> Pixels:
    return pixels if pixels.ndim == 2 else np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)


def shrink(pixels: Pixels, dpi: float, to_dpi: float) -> Pixels:
    scale = min(1.0, to_dpi / dpi)
    size = max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def paper_level(small: Pixels, dpi: float) -> NDArray[np.float32]:
    """Brightness of the paper around each pixel: closing by some 6 mm swallows writing, blurring the rest of it."""
    size = max(3, round(6 / 25.4 * dpi) | 1)
    closed = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((size, size), np.uint8))
    return np.asarray(cv2.blur(closed, (size, size)), np.float32)


def ink_map(small: Pixels, dpi: float) -> Ink:
    """How much darker than its paper each pixel is; faint (shine-through) and solid dark (borders) count as paper."""
    paper = paper_level(small, dpi)
    ink = 1 - small.astype(np.float32) / np.maximum(paper, 1)
    ink[(ink < 0.15) | (paper < 60)] = 0
    return np.minimum(ink, 0.6).astype(np.float32)


def _line_contrast(ys: Ink, xs: Ink, weight: Ink, degrees: float) -> float:
    """High when ink lies in rows with empty gaps between: the energy of the differences of the sheared row profile.

    Works on points, not on a warped picture: interpolation would blur every angle but 0 and so favour it.
    """
    r = math.radians(degrees)
    rows = ys * math.cos(r) - xs * math.sin(r)
    rows -= rows.min()
    low = rows.astype(np.int64)
    part = rows - low
    profile = np.bincount(low, weight * (1 - part), low.max() + 2)
    profile[1:] += np.bincount(low, weight * part, len(profile) - 1)[: len(profile) - 1]
    return float(np.square(np.diff(profile)).sum())


def _best_angle(ink: Ink) -> float:
    """Slope of the rows in degrees, clockwise positive, within ±10."""
    y, x = np.nonzero(ink)
    weight = ink[y, x]
    ys, xs = y.astype(np.float32), x.astype(np.float32)
    at = 0.0
    for step, reach in ((0.5, 20), (0.1, 5), (0.02, 5)):
        near = {at + step * k: _line_contrast(ys, xs, weight, at + step * k) for k in range(-reach, reach + 1)}
        at = max(near, key=lambda angle: near[angle])
    return at


def _sideways(ink: Ink) -> bool:
    """Whether words stand upright like book spines: letters close up to words long before lines close up to columns."""
    joined = cv2.morphologyEx((ink > 0.2).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    w, h = stats[1:, cv2.CC_STAT_WIDTH].astype(np.float64), stats[1:, cv2.CC_STAT_HEIGHT].astype(np.float64)
    long, short = np.maximum(w, h), np.minimum(w, h)
    words = (long >= 2 / 25.4 * _SMALL_DPI) & (short >= 2) & (short <= 12 / 25.4 * _SMALL_DPI)
    return float((np.log(w / h) * long)[words].sum()) < 0


def _without_rules(ink: Ink) -> Ink:
    """Long straight rules of forms and tables taken out: they draw the projection in both directions."""
    solid = (ink > 0.3).astype(np.uint8)
    n = max(15, round(ink.shape[1] * 0.06))
    rules = cv2.morphologyEx(solid, cv2.MORPH_OPEN, np.ones((1, n), np.uint8)) | cv2.morphologyEx(
        solid, cv2.MORPH_OPEN, np.ones((n, 1), np.uint8)
    )
    return np.where(cv2.dilate(rules, np.ones((3, 3), np.uint8)) > 0, np.float32(0), ink)


def _head_up(ink: Ink) -> float:
    """From −1 (head down) to 1 (head up) by the shape of text lines, for level text; 0 with too few lines to tell.

    Vietnamese stands above its x-height (ascenders, capitals, circumflexes, tone marks) far more than below its base
    line (descenders, the dot of ạ), so in an upright line the dense band lies low.
    """
    profile = ink.sum(axis=1)
    filled = np.concatenate(([0], (profile > profile.max(initial=0) * 0.02).astype(np.int8), [0]))
    starts, ends = np.flatnonzero(np.diff(filled) == 1), np.flatnonzero(np.diff(filled) == -1)
    above = below = 0.0
    lines = 0
    for start, end in zip(starts, ends, strict=True):
        line = profile[start:end]
        if len(line) >= 5:
            dense = np.flatnonzero(line > 0.55 * np.sort(line)[-max(1, len(line) // 5)])
            above += float(line[: dense[0]].sum())
            below += float(line[dense[-1] + 1 :].sum())
            lines += 1
    return (above - below) / (above + below) if above + below and lines >= _SURE_LINES else 0.0


@dataclass(frozen=True, slots=True)
class Lie:
    """How the page lies: clockwise degrees that turn it upright, and the slope that is left then."""

    rotation: int
    skew_deg: float


def measure_lie(pixels: Pixels, dpi: float, sure_by_reading: Callable[[Pixels], int]) -> Lie:
    """Rotation (0, 90, 180, 270) and skew of a page.

    The text's axis comes from the shape of words, the skew from the rows' projection, which end is up from the shape of the lines; where that is weak,
    ``sure_by_reading`` (level page → 0 or 180) reads some of it both ways. Tesseract's own OSD was measured at 0.5 CPU
    seconds a page and confidences below 1 on bad pages.
    """
    small = shrink(grey(pixels), dpi, _SMALL_DPI)
    ink = _without_rules(ink_map(small, _SMALL_DPI))
    if not ink.any():
        return Lie(0, 0.0)
    base = 90 if _sideways(ink) else 0
    skew = _best_angle(np.rot90(ink, -1) if base else ink)
    level = apply_recipe(pixels, lie_recipe(Lie(base, skew)))
    finer = min(dpi, 2 * _SMALL_DPI)
    upness = _head_up(_without_rules(ink_map(shrink(grey(level), dpi, finer), finer)))
    flip = (180 if upness < 0 else 0) if abs(upness) >= _SURE else sure_by_reading(level)
    return Lie((base + flip) % 360, skew)


def lie_recipe(lie: Lie) -> Recipe:
    steps = []
    if lie.rotation:
        steps.append(Transform("rotate", ROTATE_VERSION, (("degrees", float(lie.rotation)),), "upright"))
    if abs(lie.skew_deg) > SKEW_DEAD_ZONE_DEG:
        steps.append(Transform("deskew", DESKEW_VERSION, (("degrees", round(lie.skew_deg, 3)),), "level"))
    return tuple(steps)


def crop_step(pixels: Pixels, dpi: float) -> Transform | None:
    """Cuts the scanner's black frame off a level page; None if no side has one of at least a millimetre."""
    small = shrink(grey(pixels), dpi, _SMALL_DPI)
    scale = pixels.shape[0] / small.shape[0]
    dark = small < 70
    h, w = dark.shape
    rows, columns = dark.mean(axis=1), dark.mean(axis=0)
    top, bottom = _dark_run(rows), h - _dark_run(rows[::-1])
    left, right = _dark_run(columns), w - _dark_run(columns[::-1])
    if (top, left, bottom, right) == (0, 0, h, w):
        return None
    margin = 1  # the grey slope of the border's edge
    box = (
        left + margin if left else 0, top + margin if top else 0,
        right - margin if right < w else w, bottom - margin if bottom < h else h,
    )  # fmt: skip
    ph, pw = pixels.shape[:2]
    x0, y0 = round(box[0] * scale), round(box[1] * scale)
    x1, y1 = (pw if box[2] == w else round(box[2] * scale)), (ph if box[3] == h else round(box[3] * scale))
    params = (("x0", float(x0)), ("y0", float(y0)), ("x1", float(x1)), ("y1", float(y1)))
    return Transform("crop", CROP_VERSION, params, "border")


def _dark_run(share: NDArray[np.float64]) -> int:
    """Length of the dark run at the start; 0 if it is under a millimetre or so long that it is content, not a frame."""
    clear = np.flatnonzero(share < 0.5)
    run = int(clear[0]) if clear.size else len(share)
    return run if _MIN_BORDER_MM / 25.4 * _SMALL_DPI <= run <= _MAX_BORDER * len(share) else 0


def apply_recipe(pixels: Pixels, recipe: Recipe) -> Pixels:
    """The cleaned page: quarter turns and crops exactly, a deskew by one bilinear warp; new corners are paper white."""
    if not recipe:
        return pixels
    if all(t.name != "deskew" for t in recipe):
        for t in recipe:
            if t.name == "rotate":
                pixels = np.rot90(pixels, -int(t["degrees"]) // 90)
            else:
                pixels = pixels[int(t["y0"]) : int(t["y1"]), int(t["x0"]) : int(t["x1"])]
        return np.ascontiguousarray(pixels)
    h, w = pixels.shape[:2]
    (a, b, c, d, e, f), width, height = recipe_matrix(recipe, w, h)
    # the recipe speaks of pixel edges, OpenCV of pixel centres
    e, f = e + (a + c - 1) / 2, f + (b + d - 1) / 2
    matrix = np.array([[a, c, e], [b, d, f]], np.float64)
    size = math.ceil(width - 1e-6), math.ceil(height - 1e-6)
    white = (255.0, 255.0, 255.0)
    return np.asarray(cv2.warpAffine(pixels, matrix, size, flags=cv2.INTER_LINEAR, borderValue=white), np.uint8)
