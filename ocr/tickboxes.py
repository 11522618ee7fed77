"""Boxes to tick of forms, which are read as brackets and letters of the words beside them (``LỊ Nam EM] Nữ``).

A box is a small square whose four sides are drawn from end to end, which no letter's are. It is empty or crossed; one with
anything else in it, as a figure, is left to be read. For reading it is made a letter: left white, its place is so wide a gap
that the recogniser takes the spaces beside it for none. What it makes of that letter the box's own sign takes the place of.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.components import components
from ocr.frames import Pixels
from ocr.ink import holds
from ocr.lines import CROSSED, EMPTY, TICKS, RawWord, level
from ocr.smaller import shrink
from ocr.strokes import level_strokes
from workstation.domain.page import Box

_LOOK_DPI = 100.0
_PALE, _INK, _PALER = 190, 160, 215
"""Levels from which a pixel is paper, of the look, of the page, and of a box that nothing was written in."""
_SIDE_MM, _STROKE_MM = (2.2, 6.5), 0.8
_SQUARE = 0.82, 1.22
_OFF = 2
"""Pixels that the ends of two sides may lie apart, of the look."""
_SEEK_MM, _AWAY_MM = 0.4, 0.6
"""How far a side may lie from where the look says, and the room round a box."""
_WHOLE, _CLUTTER, _SWELLS = 0.95, 0.15, 0.3
"""Share of a side that has to be there, and what of the room round a box and of the line before a side may be ink."""
_RIM = 0.2
"""Share of a box that is side, or a stroke's blur."""
_BARE, _FULL, _CROSS, _OPEN = 0.03, 0.85, 0.85, 0.35
"""Share of what lies within that is ink: of an empty box at most, of a bullet at least, of both diagonals of a cross, and between
its arms at most."""
_SURE = 0.95
"""How sure it is what was seen; there is no reading of it."""
_MOST = 0.6
"""Share of a word's length."""
_BESIDE = 8.0
"""Heights of a box from it to the words of its line."""


@dataclass(frozen=True, slots=True)
class TickBox:
    """``box``: upright around it, pixels."""

    box: Box
    ticked: bool


