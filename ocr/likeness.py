"""Whether two pages are the same sheet of paper: a print that is quick to compare, then a look at the ink itself."""

from dataclasses import dataclass
from itertools import product

import cv2
import numpy as np

from ocr.components import components
from ocr.frames import Pixels, load_frame
from ocr.geometry import Ink, grey, ink_map
from ocr.smaller import shrink
from ocr.work import applied
from workstation.domain.pagejobs import PageLook, PagePair

_PLACE_DPI, _LOOK_DPI = 100.0, 200.0
_TILE_MM, _REACH_MM, _MARGIN_MM = (10.0, 12.5), 2.5, 8.0
_STROKES_MM, _SOFT_PX = 4.0, 0.8
_PLACED, _STRONG, _WEAK = 0.35, 0.4, 0.12
_NEAR = 3
"""Pixels of the finer picture by which a place found on the coarser one may be off."""
_BESIDE = 3
"""Pixels: a rule that lies beside itself by one of them is the same rule."""
_LEAST_MM2, _PLAIN_MM2 = 0.6, 20.0


@dataclass(frozen=True, slots=True)
class _Sheet:
    """Ink of a page: ``ink`` and of it the ``strokes`` at ``_PLACE_DPI``, where pieces are placed; ``fine`` at ``_LOOK_DPI``,
    where they are compared."""

    ink: Ink
    strokes: Ink
    fine: Ink


def fingerprint(page: Pixels, dpi: float) -> str:
    """64 bits as 16 hexadecimal digits: the signs of the lowest frequencies of where the ink lies (a "perceptual hash").

    Of a page that stands upright, level and without borders. Two scans of one sheet differ in few bits
    (``domain.likeness``); so do two forms of one kind, whatever is filled in.
    """
    ink = ink_map(shrink(grey(page), dpi, 50.0), 50.0)
    small = cv2.resize(cv2.GaussianBlur(ink, (0, 0), 4), (64, 64), interpolation=cv2.INTER_AREA)
    low = np.asarray(cv2.dct(small))[:9, :9].ravel()[1:65]
    bits = low > np.median(low)
    return f"{int(''.join('1' if b else '0' for b in bits), 2):016x}"


def compare(pair: PagePair) -> float:
    """``PageTools.difference``."""
    (a, a_dpi), (b, b_dpi) = (_opened(look) for look in (pair.first, pair.second))
    return difference_mm2(a, a_dpi, b, b_dpi)


def _opened(look: PageLook) -> tuple[Pixels, float]:
    frame = load_frame(look.path, look.frame)
    return grey(applied(frame.pixels, look.recipe)), frame.dpi


def difference_mm2(a: Pixels, a_dpi: float, b: Pixels, b_dpi: float) -> float:
    """Largest connected piece of ink, in mm², that only one of two cleaned pages has; 20 or more are simply other pages.

    Each small piece of a page is first laid where it fits best, for no feeder draws paper through evenly. Measured on 51 drawn
    pages of three levels of wear: second scans of a sheet up to 0.02; forms that differ by one digit of their number (an 8 for a
    9) from 0.13 on. At 100 dpi such digits are alike. The outermost 8 mm, where borders and shadows lie, are not compared.
    """
    pages = (grey(a), a_dpi), (grey(b), b_dpi)
    ink, fine = (_alike(*(ink_map(_at(page, own, dpi), dpi) for page, own in pages)) for dpi in (_PLACE_DPI, _LOOK_DPI))
    first, second = (_sheet(*of) for of in zip(ink, fine, strict=True))
    (dx, dy), _ = cv2.phaseCorrelate(*(cv2.GaussianBlur(i, (0, 0), 2) for i in ink))
    worst = _missing(first, second, round(dx), round(dy))
    return worst if worst >= _PLAIN_MM2 else max(worst, _missing(second, first, -round(dx), -round(dy)))


def _at(page: Pixels, dpi: float, to_dpi: float) -> Pixels:
    """Coarse scans are enlarged: where a piece fits is found in whole pixels, and theirs are as wide as strokes."""
    if dpi >= to_dpi:
        return shrink(page, dpi, to_dpi)
    return np.asarray(cv2.resize(page, None, fx=to_dpi / dpi, fy=to_dpi / dpi, interpolation=cv2.INTER_CUBIC), np.uint8)


