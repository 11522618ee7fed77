"""A black or grey round seal taken off the print under it: its rings by where they run, bent as the sheet is bent. What crosses a
ring is a letter and stays.

On worn copies a seal is as black as print, or the print as pale as the seal, so neither colour nor tone tells them apart: of 46
such pages the name under the seal was read right on nine. But a ring is a circle: unrolled round its middle it is a level line,
to the pixel once the bend of the paper is fitted, and what is left when it is taken out are the letters that it crossed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.frames import Pixels
from ocr.ink import Circle, Floats

Angles = NDArray[np.float64]
"""A value for each of ``_ROUND`` directions from a seal's middle."""
Mask = NDArray[np.bool_]

_ROUND = 720
_ANGLES = np.arange(_ROUND) * 2 * np.pi / _ROUND
_REACH = 1.15
"""Radii around the middle within which a seal's ink may lie: the circle that was found is a pixel or two off."""
_FITS = ((0.08, 1), (0.06, 2), (0.04, 2), (0.03, 3), (0.025, 4))
"""How a ring is followed, in shares of its radius to either side and waves round it: first where its middle is, then the sheet's
stretch and bend."""
_INNER = 0.6
"""Radius of the innermost ring, in shares of the outermost: within it stands what an office's seal bears, a star or the arms."""
_SEEN = 0.3
"""Of the darkest ring's darkness along its way, what makes a ring."""
_THICKEST = 0.15
"""Width of the thickest ring in radii; what is wider is no line."""
UPPER = 0.25
"""Radii above a seal's middle from which its rings are taken off."""
RIMS = (0.75, 1.75)
"""Pixels (at 200 dpi) of half-dark rim along a ring: with less some of the ring is left, with more letters lose."""
_INKED, _LETTER = 64, 150
"""Darkness from which a point of a ring is followed, and the level below which a pixel is a letter's."""
_ACROSS = 0.11
"""Of the radius: the longest way through a ring, aslant, between the two sides of a letter's stroke."""
_WAYS = ((1, 0), (0, 1), (1, 1), (1, -1))


@dataclass(frozen=True, slots=True)
class Lifted:
    """``pixels``: the seal's part of the page without its rings, its corner at ``left``, ``top`` on the page."""

    pixels: Pixels
    left: int
    top: int


def lifted(page: Pixels, seal: Circle, rim: float) -> Lifted:
    """Of a prepared grey page, ink dark on white; the upper part, where no name stands, is left out. ``rim``: one of ``RIMS``."""
    left, top, right, bottom = _window(page, seal)
    part = np.ascontiguousarray(page[top:bottom, left:right])
    unrolled = cv2.blur(_unrolled(page, seal), (3, 3))
    outer = _outer(page, seal)
    ring = np.zeros(part.shape, bool)
    rows, columns = np.mgrid[top:bottom, left:right].astype(np.float64)
    across, down = columns + 0.5 - seal.x, rows + 0.5 - seal.y
    angles, away = np.arctan2(down, across) % (2 * np.pi), np.hypot(across, down)
    for first, last in _bands(page, seal, outer):
        middle = outer * (1 + (first + last) / 2 / seal.radius)
        own = _followed(unrolled, middle, max(2, round(_FITS[-1][0] * seal.radius)), 3)
        at = np.interp(angles, np.append(_ANGLES, 2 * np.pi), np.append(own, own[0]))
        ring |= np.abs(away - at) <= (last - first) / 2 + rim
    return Lifted(_without(part, ring, max(4, round(_ACROSS * seal.radius))), left, top)


def _window(page: Pixels, seal: Circle) -> tuple[int, int, int, int]:
    reach = _REACH * seal.radius
    height, width = page.shape
    left, top = max(0, int(seal.x - reach)), max(0, int(seal.y - UPPER * seal.radius))
    return left, top, min(width, int(seal.x + reach) + 1), min(height, int(seal.y + reach) + 1)


# --- rings


def _looked(page: Pixels, seal: Circle, radii: Floats) -> NDArray[np.float32]:
    """Darkness (0 to 255) at ``radii`` (a row a direction, or one row for all), white beyond the page."""
    x = seal.x - 0.5 + np.cos(_ANGLES)[:, None] * radii
    y = seal.y - 0.5 + np.sin(_ANGLES)[:, None] * radii
    seen = cv2.remap(page, x.astype(np.float32), y.astype(np.float32), cv2.INTER_LINEAR, borderValue=255)
    return np.float32(255) - np.asarray(seen, np.float32)


