"""A curled sheet, as of an open book under a camera, laid flat by what its lines of text tell.

The sheet is taken for a cylinder: where it comes nearer to the camera all on it grows, so lines away from the middle of the
picture bend, and the farther away the more. A line's height at x of the page is then Y + a(x) + b(x)·Y with polynomials a and b,
the same for all lines, which a fit to all of them finds at once; b is the growth itself, and from it follows how much farther
the paper goes between two columns than the picture shows.
"""

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.components import components
from ocr.frames import Pixels
from ocr.geometry import grey, ink_map
from ocr.smaller import shrink
from workstation.domain.page import Transform

VERSION = 1
_DPI = 100.0
_LETTER_MM = (0.7, 6.0)
_JOIN_MM, _BIN_MM = 3.0, 2.5
_LINE_MM = 35.0
"""Shorter pieces of a line tell little of a bend."""
_SURE_LINES = 6
_DEGREE = 5
_ROUNDS = 6
_KNOWN = (1.0, 99.0)
"""Percentiles of the places of letters between which there are lines."""
_LEAST_MM, _WORST_MM = 0.4, 0.7
"""Bends below the first are none (flat pages have 0.1 at most); above the second is what the lines are beside the fit where they
are no lines."""
_MOST = 0.35
"""Share by which a sheet may grow; more is no sheet."""
FOCAL = 0.9
"""Focal length of a hand's camera by the longer side of a page that fills its picture: it looks at some 60 degrees."""

Floats = NDArray[np.float64]
Field = NDArray[np.float32]


@dataclass(frozen=True, slots=False)
class Curl:
    """Of a picture of ``width`` × ``height`` pixels. ``lift`` and ``growth``: coefficients of x, x², … (x from -1 to 1 across) of
    a, in pixels, and of b by Y from -1 to 1 down, in pixels."""

    width: int
    height: int
    lift: tuple[float, ...]
    growth: tuple[float, ...]
    first: float = -1.0
    last: float = 1.0
    """x between which there are lines; beyond, the sheet goes on as straight as it is there."""

    def step(self, reason: str = "clerk") -> Transform:
        """Of a recipe."""
        named = [("width", float(self.width)), ("height", float(self.height))]
        named += [("first", round(self.first, 4)), ("last", round(self.last, 4))]
        for letter, numbers in (("a", self.lift), ("b", self.growth)):
            named += [(f"{letter}{i}", round(v, 4)) for i, v in enumerate(numbers, 1)]
        return Transform("dewarp", VERSION, tuple(named), reason)

    @staticmethod
    def of(step: Transform) -> "Curl":
        values = dict(step.params)
        lift, growth = (tuple(values[f"{x}{i}"] for i in range(1, _DEGREE + 1)) for x in "ab")
        return Curl(int(values["width"]), int(values["height"]), lift, growth, values["first"], values["last"])

    def bends(self, columns: Floats) -> tuple[Floats, Floats]:
        """a and b, in pixels, at these columns."""
        x = 2 * columns / self.width - 1
        known = np.clip(x, self.first, self.last)
        powers = np.stack([known**i + (x - known) * i * known ** (i - 1) for i in range(1, _DEGREE + 1)])
        return np.asarray(self.lift) @ powers, np.asarray(self.growth) @ powers

    @cached_property
    def columns(self) -> Floats:
        """Where each column of the flat sheet lies on the picture."""
        at = np.arange(self.width + 1, dtype=np.float64)
        _, b = self.bends(at)
        grown = 1 + b / (self.height / 2)
        middle = self.width / 2
        plane = middle + (at - middle) / grown
        depth = FOCAL * max(self.width, self.height) * (grown - 1) / grown
        paper = np.concatenate(([0.0], np.cumsum(np.hypot(np.diff(plane), np.diff(depth)))))
        return np.asarray(np.interp(np.arange(max(1, round(float(paper[-1])))) + 0.5, paper, at))

    @cached_property
    def rows(self) -> tuple[float, int]:
        """First row of the flat sheet, by the picture's, and their number: all that the picture shows is on them."""
        a, b = self.bends(np.linspace(0, self.width, 129))
        top, bottom = _heights(np.zeros(1), a, b, self.height), _heights(np.array([float(self.height)]), a, b, self.height)
        first = min(0.0, float(np.floor(top.min())))
        return first, int(np.ceil(max(float(self.height), float(bottom.max())) - first))

    def field(self, begin: int, end: int) -> tuple[Field, Field]:
        """Of these rows of the flat sheet, by row and column: column and row on the picture, by edges of pixels."""
        a, b = (v.astype(np.float32) for v in self.bends(self.columns))
        down = (np.arange(begin, end, dtype=np.float32) + np.float32(0.5 + self.rows[0]))[:, None]
        middle = np.float32(self.height / 2)
        rows = down + a + b * ((down - middle) / middle)
        return np.broadcast_to(self.columns.astype(np.float32), rows.shape), rows


def _heights(y: Floats, a: Floats, b: Floats, height: float) -> Floats:
    """Y of the flat sheet for y of the picture."""
    middle = height / 2
    return np.asarray((y - a + b) / (1 + b / middle))


