"""What a word under a seal looks like, held against the words that may stand there.

Where a ring has taken a letter's half, no reading is right, but the half that is left fits one family's name and not another.
The words behind it were read: set in the face and size that fit them best, they say where the lost word ends, and each word that
it may be is set there. Pixels that the ring covered say nothing; the others speak for a word whose ink they have, and against
one whose ink they lack.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.frames import Pixels
from ocr.lines import RawWord, hull
from ocr.typeset import FACES, advance, scaled
from workstation.domain.page import Box

Floats = NDArray[np.float32]

_PALE, _DEPTH = 235, 150
"""Level from which a pixel is paper, and how many levels below it is all ink."""
_LIFTED = 60
"""Levels by which a pixel became lighter that was a ring's."""
_FOR, _AGAINST = 1.9, 1.7
"""What a word's pixel counts for where there is ink, and against it where there is none: log odds, of print three in twenty
pixels being broken, and of a seal's clutter one in eight inked."""
_SIZES = (0.94, 0.97, 1.0, 1.03)
"""Tried round the size by which the words behind are as wide as they were read."""
_FITS = 0.5
"""Correlation from which a face is the words' own."""
_NEARLY = 0.05
"""By how much less another face may fit: one word says little about it."""
_PLAY = 0.3, 0.3
"""How far a word may stand beside and above its place, in heights of its small letters."""
_INKED = 0.2
_CLUTTER = 0.25
"""What ink between a word's strokes counts against it: a seal's, or a wider letter's."""
_THICK = 0.5
"""Width of ink that is no stroke, in heights of small letters: a star, or a bar, under which any word may stand."""
_HIGH = 1.5
"""From the base line up, where such is looked for, in heights of small letters: marks above come and go."""
_BLURRED = 3
"""Pixels about a stroke that may be the print's."""
_ROUNDED = 0.001
"""What the correlation of a whole word may be off by."""


@dataclass(frozen=True, slots=True)
class Print:
    """A part of a page whose corner lies ``at``. ``ink``: 0 to 1; ``odds``: what each pixel says for print (> 0) or against."""

    ink: Floats
    odds: Floats
    at: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Place:
    """A face of ``em`` pixels that fits what was read; they begin at ``x`` on the base line ``y``, on the part."""

    face: str
    em: float
    x: float
    y: float

    @property
    def end(self) -> float:
        """Where the word before them ends."""
        return self.x - advance(" ", self.face, self.em)

    def before(self, word: str) -> "Place":
        """The place that ends where ``word`` begins."""
        return Place(self.face, self.em, self.x - advance(f"{word} ", self.face, self.em), self.y)


def seen(bare: Pixels, page: Pixels | None, box: Box, rise: float) -> Print:
    """A part of a prepared page without its seals' rings; ``page``: with them, if they were there; ``rise``: height of small
    letters, pixels."""
    height, width = bare.shape
    x0, y0, x1, y1 = max(0, int(box[0])), max(0, int(box[1])), min(width, int(box[2])), min(height, int(box[3]))
    part = bare[y0:y1, x0:x1]
    ink = np.asarray(np.clip((_PALE - part.astype(np.float32)) / _DEPTH, 0, 1), np.float32)
    odds = np.asarray(_FOR * ink - _AGAINST * (1 - ink), np.float32)
    hidden = _thick(ink, rise)
    if page is not None:
        hidden |= (part.astype(np.int16) - page[y0:y1, x0:x1] > _LIFTED).astype(np.uint8)
    if hidden.size:
        odds[cv2.dilate(hidden, np.ones((3, 3), np.uint8)) > 0] = 0
    return Print(ink, odds, (x0, y0))


def _thick(ink: Floats, rise: float) -> NDArray[np.uint8]:
    """Where ink is wider than a stroke."""
    size = max(3, round(_THICK * rise))
    stroke = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    inked = (ink > 0.5).astype(np.uint8)
    return np.asarray(cv2.morphologyEx(inked, cv2.MORPH_OPEN, stroke), np.uint8) if ink.size else inked


def places(found: Print, words: Sequence[RawWord], rise: float) -> tuple[Place, ...]:
    """Where the word before these ends, in the face that fits them best and, before one word, in any other that fits nearly as
    well; none if no face fits. ``rise``: height of small letters, pixels."""
    text, box = " ".join(w.text for w in words), hull(w.box for w in words)
    left, top = max(0, int(box[0] - found.at[0] - rise)), max(0, int(box[1] - found.at[1] - 0.6 * rise))
    part = found.ink[top : int(box[3] - found.at[1] + 0.6 * rise), left : int(box[2] - found.at[0] + rise)]
    if not part.size:
        return ()
    soft = cv2.GaussianBlur(part, (0, 0), 1)
    fitting = []
    for face in FACES:
        wide = scaled(text, face, _TRIAL, once=True)
        columns = np.flatnonzero(wide.ink.max(axis=0) > _INKED)
        size = _TRIAL * (box[2] - box[0]) / (columns[-1] - columns[0] + 1) if columns.size else 0.0
        like, x, y, em = max((*_best(soft, text, face, size * k), size * k) for k in _SIZES)
        if like >= _FITS:
            fitting.append((like, Place(face, em, left + x, top + y)))
    limit = max((like for like, _ in fitting), default=0.0) - (_NEARLY if len(words) == 1 else 0.0)
    return tuple(at for like, at in fitting if like >= limit)


