"""A page's recipe from what is asked of it and what is seen on it, and the page that a recipe makes.

The recipe is found step by step, each on the page as the ones before left it: how it lies, then what was asked in its order, and
after a split or a perspective once more how it lies. Whatever was only asked for (the halves of a spread, a curl) has its
numbers in the recipe, so that applying it measures nothing.
"""

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np

from ocr.dewarp import Curl, find_curl
from ocr.frames import A4_WIDTH_INCH, Frame, Pixels
from ocr.geometry import Lie, apply_recipe, crop_step, grey, ink_map, lie_recipe
from ocr.quality import blank_ink
from ocr.smaller import shrink
from ocr.tones import TONES
from workstation.domain.page import AFFINE, Recipe, Transform
from workstation.domain.pagework import asked, geometry, tones
from workstation.domain.projection import (
    SAME,
    Projection,
    chained,
    corners_of,
    inverse,
    is_projection,
    place,
    recipe_projection,
    rectangle_of,
)

FOCAL = 0.75
"""Focal length of a phone's camera by the longer side of its picture (26 mm on a sensor of 4:3)."""
_GUTTER, _GUTTER_DPI = (0.35, 0.65), 50.0
"""Share of a spread's width within which its middle is looked for."""
_SHADE = 12.0
"""Levels by which a gutter's shadow is darker than the pages beside it."""

_WHITE = (255.0, 255.0, 255.0)
_BAND = 256

MeasureLie = Callable[[Pixels, Pixels, float], Lie]
"""(page, the same in grey, dpi) → how it lies."""


@dataclass(frozen=True, slots=True)
class Cleaned:
    """``plain``: the page in grey; ``dpi``: of the page; ``lie``, ``ink_mm2``: as last measured."""

    page: Pixels
    plain: Pixels
    recipe: Recipe
    dpi: float
    lie: Lie
    blank: bool
    ink_mm2: float


def worked(frame: Frame, work: Recipe, measure: MeasureLie, *, over: bool = False, least_ink: float) -> Cleaned:
    """``over``: in the end the other way up than it seems; ``least_ink``: mm² of writing without which a page is blank."""
    found = Cleaned(frame.pixels, grey(frame.pixels), (), frame.dpi, Lie(0, 0.0), False, 0.0)
    parts = _parts(geometry(work))
    for number, part in enumerate(parts):
        as_scanned = any(t.name == "as_scanned" for t in part)
        looks = 1 + sum(t.name == "perspective" for t in part)
        for t in part if number else (None, *part):
            if t is None or t.name in ("perspective", "spread"):
                if t is not None:
                    found = _done(frame, found, _steps(frame, found, t), paper_dpi if t.name == "perspective" else None)
                looks -= 1
                last = number == len(parts) - 1 and not looks
                found = _level(frame, found, measure, least_ink, as_scanned=as_scanned, over=over and last)
            elif t.name != "as_scanned":
                found = _done(frame, found, _steps(frame, found, t))
    return _done(frame, found, tuple(replace(t, params=(("dpi", round(found.dpi, 3)),)) for t in tones(work)))


def _parts(work: Recipe) -> list[Recipe]:
    """What was asked of a sheet, then of its half, each beginning with the split that made it."""
    starts = [0, *(i for i, t in enumerate(work) if t.name == "spread"), len(work)]
    return [work[a:b] for a, b in itertools.pairwise(starts)]


def paper_dpi(page: Pixels) -> float:
    """Of a sheet that a camera saw: its shorter side is taken for A4's, as of a file that says nothing."""
    return float(min(page.shape[:2]) / A4_WIDTH_INCH)


def _done(frame: Frame, found: Cleaned, steps: Recipe, dpi: Callable[[Pixels], float] | None = None) -> Cleaned:
    if not steps:
        return found
    recipe = found.recipe + steps
    page = applied(frame.pixels, recipe)
    return replace(found, page=page, plain=grey(page), recipe=recipe, dpi=dpi(page) if dpi else found.dpi)


def _level(frame: Frame, found: Cleaned, measure: MeasureLie, least_ink: float, *, as_scanned: bool, over: bool) -> Cleaned:
    ink = blank_ink(found.plain, found.dpi)
    blank = ink < least_ink
    lie = Lie(0, 0.0) if blank else measure(found.page, found.plain, found.dpi)
    if over:
        lie = replace(lie, rotation=(lie.rotation + 180) % 360)
    steps = lie_recipe(Lie(lie.rotation, 0.0) if as_scanned else lie)
    crop = None if as_scanned else crop_step(found.plain, steps, found.dpi)
    return _done(frame, replace(found, lie=lie, blank=blank, ink_mm2=ink), (*steps, *((crop,) if crop else ())))


def _steps(frame: Frame, found: Cleaned, t: Transform) -> Recipe:
    """What a wish comes to on the page as it is."""
    if t.name == "spread":
        return (replace(t, params=(*t.params, ("x", float(gutter(found.page, found.dpi))))),)
    if t.name == "perspective":
        return (_rectangle(frame, found, t),)
    if t.name == "dewarp":
        curl = find_curl(found.page, found.dpi)
        return (curl.step(t.reason),) if curl else ()
    if t.name == "crop":
        return _within(found.page, t)
    return (t,)


