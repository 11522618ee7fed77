"""Paper that something lies over: a finger, a clamp, the corner of the sheet itself."""

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.components import components
from ocr.edges import Points
from ocr.frames import Pixels
from ocr.geometry import grey
from ocr.levels import percentile
from ocr.smaller import pooled

_DPI = 50.0
_DARK = 0.62
_SKIN_AWAY, _SKIN_RED, _SKIN_DIM = 9.0, 7.0, 1.02
_THICK_MM, _AT_EDGE_MM = 5.0, 1.6
_WIDEST_MM, _NARROWEST_MM = 45.0, 6.0
"""Fingers and clamps; what is longer is the table behind a page, or a border."""
_ROUND = 0.8
_TRIANGLE = (0.36, 0.68)
"""Share of its own box that a folded corner's triangle fills."""
_WEDGE = 0.2
"""Of one leg the other is less in the ground beside a crooked sheet: 11 degrees; what lies more crooked is told as such."""

Mask = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Covered:
    """Square millimetres of paper hidden."""

    thumb_mm2: float
    folded_mm2: float


def covered(page: Pixels, dpi: float, corners: Points) -> Covered:
    """``corners``: where the picture ends (``edges.outline``).

    Something solid that is dark or of skin's colour and comes in from the edge, or from what lies behind the page; print, rings
    of seals and holes are too thin or too small for it, red and blue ink too colourful.
    """
    pool = max(1, round(dpi / _DPI))
    small, mm = pooled(page, pool), dpi / pool / 25.4
    inside = np.zeros(small.shape[:2], np.uint8)
    cv2.fillConvexPoly(inside, np.round(corners / pool - 0.5).astype(np.int32), 1)  # it speaks of pixel centres
    # straightening lays white beside a folded corner, which would then be rounded off; the edge's own pixels are half white
    beyond = 1 - np.asarray(cv2.erode(inside, np.ones((3, 3), np.uint8)), np.uint8)

    def solid_of(mask: Mask) -> Mask:
        return np.asarray(_opened((mask & inside) | beyond, mm) & mask & inside, np.uint8)

    tones = _tones(small)
    suspect = _suspect(tones)
    # print and seals are too thin on nearly every page: then nobody has to look at the colours of each pixel
    if not solid_of(suspect).any() or not (solid := solid_of(_foreign(small, tones, suspect))).any():
        return Covered(0.0, 0.0)
    deeper = cv2.erode(inside, _disc(2 * _AT_EDGE_MM, mm), borderType=cv2.BORDER_CONSTANT, borderValue=0)
    rim = inside & (1 - np.asarray(deeper, np.uint8))
    folded, solid = _folded(solid, np.round(corners / pool), mm)
    return Covered(max(_fingers(solid, rim, mm, level) for level in (True, False)), folded)


class _Tones(NamedTuple):
    """A small page in grey and in L*a*b* (of a grey one none), and what of both is paper's."""

    plain: Pixels
    lab: Pixels | None
    paper: float
    own: NDArray[np.float64]


def _tones(small: Pixels) -> _Tones:
    plain = grey(small)
    paper = percentile(plain[::2, ::2], 70)
    if small.ndim == 2:
        return _Tones(plain, None, paper, np.zeros(3))
    lab = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2Lab), np.uint8)
    bright = lab[::4, ::4][plain[::4, ::4] > 0.9 * paper]
    return _Tones(plain, lab, paper, np.array([percentile(np.ascontiguousarray(bright[:, n]), 50) for n in range(3)]))


def _suspect(tones: _Tones) -> Mask:
    """What is much darker or redder than the paper."""
    dark = tones.plain < _DARK * tones.paper
    return (dark if tones.lab is None else dark | (tones.lab[..., 1] > tones.own[1] + _SKIN_RED)).view(np.uint8)


def _foreign(small: Pixels, tones: _Tones, suspect: Mask) -> Mask:
    """Of what is ``suspect`` that which is much darker than the paper, or warm and somewhat darker as skin is, and no ink of seal
    or pen."""
    if tones.lab is None:
        return suspect
    at = np.nonzero(suspect)
    plain, (a, b) = tones.plain[at], (tones.lab[..., n][at] - tones.own[n] for n in (1, 2))
    red, green, blue = small[at].astype(np.int16).T
    skin = (a * a + b * b > _SKIN_AWAY**2) & (a > _SKIN_RED) & (plain < _SKIN_DIM * tones.paper) & (green - blue > 0.05 * red)
    ink = ((red - np.maximum(green, blue) > 60) & (green - blue < 0.1 * red)) | (blue - red > 40)
    foreign = np.zeros_like(suspect)
    foreign[at] = ((plain < _DARK * tones.paper) | skin) & ~ink
    return foreign


def _disc(wide: float, mm: float) -> Mask:
    size = max(3, round(wide * mm) | 1)
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)), np.uint8)


def _opened(mask: Mask, mm: float) -> Mask:
    """Beyond the picture more of the same is assumed, or what comes in from the edge would lose its root."""
    return np.asarray(cv2.morphologyEx(mask, cv2.MORPH_OPEN, _disc(_THICK_MM, mm), borderType=cv2.BORDER_REPLICATE), np.uint8)


def _fingers(solid: Mask, rim: Mask, mm: float, level: bool) -> float:
    """Largest piece that sticks out of the edge, or out of a band along it. ``level``: bands lie level, at top and bottom."""
    long = round(_WIDEST_MM * mm)
    line = np.ones((1, long) if level else (long, 1), np.uint8)
    # nothing is assumed beyond the picture: a band that only partly reaches its edge would be cut into pieces
    band = np.asarray(cv2.morphologyEx(solid, cv2.MORPH_OPEN, line, borderType=cv2.BORDER_CONSTANT, borderValue=0), np.uint8)
    root = cv2.dilate(cv2.bitwise_or(band, rim), _disc(_AT_EDGE_MM, mm))
    rest = _opened(solid & (1 - band), mm)
    labels, stats, _ = components(rest)
    best = 0.0
    for label in range(1, len(stats)):
        x, y, w, h, area = (int(v) for v in stats[label])
        if min(w, h) < _NARROWEST_MM * mm or max(w, h) > _WIDEST_MM * mm:
            continue
        piece = (labels[y : y + h, x : x + w] == label).astype(np.uint8)
        if not (piece & root[y : y + h, x : x + w]).any():
            continue
        outlines, _ = cv2.findContours(piece, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        hull = cv2.contourArea(cv2.convexHull(max(outlines, key=len))) + 1
        if area >= _ROUND * hull:
            best = max(best, area / mm**2)
    return best


def _folded(solid: Mask, corners: Points, mm: float) -> tuple[float, Mask]:
    """Largest triangle in a corner, and what is left without triangles."""
    labels, stats, _ = components(solid)
    best, rest = 0.0, solid.copy()
    near = 2 * _AT_EDGE_MM * mm
    for label in range(1, len(stats)):
        x, y, w, h, area = (int(v) for v in stats[label])
        sides = np.array([x, y, x + w, y + h], np.float32)
        for cx, cy in corners:
            touches = min(abs(sides[0] - cx), abs(sides[2] - cx)) <= near and min(abs(sides[1] - cy), abs(sides[3] - cy)) <= near
            legs = max(w, h) <= 2 * _WIDEST_MM * mm and min(w, h) >= _WEDGE * max(w, h)
            if touches and legs and _TRIANGLE[0] <= area / (w * h) <= _TRIANGLE[1]:
                best = max(best, area / mm**2)
                rest[y : y + h, x : x + w][labels[y : y + h, x : x + w] == label] = 0
    return best, rest
