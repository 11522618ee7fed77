"""How a page lies: turned, skewed, bordered. Each measurement gives a named, versioned step of the page's recipe."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.components import components
from ocr.frames import Pixels
from ocr.smaller import shrink
from workstation.domain.page import Recipe, Transform, recipe_matrix

ROTATE_VERSION, DESKEW_VERSION, CROP_VERSION = 1, 1, 1

SKEW_DEAD_ZONE_DEG = 0.4
"""Below it, turning costs more sharpness than it gains in reading (measured: CER rises when pages are always deskewed)."""
_SMALL_DPI = 75.0
_SURE = 0.15
_IN_ROWS = 2.8
"""How much more its best angle stands out than others: 7 to 17 for pages of text, 2.9 to 5 for sheets whose lines bend; 2.2 for a
seal alone, up to 2.1 for scribbles."""
_COARSE, _AROUND_DEG, _PART = 0.5, 3.0, 0.2
"""Degrees from one angle to the next that is looked at first; how far round the best one others count, and from which share of
what it stands out."""
_FANNED_DEG = 0.7
"""Deviation of the rows' angles from which they have no common one: of 272 clean and office pages none had so much."""
_FARTHEST_DEG = 20.0
"""What seems to lie so crooked, near the end of what is looked at, has to stand out twice as much: a finger's or a stain's rim
slants anyhow."""
_SURE_LINES = 6
_LINE_MM = (1.5, 7.0)
_MAX_BORDER = 0.2
_MIN_BORDER_MM = 1.0
_DARK, _DARKER = 70, 0.4
"""A lid is darker than this, and than this share of the paper: an underexposed page is no border."""

_FAINT, _SOLID, _LID = 0.15, 0.6, 60
"""Ink no darker than that shines through, and darker than so much is all the same; paper no brighter than that is a border."""

Ink = NDArray[np.float32]
"""0 (paper) to 1 (ink), small scale."""


def grey(pixels: Pixels) -> Pixels:
    return pixels if pixels.ndim == 2 else np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)


def paper_level(small: Pixels, dpi: float) -> Pixels:
    """Brightness of the paper around each pixel: closing by some 6 mm swallows writing, blurring the rest of it."""
    size = max(3, round(6 / 25.4 * dpi) | 1)
    closed = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((size, size), np.uint8))
    return np.asarray(cv2.blur(closed, (size, size)), np.uint8)


def ink_map(small: Pixels, dpi: float) -> Ink:
    """How much darker than its paper each pixel is; faint (shine-through) and solid dark (borders) count as paper."""
    paper = paper_level(small, dpi)
    ink = 1 - np.asarray(cv2.divide(small, np.maximum(paper, 1), dtype=cv2.CV_32F), np.float32)
    ink = np.minimum(np.asarray(cv2.threshold(ink, _FAINT, 0, cv2.THRESH_TOZERO)[1], np.float32), np.float32(_SOLID))
    ink[paper < _LID] = 0
    return ink


def _line_contrast(ys: Ink, xs: Ink, weight: Ink, degrees: float) -> float:
    """High when ink lies in rows with empty gaps between: the energy of the differences of the sheared row profile.

    Works on points, not on a warped picture: interpolation would blur every angle but 0 and so favour it.
    """
    r = math.radians(degrees)
    rows = ys * math.cos(r) - xs * math.sin(r)
    # between two rows at 0 too, as on the whole at other angles: sharper there, a page that is bent would always lie level
    rows -= rows.min() - (0.0 if degrees else 0.5)
    low = rows.astype(np.int64)
    part = rows - low
    profile = np.bincount(low, weight * (1 - part), low.max() + 2)
    profile[1:] += np.bincount(low, weight * part, len(profile) - 1)[: len(profile) - 1]
    return float(np.square(np.diff(profile)).sum())