def _alike(first: Ink, second: Ink) -> tuple[Ink, Ink]:
    """Both of the larger's size."""
    height, width = (max(first.shape[n], second.shape[n]) for n in (0, 1))
    one, other = (np.pad(i, ((0, height - i.shape[0]), (0, width - i.shape[1]))) for i in (first, second))
    return one, other


def _sheet(ink: Ink, fine: Ink) -> _Sheet:
    """A shadow along the edge, which no second scan has alike, would decide where its neighbours fit: it is no stroke."""
    solid = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((round(_STROKES_MM * _PLACE_DPI / 25.4),) * 2, np.uint8))
    strokes, soft = (cv2.GaussianBlur(i, (0, 0), _SOFT_PX) for i in (ink - solid, fine))
    return _Sheet(ink, np.asarray(strokes, np.float32), np.asarray(soft, np.float32))


def _missing(sheet: _Sheet, other: _Sheet, dx: int, dy: int) -> float:
    """Largest piece of strong ink, in mm², that has not even weak ink beneath it on the other page."""
    mm, by = _PLACE_DPI / 25.4, _LOOK_DPI / _PLACE_DPI
    high, wide = (round(v * mm) for v in _TILE_MM)
    reach, margin = round(_REACH_MM * mm), round(_MARGIN_MM * mm)
    height, width = sheet.ink.shape
    beyond, fine_beyond = ((reach + high, reach + wide), tuple(round((reach + v) * by) + 4 * _NEAR for v in (high, wide)))
    strokes, fine = (np.pad(i, ((y, y), (x, x))) for i, (y, x) in ((other.strokes, beyond), (other.fine, fine_beyond)))
    worst = 0.0
    for y in range(margin, height - margin, high):
        for x in range(margin, width - margin, wide):
            tile = np.s_[y : min(y + high, height - margin), x : min(x + wide, width - margin)]
            if np.count_nonzero(sheet.ink[tile] > _PLACED) < _LEAST_MM2 * mm**2:
                continue
            found = _fitted(sheet.strokes[tile], strokes, (max(0, x + dx + wide), max(0, y + dy + high)), reach)
            if found is None:
                return _PLAIN_MM2
            top, left, bottom, right = (round(v * by) for v in (y, x, tile[0].stop, tile[1].stop))
            place = round((found[0] - beyond[1]) * by) + fine_beyond[1], round((found[1] - beyond[0]) * by) + fine_beyond[0]
            worst = max(worst, _alone(sheet.fine[top:bottom, left:right], fine, place) / (mm * by) ** 2)
            if worst >= _PLAIN_MM2:
                return worst
    return worst


def _fitted(piece: Ink, other: Ink, place: tuple[int, int], reach: int) -> tuple[int, int] | None:
    """Where on ``other`` the piece fits best, from ``place`` (x, y) up to twice ``reach`` on; None: it would lie beyond it."""
    (x, y), (h, w) = place, piece.shape
    around = other[y : y + h + 2 * reach, x : x + w + 2 * reach]
    if around.shape[0] < h or around.shape[1] < w:
        return None
    _, _, _, (fx, fy) = cv2.minMaxLoc(cv2.matchTemplate(around, piece, cv2.TM_CCOEFF_NORMED))
    return x + fx, y + fy


def _alone(piece: Ink, other: Ink, place: tuple[int, int]) -> float:
    """Pixels of the largest strong mark of the piece for which ``other`` has nothing. ``place``: nearly where it fits.

    By quarters, each where it fits: paper that lies half a degree more crooked is not straightened."""
    worst, (h, w) = 0.0, piece.shape
    for top, left in product((0, h // 2), (0, w // 2)):
        part = piece[top : top + h // 2 + 1, left : left + w // 2 + 1]
        strong = part > _STRONG
        if not strong.any():
            continue
        found = _fitted(part, other, (place[0] + left - _NEAR, place[1] + top - _NEAR), _NEAR)
        if found is None:
            return float(piece.size)
        (x, y), (high, wide) = found, part.shape
        under = other[y : y + high, x : x + wide]
        labels, stats, _ = components((strong & (under < _WEAK)).astype(np.uint8))
        far = labels[strong & (cv2.dilate(under, np.ones((_BESIDE,) * 2, np.uint8)) < _WEAK)]
        real = np.unique(far[far > 0])
        worst = max(worst, float(stats[real, cv2.CC_STAT_AREA].max(initial=0)))
    return worst