def find_curl(page: Pixels, dpi: float) -> Curl | None:
    """None for a flat sheet, and for one whose lines don't tell."""
    small_dpi = min(dpi, _DPI)
    small = shrink(grey(page), dpi, small_dpi)
    lines = _lines(small, small_dpi)
    if len(lines) < _SURE_LINES:
        return None
    height, width = small.shape
    fit, off = _fitted(lines, width, height)
    mm, by = small_dpi / 25.4, dpi / small_dpi
    first, last = (float(v) for v in np.percentile(np.concatenate([2 * x / width - 1 for x, _ in lines]), _KNOWN))
    lift, growth = ((by * part).tolist() for part in (fit[:_DEGREE], fit[_DEGREE:]))
    curl = Curl(page.shape[1], page.shape[0], tuple(lift), tuple(growth), first, last)
    bent, grown = _bent(curl)
    told = bent >= _LEAST_MM * mm * by and off <= _WORST_MM * mm and grown <= _MOST
    return curl if told else None


def _bent(curl: Curl) -> tuple[float, float]:
    """By how many pixels its lines leave straight ones, and the share by which it grows."""
    columns = np.linspace(1 + curl.first, 1 + curl.last, 65) * curl.width / 2
    a, b = curl.bends(columns)
    lines = [line - np.polyval(np.polyfit(columns, line, 1), columns) for line in (a - b, a, a + b)]
    _, all_of_it = curl.bends(np.linspace(0, curl.width, 65))
    return float(np.abs(lines).max()), float(np.abs(all_of_it).max()) / (curl.height / 2)


def _lines(small: Pixels, dpi: float) -> list[tuple[Floats, Floats]]:
    """Columns and heights of the middles of letters along each line of text."""
    mm = dpi / 25.4
    ink = (ink_map(small, dpi) > 0.25).astype(np.uint8)
    labels, stats, _ = components(ink)
    w, h = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    letter = (h >= _LETTER_MM[0] * mm) & (h <= _LETTER_MM[1] * mm) & (w <= 25 * mm)
    letter[0] = False
    letters = letter[labels].astype(np.uint8)
    joined = cv2.morphologyEx(letters, cv2.MORPH_CLOSE, np.ones((1, max(3, round(_JOIN_MM * mm))), np.uint8))
    pieces, shapes, _ = components(np.asarray(joined, np.uint8))
    found = []
    for piece in np.flatnonzero((shapes[:, cv2.CC_STAT_WIDTH] >= _LINE_MM * mm) & (np.arange(len(shapes)) > 0)):
        x0, y0, width, height = (int(v) for v in shapes[piece, :4])
        part = (pieces[y0 : y0 + height, x0 : x0 + width] == piece) & (letters[y0 : y0 + height, x0 : x0 + width] > 0)
        line = _middles(part, x0, y0, mm)
        if line is not None:
            found.append(line)
    return found


def _middles(part: NDArray[np.bool_], x0: int, y0: int, mm: float) -> tuple[Floats, Floats] | None:
    """None for a piece that is no one line: higher than a line is, away from its own course."""
    y, x = np.nonzero(part)
    step = max(1, round(_BIN_MM * mm))
    count = np.bincount(x // step)
    sums = np.bincount(x // step, y)
    spread = np.bincount(x // step, y.astype(np.float64) ** 2)
    full = count >= 4
    if full.sum() < 8:
        return None
    middle = sums[full] / count[full]
    thick = np.sqrt(np.maximum(0, spread[full] / count[full] - middle**2))
    if float(np.median(thick)) > 1.6 * mm:  # two lines grown together
        return None
    return np.asarray((np.flatnonzero(full) + 0.5) * step + x0, np.float64), np.asarray(middle + y0 + 0.5, np.float64)


def _fitted(lines: list[tuple[Floats, Floats]], width: int, height: int) -> tuple[Floats, float]:
    """Coefficients of a and b in pixels, and the median distance of the lines' points from what they say."""
    number = np.concatenate([np.full(len(x), i) for i, (x, _) in enumerate(lines)])
    x = 2 * np.concatenate([x for x, _ in lines]) / width - 1
    y = np.concatenate([y for _, y in lines])
    powers = np.stack([x**i for i in range(1, _DEGREE + 1)], axis=1)
    own = np.zeros((len(x), len(lines)))
    own[np.arange(len(x)), number] = 1
    level = np.array([float(v.mean()) for _, v in lines])
    fit, off, near = np.zeros(2 * _DEGREE), np.zeros_like(y), 1.0
    for _ in range(_ROUNDS):
        t = (2 * level / height - 1)[number]
        terms = np.concatenate([powers, powers * t[:, None], own], axis=1)
        weight = 1 / (1 + (off / near) ** 2)
        ridge = np.zeros((2 * _DEGREE, terms.shape[1]))
        ridge[:, : 2 * _DEGREE] = np.eye(2 * _DEGREE) * 0.02 * np.sqrt(len(x))  # what nothing is known about is flat
        left, right = np.concatenate([terms * weight[:, None], ridge]), np.concatenate([y * weight, np.zeros(2 * _DEGREE)])
        solved = np.linalg.lstsq(left, right, rcond=None)[0]
        fit, level = solved[: 2 * _DEGREE], solved[2 * _DEGREE :]
        off = np.abs(y - terms @ solved)
        near = max(0.3, 2 * float(np.median(off)))
    return np.asarray(fit), float(np.median(off))
