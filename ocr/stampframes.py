"""Frames of stamps that lie over print (an arrival stamp in black, or on a copy in grey), taken off for reading.

A line of a frame through a line of print, and the recogniser sees neither: of 160 tuning pages of office paper nearly all lines
that were lost without a word were lost so. A stamp is set by hand, so its frame leans a little: that, and that its sides stand
square to each other, tells it from the rules of a table. What crosses a side is print and stays.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.components import components
from ocr.frames import Pixels
from ocr.lines import hull
from ocr.smaller import shrink
from workstation.domain.page import Box

_LOOK_DPI = 100.0
_INK = 190
"""Level from which a pixel is paper."""
_RUNS_MM = (3.5, 2.5)
"""Least length of a level run of ink that is a piece of a side; strokes of letters are shorter. A thin side that leans much has
only such as letters have too: these are taken where one side was seen, and no frame."""
_LEANS = (0.008, 0.14)
"""Slopes of a stamp's side; a rule of a page that was set upright leans less."""
_SIDE_MM = (9.0, 80.0)
"""Length of what is seen of a side."""
_HIGH_MM, _WIDE_MM = (12.0, 50.0), (25.0, 90.0)
"""From one side to the one across."""
_STRAIGHT, _SQUARE = 1.0, 0.015
"""Pixels by which a side's ink lies farther than half its stroke from its line; how much the slopes of two sides may differ."""
_COMMON = 0.3
"""Share of the longer of two sides that lies across from the other."""
_MISSING, _OVER_MM = 0.4, 3.0
"""Share of a side's length that may be missing where it meets another, and how far it may go on there."""
_THICK_MM, _DARKER = 1.2, 45.0
"""A side's stroke at most; levels by which print is darker than a frame that is grey."""
_RULES = 5
"""Strokes of one slope that are the rules of a bent table."""
_ENDS_MM = 0.4
"""How far a side reaches beyond what is seen of it."""
_GAP_MM = 12.0
"""Between pieces of one side, where print lies on it."""


@dataclass(frozen=True, slots=True)
class _Side:
    """``y = at + slope * x`` for x from ``begin`` to ``end``, in pixels of a picture that is turned for upright sides."""

    at: float
    slope: float
    begin: float
    end: float

    def level(self, x: float) -> float:
        return self.at + self.slope * x

    @property
    def middle(self) -> float:
        return (self.begin + self.end) / 2

    @property
    def box(self) -> Box:
        ends = self.level(self.begin), self.level(self.end)
        return self.begin, min(ends), self.end, max(ends)


@dataclass(frozen=True, slots=True)
class Frame:
    """``box``: upright around the frame, pixels; ``lean``: the slope of its level sides, downwards to the right."""

    box: Box
    lean: float


Sides = tuple[list[_Side], list[_Side]]
"""A frame's nearly level sides, and its nearly upright ones with x and y changed."""


def erase_frames(page: Pixels, dpi: float) -> Pixels:
    """Grey page without the frames; the page itself if there is none."""
    frames = _found(page, dpi)
    if not frames:
        return page
    out, mm = page.copy(), dpi / 25.4
    for side in dict.fromkeys(side for sides, _ in frames for side in sides):
        _wipe(out, side, mm)
    for side in dict.fromkeys(side for _, sides in frames for side in sides):
        _wipe(out.T, side, mm)
    return out


def frames_on(page: Pixels, dpi: float) -> tuple[Frame, ...]:
    """Where the frames are that ``erase_frames`` takes off."""
    done: list[Frame] = []
    for level, upright in _found(page, dpi):
        box = hull([*(s.box for s in level), *((x0, y0, x1, y1) for y0, x0, y1, x1 in (s.box for s in upright))])
        twice = [d for d in done if _meet(d.box, box)]
        done = [*(d for d in done if d not in twice), Frame(hull((box, *(d.box for d in twice))), level[0].slope)]
    return tuple(done)


def _meet(a: Box, b: Box) -> bool:
    return min(a[2], b[2]) > max(a[0], b[0]) and min(a[3], b[3]) > max(a[1], b[1])


def _found(page: Pixels, dpi: float) -> list[Sides]:
    """The frames of a grey page; sides of which three are seen may be found twice."""
    scale = min(1.0, _LOOK_DPI / dpi)
    ink = (shrink(page, dpi, _LOOK_DPI) < _INK).astype(np.uint8)
    turned = np.ascontiguousarray(ink.T)
    for run in _RUNS_MM:
        level, upright = _sides(ink, dpi * scale, run), _sides(turned, dpi * scale, run)
        found = _frames(level, upright, dpi * scale / 25.4)
        if found or not (level or upright):
            break
    return [([_larger(s, 1 / scale) for s in a], [_larger(s, 1 / scale) for s in b]) for a, b in found]


def _larger(side: _Side, by: float) -> _Side:
    """In finer pixels, whose middles lie elsewhere."""
    at = (side.level(-0.5) + 0.5) * by - 0.5 + 0.5 * side.slope
    return _Side(at, side.slope, (side.begin + 0.5) * by - 0.5, (side.end + 0.5) * by - 0.5)


def _sides(ink: NDArray[np.uint8], dpi: float, run_mm: float) -> list[_Side]:
    """Long straight strokes that lean a little, nearly level."""
    mm = dpi / 25.4
    runs = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, round(run_mm * mm)), np.uint8))
    labels, stats, _ = components(np.asarray(runs, np.uint8))
    found = []
    for label in np.flatnonzero(stats[:, cv2.CC_STAT_WIDTH] >= _SIDE_MM[0] * mm).tolist():
        x, y, w, h = stats[label, : cv2.CC_STAT_AREA].tolist()
        if not label or w > _SIDE_MM[1] * mm or not _LEANS[0] * w < h < _LEANS[1] * w + _THICK_MM * mm:
            continue
        rows, columns = np.nonzero(labels[y : y + h, x : x + w] == label)
        slope, at = np.polyfit(columns, rows, 1)
        off = np.abs(rows - at - slope * columns)
        if _LEANS[0] <= abs(slope) <= _LEANS[1] and np.percentile(off, 95) <= len(rows) / w / 2 + _STRAIGHT:
            found.append(_Side(float(y + at - slope * x), float(slope), float(x), float(x + w)))
    return _joined(found, mm)


