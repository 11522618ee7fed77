"""Blue and violet stamps: told from the page's own blue print, from signatures and handwriting; parted from the black print
under them; set level, so that what they say can be read as a note.

Erasing blue ink leaves letters with holes, and most of a letter under a stamp is edge. So inks are un-mixed as dyes are:
densities (the negative logarithm of what is left of the paper's light, Beer and Lambert) add up where a stamp lies over
print, black counts alike in all channels, and of the stamp's ink a constant share of its colour is what it takes from blue
light. JPEG keeps colour at half the resolution of brightness, so pale outlines are left; they are far paler than print.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.frames import Pixels
from ocr.ink import Circle, holds, rings
from workstation.domain.page import Box

Floats = NDArray[np.float64]
Densities = NDArray[np.float32]

_LOOK_DPI, _SHAPE_DPI = 33.0, 100.0
"""At which a page is asked whether there is blue ink, and the shape of what there is."""
_LEAST_MM2 = 8.0
"""Blue ink of the smallest stamp: a line of 40 mm has three times as much."""
_BLUE, _BLACK = 22, 130
"""Levels by which blue exceeds red and green in blue ink, and below which all three of print lie, paper made white."""
_TINGED = 0.12
"""Density of colour from which a pixel holds blue ink, the blurred rim of its strokes too."""
_TRUE = 0.15
"""Least share of colour in the density around it."""
_TOGETHER_MM = 2.5
"""A stamp's ink lies no farther apart."""
_NEAR_MM = 6.0
"""The same at first look, which misses what is thin."""
_LONG_MM, _SHORT_MM = (18.0, 110.0), (3.5, 70.0)
"""A stamp's sides."""
_OWN = 0.5
"""Blue ink beside stamps, in shares of the page's black: with more the page itself is printed in blue."""
_SLANTED_DEG, _MOST_DEG = 2.5, 20.0
"""A hand presses a stamp so far off the page's level that it is no line of the page; never farther."""
_OVER = 0.15
"""Black ink within a stamp's hull, in shares of its own, that is print under it."""
_RULED, _GAP_MM = 0.45, 1.2
"""Share of its length that is seen of each side of a frame (thin ones 0.5 to 0.9, thick ones all; of signatures 0.13 of the
worst side), and the gaps that count as seen: print over it hides some."""
_FRAME_MM, _STRAY_MM = 6.0, 3.0
"""Height of the lowest frame: a line of letters, which has straight sides too, is lower. How far ink may lie outside a frame."""
_SIDE_MM, _CLEAR = (0.5, 0.7, 1.3), 0.25
"""Half the width of a frame's rule, and the strip within it; how much of its length ink may take: in frames 0.01 to 0.12, in
lines of letters 0.3 to 0.6."""
_FOOT, _EVEN = 0.08, 0.85
"""So many of a line's letters stand on it within so much of their height; of figures by hand two thirds to four fifths."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """``box`` on the page, upright around it; ``round``: a seal, whose text runs round it."""

    box: Box
    round: bool = False


@dataclass(frozen=True, slots=True)
class _Look:
    """The page at ``_LOOK_DPI``, ``step`` pixels of it to one: masks of blue and of black ink."""

    step: float
    blue: Pixels
    black: Pixels


def blue_stamps(page: Pixels, dpi: float) -> tuple[Stamp, ...]:
    """Stamps of a cleaned page, about a millisecond where there is no blue ink. None on a page that is itself printed in
    blue, and none of what may be the page's own: level lines in blue, without a frame, with nothing black under them."""
    look = _look(page, dpi) if page.ndim == 3 else None
    if look is None:
        return ()
    mm, scale = dpi / look.step / 25.4, look.step
    near = [_scaled(box, scale) for box, _ in _areas(look.blue, _NEAR_MM * mm, 0.5 * _LONG_MM[0] * mm)]
    stamps = _outermost([s for box in near for s in _stamps_in(page, box, dpi)])
    if not stamps:
        return ()
    beside = look.blue.copy()
    for stamp in stamps:
        x0, y0, x1, y1 = (round(v / scale) for v in stamp.box)
        beside[max(0, y0 - 1) : y1 + 2, max(0, x0 - 1) : x1 + 2] = 0
    return tuple(stamps) if cv2.countNonZero(beside) <= _OWN * cv2.countNonZero(look.black) else ()


