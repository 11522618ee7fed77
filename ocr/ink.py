"""Ink on a page apart from its text: letter-like pieces, round seals, red and blue ink, pictures.

Everything is looked for on reduced copies of the page; boxes and circles are in pixels of the page itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.components import components, picked
from ocr.frames import Pixels
from ocr.geometry import grey
from ocr.smaller import darkest, pooled
from workstation.domain.page import Box

Floats = NDArray[np.float64]

_INK = 175
"""Fainter print than what tables and leaders are told by: what the recogniser left out is often the faint."""
_LETTER_MM = (1.0, 7.0)
"""Height of print: from the small letters of 8 points to the capitals of a title."""
_WIDEST_MM = 14.0
"""Of letters that touch; longer strokes are rules and signatures."""
_SEAL_MM = (12.0, 22.0)
"""Radius of a round seal: office seals are 32 to 36 mm wide, those of organisations up to 42 (Decree 99/2016)."""
_RING = 0.5
"""Share of a circle that must be inked: rings of grey seals show 0.68 to 1, chance circles up to 0.35 (96 pages)."""
_OFF_MIDDLE = 2
"""Pixels by which the middle of a found circle may be wrong."""
UNDER_SEAL = 55
"""Print under a grey seal is darker, the seal lighter, on a levelled page."""
_BLACK = 150
"""All channels of black print lie below, also where a pixel is half paper; one of a coloured ink does not."""
_COLOUR = 35
"""Levels by which a coloured ink exceeds the other two channels on flattened paper."""


def holds(box: Box, x: float, y: float) -> bool:
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


@dataclass(frozen=True, slots=True)
class Circle:
    x: float
    y: float
    radius: float
    light: bool = False
    """Of a seal: what is printed under it can be told by being darker than ``UNDER_SEAL``."""

    @property
    def box(self) -> Box:
        return self.x - self.radius, self.y - self.radius, self.x + self.radius, self.y + self.radius

    def holds(self, x: Floats, y: Floats) -> NDArray[np.bool_]:
        return np.asarray(np.hypot(x - self.x, y - self.y) < 1.05 * self.radius)

    def around(self, boxes: Floats) -> NDArray[np.bool_]:
        """Which boxes have their middle inside."""
        return self.holds((boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2)


@dataclass(frozen=True, slots=True)
class Ink:
    """``letters``: boxes of letter-like pieces (n × 4: x0, y0, x1, y1); ``strokes``: of every piece from letters to
    handwriting, rules and specks apart; ``seals``: round seals in black or grey."""

    letters: Floats
    strokes: Floats
    seals: tuple[Circle, ...]


def find_ink(page: Pixels, dpi: float) -> Ink:
    """Of a prepared grey page. About 150 dpi: hairlines survive the pooling."""
    pool = max(1, round(dpi / 150))
    small = darkest(page, pool)
    mm = dpi / pool / 25.4
    pieces, large = _pieces(_below(small, _INK), mm)
    seals = _round_seals(small, large, mm) if large.any() else ()
    letters = pieces.boxes[pieces.letter]
    for seal in (s for s in seals if s.light):
        letters = np.concatenate([letters[~seal.around(letters)], _under(small, seal, mm)])
    on_page = tuple(replace(c, x=c.x * pool, y=c.y * pool, radius=c.radius * pool) for c in seals)
    return Ink(letters * pool, pieces.boxes[pieces.stroke] * pool, on_page)


@dataclass(frozen=True, slots=True)
class _Pieces:
    boxes: Floats
    letter: NDArray[np.bool_]
    stroke: NDArray[np.bool_]


def _below(page: Pixels, level: int) -> Pixels:
    """1 where it is darker than a level."""
    return np.asarray(cv2.threshold(page, level - 1, 1, cv2.THRESH_BINARY_INV)[1], np.uint8)


def _pieces(dark: Pixels, mm: float) -> tuple[_Pieces, Pixels]:
    """With a mask of those too large for letters."""
    labels, stats, _ = components(dark)
    x, y, w, h, area = (stats[:, i].astype(np.float64) for i in range(5))
    longer, shorter = np.maximum(w, h), np.minimum(w, h)
    piece = (h >= _LETTER_MM[0] * mm) & (w >= 0.25 * mm) & (area >= 0.25 * mm * mm) & (area <= 0.85 * w * h + 0.3 * mm * mm)
    letter = piece & (h <= _LETTER_MM[1] * mm) & (w <= _WIDEST_MM * mm)
    large = (longer >= 8 * mm) & (shorter >= 2.5 * mm) & (longer <= 75 * mm) & (area < 0.5 * w * h)
    for kind in (piece, letter, large):
        kind[0] = False  # the paper
    return _Pieces(np.stack([x, y, x + w, y + h], axis=1), letter, piece & (w <= 40 * mm)), picked(labels, stats, large)


def _under(small: Pixels, seal: Circle, mm: float) -> Floats:
    """Letters under a seal lighter than print."""
    x0, y0, x1, y1 = (max(0, round(v)) for v in seal.box)
    pieces, _ = _pieces(_below(small[y0:y1, x0:x1], UNDER_SEAL), mm)
    found = pieces.boxes[pieces.letter] + np.array([x0, y0, x0, y0])
    return np.asarray(found[seal.around(found)])


def _round_seals(small: Pixels, large: Pixels, mm: float) -> tuple[Circle, ...]:
    """Circles among strokes too large for letters; these alone, or a page of text would be full of circles."""
    step = 3
    wide = cv2.dilate(large * 255, np.ones((step, step), np.uint8))
    mask = np.asarray(wide[1::step, 1::step], np.uint8).copy()
    return tuple(_toned(small, Circle(s.x * step, s.y * step, s.radius * step)) for s in rings(mask, mm / step))


def rings(mask: Pixels, mm: float) -> tuple[Circle, ...]:
    """Circles of a seal's size in a mask of about 50 dpi."""
    least, most = (round(r * mm) for r in _SEAL_MM)
    found = cv2.HoughCircles(mask, cv2.HOUGH_GRADIENT, 1, 10 * mm, param1=120, param2=12, minRadius=least, maxRadius=most)
    seals: list[Circle] = []
    for x, y, radius in found[0][:6].tolist() if found is not None else ():
        share, seal = _ring(mask, x, y, radius)
        near = any(np.hypot(x - s.x, y - s.y) < most for s in seals)
        if share >= _RING and not near:
            seals.append(seal)
    return tuple(seals)