def _within(page: Pixels, t: Transform) -> Recipe:
    """A box of whole pixels that lies on the page; none if nothing of it does."""
    height, width = page.shape[:2]
    x0, y0, x1, y1 = (
        max(0, math.floor(t["x0"])),
        max(0, math.floor(t["y0"])),
        min(width, math.ceil(t["x1"])),
        min(height, math.ceil(t["y1"])),
    )
    return (asked("crop", x0=x0, y0=y0, x1=x1, y1=y1),) if x0 < x1 and y0 < y1 else ()


def _rectangle(frame: Frame, found: Cleaned, t: Transform) -> Transform:
    height, width = frame.pixels.shape[:2]
    before = recipe_projection(found.recipe, width, height)[0] if is_projection(found.recipe) else SAME
    middle = place(before, width / 2, height / 2)
    size = rectangle_of(corners_of(t), middle, FOCAL * max(width, height))
    return replace(t, params=(*t.params, ("width", float(round(size[0]))), ("height", float(round(size[1])))))


def gutter(page: Pixels, dpi: float) -> int:
    """Column at which a spread's two pages meet: where its shadow is darkest, else the middle, unless print stands
    there: then the gap in the print that is nearest to it."""
    small = shrink(grey(page), dpi, _GUTTER_DPI)
    height, width = small.shape
    low, high = round(_GUTTER[0] * width), round(_GUTTER[1] * width)
    middle = int(page.shape[1]) // 2
    if high - low < 3:
        return middle
    by = max(1.0, dpi / _GUTTER_DPI)
    light = np.percentile(small, 60, axis=0)
    light = np.convolve(np.pad(light, 2, mode="edge"), np.ones(5) / 5, "valid")
    dark = low + int(light[low:high].argmin())
    if float(np.median(light)) - float(light[dark]) >= _SHADE:
        return int((dark + 0.5) * by + 0.5)
    ink = (ink_map(small, min(dpi, _GUTTER_DPI))[:, low:high] > 0.3).sum(axis=0)
    empty = np.concatenate(([0], (ink <= 0.002 * height).astype(np.int8), [0]))
    starts, ends = np.flatnonzero(np.diff(empty) == 1), np.flatnonzero(np.diff(empty) == -1)
    if not len(starts):
        return middle
    off = np.maximum(0, np.maximum(low + starts - width / 2, width / 2 - (low + ends)))
    if off.min() == 0:
        return middle
    nearest = int(off.argmin())
    return int((low + (int(starts[nearest]) + int(ends[nearest])) / 2) * by + 0.5)


# --- what a recipe makes


def applied(pixels: Pixels, recipe: Recipe) -> Pixels:
    """The page of a frame. Steps of geometry that follow each other, a curl included, move the pixels once. ValueError for a step
    that this program does not know."""
    waiting: Recipe = ()
    for t in recipe:
        if is_projection((t,)):
            waiting += (t,)
        elif t.name == "dewarp":
            pixels, waiting = _flat(pixels, waiting, Curl.of(t)), ()
        elif (t.name, t.version) in TONES:
            pixels, waiting = TONES[t.name, t.version](_moved(pixels, waiting), t["dpi"]), ()
        else:
            raise ValueError(f"not a step: {t.name} {t.version}")
    return _moved(pixels, waiting)


def _moved(pixels: Pixels, recipe: Recipe) -> Pixels:
    if all(t.name in AFFINE for t in recipe):
        return apply_recipe(pixels, recipe)
    height, width = pixels.shape[:2]
    whole, across, down = recipe_projection(recipe, width, height)
    matrix = np.array(_by_centres(whole)).reshape(3, 3)
    size = math.ceil(across - 1e-6), math.ceil(down - 1e-6)
    return np.asarray(cv2.warpPerspective(pixels, matrix, size, flags=cv2.INTER_CUBIC, borderValue=_WHITE), np.uint8)


def _by_centres(p: Projection) -> Projection:
    """A recipe speaks of pixel edges, OpenCV of pixel centres."""
    half: Projection = (1.0, 0.0, 0.5, 0.0, 1.0, 0.5, 0.0, 0.0, 1.0)
    return chained(chained(half, p), inverse(half))


def _flat(pixels: Pixels, before: Recipe, curl: Curl) -> Pixels:
    """In bands, since where a pixel comes from takes more memory than the pixel."""
    height, width = pixels.shape[:2]
    back = inverse(recipe_projection(before, width, height)[0]) if before else None
    count = curl.rows[1]
    out = np.empty((count, len(curl.columns), *pixels.shape[2:]), np.uint8)
    for begin in range(0, count, _BAND):
        end = min(count, begin + _BAND)
        x, y = curl.field(begin, end)
        if back is not None:
            a, b, c, d, e, f, g, h, i = (np.float32(v) for v in back)
            away = g * x + h * y + i
            x, y = (a * x + b * y + c) / away, (d * x + e * y + f) / away
        half = np.float32(0.5)
        out[begin:end] = cv2.remap(
            pixels, x - half, y - half, cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT, borderValue=_WHITE
        )
    return out