def _look(page: Pixels, dpi: float) -> _Look | None:
    """None if there is less blue ink than a stamp has."""
    step = max(1.0, dpi / _LOOK_DPI)
    size = max(1, round(page.shape[1] / step)), max(1, round(page.shape[0] / step))
    # few of the pixels: enough to count, twenty times as fast as the mean of all
    small = cv2.resize(page, size, interpolation=cv2.INTER_LINEAR)
    paper = np.maximum(np.median(small[::3, ::3].reshape(-1, 3), axis=0), 1)
    red, green, blue = (cv2.convertScaleAbs(c, alpha=245 / p) for c, p in zip(cv2.split(small), paper, strict=True))
    blues = cv2.threshold(cv2.subtract(blue, cv2.max(red, green)), _BLUE, 255, cv2.THRESH_BINARY)[1]
    if cv2.countNonZero(blues) * (step * 25.4 / dpi) ** 2 < _LEAST_MM2:
        return None
    brightest = cv2.max(cv2.max(red, green), blue)
    black = cv2.threshold(brightest, _BLACK, 255, cv2.THRESH_BINARY_INV)[1]
    return _Look(step, np.asarray(blues, np.uint8), np.asarray(black, np.uint8))


def _areas(mask: Pixels, gap: float, least: float) -> list[tuple[tuple[int, int, int, int], Pixels]]:
    """Hulls of ink that lies no farther apart than ``gap`` pixels, if they are ``least`` long, and the ink in each."""
    size = round(gap) | 1
    wide = cv2.copyMakeBorder(mask, size, size, size, size, cv2.BORDER_CONSTANT, value=0)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(cv2.dilate(wide, np.ones((size, size), np.uint8)), connectivity=8)
    labels, edge, found = labels[size:-size, size:-size], size // 2 - size, []
    for k, (x, y, w, h, _) in enumerate(stats.tolist()):
        if k and max(w, h) - size >= least:
            box = x + edge, y + edge, x + edge + w - size + 1, y + edge + h - size + 1
            inside = np.s_[box[1] : box[3], box[0] : box[2]]
            found.append((box, np.where(labels[inside] == k, mask[inside], np.uint8(0))))
    return found


def _scaled(box: Box, by: float, x: float = 0.0, y: float = 0.0) -> Box:
    return box[0] * by + x, box[1] * by + y, box[2] * by + x, box[3] * by + y