def _unrolled(page: Pixels, seal: Circle) -> NDArray[np.float32]:
    """Darkness by direction and radius, a pixel a step."""
    return _looked(page, seal, np.arange(round(_REACH * seal.radius), dtype=np.float64)[None])


def _outer(page: Pixels, seal: Circle) -> Angles:
    """Radius of the outermost ring's middle in each direction."""
    unrolled = cv2.blur(_unrolled(page, seal), (5, 3))
    radius = np.full(_ROUND, seal.radius)
    for share, waves in _FITS:
        radius = _followed(unrolled, radius, max(2, round(share * seal.radius)), waves)
    return radius


def _followed(unrolled: cv2.typing.MatLike, near: Angles, within: int, waves: int) -> Angles:
    """The darkest way round, no farther than ``within`` pixels from ``near``, as a sum of ``waves`` waves; a letter or a
    signature that lies over the ring is outweighed."""
    at = np.clip(np.round(near[:, None] + np.arange(-within, within + 1)).astype(int), 0, unrolled.shape[1] - 1)
    seen = unrolled[np.arange(_ROUND)[:, None], at]
    found, darkness = at[np.arange(_ROUND), seen.argmax(axis=1)].astype(np.float64), seen.max(axis=1)
    weight = np.where(darkness > _INKED, darkness / 255, 0.0)
    terms = [np.ones(_ROUND), *(f(k * _ANGLES) for k in range(1, waves + 1) for f in (np.cos, np.sin))]
    basis, fitted = np.stack(terms, axis=1), near
    for _ in range(6):
        if (weight > 0).sum() < _ROUND // 4:
            return near
        parts, *_ = np.linalg.lstsq(basis * weight[:, None], found * weight, rcond=None)
        fitted = basis @ parts
        off = np.maximum(np.abs(fitted - found), 1.0)
        weight = np.where(darkness > _INKED, darkness / 255 / off, 0.0)
    return np.asarray(fitted, np.float64)


def _bands(page: Pixels, seal: Circle, outer: Angles) -> Iterator[tuple[int, int]]:
    """First and last pixel of each ring, counted from the outermost ring's middle outwards, seen straightened."""
    steps = np.arange(-round(_INNER * seal.radius), round(0.1 * seal.radius))
    seen = np.median(_looked(page, seal, outer[:, None] * (1 + steps[None] / seal.radius)), axis=0)
    there = np.concatenate(([0], (seen > _SEEN * np.percentile(seen, 98)).astype(np.int8), [0]))
    starts, ends = np.flatnonzero(np.diff(there) == 1), np.flatnonzero(np.diff(there) == -1)
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        if end - start <= _THICKEST * seal.radius:
            yield int(steps[start]), int(steps[end - 1])


# --- letters across them


def _without(part: Pixels, ring: Mask, reach: int) -> Pixels:
    """White where a ring runs, but for ink that has ink on both sides of the ring along some way: a letter's stroke."""
    dark = (part < _LETTER) & ~ring
    kept = np.zeros(part.shape, bool)
    for dx, dy in _WAYS:
        kept |= _met(dark, ring, dx, dy, reach) & _met(dark, ring, -dx, -dy, reach)
    return np.where(ring & ~(kept & (part < _LETTER)), np.uint8(255), part).astype(np.uint8)


def _met(dark: Mask, ring: Mask, dx: int, dy: int, reach: int) -> Mask:
    """Pixels of a ring from which the first that is no ring's, this way, is dark."""
    found, under = np.zeros(ring.shape, bool), ring.copy()
    for k in range(1, reach + 1):
        found |= under & _moved(dark, k * dx, k * dy)
        under &= _moved(ring, k * dx, k * dy)
    return found


def _moved(mask: Mask, dx: int, dy: int) -> Mask:
    """At each pixel what lies ``dx`` to the right of it and ``dy`` below; nothing beyond the edge."""
    out = np.zeros_like(mask)
    height, width = mask.shape
    rows, columns = slice(max(0, -dy), min(height, height - dy)), slice(max(0, -dx), min(width, width - dx))
    out[rows, columns] = mask[rows.start + dy : rows.stop + dy, columns.start + dx : columns.stop + dx]
    return out


def without_seals(page: Pixels, seals: Sequence[Circle], rim: float = RIMS[0]) -> Pixels:
    """The page without the lower part of the rings of these seals."""
    out = page.copy()
    for seal in seals:
        part = lifted(out, seal, rim)
        height, width = part.pixels.shape
        out[part.top : part.top + height, part.left : part.left + width] = part.pixels
    return out