def _ring(mask: Pixels, x: float, y: float, radius: float) -> tuple[float, Circle]:
    """How much of a found circle is there, and the circle near it of which most is: with the middle a pixel or two off, a ring
    of two lines seems half gone (seals of 19 pages had 0.54 to 1 by the middle that was found)."""
    angles = np.linspace(0, 2 * np.pi, 180, endpoint=False)
    off = np.arange(-_OFF_MIDDLE, _OFF_MIDDLE + 1)
    r, dy, dx = (v[:, None] for v in map(np.ravel, np.meshgrid(radius + np.arange(2, -2, -1), off, off, indexing="ij")))
    at_x, at_y = np.round(x + dx + r * np.cos(angles)).astype(int), np.round(y + dy + r * np.sin(angles)).astype(int)
    on = (at_x >= 0) & (at_y >= 0) & (at_x < mask.shape[1]) & (at_y < mask.shape[0])
    there = on & (mask[np.where(on, at_y, 0), np.where(on, at_x, 0)] > 0)
    shares = there.mean(axis=1)
    best = int(shares.argmax())
    return float(shares[best]), Circle(x + float(dx[best, 0]), y + float(dy[best, 0]), float(r[best, 0]))


def _toned(small: Pixels, seal: Circle) -> Circle:
    """Whether the ring itself is lighter than print: of its ink next to none is as dark."""
    x0, y0, x1, y1 = (max(0, round(v)) for v in seal.box)
    rows, columns = np.mgrid[y0 : min(y1, small.shape[0]), x0 : min(x1, small.shape[1])].astype(np.float64)
    away = np.hypot(columns - seal.x, rows - seal.y) / seal.radius
    tones = small[y0:y1, x0:x1][(away > 0.95) & (away < 1.0)]
    inked = tones[tones < _INK]
    return replace(seal, light=bool(inked.size and (inked < UNDER_SEAL).mean() < 0.25))


@dataclass(frozen=True, slots=True)
class Colours:
    """Masks of coloured (red or blue) and of black ink at ``scale`` (their pixels for one of the page), and the hulls of
    red and of blue ink that lies together."""

    scale: float
    coloured: Pixels
    black: Pixels
    red_areas: tuple[Box, ...]
    blue_areas: tuple[Box, ...]

    def outside(self, boxes: Sequence[Box]) -> "Colours":
        """Without the areas whose middle lies in one of the boxes."""

        def kept(areas: tuple[Box, ...]) -> tuple[Box, ...]:
            return tuple(a for a in areas if not any(holds(b, (a[0] + a[2]) / 2, (a[1] + a[3]) / 2) for b in boxes))

        return replace(self, red_areas=kept(self.red_areas), blue_areas=kept(self.blue_areas))

    def without(self, boxes: Sequence[Box]) -> "Colours":
        """Without what lies in the boxes: of stamps that have been parted from the print under them."""
        bare = self.coloured.copy()
        for box in boxes:
            x0, y0, x1, y1 = (round(v * self.scale) for v in box)
            bare[max(0, y0) : y1 + 1, max(0, x0) : x1 + 1] = 0
        return replace(self.outside(boxes), coloured=bare, red_areas=self.red_areas)

    def red_seals(self, dpi: float) -> tuple[Circle, ...]:
        """Round seals in red: areas as wide as high, of a seal's size."""
        least, most = (2 * r * dpi / 25.4 for r in _SEAL_MM)
        sized = [b for b in self.red_areas if least <= min(b[2] - b[0], b[3] - b[1]) <= max(b[2] - b[0], b[3] - b[1]) <= most]
        return tuple(Circle((b[0] + b[2]) / 2, (b[1] + b[3]) / 2, max(b[2] - b[0], b[3] - b[1]) / 2) for b in sized)

    def stand_in(self, box: Box) -> bool:
        """Whether there is any coloured ink in a box of the page."""
        return bool(self.coloured[self._part(box)].any())

    def _part(self, box: Box) -> tuple[slice, slice]:
        x0, y0, x1, y1 = (round(v * self.scale) for v in box)
        return np.s_[max(0, y0) : y1 + 1, max(0, x0) : x1 + 1]

    def prevails(self, box: Box) -> bool:
        """Whether there is more coloured than black ink in a box of the page."""
        part = self._part(box)
        coloured = np.count_nonzero(self.coloured[part])
        return bool(coloured and coloured > np.count_nonzero(self.black[part]))