def _stamps_in(page: Pixels, area: Box, dpi: float) -> list[Stamp]:
    """Stamps among blue ink that lies together at first look."""
    window = _window(area, page, _NEAR_MM * dpi / 25.4)
    part = page[window]
    scale = min(1.0, _SHAPE_DPI / dpi)
    small = np.asarray(cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    inks = _densities(small, dpi * scale)
    # where a scanner's colours lie apart black strokes have blue edges, and as much red on their other side
    least, most = (cv2.blur(d, (3, 3)) for d in (inks.least, inks.colour + inks.blue))
    blue = ((inks.colour > 1.5 * _TINGED) & (inks.least > _TINGED / 2) & (least > _TRUE * most)).astype(np.uint8) * 255
    black = (inks.blue > 0.7).astype(np.uint8)
    mm, found = dpi * scale / 25.4, []
    for (x0, y0, x1, y1), ink in _areas(blue, _TOGETHER_MM * mm, _LONG_MM[0] * mm):
        stamp = _stamp(ink, black[y0:y1, x0:x1], mm)
        if stamp is not None:
            corner = x0 / scale + window[1].start, y0 / scale + window[0].start
            found.append(replace(stamp, box=_scaled(stamp.box, 1 / scale, *corner)))
    return found


def _outermost(stamps: list[Stamp]) -> list[Stamp]:
    """Without those that lie in another, and each once."""
    kept: list[Stamp] = []
    for stamp in sorted(stamps, key=lambda s: (s.box[0] - s.box[2]) * (s.box[3] - s.box[1])):
        x, y = (stamp.box[0] + stamp.box[2]) / 2, (stamp.box[1] + stamp.box[3]) / 2
        if not any(holds(k.box, x, y) for k in kept):
            kept.append(stamp)
    return kept


def _stamp(blue: Pixels, black: Pixels, mm: float) -> Stamp | None:
    """What an area of blue ink is, if it is a stamp; ``mm`` pixels to the millimetre."""
    height, width = blue.shape
    short, long = sorted((height / mm, width / mm))
    if not (_LONG_MM[0] <= long <= _LONG_MM[1] and _SHORT_MM[0] <= short <= _SHORT_MM[1]):
        return None
    slope, box = _slope(blue), (0.0, 0.0, float(width), float(height))
    if _framed(blue, slope, mm):
        return Stamp(box)
    seal = _seal(blue, mm)
    if seal is not None:
        return Stamp(seal.box, round=True)
    apart = abs(slope) >= _SLANTED_DEG or cv2.countNonZero(black) > _OVER * cv2.countNonZero(blue)
    return Stamp(box) if apart and _row(blue, slope, mm) else None


# --- shapes: masks of blue ink, ``mm`` pixels to the millimetre


def _seal(blue: Pixels, mm: float) -> Circle | None:
    """A round seal; what a signature adds to it is left out."""
    if min(blue.shape) < 20 * mm:
        return None
    edge = round(4 * mm) // 2 * 2  # its ring touches the mask's edge
    wide = cv2.copyMakeBorder(blue, edge, edge, edge, edge, cv2.BORDER_CONSTANT, value=0)
    half = np.ascontiguousarray(cv2.dilate(wide, np.ones((3, 3), np.uint8))[::2, ::2])
    found = rings(np.asarray(half, np.uint8), mm / 2)
    return Circle(2 * found[0].x - edge, 2 * found[0].y - edge, 2 * found[0].radius) if found else None


def _slope(blue: Pixels) -> float:
    """Degrees, clockwise positive, at which the ink lies in the sharpest rows."""
    y, x = np.nonzero(blue)
    best = 0.0
    for step, reach in ((1.0, int(_MOST_DEG)), (0.25, 4)):
        angles = [best + step * k for k in range(-reach, reach + 1)]
        best = max(angles, key=lambda a: _sharpness(y, x, a))
    return best


def _sharpness(y: NDArray[np.int64], x: NDArray[np.int64], degrees: float) -> float:
    across, _ = _turned(y, x, degrees)
    return float(np.square(np.diff(np.bincount(np.round(across - across.min()).astype(np.int64)))).sum())


def _turned(y: NDArray[np.int64], x: NDArray[np.int64], degrees: float) -> tuple[Floats, Floats]:
    """Across the lines and along them, for lines that slope by so much."""
    r = np.radians(degrees)
    return y * np.cos(r) - x * np.sin(r), y * np.sin(r) + x * np.cos(r)


def _framed(blue: Pixels, degrees: float, mm: float) -> bool:
    """Whether a line runs along each of the four sides, with a clear strip inside."""
    y, x = np.nonzero(blue)
    sides = _turned(y, x, degrees)
    for across, along in (sides, sides[::-1]):
        length = int(np.ptp(along)) + 1
        if length < _FRAME_MM * mm:
            return False
        at = np.minimum((along - along.min()).astype(np.int64), length - 1)
        for away in (across - across.min(), across.max() - across):
            rule = np.bincount(np.round(away[away < _STRAY_MM * mm]).astype(np.int64)).argmax()
            within = (away - rule) / mm
            on, inside = np.abs(within) < _SIDE_MM[0], (within > _SIDE_MM[1]) & (within < _SIDE_MM[2])
            seen, inner = (np.bincount(at[part], minlength=length) > 0 for part in (on, inside))
            bridged = cv2.morphologyEx(seen.astype(np.uint8), cv2.MORPH_CLOSE, np.ones(round(_GAP_MM * mm), np.uint8))
            if bridged.sum() < _RULED * length or inner.sum() > _CLEAR * length:
                return False
    return True


def _row(blue: Pixels, degrees: float, mm: float) -> bool:
    """Whether the ink is letters of one height on one line, as type is and a hand is not."""
    level = _levelled(blue, degrees, 0)
    _, _, stats, _ = cv2.connectedComponentsWithStats((level > 100).astype(np.uint8), connectivity=8)
    y, h, area = (stats[1:, k].astype(np.float64) for k in (cv2.CC_STAT_TOP, cv2.CC_STAT_HEIGHT, cv2.CC_STAT_AREA))
    high = (h > 1.8 * mm) & (h < 12 * mm)
    if high.sum() < 5:
        return False
    y, h = y[high], h[high]
    size, foot = float(np.median(h)), y + h
    same = (np.abs(foot - np.median(foot)) <= _FOOT * size + 0.5) & (h > 0.85 * size) & (h < 1.6 * size)
    return bool(same.sum() >= max(5.0, _EVEN * len(h)) and area[high].sum() >= 0.6 * area.sum())


def _levelled(picture: Pixels, degrees: float, paper: int) -> Pixels:
    """Turned so that lines of that slope are level; grown to hold all of it."""
    if not degrees:
        return picture
    height, width = picture.shape
    r = np.radians(abs(degrees))
    size = round(width * np.cos(r) + height * np.sin(r)), round(width * np.sin(r) + height * np.cos(r))
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    turn[:, 2] += (size[0] - width) / 2, (size[1] - height) / 2
    return np.asarray(cv2.warpAffine(picture, turn, size, flags=cv2.INTER_CUBIC, borderValue=paper), np.uint8)


# --- inks


def stamps_to_paper(page: Pixels, dpi: float) -> Pixels:
    """The page with its blue stamps become paper and the print under them left whole; ``page`` itself without."""
    stamps = blue_stamps(page, dpi)
    if not stamps:
        return page
    out = page.copy()
    for stamp in stamps:
        part = out[_window(stamp.box, page, dpi / 25.4)]
        part[:] = _print_alone(part, dpi)
    return out


def _window(box: Box, page: Pixels, pad: float) -> tuple[slice, slice]:
    (x0, y0, x1, y1), (height, width) = box, page.shape[:2]
    rows = slice(max(0, round(y0 - pad)), min(height, round(y1 + pad)))
    return rows, slice(max(0, round(x0 - pad)), min(width, round(x1 + pad)))


@dataclass(frozen=True, slots=True)
class _Inks:
    """``paper``: its colour; ``blue``: density in blue light; ``colour``: by how much it is denser in the light that is taken
    most; ``least``: in that of red and green that is taken less, below 0 in red ink."""

    paper: Densities
    blue: Densities
    colour: Densities
    least: Densities


def _densities(part: Pixels, dpi: float) -> _Inks:
    scale = min(1.0, 50.0 / dpi)
    small = cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    size = round(6 / 25.4 * 50) | 1
    closed = cv2.blur(cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((size, size), np.uint8)), (size, size))
    paper = np.maximum(cv2.resize(closed, (part.shape[1], part.shape[0]), interpolation=cv2.INTER_LINEAR), 1).astype(np.float32)
    red, green, blue = cv2.split(-np.log(np.maximum(part, 4) / paper))
    least = np.asarray(cv2.min(red, green) - blue, np.float32)
    colour = np.maximum(cv2.max(red, green) - blue, 0).astype(np.float32)
    return _Inks(paper, np.maximum(blue, 0).astype(np.float32), colour, least)