def _best_angle(ink: Ink) -> float:
    """Slope of the rows in degrees, clockwise positive, within ±25; 0 of ink that lies in no rows (a seal, a picture)."""
    y, x = np.nonzero(ink)
    weight = ink[y, x]
    ys, xs = y.astype(np.float32), x.astype(np.float32)
    at = 0.0
    for step, reach, every in ((_COARSE, 50, 4), (0.1, 5, 1), (0.02, 5, 1)):
        part = ys[::every], xs[::every], weight[::every]
        near = {at + step * k: _line_contrast(*part, at + step * k) for k in range(-reach, reach + 1)}
        at = max(near, key=lambda angle: near[angle])
        least = _IN_ROWS * (2 if abs(at) >= _FARTHEST_DEG else 1)
        if every > 1 and near[at] < least * float(np.median(list(near.values()))):
            return 0.0
        if step == _COARSE:
            middle, spread = _among(near, at)
            if spread > _FANNED_DEG:
                return middle
    return at


def _among(near: Mapping[float, float], at: float) -> tuple[float, float]:
    """Mean and deviation of the angles round the best one by how much they stand out: rows of a bent sheet lie at many."""
    angles, standing = np.array(list(near)), np.array(list(near.values()))
    rest = float(np.median(standing))
    weight = np.maximum(0.0, (standing - rest) / (near[at] - rest) - _PART)
    weight[np.abs(angles - at) > _AROUND_DEG] = 0
    middle = float(np.average(angles, weights=weight))
    return middle, float(np.sqrt(np.average((angles - middle) ** 2, weights=weight)))


def _sideways(ink: Ink) -> bool:
    """Whether words stand upright like book spines: letters close up to words long before lines close up to columns."""
    joined = np.asarray(cv2.morphologyEx((ink > 0.2).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8)), np.uint8)
    _, stats, _ = components(joined)
    w, h = stats[1:, cv2.CC_STAT_WIDTH].astype(np.float64), stats[1:, cv2.CC_STAT_HEIGHT].astype(np.float64)
    long, short = np.maximum(w, h), np.minimum(w, h)
    words = (long >= 2 / 25.4 * _SMALL_DPI) & (short >= 2) & (short <= 12 / 25.4 * _SMALL_DPI)
    return float((np.log(w / h) * long)[words].sum()) < 0


def _without_rules(ink: Ink) -> Ink:
    """Long straight rules of forms and tables taken out: they draw the projection in both directions."""
    solid = (ink > 0.3).astype(np.uint8)
    n = max(15, round(ink.shape[1] * 0.06))
    level = cv2.morphologyEx(solid, cv2.MORPH_OPEN, np.ones((1, n), np.uint8))
    upright = cv2.morphologyEx(solid, cv2.MORPH_OPEN, np.ones((n, 1), np.uint8))
    rules = cv2.max(level, upright)
    return np.where(cv2.dilate(rules, np.ones((3, 3), np.uint8)) > 0, np.float32(0), ink)


def _head_up(ink: Ink, dpi: float) -> float:
    """From −1 (head down) to 1 (head up) by the shape of text lines, for level text; 0 with too few lines to tell.

    Runs taller than a line of text (a seal, a signature, lines grown together) say nothing.

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
        if _LINE_MM[0] <= len(line) / dpi * 25.4 <= _LINE_MM[1]:
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
    by_shape: bool = True
    """The lines' shape said which end is up; else reading had to."""


def measure_lie(plain: Pixels, dpi: float, sure_by_reading: Callable[[Recipe], int], *, across: bool = False) -> Lie:
    """Rotation (0, 90, 180, 270) and skew of a grey page. ``across``: its lines run the other way than it seems.

    The text's axis comes from the shape of words, the skew from the rows' projection, which end is up from the shape of
    the lines; where that is weak or says "down", ``sure_by_reading`` (of what levels the page: 0 or 180) reads both ways.
    Tesseract's own OSD was measured at 0.5 CPU seconds a page and confidences below 1 on bad pages.
    """
    small = shrink(plain, dpi, _SMALL_DPI)
    ink = _without_rules(ink_map(small, _SMALL_DPI))
    if not ink.any():
        return Lie(0, 0.0)
    base = 90 if _sideways(ink) != across else 0
    skew = _best_angle(np.rot90(ink, -1) if base else ink)
    level = lie_recipe(Lie(base, skew))
    finer = min(dpi, 2 * _SMALL_DPI)
    upness = _head_up(_without_rules(ink_map(apply_recipe(shrink(plain, dpi, finer), level), finer)), finer)
    # broken print looks head down at times, and few pages are: turning one over is never believed without reading
    flip = 0 if upness >= _SURE else sure_by_reading(level)
    return Lie((base + flip) % 360, skew, upness >= _SURE)


