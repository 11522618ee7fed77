"""Streaks: straight dark lines from one edge of a scan to the other, of dirt on the glass that the paper is drawn past.

The archive keeps them, as all of the scan. For reading they are taken away before anything else looks at the page: the recogniser
takes each letter that one runs through for another, or for none, and a broken one for the rule of a table.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.frames import Frame, Pixels
from ocr.geometry import grey
from workstation.domain.page import Finding, Recipe, Transform

_BESIDE_MM = 1.0
"""How far from a streak there is what it runs over; a streak is thinner."""
_DARKER = 8
"""Levels by which it is darker than what lies on both of its sides."""
_MARGIN_MM, _MARGIN_ROWS, _ROWS = 9.0, 72, 640
"""At both ends of the way, where print, the rules of tables and the frame round a form do not reach, and dirt does; rows looked
at there, and of the whole way."""
_THIRDS = 3
"""Parts of a margin: of the outer ones often only the lid is seen."""
_OUTSIDE, _ALL, _EACH, _PARTS = 0.3, 0.35, 0.15, 8
"""Share of the rows that must say so: of each margin, of all rows, of each part of the way. Grain alone says so in a sixth of
them; in a scan in black and white a streak is broken."""
_MANY, _CROSSING = 12, 2
"""More are the lines of an exercise book; as many each way a table that fills the sheet."""
_SHOWS = 0.3
"""Share of the light that a streak must leave for what it lies over to be seen through it."""


@dataclass(frozen=True, slots=True)
class Streak:
    """Columns of the scan in pixels, ``end`` outside; rows where it is ``level``: the driver turned the picture."""

    start: int
    end: int
    level: bool = False


def cleared(frame: Frame) -> tuple[Frame, tuple[Streak, ...]]:
    """The frame as it is read, and what is gone from it; the very frame where there is nothing."""
    found = find(frame.pixels, frame.dpi)
    return (replace(frame, pixels=bridged(frame.pixels, found)) if found else frame), found


def find(pixels: Pixels, dpi: float) -> tuple[Streak, ...]:
    """The upright ones from left to right, then the level ones from above. ``pixels``: RGB or grey, as scanned."""
    upright, level = _along(pixels, dpi, level=False), _along(pixels, dpi, level=True)
    if min(len(upright), len(level)) >= _CROSSING:
        return ()
    return tuple(streak for found in (upright, level) if len(found) <= _MANY for streak in found)


def _along(pixels: Pixels, dpi: float, *, level: bool) -> list[Streak]:
    """What is said here of rows and columns goes for the page on its side where the streak is ``level``."""
    height, width = pixels.shape[:2][:: -1 if level else 1]
    beside, margin = max(2, round(_BESIDE_MM / 25.4 * dpi)), round(_MARGIN_MM / 25.4 * dpi)
    if margin < _THIRDS or height < 4 * margin or width < 4 * beside:
        return []
    step = max(1, margin // _MARGIN_ROWS)
    ends = [_plain(pixels[:, part] if level else pixels[part], level)[::step] for part in (slice(margin), slice(-margin, None))]
    outside = np.min([_outside(end, beside) for end in ends], axis=0)
    columns = np.flatnonzero(outside > _OUTSIDE) + beside
    if not len(columns):
        return []
    some = slice(None, None, max(1, height // _ROWS))
    near = [
        _plain(pixels[at, some] if level else pixels[some, at], level) for at in (columns, columns - beside, columns + beside)
    ]
    each = [_darker(*part) for part in zip(*(np.array_split(n, _PARTS) for n in near), strict=True)]
    found = columns[(np.mean(each, axis=0) > _ALL) & (np.min(each, axis=0) > _EACH)]
    runs = np.split(found, np.flatnonzero(np.diff(found) > 1) + 1)
    return [Streak(int(run[0]), int(run[-1]) + 1, level) for run in runs if len(run)]


def _plain(piece: Pixels, level: bool) -> Pixels:
    plain = grey(piece)
    return np.asarray(cv2.transpose(plain), np.uint8) if level else plain


def _outside(end: Pixels, beside: int) -> NDArray[np.float32]:
    """Of the third of a margin that shows most: of the outer ones often only the lid is seen, past the sheet's end."""
    thirds = np.array_split(end, _THIRDS)
    shares = [_darker(h[:, beside:-beside], h[:, : -2 * beside], h[:, 2 * beside :]) for h in thirds]
    return np.asarray(np.max(shares, axis=0), np.float32)


def _darker(there: Pixels, before: Pixels, behind: Pixels) -> NDArray[np.float32]:
    """Share of the rows that are darker ``there`` than on both sides, for each column."""
    by = cv2.subtract(cv2.min(before, behind), there)
    darker = cv2.threshold(by, _DARKER, 1, cv2.THRESH_BINARY)[1]
    return np.asarray(cv2.reduce(darker, 0, cv2.REDUCE_AVG, dtype=cv2.CV_32F).ravel(), np.float32)


def bridged(pixels: Pixels, streaks: tuple[Streak, ...]) -> Pixels:
    """A copy with what shows through a streak as bright as it would be without; nothing does: with what lies on both its sides
    going on across it."""
    done = pixels.copy()
    for streak in streaks:
        view = np.swapaxes(done, 0, 1) if streak.level else done
        left, right = max(0, streak.start - 2), min(view.shape[1] - 1, streak.end + 1)
        one, other = (view[:, at : at + 1].astype(np.float32) for at in (left, right))
        share = np.linspace(0, 1, right - left + 1, dtype=np.float32)[1:-1].reshape(1, -1, *(1,) * (view.ndim - 2))
        across = np.maximum(one + (other - one) * share, 1)
        there = view[:, left + 1 : right].astype(np.float32)
        through = np.median(there / across, axis=0)
        seen = np.minimum(there / np.maximum(through, _SHOWS), np.maximum(one, other))
        view[:, left + 1 : right] = np.where(through >= _SHOWS, seen, across) + 0.5
    return done


def steps(streaks: tuple[Streak, ...]) -> Recipe:
    """For the record; ``start`` and ``end`` in pixels of the scan."""
    return tuple(
        Transform("streak", 1, (("start", s.start), ("end", s.end), ("level", int(s.level))), "dirt on the scanner's glass")
        for s in streaks
    )


def told(streaks: tuple[Streak, ...]) -> tuple[Finding, ...]:
    """How many: the glass wants wiping, or every page will have them. They stop nothing, as the page is read all the same."""
    return (Finding("streak", float(len(streaks)), 0.0, True),) if streaks else ()
