"""Known lines laid over the ink of a page: where each is likest, and how like, at last word by word.

A line is set in some type (``setword``), and what is seen of the page is made as small; both are blurred a little. A rough look
at 12 pixels an em tells the likely ones of many lines, one at 24 how like these are. Print fades unevenly, so that in the end
each word counts by itself.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr import typeset
from ocr.frames import Pixels
from ocr.grammar import distance, letters
from ocr.lines import RawWord
from ocr.missed import share
from ocr.setword import Type, evidence
from workstation.domain.page import LIKELY, Box
from workstation.domain.syllables import core

Map = NDArray[np.float32]

ROUGH, FINE, _BLUR = 12, 24, 1.0
"""Pixels of the size of type at which all lines are compared, and at which the likeliest are; by which both are blurred."""
_HIGHER, _BESIDE = 0.6, 8.0
"""Ems over, under and beside a place where its line may stand."""
OVER = 0.3
"""Share of a set line that may lie beside its place."""
_WORD, _PLAY = 0.4, 2
"""Least likeness of each word of a line by itself (of 110 lines that were right the least had 0.5 and more, of two that were not
less than 0.1); pixels by which it may stand off its place in the line."""
FIGURE = 0.02
"""By how much liker a line has to be than one with another figure."""
_LIKER = 0.03
"""By how much liker a word has to be that was read to stand in a line's way."""


@dataclass(frozen=True, slots=True)
class Line:
    """``open``: whether it goes on with what nobody knows; ``office``: whether it is a signer's; ``title``: a paper's."""

    text: str
    open: bool = False
    office: bool = False
    title: bool = False

    def in_face(self, face: str) -> bool:
        """Whether it may be set so: heads, titles and offices, in capitals, are bold (Decree 30/2020, annex I)."""
        return not self.text.isupper() or self.text.startswith("-") or face.endswith("Bold")


@dataclass(frozen=True, slots=True)
class Laid:
    """A line where it is like the ink: ``box`` of its ink, pixels of the page; ``speaks``: how much likelier than anything the
    ink is to be it, natural logarithm (``setword``), but for how many pixels of a square em are independent of each other."""

    line: Line
    of: Type
    like: float
    speaks: float
    box: Box

    def again(self, like: float) -> "Laid":
        """The same with another likeness."""
        return replace(self, like=like, speaks=self.speaks * evidence(like) / evidence(self.like))


@dataclass(frozen=True, slots=True)
class Place:
    """Words that make no sense, lost print, or both: what stood there."""

    box: Box
    words: tuple[RawWord, ...]


def laid(page: Pixels, box: Box, of: Type, known: Sequence[Line], em: int) -> Iterator[Laid]:
    """Each line where in a place, or a little beside it, it is likest, at a size of type of ``em`` pixels."""
    by = em / of.em
    left, top = max(0, round(box[0] - _BESIDE * of.em)), max(0, round(box[1] - _HIGHER * of.em))
    ink = _ink(page, left, top, round(box[2] + _BESIDE * of.em), round(box[3] + _HIGHER * of.em), by)
    for line in known:
        picture = _picture(line.text, of.face, em)
        high, wide = picture.shape
        first = max(0, round((box[0] - left) * by - (1 - OVER) * wide))
        window = ink[:, first : max(0, round((box[2] - left) * by + (1 - OVER) * wide))]
        if high <= window.shape[0] and wide <= window.shape[1]:
            _, like, _, (x, y) = cv2.minMaxLoc(cv2.matchTemplate(window, picture, cv2.TM_CCOEFF_NORMED))
            x0, y0 = left + (first + x + _RIM) / by, top + (y + _RIM) / by
            at = (x0, y0, x0 + (wide - 2 * _RIM) / by, y0 + (high - 2 * _RIM) / by)
            yield Laid(line, of, like, evidence(like) * high * wide / em**2, at)


def _ink(page: Pixels, x0: int, y0: int, x1: int, y1: int, by: float) -> Map:
    """Of a part of the page, in another size."""
    part = 255 - page[max(0, y0) : y1, max(0, x0) : x1]
    size = round(part.shape[1] * by), round(part.shape[0] * by)
    if not all(size):
        return np.zeros((1, 1), np.float32)
    small = cv2.resize(part, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(small, (0, 0), _BLUR), np.float32)


_RIM, _INKED = 2, 0.2
"""Paper around a set line's ink, pixels; tone from which on it is ink."""


