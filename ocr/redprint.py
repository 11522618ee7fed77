"""Print in red: titles of certificates, serial numbers, forms of the party and the front. It is made black for reading; else it
would be taken away as a seal's ink is, and nobody be told.

Print stands level with the page, six letters and more in a row on one foot; seals are round, stamps have a frame or lean.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.components import components
from ocr.frames import Pixels
from ocr.levels import percentile
from ocr.ruling import Region
from workstation.domain.page import Recipe, Transform

_RED = 40
"""Levels by which red ink is redder than its paper."""
_COARSE_DPI, _FINE_DPI = 60.0, 150.0
_LEAST_MM2, _TOGETHER_MM = 4.0, 2.5
_SEAL_MM, _ROUND = (22.0, 50.0), 1.25
"""Side of the hull of a round seal's ink, and how much longer one side may be than the other."""
_LETTER_MM, _WORD_MM, _FILL = (1.0, 8.0), (1.8, 40.0), 0.25
"""Height of letters; least height and most width of a word of them that touch, and how much of its hull is ink: of a leaning side
of a frame little is."""
_FRAME_MM = 10.0
"""Ink as wide and as high is a frame or a ring, and what lies in it a stamp's."""
_BLACK, _CROSSED = 110, 0.25
"""Level below which ink is black in all colours, and how much of it beside the red ink of a line."""
_GAP_MM, _LINE_MM = 5.0, 11.0
"""Between letters of a line; the least line."""
_LETTERS, _ON_FOOT, _SHARE, _LEAN = 6, 0.16, 0.6, 0.014
"""Letters of a line that stand on its foot; height of a letter by which they may miss it, share that do not miss it (others have
tails), its slope."""


def in_black(page: Pixels, dpi: float) -> tuple[Pixels, Recipe]:
    """The page as it is read, and the step for the record; the very page where nothing is printed in red."""
    lines = red_lines(page, dpi)
    return (blackened(page, lines) if lines else page), steps(lines)