def lie_recipe(lie: Lie) -> Recipe:
    steps = []
    if lie.rotation:
        steps.append(Transform("rotate", ROTATE_VERSION, (("degrees", float(lie.rotation)),), "upright"))
    if abs(lie.skew_deg) > SKEW_DEAD_ZONE_DEG:
        steps.append(Transform("deskew", DESKEW_VERSION, (("degrees", round(lie.skew_deg, 3)),), "level"))
    return tuple(steps)


def crop_step(pixels: Pixels, recipe: Recipe, dpi: float) -> Transform | None:
    """The crop that cuts the scanner's black frame off; None if no side has one of at least a millimetre.

    ``recipe``: the steps before, applied here to a small copy. Corners that turning brought in belong to no side.
    """
    scale = min(1.0, _SMALL_DPI / dpi)
    h, w = pixels.shape[:2]
    (a, b, c, d, e, f), width, height = recipe_matrix(recipe, w, h)
    small = shrink(grey(pixels), dpi, _SMALL_DPI)
    matrix = np.array([[a, c, e * scale], [b, d, f * scale]], np.float64)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    lid = min(_DARK, _DARKER * float(np.percentile(small[::4, ::4], 70)))
    dark = cv2.warpAffine((small < lid).astype(np.float32), matrix, size)
    seen = cv2.warpAffine(np.ones_like(small, np.float32), matrix, size)
    top, bottom = _dark_runs(dark.sum(axis=1), seen.sum(axis=1), size[0])
    left, right = _dark_runs(dark.sum(axis=0), seen.sum(axis=0), size[1])
    if not (top or bottom or left or right):
        return None
    x0, y0 = math.floor(left / scale), math.floor(top / scale)
    x1, y1 = math.ceil(width - right / scale), math.ceil(height - bottom / scale)
    params = (("x0", float(x0)), ("y0", float(y0)), ("x1", float(x1)), ("y1", float(y1)))
    return Transform("crop", CROP_VERSION, params, "border")


def _dark_runs(dark: NDArray[np.float32], seen: NDArray[np.float32], across: int) -> tuple[int, int]:
    """Lengths of the dark runs at both ends of a profile, one step more for the border's grey edge.

    Rows that turning left nearly empty count with the dark ones next to them. 0: under a millimetre, or so long that it
    is content and no frame.
    """
    empty = seen < 0.1 * across
    paper = np.flatnonzero(~empty & (dark < 0.35 * seen))
    solid = np.flatnonzero(~empty & (dark >= 0.35 * seen))
    if not paper.size or not solid.size:
        return 0, 0

    def run(first_paper: int, touched: bool) -> int:
        real = touched and _MIN_BORDER_MM / 25.4 * _SMALL_DPI <= first_paper <= _MAX_BORDER * len(seen)
        return first_paper + 1 if real else 0

    first, last = int(paper[0]), int(paper[-1])
    return run(first, solid[0] < first), run(len(seen) - 1 - last, solid[-1] > last)


def apply_recipe(pixels: Pixels, recipe: Recipe) -> Pixels:
    """The page of an affine recipe: quarter turns and crops exactly, a deskew by one bilinear warp; new corners are white."""
    if not recipe:
        return pixels
    if all(t.name != "deskew" for t in recipe):
        for t in recipe:
            if t.name == "rotate":
                pixels = np.rot90(pixels, -int(t["degrees"]) // 90)
            elif t.name == "spread":
                pixels = pixels[:, int(t["x"]) :] if t["side"] else pixels[:, : int(t["x"])]
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