@lru_cache(maxsize=512)
def _picture(text: str, face: str, em: int) -> Map:
    drawn = typeset.fleeting(text, face, em).ink
    rows, columns = (np.flatnonzero(drawn.max(axis=axis) > _INKED) for axis in (1, 0))
    inked = drawn[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    framed = cv2.copyMakeBorder(inked, _RIM, _RIM, _RIM, _RIM, cv2.BORDER_CONSTANT, value=0)
    return np.asarray(cv2.GaussianBlur(framed, (0, 0), _BLUR), np.float32)


def word_by_word(page: Pixels, found: Laid, place: Place) -> Laid | None:
    """The line as like as its words are, each by itself, as they fade differently; none if the ink is not like one of them, or
    liker what was read in its place: an office of no list begins as another."""
    by, reach = FINE / found.of.em, _RIM + _PLAY
    x0, y0 = (round(found.box[k] - reach / by) for k in (0, 1))
    ink = _ink(page, x0, y0, round(found.box[2] + reach / by), round(found.box[3] + reach / by), by)

    def likeness(text: str, first: int) -> float:
        picture = _picture(text, found.of.face, FINE)
        part = ink[:, max(0, first) : first + picture.shape[1] + 2 * _PLAY]
        if part.shape[0] < picture.shape[0] or part.shape[1] < picture.shape[1]:
            return 0.0
        return float(cv2.matchTemplate(part, picture, cv2.TM_CCOEFF_NORMED).max())

    likes, wide = list[float](), list[float]()
    for (word, left, right), read in with_spans(found, [w for w in place.words if share(w.box, found.box) > OVER]):
        if not any(c.isalnum() for c in word):
            continue
        first = round((left - found.box[0]) * by)
        likes.append(likeness(word, first))
        wide.append(right - left)
        said = core(read[0].text) if len(read) == 1 else ""
        if said.isalpha() and set(said) <= typeset.LETTERS and said != core(word) and likeness(said, first) > likes[-1] + _LIKER:
            return None
    return found.again(float(np.average(likes, weights=wide))) if min(likes, default=0.0) > _WORD else None


def by_figure(page: Pixels, place: Place, found: Laid, figures: Sequence[Line]) -> Laid | None:
    """Of lines that differ in nothing but a figure the likest, if it is clearly that; a misread figure names another article."""
    others = laid(page, place.box, found.of, figures, FINE)
    every = [found, *(h for other in others if (h := word_by_word(page, other, place)))]
    likest = max(every, key=lambda h: h.like)
    second = max((h.like for h in every if h.line != likest.line), default=0.0)
    return likest if likest.like - second > FIGURE else None


@lru_cache(maxsize=512)
def bare(text: str) -> str:
    """Its letters without marks."""
    return "".join(c for c in letters(text) if c.isalpha())


Span = tuple[str, float, float]
"""A word of a line, and from where to where it stands on the page."""


def spans(found: Laid) -> Iterator[Span]:
    text, face = found.line.text, found.of.face
    by = (found.box[2] - found.box[0]) / typeset.advance(text, face, 1.0)
    end = 0
    for word in text.split():
        begin = text.index(word, end)
        end = begin + len(word)
        x0, x1 = (found.box[0] + typeset.advance(text[:n], face, by) for n in (begin, end))
        yield word, x0, x1


def with_spans(found: Laid, words: Sequence[RawWord]) -> list[tuple[Span, list[RawWord]]]:
    """A line's words, each with those that were read where it stands."""
    out = [(span, list[RawWord]()) for span in spans(found)]
    for word in words:
        x = (word.box[0] + word.box[2]) / 2
        min(out, key=lambda own: max(own[0][1] - x, x - own[0][2]))[1].append(word)
    return out


def agree(read: str, text: str) -> bool:
    """Whether what was read is a part of a word, or half of it."""
    a, b = letters(read), letters(text)
    return a in b or 2 * distance(a, b) <= max(len(a), len(b))


def as_words(found: Laid, old: Sequence[RawWord], line: tuple[int, ...], *, ends: bool) -> Iterator[RawWord]:
    """A line's words, each with what was read in its place. ``ends``: whether nothing follows it; then the sign behind one that
    goes on is the one that was read, as is a title's."""
    parts = with_spans(found, old)
    for n, ((word, x0, x1), was) in enumerate(parts):
        said = " ".join(w.suggestion if w.doubt == LIKELY else w.text for w in was)
        signed = not found.line.title and not (found.line.open and ends)
        if not signed and n == len(parts) - 1 and core(said) == core(word):
            word = said
        if said == word:
            first = was[0]
            yield RawWord(word, first.box, first.confidence, line) if first.doubt == LIKELY else replace(first, line=line)
        else:
            yield RawWord(word, (x0, found.box[1], x1, found.box[3]), round(found.like, 2), line, LIKELY, said)