def boxes_to_letters(page: Pixels, dpi: float) -> Pixels:
    """Grey page with an ``H`` in the place of each; the page itself if there is none."""
    found = boxes_on(page, dpi)
    if not found:
        return page
    out, rim = page.copy(), max(1, round(dpi / _LOOK_DPI))
    for x0, y0, x1, y1 in (map(int, one.box) for one in found):
        stroke, middle = max(2, (x1 - x0) // 8), (y0 + y1) // 2
        out[max(0, y0 - rim) : y1 + rim, max(0, x0 - rim) : x1 + rim] = 255
        out[y0:y1, x0 : x0 + stroke] = out[y0:y1, x1 - stroke : x1] = 0
        out[middle - stroke // 2 : middle + stroke - stroke // 2, x0:x1] = 0
    return out


def boxes_on(page: Pixels, dpi: float) -> tuple[TickBox, ...]:
    """The boxes that ``boxes_to_letters`` makes letters of."""
    by, found = max(1.0, dpi / _LOOK_DPI), dict[tuple[int, int, int, int], bool]()
    ink = (shrink(page, dpi, _LOOK_DPI) < _PALE).astype(np.uint8)
    for x0, y0, x1, y1 in _squares(ink, dpi / by / 25.4):
        box = _drawn(page, round(x0 * by), round(y0 * by), round(x1 * by), round(y1 * by), dpi / 25.4)
        if box:
            ticked = _ticked(page[box[1] : box[3], box[0] : box[2]])
            if ticked is not None:
                found[box] = ticked
    return tuple(TickBox((float(x0), float(y0), float(x1), float(y1)), ticked) for (x0, y0, x1, y1), ticked in found.items())


def _squares(ink: NDArray[np.uint8], mm: float) -> Iterator[tuple[int, int, int, int]]:
    """Where two level strokes lie over each other as the sides of a square do."""
    _, stats, _ = components(level_strokes(ink, round(_SIDE_MM[0] * mm)))
    wide, high = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    sides = stats[(wide <= _SIDE_MM[1] * mm) & (high <= max(2.0, _STROKE_MM * mm)), : cv2.CC_STAT_AREA]
    for x, y, w, _ in sides.tolist():
        ends = (np.abs(sides[:, 0] - x) <= _OFF) & (np.abs(sides[:, 0] + sides[:, 2] - x - w) <= _OFF) & (sides[:, 1] > y)
        for x_, y_, w_, h_ in sides[ends].tolist():
            if _SQUARE[0] < max(w, w_) / (y_ + h_ - y) < _SQUARE[1]:
                yield min(x, x_), y, max(x + w, x_ + w_), y_ + h_


def _drawn(page: Pixels, x0: int, y0: int, x1: int, y1: int, mm: float) -> tuple[int, int, int, int] | None:
    """The box whose four sides are there from end to end, paper round it; None if there is none about that place."""
    rim, away = max(2, round(_SEEK_MM * mm)), max(3, round(_AWAY_MM * mm))
    left, top = x0 - rim - away, y0 - rim - away
    if left < 0 or top < 0:
        return None
    ink = page[top : y1 + rim + away, left : x1 + rim + away] < _INK
    if ink.shape != (y1 - y0 + 2 * (rim + away), x1 - x0 + 2 * (rim + away)):
        return None
    inner = slice(2 * rim + away, -2 * rim - away)
    if not ink[inner, inner].size:
        return None
    rows, columns = ink[:, inner].mean(axis=1), ink[inner].mean(axis=0)
    (y, foot), (x, end) = (_ends(one, away, away + 2 * rim) for one in (rows, columns))
    if y >= foot or x >= end or not _SQUARE[0] < (end - x) / (foot - y) < _SQUARE[1]:
        return None
    # a letter's bow swells; a side is there at once
    edges = ink[y - 2, x:end], ink[foot + 2, x:end], ink[y:foot, x - 2], ink[y:foot, end + 2]
    room = ink[: y - 2, x:end], ink[foot + 3 :, x:end], ink[y:foot, : x - 2], ink[y:foot, end + 3 :]
    sides = ink[y : foot + 1, x : end + 1]
    whole = min(one.any(axis=k).mean() for one, k in ((sides[:2], 0), (sides[-2:], 0), (sides[:, :2], 1), (sides[:, -2:], 1)))
    alone = max(one.mean() for one in edges) <= _SWELLS and all(one.size and one.mean() <= _CLUTTER for one in room)
    return (left + x, top + y, left + end + 1, top + foot + 1) if whole >= _WHOLE and alone else None


def _ends(share: NDArray[np.float64], first: int, last: int) -> tuple[int, int]:
    """The outermost of the lines that are inked nearly all along, about both ends of a box."""
    full = share >= _WHOLE
    near, far = np.flatnonzero(full[first:last]), np.flatnonzero(full[-last : -first or None])
    if not near.size or not far.size:
        return 1, 0
    return first + int(near[0]), len(share) - last + int(far[-1])


def _ticked(box: Pixels) -> bool | None:
    """Whether a box is crossed; None for one that holds anything else, be it ever so pale, or is a bullet."""
    rim = max(2, round(_RIM * min(box.shape)))
    part = box[rim:-rim, rim:-rim]
    within = (part < _INK).astype(np.uint8)
    if not within.size or within.mean() >= _FULL:
        return None
    if (part < _PALER).mean() <= _BARE:
        return False
    size = min(within.shape)
    square = cv2.resize(within, (size, size), interpolation=cv2.INTER_NEAREST)
    near, deep, middle = cv2.dilate(square, np.ones((3, 3), np.uint8)), max(1, size // 4), slice(size // 3, -(size // 3) or None)
    # a figure or a letter that has both diagonals has ink at the middle of a side as well
    sides = square[:deep, middle], square[-deep:, middle], square[middle, :deep], square[middle, -deep:]
    open_sides = max(float(side.mean()) for side in sides) <= _OPEN
    return True if open_sides and min(float(np.diag(one).mean()) for one in (near, near[:, ::-1])) >= _CROSS else None


def inside(cell: Box, boxes: Sequence[TickBox]) -> list[TickBox]:
    """The boxes with their middle in a cell."""
    return [b for b in boxes if holds(cell, (b.box[0] + b.box[2]) / 2, (b.box[1] + b.box[3]) / 2)]


def beside(cells: Sequence[Box], boxes: Sequence[TickBox]) -> list[TickBox]:
    """The boxes in none of the cells."""
    taken = [b for cell in cells for b in inside(cell, boxes)]
    return [b for b in boxes if b not in taken]


def told(words: Sequence[RawWord], boxes: Sequence[TickBox]) -> tuple[RawWord, ...]:
    """The words with the boxes' signs in the place of what was read there, each in the line that it stands in."""
    others = [w for w in words if not any(_is_of(w, b) for b in boxes)]
    return (*others, *(_as_word(one, k, others) for k, one in enumerate(boxes)))


def _is_of(word: RawWord, one: TickBox) -> bool:
    """Whether most of a word lies in a box."""
    (x0, _, x1, _), (left, _, right, _) = word.box, one.box
    return level(word.box, one.box) and min(x1, right) - max(x0, left) > _MOST * (x1 - x0)


def _as_word(one: TickBox, number: int, words: Sequence[RawWord]) -> RawWord:
    x0, y0, x1, y1 = one.box
    near = [(max(w.box[0] - x1, x0 - w.box[2]), w.line) for w in words if level(w.box, one.box)]
    gap, line = min(near, default=(np.inf, ()))
    return RawWord(CROSSED if one.ticked else EMPTY, one.box, _SURE, line if gap < _BESIDE * (y1 - y0) else (TICKS + number,))
