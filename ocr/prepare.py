"""From the cleaned page to what the recogniser sees. Each step is a named, versioned function on pixels.

The archive keeps the page as scanned; these pixels are for reading only and keep the cleaned page's geometry.
Measured on 60 synthetic pages (clean / office / bad paper, CER %): nothing 7.3 / 7.9 / 53.5; red, flatten, levels and
leaders give the greater part of the way to 0.6 / 1.8 / 13.7. Blue stamps came later and lie on none of those pages.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr import redprint, reversetype
from ocr.components import components
from ocr.frames import Pixels
from ocr.geometry import grey
from ocr.reduce import Reduced
from ocr.smaller import pooled, shrink
from ocr.stampframes import Frame, erase_frames, frames_on
from ocr.stampink import stamps_to_paper
from ocr.tickboxes import TickBox, boxes_on, boxes_to_letters
from workstation.domain.page import Recipe, Transform

_RED_MM2 = 1.0
"""Less is a camera's or JPEG's colour noise."""


def red_to_paper(rgb: Pixels, dpi: float) -> Pixels:
    """Grey page on which red ink (seals, numbering stamps) has become paper and black under the seal stays; ``rgb`` without."""
    if rgb.ndim == 2:
        return rgb
    red, green, blue = cv2.split(rgb)
    reddish = cv2.subtract(red, cv2.max(green, blue))
    mask = cv2.threshold(reddish, 28, 255, cv2.THRESH_BINARY)[1]
    if cv2.countNonZero(mask) * (25.4 / dpi) ** 2 < _RED_MM2:
        return rgb
    plain = grey(rgb)
    lifted = cv2.addWeighted(red, 1.0, reddish, 0.35, 0.0)
    return np.asarray(cv2.copyTo(cv2.max(plain, lifted), mask, plain), np.uint8)


def flatten_shading(page: Pixels, dpi: float) -> Pixels:
    """Divides by the local paper brightness: shadows, yellowing and stains go, ink keeps its relative darkness."""
    page = grey(page)
    small = shrink(page, dpi, 75.0)
    size = max(3, round(5 / 25.4 * 75) | 1)
    closed = np.asarray(cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((size, size), np.uint8)), np.uint8)
    paper = cv2.medianBlur(pooled(closed, 2), size // 2 | 1)  # nothing finer is left, and it takes a quarter of the time
    full = cv2.resize(paper, (page.shape[1], page.shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.divide(page, np.maximum(full, 1), scale=245.0), np.uint8)


def stretch_levels(page: Pixels, dpi: float) -> Pixels:
    """Ink to black, paper to white: the darkest percent and 85 % of the paper's brightness become the ends."""
    del dpi
    histogram = np.bincount(page[::2, ::2].ravel(), minlength=256)
    share = np.cumsum(histogram) / histogram.sum()
    low = int(np.searchsorted(share, 0.01))
    high = int(np.searchsorted(share, 0.5)) * 0.92
    if high - low < 40:  # an empty or solid page: stretching would draw its grain
        return page
    ramp = np.clip((np.arange(256) - low) * (255 / (high - low)), 0, 255).astype(np.uint8)
    return np.asarray(cv2.LUT(page, ramp), np.uint8)


def erase_leaders(page: Pixels, dpi: float) -> Pixels:
    """Wipes leaders of forms, of dots and of dashes, also where they run between the letters written over them.

    With them Tesseract drops whole lines in silence. A dot goes if it keeps step with a level row of evenly spaced dots, and so
    does a dash; full stops, the dots of i and the marks of ạ, hyphens and broken rules stand out of step and stay.
    """
    mm = dpi / 25.4
    dark = (page < 150).astype(np.uint8)
    labels, stats, centres = components(dark)
    w, h, area = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT], stats[:, cv2.CC_STAT_AREA]
    limit = max(3.0, 0.75 * mm)
    dot = (w <= limit) & (h <= limit) & (area >= 0.4 * w * h) & (area >= 2)
    dash = ~dot & (w <= _DASH_MM[0] * mm) & (h <= max(3.0, _DASH_MM[1] * mm)) & (w >= 1.5 * h) & (area >= 0.6 * w * h)
    doomed = np.zeros(len(stats), bool)
    for marks, leader in ((dot, _CLOSE), (dot, _SPACED), (dash, _DASHES)):
        marks[0] = False
        chosen = np.flatnonzero(marks)
        doomed[chosen[in_step(centres[chosen] / mm, np.asarray(area[chosen], np.float64), leader)]] = True
    if not doomed.any():
        return page
    mask = cv2.dilate(doomed[labels].astype(np.uint8), np.ones((3, 3), np.uint8))
    return np.where(mask > 0, np.uint8(255), page)


_BAND_MM = 0.4


class Leader(NamedTuple):
    """Least and longest step of its marks, mm, and how many with an even step on both sides make a row one."""

    least: float
    longest: float
    seeds: int


_CLOSE, _SPACED, _DASHES = Leader(0.4, 1.8, 6), Leader(1.8, 2.8, 12), Leader(0.8, 4.5, 6)
"""Dots, dots with a space between, as specks of a worn page may lie by chance, and dashes."""
_DASH_MM = 2.5, 0.6
"""Length and height of a dash at most."""
_LARGER = 1.6
"""Times the area of the row's dots: another dot."""


