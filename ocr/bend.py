"""How a worn sheet is bent, seen from the rules of its tables all at once, and the sheet laid flat by it.

Not one rule of such a sheet can be followed across its gaps, but they all bend alike. So strips of the page side by side are
matched with each other: where the rules of the one lie lower than those of the other, the sheet falls.
"""

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.frames import Pixels

Field = NDArray[np.float32]
Floats = NDArray[np.float64]

_STROKE_MM = 4.0
"""Shorter straight strokes are letters; a bent rule keeps to its row of pixels for so long only."""
_STRIP_MM, _BELT_MM = 14.0, 40.0
"""Width and height of what is matched: the bend changes little within."""
_STEP_MM = 1.0
"""Most that a rule falls from one strip to the next: four degrees. Rows of a table lie farther apart."""
_SOFT_MM = 0.25
_GRID = 16
"""Pixels between the places where the bend is reckoned."""
_BAND = 256
"""Rows that are moved at once."""
_OFF = 2.0
"""Times the median distance from the fit: a match of other lines."""
_ROUNDS, _FLAT = 4, 1e-3
"""Of fitting; weight of a flat sheet beside what is seen."""


@dataclass(frozen=True, slots=True)
class _Falls:
    """How far a sheet falls, known every ``_GRID`` rows: between these it is reckoned when it is asked for, because two numbers
    for each pixel of a page are 70 megabytes."""

    rows: Field
    height: int

    def at(self, first: int, last: int) -> Field:
        """Of the rows from the first to before the last."""
        y = (np.arange(first, last, dtype=np.float32) + 0.5) * (len(self.rows) / self.height) - 0.5
        y = np.clip(y, 0, len(self.rows) - 1)
        upper = np.minimum(y.astype(np.intp), len(self.rows) - 2)
        part = (y - upper).astype(np.float32)[:, None]
        return np.asarray(self.rows[upper] * (1 - part) + self.rows[upper + 1] * part, np.float32)


@dataclass(frozen=True, slots=True)
class Bend:
    """By row and column of the flat sheet: how many pixels farther down and right the same point lies on the bent one."""

    down: _Falls
    right: _Falls

    def flat(self, page: Pixels) -> Pixels:
        """The sheet laid flat. Nothing is blended: what was black stays black."""
        return self._moved(page, 1, 255)

    def bent(self, mask: Pixels) -> Pixels:
        """A mask of the flat sheet on the bent one."""
        return self._moved(mask, -1, 0)

    def _moved(self, page: Pixels, sign: int, beyond: int) -> Pixels:
        height, width = page.shape
        out = np.empty_like(page)
        columns = np.arange(width, dtype=np.float32)
        for first in range(0, height, _BAND):
            last = min(height, first + _BAND)
            x = columns + sign * self.right.at(first, last)
            y = np.arange(first, last, dtype=np.float32)[:, None] + sign * self.down.at(first, last)
            out[first:last] = cv2.remap(page, x, y, cv2.INTER_NEAREST, borderMode=cv2.BORDER_CONSTANT, borderValue=beyond)
        return out

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Where a point of the flat sheet lies on the bent one."""
        row = min(self.down.height - 1, max(0, round(y)))
        column = min(self.down.rows.shape[1] - 1, max(0, round(x)))
        return x + float(self.right.at(row, row + 1)[0, column]), y + float(self.down.at(row, row + 1)[0, column])


def find_bend(dark: Pixels, mm: float) -> Bend:
    """Of a part of a page in which most long strokes are a table's rules. ``dark``: its ink, 0 or 1."""
    height, width = dark.shape
    down, right = _coarse(dark, mm), np.ascontiguousarray(_coarse(np.ascontiguousarray(dark.T), mm).T)
    wide = (np.asarray(cv2.resize(one, (width, len(one)), interpolation=cv2.INTER_LINEAR), np.float32) for one in (down, right))
    return Bend(*(_Falls(rows, height) for rows in wide))


def _coarse(dark: Pixels, mm: float) -> Field:
    """How far the level rules lie below where they stand in the middle of the part, every ``_GRID`` pixels."""
    height, width = dark.shape
    closed = cv2.morphologyEx(dark, cv2.MORPH_CLOSE, np.ones((1, max(1, round(0.6 * mm))), np.uint8))
    strokes = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((1, round(_STROKE_MM * mm)), np.uint8))
    across = np.linspace(0, width, max(3, round(width / (_STRIP_MM * mm))) + 1).astype(int)
    down = np.linspace(0, height, max(1, round(height / (_BELT_MM * mm))) + 1).astype(int)
    sums = np.add.reduceat(strokes, across[:-1], axis=1, dtype=np.float32)
    size = 1, 2 * round(3 * _SOFT_MM * mm) + 1
    strips = np.asarray(cv2.GaussianBlur(sums, size, 0.1, sigmaY=_SOFT_MM * mm), np.float32)
    x, y = (across[:-1] + across[1:]) / width - 1, (down[:-1] + down[1:]) / height - 1
    slopes, trust = _slopes(strips, down, round(_STEP_MM * mm))
    at_x, at_y = np.meshgrid((x[:-1] + x[1:]) / 2, y)
    fit = _fitted(at_x.ravel(), at_y.ravel(), (slopes / np.diff(x)).ravel(), trust.ravel())
    columns = np.clip(np.linspace(-1, 1, max(2, width // _GRID)), x[0], x[-1])
    rows = np.clip(np.linspace(-1, 1, max(2, height // _GRID)), y[0], y[-1])[:, None]
    return np.asarray(
        columns * (fit[0] + fit[3] * rows) + columns**2 * (fit[1] + fit[4] * rows) / 2 + columns**3 * fit[2] / 3, np.float32
    )


def _slopes(strips: Field, down: NDArray[np.int_], reach: int) -> tuple[Floats, Floats]:
    """For each belt and pair of neighbouring strips: by how many rows the right one lies lower, and how well they match."""
    slopes = np.zeros((len(down) - 1, strips.shape[1] - 1))
    trust = np.zeros_like(slopes)
    for b, (first, last) in enumerate(pairwise(down.tolist())):
        belt = strips[first:last].astype(np.float64)
        padded = np.pad(belt, ((reach, reach), (0, 0)))
        n = len(belt)
        scores = np.stack([(belt[:, :-1] * padded[s : s + n, 1:]).sum(axis=0) for s in range(2 * reach + 1)])
        slopes[b] = scores.argmax(axis=0) - reach
        trust[b] = scores.max(axis=0)
    return slopes, trust


def _fitted(x: Floats, y: Floats, slope: Floats, trust: Floats) -> Floats:
    """Coefficients of the slope by 1, x, x², y and xy. What is off the rest counts little."""
    terms = np.stack([np.ones_like(x), x, x**2, y, x * y], axis=1)
    count = terms.shape[1]
    fit, off, near = np.zeros(count), np.zeros_like(slope), 1.0
    for _ in range(_ROUNDS if (trust > 0).sum() > count else 0):
        weight = np.sqrt(trust) / (1 + (off / near) ** 2)
        # what nothing is known about is flat
        ridge = _FLAT * np.sqrt((weight**2).sum()) * np.eye(count)
        left, right = np.concatenate([terms * weight[:, None], ridge]), np.concatenate([slope * weight, np.zeros(count)])
        fit = np.linalg.lstsq(left, right, rcond=None)[0]
        off = np.abs(slope - terms @ fit)
        near = max(1e-6, _OFF * float(np.median(off[trust > 0])))
    return np.asarray(fit)