_TRIAL = 40.0


def _best(part: cv2.typing.MatLike, text: str, face: str, em: float) -> tuple[float, float, float]:
    """Correlation of the text where it fits best, and where its first letter and its base line stand then."""
    if em < 1:
        return 0.0, 0.0, 0.0
    word = scaled(text, face, em, once=True)
    rows, columns = np.flatnonzero(word.ink.max(axis=1) > _INKED), np.flatnonzero(word.ink.max(axis=0) > _INKED)
    if not rows.size or not columns.size:
        return 0.0, 0.0, 0.0
    tight = cv2.GaussianBlur(word.ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1], (0, 0), 1)
    if tight.shape[0] > part.shape[0] or tight.shape[1] > part.shape[1]:
        return 0.0, 0.0, 0.0
    _, like, _, (x, y) = cv2.minMaxLoc(cv2.matchTemplate(part, tight, cv2.TM_CCOEFF_NORMED))
    return like, x - int(columns[0]) + word.left, y - int(rows[0]) + word.base


def at_most(found: Print, at: Place, word: str, rise: float) -> tuple[float, float]:
    """How many letters of ``word`` are there before a place at most, those that are not counted against it; and which share of it
    can be seen at all. Whatever lies between its strokes brings it down only, and few words are worth a look at that."""
    inked, odds, beside, over = _before(found, at, word, rise)
    y, x = inked.y + over, inked.x + beside
    seen = odds[y : y + inked.ink.shape[0], x : x + inked.ink.shape[1]] != 0
    whole = float(inked.ink.sum())
    most = float(inked.everywhere(odds, beside, over).max()) + _ROUNDED
    return most * len(word) / (_FOR * whole), float(inked.ink[seen].sum()) / whole


def fit(found: Print, at: Place, word: str, rise: float) -> float:
    """How many letters of ``word`` are there before a place, those that are not counted against it, nor what lies between."""
    inked, odds, beside, over = _before(found, at, word, rise)
    between = _between(word, at.face, at.em, rise)
    there = inked.everywhere(odds, beside, over) - _CLUTTER * between.everywhere(np.maximum(odds, 0), beside, over)
    return float(there.max()) * len(word) / (_FOR * float(inked.ink.sum()))


@dataclass(frozen=True, slots=True)
class _Part:
    """What of a picture is not empty, and where it lies."""

    ink: Floats
    x: int
    y: int

    def everywhere(self, odds: Floats, beside: int, over: int) -> Floats:
        """What it says wherever the picture may lie."""
        height, width = self.ink.shape
        part = odds[self.y : self.y + height + 2 * over, self.x : self.x + width + 2 * beside]
        return np.asarray(cv2.matchTemplate(part, self.ink, cv2.TM_CCORR), np.float32)


def _before(found: Print, at: Place, word: str, rise: float) -> tuple[_Part, Floats, int, int]:
    """A word's ink, what speaks for and against it before a place, and how far it may stand beside and over that."""
    shape = scaled(word, at.face, at.em)
    beside, over = max(3, round(_PLAY[0] * rise)), max(2, round(_PLAY[1] * rise))
    left, top = round(at.before(word).x - shape.left), round(at.y - shape.base)
    height, width = shape.ink.shape
    odds = _window(found.odds, left - beside, top - over, width + 2 * beside, height + 2 * over)
    return _inked(word, at.face, at.em), odds, beside, over


@lru_cache(maxsize=1024)
def _inked(word: str, face: str, em: float) -> _Part:
    return _part(scaled(word, face, em).ink)


def _between(word: str, face: str, em: float, rise: float) -> _Part:
    """Where a word has no ink, from its first letter to its last."""
    shape = scaled(word, face, em)
    out = np.zeros_like(shape.ink)
    columns = np.flatnonzero(shape.ink.max(axis=0) > _INKED)
    if columns.size:
        rows = slice(max(0, int(shape.base - _HIGH * rise)), int(shape.base))
        strokes = cv2.dilate(shape.ink, np.ones((_BLURRED, _BLURRED), np.uint8))
        out[rows, columns[0] : columns[-1] + 1] = 1 - strokes[rows, columns[0] : columns[-1] + 1]
    return _part(out)


def _part(ink: Floats) -> _Part:
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if not rows.size:
        return _Part(ink, 0, 0)
    return _Part(np.ascontiguousarray(ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]), int(columns[0]), int(rows[0]))


def _window(odds: Floats, left: int, top: int, width: int, height: int) -> Floats:
    """Beyond the part nothing is known."""
    out = np.zeros((height, width), np.float32)
    x0, y0 = max(0, left), max(0, top)
    x1, y1 = min(odds.shape[1], left + width), min(odds.shape[0], top + height)
    if x0 < x1 and y0 < y1:
        out[y0 - top : y1 - top, x0 - left : x1 - left] = odds[y0:y1, x0:x1]
    return out