def in_step(at: NDArray[np.float64], area: NDArray[np.float64], leader: Leader = _CLOSE) -> NDArray[np.bool_]:
    """Which marks (centres in millimetres, x and y) keep step with a leader of their row."""
    keep = np.zeros(len(at), bool)
    band = np.floor(at[:, 1] / _BAND_MM).astype(np.int64)
    order = np.argsort(band, kind="stable")
    ranked = band[order]
    for row in np.unique(ranked):
        start, end = np.searchsorted(ranked, (row - 1, row + 2))
        near = order[start:end]
        if len(near) >= leader.seeds + 2:
            own = band[near] == row
            keep[near[own]] = _steps(at[near], own, area[near], leader)
    return keep


def _steps(at: NDArray[np.float64], own: NDArray[np.bool_], area: NDArray[np.float64], leader: Leader) -> NDArray[np.bool_]:
    """For the dots ``own`` among ``at``: whether at least two others lie one to four even steps away on the same level."""
    right = at[None, :, 0] - at[:, None, 0]
    level = np.abs(at[None, :, 1] - at[:, None, 1]) < 0.12 + 0.01 * np.abs(right)
    far = 10 * leader.longest
    ahead = np.where(level & (right > leader.least), right, far)
    step = ahead.min(axis=1)
    after = step[ahead.argmin(axis=1)]
    even = (step < leader.longest) & (np.abs(after - step) < 0.15 * step)
    if even.sum() < leader.seeds:
        return np.zeros(int(own.sum()), bool)
    pitch = float(np.median(step[even]))
    away = np.abs(right[own]) / pitch
    whole = np.round(away)
    in_step = level[own] & (whole >= 1) & (whole <= 4) & (np.abs(away - whole) < 0.1 + 0.02 * whole)
    # the dot under ạ or ị that happens to keep step is larger than a leader's
    return np.asarray((in_step.sum(axis=1) >= 2) & (area[own] < _LARGER * np.median(area[even])))


Params = tuple[tuple[str, float], ...]
"""Of one ``Transform``."""


def _everywhere(page: Pixels, dpi: float) -> tuple[Params, ...]:
    """Of a step that is taken on the whole page: once, without a place."""
    del page, dpi
    return ((),)


def _framed(page: Pixels, dpi: float) -> tuple[Params, ...]:
    """Edges in pixels, and the slope of the nearly level sides."""
    return tuple((*zip(("x0", "y0", "x1", "y1"), f.box, strict=True), ("lean", f.lean)) for f in frames_on(page, dpi))


def _boxes(page: Pixels, dpi: float) -> tuple[Params, ...]:
    """Edges in pixels, and 1 for one that is ticked."""
    return tuple((*zip(("x0", "y0", "x1", "y1"), b.box, strict=True), ("ticked", float(b.ticked))) for b in boxes_on(page, dpi))


@dataclass(frozen=True, slots=True)
class Step:
    """``run`` gives the very page that it got where there is nothing to do; ``reason``: what was seen where there is, ``where``:
    on a page before the step, for each place that it was seen."""

    name: str
    version: int
    run: Callable[[Pixels, float], Pixels]
    reason: str
    where: Callable[[Pixels, float], tuple[Params, ...]] = _everywhere


PREPARATION: tuple[Step, ...] = (
    Step("stamps_to_paper", 1, stamps_to_paper, "blue stamps"),
    Step("red_to_paper", 1, red_to_paper, "red ink"),
    Step("flatten", 2, flatten_shading, "the paper's own brightness"),
    Step("levels", 1, stretch_levels, "ink and paper nearer than black and white"),
    Step("stamp_frames", 2, erase_frames, "a stamp's frame", _framed),
    Step("tick_boxes", 1, boxes_to_letters, "a box to tick", _boxes),
    Step("leaders", 4, erase_leaders, "rows of dots or dashes"),
)
UNPARTED = tuple(s for s in PREPARATION if s.name not in ("stamps_to_paper", "tick_boxes"))
"""For a written page: its frames in blue are no stamps, and what stands in them is in its own words, which no box disturbs."""


def prepared(pixels: Pixels, dpi: float, steps: tuple[Step, ...] = PREPARATION) -> tuple[Pixels, Recipe]:
    """Grey page for the recogniser, the same size as ``pixels``, and the steps that what was seen on it called for."""
    taken: list[Transform] = []
    for step in steps:
        done = step.run(pixels, dpi)
        if done is not pixels:
            taken += [Transform(step.name, step.version, params, step.reason) for params in step.where(pixels, dpi)]
        pixels = done
    return grey(pixels), tuple(taken)


def in_black(reduced: Reduced) -> tuple[Pixels, Recipe]:
    """A level page with all its print as ink on paper, what is printed in red or reversed out too; before ``prepared``."""
    page, red = redprint.in_black(reduced.page, reduced.dpi)
    page, white = reversetype.in_black(page, reduced.dpi, None if red else reduced.plain)
    return page, (*red, *white)


def prepare(pixels: Pixels, dpi: float) -> Pixels:
    """``prepared`` where nobody asks how."""
    return prepared(pixels, dpi)[0]


def framed(steps: Recipe) -> tuple[Frame, ...]:
    """The frames that were taken off."""
    return tuple(Frame((t["x0"], t["y0"], t["x1"], t["y1"]), t["lean"]) for t in steps if t.name == "stamp_frames")


def boxes_to_tick(steps: Recipe) -> tuple[TickBox, ...]:
    """The boxes that were made letters."""
    return tuple(TickBox((t["x0"], t["y0"], t["x1"], t["y1"]), bool(t["ticked"])) for t in steps if t.name == "tick_boxes")