def find_colours(page: Pixels, dpi: float) -> Colours | None:
    """Red and blue ink of a cleaned page, paper's own tone set aside; None for a grey page."""
    if page.ndim == 2:
        return None
    pool = max(1, round(dpi / 75))
    small = pooled(page, pool)
    height, width = small.shape[:2]
    mm = dpi / pool / 25.4
    coarse = cv2.resize(small, (max(1, width // 8), max(1, height // 8)), interpolation=cv2.INTER_AREA)
    paper = cv2.resize(cv2.medianBlur(coarse, 7), (width, height), interpolation=cv2.INTER_LINEAR)
    red, green, blue = cv2.split(cv2.divide(small, np.maximum(paper, 1), scale=245.0))
    reds = cv2.threshold(cv2.subtract(red, cv2.max(green, blue)), _COLOUR, 255, cv2.THRESH_BINARY)[1]
    blues = cv2.threshold(cv2.subtract(blue, cv2.max(red, green)), _COLOUR, 255, cv2.THRESH_BINARY)[1]
    coloured = np.asarray(cv2.max(reds, blues), np.uint8)
    darkest = cv2.max(cv2.max(red, green), blue)
    black = np.asarray(cv2.threshold(darkest, _BLACK, 255, cv2.THRESH_BINARY_INV)[1], np.uint8)
    return Colours(1 / pool, coloured, black, _areas(reds, mm, pool), _areas(blues, mm, pool))


def _areas(mask: cv2.typing.MatLike, mm: float, pool: int) -> tuple[Box, ...]:
    """Hulls of ink that lies within 2 mm of each other; strays are none."""
    if not mask.any():
        return ()
    size = max(1, round(2 * mm)) | 1
    together = np.asarray(cv2.dilate(mask, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))), np.uint8)
    labels, stats, _ = components(together)
    inked = np.bincount(labels[mask > 0], minlength=len(stats))
    edge = size // 2
    found = []
    for (x, y, w, h, _), ink in zip(stats[1:].tolist(), inked[1:].tolist(), strict=True):
        w, h = w - 2 * edge, h - 2 * edge
        if ink >= 2 * mm * mm and (w >= 4 * mm or h >= 4 * mm) and min(w, h) >= 1.5 * mm:
            found.append(tuple(float(v * pool) for v in (x + edge, y + edge, x + edge + w, y + edge + h)))
    return tuple(found)  # type: ignore[arg-type]


_PICTURE_MM = 6.0
"""Side of the least square without paper in a picture; between lines of text there is paper."""


def find_pictures(page: Pixels, dpi: float) -> tuple[Box, ...]:
    """Photographs and solid drawings of a cleaned page: closed areas of tone. What touches the page's edge is its rim."""
    pool = max(1, round(dpi / 25))
    small = pooled(grey(page), pool)
    height, width = small.shape
    mm = dpi / pool / 25.4
    wide = round(30 * mm) | 1
    paper = cv2.blur(cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((wide, wide), np.uint8)), (wide, wide))
    toned = (cv2.divide(small, np.maximum(paper, 1), scale=255.0) < 200).astype(np.uint8)
    side = round(_PICTURE_MM * mm) | 1  # even masks shift
    solid = cv2.morphologyEx(toned, cv2.MORPH_OPEN, np.ones((side, side), np.uint8))
    if not solid.any():
        return ()
    joined = np.asarray(cv2.morphologyEx(solid, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8)), np.uint8)
    _, stats, _ = components(joined)
    found = []
    for x, y, w, h, area in stats[1:].tolist():
        inside = x > 1 and y > 1 and x + w < width - 1 and y + h < height - 1
        if inside and w >= 12 * mm and h >= 12 * mm and area >= 0.4 * w * h:
            # its edge lies somewhere in the next point
            found.append((float((x - 1) * pool), float((y - 1) * pool), float((x + w + 1) * pool), float((y + h + 1) * pool)))
    return tuple(found)
