"""How like a word's ink is to words set in the face and size of its line.

The likeness is the normalised cross-correlation r of the ink with a set word. If what is left over is noise, the logarithm of a
word's likelihood is -n/2 · log(1 - r²) for n pixels that are independent of each other; of a scanned page they are not, so that a
square em counts for as many as measured (``_SPEAKS``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from statistics import median

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr import typeset
from ocr.frames import Pixels
from ocr.lines import RawWord
from workstation.domain.page import Box, Word
from workstation.domain.syllables import core

Map = NDArray[np.float32]

_LONG, _SURE, _TEACH, _LEAST = 3, 0.5, 8, 2
"""Letters and confidence of a word that tells its line's type; so many are asked at most, and at least."""
_BOLDER = 0.03
"""By how much more a word has to be like the face's other weight than its line's."""
_SIZES = (0.98, 1.0, 1.02)
_HIGH, _ABOVE = 1.3, 1.0
"""Of a window: its height, and how much of it lies above the base line, ems."""
_BESIDE, _PLAY = 0.1, 0.25
"""Paper on either side of a word, and how far its base line may lie from the foot of its box, ems."""
_UNDER = 0.25
"""From the base line to the foot of a box with a letter that hangs, ems."""
_NEAR_X, _NEAR_Y, _ASIDE = 3, 2, 2
"""Pixels by which another word may stand off, across and down; and across by which a word itself may, where it is looked for."""
_BLUR, _INKED = 0.8, 0.2
"""Pixels by which set words are blurred, as scanned ones are; from which tone on they are ink."""
_WIDER = 0.45
"""By how much a word may be wider or narrower than its box, ems."""
_NARROWEST = 0.1
"""Width of a word at least, ems."""
_SPEAKS = 18.0
"""Pixels of a square em that count as independent of each other."""
_MOST = 0.99
"""Likeness that says no more if it is higher."""


@dataclass(frozen=True, slots=True)
class Type:
    """``em``: pixels."""

    face: str
    em: float


@dataclass(frozen=True, slots=True)
class _Window:
    """What of a page shows a word: its size, where in it a word begins and its base line lies, pixels."""

    high: int
    wide: int
    x: int
    y: int

    @property
    def shape(self) -> tuple[int, int]:
        return self.high, self.wide


def _window(wide: float, em: float) -> _Window:
    margin = max(2, round(_BESIDE * em))
    return _Window(round(_HIGH * em), round(wide) + 2 * margin, margin, round(_ABOVE * em))


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a word stands: its ink (0 paper to 255) with a little play, its width, and the type that it is most like."""

    ink: Map
    width: float
    window: _Window
    type: Type
    like: float

    def fits(self, text: str) -> bool:
        """Whether a word is about as wide."""
        return abs(_ink_width(text, self.type.face) * self.type.em - self.width) <= _WIDER * self.type.em

    def likeness(self, text: str) -> float:
        return _best(self.ink, _placed(text, self.type, self.window))[0]

    def favours(self, likeness: float) -> float:
        """How much likelier what is so like the ink stands there than what was read, natural logarithm."""
        pixels = self.window.high * self.window.wide / self.type.em**2
        return _SPEAKS * pixels * (evidence(likeness) - evidence(self.like))


def evidence(likeness: float) -> float:
    """The logarithm of how much likelier ink of such likeness is to be the set word than anything, for each pixel."""
    return -0.5 * log(1 - min(_MOST, max(0.0, likeness)) ** 2)


def type_of(page: Pixels, line: Sequence[Word | RawWord], dpi: float) -> Type | None:
    """The face and size that the words of a line are most like; none if too few of them were read with confidence."""
    told = [w for w in line if len(core(w.text)) >= _LONG and w.confidence > _SURE and set(w.text) <= _SETTABLE]
    told = sorted(told, key=lambda w: -w.confidence)[:_TEACH]
    if len(told) < _LEAST:
        return None
    best, found = 0.0, None
    for face in typeset.FACES:
        em = median((w.box[2] - w.box[0]) / _ink_width(w.text, face) for w in told)
        if typeset.EM_MM[0] < em * 25.4 / dpi < typeset.EM_MM[1]:
            at = [place for w in told if (place := _found(page, w.box, w.text, Type(face, em)))]
            mean = sum(like for like, _, _ in at) / max(1, len(at))
            best, found = max((best, found), (mean, Type(face, em)), key=lambda way: way[0])
    return found


_SETTABLE = typeset.LETTERS | typeset.SIGNS


def spot(page: Pixels, word: Word | RawWord, of: Type) -> Spot | None:
    """Where a word of a line of such type stands; it may be bold where the line is not, or the other way round. None at the
    page's edge."""
    ways = [(place, face) for face in weights(of.face) if (place := _found(page, word.box, word.text, Type(face, of.em)))]
    if not ways:
        return None
    (_, x, y), face = max(ways, key=lambda way: way[0][0] + _BOLDER * (way[1] == of.face))
    window = _window(word.box[2] - word.box[0], of.em)
    ink = _ink(page, x - _NEAR_X, y - _NEAR_Y, window.wide + 2 * _NEAR_X, window.high + 2 * _NEAR_Y)
    if ink is None:
        return None
    sizes = (Type(face, of.em * by) for by in _SIZES)
    like, best = max(((_best(ink, _placed(word.text, size, window))[0], size) for size in sizes), key=lambda way: way[0])
    return Spot(ink, word.box[2] - word.box[0], window, best, like)