def _joined(sides: Sequence[_Side], mm: float) -> list[_Side]:
    """Pieces of one line as one side."""
    done: list[_Side] = []
    for side in sorted(sides, key=lambda s: s.begin):
        before = next((d for d in done if _goes_on(d, side, mm)), None)
        if before is not None:
            done.remove(before)
            slope = (side.level(side.middle) - before.level(before.middle)) / (side.middle - before.middle)
            side = _Side(before.level(before.middle) - slope * before.middle, slope, before.begin, side.end)
        done.append(side)
    return done


def _goes_on(a: _Side, b: _Side, mm: float) -> bool:
    x = (a.end + b.begin) / 2
    return abs(a.slope - b.slope) <= _SQUARE and -mm <= b.begin - a.end <= _GAP_MM * mm and abs(a.level(x) - b.level(x)) <= 1.5


def _frames(level: Sequence[_Side], upright: Sequence[_Side], mm: float) -> list[Sides]:
    """Sides that make a rectangle, at least three of them."""
    return [*_pairs(level, upright, mm, _HIGH_MM), *((a, b) for b, a in _pairs(upright, level, mm, _WIDE_MM))]


def _pairs(sides: Sequence[_Side], across: Sequence[_Side], mm: float, apart: tuple[float, float]) -> Iterator[Sides]:
    for a, b in combinations(sides, 2):
        if _across(a, b, mm, apart) and not _ruled(a, sides, across):
            met = [s for s in across if abs(s.slope + a.slope) <= _SQUARE and _meets(s, (a, b), mm)]
            if met:
                yield [a, b], met


def _across(a: _Side, b: _Side, mm: float, apart: tuple[float, float]) -> bool:
    """Whether two sides lie across from one another."""
    x = (a.middle + b.middle) / 2
    long, common = max(a.end - a.begin, b.end - b.begin), min(a.end, b.end) - max(a.begin, b.begin)
    away = abs(a.level(x) - b.level(x))
    return abs(a.slope - b.slope) <= _SQUARE and apart[0] * mm <= away <= apart[1] * mm and common >= _COMMON * long


def _ruled(side: _Side, sides: Sequence[_Side], across: Sequence[_Side]) -> bool:
    """Whether so many lean alike that they are a bent table's rules."""
    alike = sum(abs(s.slope - side.slope) <= _SQUARE for s in sides), sum(abs(s.slope + side.slope) <= _SQUARE for s in across)
    return max(alike) >= _RULES


def _meets(side: _Side, pair: tuple[_Side, _Side], mm: float) -> bool:
    """Whether a side begins and ends at two others, which do so at it: a table's rules go on beyond one another."""
    over, x = _OVER_MM * mm, sum(s.middle for s in pair) / 2
    top, foot = sorted(s.level(x) for s in pair)
    at, first, last = side.level((top + foot) / 2), min(s.begin for s in pair), max(s.end for s in pair)
    within = side.begin > top - over and side.end < foot + over
    left = abs(at - first) <= _MISSING * (last - first) and first > at - over
    right = abs(at - last) <= _MISSING * (last - first) and last < at + over
    return within and (left or right)


def _wipe(page: Pixels, side: _Side, mm: float) -> None:
    """Makes paper of a side's stroke, but where ink goes on over and under it or is darker: print crosses it there."""
    reach = round(_THICK_MM * mm) + 3
    x = np.arange(max(0, round(side.begin - _ENDS_MM * mm)), min(page.shape[1], round(side.end + _ENDS_MM * mm)))
    middle = np.round(side.at + side.slope * x).astype(np.int64)
    offsets = np.arange(-reach, reach + 1)
    rows = middle + offsets[:, None]
    inked = (page[np.clip(rows, 0, page.shape[0] - 1), x] < _INK) & (rows >= 0) & (rows < page.shape[0])
    # the stroke is not where it was computed to the pixel
    centre = reach + np.where(inked[reach], 0, np.where(inked[reach - 1], -1, np.where(inked[reach + 1], 1, 0)))
    on, (up, down) = inked[centre, np.arange(len(x))], (_run(inked, centre, step) for step in (-1, 1))
    thick = up + down + 1
    thin = on & (thick <= np.median(thick[on]) + 2) & (thick <= _THICK_MM * mm) if on.any() else on
    if not thin.any():
        return
    tone = float(np.median(page[middle[thin] + centre[thin] - reach, x[thin]])) - _DARKER
    for i in np.flatnonzero(thin).tolist():
        own = np.s_[max(0, rows[centre[i] - up[i] - 1, i]) : rows[centre[i] + down[i] + 1, i] + 1, x[i]]
        page[own] = np.where(page[own] < tone, page[own], 255)


def _run(inked: NDArray[np.bool_], centre: NDArray[np.int64], step: int) -> NDArray[np.int64]:
    """How many pixels of ink follow on the centre's, upwards or downwards."""
    columns = np.arange(inked.shape[1])
    count, going = np.zeros(len(columns), np.int64), np.ones(len(columns), bool)
    for k in range(1, inked.shape[0] // 2):
        row = np.clip(centre + step * k, 0, inked.shape[0] - 1)
        going &= inked[row, columns]
        count += going
    return count
