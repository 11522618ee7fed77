"""The rules of tables: long level and upright strokes of a prepared page, and what of it they lie together in.

What is said of worn paper, here and in ``grids``, are lengths and shares that fitted the tables of the 26 worn tuning pages; no
standard gives them.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.frames import Pixels
from ocr.smaller import darkest
from ocr.strokes import level_strokes, upright_strokes

Mask = NDArray[np.uint8]
Region = tuple[int, int, int, int]
"""x0, y0, x1, y1 in whole pixels; the end is outside."""

INK = 150
RULE_MM = 8.0
"""Shorter straight strokes are letters."""
_PIECE_MM = 4.0
"""The same for pieces of upright rules on worn paper: no letter of a table is so high."""
_BESIDE_MM = (0.6, 0.9)
"""How far from the middle of a stroke there is paper if it is a rule, and letters if they make it where they touch."""
_LETTERED = 0.55
"""Share of a stroke with ink beside it above which letters make it."""
_LEAST_MM = (30.0, 10.0)
"""Width and height of the smallest table."""
_BREAK_MM = 3.0, 3.0
"""Pieces of one table's rules lie no farther apart."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Masks of long level and upright strokes, the size of the page."""

    level: Mask
    upright: Mask

    @property
    def both(self) -> Mask:
        return np.asarray(cv2.max(self.level, self.upright), np.uint8)

    def with_part(self, other: "Rules", top: int) -> "Rules":
        """Together with those of a part of the page that begins at row ``top``."""
        whole = Rules(self.level.copy(), self.upright.copy())
        for mine, new in ((whole.level, other.level), (whole.upright, other.upright)):
            rows = mine[top : top + len(new)]
            rows[:] = cv2.max(rows, new)
        return whole


def find_rules(page: Pixels, dpi: float, *, worn: bool = False) -> Rules:
    """Long strokes of a prepared page. Looked for at about 150 dpi: a hairline survives the pooling, letters stay short."""
    pool = max(1, round(dpi / 150))
    height, width = page.shape
    whole = np.asarray(cv2.threshold(darkest(page, pool), INK + 19, 1, cv2.THRESH_BINARY_INV)[1], np.uint8)
    mm = dpi / pool / 25.4
    long, gap = max(5, round(RULE_MM * mm)), max(1, round(0.8 * mm))
    high = max(5, round(_PIECE_MM * mm)) if worn else long
    # broken rules are mended: upright ones far, level ones only on worn paper, where lines of text may grow together too
    across = cv2.morphologyEx(whole, cv2.MORPH_CLOSE, np.ones((1, max(1, round(0.6 * mm) if worn else gap // 2)), np.uint8))
    down = cv2.morphologyEx(whole, cv2.MORPH_CLOSE, np.ones((gap, 1), np.uint8))
    level, upright = level_strokes(np.asarray(across, np.uint8), long), upright_strokes(np.asarray(down, np.uint8), high)
    if worn:
        level, upright = _unlettered(level, whole, mm, level=True), _unlettered(upright, whole, mm, level=False)
    if pool == 1:
        return Rules(level, upright)
    size = (width, height)
    full = [np.asarray(cv2.resize(m, size, interpolation=cv2.INTER_NEAREST), np.uint8) for m in (level, upright)]
    return Rules(full[0], full[1])


def _unlettered(strokes: cv2.typing.MatLike, dark: Mask, mm: float, *, level: bool) -> Mask:
    """Strokes without those that letters make where they touch: along a rule there is paper."""
    inner, outer = (round(v * mm) for v in _BESIDE_MM)
    near = cv2.dilate(dark, _line(outer - inner + 1, level=not level))
    away = (inner + outer) // 2
    there = cv2.max(*(np.roll(near, shift, axis=0 if level else 1) for shift in (away, -away)))
    along = _line(round(_PIECE_MM * mm) | 1, level=level).shape[::-1]
    beside = cv2.blur(np.asarray(cv2.bitwise_and(there, strokes), np.uint8) * 255, along)
    whole = cv2.blur(np.asarray(strokes, np.uint8) * 255, along)
    return np.asarray(cv2.copyTo(strokes, cv2.compare(beside, cv2.convertScaleAbs(whole, alpha=_LETTERED), cv2.CMP_LE)), np.uint8)


def _line(length: int, *, level: bool) -> Mask:
    return np.ones((1, length) if level else (length, 1), np.uint8)


def regions(rules: Rules, mm: float, apart: tuple[float, float] = _BREAK_MM) -> list[Region]:
    """Hulls of rules no more than ``apart`` mm (across, down) from each other: on worn paper a table's lie in many pieces."""
    # outlines and not components: rules are few, and what lies within another's outline touches its hull anyway
    outlines, _ = cv2.findContours(rules.both, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    todo = [(x, y, x + w, y + h) for x, y, w, h in map(cv2.boundingRect, outlines)]
    done: list[Region] = []
    across, down = (v * mm for v in apart)
    while todo:
        at = todo.pop()
        near = [r for r in (*todo, *done) if touch(at, r, across, down)]
        if near:
            todo = [r for r in todo if r not in near]
            done = [r for r in done if r not in near]
            x0, y0, x1, y1 = zip(at, *near, strict=True)
            todo.append((min(x0), min(y0), max(x1), max(y1)))
        else:
            done.append(at)
    return [r for r in done if r[2] - r[0] >= _LEAST_MM[0] * mm and r[3] - r[1] >= _LEAST_MM[1] * mm]


def touch(a: Region, b: Region, across: float = 0, down: float = 0) -> bool:
    """Whether two regions lie no farther apart than so many pixels."""
    return a[0] - across < b[2] and b[0] - across < a[2] and a[1] - down < b[3] and b[1] - down < a[3]