def weights(face: str) -> tuple[str, str]:
    """A face and its other weight."""
    family, _, weight = face.partition("-")
    return face, f"{family}-{'Bold' if weight == 'Regular' else 'Regular'}"


def _ink_width(text: str, face: str) -> float:
    """Ems, without what the outer letters keep free beside them."""
    free = typeset.bearings(text[0], face)[0] + typeset.bearings(text[-1], face)[1]
    return max(_NARROWEST, typeset.advance(text, face, 1.0) - free)


def _found(page: Pixels, box: Box, text: str, of: Type) -> tuple[float, int, int] | None:
    """How like a word's ink is to it where it is likest, and where its window lies then; none at the page's edge."""
    play, window = max(_NEAR_X, round(_PLAY * of.em)), _window(box[2] - box[0], of.em)
    top, left = round(box[3] - (_ABOVE + _UNDER) * of.em) - play, round(box[0]) - window.x - _ASIDE
    ink = _ink(page, left, top, window.wide + 2 * _ASIDE, window.high + 2 * play)
    if ink is None:
        return None
    like, x, y = _best(ink, _placed(text, of, window))
    return like, left + x, top + y


def _ink(page: Pixels, left: int, top: int, wide: int, high: int) -> Map | None:
    """Of a part of a page; none if it is not all on it."""
    if left < 0 or top < 0 or top + high > page.shape[0] or left + wide > page.shape[1]:
        return None
    return 255 - page[top : top + high, left : left + wide].astype(np.float32)


def _placed(text: str, of: Type, window: _Window) -> Map:
    """A set word in its window, as sharp as scanned ones."""
    drawn = typeset.fleeting(text, of.face, of.em)
    columns = np.flatnonzero(drawn.ink.max(axis=0) > _INKED)
    x, y = window.x - (int(columns[0]) if columns.size else 0), window.y - round(drawn.base)
    left, top = max(0, x), max(0, y)
    out = np.zeros(window.shape, np.float32)
    part = drawn.ink[top - y : window.high - y, left - x : window.wide - x]
    out[top : top + part.shape[0], left : left + part.shape[1]] = part
    return np.asarray(cv2.GaussianBlur(out, (0, 0), _BLUR), np.float32)


def _best(ink: Map, picture: Map) -> tuple[float, int, int]:
    """Correlation where it is highest, and where that is."""
    _, like, _, (x, y) = cv2.minMaxLoc(cv2.matchTemplate(ink, picture, cv2.TM_CCOEFF_NORMED))
    return like, x, y