_PALE, _DARK = 0.28, 0.5
"""Of print's density: paler is what is left of the stamp, darker is print; between them one fades into the other."""
_PRINT = 1.2
"""Density of print where there is none beside the stamp to go by."""


def _print_alone(part: Pixels, dpi: float) -> Pixels:
    """A part of the page without its blue ink."""
    inks = _densities(part, dpi)
    tinged = (inks.colour > _TINGED) & (inks.least > -_TINGED)
    strong = tinged & (inks.colour > max(2 * _TINGED, 0.6 * float(np.percentile(inks.colour, 98))))
    if not strong.any():
        return part
    share = float(np.percentile(inks.blue[strong] / inks.colour[strong], 40))  # more than that: print lies under it
    black = np.maximum(inks.blue - share * inks.colour, 0)
    near = cv2.dilate(tinged.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    clear = black[~near & (black > 0.3)]
    usual = float(np.percentile(clear, 75)) if clear.size > 50 else _PRINT
    fade = np.clip((black / usual - _PALE) / (_DARK - _PALE), 0, 1)
    bare = inks.paper * np.exp(-(black * fade))[..., None]
    return np.where((near & (inks.least > -_TINGED))[..., None], bare, part).astype(np.uint8)


def stamp_alone(page: Pixels, stamp: Stamp, dpi: float) -> Pixels:
    """A blue stamp in black on white, level and without its frame, the page's print gone."""
    inks = _densities(page[_window(stamp.box, page, dpi / 25.4)], dpi)
    return _readable(np.where(inks.least > -_TINGED, inks.colour, np.float32(0)), dpi)


_RESIDUE, _FULL = 0.2, 0.75
"""Shares of the colour of a stamp's full ink: less is what the print under it leaves, more is as good as full."""
_RULE_MM, _RIM_MM = 8.0, 2.0
"""Straight strokes so long are a frame's, not a letter's; how far from a stamp's sides its frame may lie."""


def _readable(colour: Densities, dpi: float) -> Pixels:
    peak = max(_TINGED, float(np.percentile(colour, 98)))
    ink = np.clip((colour / peak - _RESIDUE) / (_FULL - _RESIDUE), 0, 1)
    picture = np.asarray(255 * ink, np.uint8)
    scale = min(1.0, _SHAPE_DPI / dpi)
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    if not small.any():
        return np.full_like(picture, 255)
    level = _levelled(picture, _slope(np.asarray(small > 100, np.uint8)), 0)
    return np.asarray(255 - _unframed(level, dpi / 25.4), np.uint8)


def _unframed(level: Pixels, mm: float) -> Pixels:
    """Long straight strokes wiped out; at its sides also broken ones, while a leader's dots inside are letters' neighbours."""
    inked, long, gap = (level > 90).astype(np.uint8), round(_RULE_MM * mm), round(0.6 * mm)
    if not inked.any():
        return level
    x, y, w, h = cv2.boundingRect(inked)
    inner, rim = np.zeros_like(inked), round(_RIM_MM * mm)
    inner[y + rim : y + h - rim, x + rim : x + w - rim] = 1
    rules = np.zeros_like(inked)
    for along, bridge in (((1, long), (3, gap)), ((long, 1), (gap, 3))):
        joined = cv2.morphologyEx(inked, cv2.MORPH_CLOSE, np.ones(bridge, np.uint8))
        whole, broken = (cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones(along, np.uint8)) for ink in (inked, joined))
        rules |= whole | np.where(inner > 0, np.uint8(0), broken)
    return np.where(cv2.dilate(rules, np.ones((5, 5), np.uint8)) > 0, np.uint8(0), level)