def red_lines(page: Pixels, dpi: float) -> tuple[Region, ...]:
    """Of a level page in RGB, in no order; of a grey one none."""
    if page.ndim == 2:
        return ()
    step = max(1, round(dpi / _COARSE_DPI))
    red = _reddish(page[step // 2 :: step, step // 2 :: step])
    mm = dpi / step / 25.4
    if cv2.countNonZero(red) < _LEAST_MM2 * mm * mm:
        return ()
    side = round(_TOGETHER_MM * mm) | 1
    _, stats, _ = components(np.asarray(cv2.dilate(red, np.ones((side, side), np.uint8)), np.uint8))
    areas = stats[1:, :4]
    found: list[Region] = []
    for x, y, w, h in areas.tolist():
        if w - side < _LINE_MM * mm or _is_seal((w - side) / mm, (h - side) / mm) or _framed((x, y, w, h), areas):
            continue
        x0, y0 = max(0, x * step - step), max(0, y * step - step)
        part = page[y0 : (y + h + 1) * step, x0 : (x + w + 1) * step]
        found += [(left + x0, top + y0, right + x0, low + y0) for left, top, right, low in _lines_in(part, dpi)]
    return tuple(found)


def _framed(area: Region, areas: NDArray[np.int32]) -> bool:
    """Whether another lies all round it."""
    x, y, w, h = area
    left, top, wide, high = areas.T
    return bool(np.any((left < x) & (top < y) & (left + wide > x + w) & (top + high > y + h)))


def _is_seal(width: float, height: float) -> bool:
    return min(width, height) >= _SEAL_MM[0] and max(width, height) <= min(_SEAL_MM[1], _ROUND * min(width, height))


def _reddish(rgb: Pixels) -> Pixels:
    """255 where it is redder than the paper around, which may be pink itself."""
    red, green, blue = (np.ascontiguousarray(rgb[..., n]) for n in range(3))
    by = cv2.subtract(red, cv2.max(green, blue))
    paper = percentile(np.asarray(by[::4, ::4], np.uint8), 50)
    return np.asarray(cv2.threshold(by, _RED + paper, 255, cv2.THRESH_BINARY)[1], np.uint8)


def _lines_in(part: Pixels, dpi: float) -> list[Region]:
    """The same of a part of the page."""
    scale = min(1.0, _FINE_DPI / dpi)
    mm = dpi * scale / 25.4
    small = cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    red = _reddish(np.asarray(small, np.uint8))
    black = cv2.threshold(np.asarray(small, np.uint8).max(axis=2), _BLACK, 255, cv2.THRESH_BINARY_INV)[1]
    labels, stats, _ = components(red)
    x, y, w, h, area = stats.T
    letter = (h >= _LETTER_MM[0] * mm) & (h <= _LETTER_MM[1] * mm) & (w <= _WORD_MM[1] * mm)
    letter &= (w <= 2 * h) | ((h >= _WORD_MM[0] * mm) & (area >= _FILL * w * h))
    letter[0] = False
    for k in np.flatnonzero((w >= _FRAME_MM * mm) & (h >= _FRAME_MM * mm)):
        if k:
            letter &= ~((x >= x[k]) & (x + w <= x[k] + w[k]) & (y >= y[k]) & (y + h <= y[k] + h[k]))
    if not letter.any():
        return []
    row = cv2.morphologyEx(letter[labels].astype(np.uint8), cv2.MORPH_CLOSE, np.ones((1, round(_GAP_MM * mm) | 1), np.uint8))
    lines, hulls, _ = components(np.asarray(row, np.uint8))
    chosen = np.flatnonzero(letter)
    line_of = lines[y[chosen] + h[chosen] // 2, x[chosen] + w[chosen] // 2]
    pad, found = 1.2 * mm, []
    for n in np.flatnonzero(hulls[:, 2] >= _LINE_MM * mm):
        own = chosen[line_of == n]
        if (
            n
            and len(own)
            and _on_one_foot(x[own] + w[own] / 2, (y + h)[own], np.maximum(1, w[own] // h[own]), float(np.median(h[own])))
        ):
            left, top, wide, high = hulls[n][:4]
            there = np.s_[top : top + high, left : left + wide]
            if cv2.countNonZero(black[there]) > _CROSSED * cv2.countNonZero(red[there]):
                continue  # a stamp over the page's print, which cuts it in pieces
            edges = (left - pad, top - pad, left + wide + pad, top + high + pad)
            x0, y0, x1, y1 = (int(v / scale) for v in edges)
            found.append((max(0, x0), max(0, y0), min(x1, part.shape[1]), min(y1, part.shape[0])))
    return found


def _on_one_foot(x: NDArray[np.float64], foot: NDArray[np.int32], letters: NDArray[np.int32], height: float) -> bool:
    """Whether most ``letters`` (of pieces at ``x``) stand on one nearly level line, whatever hangs below it."""
    slopes = np.linspace(-_LEAN, _LEAN, 9)
    shifted = foot[None, :] - slopes[:, None] * (x - x.mean())[None, :]
    met = np.abs(shifted[:, :, None] - shifted[:, None, :]) <= _ON_FOOT * height + 1
    standing = met @ letters
    if standing.max() < max(_LETTERS, _SHARE * letters.sum()):
        return False
    best = met.reshape(-1, len(x))[standing.argmax()]
    return best.sum() < 2 or bool(abs(np.polyfit(x[best], foot[best], 1)[0]) < 2 * _LEAN)


def blackened(page: Pixels, lines: tuple[Region, ...]) -> Pixels:
    """A copy with the print of the lines in grey, as dark as it is in the colour that it lacks most."""
    done = page.copy()
    for x0, y0, x1, y1 in lines:
        part = done[y0:y1, x0:x1]
        part[:] = part.min(axis=2, keepdims=True)
    return done


def steps(lines: tuple[Region, ...]) -> Recipe:
    return (Transform("red_print", 1, (("lines", len(lines)),), "print in red"),) if lines else ()
